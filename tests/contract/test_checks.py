"""The checks beside openapi-core: each finds a fault that nothing else would find, and faultless messages pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import pytest

from documents import document
from understudy.contract import checks
from understudy.contract import contract as contract_module
from understudy.contract.contract import ENGINES, Contract
from understudy.contract.document import load
from understudy.contract.exchange import Request, Response
from understudy.contract.formats import FORMATS
from understudy.contract.violations import Violation

JSON = "application/json"
PET = {
    "type": "object",
    "properties": {
        "name": {"type": "string"},
        "id": {"type": "integer", "readOnly": True},
        "pin": {"type": "integer", "writeOnly": True},
        "tags": {"type": "array", "items": {"$ref": "#/components/schemas/Tag"}},
        "owner": {"$ref": "#/components/schemas/Person", "readOnly": True},
        "any": {
            "anyOf": [{"$ref": "#/components/schemas/Tag"}, {"$ref": "#/components/schemas/Tag", "title": "Other"}]
        },
        "parent": {"$ref": "#/components/schemas/Pet"},
    },
}
SCHEMAS = {
    "Pet": PET,
    "Person": {"type": "object", "properties": {"name": {"type": "string"}}},
    "Tag": {"allOf": [{"type": "object", "properties": {"at": {"type": "string", "readOnly": True}}}]},
}
CONTENT = {
    JSON: {"schema": {"$ref": "#/components/schemas/Pet"}},
    "application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/Pet"}},
    "multipart/form-data": {"schema": {"$ref": "#/components/schemas/Pet"}},
    "text/plain": {"schema": {"type": "string"}},
}
PATHS = {
    "/pets": {
        "post": {
            "operationId": "add",
            "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer"}}],
            "requestBody": {"content": CONTENT},
            "responses": {"200": {"description": "Fine", "content": CONTENT}, "204": {"description": "Nothing"}},
        },
        "delete": {
            "operationId": "clear",
            "security": [{"key": []}],
            "responses": {"204": {"description": "Nothing"}},
        },
        "get": {"operationId": "list", "responses": {"200": {"description": "Fine", "content": CONTENT}}},
    }
}
SECURITY = {"key": {"type": "apiKey", "in": "query", "name": "key"}}


class Planted(NamedTuple):
    """A message that is fine but for one fault.

    Attributes:
        code, where: what the fault is, and where.
        body, media_type: the message's body.
        headers: further headers.
        query, method: of the request.
        status: of the answer.
    """

    code: str
    where: str
    body: bytes = b""
    media_type: str | None = JSON
    headers: tuple[tuple[bytes, bytes], ...] = ()
    query: bytes = b""
    method: str = "POST"
    status: int = 200


BODIES = (
    Planted("media-type-malformed", "/header/content-type", b"{}", "application/json;"),
    Planted("charset-unknown", "/header/content-type", b"{}", "application/json; charset=latin-1"),
    Planted("charset-unknown", "/header/content-type", b"a", "text/plain; charset=utf-16"),
    Planted("body-malformed", "/body", b"{"),
    Planted("body-malformed", "/body", b"--cut--", "multipart/form-data"),
    Planted("body-encoding", "/body", b'{"name": "\xff"}'),
    Planted("body-number", "/body", b'{"x": NaN}'),
    Planted("body-number", "/body", b'{"x": -Infinity}'),
    Planted("body-duplicate-key", "/body", b'{"name": "a", "name": "b"}'),
    Planted("body-too-deep", "/body", b'{"x":' + b"[" * 64 + b"]" * 64 + b"}"),
)
NAMES = (
    Planted("header-name-malformed", "/header/bad name", b"{}", headers=((b"bad name", b"1"),)),
    Planted("header-name-malformed", "/header/", b"{}", headers=((b"", b"1"),)),
)
LENGTHS = (
    Planted("content-length-wrong", "/header/content-length", b"{}", headers=((b"Content-Length", b"3"),)),
    Planted("content-length-wrong", "/header/content-length", b"{}", headers=((b"Content-Length", b"two"),)),
)
REQUESTS = {
    checks.body_problems: BODIES,
    checks.undeclared_query: (
        Planted("query-undeclared", "/query/x", b"{}", query=b"limit=1&x=2"),
        Planted("query-undeclared", "/query/x", b"{}", query=b"key=1&x="),
    ),
    checks.undocumented_request_body: (Planted("body-undocumented", "/body", b"{}", method="GET"),),
    checks.request_header_names: NAMES,
    checks.request_length: LENGTHS,
    checks.credentials_brought: (Planted("security-missing", "/header", media_type=None, method="DELETE"),),
    checks.read_only: (
        Planted("schema-readOnly", "/body/id", b'{"id": 1}'),
        Planted("schema-readOnly", "/body/id", b"id=1", "application/x-www-form-urlencoded"),
        Planted("schema-readOnly", "/body/tags/1/at", b'{"tags": [{}, {"at": "x"}]}'),
        Planted("schema-readOnly", "/body/owner", b'{"owner": {}}'),
        Planted("schema-readOnly", "/body/any/at", b'{"any": {"at": "x"}}'),
        Planted("schema-readOnly", "/body/parent/parent/id", b'{"parent": {"parent": {"id": 1}}}'),
    ),
}
RESPONSES = {
    checks.response_body_problems: BODIES,
    checks.undocumented_response_body: (Planted("body-undocumented", "/body", b"{}", status=204),),
    checks.response_header_names: NAMES,
    checks.response_length: LENGTHS,
    checks.write_only: (
        Planted("schema-writeOnly", "/body/pin", b'{"pin": 1}'),
        Planted("schema-writeOnly", "/body/parent/pin", b'{"parent": {"pin": 1}}'),
    ),
}
CASES = [("request", check, case) for check, cases in REQUESTS.items() for case in cases] + [
    ("response", check, case) for check, cases in RESPONSES.items() for case in cases
]
# A value that breaks the format, and one that keeps it.
OF_FORMATS = {
    "byte": ("é", "YQ=="),
    "date": ("2023-02-29", "2024-02-29"),
    "email": ("a@-", "a@b.example"),
    "hostname": ("-.example", "b.example"),
    "ipv4": ("127.0.0.01", "127.0.0.1"),
    "ipv6": ("::1%1", "::1"),
    "regex": ("(", "(a)"),
    "uri": ("/c", "https://b.example/c"),
    "uri-reference": ("/c d", "/c"),
    "uuid": ("3f2b8e0a0c3e4a779f0e0d6f3d6f9b1c", "3f2b8e0a-0c3e-4a77-9f0e-0d6f3d6f9b1c"),
}


def contract(tmp_path: Path, data: dict[str, Any], engine: Any) -> Contract:
    path = tmp_path / "document.json"
    path.write_text(json.dumps(data))
    return Contract(load(path), engine)


@pytest.fixture(params=ENGINES)
def pets(request: pytest.FixtureRequest, tmp_path: Path) -> Contract:
    data = document(PATHS, components={"schemas": SCHEMAS, "securitySchemes": SECURITY})
    return contract(tmp_path, data, request.param)


def judged(judge: Contract, side: str, case: Planted) -> tuple[Violation, ...]:
    """What the contract finds in the message on that side; the other side's message is fine."""
    headers = ((b"Content-Type", case.media_type.encode()), *case.headers) if case.media_type else case.headers
    good = ((b"Content-Type", JSON.encode()),)
    if side == "request":
        return judge.check_request(
            Request(case.method, "/pets", query=case.query, headers=headers, body=case.body, template="/pets")
        )
    asked = Request(case.method, "/pets", headers=good, body=b"{}", template="/pets")
    return judge.check_response(asked, Response(case.status, headers, case.body))


def test_every_check_has_a_planted_fault() -> None:
    """No check and no format is without a message that only it finds fault with."""
    assert set(REQUESTS) == set(checks.REQUEST_CHECKS)
    assert set(RESPONSES) == set(checks.RESPONSE_CHECKS)
    assert set(OF_FORMATS) == set(FORMATS)


@pytest.mark.parametrize(
    ("side", "check", "case"),
    CASES,
    ids=lambda value: getattr(value, "code", None) or getattr(value, "__name__", value),
)
def test_a_planted_fault_is_found_by_its_check_alone(
    pets: Contract, monkeypatch: pytest.MonkeyPatch, side: str, check: Any, case: Planted
) -> None:
    """Exactly this fault is found; without the check, nothing is."""
    (found,) = judged(pets, side, case)
    assert (found.side, found.code, found.where) == (side, case.code, case.where)
    for name in ("REQUEST_CHECKS", "RESPONSE_CHECKS"):
        monkeypatch.setattr(contract_module, name, [one for one in getattr(checks, name) if one is not check])
    assert judged(pets, side, case) == ()


@pytest.mark.parametrize("side", ["request", "response"])
@pytest.mark.parametrize(
    "case",
    [
        Planted("", "", b'{"name": "a", "tags": [{}], "parent": {"name": "b"}}'),
        Planted("", "", b'{"name": "a"}', headers=((b"content-length", b"13"), (b"x-y_z~1", b"\xff"))),
        Planted("", "", b'{"any": {}}'),
        Planted("", "", b"{}", "application/json; charset=UTF-8", query=b"key=1&limit=1"),
        Planted("", "", b'{"x":' + b"[" * 63 + b"]" * 63 + b"}"),
        Planted("", "", b"\xc3\xa9", "text/plain"),
    ],
)
def test_a_faultless_message_passes_every_check(pets: Contract, side: str, case: Planted) -> None:
    """Where nothing is wrong, nothing is found."""
    assert judged(pets, side, case) == ()


def test_content_length_may_stand_alone_where_there_is_no_body(pets: Contract) -> None:
    """The answers to HEAD, and 204, have no body, whatever Content-Length says."""
    length = ((b"content-length", b"99"),)
    asked = Request("HEAD", "/pets", template="/pets")
    assert pets.check_response(asked, Response(200, length)) == ()
    asked = Request("POST", "/pets", template="/pets")
    assert pets.check_response(asked, Response(204, length)) == ()


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
@pytest.mark.parametrize("name", sorted(OF_FORMATS))
def test_a_format_is_judged_in_every_place(tmp_path: Path, name: str, version: str, engine: Any) -> None:
    """A value that breaks its format is found in bodies, parameters and headers, and nothing else is; a good one passes."""
    bad, good = OF_FORMATS[name]
    text = {"type": "string", "format": name}
    content = {JSON: {"schema": {"type": "object", "properties": {"it": text}}}}
    answer = {"description": "Fine", "headers": {"x-it": {"schema": text}}, "content": content}
    operation = {
        "operationId": "act",
        "parameters": [{"name": "it", "in": "query", "schema": text}, {"name": "x-it", "in": "header", "schema": text}],
        "requestBody": {"content": content},
        "responses": {"200": answer},
    }
    judge = contract(tmp_path, document({"/pets": {"post": operation}}, openapi=version), engine)

    def told(body: str, query: str, header: str) -> list[tuple[str, str]]:
        raw = json.dumps({"it": body}).encode()
        headers = [(b"content-type", JSON.encode()), (b"x-it", header.encode("latin-1"))]
        request = Request(
            "POST", "/pets", query=f"it={quote(query)}".encode(), headers=headers, body=raw, template="/pets"
        )
        found = (*judge.check_request(request), *judge.check_response(request, Response(200, headers, raw)))
        return [(violation.where, violation.code) for violation in found]

    assert told(good, good, good) == []
    assert told(bad, good, good) == [("/body/it", "schema-format")] * 2
    assert told(good, bad, good) == [("/query/it", "schema-format")]
    assert told(good, good, bad) == [("/header/x-it", "schema-format"), ("/header/x-it", "header-malformed")]


@pytest.mark.parametrize("value", [1, 1.5, None, True, [], {}])
@pytest.mark.parametrize("name", sorted(FORMATS))
def test_a_format_is_asked_of_texts_only(name: str, value: Any) -> None:
    """What is no text breaks no text format."""
    assert FORMATS[name](value)
