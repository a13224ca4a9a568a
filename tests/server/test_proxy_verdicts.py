"""The proxy judges both sides by the contract, and tells what it could not judge."""

from __future__ import annotations

import asyncio
import gzip
import json
import resource
import zlib
from pathlib import Path
from typing import Any

import brotli
import pytest
from backports import zstd

from deployments import Visit, answering, contract, deployment, get, proxy


def said(body: bytes, *headers: bytes, status: bytes = b"200 OK") -> bytes:
    lines = [b"HTTP/1.1 " + status, b"Content-Type: application/json", b"Content-Length: %d" % len(body), *headers]
    return b"\r\n".join([*lines, b"", body])


def judged(raw: bytes, request: bytes, folder: Path, engine: str = "plan", policy: str = "report") -> tuple[bytes, Any]:
    """What the client got, and the exchange in the journal."""

    async def play() -> tuple[bytes, Any]:
        judge = contract(folder, engine)
        async with deployment(answering(raw)) as url, proxy(f"{url}/base", judge, policy=policy) as door:
            answer = await door.ask(request)
            return answer, (await door.judged())[0]

    return asyncio.run(play())


def post(body: bytes, path: str = "/things") -> bytes:
    head = get(path, f"Content-Length: {len(body)}", "Content-Type: application/json", "Connection: close")
    return head.replace(b"GET", b"POST") + body


@pytest.mark.parametrize("engine", ["plan", "stock"])
def test_broken_promises_of_both_sides_stand_in_the_journal(engine: str, tmp_path: Path) -> None:
    """A request and its answer are passed on unchanged, and what each breaks stands in the journal."""
    raw = said(b"[]", status=b"200 OK")
    answer, exchange = judged(raw, post(b'{"nom": 1}'), tmp_path, engine)
    assert answer.partition(b"\r\n\r\n")[2] == b"[]"
    assert exchange.operation_id == "make-thing"
    assert [(v.side, v.code, v.where) for v in exchange.violations] == [
        ("request", "schema-required", "/body/name"),
        ("response", "status-unknown", "/status"),
    ]


@pytest.mark.parametrize("engine", ["plan", "stock"])
@pytest.mark.parametrize("path", ["/things/1", "/base/things/1", "/base/api/things/1", "/api/things/1"])
def test_the_documents_paths_are_found_below_the_base_url(path: str, engine: str, tmp_path: Path) -> None:
    """A path belongs to its operation at the root, below the URL's path and below the document's own server path."""
    _, exchange = judged(said(b'{"name": 7}'), get(path, "Connection: close"), tmp_path, engine)
    assert exchange.operation_id == "get-thing"
    assert [v.where for v in exchange.violations] == ["/body/name"]


def test_an_unknown_path_is_passed_on_and_noted(tmp_path: Path) -> None:
    """What the document does not know passes, and the journal says that it does not know it."""
    answer, exchange = judged(said(b"{}"), get("/elsewhere", "Connection: close"), tmp_path)
    assert answer.endswith(b"{}")
    assert [v.code for v in exchange.violations] == ["operation-unknown"]


def test_a_preflight_is_nobodys_fault(tmp_path: Path) -> None:
    """A browser's CORS preflight belongs to no operation and breaks nothing."""
    asked = get("/things/1", "Origin: http://x", "Access-Control-Request-Method: GET", "Connection: close")
    _, exchange = judged(said(b""), asked.replace(b"GET /", b"OPTIONS /"), tmp_path)
    assert (exchange.violations, exchange.note) == ([], "a CORS preflight, which belongs to no operation")


CODINGS = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress, "zstd": zstd.compress}


def packed_in(coding: str, body: bytes, folder: Path) -> tuple[bytes, Any]:
    """What the client got of a body with this coding's name, and the exchange."""
    raw = said(body, f"Content-Encoding: {coding}".encode())
    answer, exchange = judged(raw, get("/things/1", "Connection: close"), folder)
    return answer.partition(b"\r\n\r\n")[2], exchange


@pytest.mark.parametrize("coding", CODINGS)
def test_a_packed_body_is_judged_unpacked_and_passed_on_packed(coding: str, tmp_path: Path) -> None:
    """Content codings stay on the wire; the contract judges what they hold."""
    packed = CODINGS[coding](b'{"name": 7}')
    answer, exchange = packed_in(coding, packed, tmp_path)
    assert answer == packed
    assert [v.where for v in exchange.violations] == ["/body/name"]
    twice = gzip.compress(CODINGS[coding](b'{"name": "Ada"}'))
    answer, exchange = packed_in(f"{coding}, gzip", twice, tmp_path)
    assert (answer, exchange.violations, exchange.note) == (twice, [], "")


@pytest.mark.parametrize("coding", CODINGS)
def test_a_body_that_is_not_what_its_coding_says_cannot_be_read(coding: str, tmp_path: Path) -> None:
    """Plain JSON under a coding's name, or a packed body without its end, is broken for every client."""
    whole = CODINGS[coding](b'{"name": "Ada"}')
    for body in (b'{"name": "Ada"}', whole[:-1]):
        answer, exchange = packed_in(coding, body, tmp_path)
        assert answer == body
        (violation,) = exchange.violations
        assert (violation.code, violation.where) == ("body-malformed", "/body")
        assert f"is no {coding}" in violation.message


@pytest.mark.parametrize("coding", CODINGS)
def test_a_body_that_would_fill_the_memory_is_never_unpacked(coding: str, tmp_path: Path) -> None:
    """Of half a gigabyte of nothing, packed into a few bytes, no more is made than is judged."""
    bomb = nothing(coding, 512)
    assert len(bomb) < 3_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    answer, exchange = packed_in(coding, bomb, tmp_path)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert answer == bomb
    assert exchange.note == "the answer's body was not judged: it has more than 10,000,000 bytes when it is unpacked"
    assert grown < 150_000  # kilobytes


def nothing(coding: str, megabytes: int) -> bytes:
    """So many megabytes of zeros, packed piece by piece."""
    piece = bytes(2**20)
    if coding == "br":
        stream = brotli.Compressor(quality=5)
        return b"".join([*(stream.process(piece) for _ in range(megabytes)), stream.finish()])
    stream = {
        "gzip": lambda: zlib.compressobj(1, wbits=31),
        "deflate": lambda: zlib.compressobj(1),
        "zstd": zstd.ZstdCompressor,
    }[coding]()
    return b"".join([*(stream.compress(piece) for _ in range(megabytes)), stream.flush()])


def test_a_body_in_an_unread_coding_is_not_judged_and_said_so(tmp_path: Path) -> None:
    """Of a body that cannot be unpacked nothing is said but that it was not judged; head and status are."""
    raw = said(b"\x1f\x9dhi", b"Content-Encoding: compress", status=b"418 Odd")
    _, exchange = judged(raw, get("/things/1", "Connection: close"), tmp_path)
    assert [v.code for v in exchange.violations] == ["status-unknown"]
    assert exchange.note == "the answer's body was not judged: its content coding `compress` is not read"


def test_enforcing_refuses_a_bad_request_before_the_deployment_hears_of_it(tmp_path: Path) -> None:
    """With the policy `enforce`, a request that breaks the contract is answered by us and never sent."""
    heard: list[bytes] = []

    async def note(visit: Visit) -> None:
        heard.append(visit.head)

    async def play() -> bytes:
        async with deployment(note) as url, proxy(url, contract(tmp_path), policy="enforce") as door:
            return await door.ask(post(b'{"nom": 1}'))

    head, _, body = asyncio.run(play()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 422 ")
    assert json.loads(body)["violations"][0]["code"] == "schema-required"
    assert heard == []


def test_enforcing_keeps_a_bad_answer_back(tmp_path: Path) -> None:
    """With the policy `enforce`, an answer that breaks the contract becomes a 500 that lists why."""
    answer, exchange = judged(said(b'{"name": 7}'), get("/things/1", "Connection: close"), tmp_path, policy="enforce")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 500 ")
    assert json.loads(body)["type"] == "urn:understudy:response-breaks-contract"
    assert (exchange.response.status_code, exchange.note) == (200, "the answer was kept back")


def test_enforcing_lets_what_keeps_the_contract_pass_unchanged(tmp_path: Path) -> None:
    """With the policy `enforce`, good traffic is the same byte for byte."""
    answer, exchange = judged(
        said(b'{"name": "x"}', b"Connection: close"), get("/things/1", "Connection: close"), tmp_path, policy="enforce"
    )
    assert answer == said(b'{"name": "x"}', b"Connection: close")
    assert exchange.violations == []
