"""The inbox as visitors see it."""

from __future__ import annotations

from typing import Any

import pytest

from shop import NOT_FOUND, ROOT, Shop, inbox, ok, refused

KEYS = [
    "identifier", "identity_validation_enabled", "name", "timezone", "working_hours", "working_hours_enabled",
    "csat_survey_enabled", "greeting_enabled",
]  # fmt: skip
NO_HOURS = {"open_hour": None, "open_minutes": None, "close_hour": None, "close_minutes": None}


def test_an_inbox_tells_its_defaults(shop: Shop) -> None:
    """A plain inbox has everything off and works nine to five, Monday to Friday, in UTC."""
    found = ok(shop.get(f"{ROOT}/inboxes/shop"))
    assert list(found) == KEYS
    assert found == {
        "identifier": "shop",
        "identity_validation_enabled": False,
        "name": "Shop",
        "timezone": "UTC",
        "working_hours": found["working_hours"],
        "working_hours_enabled": False,
        "csat_survey_enabled": False,
        "greeting_enabled": False,
    }
    days = found["working_hours"]
    assert [day["day_of_week"] for day in days] == list(range(7))
    for day in (days[0], days[6]):
        assert day == {"day_of_week": day["day_of_week"], "closed_all_day": True, "open_all_day": False, **NO_HOURS}
    hours = {"open_hour": 9, "open_minutes": 0, "close_hour": 17, "close_minutes": 0}
    for day in days[1:6]:
        assert day == {"day_of_week": day["day_of_week"], "closed_all_day": False, "open_all_day": False, **hours}


def test_an_inbox_tells_what_is_set(open_shop: Any) -> None:
    """What the inbox demands and does by itself is told, its messages and secrets are not."""
    shop = open_shop(
        inboxes=[
            inbox(
                hmac_mandatory=True,
                greeting_enabled=True,
                greeting_message="Welcome!",
                csat_survey_enabled=True,
                working_hours_enabled=True,
                timezone="Europe/Stockholm",
                working_hours={"monday": "08:30-12:15", "sunday": "open"},
            )
        ],
        contacts=[],
    )
    found = ok(shop.get(f"{ROOT}/inboxes/shop.json"))
    assert all(found[key] is True for key in KEYS if key.endswith("_enabled"))
    sunday, monday = found["working_hours"][:2]
    assert sunday["open_all_day"] is True
    assert (monday["open_hour"], monday["open_minutes"], monday["close_hour"], monday["close_minutes"]) == (
        8,
        30,
        12,
        15,
    )
    assert "Welcome!" not in str(found)
    assert "shop-token" not in str(found)


def test_an_unknown_inbox_is_missing(shop: Shop) -> None:
    """An identifier that no inbox has is a 404; so is a stray contact id."""
    assert refused(shop.get(f"{ROOT}/inboxes/nowhere")) == (404, NOT_FOUND)
    assert refused(shop.get(f"{ROOT}/inboxes/shop", params={"contact_id": "nobody"})) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/inboxes"), ("POST", "/inboxes"), ("PATCH", "/inboxes/shop"), ("DELETE", "/inboxes/shop")],
)
def test_other_inbox_routes_are_missing(shop: Shop, method: str, path: str) -> None:
    """Nothing else can be done to an inbox: 404, never 405."""
    answer = shop.send(method, f"{ROOT}{path}", headers={"accept": "application/json"})
    assert refused(answer) == (404, NOT_FOUND)
