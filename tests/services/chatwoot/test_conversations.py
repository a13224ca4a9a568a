"""Conversations: how they begin, who finds them, how they end."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from shop import NOT_FOUND, NOW, Shop, contact, conversation, inbox, ok, refused, said

KEYS = ["id", "uuid", "inbox_id", "contact_last_seen_at", "status", "agent_last_seen_at", "messages", "contact"]


def test_a_conversation_begins_open_and_empty(shop: Shop) -> None:
    """A new conversation is open, unread and without messages, and carries the contact's whole row."""
    made = shop.begin()
    assert list(made) == KEYS
    assert (made["id"], made["inbox_id"], made["status"], made["messages"]) == (1, 1, "open", [])
    assert (made["contact_last_seen_at"], made["agent_last_seen_at"]) == (0, 0)
    assert uuid.UUID(made["uuid"]).version == 4
    assert made["contact"]["name"] == "Ann"
    assert made["contact"]["created_at"] == "2026-03-04T12:00:00.000Z"
    assert made["contact"]["label_list"] == []
    assert shop.show() == made


def test_conversations_are_numbered_by_account(open_shop: Any) -> None:
    """All inboxes of an account share one sequence of conversation numbers."""
    shop = open_shop(inboxes=[inbox(), inbox("desk")], contacts=[contact("ann", "shop", "desk")])
    numbers = [ok(shop.post(shop.path("/conversations", place)))["id"] for place in ("shop", "desk", "shop")]
    assert numbers == [1, 2, 3]


def test_a_bots_conversation_begins_pending(open_shop: Any) -> None:
    """Where a bot answers first, a conversation begins as pending."""
    assert open_shop(inboxes=[inbox(agent_bot="porter")]).begin()["status"] == "pending"


def test_a_blocked_contacts_conversation_begins_resolved(open_shop: Any) -> None:
    """A blocked contact's conversation is resolved from the start, bot or not, and nobody is asked to rate it."""
    shop = open_shop(inboxes=[inbox(agent_bot="porter", csat_survey_enabled=True)], contacts=[contact(blocked=True)])
    assert (shop.begin()["status"], shop.show()["messages"]) == ("resolved", [])


def test_only_custom_attributes_are_taken_on_creation(shop: Shop) -> None:
    """A status, a first message and additional attributes are dropped; custom attributes are kept unseen."""
    made = shop.begin(status="resolved", message="hi", additional_attributes={"a": 1}, custom_attributes={"b": [1]})
    assert (made["status"], made["messages"]) == ("open", [])
    assert "custom_attributes" not in made
    row = shop.tables.conversations[1]
    assert (row.custom_attributes, row.additional_attributes) == ({"b": [1]}, {})


@pytest.mark.parametrize(
    ("custom", "message"),
    [
        ({"note": "x" * 1501}, "Custom attributes note length should be < 1500"),
        ({"sum": 10_000_000_000}, "Custom attributes sum value should be < 9999999999"),
        (
            {"a": "x" * 1501, "b": 10_000_000_000},
            "Custom attributes a length should be < 1500, Custom attributes b value should be < 9999999999",
        ),
    ],
)
def test_custom_attributes_that_are_too_large_are_refused(open_shop: Any, custom: dict[str, Any], message: str) -> None:
    """Long texts and large integers among custom attributes are a 422 in the product's words."""
    for policy in ("enforce", "report"):
        shop = open_shop(policy=policy)
        answer = shop.post("/conversations", json={"custom_attributes": custom})
        assert refused(answer) == (422, {"message": message, "attributes": ["custom_attributes"]})
        assert len(shop.tables.conversations) == 0


def test_custom_attributes_at_the_limit_are_taken(shop: Shop) -> None:
    """The limits themselves, and anything below the top level, are fine."""
    shop.begin(custom_attributes={"a": "x" * 1500, "b": 9_999_999_999, "c": {"d": "x" * 2000}, "e": True})


def test_an_inbox_may_keep_to_a_single_conversation(open_shop: Any) -> None:
    """Locked to one, an inbox returns the newest conversation as it is, resolved and with its own attributes."""
    shop = open_shop(
        inboxes=[inbox(lock_to_single_conversation=True), inbox("desk")],
        contacts=[contact("ann", "shop", "desk")],
        conversations=[
            conversation(said("contact", "old")),
            conversation(said("contact", "new"), status="resolved", custom_attributes={"a": 1}),
            conversation(inbox="desk"),
        ],
    )
    found = shop.begin(custom_attributes={"b": "x" * 9999})
    assert (found["id"], found["status"], found["messages"][0]["content"]) == (2, "resolved", "new")
    assert shop.tables.conversations[2].custom_attributes == {"a": 1}
    assert len(shop.tables.conversations) == 3


def test_a_locked_inbox_begins_the_first_conversation(open_shop: Any) -> None:
    """Locked to one, an inbox still lets a contact begin it."""
    shop = open_shop(inboxes=[inbox(lock_to_single_conversation=True)])
    assert shop.begin() == shop.begin()


def test_the_list_holds_all_conversations_of_the_contact_inbox(open_shop: Any) -> None:
    """The list holds every conversation of this contact inbox in order of their ids, and no other."""
    shop = open_shop(
        inboxes=[inbox(), inbox("desk")],
        contacts=[contact("ann", "shop", "desk"), contact("bob")],
        conversations=[
            conversation(),
            conversation(inbox="desk"),
            conversation(source_id="bob"),
            conversation(status="resolved"),
        ],
    )
    assert [found["id"] for found in ok(shop.get("/conversations"))] == [1, 4]


def test_a_conversation_shows_every_message_but_the_hidden(open_shop: Any) -> None:
    """All messages are shown, oldest first and without limit, but for private notes and activities."""
    shop = open_shop(
        conversations=[
            conversation(
                *(said("contact", str(number)) for number in range(30)),
                said("maya", "note", private=True),
                said("activity", "something happened"),
                said("maya", "last"),
            )
        ]
    )
    shown = shop.show()["messages"]
    assert [message["content"] for message in shown] == [*(str(number) for number in range(30)), "last"]


def test_a_conversation_is_found_in_its_contact_inbox_only(open_shop: Any) -> None:
    """Another inbox's conversation of the same contact is a 404 for show and actions."""
    shop = open_shop(
        inboxes=[inbox(), inbox("desk")],
        contacts=[contact("ann", "shop", "desk")],
        conversations=[conversation(inbox="desk")],
    )
    assert refused(shop.get("/conversations/1")) == (404, NOT_FOUND)
    assert refused(shop.post("/conversations/1/toggle_status")) == (404, NOT_FOUND)
    assert ok(shop.get(shop.path("/conversations/1", "desk")))["id"] == 1


@pytest.mark.parametrize("number", ["2", "abc", "-1", "0", "99999999999999999999", "x1"])
def test_a_number_that_is_no_conversations_is_missing(open_shop: Any, number: str) -> None:
    """A number nobody has, or what is no number, is a 404."""
    shop = open_shop(conversations=[conversation()])
    for tail in ("", "/messages"):
        assert refused(shop.get(f"/conversations/{number}{tail}")) == (404, NOT_FOUND)


@pytest.mark.parametrize("number", ["12abc", "12.json", "+12", "012", "1_2"])
def test_a_number_is_read_as_far_as_it_goes(open_shop: Any, number: str) -> None:
    """An id counts for the integer it begins with, and may carry the format JSON."""
    shop = open_shop(conversations=[conversation() for _ in range(12)])
    assert ok(shop.get(f"/conversations/{number}"))["id"] == 12


@pytest.mark.parametrize("status", ["open", "pending", "snoozed", "resolved"])
def test_toggling_the_status_only_ever_resolves(open_shop: Any, status: str) -> None:
    """Whatever the status was, it is resolved; what is resolved stays so."""
    shop = open_shop(conversations=[conversation(said("contact", "hi"), status=status, snoozed_for="1d")])
    before = shop.show()
    assert shop.resolve() == before | {"status": "resolved"}
    assert shop.resolve()["status"] == "resolved"


def test_resolving_is_noted_for_agents_only(open_shop: Any) -> None:
    """An activity tells who resolved; nobody waits or sleeps any longer; the second time nothing happens."""
    shop = open_shop(conversations=[conversation(said("contact", "hi"), status="snoozed", snoozed_for="1d")])
    assert shop.tables.conversations[1].waiting_since
    shop.resolve()
    shop.resolve()
    row = shop.tables.conversations[1]
    assert (row.waiting_since, row.snoozed_until) == (None, None)
    noted = [message.content for message in shop.tables.messages if message.message_type == 2]
    assert noted == ["Conversation was resolved by Ann"]
    assert [message["content"] for message in shop.read()] == ["hi"]


@pytest.mark.parametrize(
    "how",
    [
        {"params": {"typing_status": "on"}},
        {"json": {"typing_status": "off"}},
        {"data": {"typing_status": "on"}},
        {"json": {"typing_status": "perhaps"}},
        {},
    ],
)
def test_typing_is_taken_from_anywhere_and_may_be_anything(open_shop: Any, how: dict[str, Any]) -> None:
    """Typing is told by query or body, any word or none, and answered with nothing."""
    shop = open_shop(policy="enforce", conversations=[conversation()])
    answer = shop.post("/conversations/1/toggle_typing", **how)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["content-length"] == "0"


def test_what_was_seen_is_read(open_shop: Any) -> None:
    """Seeing a conversation sets its time and marks as read what others wrote and nobody read yet."""
    shop = open_shop(conversations=[conversation(said("contact", "hi"), said("maya", "one"), said("template", "two"))])
    answer = shop.post("/conversations/1/update_last_seen")
    assert (answer.status_code, answer.content) == (200, b"")
    assert shop.show()["contact_last_seen_at"] == int(NOW.timestamp())
    assert [message.status for message in shop.tables.messages] == ["sent", "read", "read"]


def test_what_was_written_later_is_not_seen(open_shop: Any) -> None:
    """Where the clock was set back, what was written after now stays unread."""
    shop = open_shop(conversations=[conversation(said("maya", "one", ago="30m"), said("maya", "two", ago="10m"))])
    shop.wait(minutes=-20)
    assert shop.post("/conversations/1/update_last_seen").status_code == 200
    assert [message.status for message in shop.tables.messages] == ["read", "sent"]


def test_a_stray_conversation_id_is_looked_up(open_shop: Any) -> None:
    """A conversation_id in query or body of the collection is looked up, and missed."""
    shop = open_shop(conversations=[conversation()])
    assert refused(shop.get("/conversations", params={"conversation_id": "7"})) == (404, NOT_FOUND)
    assert refused(shop.post("/conversations", json={"conversation_id": 7})) == (404, NOT_FOUND)
    assert len(ok(shop.get("/conversations", params={"conversation_id": "1"}))) == 1
