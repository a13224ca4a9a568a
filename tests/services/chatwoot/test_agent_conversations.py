"""What agents do with a conversation: status, snooze, assignment, labels, priority, attributes, typing, seen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from desk import MORNING, Desk, events
from played import Client
from shop import conversation, said, seed

HOUR = 3600.0


def test_a_list_holds_what_fits_every_filter(desk: Desk) -> None:
    """Conversations are found by status, inbox and contact, the contact by its id or any source id."""

    def listed(**query: Any) -> list[int]:
        return [found["id"] for found in desk.do("GET", "/conversations", params=query)]

    assert listed() == [1, 2, 3]
    assert listed(status="resolved") == [2, 3]
    assert listed(contact="demo-contact") == listed(contact="1") == [1, 2, 3]
    assert listed(contact="secure-contact") == listed(inbox="single-inbox") == []
    assert listed(inbox="demo-inbox", contact="1", status="open") == [1]


def test_a_filter_that_names_nothing_is_refused(desk: Desk) -> None:
    """An unknown inbox or contact is no empty list: the name is likely wrong."""
    assert desk.refusal("GET", "/conversations", params={"inbox": "demo"}) == (
        404, "There is no inbox 'demo'; there are: demo-inbox, secure-inbox, single-inbox.",
    )  # fmt: skip
    status, detail = desk.refusal("GET", "/conversations", params={"contact": "nobody"})
    assert (status, "GET /contacts lists them" in detail) == (404, True)


def test_agents_see_everything(desk: Desk) -> None:
    """Notes, the log, who has it, what is unread and since when somebody waits."""
    shown = desk.show(1)
    assert [(m["message_type"], m["private"]) for m in shown["messages"]] == [
        ("incoming", False), ("outgoing", False), ("incoming", False), ("outgoing", True), ("outgoing", False),
    ]  # fmt: skip
    assert shown["messages"][2]["attachments"][0]["filename"] == "badge.png"
    assert shown["messages"][3]["sender"] == {"type": "user", "id": 2, "name": "Tomas Ferreira"}
    assert shown["assignee"]["handle"] == "maya"
    assert shown["contact"]["source_id"] == "demo-contact"
    assert shown["unread_count"] == 0
    desk.say("One more thing")
    assert desk.show(1)["unread_count"] == 1
    assert desk.show(3)["messages"][2]["message_type"] == "activity"


@pytest.mark.parametrize(
    ("status", "note"),
    [
        ("resolved", "Conversation was marked resolved by Maya Lindqvist"),
        ("pending", "Conversation was marked as pending by Maya Lindqvist"),
        ("snoozed", "Conversation was snoozed by Maya Lindqvist"),
    ],
)
def test_a_status_is_given_noted_and_told(desk: Desk, status: str, note: str) -> None:
    """The contact sees the new status; the log says who gave it; asking again changes nothing."""
    heard = desk.listen()
    desk.do("PUT", "/conversations/1/status", {"status": status})
    assert desk.ask("GET", "/conversations/1")["status"] == status
    assert desk.notes() == [note]
    assert events(heard)[:2] == ["conversation.status_changed", "conversation.updated"]
    del heard[:]
    desk.do("PUT", "/conversations/1/status", {"status": status})
    assert (desk.notes(), heard) == ([note], [])


def test_resolving_asks_how_it_was(desk: Desk) -> None:
    """The survey follows the resolution, as the inbox wants it; the contact waits no longer."""
    desk.say("Thanks")
    heard = desk.listen()
    resolved = desk.do("PUT", "/conversations/1/status", {"status": "resolved"})
    assert resolved["waiting_since"] is None
    assert events(heard) == ["conversation.status_changed", "conversation.updated", "message.created"]
    assert desk.read()[-1]["content_type"] == "input_csat"


def test_who_opens_a_conversation_takes_it_over(desk: Desk) -> None:
    """An agent who reopens gets the conversation, and the log says both; a bot does not."""
    opened = desk.do("PUT", "/conversations/2/status", {"status": "open", "agent": "maya"})
    assert (opened["status"], opened["assignee"]["handle"]) == ("open", "maya")
    assert desk.notes(2) == [
        "Conversation was reopened by Maya Lindqvist",
        "Maya Lindqvist self-assigned this conversation",
    ]
    opened = desk.do("PUT", "/conversations/3/status", {"status": "open", "agent": "porter"})
    assert opened["assignee"]["handle"] == "maya"
    assert desk.notes(3)[-1] == "Conversation was reopened by Porter"


@pytest.mark.parametrize("sleep", [{"snoozed_for": "2h"}, {"snoozed_until": "2026-03-04T15:00:00+01:00"}])
def test_a_snoozed_conversation_wakes_by_the_clock(desk: Desk, sleep: dict[str, str]) -> None:
    """It opens at its moment and not before; nobody did it, so the log is silent, but the contact is told."""
    asleep = desk.do("PUT", "/conversations/1/status", {"status": "snoozed", **sleep})
    assert asleep["snoozed_until"] == "2026-03-04T14:00:00.000Z"
    heard = desk.listen()
    desk.wait(2 * HOUR - 1)
    assert (desk.show()["status"], heard) == ("snoozed", [])
    desk.wait(1)
    awake = desk.show()
    assert (awake["status"], awake["snoozed_until"]) == ("open", None)
    assert desk.notes() == ["Conversation was snoozed by Maya Lindqvist"]
    assert events(heard) == ["conversation.status_changed", "conversation.updated"]


def test_a_conversation_that_was_snoozed_anew_sleeps_on(desk: Desk) -> None:
    """Only the last moment counts; without one it sleeps until the contact writes."""
    path = "/conversations/1/status"
    desk.do("PUT", path, {"status": "snoozed", "snoozed_for": "1h"})
    desk.do("PUT", path, {"status": "snoozed", "snoozed_for": "3h"})
    desk.wait(2 * HOUR)
    assert desk.show()["status"] == "snoozed"
    desk.wait(HOUR)
    assert desk.show()["status"] == "open"
    desk.do("PUT", path, {"status": "snoozed"})
    desk.wait(1_000 * HOUR)
    assert desk.show()["status"] == "snoozed"
    desk.say("Hello?")
    assert desk.show()["status"] == "open"


def test_a_conversation_planted_asleep_wakes_too(serve: Callable[..., Client]) -> None:
    """A seed's snoozed conversation opens when its span is over."""
    asleep = conversation(said("contact", "hi"), status="snoozed", snoozed_for="1h")
    desk = Desk(serve("chatwoot", fixtures=seed(conversations=[asleep]), frozen_at=MORNING), "a-test")
    assert desk.show()["snoozed_until"] == "2026-03-04T13:00:00.000Z"
    desk.wait(HOUR)
    assert desk.show()["status"] == "open"


def test_a_moment_to_wake_must_lie_ahead(desk: Desk) -> None:
    """The refusal tells what time it is in the sandbox; a status that does not sleep takes no moment."""
    path = "/conversations/1/status"
    status, detail = desk.refusal("PUT", path, {"status": "snoozed", "snoozed_until": "2026-03-04T11:00:00Z"})
    assert (status, "the sandbox's clock shows 2026-03-04T12:00:00.000Z" in detail) == (422, True)
    late = {"status": "snoozed", "snoozed_until": "9999-12-31T23:59:59-12:00"}
    assert desk.refusal("PUT", path, late)[0] == 422
    assert desk.broken("PUT", path, {"status": "open", "snoozed_for": "2h"})
    assert desk.broken("PUT", path, {"status": "snoozed", "snoozed_for": "soon"})


def test_a_conversation_goes_from_hand_to_hand(desk: Desk) -> None:
    """Assigning and unassigning are noted by who did it, once; agents go by handle, e-mail or id."""
    path = "/conversations/1/assignee"
    heard = desk.listen()
    assert desk.do("PUT", path, {"assignee": "tomas"})["assignee"]["id"] == 2
    assert desk.do("PUT", path, {"assignee": "Maya@acme.example", "agent": 1})["assignee"]["id"] == 1
    assert desk.do("DELETE", path, params={"agent": "porter"})["assignee"] is None
    for _ in range(2):
        assert desk.do("PUT", path, {"assignee": 1})["assignee"]["id"] == 1
    assert desk.notes() == [
        "Assigned to Tomas Ferreira by Maya Lindqvist",
        "Maya Lindqvist self-assigned this conversation",
        "Conversation unassigned by Porter",
        "Maya Lindqvist self-assigned this conversation",
    ]
    assert events(heard) == ["conversation.updated"] * 4
    assert desk.refusal("PUT", path, {"assignee": "porter"}) == (
        404, "No agent is called 'porter' here. Name one of: maya, tomas.",
    )  # fmt: skip


def test_labels_come_and_go(desk: Desk) -> None:
    """Labels are set, added and taken off, each once, and the log says which."""
    path = "/conversations/1/labels"
    assert desk.do("PUT", path, {"labels": ["vip", "vip", "returns"]})["labels"] == ["vip", "returns"]
    assert desk.do("POST", path, {"labels": ["vip", "late"]})["labels"] == ["vip", "returns", "late"]
    assert desk.do("DELETE", f"{path}/vip")["labels"] == ["returns", "late"]
    assert desk.do("PUT", path, {"labels": ["late"], "agent": "tomas"})["labels"] == ["late"]
    assert desk.notes() == [
        "Maya Lindqvist added vip, returns",
        "Maya Lindqvist added late",
        "Maya Lindqvist removed vip",
        "Tomas Ferreira removed returns",
    ]
    assert desk.refusal("DELETE", f"{path}/vip") == (404, "Conversation 1 has no label 'vip'; it has: late.")


def test_priorities_are_set_changed_and_removed(desk: Desk) -> None:
    """Each step has words of its own in the log; no step has none."""
    path = "/conversations/1/priority"
    for priority in ("low", "urgent", "urgent", None):
        assert desk.do("PUT", path, {"priority": priority})["priority"] == priority
    assert desk.notes() == [
        "Maya Lindqvist set the priority to low",
        "Maya Lindqvist changed the priority from low to urgent",
        "Maya Lindqvist removed the priority",
    ]


def test_custom_attributes_are_replaced_within_chatwoots_limits(desk: Desk) -> None:
    """They are told to the contact's socket; what is too large is refused in Chatwoot's words."""
    path = "/conversations/1/custom_attributes"
    heard = desk.listen()
    desk.do("PUT", path, {"custom_attributes": {"order": "4711"}})
    assert desk.do("PUT", path, {"custom_attributes": {"paid": True}})["custom_attributes"] == {"paid": True}
    assert [data["custom_attributes"] for _, data in heard] == [{"order": "4711"}, {"paid": True}]
    long = {"custom_attributes": {"order": "x" * 1501}}
    assert desk.refusal("PUT", path, long) == (422, "Custom attributes order length should be < 1500.")


def test_typing_is_told_and_nothing_more(desk: Desk) -> None:
    """The contact's socket hears who types, also in private; nothing is kept of it."""
    before, heard = desk.show(), desk.listen()
    path = "/conversations/1/typing"
    desk.do("POST", path, {"typing_status": "on"})
    desk.do("POST", path, {"typing_status": "off", "agent": "tomas", "is_private": True})
    desk.do("POST", path, {"typing_status": "on"}, params={"agent": "porter"})
    assert [(name, data["user"]["name"], data["is_private"]) for name, data in heard] == [
        ("conversation.typing_on", "Maya Lindqvist", False),
        ("conversation.typing_off", "Tomas Ferreira", True),
        ("conversation.typing_on", "Porter", False),
    ]
    assert desk.show() == before


def test_what_was_seen_is_not_unread(desk: Desk) -> None:
    """The contact can ask until when agents have read; its socket does not hear of it."""
    desk.say("One more thing")
    heard = desk.listen()
    desk.wait(5)
    assert desk.do("POST", "/conversations/1/seen")["unread_count"] == 0
    assert desk.ask("GET", "/conversations/1")["agent_last_seen_at"] == int(desk.sandbox.clock.time())
    assert heard == []


def test_nothing_is_told_of_what_is_refused(desk: Desk) -> None:
    """An action that fails half-way leaves nothing behind, and nobody hears of it."""
    before, heard = desk.show(), desk.listen()
    desk.refusal("PUT", "/conversations/1/status", {"status": "resolved", "agent": "nemo"})
    desk.refusal("PUT", "/conversations/1/labels", {"labels": ["x"], "agent": "nemo"})
    assert (desk.show(), heard) == (before, [])


def test_somebody_must_be_there_to_act(serve: Callable[..., Client]) -> None:
    """Without agents a bot acts; without anybody the refusal says what the seed lacks."""
    quiet = [conversation(said("contact", "hi"))]
    bots = Desk(serve("chatwoot", fixtures=seed(users=[], conversations=quiet), frozen_at=MORNING), "bots")
    assert bots.do("POST", "/conversations/1/messages", {"content": "Beep"})["sender"]["name"] == "Porter"
    nobody = seed(users=[], agent_bots=[], conversations=quiet)
    empty = Desk(serve("chatwoot", fixtures=nobody, frozen_at=MORNING), "empty")
    assert empty.refusal("POST", "/conversations/1/messages", {"content": "Hi"}) == (
        422,
        "Nobody can act here: the seed has no agents. Add one to its users, with a handle.",
    )
