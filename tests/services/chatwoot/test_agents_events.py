"""Events of the agents' doing: what a contact's socket hears of it, and who is said to have done it."""

from __future__ import annotations

from typing import Any

import pytest

from ears import Ear, act
from shop import NOW, Shop, conversation, inbox, said
from understudy.services.chatwoot import timeline
from understudy.services.chatwoot.tables import MessageType
from understudy.services.chatwoot.timeline import Draft

MAYA = {
    "id": 1,
    "name": "Maya Lind",
    "available_name": "Maya",
    "avatar_url": "",
    "type": "user",
    "availability_status": "online",
    "thumbnail": "",
}
UNKNOWN = {**MAYA, "availability_status": None}
ISO = "2026-03-04T12:00:00.000Z"


@pytest.fixture
def shop(open_shop: Any) -> Shop:
    """A shop in which Ann waits for an answer since an hour."""
    opened: Shop = open_shop(conversations=[conversation(said("contact", "hi"))])
    return opened


def reply(shop: Shop, content: str = "hello", **how: Any) -> Any:
    """Maya answers."""
    draft = Draft(MessageType.OUTGOING, content, sender_type="User", sender_id=1, **how)
    return act(shop, timeline.add, 1, draft, shop.tables.users[1])


def test_a_first_reply_is_told_with_who_gave_it(shop: Shop) -> None:
    """The message, performer last; then the conversation, which no longer waits, without a performer."""
    ear = Ear(shop)
    reply(shop)
    heard = ear.take()
    assert [event for event, _ in heard] == ["message.created", "conversation.updated"]
    message, updated = (data for _, data in heard)
    assert (message["message_type"], message["sender"], message["performer"]) == (1, MAYA, MAYA)
    assert list(message)[-2:] == ["sender", "performer"]
    assert (updated["first_reply_created_at"], updated["waiting_since"]) == (ISO, 0)
    assert updated["messages"][0]["sender"] == UNKNOWN
    assert "performer" not in updated
    reply(shop, "more")
    assert ear.names() == ["message.created(1)"]


def test_a_bots_reply_has_no_performer(shop: Shop) -> None:
    """A bot is nobody who is signed in; the contact waits no longer, but that was no first reply."""
    ear = Ear(shop)
    draft = Draft(MessageType.OUTGOING, "hi", content_type="cards", sender_type="AgentBot", sender_id=1)
    act(shop, timeline.add, 1, draft)
    (_, message), (_, updated) = ear.take()
    assert message["sender"] == {"id": 1, "name": "Porter", "avatar_url": "", "type": "agent_bot"}
    assert "performer" not in message
    assert (updated["first_reply_created_at"], updated["waiting_since"]) == (None, 0)


def test_waiting_begins_again_with_the_next_question(shop: Shop) -> None:
    """After a reply the contact's next message is followed by a conversation that waits."""
    reply(shop)
    ear = Ear(shop)
    shop.say()
    (_, message), (event, updated) = ear.take()
    assert (message["message_type"], event) == (0, "conversation.updated")
    assert updated["waiting_since"] == int(NOW.timestamp())


def test_notes_and_activities_are_not_told(shop: Shop) -> None:
    """What only agents may read is told to no contact; neither is what an agent has seen."""
    ear = Ear(shop)
    reply(shop, "secret", private=True)
    act(shop, timeline.note_activity, 1, "Assigned to Maya")
    act(shop, timeline.seen_by_agent, 1)
    assert ear.take() == []
    shop.say()
    assert ear.only()["conversation"]["unread_count"] == 0  # the clock stands still: seen in the same moment


def test_what_is_unread_is_counted_up_to_ten(shop: Shop) -> None:
    """Only the contact's messages since an agent looked are counted, and no more than ten."""
    ear = Ear(shop)
    for _ in range(11):
        shop.say()
    counts = [data["conversation"]["unread_count"] for _, data in ear.take()]
    assert counts == [2, 3, 4, 5, 6, 7, 8, 9, 10, 10, 10]
    act(shop, timeline.seen_by_agent, 1)
    shop.wait(seconds=1)
    shop.say()
    assert ear.only()["conversation"]["unread_count"] == 1


@pytest.mark.parametrize(("on", "event"), [(True, "conversation.typing_on"), (False, "conversation.typing_off")])
def test_an_agent_who_types_is_told(shop: Shop, event: str, *, on: bool) -> None:
    """Conversation, user, whether it is private, account, performer, in this order."""
    ear = Ear(shop)
    act(shop, timeline.type_in, 1, shop.tables.users[1], on=on, is_private=True)
    ((heard, data),) = ear.take()
    assert heard == event
    assert list(data) == ["conversation", "user", "is_private", "account_id", "performer"]
    assert (data["user"], data["performer"], data["is_private"], data["account_id"]) == (MAYA, MAYA, True, 1)
    assert data["conversation"]["id"] == 1
    assert "account_id" not in data["conversation"]


def test_a_bot_that_types_is_told(shop: Shop) -> None:
    """It has no availability, and performs nothing."""
    ear = Ear(shop)
    act(shop, timeline.type_in, 1, shop.tables.agent_bots[1], on=True)
    data = ear.only()
    assert list(data) == ["conversation", "user", "is_private", "account_id"]
    assert (data["user"]["type"], data["is_private"]) == ("agent_bot", False)


@pytest.mark.parametrize("status", ["delivered", "read", "failed"])
def test_a_messages_fate_is_told(shop: Shop, status: str) -> None:
    """The new status in the message, old and new beside it; the same again is no news."""
    message = reply(shop)
    ear = Ear(shop)
    shop.wait(seconds=1)
    with shop.sandbox.transaction():
        timeline.change_message(shop.sandbox, message, status=status)
        timeline.change_message(shop.sandbox, message, status=status)
    data = ear.only()
    assert (data["status"], data["updated_at"]) == (status, "2026-03-04T12:00:01.000Z")
    assert data["previous_changes"] == {"updated_at": [ISO, "2026-03-04T12:00:01.000Z"], "status": ["sent", status]}


def test_a_deleted_message_says_so(open_shop: Any) -> None:
    """Content, type, attributes and files are gone, and the client is told what they were."""
    file = {"filename": "a.txt", "content_type": "text/plain", "base64": "eA=="}
    card = said("maya", "see", content_type="cards", content_attributes={"items": []}, attachments=[file])
    shop = open_shop(conversations=[conversation(card)])
    ear = Ear(shop)
    with shop.sandbox.transaction():
        timeline.delete_message(shop.sandbox, shop.tables.messages[1], shop.tables.users[1])
    data = ear.only()
    gone = "This message was deleted"
    assert (data["content"], data["content_type"], data["content_attributes"]) == (gone, "text", {"deleted": True})
    assert "attachments" not in data
    assert list(data["previous_changes"]) == [
        "content", "updated_at", "content_type", "content_attributes", "processed_message_content",
    ]  # fmt: skip
    assert data["previous_changes"]["content"] == data["previous_changes"]["processed_message_content"] == ["see", gone]
    assert list(data)[-3:] == ["sender", "previous_changes", "performer"]
    assert "attachments" not in shop.read()[0]


@pytest.mark.parametrize(
    ("columns", "shown"),
    [
        ({"assignee_id": 2}, None),
        ({"labels": ("vip", "late")}, {"labels": ["vip", "late"]}),
        ({"priority": "urgent"}, {"priority": "urgent"}),
        ({"custom_attributes": {"order": 1}}, {"custom_attributes": {"order": 1}}),
    ],
)
def test_a_change_of_the_conversation_is_told_once(
    shop: Shop, columns: dict[str, Any], shown: dict[str, Any] | None
) -> None:
    """One event with the conversation as it is now; setting the same again is no news."""
    ear = Ear(shop)
    act(shop, timeline.change, 1, **columns)
    ((event, data),) = ear.take()
    assert event == "conversation.updated"
    if shown is None:
        assert (data["meta"]["assignee"]["id"], data["meta"]["assignee_type"]) == (2, "User")
        assert data["meta"]["assignee"]["availability_status"] is None
    else:
        assert shown.items() <= data.items()
    act(shop, timeline.change, 1, **columns)
    assert ear.take() == []


def test_a_number_that_becomes_a_truth_value_is_a_change(shop: Shop) -> None:
    """1 and true are different values."""
    act(shop, timeline.change, 1, custom_attributes={"a": 1})
    ear = Ear(shop)
    act(shop, timeline.change, 1, custom_attributes={"a": True})
    assert ear.only()["custom_attributes"] == {"a": True}


def test_snoozing_is_a_status(shop: Shop) -> None:
    """The status and until when; what wakes is told to sleep no longer."""
    ear = Ear(shop)
    act(shop, timeline.change_status, 1, "snoozed", until=NOW.timestamp() + 3600)
    heard = ear.take()
    assert [event for event, _ in heard] == ["conversation.status_changed", "conversation.updated"]
    assert {(data["status"], data["snoozed_until"]) for _, data in heard} == {("snoozed", "2026-03-04T13:00:00.000Z")}
    act(shop, timeline.change_status, 1, "open")
    assert {(data["status"], data["snoozed_until"]) for _, data in ear.take()} == {("open", None)}


def test_a_late_event_shows_the_end_of_the_transaction(shop: Shop) -> None:
    """What is re-read when sent shows what happened after it; what is not re-read shows its own moment."""
    ear = Ear(shop)
    with shop.sandbox.transaction():
        ours = shop.tables.conversations[1]
        timeline.type_in(shop.sandbox, ours, shop.tables.users[1], on=True)
        timeline.change_status(shop.sandbox, ours, "resolved")
        timeline.change_status(shop.sandbox, ours, "pending")
    heard = [(event, data.get("status") or data["conversation"]["status"]) for event, data in ear.take()]
    assert heard == [
        ("conversation.typing_on", "open"),
        *[("conversation.status_changed", "pending"), ("conversation.updated", "pending")] * 2,
    ]


def test_a_shop_with_a_survey_asks_after_the_agents_resolving(open_shop: Any) -> None:
    """The survey follows the status, whoever resolved."""
    from understudy.services.chatwoot.templates import ask_for_rating

    shop = open_shop(inboxes=[inbox(csat_survey_enabled=True)], conversations=[conversation(said("contact", "hi"))])
    ear = Ear(shop)
    with shop.sandbox.transaction():
        ours = timeline.change_status(shop.sandbox, shop.tables.conversations[1], "resolved")
        ask_for_rating(shop.sandbox, ours)
    assert ear.names() == ["conversation.status_changed", "conversation.updated", "message.created(3)"]
