"""The seed's script: who answers when nobody is at work, when, and where nobody does."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from desk import STREAM, Desk, events
from played import Client
from shop import inbox, seed

INBOX = "/inboxes/demo-inbox"


@pytest.fixture
def manned(open_desk: Callable[..., Desk]) -> Desk:
    """A desk where the script answers."""
    return open_desk(autoreply="on")


def test_somebody_begins_to_type_and_then_answers(manned: Desk) -> None:
    """After two seconds Maya types, a second later her answer is there and she types no longer."""
    heard = manned.listen()
    manned.say("Hello there")
    del heard[:]
    manned.wait(1.9)
    assert heard == []
    manned.wait(0.1)
    assert events(heard) == ["conversation.typing_on"]
    manned.wait(1)
    assert events(heard) == [
        "conversation.typing_on", "message.created", "conversation.updated", "conversation.typing_off",
    ]  # fmt: skip
    assert manned.read()[-1]["content"] == "Hello! What can I do for you?"
    assert manned.read()[-1]["sender"]["name"] == "Maya Lindqvist"


def test_a_question_with_choices_goes_on_with_what_is_chosen(manned: Desk) -> None:
    """The bot asks what the order is about; what the contact chooses is answered by the rule for it."""
    manned.say("I have ORDERed something")
    manned.wait(10)
    question = manned.read()[-1]
    assert (question["content_type"], question["sender"]["type"]) == ("input_select", "agent_bot")
    chosen = question["content_attributes"]["items"][1]
    manned.ask("PATCH", f"/conversations/1/messages/{question['id']}", {"submitted_values": [{"name": "x", **chosen}]})
    manned.wait(10)
    assert manned.read()[-1]["content"].startswith("No problem.")
    manned.wait(1_000)
    assert len([m for m in manned.read() if m["message_type"] == 1]) == 4


def test_thanks_resolve_the_conversation(manned: Desk) -> None:
    """The answer comes first, then the status with the note of who gave it, then the survey."""
    heard = manned.listen()
    manned.say("Thanks a lot")
    manned.wait(3)
    assert events(heard)[-4:] == [
        "conversation.typing_off", "conversation.status_changed", "conversation.updated", "message.created",
    ]  # fmt: skip
    shown = manned.show()
    assert (shown["status"], shown["messages"][-1]["content_type"]) == ("resolved", "input_csat")
    assert manned.notes() == ["Conversation was marked resolved by Maya Lindqvist"]


def test_anything_else_has_an_answer_too(manned: Desk) -> None:
    """The last rule fits any message, also one without a text."""
    manned.say(None)
    manned.wait(10)
    assert 'try the word "order"' in manned.read()[-1]["content"]


def test_a_new_script_is_played_from_now_on(manned: Desk) -> None:
    """The first rule that fits answers; what fits none has no answer; who answers is the assignee by default."""
    rules = [
        {"when": "/^a.c$/", "after": "0s", "typing": "0s", "reply": "pattern"},
        {"when": "B", "after": "0s", "typing": "0s", "agent": "tomas", "reply": "text"},
    ]
    told = manned.do("PATCH", INBOX, {"autoreply": rules})["autoreply"]
    assert [rule["reply"]["content"] for rule in told] == ["pattern", "text"]
    for content in ("aBc", "xbx", "xx"):
        manned.say(content)
        manned.wait(0)
    assert [(m["content"], m["sender"]["name"]) for m in manned.read()[-5:]] == [
        ("aBc", "Dana Demo"), ("pattern", "Maya Lindqvist"),
        ("xbx", "Dana Demo"), ("text", "Tomas Ferreira"),
        ("xx", "Dana Demo"),
    ]  # fmt: skip


def test_nobody_answers_in_a_conversation_that_was_resolved_meanwhile(manned: Desk) -> None:
    """Who resolved it wants no answer; nobody types either."""
    manned.say("Hello")
    manned.ask("POST", "/conversations/1/toggle_status", {})
    heard = manned.listen()
    before = manned.read()
    manned.wait(10)
    assert (manned.read(), heard) == (before, [])


def test_nobody_answers_a_blocked_contact(manned: Desk) -> None:
    """A blocked contact writes into silence."""
    manned.do("POST", "/contacts/1/block")
    manned.say("Hello")
    manned.wait(10)
    assert manned.read()[-1]["content"] == "Hello"


def test_a_test_has_silence(desk: Desk) -> None:
    """In a sandbox with a name nobody answers, whatever the seed's script says."""
    desk.say("Hello")
    desk.wait(1_000)
    assert desk.read()[-1]["content"] == "Hello"


@pytest.mark.parametrize(
    ("direction", "name", "answered"),
    [
        ({"attended": True}, "", True),
        ({"attended": True}, "a-test", False),
        ({"attended": False}, "", False),
        ({"attended": True, "settings": {"autoreply": "off"}}, "", False),
        ({"attended": False, "settings": {"autoreply": "on"}}, "a-test", True),
    ],
)
def test_the_script_is_for_people(serve: Callable[..., Client], direction: Any, name: str, answered: bool) -> None:  # noqa: FBT001 - a case's own
    """It is played where people are at work, unless the setting says otherwise for everybody."""
    desk = Desk(serve("chatwoot", **direction), name)
    desk.headers = {"Understudy-Sandbox": name} if name else {}
    desk.sandbox.freeze()
    desk.say("Hello")
    desk.wait(10)
    assert (desk.read()[-1]["content"] != "Hello") is answered


@pytest.mark.parametrize(
    ("rule", "fault"),
    [
        ({"reply": "Hi", "agent": "nemo"}, "autoreply[0] has agent: 'nemo', which nobody is called here; choose one of: maya, tom, porter"),
        ({"reply": "Hi", "when": "/[/"}, "autoreply[0] has when: '/[/', which is no pattern"),
        ({"reply": "Hi", "when": "a", "submitted": "b"}, "make it two rules"),
        ({"reply": "Hi", "status": "closed"}, "choose one of: open, pending, resolved"),
        ({"reply": "Hi", "after": "soon"}, "write a span of time"),
        ({}, "autoreply[0].reply is a null"),
        ({"reply": {"content": "x", "content_attributes": {"items": [{}]}}}, "a message of type text does not show; leave them out"),
        ({"reply": {"content_type": "form", "content_attributes": {"items": ["x"]}}}, "items[0] that is no object; write one with name, type, label"),
        ({"reply": {"content_type": "cards", "content_attributes": {"items": [{"title": "x", "actions": []}]}}}, "no items[0].actions; a card needs at least one action"),
        ({"reply": {"content_type": "input_select"}}, "needs at least one, with title, value"),
        ({"reply": {"content_type": "cards", "content_attributes": {"items": [{"title": "x", "actions": [{"type": "link"}]}]}}}, "items[0].actions[0] without 'text'"),
        ({"reply": {"content_type": "article", "content_attributes": {"items": [{"title": "x", "link": "y", "z": 1}]}}}, "it may have title, link, description"),
    ],
)  # fmt: skip
def test_a_script_that_cannot_be_played_is_refused_with_the_fix(rule: Any, fault: str) -> None:
    """A fault in the seed names the rule, the key and what to write."""
    from understudy.sandbox.sandboxes import Sandbox
    from understudy.services.chatwoot import SERVICE

    sandbox = Sandbox(1, SERVICE.tables, {"autoreply": "on", "release": "later"})
    with pytest.raises(ValueError) as told:  # noqa: PT011 - the fault of a seed; its words are compared below
        SERVICE.plant(sandbox, seed(inboxes=[inbox(autoreply=[rule])]))
    assert fault in str(told.value)


def test_a_socket_that_listens_is_told_in_order(manned: Desk) -> None:
    """The contact's own message is told before anything the script does."""
    heard = manned.listen(STREAM)
    manned.say("Hello")
    manned.wait(3)
    assert events(heard)[0] == "message.created"
    assert heard[0][1]["message_type"] == 0
