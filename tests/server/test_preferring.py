"""`Prefer` on a played service: the document answers in its stead, and a delay comes before any answer."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from answerers import Says, client, json
from documents import contract, operation
from faulty import CONTACT, CONTACTS, CONVERSATIONS, Faulty, faulty
from understudy.server.synthesis import SynthesisAnswerer

APPLIED = "preference-applied"


@pytest.fixture(scope="module")
def played() -> Faulty:
    return faulty()


def ask(played: Faulty, prefer: Any, path: str = CONTACT, method: str = "GET", **how: Any) -> httpx.Response:
    headers = [("Prefer", value) for value in ([prefer] if isinstance(prefer, str) else prefer)]
    with played.client() as api:
        return api.request(method, path, headers=[*headers, *how.pop("headers", ())], **how)


@pytest.mark.parametrize(
    ("prefer", "status", "applied"),
    [
        ("code=404", 404, "code=404"),
        ('code="404"', 404, "code=404"),
        ("respond-async, code=404", 404, "code=404"),
        ("return=minimal; code=404", 404, "code=404"),
        (["handling=lenient", "code=404"], 404, "code=404"),
        (["code=404", "code=200"], 404, "code=404"),
        ("code=404; delay=1", 404, "code=404, delay=1"),
        ("dynamic=true", 200, "dynamic=true"),
        ("CODE=404", 404, "code=404"),
    ],
)
def test_the_document_answers_as_preferred(played: Faulty, prefer: Any, status: int, applied: str) -> None:
    """All the forms that RFC 7240 and Prism's users write are understood; the answer says what was heeded, and is marked."""
    answer = ask(played, prefer)
    assert (answer.status_code, answer.headers[APPLIED]) == (status, applied)
    assert "understudy-synthesised" in answer.headers
    assert "x-request-id" in answer.headers
    assert played.last.fault.startswith("prefer: ")
    assert played.last.violations == []


def test_an_example_is_found_by_its_name(tmp_path: Path) -> None:
    """A named example of a played document is given as it is; a name that needs quotes is told in quotes."""
    overlay = tmp_path / "examples.yaml"
    overlay.write_text(
        """
overlay: 1.0.0
info: {title: Examples, version: 1.0.0}
actions:
  - target: $.paths['/public/api/v1/inboxes/{inbox_identifier}/contacts/{contact_identifier}'].get.responses['404'].content['application/json']
    update: {examples: {nobody: {value: {status: 404, error: Not Found}}, 'no body': {value: {status: 404, error: Not Found}}}}
"""
    )
    one = faulty(overlays=(overlay,))
    for prefer, applied in (("example=nobody", "example=nobody"), ('example="no body"', 'example="no body"')):
        answer = ask(one, prefer)
        assert (answer.status_code, answer.json()) == (404, {"status": 404, "error": "Not Found"})
        assert answer.headers["understudy-synthesised"] == "example"
        assert answer.headers[APPLIED] == applied


@pytest.mark.parametrize(
    ("prefer", "said"),
    [
        ("code=599", "documents no answer with status 599"),
        ("code=abc", "`Prefer: code=abc` is no status"),
        ("example=none", "has no example named 'none'"),
        ("delay=soon", "`Prefer: delay=soon` is no time; give it in milliseconds"),
        ("delay=-1", "is no time"),
        ("delay=99999999", "600000 at most"),
    ],
)
def test_what_is_not_offered_is_told(played: Faulty, prefer: str, said: str) -> None:
    """A preference that cannot be met is a problem in our own voice, with the fix."""
    answer = ask(played, prefer)
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:understudy:answer-not-offered")
    assert said in answer.json()["detail"]
    assert APPLIED not in answer.headers


def test_nothing_is_played(played: Faulty) -> None:
    """A preferred answer to a write leaves the state as it was."""
    before = ask(played, "wait=1", CONVERSATIONS)
    assert ask(played, "code=200", CONVERSATIONS, "POST", json={}).status_code == 200
    after = ask(played, "wait=1", CONVERSATIONS)
    assert before.content == after.content
    assert APPLIED not in after.headers


def test_a_delay_comes_before_any_answer(played: Faulty, tmp_path: Path) -> None:
    """The handler answers, late; so does a document, and whoever else stands behind the gate."""
    begun = time.perf_counter()
    answer = ask(played, "delay=150")
    assert time.perf_counter() - begun >= 0.15
    assert answer.json()["source_id"] == "demo-contact"
    assert answer.headers[APPLIED] == "delay=150"
    assert played.last.fault == "prefer: delay=150"
    paths = {"/things": {"get": operation("list")}}
    for answerer in (SynthesisAnswerer(contract(tmp_path, paths), 1), Says(lambda _: json())):
        api, _ = client(tmp_path, paths, answerer)
        begun = time.perf_counter()
        assert api.get("/things", headers={"Prefer": "delay=60, dynamic=true"}).status_code == 200
        assert time.perf_counter() - begun >= 0.06


def test_a_document_says_what_it_heeded(tmp_path: Path) -> None:
    """A synthesised answer tells which preferences were applied; who does not choose answers says only of the delay."""
    paths = {"/things": {"get": operation("list")}}
    api, _ = client(tmp_path, paths, SynthesisAnswerer(contract(tmp_path, paths), 1))
    assert api.get("/things", headers={"Prefer": "code=200, delay=1"}).headers[APPLIED] == "code=200, delay=1"
    api, _ = client(tmp_path, paths, Says(lambda _: json()))
    assert api.get("/things", headers={"Prefer": "code=404, delay=1"}).headers[APPLIED] == "delay=1"


def test_what_the_product_would_refuse_is_refused(played: Faulty) -> None:
    """A body that the product is to refuse gets no preferred success, but may prefer its failure."""
    wrong = {"email": "no address"}
    refused = ask(played, "code=200", CONTACTS, "POST", json=wrong)
    assert refused.status_code == 422
    assert refused.headers["understudy-refused"] == "contract"
    assert ask(played, "code=422", CONTACTS, "POST", json=wrong).status_code == 422


def test_a_fault_goes_before_a_preference(played: Faulty) -> None:
    """A failure that a rule asks for is not preferred away."""
    played.rule("status", status=500, count=1)
    assert ask(played, "code=404").status_code == 500
    assert ask(played, "code=404").status_code == 404
