"""An inbox's week as a seed tells it: a time zone, and opening hours by day.

Called by `seed`, and by the agents' side, which changes an inbox in the same words. Days that are not mentioned keep
Chatwoot's defaults: nine to five, closed at weekends.
"""

from __future__ import annotations

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from understudy.services.chatwoot.tables import WorkingHours
from understudy.services.entries import Entry

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
WEEKEND = ("sunday", "saturday")
DEFAULT_HOURS = "09:00-17:00"

_HOURS = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)\s*-\s*([01]?\d|2[0-3]):([0-5]\d)")


def weekly(entry: Entry) -> tuple[str, tuple[WorkingHours, ...]]:
    """An inbox entry's time zone and its week, Sunday first."""
    hours = entry.entry("working_hours", DAYS)
    week = tuple(
        _day(hours, number, day, hours.text(day, "closed" if day in WEEKEND else DEFAULT_HOURS))
        for number, day in enumerate(DAYS)
    )
    return _timezone(entry), week


def _timezone(entry: Entry) -> str:
    name = entry.text("timezone", "UTC")
    try:
        if name != "UTC":
            ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise entry.fault(f"has timezone: {name!r}, which is unknown; write one such as Europe/Lisbon") from None
    return name


def _day(hours: Entry, number: int, day: str, value: str) -> WorkingHours:
    if value == "closed":
        return WorkingHours(number, closed_all_day=True)
    if value == "open":
        return WorkingHours(number, open_all_day=True, open_hour=0, open_minutes=0, close_hour=23, close_minutes=59)
    match = _HOURS.fullmatch(value.strip())
    numbers = tuple(int(group) for group in match.groups()) if match else ()
    if not numbers or numbers[:2] >= numbers[2:]:
        raise hours.fault(f"has {day}: {value!r}; write hours such as '09:00-17:00', or open, or closed")
    opens, opens_minutes, closes, closes_minutes = numbers
    return WorkingHours(
        number,
        open_hour=opens,
        open_minutes=opens_minutes,
        close_hour=closes,
        close_minutes=closes_minutes,
    )


def told_hours(day: WorkingHours) -> str:
    """A day's hours as a seed would tell them."""
    if day.closed_all_day:
        return "closed"
    if day.open_all_day:
        return "open"
    opens, closes = (day.open_hour or 0, day.open_minutes or 0), (day.close_hour or 0, day.close_minutes or 0)
    return "-".join(f"{hour:02d}:{minutes:02d}" for hour, minutes in (opens, closes))
