"""What passes the proxy is what was sent, byte for byte."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from pathlib import Path

import pytest

from deployments import Visit, answering, contract, deployment, get, proxy
from understudy.contract.traffic import LIMIT

PACKED = gzip.compress(b'{"name": "packed"}', mtime=0)
ODD = {
    "chunked": b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Type: application/json\r\n\r\n4\r\n{"na\r\n8\r\nme":"x"}\r\n0\r\n\r\n',
    "trailers": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 9\r\n\r\n",
    "gzip": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(PACKED) + PACKED,
    "brotli": b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Type: application/json\r\nContent-Length: 4\r\n\r\n\x0b\x80hi",
    "no length": b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\nuntil the end",
    "empty": b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
    "204": b"HTTP/1.1 204 No Content\r\nX-Done: yes\r\n\r\n",
    "304 with a length": b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 99\r\n\r\n',
    "redirect": b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\nContent-Length: 0\r\n\r\n",
    "many values": b"HTTP/1.1 200 OK\r\nSet-Cookie: a=1; Path=/\r\nX-Two: 1\r\nSet-Cookie: b=2\r\nx-two: 2\r\nContent-Length: 2\r\n\r\nhi",
    "latin-1": b"HTTP/1.1 200 OK\r\nX-Place: Malm\xf6\r\nContent-Length: 2\r\n\r\nhi",
    "order and case": b"HTTP/1.1 200 OK\r\nZULU: 1\r\naLpHa: 2\r\nCONTENT-length: 2\r\nmike: 3\r\n\r\nhi",
    "reason": b"HTTP/1.1 299 Quite All Right\r\nContent-Length: 2\r\n\r\nhi",
    "no reason": b"HTTP/1.1 500 \r\nContent-Length: 2\r\n\r\nhi",
    "early hints": b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
    "10 MB": b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" + b"0123456789" * 1_000_000,
}  # fmt: skip


@pytest.mark.parametrize("name", ODD)
def test_an_odd_answer_arrives_as_it_was_sent(name: str, tmp_path: Path) -> None:
    """Whatever a deployment answers arrives at the client byte for byte: head, body, framing and 1xx answers."""
    raw = ODD[name]

    async def play() -> bytes:
        async with deployment(answering(raw)) as url, proxy(url, contract(tmp_path)) as door:
            return await door.ask(get("/things/1"), len(raw))

    assert asyncio.run(play()) == raw


def test_the_answer_to_head_has_a_length_and_no_body(tmp_path: Path) -> None:
    """An answer to HEAD keeps its Content-Length and is over at once, so the connection serves the next request."""
    raw = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n"

    async def play() -> bytes:
        async with deployment(answering(raw)) as url, proxy(url, contract(tmp_path)) as door:
            return await door.ask(get("/things/1").replace(b"GET", b"HEAD") * 2, 2 * len(raw))

    assert asyncio.run(play()) == raw * 2


def test_a_request_arrives_as_it_was_sent(tmp_path: Path) -> None:
    """Target, order, case and values of a request stay; only `Host` and what holds for one connection change."""
    heads: list[bytes] = []

    async def note(visit: Visit) -> None:
        heads.append(visit.head)
        await visit.say(b"HTTP/1.1 204 No Content\r\n\r\n")

    request = (
        b"GET /things/%C3%A9?b=%20+&a=1&&b HTTP/1.1\r\nX-First: \xe9\r\nHost: proxy\r\nACCEPT: a, b\r\nConnection: x-hop\r\n"
        b"X-Hop: gone\r\nTE: trailers\r\nx-first: again\r\n\r\n"
    )

    async def play(*, keep_host: bool) -> str:
        async with deployment(note) as url, proxy(url, contract(tmp_path), keep_host=keep_host) as door:
            await door.ask(request, 4)
            return url.removeprefix("http://")

    host = asyncio.run(play(keep_host=False)).encode()
    asyncio.run(play(keep_host=True))
    kept = b"GET /things/%%C3%%A9?b=%%20+&a=1&&b HTTP/1.1\r\nX-First: \xe9\r\nHost: %s\r\nACCEPT: a, b\r\nx-first: again\r\n\r\n"
    assert heads == [kept % host, kept % b"proxy"]


@pytest.mark.parametrize("chunked", [False, True])
def test_a_large_upload_is_passed_on_while_it_is_sent(tmp_path: Path, *, chunked: bool) -> None:
    """The deployment gets the beginning of a body before the client has sent its end, and then all of it."""
    body = b"x" * (LIMIT + 5_000_000)
    first = 1_000_000
    arrived = asyncio.Event()
    received = hashlib.sha256()

    async def take(visit: Visit) -> None:
        left = len(body)
        while left:
            if chunked:
                size = int(await visit.reader.readuntil(b"\r\n"), 16)
                piece = (await visit.reader.readexactly(size + 2))[:-2]
            else:
                piece = await visit.reader.read(65_536)
            received.update(piece)
            left -= len(piece)
            arrived.set()
        if chunked:
            assert await visit.reader.readexactly(5) == b"0\r\n\r\n"
        await visit.say(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    def framed(data: bytes) -> bytes:
        return b"%x\r\n%s\r\n" % (len(data), data) if chunked else data

    async def play() -> str:
        async with deployment(take) as url, proxy(url, contract(tmp_path)) as door:
            reader, writer = await door.open()
            how = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
            writer.write(get("/things", how, "Content-Type: application/json").replace(b"GET", b"POST"))
            writer.write(framed(body[:first]))
            await asyncio.wait_for(arrived.wait(), 10)
            writer.write(framed(body[first:]) + (b"0\r\n\r\n" if chunked else b""))
            assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 30)).startswith(b"HTTP/1.1 201 ")
            writer.close()
            (exchange,) = await door.judged()
            return str(exchange.note)

    note = asyncio.run(play())
    assert received.hexdigest() == hashlib.sha256(body).hexdigest()
    assert note == "the request's body was not judged: it has more than 10,000,000 bytes"


def test_a_slow_stream_arrives_as_it_is_sent(tmp_path: Path) -> None:
    """Each piece of a stream reaches the client before the deployment sends the next one."""
    heard = asyncio.Event()

    async def stream(visit: Visit) -> None:
        await visit.say(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(3):
            await visit.say(b"6\r\ndata\n\n\r\n")
            await heard.wait()
            heard.clear()
        await visit.say(b"0\r\n\r\n")

    async def play() -> None:
        async with deployment(stream) as url, proxy(url, contract(tmp_path)) as door:
            reader, writer = await door.open()
            writer.write(get("/things/1"))
            await reader.readuntil(b"\r\n\r\n")
            for _ in range(3):
                assert await asyncio.wait_for(reader.readexactly(11), 10) == b"6\r\ndata\n\n\r\n"
                heard.set()
            assert await reader.readexactly(5) == b"0\r\n\r\n"
            writer.close()

    asyncio.run(play())


def test_a_client_that_reads_nothing_slows_the_deployment_down(tmp_path: Path) -> None:
    """A body that nobody reads is not piled up in the proxy: the deployment cannot send more than buffers hold."""
    sent = 0
    stuck = asyncio.Event()

    async def flood(visit: Visit) -> None:
        nonlocal sent
        await visit.say(b"HTTP/1.1 200 OK\r\nContent-Length: 200000000\r\n\r\n")
        try:
            while sent < 200_000_000:
                visit.writer.write(b"x" * 100_000)
                await asyncio.wait_for(visit.writer.drain(), 0.5)
                sent += 100_000
        finally:
            stuck.set()

    async def play() -> None:
        async with deployment(flood) as url, proxy(url, contract(tmp_path)) as door:
            _, writer = await asyncio.open_connection(door.host, door.port, limit=1_000)
            writer.write(get("/things/1"))
            await asyncio.wait_for(stuck.wait(), 20)
            writer.transport.abort()

    asyncio.run(play())
    assert sent < 50_000_000


def test_requests_in_one_go_are_answered_in_order(tmp_path: Path) -> None:
    """Pipelined requests get their answers in the order in which they were asked."""

    async def echo(visit: Visit) -> None:
        number = visit.head.split(b" ")[1][-1:]
        await visit.say(b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + number)

    async def play() -> bytes:
        async with deployment(echo) as url, proxy(url, contract(tmp_path)) as door:
            return await door.ask(b"".join(get(f"/things/{n}") for n in range(3)), 3 * 39)

    assert asyncio.run(play())[38::39] == b"012"


def test_a_client_that_asks_to_go_on_hears_it_from_the_deployment(tmp_path: Path) -> None:
    """100 Continue comes from the deployment, not from the proxy, and then the body is passed on."""
    bodies: list[bytes] = []

    async def wait(visit: Visit) -> None:
        assert b"Expect: 100-continue" in visit.head
        await visit.say(b"HTTP/1.1 100 Go Ahead\r\n\r\n")
        bodies.append(await visit.reader.readexactly(2))
        await visit.say(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    async def play() -> None:
        async with deployment(wait) as url, proxy(url, contract(tmp_path)) as door:
            reader, writer = await door.open()
            writer.write(get("/things", "Content-Length: 2", "Expect: 100-continue").replace(b"GET", b"POST"))
            assert await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10) == b"HTTP/1.1 100 Go Ahead\r\n\r\n"
            writer.write(b"{}")
            assert (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).startswith(b"HTTP/1.1 201 ")
            writer.close()

    asyncio.run(play())
    assert bodies == [b"{}"]


def test_an_old_client_gets_a_body_without_chunks(tmp_path: Path) -> None:
    """To a client that speaks HTTP/1.0, a body in chunks is sent plain and ended by closing."""

    async def play() -> bytes:
        async with deployment(answering(ODD["chunked"])) as url, proxy(url, contract(tmp_path)) as door:
            return await door.ask(b"GET /things/1 HTTP/1.0\r\n\r\n")

    head, _, body = asyncio.run(play()).partition(b"\r\n\r\n")
    assert body == b'{"name":"x"}'
    assert b"ransfer-" not in head
