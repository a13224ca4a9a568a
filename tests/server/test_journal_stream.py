"""The journal, live, over a real socket: server-sent events as an ordinary client reads them."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import aclosing, contextmanager
from typing import Any

import httpx
import pytest

from processes import Server, serving
from understudy.contract.exchange import Exchange, Request, Response
from understudy.server.control.stream import WAITING, Followers
from understudy.server.journal import Journal

STREAM = "/_understudy/journal/stream"
CONTACTS = "/public/api/v1/inboxes/demo-inbox/contacts"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("chatwoot", "--seed", "1") as running:
        yield running


class Follower:
    """Reads a stream."""

    def __init__(self, answer: httpx.Response) -> None:
        assert answer.status_code == 200
        assert answer.headers["content-type"] == "text/event-stream"
        assert "content-length" not in answer.headers
        self.lines = answer.iter_lines()
        assert next(self.lines).startswith(":")  # by now we are followed

    def next(self) -> tuple[int, Any]:
        """Number and data of the next event."""
        fields: dict[str, str] = {}
        for line in self.lines:
            if line.startswith(":"):
                continue
            if not line and fields:
                return int(fields["id"]), json.loads(fields["data"])
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
        raise AssertionError("the stream has ended")


@contextmanager
def following(server: Server, query: str = "", prefix: str = "", **headers: str) -> Iterator[Follower]:
    with httpx.stream("GET", f"{server.url}{prefix}{STREAM}{query}", headers=headers, timeout=20) as answer:
        yield Follower(answer)


def test_each_exchange_comes_as_it_happens(server: Server) -> None:
    """Every entry comes once, in order, with its number as id; the control plane's own do not."""
    with following(server) as stream:
        for name in ("one", "two"):
            httpx.post(f"{server.url}{CONTACTS}", json={"name": name})
            httpx.get(f"{server.url}/_understudy/clock")
        (first, told), (second, other) = stream.next(), stream.next()
    assert first < second
    assert [json.loads(entry["request"]["body"]["text"])["name"] for entry in (told, other)] == ["one", "two"]
    assert told["operation_id"] == "create-a-contact"


def test_a_follower_sees_what_it_asks_for(server: Server) -> None:
    """Filters and the sandbox of the request hold for the stream as for the journal."""
    with following(server, "?violation=any", "/~stream") as stream:
        httpx.post(f"{server.url}{CONTACTS}", json={"name": 1})
        httpx.post(f"{server.url}/~stream{CONTACTS}", json={"name": "Ann"})
        httpx.post(f"{server.url}/~stream{CONTACTS}", json={"name": 2})
        _, entry = stream.next()
    assert (entry["sandbox"], entry["request"]["body"]["text"]) == ("stream", '{"name":2}')


def test_who_comes_back_gets_what_was_missed(server: Server) -> None:
    """`Last-Event-ID` resumes after that entry, and `since` begins there, from what is kept; then it goes on live."""
    prefix = "/~resume"
    for name in ("a", "b", "c"):
        httpx.post(f"{server.url}{prefix}{CONTACTS}", json={"source_id": name})
    numbers = [e["number"] for e in httpx.get(f"{server.url}{prefix}/_understudy/journal").json()]
    with following(server, "", prefix, **{"Last-Event-ID": str(numbers[0])}) as stream:
        assert [stream.next()[0] for _ in range(2)] == numbers[1:]
        httpx.post(f"{server.url}{prefix}{CONTACTS}", json={"source_id": "d"})
        assert stream.next()[0] > numbers[2]
    with following(server, f"?since={numbers[1]}", prefix) as stream:
        assert stream.next()[0] == numbers[2]
    wrong = httpx.get(f"{server.url}{STREAM}", headers={"Last-Event-ID": "x"})
    assert wrong.status_code == 422


def test_a_head_request_is_answered_and_ends(server: Server) -> None:
    """HEAD tells the stream's headers without opening one."""
    answer = httpx.head(f"{server.url}{STREAM}", timeout=20)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/event-stream")


def test_followers_who_leave_are_forgotten(server: Server) -> None:
    """Whoever hangs up, in the middle or at once, costs nothing afterwards; the server goes on."""
    for _ in range(20):
        with following(server):
            pass
    with following(server) as stream:
        httpx.post(f"{server.url}{CONTACTS}", json={})
        assert stream.next()[1]["operation_id"] == "create-a-contact"


def test_the_stream_ends_when_the_server_does() -> None:
    """A signal ends every stream cleanly and the server within its second; nothing is logged as a bug."""
    with serving("chatwoot") as running, following(running) as stream:
        started = time.monotonic()
        assert running.stop() == 0
        assert time.monotonic() - started < 1.5  # one second, and what a busy machine needs to notice
        assert [line for line in stream.lines if line and not line.startswith(":")] == []


def test_the_exchange_of_the_stream_itself_is_journaled(server: Server) -> None:
    """The journal has the stream's exchange from its beginning, without a body."""
    with following(server, prefix="/~self"):
        found = httpx.get(f"{server.url}/~self/_understudy/journal?control=true").json()
    assert [(e["operation_id"], e["response"]["status"], e["response"]["body"]["size"]) for e in found] == [
        ("follow-journal", 200, 0)
    ]


def exchange(number: int) -> Exchange:
    return Exchange(Request("GET", f"/{number}"), Response(200))


def test_a_follower_who_falls_behind_is_cut_off_and_misses_nothing_in_the_end() -> None:
    """A slow follower costs a bounded queue; its stream ends, and it resumes by number without a gap."""
    journal = Journal(length=3 * WAITING)
    followers = Followers(journal)

    async def slow() -> list[int]:
        stream = followers.follow(lambda _: True, 0)
        journal.add(exchange(1))
        numbers = [number_of(await anext(stream))]
        for number in range(2, 2 * WAITING):
            journal.add(exchange(number))
        numbers += [number_of(chunk) async for chunk in stream]
        assert len(followers) == 0
        async with aclosing(followers.follow(lambda _: True, numbers[-1])) as again:
            while numbers[-1] < journal.total:
                numbers.append(number_of(await anext(again)))
        return numbers

    assert asyncio.run(slow()) == list(range(1, 2 * WAITING))
    assert len(followers) == 0


def test_a_quiet_stream_gives_a_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    """While nothing happens comments come, and then the next entry; closing ends the stream."""
    monkeypatch.setattr("understudy.server.control.stream.HEARTBEAT", 0.01)
    journal = Journal()
    followers = Followers(journal)

    async def quiet() -> list[bytes]:
        stream = followers.follow(lambda _: True, 0)
        signs = [await anext(stream) for _ in range(2)]
        journal.add(exchange(1))
        while (chunk := await anext(stream)).startswith(b":"):
            signs.append(chunk)
        assert number_of(chunk) == 1
        followers.close()
        assert [rest async for rest in stream if not rest.startswith(b":")] == []
        return signs

    assert set(asyncio.run(quiet())) == {b": nothing new\n\n"}


def number_of(chunk: bytes) -> int:
    return int(chunk.split(b"\n")[0].removeprefix(b"id: "))
