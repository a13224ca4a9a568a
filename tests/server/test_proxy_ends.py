"""A side that ends early, never begins, or cannot be had: the other side hears of it as it happened."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from deployments import Visit, answering, contract, deployment, get, proxy
from understudy.server.proxy.upstream import Upstream, UrlError
from understudy.server.run import bind

HALF = b'HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{"name": '  # fmt: skip
CHUNK = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"


@pytest.mark.parametrize("raw", [HALF, CHUNK])
@pytest.mark.parametrize("reset", [False, True])
def test_an_answer_that_is_broken_off_is_passed_on_as_that(raw: bytes, tmp_path: Path, *, reset: bool) -> None:
    """A deployment that dies in the middle of a body leaves the client with what came and a closed connection."""
    arrived = asyncio.Event()

    async def die(visit: Visit) -> None:
        await visit.say(raw)
        if reset:
            await arrived.wait()
            visit.writer.transport.abort()
        else:
            visit.writer.close()

    async def play() -> Any:
        async with deployment(die) as url, proxy(url, contract(tmp_path)) as door:
            reader, writer = await door.open()
            writer.write(get("/things/1"))
            assert await asyncio.wait_for(reader.readexactly(len(raw)), 10) == raw
            arrived.set()
            assert await asyncio.wait_for(reader.read(-1), 10) == b""
            writer.close()
            return (await door.judged())[0]

    exchange = asyncio.run(play())
    assert "answer-missing" in {violation.code for violation in exchange.violations}
    assert "the answer was broken off after" in exchange.note
    assert exchange.response.status_code == 200


def test_a_client_that_hangs_up_ends_the_request_at_the_deployment(tmp_path: Path) -> None:
    """The deployment sees the connection closed as soon as the client has hung up, and nobody is blamed."""
    asked, gone = asyncio.Event(), asyncio.Event()

    async def wait(visit: Visit) -> None:
        asked.set()
        assert await visit.reader.read() == b""
        gone.set()

    async def play() -> Any:
        async with deployment(wait) as url, proxy(url, contract(tmp_path)) as door:
            _, writer = await door.open()
            writer.write(get("/things/1"))
            await asyncio.wait_for(asked.wait(), 10)
            writer.close()
            await asyncio.wait_for(gone.wait(), 10)
            return (await door.judged())[0]

    exchange = asyncio.run(play())
    assert (exchange.response, exchange.violations) == (None, [])
    assert exchange.note == "the client hung up before the answer was whole"


def test_a_deployment_that_is_not_there_is_a_502_of_ours(tmp_path: Path) -> None:
    """Where nobody listens the client gets a problem of ours that says what to check, and may ask again."""
    listener = bind("127.0.0.1", 0)
    port = listener.getsockname()[1]
    listener.close()

    async def play() -> tuple[bytes, Any]:
        async with proxy(f"http://127.0.0.1:{port}", contract(tmp_path)) as door:
            return await door.ask(get("/things/1", "Connection: close")), (await door.judged())[0]

    answer, exchange = asyncio.run(play())
    head, _, body = answer.partition(b"\r\n\r\n")
    told = json.loads(body)
    assert head.startswith(b"HTTP/1.1 502 Bad Gateway\r\ncontent-type: application/problem+json\r\n")
    assert b"understudy-refused: contract" in head
    assert told["type"] == "urn:understudy:deployment-failed"
    assert "nobody listens there; is it running" in told["detail"]
    assert [violation.code for violation in exchange.violations] == ["answer-missing"]
    assert exchange.refused


@pytest.mark.parametrize(
    ("raw", "status", "why"),
    [
        (None, 504, "no answer within 0.3 s"),
        (b"", 502, "no answer: the connection was closed"),
        (b"HTTP/1.1 200", 502, "no answer: the connection was closed"),
        (b"<html>hello</html>\r\n\r\n", 502, "what came is no HTTP"),
    ],
)
def test_a_deployment_that_gives_no_answer_is_told_apart(
    raw: bytes | None, status: int, why: str, tmp_path: Path
) -> None:
    """Silence is a 504; a closed connection and what is no HTTP are a 502, each in words."""

    async def behave(visit: Visit) -> None:
        if raw is None:
            await visit.reader.read()
        else:
            await visit.say(raw)
            visit.writer.close()

    async def play() -> bytes:
        async with deployment(behave) as url, proxy(url, contract(tmp_path), answer=0.3) as door:
            return await door.ask(get("/things/1", "Connection: close"))

    head, _, body = asyncio.run(play()).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 %d " % status)
    assert why in json.loads(body)["detail"]


def test_a_kept_connection_that_was_closed_is_replaced(tmp_path: Path) -> None:
    """A deployment that closes its connections without a word never costs a client its answer."""
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
    visits = 0

    async def close_after(visit: Visit) -> None:
        nonlocal visits
        visits += 1
        await visit.say(raw)
        visit.writer.close()

    async def play() -> bytes:
        async with deployment(close_after) as url, proxy(url, contract(tmp_path)) as door:
            return await door.ask(get("/things/1") * 5, 5 * len(raw))

    assert asyncio.run(play()) == raw * 5
    assert visits == 5


def test_connections_to_the_deployment_are_used_again(tmp_path: Path) -> None:
    """One after another, requests of different clients go over one connection."""
    connections = set()
    raw = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"

    async def count(visit: Visit) -> None:
        connections.add(visit.writer.get_extra_info("peername"))
        await visit.say(raw)

    async def play() -> None:
        async with deployment(count) as url, proxy(url, contract(tmp_path)) as door:
            for number in range(3):
                await door.ask(get("/things/1"), len(raw))
                await door.judged(number + 1)

    asyncio.run(play())
    assert len(connections) == 1


def test_an_early_answer_to_an_upload_reaches_a_client_that_is_still_sending(tmp_path: Path) -> None:
    """A deployment that refuses a body before it has come is heard, and the connection ends in order."""
    raw = b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno"

    async def play() -> bytes:
        async with deployment(answering(raw)) as url, proxy(url, contract(tmp_path)) as door:
            reader, writer = await door.open()
            writer.write(get("/things", "Content-Length: 100").replace(b"GET", b"POST") + b"x" * 10)
            answer = await asyncio.wait_for(reader.readuntil(b"no"), 10)
            writer.write(b"x" * 90)
            assert await asyncio.wait_for(reader.read(), 10) == b""
            writer.close()
            return answer

    assert asyncio.run(play()).startswith(b"HTTP/1.1 413 Too Large\r\n")


@pytest.mark.parametrize("url", ["chat.example.com", "ftp://x", "http://", "http://x:port", "http://x:99999"])
def test_what_is_no_base_url_is_refused_at_once(url: str) -> None:
    """A URL that cannot be one is refused with an example of one that can."""
    with pytest.raises(UrlError, match="write one such as"):
        Upstream(url)
