"""Messages: what is written, what is listed, what is submitted, what follows."""

from __future__ import annotations

from typing import Any

import pytest

from shop import CRASH, NOT_FOUND, NOW, Shop, contact, conversation, inbox, ok, refused, said

KEYS = ["id", "content", "message_type", "content_type", "content_attributes", "created_at", "conversation_id"]
FORM = {"items": [{"name": "size", "label": "Size"}]}


@pytest.fixture
def talk(open_shop: Any) -> Shop:
    """A shop in which Ann has a conversation."""
    opened: Shop = open_shop(conversations=[conversation()])
    return opened


def test_a_message_is_incoming_text_of_the_contact(talk: Shop) -> None:
    """A contact's message is of type 0 and text, dated in seconds, sent by the contact, without empty keys."""
    message = talk.say("hello", echo_id="e-1", message_type=1, content_type="cards", private=True)
    assert list(message) == [*KEYS, "sender"]
    assert (message["content"], message["message_type"], message["content_type"]) == ("hello", 0, "text")
    assert (message["content_attributes"], message["created_at"]) == ({}, int(NOW.timestamp()))
    assert message["conversation_id"] == 1
    assert message["sender"] == {
        "additional_attributes": {},
        "custom_attributes": {},
        "email": None,
        "id": 1,
        "identifier": None,
        "name": "Ann",
        "phone_number": None,
        "thumbnail": "",
        "blocked": False,
        "type": "contact",
    }
    assert talk.read() == [message]
    assert talk.tables.messages[message["id"]].echo_id == "e-1"


@pytest.mark.parametrize("body", [{}, {"content": None}, {"content": ["a"]}, {"content": {"a": 1}}])
def test_a_message_need_not_say_anything(talk: Shop, body: dict[str, Any]) -> None:
    """Content is optional; null, arrays and objects count as none."""
    assert ok(talk.post("/conversations/1/messages", json=body))["content"] is None


def test_a_message_may_be_empty(talk: Shop) -> None:
    """An empty content stays as it is."""
    assert talk.say("")["content"] == ""


def test_an_echo_id_does_not_prevent_doubles(talk: Shop) -> None:
    """Sending an echo id twice writes two messages."""
    assert talk.say("a", echo_id="e")["id"] != talk.say("a", echo_id="e")["id"]


def test_content_has_a_limit(open_shop: Any) -> None:
    """150,000 characters are taken, one more is a 422 in the product's words."""
    for policy in ("enforce", "report"):
        shop = open_shop(policy=policy, conversations=[conversation()])
        shop.say("ö" * 150_000)
        answer = shop.post("/conversations/1/messages", json={"content": "x" * 150_001})
        message = "Content is too long (maximum is 150000 characters)"
        assert refused(answer) == (422, {"message": message, "attributes": ["content"]})


def test_agents_bots_and_templates_have_senders_of_their_own(open_shop: Any) -> None:
    """An agent is sent with an unknown availability, a bot without one, a template without any sender."""
    shop = open_shop(
        conversations=[conversation(said("maya", "a"), said("tom", "b"), said("porter", "c"), said("template", "d"))]
    )
    maya, tom, porter, template = shop.read()
    assert maya["sender"] == {
        "id": 1,
        "name": "Maya Lind",
        "available_name": "Maya",
        "avatar_url": "",
        "type": "user",
        "availability_status": None,
        "thumbnail": "",
    }
    assert tom["sender"]["available_name"] == "Tom"
    assert porter["sender"] == {"id": 1, "name": "Porter", "avatar_url": "", "type": "agent_bot"}
    assert "sender" not in template
    assert [m["message_type"] for m in (maya, tom, porter, template)] == [1, 1, 1, 3]


@pytest.fixture
def long_talk(open_shop: Any) -> Shop:
    """A conversation of 45 messages, every third of them hidden from the contact."""
    hidden = [said("maya", "note", private=True), said("activity", "noted")]
    messages = [hidden[n // 3 % 2] if n % 3 == 2 else said("contact", str(n)) for n in range(45)]
    opened: Shop = open_shop(conversations=[conversation(*messages)])
    return opened


def test_the_list_holds_the_newest_twenty(long_talk: Shop) -> None:
    """The newest 20 messages the contact may see are listed, oldest first."""
    assert [m["content"] for m in long_talk.read()] == [str(n) for n in range(45) if n % 3 != 2][-20:]


def test_the_list_pages_backwards(long_talk: Shop) -> None:
    """`before` lists the newest 20 with smaller ids; `after` is not read."""
    newest = long_talk.read()
    older = long_talk.read(before=newest[0]["id"])
    assert [m["content"] for m in older + newest] == [str(n) for n in range(45) if n % 3 != 2]
    assert long_talk.read(before=older[0]["id"]) == []
    assert long_talk.read(after=newest[0]["id"]) == newest
    assert long_talk.read(before=10**30) == long_talk.read(before="") == newest


@pytest.mark.parametrize("before", ["abc", "0", "-5"])
def test_before_is_read_as_an_integer(long_talk: Shop, before: str) -> None:
    """What is no number counts as 0, before which there is nothing."""
    assert long_talk.read(before=before) == []


def test_before_as_an_array_is_none(long_talk: Shop) -> None:
    """An array has no integer in it and counts as absent."""
    query = {"before[]": "5"}
    assert ok(long_talk.get("/conversations/1/messages", params=query)) == long_talk.read()


def test_messages_of_any_inbox_are_found(open_shop: Any) -> None:
    """The message endpoints find any conversation of the contact, whatever inbox the path names."""
    shop = open_shop(
        inboxes=[inbox(), inbox("desk")],
        contacts=[contact("ann", "shop", "desk"), contact("bob")],
        conversations=[conversation(said("maya", "hi"), inbox="desk"), conversation(source_id="bob")],
    )
    assert refused(shop.get("/conversations/1")) == (404, NOT_FOUND)
    assert [m["content"] for m in shop.read()] == ["hi"]
    written = shop.say("here")
    assert shop.tables.messages[written["id"]].inbox_id == 2
    assert ok(shop.patch("/conversations/1/messages/1", json={"submitted_values": []}))["id"] == 1
    for answer in (shop.get("/conversations/2/messages"), shop.post("/conversations/2/messages")):
        assert refused(answer) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    ("status", "settings", "expected"),
    [
        ("open", {}, "open"),
        ("snoozed", {}, "open"),
        ("resolved", {}, "open"),
        ("pending", {}, "pending"),
        ("resolved", {"agent_bot": "porter"}, "pending"),
        ("snoozed", {"agent_bot": "porter"}, "open"),
    ],
)
def test_a_message_wakes_the_conversation(open_shop: Any, status: str, settings: dict[str, Any], expected: str) -> None:
    """A snoozed or resolved conversation opens again; where a bot answers, a resolved one goes back to pending."""
    shop = open_shop(
        inboxes=[inbox(**settings)],
        conversations=[conversation(said("contact", "hi"), status=status, snoozed_for="1d")],
    )
    shop.say("more")
    assert shop.show()["status"] == expected
    row = shop.tables.conversations[1]
    assert (row.snoozed_until is None) == (status != expected)
    assert row.waiting_since
    assert row.last_activity_at == NOW.timestamp()


@pytest.mark.parametrize("status", ["snoozed", "resolved"])
def test_a_blocked_contact_wakes_nothing(open_shop: Any, status: str) -> None:
    """A blocked contact may write, but the conversation stays as it is."""
    shop = open_shop(contacts=[contact(blocked=True)], conversations=[conversation(status=status, snoozed_for="1d")])
    assert shop.say("hello?")["sender"]["blocked"] is True
    assert shop.show()["status"] == status


def test_a_message_is_the_contacts_last_activity(talk: Shop) -> None:
    """Writing sets the contact's last activity, in ISO 8601 with milliseconds."""
    assert talk.show()["contact"]["last_activity_at"] is None
    talk.wait(seconds=1.5)
    talk.say()
    assert talk.show()["contact"]["last_activity_at"] == "2026-03-04T12:00:01.500Z"


def test_a_flooded_conversation_takes_no_more(open_shop: Any) -> None:
    """200 messages of any kind within a minute are enough: the next is a 422, until a minute has passed."""
    messages = [said("maya", "note", ago="30s", private=True)] * 100 + [said("contact", "x", ago="29s")] * 99
    shop = open_shop(conversations=[conversation(*messages, ago="2m")])
    shop.say("number 200")
    flood = {"message": "Too many messages", "attributes": ["base"]}
    assert refused(shop.post("/conversations/1/messages", json={"content": "one more"})) == (422, flood)
    both = refused(shop.post("/conversations/1/messages", json={"content": "x" * 150_001}))
    assert both[1]["attributes"] == ["base", "content"]
    assert refused(shop.patch("/conversations/1/messages/1")) == (500, CRASH)
    shop.wait(seconds=30)
    assert shop.post("/conversations/1/messages").status_code == 422
    shop.wait(seconds=1)
    shop.say("now it works")


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ([{"name": "size", "value": "L", "id": 7}], [{"name": "size", "value": "L"}]),
        (
            [{"title": "A", "value": 1}, {"title": "B", "value": None}],
            [{"title": "A", "value": 1}, {"title": "B", "value": None}],
        ),
        ([{"title": ["a"], "value": {"b": 1}}], [{}]),
        (["a", "b"], []),
        ([], []),
        ({"name": "n", "title": "t", "value": True, "x": 1}, {"name": "n", "title": "t", "value": True}),
        ({"csat_survey_response": {"rating": 4, "x": 1}}, {"csat_survey_response": {"rating": 4}}),
        ({"csat_survey_response": "good"}, {}),
    ],
)
def test_submitted_values_are_kept_as_far_as_they_are_known(open_shop: Any, method: str, given: Any, kept: Any) -> None:
    """An array or object of submitted values keeps the known keys; what else the message carries stays."""
    shop = open_shop(conversations=[conversation(said("maya", "?", content_type="form", content_attributes=FORM))])
    changed = ok(shop.send(method, "/conversations/1/messages/1", json={"submitted_values": given, "content": "!"}))
    assert changed["content_attributes"] == {**FORM, "submitted_values": kept}
    assert changed["content"] == "?"
    assert shop.read() == [changed]


@pytest.mark.parametrize("body", [{}, {"submitted_values": None}, {"submitted_values": "yes"}, {"submitted_values": 1}])
def test_values_that_are_none_change_nothing(talk: Shop, body: dict[str, Any]) -> None:
    """A scalar, null or nothing at all submits nothing, and is fine."""
    message = talk.say("hi")
    assert ok(talk.patch(f"/conversations/1/messages/{message['id']}", json=body)) == message


def test_submitted_values_replace_those_before(talk: Shop) -> None:
    """Submitting again replaces what was submitted, on any message, the contact's own included."""
    path = f"/conversations/1/messages/{talk.say('hi')['id']}"
    ok(talk.patch(path, json={"submitted_values": {"name": "a", "value": "b"}}))
    changed = ok(talk.patch(path, json={"submitted_values": {"title": "c"}}))
    assert changed["content_attributes"] == {"submitted_values": {"title": "c"}}


def test_a_form_submits_values_by_number(talk: Shop) -> None:
    """A form writes an array as an object with numbers for keys; it is kept as that."""
    path = talk.path(f"/conversations/1/messages/{talk.say('hi')['id']}")
    changed = ok(talk.send("PATCH", path, data={"submitted_values[0][title]": "A", "submitted_values[0][x]": "B"}))
    assert changed["content_attributes"]["submitted_values"] == {"0": {"title": "A"}}


def test_hidden_messages_can_be_updated(open_shop: Any) -> None:
    """Even a private note or an activity takes submitted values."""
    shop = open_shop(conversations=[conversation(said("maya", "note", private=True), said("activity", "noted"))])
    for number in (1, 2):
        ok(shop.patch(f"/conversations/1/messages/{number}", json={"submitted_values": {"value": "x"}}))


@pytest.mark.parametrize("number", ["2", "3", "abc", "0"])
def test_a_message_of_elsewhere_is_missing(open_shop: Any, number: str) -> None:
    """A message is found by its id within its conversation only."""
    shop = open_shop(conversations=[conversation(said("contact", "a")), conversation(said("contact", "b"))])
    assert refused(shop.patch(f"/conversations/1/messages/{number}", json={})) == (404, NOT_FOUND)
