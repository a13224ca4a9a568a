"""The lean connections: what they say of an answer is what the client library says of it, however odd the answer."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
from collections.abc import Sequence
from typing import Self

import brotli
import pytest
from backports import zstd

from understudy.contract.exchange import Exchange, Request
from understudy.probe.swift import SwiftTarget
from understudy.probe.target import Manners, Target


def packed(coding: bytes, body: bytes) -> bytes:
    """An answer in a content coding."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n"
    return head % (coding, len(body)) + body


ANSWERS: dict[str, bytes] = {
    "plain": b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}",
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n",
    "nothing": b"HTTP/1.1 204 No Content\r\n\r\n",
    "until its end": b"HTTP/1.1 200 OK\r\n\r\nall that comes",
    "closed after": b"HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx",
    "first a hint": b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\ny",
    "packed": packed(b"gzip", gzip.compress(b'{"a": 1}')),
    "in brotli": packed(b"br", brotli.compress(b'{"a": 1}')),
    "in zstd": packed(b"zstd", zstd.compress(b'{"a": 1}')),
    "in two codings": packed(b"br, gzip", gzip.compress(brotli.compress(b'{"a": 1}'))),
    "in a coding that nobody reads": packed(b"compress", b"\x1f\x9d"),
    "not in the coding it names": packed(b"br", b'{"a": 1}'),
    "too much, packed": packed(b"zstd", zstd.compress(bytes(30_000_000))),
    "a header twice": b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 0\r\n\r\n",
    "another way": b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n",
    "cut off": b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc",
    "no HTTP": b"220 mail.example.com ESMTP\r\n\r\n",
    "nothing at all": b"",
}


class Server:
    """Answers every request with the same bytes, and knows what it heard; every connection of it ends with it."""

    def __init__(self, answer: bytes, *, ends: bool) -> None:
        self.answer = answer
        self.ends = ends
        self.heard: list[bytes] = []
        self._writers: list[asyncio.StreamWriter] = []

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}/base"
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        for writer in self._writers:
            writer.close()
            with contextlib.suppress(ConnectionError):
                await writer.wait_closed()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.append(writer)
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while head := await reader.readuntil(b"\r\n\r\n"):
                fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:-2])
                self.heard.append(head + await reader.readexactly(int(fields.get(b"content-length", b"0"))))
                writer.write(self.answer)
                if self.ends:
                    break
        if self.ends:
            writer.close()


async def asked(kind: type[Target], server: Server, requests: Sequence[Request], patience: float = 5) -> list[Exchange]:
    """What a client says of a server."""
    async with server:
        manners = Manners(patience=patience, connect=patience, headers={"X-Key": "s3cret"})
        async with kind(server.url, manners) as target:
            return [await target.ask(request, "it") for request in requests]


@pytest.mark.parametrize("name", ANSWERS)
def test_both_clients_agree(name: str) -> None:
    """Status, headers, body and violations are the same, the first time and on a kept connection."""
    requests = [Request("GET", "/a", query=b"b=%20"), Request("POST", "/a", headers=[(b"X-A", b"1")], body=b"{}")]
    ends = name in ("until its end", "closed after", "cut off", "no HTTP", "nothing at all")
    lean, known = (
        asyncio.run(asked(kind, Server(ANSWERS[name], ends=ends), requests)) for kind in (SwiftTarget, Target)
    )
    for one, other in zip(lean, known, strict=True):
        assert (one.response is None) == (other.response is None), (one.note, other.note)
        assert [violation.code for violation in one.violations] == [violation.code for violation in other.violations]
        if one.response is not None and other.response is not None:
            assert one.response.status_code == other.response.status_code
            assert one.response.body == other.response.body
            assert one.response.raw_headers == other.response.raw_headers


def said(name: str) -> Exchange:
    """What the lean client says of an answer."""
    return asyncio.run(asked(SwiftTarget, Server(ANSWERS[name], ends=False), [Request("GET", "/")]))[0]


def test_a_packed_answer_is_what_it_says_unpacked() -> None:
    """One in a coding that nobody reads says nothing, one that breaks its coding cannot be read, and none is endless."""
    for name in ("packed", "in brotli", "in zstd", "in two codings"):
        answer = said(name).response
        assert answer is not None
        assert (answer.body, answer.content.value) == (b'{"a": 1}', {"a": 1}), name
    closed = said("in a coding that nobody reads")
    assert closed.note == "the answer's body was not judged: its content coding `compress` is not read"
    spoilt = said("not in the coding it names").response
    assert spoilt is not None
    assert [problem.code for problem in spoilt.content.problems] == ["body-malformed"]
    assert [violation.code for violation in said("too much, packed").violations] == ["answer-too-large"]


def test_a_request_goes_out_as_it_was_made() -> None:
    """Target, headers and body arrive byte by byte below the base path, with the headers that every request gets."""
    sent = [(b"Content-Type", b"x/y"), (b"Empty", b"")]
    request = Request("PATCH", "/ä", raw_path="/%C3%A4", headers=sent, body=b"\x00\xff")
    server = Server(ANSWERS["plain"], ends=False)
    (exchange,) = asyncio.run(asked(SwiftTarget, server, [request]))
    head, _, body = server.heard[0].partition(b"\r\n\r\n")
    lines = head.split(b"\r\n")
    assert lines[0] == b"PATCH /base/%C3%A4 HTTP/1.1"
    assert {b"Content-Type: x/y", b"Empty: ", b"X-Key: s3cret", b"Content-Length: 2"} <= set(lines)
    assert body == b"\x00\xff"
    assert (b"X-Key", b"***") in exchange.request.raw_headers


def test_an_answer_that_never_ends_is_given_up() -> None:
    """No whole answer in time is a broken promise, not an exception, and the next request takes a fresh connection."""
    server = Server(ANSWERS["cut off"], ends=False)
    for exchange in asyncio.run(asked(SwiftTarget, server, [Request("GET", "/")] * 2, patience=0.1)):
        assert [violation.code for violation in exchange.violations] == ["answer-missing"]
    assert len(server.heard) == 2
