"""A state, out and in again, through the front door: a server that takes it answers as the other would have."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from itertools import count
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from played import Client, Serve

CONTACTS = "/public/api/v1/inboxes/demo-inbox/contacts"
DANA = f"{CONTACTS}/demo-contact"
STATE = "/_understudy/state"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def named(name: str) -> dict[str, str]:
    return {"Understudy-Sandbox": name}


def asks(method: str, path: str, **how: Any) -> Callable[[Client, str], httpx.Response]:
    return lambda client, sandbox: client.request(method, path, headers=named(sandbox), **how)


PICTURE = ("a.png", b"\x89PNG\r\n\x1a\n\x00\xff", "image/png")
STEPS = [
    asks("POST", CONTACTS, json={"email": "ann@example.com", "custom_attributes": {"plan": ["gold", 1.5, None]}}),
    asks("POST", CONTACTS, json={"source_id": "ann", "name": "Änn 🙂"}),
    asks("PATCH", f"{CONTACTS}/ann", json={"phone_number": "+15550199"}),
    asks("POST", f"{CONTACTS}/ann/conversations", json={"custom_attributes": {"order": 7}}),
    asks("POST", f"{DANA}/conversations", json={}),
    asks("POST", f"{DANA}/conversations/1/messages", json={"content": "hello", "echo_id": "e"}),
    asks("POST", f"{DANA}/conversations/1/messages", json={"content": "an order, please"}),
    asks("POST", f"{DANA}/conversations/1/messages", files=[("attachments[]", PICTURE)]),
    asks("PATCH", f"{DANA}/conversations/1/messages/5", json={"submitted_values": [{"title": "t", "value": "round"}]}),
    asks("POST", f"{DANA}/conversations/1/toggle_status", json={}),
    asks("POST", f"{DANA}/conversations/1/update_last_seen", json={}),
    asks("GET", f"{DANA}/conversations"),
    asks("GET", f"{DANA}/conversations/1/messages"),
    asks("GET", DANA),
    asks("POST", "/_understudy/clock/advance", json={"seconds": 1.5}),
    asks("POST", "/_understudy/clock/advance", json={"duration": "1d 2h"}),
    asks("POST", "/_understudy/clock/freeze", json={"time": "2026-12-24T18:00:00+01:00"}),
]
# What a sandbox answers to anybody who looks at all of it.
LOOK = [
    *STEPS[11:14],
    asks("GET", f"{CONTACTS}/ann/conversations"),
    asks("GET", STATE),
    asks("GET", "/_understudy/clock"),
]

steps = st.lists(st.sampled_from(STEPS), max_size=12)


def seen(answer: httpx.Response) -> tuple[int, bytes, list[tuple[str, str]]]:
    return answer.status_code, answer.content, list(answer.headers.items())


def test_after_restart_and_import_every_answer_is_the_same(serve: Serve) -> None:
    """Whatever was done before, a new server with another seed, given the state, answers byte for byte alike.

    Headers count too, and so do the ids, tokens and timers of what is done afterwards.
    """
    first = serve("chatwoot", seed=1, frozen_at=NOON, settings={"autoreply": "on"})
    second = serve("chatwoot", seed=2, settings={"autoreply": "on"})
    numbers, waiting = count(), 0

    @settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
    @given(before=steps, after=steps)
    def holds(before: list[Any], after: list[Any]) -> None:
        nonlocal waiting
        name = f"s{next(numbers)}"
        for step in before:
            step(first, name)
        state = first.get(STATE, headers=named(name))
        put = second.put(STATE, content=state.content, headers=named(name) | {"Content-Type": "application/json"})
        assert put.status_code == 204, put.text
        waiting += len(state.json()["services"]["chatwoot"]["timers"]["waiting"])
        for step in (*LOOK, *after, *LOOK):
            assert seen(step(second, name)) == seen(step(first, name))

    holds()
    assert waiting > 0


def test_everybodys_sandbox_travels_as_well(serve: Serve) -> None:
    """The nameless sandbox is put back like a named one, also into a named one of another server."""
    first, second = serve("chatwoot", seed=1, frozen_at=NOON), serve("chatwoot", seed=2)
    first.post(f"{DANA}/conversations/1/messages", json={"content": "Hello"})
    state = first.get(STATE).json()
    assert second.put(STATE, json=state).status_code == 204
    assert (
        second.get(f"{DANA}/conversations/1/messages").content == first.get(f"{DANA}/conversations/1/messages").content
    )
    assert second.put(f"/~copy{STATE}", json=state).status_code == 204
    assert second.get(f"/~copy{STATE}").json() == state


def test_a_document_whose_state_is_not_inferred_has_none(serve: Serve, tmp_path: Any) -> None:
    """Where nothing keeps state, asking for it is told with the fix."""
    path = tmp_path / "pets.yaml"
    path.write_text("openapi: 3.1.0\ninfo: {title: Pets, version: '1'}\npaths: {}\n")
    client = serve(str(path), state="none")
    assert client.post("/_understudy/sandboxes").json()["services"] == {}
    for answer in (client.get(STATE), client.post("/_understudy/clock/freeze")):
        assert answer.status_code == 409
        assert "serve a service" in answer.json()["detail"]


def spoilt(state: Any, where: str, value: Any) -> Any:
    *path, last = where.split("/")
    node = state
    for part in path:
        node = node[int(part)] if isinstance(node, list) else node[part]
    node[int(last) if isinstance(node, list) else last] = value
    return state


CHATWOOT = "services/chatwoot"


@pytest.mark.parametrize(
    ("where", "value", "told"),
    [
        ("version", "0.0.1", "written by Understudy 0.0.1"),
        ("services/pets", {}, ""),
        ("services", {}, "/services/chatwoot: the state has nothing of it"),
        (f"{CHATWOOT}/tables/messages/3/id", "x", "/services/chatwoot/tables/messages/3/id: must be a valid integer"),
        (f"{CHATWOOT}/tables/contacts/1/email", "dana@customer.example", "/services/chatwoot/tables/contacts/1: "),
        (f"{CHATWOOT}/settings/release", "4.13", "start the server with --set release=4.13"),
        (f"{CHATWOOT}/settings/release", "3", "choose one of: 4.13, later"),
        (f"{CHATWOOT}/sequences/messages", 1, "/services/chatwoot/sequences/messages: is 1, and a row has the id 11"),
    ],
)
def test_a_state_that_cannot_be_taken_changes_nothing(chatwoot: Client, where: str, value: Any, told: str) -> None:
    """A state of another service, another version or with a fault is refused with place and fix; all stays as it was."""
    chatwoot.post("/_understudy/clock/freeze")
    before = chatwoot.get(STATE)
    answer = chatwoot.put(STATE, json=spoilt(before.json(), where, value))
    assert answer.status_code == (409 if told else 422), answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in answer.json()["detail"]
    assert chatwoot.get(STATE).content == before.content


def test_a_large_state_goes_out_and_in_and_not_into_the_journal(serve: Serve) -> None:
    """A state larger than any request of a client is taken, and the journal keeps what it had."""
    client = serve("chatwoot", frozen_at=NOON)
    client.get(DANA)
    state = client.get(STATE).json()
    tables, sequences = (state["services"]["chatwoot"][key] for key in ("tables", "sequences"))
    message = tables["messages"][0]
    tables["messages"] = [message | {"id": number, "content": "x" * 1_000} for number in range(1, 12_001)]
    sequences["messages"] = 12_000
    assert client.put(STATE, json=state).status_code == 204
    assert len(client.get(STATE).content) > 12_000_000
    kept = list(client.journal)
    assert kept[0].operation_id == "get-details-of-a-contact"
    assert sum(len(entry.request.body) + len(entry.response.body) for entry in kept) < 10_000
