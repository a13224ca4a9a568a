"""Events of the contact's own doing: what its socket hears of which request, and in which order."""

from __future__ import annotations

from typing import Any

import pytest

from ears import Ear, token_of
from shop import NOW, Shop, contact, conversation, inbox, ok, said

SECONDS = int(NOW.timestamp())
ISO = "2026-03-04T12:00:00.000Z"
ANN = {
    "additional_attributes": {},
    "custom_attributes": {"plan": "gold"},
    "email": "ann@x.example",
    "id": 1,
    "identifier": "u-1",
    "name": "Ann",
    "phone_number": None,
    "thumbnail": "",
    "blocked": False,
    "type": "contact",
}
REPLY = {"items": [{"title": "Round", "value": "round"}]}


@pytest.fixture
def shop(open_shop: Any) -> Shop:
    """A shop that knows Ann well."""
    known = {"custom_attributes": {"plan": "gold"}, "email": "ann@x.example", "identifier": "u-1"}
    opened: Shop = open_shop(contacts=[contact(**known)])
    return opened


def message_of_ann(**other: Any) -> dict[str, Any]:
    """Ann's first message in her first conversation, as events show it."""
    return {
        "id": 1,
        "content": "hello",
        "account_id": 1,
        "inbox_id": 1,
        "conversation_id": 1,
        "message_type": 0,
        "created_at": SECONDS,
        "updated_at": ISO,
        "private": False,
        "status": "sent",
        "source_id": None,
        "content_type": "text",
        "content_attributes": {},
        "sender_type": "Contact",
        "sender_id": 1,
        "external_source_ids": {},
        "additional_attributes": {},
        "processed_message_content": "hello",
        "sentiment": {},
        "conversation": {
            "assignee_id": None,
            "unread_count": 1,
            "last_activity_at": SECONDS,
            "contact_inbox": {"source_id": "ann"},
        },
        **other,
    }


def conversation_of_ann(shop: Shop, **other: Any) -> dict[str, Any]:
    """Ann's first conversation, just begun, as events show it."""
    return {
        "additional_attributes": {},
        "can_reply": True,
        "channel": "Channel::Api",
        "contact_inbox": {
            "id": 1,
            "contact_id": 1,
            "inbox_id": 1,
            "source_id": "ann",
            "created_at": ISO,
            "updated_at": ISO,
            "hmac_verified": False,
            "pubsub_token": token_of(shop),
        },
        "id": 1,
        "inbox_id": 1,
        "messages": [],
        "labels": [],
        "meta": {"sender": ANN, "assignee": None, "assignee_type": None, "team": None, "hmac_verified": False},
        "status": "open",
        "custom_attributes": {"order": 7},
        "snoozed_until": None,
        "unread_count": 0,
        "first_reply_created_at": None,
        "priority": None,
        "waiting_since": SECONDS,
        "agent_last_seen_at": 0,
        "contact_last_seen_at": 0,
        "last_activity_at": SECONDS,
        "timestamp": SECONDS,
        "created_at": SECONDS,
        "updated_at": float(SECONDS),
        **other,
    }


def test_beginning_a_conversation_is_told(shop: Shop) -> None:
    """One event, the whole conversation, key by key in Chatwoot's order, the account last."""
    ear = Ear(shop)
    shop.begin(custom_attributes={"order": 7})
    ((event, data),) = ear.take()
    expected = conversation_of_ann(shop, account_id=1)
    assert (event, data) == ("conversation.created", expected)
    assert list(data) == list(expected)
    assert (list(data["contact_inbox"]), list(data["meta"])) == (
        list(expected["contact_inbox"]),
        list(expected["meta"]),
    )
    assert isinstance(data["updated_at"], float)


def test_a_message_is_told_to_its_own_sender(shop: Shop) -> None:
    """One event, the whole message, key by key, with what the sender wants echoed before the sender."""
    shop.begin()
    ear = Ear(shop)
    shop.say("hello", echo_id="e-1")
    ((event, data),) = ear.take()
    expected = message_of_ann(echo_id="e-1", sender=ANN)
    assert (event, data) == ("message.created", expected)
    assert list(data) == list(expected)


def test_nothing_is_echoed_unless_asked(shop: Shop) -> None:
    """Without an echo id, or with a blank one, the key is not there; any scalar is echoed as it came."""
    shop.begin()
    ear = Ear(shop)
    for echo in (None, "", " ", False):
        shop.say(echo_id=echo)
        assert "echo_id" not in ear.only()
    for echo in (7, True, 1.5, "x"):
        shop.say(echo_id=echo)
        assert ear.only()["echo_id"] == echo


def test_files_are_told_with_the_message(shop: Shop) -> None:
    """Attachments are there before the event is, at the address the client came by."""
    shop.begin()
    ear = Ear(shop)
    files = [("attachments[]", ("a.png", b"12345", "image/png")), ("attachments[]", ("b.mp3", b"1", "audio/mpeg"))]
    ok(shop.post("/conversations/1/messages", data={"echo_id": "e"}, files=files))
    data = ear.only()
    picture, recording = data["attachments"]
    assert (picture["file_size"], picture["file_type"], recording["transcribed_text"]) == (5, "image", "")
    assert picture["data_url"].startswith("http://127.0.0.1:8080/rails/active_storage/")
    assert ok_bytes(shop, picture["data_url"]) == b"12345"
    assert list(data)[-4:] == ["conversation", "echo_id", "attachments", "sender"]


def ok_bytes(shop: Shop, url: str) -> bytes:
    """What lies behind a file's address."""
    return shop.client.get(url, follow_redirects=True).content


def test_a_greeting_is_told_after_the_message_it_answers(open_shop: Any) -> None:
    """The contact's message first, then Chatwoot's own, which nobody sent."""
    shop = open_shop(inboxes=[inbox(greeting_enabled=True, greeting_message="Welcome")])
    shop.begin()
    ear = Ear(shop)
    shop.say()
    (_, own), (_, greeting) = ear.take()
    assert (own["message_type"], greeting["message_type"], greeting["content"]) == (0, 3, "Welcome")
    assert "sender" not in greeting
    assert (greeting["sender_type"], greeting["sender_id"]) == (None, None)
    assert greeting["conversation"]["unread_count"] == 1


def test_resolving_is_told_before_the_survey(open_shop: Any) -> None:
    """Status, conversation, survey; the conversation is shown as it is when the events are sent: all of it."""
    shop = open_shop(inboxes=[inbox(csat_survey_enabled=True)], conversations=[conversation(said("contact", "hi"))])
    ear = Ear(shop)
    shop.resolve()
    heard = ear.take()
    assert [event for event, _ in heard] == ["conversation.status_changed", "conversation.updated", "message.created"]
    status, updated, survey = (data for _, data in heard)
    assert (survey["message_type"], survey["content_type"]) == (3, "input_csat")
    assert survey["content_attributes"] == {"display_type": "emoji"}
    assert status == updated
    assert (status["status"], status["waiting_since"], status["unread_count"]) == ("resolved", 0, 1)
    assert [message["content_type"] for message in status["messages"]] == ["input_csat"]
    assert list(status)[-1] == "account_id"
    shop.resolve()
    assert ear.take() == []


def test_writing_to_a_resolved_conversation_wakes_it_first(open_shop: Any) -> None:
    """It is open before the message is told, and waits for an answer after it."""
    shop = open_shop(conversations=[conversation(said("contact", "hi"), said("maya", "bye"), status="resolved")])
    ear = Ear(shop)
    shop.say("again")
    heard = ear.take()
    assert [event for event, _ in heard] == [
        "conversation.status_changed", "conversation.updated", "message.created", "conversation.updated",
    ]  # fmt: skip
    assert [data.get("status") for _, data in heard] == ["open", "open", "sent", "open"]
    assert heard[0][1]["waiting_since"] == SECONDS
    assert [message["content"] for message in heard[0][1]["messages"]] == ["again"]


def test_a_snoozed_conversation_wakes_too(open_shop: Any) -> None:
    """What slept no longer does, and still waits since its first message."""
    shop = open_shop(conversations=[conversation(said("contact", "hi"), status="snoozed", snoozed_for="2h")])
    ear = Ear(shop)
    shop.say()
    heard = ear.take()
    assert [event for event, _ in heard] == ["conversation.status_changed", "conversation.updated", "message.created"]
    assert (heard[0][1]["status"], heard[0][1]["snoozed_until"]) == ("open", None)


def test_a_bots_conversation_goes_back_to_the_bot(open_shop: Any) -> None:
    """Where a bot answers first, a resolved conversation becomes pending."""
    shop = open_shop(inboxes=[inbox(agent_bot="porter")], conversations=[conversation(status="resolved")])
    ear = Ear(shop)
    shop.say()
    assert [data["status"] for event, data in ear.take() if event == "conversation.status_changed"] == ["pending"]


def test_a_blocked_contact_wakes_nothing(open_shop: Any) -> None:
    """The message is told, the conversation stays resolved; it waits again all the same."""
    shop = open_shop(contacts=[contact(blocked=True)], conversations=[conversation(status="resolved")])
    ear = Ear(shop)
    shop.say()
    assert ear.names() == ["message.created(0)", "conversation.updated"]


def test_what_the_contact_has_seen_is_told_message_by_message(open_shop: Any) -> None:
    """Every message of the other side that was not read becomes read; notes and activities are not told."""
    shop = open_shop(
        conversations=[
            conversation(
                said("contact", "hi"),
                said("maya", "one"),
                said("maya", "secret", private=True),
                said("activity", "done"),
                said("template", "two"),
                said("porter", "three"),
            )
        ]
    )
    ear = Ear(shop)
    shop.post("/conversations/1/update_last_seen")
    heard = ear.take()
    assert {event for event, _ in heard} == {"message.updated"}
    assert [data["content"] for _, data in heard] == ["one", "two", "three"]
    for _, data in heard:
        assert data["status"] == "read"
        assert data["previous_changes"] == {
            "updated_at": ["2026-03-04T11:00:00.000Z", ISO],
            "status": ["sent", "read"],
        }
        assert list(data)[-2:] == ["sender", "previous_changes"] or data["message_type"] == 3
    shop.post("/conversations/1/update_last_seen")
    assert ear.take() == []


def test_an_answer_to_a_message_is_told_with_what_was_before(open_shop: Any) -> None:
    """The new attributes in the message, old and new beside it; the same answer again is no news."""
    question = said("maya", "Which?", content_type="input_select", content_attributes=REPLY)
    shop = open_shop(conversations=[conversation(question)])
    ear = Ear(shop)
    answer = {"submitted_values": [{"title": "Round", "value": "round"}]}
    ok(shop.patch("/conversations/1/messages/1", json=answer))
    data = ear.only()
    assert data["content_attributes"] == {**REPLY, **answer}
    assert data["previous_changes"]["content_attributes"] == [REPLY, {**REPLY, **answer}]
    ok(shop.patch("/conversations/1/messages/1", json=answer))
    ok(shop.patch("/conversations/1/messages/1", json={"content": "other"}))
    assert ear.take() == []


def test_a_rating_is_told_whichever_way_it_comes(open_shop: Any) -> None:
    """The survey's own address and the message's tell the same event."""
    shop = open_shop(inboxes=[inbox(csat_survey_enabled=True)], conversations=[conversation(said("contact", "hi"))])
    shop.resolve()
    ear = Ear(shop)
    path = f"/public/api/v1/csat_survey/{shop.show()['uuid']}"
    rated = {"submitted_values": {"csat_survey_response": {"rating": 4}}}
    ok(shop.send("PUT", path, json={"message": rated}))
    assert ear.only()["content_attributes"] == {"display_type": "emoji", **rated}


def test_what_only_agents_hear_is_not_told(open_shop: Any) -> None:
    """Reading, typing, changes of the contact, merging, a single conversation found again: nothing."""
    shop = open_shop(
        inboxes=[inbox(lock_to_single_conversation=True)],
        contacts=[contact(), contact("bea", email="bea@x.example")],
        conversations=[conversation(said("contact", "hi"))],
    )
    ear, other = Ear(shop), Ear(shop, "bea")
    shop.show()
    shop.read()
    shop.begin()
    for status in ("on", "off", "maybe"):
        shop.post("/conversations/1/toggle_typing", params={"typing_status": status})
    ok(shop.patch(json={"name": "Anna", "custom_attributes": {"a": 1}}))
    ok(shop.patch(json={"email": "bea@x.example"}))
    assert ear.take() == other.take() == []
