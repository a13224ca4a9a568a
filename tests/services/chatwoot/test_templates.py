"""What Chatwoot writes by itself: out-of-office and greeting."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from shop import NOW, Shop, conversation, inbox, said

CLOSED: dict[str, Any] = {
    "working_hours_enabled": True,
    "out_of_office_message": "Nobody is in.",
    "working_hours": {"wednesday": "closed"},
}
GREETING: dict[str, Any] = {"greeting_enabled": True, "greeting_message": "Welcome!"}


def contents(shop: Shop, number: int = 1) -> list[str]:
    """What stands in the conversation."""
    return [message["content"] for message in shop.read(number)]


def test_a_newcomer_is_greeted_at_once(open_shop: Any) -> None:
    """A contact's first message is followed by the greeting, a template without sender, before it is answered."""
    shop = open_shop(inboxes=[inbox(**GREETING)], conversations=[conversation()])
    assert shop.say("hi")["content"] == "hi"
    first, greeting = shop.read()
    assert (first["content"], greeting["content"]) == ("hi", "Welcome!")
    assert (greeting["message_type"], greeting["content_type"]) == (3, "text")
    assert "sender" not in greeting
    shop.say("again")
    assert contents(shop) == ["hi", "Welcome!", "again"]


@pytest.mark.parametrize("before", [said("maya", "hi"), said("maya", "note", private=True), said("template", "hi")])
def test_nobody_is_greeted_after_an_answer(open_shop: Any, before: dict[str, Any]) -> None:
    """An agent's message, be it a private note, or a template keeps the greeting away."""
    shop = open_shop(inboxes=[inbox(**GREETING)], conversations=[conversation(before)])
    shop.say("hi")
    assert "Welcome!" not in contents(shop)


@pytest.mark.parametrize("settings", [{"greeting_message": "Welcome!"}, {"greeting_enabled": True}])
def test_a_greeting_must_be_enabled_and_worded(open_shop: Any, settings: dict[str, Any]) -> None:
    """Without the switch or without words nobody is greeted."""
    shop = open_shop(inboxes=[inbox(**settings)], conversations=[conversation()])
    shop.say("hi")
    assert contents(shop) == ["hi"]


def test_nobody_in_is_said_instead_of_the_greeting(open_shop: Any) -> None:
    """Outside working hours the out-of-office message comes, and being a template it keeps the greeting away."""
    shop = open_shop(inboxes=[inbox(**CLOSED, **GREETING)], conversations=[conversation()])
    shop.say("hi")
    assert contents(shop) == ["hi", "Nobody is in."]


def test_nobody_in_is_said_once_a_day(open_shop: Any) -> None:
    """One template a day, by the calendar in UTC, is enough."""
    shop = open_shop(inboxes=[inbox(**CLOSED | {"working_hours": {"wednesday": "closed", "thursday": "closed"}})])
    shop.begin()
    shop.say("one")
    shop.wait(hours=11, minutes=59)
    shop.say("two")
    assert contents(shop) == ["one", "Nobody is in.", "two"]
    shop.wait(minutes=1)
    shop.say("three")
    assert contents(shop)[2:] == ["two", "three", "Nobody is in."]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (said("maya", "here", ago="4m 59s"), False),
        (said("maya", "here", ago="5m"), True),
        (said("maya", "note", ago="1m", private=True), True),
        (said("contact", "hello", ago="1m"), True),
    ],
)
def test_an_agent_who_just_wrote_is_in(open_shop: Any, message: dict[str, Any], *, told: bool) -> None:
    """Where an agent wrote within five minutes, private notes aside, nobody is told that nobody is in."""
    shop = open_shop(inboxes=[inbox(**CLOSED)], conversations=[conversation(message)])
    shop.say("hi")
    assert ("Nobody is in." in contents(shop)) == told


@pytest.mark.parametrize("missing", ["working_hours_enabled", "out_of_office_message"])
def test_nobody_in_must_be_enabled_and_worded(open_shop: Any, missing: str) -> None:
    """Without working hours, or without words, nothing is said."""
    settings = {key: value for key, value in CLOSED.items() if key != missing}
    shop = open_shop(inboxes=[inbox(**settings)], conversations=[conversation()])
    shop.say("hi")
    assert contents(shop) == ["hi"]


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        (datetime(2026, 3, 4, 7, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 4, 8, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 4, 16, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 4, 16, 0, 1, tzinfo=UTC), False),
        (datetime(2026, 3, 7, 12, 0, tzinfo=UTC), False),
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 3, 5, 23, 30, tzinfo=UTC), True),
    ],
)
def test_working_hours_are_told_in_the_inboxes_time_zone(open_shop: Any, moment: datetime, *, is_open: bool) -> None:
    """Nine to five is nine to five in Stockholm, summer and winter; Friday, open all day, begins there at 23 UTC."""
    shop = open_shop(
        inboxes=[
            inbox(
                working_hours_enabled=True,
                out_of_office_message="Nobody is in.",
                timezone="Europe/Stockholm",
                working_hours={"friday": "open"},
            )
        ],
        conversations=[conversation()],
    )
    shop.set_clock(moment)
    shop.say("hi")
    assert contents(shop) == (["hi"] if is_open else ["hi", "Nobody is in."])


def test_a_flooded_conversation_gets_no_template(open_shop: Any) -> None:
    """The guard against floods holds for Chatwoot's own messages too, silently."""
    shop = open_shop(
        inboxes=[inbox(**CLOSED)], conversations=[conversation(*[said("contact", "x", ago="10s")] * 199, ago="1m")]
    )
    shop.say("number 200")
    assert contents(shop)[-1] == "number 200"
    assert NOW.timestamp() == shop.tables.conversations[1].last_activity_at
