"""The contract of the events: it is strict, and whatever is done to a shop keeps it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ears import Ear, act, hooked
from shop import Shop, contact, conversation, inbox, said
from understudy import bundled
from understudy.contract.contract import Contract
from understudy.contract.document import load
from understudy.services.chatwoot import SERVICE, timeline
from understudy.services.chatwoot.tables import MessageType
from understudy.services.chatwoot.timeline import Draft

FREE = {"additional_attributes", "custom_attributes", "content_attributes", "previous_changes", "users"}
OPTIONAL = {"echo_id", "attachments", "sender", "performer", "transcribed_text"}
FILE = {"attachments[]": ("a.mp3", b"x", "audio/mpeg")}
FRAMES = {
    "cable.welcome": {"type": "welcome"},
    "cable.ping": {"type": "ping", "message": 1},
    "cable.confirm_subscription": {"identifier": "{}", "type": "confirm_subscription"},
    "cable.disconnect": {"type": "disconnect", "reason": "server_restart", "reconnect": True},
}
NUMBERS = count(1)


@pytest.fixture(scope="session")
def realtime() -> Contract:
    """The contract of what Chatwoot sends by itself."""
    return Contract(load(bundled.SPEC / "chatwoot/realtime.yaml"))


@pytest.fixture
def busy(open_shop: Any) -> Shop:
    """A shop with everything: webhook, greeting, survey, a contact in two inboxes."""
    hook = {"webhook_url": "http://hooks.example", "webhook_secret": "s", "csat_survey_enabled": True}
    opened: Shop = open_shop(
        policy="enforce",
        inboxes=[inbox(**hook, greeting_enabled=True, greeting_message="Welcome"), inbox("annex", agent_bot="porter")],
        contacts=[contact("ann", "shop", "annex"), contact("bea", email="bea@x.example")],
        conversations=[conversation(said("contact", "hi")), conversation(said("porter", "hi"), inbox="annex")],
    )
    return opened


def sampled(shop: Shop) -> dict[str, Any]:
    """One payload of every event there is."""
    ear, deliveries = Ear(shop), hooked(shop)
    cable, maya = SERVICE.cable, shop.tables.users[1]
    assert cable is not None
    shop.begin()
    shop.client.post(shop.path("/conversations/1/messages"), data={"echo_id": "e"}, files=FILE)
    draft = Draft(MessageType.OUTGOING, "x", sender_type="User", sender_id=1)
    act(shop, timeline.add, 1, draft, maya)
    for on in (True, False):
        act(shop, timeline.type_in, 1, maya, on=on)
    shop.resolve()
    with shop.sandbox.transaction():
        timeline.delete_message(shop.sandbox, shop.tables.messages[1], maya)
    cable.joined(shop.sandbox, shop.tables.contact_inboxes[1].pubsub_token)
    hooks = {delivery.event: json.loads(delivery.body) for delivery in deliveries}
    return FRAMES | hooks | dict(reversed(ear.take()))


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every object in a payload whose keys are promised, by the way that leads to it."""
    if isinstance(value, dict) and not (path and path[-1] in FREE):
        yield path
        for key, item in value.items():
            yield from places(item, (*path, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from places(item, (*path, index))


def at(value: Any, path: tuple[Any, ...]) -> Any:
    """What a way leads to."""
    for step in path:
        value = value[step]
    return value


def test_every_event_is_documented_and_every_documented_one_is_sent(busy: Shop, realtime: Contract) -> None:
    """The document's webhooks are what a busy shop and its cable send, no more and no less."""
    assert set(sampled(busy)) == set(realtime.events)


def test_no_key_may_be_missing_added_or_emptied(busy: Shop, realtime: Contract) -> None:
    """In every event, each key that is always there is demanded, no other is allowed, and no type may change."""
    slack = []
    for event, payload in sampled(busy).items():
        assert realtime.check_event(event, payload) == (), event
        for path in places(payload):
            for key in (*at(payload, path), "surprise"):
                for change in ("drop", "retype"):
                    bent = copy.deepcopy(payload)
                    node = at(bent, path)
                    if key == "surprise" or change == "retype":
                        node[key] = [[7]]
                    elif key in OPTIONAL:
                        continue
                    else:
                        del node[key]
                    if not realtime.check_event(event, bent):
                        slack.append((event, *path, key, change))
    assert slack == []


@pytest.mark.parametrize(
    ("event", "change", "where"),
    [
        ("conversation.updated", {"status": "closed"}, "/body/status"),
        ("conversation.updated", {"performer": None}, "/body/performer"),
        ("conversation.created", {"event": "x"}, "/body/event"),
        ("message.created", {"private": True}, "/body/private"),
        ("message.created", {"message_type": 2}, "/body/message_type"),
        ("message.created", {"previous_changes": {}}, "/body/previous_changes"),
        ("message.updated", {"echo_id": "e"}, "/body/echo_id"),
        ("message_created", {"message_type": "activity"}, "/body/message_type"),
        ("message_created", {"event": "message_updated"}, "/body/event"),
        ("presence.update", {"users": {"x": "online"}}, "/body/users"),
        ("cable.disconnect", {"reason": "boredom"}, "/body/reason"),
    ],
)
def test_what_never_happens_breaks_the_contract(
    busy: Shop, realtime: Contract, event: str, change: dict[str, Any], where: str
) -> None:
    """A value that no event has is told at its place."""
    payload = {**sampled(busy)[event], **change}
    assert {violation.where for violation in realtime.check_event(event, payload)} >= {where}


STEPS = {
    "begin": lambda ask, n, _: ask("POST", "/conversations", json={"custom_attributes": {"n": n}}),
    "say": lambda ask, n, text: ask("POST", f"/conversations/{n}/messages", json={"content": text, "echo_id": text}),
    "show": lambda ask, n, _: ask("POST", f"/conversations/{n}/messages", files=FILE),
    "resolve": lambda ask, n, _: ask("POST", f"/conversations/{n}/toggle_status"),
    "see": lambda ask, n, _: ask("POST", f"/conversations/{n}/update_last_seen"),
    "type": lambda ask, n, _: ask("POST", f"/conversations/{n}/toggle_typing", json={"typing_status": "on"}),
    "answer": lambda ask, n, text: ask(
        "PATCH", f"/conversations/{n}/messages/{n + 1}", json={"submitted_values": [{"value": text}]}
    ),
    "rename": lambda ask, _, text: ask("PATCH", "", json={"name": text, "custom_attributes": {text: 1}}),
    "merge": lambda ask, _, __: ask("PATCH", "", json={"email": "bea@x.example"}),
}
AGENTS = {
    "reply": lambda box, ours, text: timeline.add(
        box, ours, Draft(MessageType.OUTGOING, text, sender_type="User", sender_id=1), box.tables.users[1]
    ),
    "note": lambda box, ours, text: timeline.add(
        box, ours, Draft(MessageType.OUTGOING, text, private=True, sender_type="User", sender_id=1)
    ),
    "bot": lambda box, ours, text: timeline.add(
        box, ours, Draft(MessageType.OUTGOING, text, sender_type="AgentBot", sender_id=1)
    ),
    "assign": lambda box, ours, _: timeline.change(box, ours, assignee_id=2),
    "label": lambda box, ours, text: timeline.change(box, ours, labels=(text,)),
    "snooze": lambda box, ours, _: timeline.change_status(box, ours, "snoozed", until=box.clock.time() + 9),
    "delete": lambda box, ours, _: timeline.delete_message(
        box, box.tables.messages.last("conversation_id", ours.id) or box.tables.messages[1], box.tables.users[1]
    ),
    "look": lambda box, ours, _: timeline.seen_by_agent(box, ours),
    "typing": lambda box, ours, _: timeline.type_in(box, ours, box.tables.users[2], on=True),
}
HIDDEN = ("note", "look", "type", "rename", "merge")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from([*STEPS, *AGENTS]),
            st.integers(1, 4),
            st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), min_size=1, max_size=6),
        ),
        max_size=25,
    )
)
def test_whatever_happens_keeps_the_contract(busy: Shop, realtime: Contract, steps: list[tuple[str, int, str]]) -> None:
    """Any sequence of what both sides do: every event keeps its contract and is of a step that may be heard."""
    name = f"run-{next(NUMBERS)}"
    sandbox = busy.sandboxes.get(name)
    token = sandbox.tables.contact_inboxes[1].pubsub_token
    heard: list[str] = []
    sandbox.bus.subscribe(token, lambda broadcast, _: heard.append(broadcast.event))
    posted: list[Any] = []
    sandbox.bus.post = posted.append

    def ask(method: str, path: str, **how: Any) -> None:
        busy.client.request(method, busy.path(path), headers={"Understudy-Sandbox": name}, **how)

    for step, number, text in steps:
        before = len(heard)
        if step in STEPS:
            STEPS[step](ask, number, text)
        elif sandbox.tables.conversations.get(number):
            with sandbox.transaction():
                AGENTS[step](sandbox, sandbox.tables.conversations[number], text)
        assert step not in HIDDEN or len(heard) == before, step
    events = [event for event in busy.journal.events if event.sandbox == name]
    assert [event.name for event in events] == heard
    assert [event for event in events if event.violations or not event.sent] == []
    broken = [(d.event, realtime.check_event(d.event, json.loads(d.body))) for d in posted]
    assert [found for found in broken if found[1]] == []
