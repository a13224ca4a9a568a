"""The gate: what is refused, what is let through, and that nothing escapes judgement."""

from __future__ import annotations

import json as jsonlib
import logging
from pathlib import Path
from typing import Any

import pytest

from answerers import Says, client, json
from documents import operation
from understudy.contract.exchange import Exchange, Request, Response
from understudy.server.journal import Journal

BODY = {
    "type": "object",
    "required": ["a"],
    "properties": {"a": {"type": "integer"}, "b": {"type": "string", "maxLength": 2}},
}
ANSWER = {"200": {"description": "Fine", "content": {"application/json": {"schema": BODY}}}}
PATHS = {
    "/things": {
        "post": operation("make", requestBody={"content": {"application/json": {"schema": BODY}}})
        | {"responses": ANSWER},
        "get": operation("list") | {"responses": ANSWER},
    }
}
GOOD = {"a": 1}


def fine(_: Any) -> Response:
    return json(b'{"a": 1}')


def test_a_kept_contract_passes_untouched(tmp_path: Path) -> None:
    """Where nothing is wrong the gate adds nothing."""
    api, journal = client(tmp_path, PATHS, Says(fine))
    answer = api.post("/things", json=GOOD)
    assert (answer.status_code, answer.json()) == (200, {"a": 1})
    assert dict(answer.headers) == {"content-type": "application/json", "content-length": "8"}
    (exchange,) = journal
    assert (exchange.operation_id, exchange.violations, exchange.refused) == ("make", [], False)


def test_a_bad_request_is_refused_before_it_is_answered(tmp_path: Path) -> None:
    """Enforcing, every broken promise is listed in problem+json and the answerer never hears of the request."""
    says = Says(fine)
    api, journal = client(tmp_path, PATHS, says)
    answer = api.post("/things", json={"a": "x", "b": "long"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["understudy-refused"] == "contract"
    told = answer.json()
    assert told["type"] == "urn:understudy:request-breaks-contract"
    assert [(v["where"], v["code"]) for v in told["violations"]] == [
        ("/body/a", "schema-type"),
        ("/body/b", "schema-maxLength"),
    ]
    assert all(v["message"] and v["remedy"] and v["schema"].startswith("#/paths/") for v in told["violations"])
    assert says.calls == []
    (exchange,) = journal
    assert exchange.refused
    assert len(exchange.violations) == 2


def test_reporting_lets_a_bad_request_pass_and_marks_the_answer(tmp_path: Path) -> None:
    """Reporting, the answerer answers and a header lists what was broken on either side."""
    api, journal = client(tmp_path, PATHS, Says(lambda _: json(b'{"a": "x"}')), policy="report")
    answer = api.post("/things", json={"a": "y"})
    assert (answer.status_code, answer.json()) == (200, {"a": "x"})
    assert jsonlib.loads(answer.headers["understudy-violations"]) == [
        {"code": "schema-type", "side": "request", "where": "/body/a"},
        {"code": "schema-type", "side": "response", "where": "/body/a"},
    ]
    assert not next(iter(journal)).refused


def test_a_bad_answer_becomes_a_500_that_says_why(tmp_path: Path) -> None:
    """Enforcing, an answer of ours that breaks the contract is never sent."""
    api, _ = client(tmp_path, PATHS, Says(lambda _: json(b'{"a": "secret"}')))
    answer = api.get("/things")
    assert answer.status_code == 500
    assert answer.json()["type"] == "urn:understudy:response-breaks-contract"
    assert [v["side"] for v in answer.json()["violations"]] == ["response"]


def test_a_crash_is_told_with_a_number_and_logged_with_its_traceback(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception behind the gate is a 500 with an id; the traceback stands in the log under that id."""

    def crash(_: Any) -> Response:
        raise RuntimeError("boom")

    api, _ = client(tmp_path, PATHS, Says(crash))
    with caplog.at_level(logging.ERROR):
        answer = api.get("/things")
    assert answer.status_code == 500
    told = answer.json()
    assert told["type"] == "urn:understudy:handler-failed"
    assert told["id"] in caplog.text
    assert "boom" in caplog.text
    assert "boom" not in answer.text


def test_a_products_refusal_that_the_document_does_not_know_stays_a_refusal(tmp_path: Path) -> None:
    """A product's undocumented 404 becomes our own 404 that shows what the product said; its 500, a 422."""

    def refuses(status: int) -> Any:
        def say(call: Any) -> Response:
            call.product_refused = True
            return json(b'{"error": "Not Found"}', status)

        return say

    for status, expected in ((404, 404), (500, 422)):
        api, _ = client(tmp_path, PATHS, Says(refuses(status)))
        answer = api.get("/things")
        assert answer.status_code == expected
        assert answer.json()["type"] == "urn:understudy:refusal-undocumented"
        assert answer.json()["product"] == {"status": status, "body": {"error": "Not Found"}}


def test_what_the_product_refuses_itself_reaches_it(tmp_path: Path) -> None:
    """A broken promise marked `x-refused-by: product` is answered by the product, any other by the gate."""
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string", "maxLength": 1, "x-refused-by": "product"}, "b": {"type": "string"}},
    }
    refusal = {"422": {"description": "No", "content": {"application/json": {}}}, "200": {"description": "Fine"}}
    paths = {
        "/t": {
            "post": operation("t", requestBody={"content": {"application/json": {"schema": schema}}})
            | {"responses": refusal}
        }
    }
    says = Says(lambda _: json(b'{"message": "too long"}', 422))
    api, _ = client(tmp_path, paths, says)
    assert api.post("/t", json={"a": "xx"}).json() == {"message": "too long"}
    assert api.post("/t", json={"a": "xx", "b": 1}).json()["status"] == 422
    assert len(says.calls) == 1


@pytest.mark.parametrize(("mark", "ours"), [({"x-refused-by": "product"}, False), ({}, True)])
def test_missing_credentials_are_the_products_to_refuse_where_the_scheme_says_so(
    tmp_path: Path, mark: dict[str, str], *, ours: bool
) -> None:
    """A marked security scheme brings the product's own 401; without the mark the gate says it, naming the scheme."""
    paths = {"/t": {"get": operation("t") | {"responses": ANSWER | {"401": {"description": "No"}}}}}
    schemes = {"token": {"type": "http", "scheme": "bearer"} | mark}
    says = Says(lambda call: fine(call) if "authorization" in call.request.fields else Response(401))
    api, _ = client(tmp_path, paths, says, components={"securitySchemes": schemes}, security=[{"token": []}])
    answer = api.get("/t")
    assert answer.status_code == 401
    assert ("understudy-refused" in answer.headers) is ours
    assert len(says.calls) == (0 if ours else 1)
    if ours:
        (violation,) = answer.json()["violations"]
        assert (violation["code"], violation["schema"]) == ("security-missing", "#/security")
    assert api.get("/t", headers={"authorization": "Bearer x"}).status_code == 200


def test_a_marked_body_is_the_products_to_refuse_when_it_is_missing(tmp_path: Path) -> None:
    """A body marked `x-refused-by: product` may be missing or of another media type: the product answers."""
    body = {"required": True, "x-refused-by": "product", "content": {"application/json": {"schema": BODY}}}
    paths = {"/t": {"post": operation("t", requestBody=body) | {"responses": {"422": {"description": "No"}}}}}
    says = Says(lambda _: Response(422))
    api, _ = client(tmp_path, paths, says)
    for how in ({}, {"content": b"x", "headers": {"content-type": "text/plain"}}):
        answer = api.post("/t", **how)  # type: ignore[arg-type] # as a test has it
        assert (answer.status_code, "understudy-refused" in answer.headers) == (422, False)
    assert len(says.calls) == 2


def test_unknown_paths_and_methods_have_their_own_answers(tmp_path: Path) -> None:
    """404 names the nearest path, 405 lists every method in Allow; a trailing slash is another path."""
    api, _ = client(tmp_path, PATHS, Says(fine))
    lost = api.get("/thing")
    assert lost.status_code == 404
    assert "/things" in lost.json()["detail"]
    wrong = api.request("TRACE", "/things")
    assert wrong.status_code == 405
    assert wrong.headers["allow"] == "GET, HEAD, POST"
    assert api.get("/things/").status_code == 404
    assert api.get("/").status_code == 404


def test_reporting_lets_the_product_answer_for_unknown_paths(tmp_path: Path) -> None:
    """Reporting, what the product says to an unknown path goes out; without a product, the gate's own 404."""
    api, _ = client(tmp_path, PATHS, Says(fine, unrouted=json(b'{"status":404}', 404)), policy="report")
    assert api.get("/nowhere").json() == {"status": 404}
    assert api.delete("/things").json() == {"status": 404}
    other, _ = client(tmp_path, PATHS, Says(fine), policy="report")
    assert other.get("/nowhere").headers["understudy-refused"] == "contract"


def test_head_has_the_headers_of_get_and_no_body(tmp_path: Path) -> None:
    """HEAD is answered as GET, without the body."""
    api, _ = client(tmp_path, PATHS, Says(fine))
    answer = api.head("/things")
    assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "8", b"")


def test_a_body_over_ten_megabytes_is_refused_and_the_next_request_works(tmp_path: Path) -> None:
    """413 for what is too large; exactly ten million bytes are not."""
    api, _ = client(tmp_path, PATHS, Says(fine))
    answer = api.post("/things", content=b"x" * 10_000_001, headers={"content-type": "application/json"})
    assert answer.status_code == 413
    assert answer.json()["violations"][0]["code"] == "body-too-large"
    assert (
        api.post("/things", content=b"x" * 10_000_000, headers={"content-type": "application/json"}).status_code == 400
    )
    assert api.post("/things", json=GOOD).status_code == 200


@pytest.mark.parametrize(
    ("content", "content_type", "status", "code"),
    [
        (b"{", "application/json", 400, "body-malformed"),
        (b'{"a": NaN}', "application/json", 400, "body-number"),
        (b'{"a": 1, "a": 2}', "application/json", 400, "body-duplicate-key"),
        (b'{"a": "\xff"}', "application/json", 400, "body-encoding"),
        (b"[" * 65 + b"]" * 65, "application/json", 400, "body-too-deep"),
        (b'{"a": 1}', "application/json;", 400, "media-type-malformed"),
        (b'{"a": 1}', "text/plain", 415, "media-type-unknown"),
        (b'{"a": 1}', "application/json; charset=utf-16", 415, "charset-unknown"),
        (b"--x--", "multipart/form-data", 400, "body-malformed"),
        (b'{"a": 1}', "\u00ff\u00ff", 400, "media-type-malformed"),
    ],
)
def test_every_malformed_body_has_its_status_and_code(
    tmp_path: Path, content: bytes, content_type: str, status: int, code: str
) -> None:
    """Whatever the wire brings, the refusal is a 4xx that names it."""
    api, _ = client(tmp_path, PATHS, Says(fine))
    headers = [(b"content-type", content_type.encode("latin-1"))]
    answer = api.post("/things", content=content, headers=headers)  # type: ignore[arg-type] # raw bytes on purpose
    assert answer.status_code == status
    assert code in [violation["code"] for violation in answer.json()["violations"]]


def test_the_journal_keeps_no_more_than_it_should() -> None:
    """The journal counts every exchange and keeps the last ones, bounded in number and in bytes."""
    journal = Journal(length=3, size=100)
    for size in (1, 2, 3, 4, 90, 200):
        journal.add(Exchange(Request("POST", "/", body=b"x" * size), Response(200, body=b"y")))
    assert journal.total == 6
    assert [len(exchange.request.body) for exchange in journal] == [200]
    for size in (1, 2, 3, 4):
        journal.add(Exchange(Request("POST", "/", body=b"x" * size), Response(200, body=b"y")))
    assert [len(exchange.request.body) for exchange in journal] == [2, 3, 4]
