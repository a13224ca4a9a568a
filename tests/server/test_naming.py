"""Sandboxes through the front door: whoever names one has it alone."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from played import Client, Serve

CONTACTS = "/public/api/v1/inboxes/demo-inbox/contacts"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def named(name: str) -> dict[str, str]:
    return {"Understudy-Sandbox": name}


def test_a_header_names_a_sandbox(chatwoot: Client) -> None:
    """What is made in one sandbox is in no other, and the journal tells which it was."""
    made = chatwoot.post(CONTACTS, json={"source_id": "ann"}, headers=named("one"))
    assert made.status_code == 200
    assert chatwoot.get(f"{CONTACTS}/ann", headers=named("one")).status_code == 200
    assert chatwoot.get(f"{CONTACTS}/ann", headers=named("two")).status_code == 404
    assert chatwoot.get(f"{CONTACTS}/ann").status_code == 404
    assert [exchange.sandbox for exchange in chatwoot.journal] == ["one", "one", "two", ""]


def test_a_prefix_names_the_same_sandbox_as_the_header(chatwoot: Client) -> None:
    """`/~NAME/` leads where the header leads, for clients that can set a base URL only; the seed is there."""
    assert chatwoot.get(f"/~one{CONTACTS}/demo-contact").status_code == 200
    chatwoot.post(f"/~one{CONTACTS}", json={"source_id": "ann"})
    assert chatwoot.get(f"{CONTACTS}/ann", headers=named("one")).status_code == 200
    assert chatwoot.get(f"{CONTACTS}/ann").status_code == 404


def test_a_download_leads_back_into_the_sandbox(chatwoot: Client) -> None:
    """The address of an attachment works as it is given, whoever follows it."""
    messages = f"{CONTACTS}/demo-contact/conversations/1/messages"
    sent = chatwoot.post(messages, files=[("attachments[]", ("a.txt", b"hello", "text/plain"))], headers=named("one"))
    address = sent.json()["attachments"][0]["data_url"]
    moved = chatwoot.get(address)
    assert moved.status_code == 302
    assert chatwoot.get(moved.headers["location"]).content == b"hello"


@pytest.mark.parametrize("name", ["", "a b", "ä", "x" * 65, "a/b"])
def test_a_name_that_is_none_is_told(chatwoot: Client, name: str) -> None:
    """A header that names no sandbox is refused with the rule for names."""
    answer = chatwoot.get(f"{CONTACTS}/demo-contact", headers=[(b"Understudy-Sandbox", name.encode("latin-1"))])  # type: ignore[arg-type]
    assert (answer.status_code, answer.json()["violations"][0]["code"]) == (400, "sandbox-malformed")


def test_a_prefix_that_is_no_name_is_told(chatwoot: Client) -> None:
    """The same for the prefix; the next request works."""
    assert chatwoot.get(f"/~{CONTACTS}/demo-contact").status_code == 400
    assert chatwoot.get(f"/~one{CONTACTS}/demo-contact").status_code == 200


STEPS: list[tuple[str, str, Any]] = [
    ("POST", CONTACTS, {"email": "ann@example.com"}),
    ("POST", CONTACTS, {"source_id": "ann", "name": "Ann"}),
    ("POST", f"{CONTACTS}/ann/conversations", {}),
    ("POST", f"{CONTACTS}/demo-contact/conversations/1/messages", {"content": "Hello"}),
    ("POST", f"{CONTACTS}/demo-contact/conversations/1/toggle_status", {}),
    ("GET", f"{CONTACTS}/demo-contact/conversations", None),
    ("PATCH", f"{CONTACTS}/ann", {"email": "dana@customer.example"}),
]


def walk(client: Client, step: int, sandbox: str) -> tuple[int, bytes]:
    method, path, body = STEPS[step]
    answer = client.request(method, path, json=body, headers=named(sandbox))
    return answer.status_code, answer.content


@settings(max_examples=15, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.integers(0, 99), st.integers(0, len(STEPS) - 1)), min_size=1, max_size=60))
def test_any_interleaving_gives_each_sandbox_what_it_would_have_got_alone(
    serve: Serve, steps: list[tuple[int, int]]
) -> None:
    """Up to a hundred sandboxes on one server: each gets, byte for byte, what it gets with nobody else there."""
    together = serve("chatwoot", frozen_at=NOON)
    answers: dict[int, list[tuple[int, bytes]]] = {}
    for number, step in steps:
        answers.setdefault(number, []).append(walk(together, step, f"s{number}"))
    alone = serve("chatwoot", frozen_at=NOON)
    for number, got in answers.items():
        own = [step for owner, step in steps if owner == number]
        assert [walk(alone, step, f"s{number}") for step in own] == got
