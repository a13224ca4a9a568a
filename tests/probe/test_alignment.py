"""Two answers side by side: ids, times and tokens are told apart from what really differs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.contract.exchange import Exchange, Request, Response
from understudy.probe.alignment import Alignment


def answer(body: Any, *, status: int = 200, media_type: str = "application/json") -> Exchange:
    """An exchange with this answer."""
    headers = [(b"content-type", media_type.encode())]
    return Exchange(Request("GET", "/"), Response(status, headers, json.dumps(body).encode()))


def found(a: Any, b: Any) -> list[tuple[str, str]]:
    """Kind and place of every difference."""
    return [(d.kind, d.where) for d in Alignment().differences(answer(a), answer(b))]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ({"id": 1}, {"id": 907}),
        ({"created_at": 1_760_000_000}, {"created_at": 1_770_000_000}),
        ({"contact_last_seen_at": 0}, {"contact_last_seen_at": 1_770_000_000}),
        ({"created_at": "2026-11-20T12:00:00.000Z"}, {"created_at": "2025-01-02T03:04:05+02:00"}),
        ({"uuid": "0b0d5c3e-5d55-4e4a-9a0e-1a2b3c4d5e6f"}, {"uuid": "aaaaaaaa-5d55-4e4a-9a0e-1a2b3c4d5e6f"}),
        ({"any": "3vZ8kQmT4yLpW2nXcR7dHb"}, {"any": "9aB3cD4eF5gH6iJ7kL8mNo"}),
        ({"url": "http://a.example/files/12/x"}, {"url": "http://b.example:9/files/77/x"}),
        ({"b": 1, "a": 2}, {"a": 2, "b": 1}),
    ],
)
def test_what_every_deployment_chooses_for_itself_is_no_difference(a: Any, b: Any) -> None:
    """Ids, moments, tokens and hosts may differ, and so may the order of keys."""
    assert found(a, b) == []


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        ({"name": "x"}, {}, [("shape", "/body/name")]),
        ({"name": "x"}, {"name": None}, [("shape", "/body/name")]),
        ({"count": 1}, {"count": "1"}, [("shape", "/body/count")]),
        ({"name": "x"}, {"name": "y"}, [("value", "/body/name")]),
        ([1, 2], [1], [("value", "/body")]),
        ([{"name": "x"}, {"name": "x"}], [{"name": 1}, {"name": 1}], [("shape", "/body/*/name")]),
        ({"is_private": True}, {"is_private": False}, [("value", "/body/is_private")]),
        ({"created_at": 1_760_000_000}, {"created_at": 1_760_000_000_000}, [("value", "/body/created_at")]),
        ({"created_at": 1_760_000_000}, {"created_at": "2026-01-01T00:00:00Z"}, [("shape", "/body/created_at")]),
        ([{"id": 1}, {"id": 1}], [{"id": 5}, {"id": 6}], [("identity", "/body/*/id")]),
    ],
)
def test_what_clients_would_notice_is_a_difference(a: Any, b: Any, expected: list[tuple[str, str]]) -> None:
    """Keys, types, values, lengths, and ids that do not stand for one another; each kind of place once."""
    assert found(a, b) == expected


def test_status_and_media_type_come_before_the_body() -> None:
    """Where they differ, the bodies are not compared."""
    one = answer({"a": 1})
    assert [d.kind for d in Alignment().differences(one, answer({}, status=201))] == ["status"]
    assert [d.kind for d in Alignment().differences(one, answer({}, media_type="text/plain"))] == ["media-type"]


def test_an_id_keeps_its_partner_from_one_answer_to_the_next() -> None:
    """What stood for another id before cannot stand for a third one later."""
    alignment = Alignment()
    assert alignment.differences(answer({"id": 1}), answer({"id": 5})) == []
    assert alignment.differences(answer({"id": 1}), answer({"id": 5})) == []
    assert [d.kind for d in alignment.differences(answer({"id": 1}), answer({"id": 6}))] == ["identity"]


def test_no_answer_on_one_side_is_a_difference() -> None:
    """On both sides it is none."""
    silent = Exchange(Request("GET", "/"), note="refused")
    assert [d.kind for d in Alignment().differences(answer({}), silent)] == ["answer"]
    assert Alignment().differences(silent, silent) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)


@given(body=JSON)
def test_an_answer_does_not_differ_from_itself(body: Any) -> None:
    """Whatever it is."""
    assert found(body, body) == []


@given(a=JSON, b=JSON)
def test_differences_are_the_same_from_either_side(a: Any, b: Any) -> None:
    """Places do not depend on which side is first."""
    assert {where for _, where in found(a, b)} == {where for _, where in found(b, a)}
