"""Every fault over a real uvicorn: a plain client sees what it claims to be, and the journal says that it was asked for."""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import orjson
import pytest

from faulty import CONTACT, CONTACTS, CONVERSATIONS, LOOPS, MESSAGES, Faulty, faulty, told
from live import PATIENCE, Live
from understudy.server import logs

Act = Callable[[Live], Awaitable[None]]


@pytest.fixture
def chatwoot_faulty() -> Faulty:
    return faulty()


async def get(server: Live, path: str = CONTACT, **how: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as client:
        return await client.get(path, **how)


async def post(server: Live, path: str, body: Any) -> httpx.Response:
    async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as client:
        return await client.post(path, json=body)


async def connected(server: Live) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    host, port = server.url.removeprefix("http://").split(":")
    return await asyncio.open_connection(host, int(port))


def request(path: str) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


async def raw(server: Live, path: str) -> tuple[bytes, bytes]:
    """Head and body of an answer, as far as they come before the connection ends."""
    reader, writer = await connected(server)
    writer.write(request(path))
    try:
        answer = await asyncio.wait_for(reader.read(-1), PATIENCE)
    finally:
        writer.close()
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


async def settled(server: Live) -> None:
    """Wait until no request is under way."""
    tasks = server._server.server_state.tasks
    while tasks:
        done, _ = await asyncio.wait(set(tasks), timeout=PATIENCE)
        assert done, "a request never ended"


def length(head: bytes) -> int:
    fields = dict(line.split(b": ", 1) for line in head.splitlines()[1:])
    return int(fields[b"content-length"])


def test_a_noop_is_only_told_of(chatwoot_faulty: Faulty) -> None:
    """The template changes nothing but the header and the journal's mark."""
    with chatwoot_faulty.client() as client:
        plain = client.get(CONTACT)
        chatwoot_faulty.rule("noop")
        marked = client.get(CONTACT)
    assert (plain.content, told(plain), told(marked)) == (marked.content, None, "noop")
    assert chatwoot_faulty.last.fault == "noop"
    assert chatwoot_faulty.last.violations == []


def test_a_latency_delays_the_answer(chatwoot_faulty: Faulty) -> None:
    """A fixed latency lasts as long as it says, and the answer is the right one; other requests do not wait for it."""

    async def act(server: Live) -> None:
        plain = await get(server)
        chatwoot_faulty.rule("latency", milliseconds=300, operation="get-details-of-a-contact")
        begun = time.perf_counter()
        slow = asyncio.create_task(get(server))
        await get(server, CONVERSATIONS)
        assert not slow.done()
        late = await slow
        assert time.perf_counter() - begun >= 0.3
        assert (late.status_code, late.content, told(late)) == (200, plain.content, "latency")
        assert chatwoot_faulty.last.fault == "latency: 300 ms"

    chatwoot_faulty.play(act)


def test_a_range_of_latency_is_drawn_from(chatwoot_faulty: Faulty) -> None:
    """Each latency of a range lies in it, and they differ."""
    chatwoot_faulty.rule("latency", milliseconds=2, up_to=20)
    with chatwoot_faulty.client() as client:
        for _ in range(10):
            client.get(CONTACT)
    drawn = [int(entry.fault.split()[1]) for entry in chatwoot_faulty.journal.exchanges]
    assert all(2 <= span <= 20 for span in drawn)
    assert len(set(drawn)) > 3


@pytest.mark.parametrize(
    ("status", "body", "codes"),
    [
        (404, {"status": 404, "error": "Not Found"}, []),
        (503, {"status": 503, "error": "Service Unavailable"}, ["status-unknown"]),
        (413, {"status": 413, "error": "Payload Too Large"}, ["media-type-unknown"]),
        (418, {"status": 418, "error": "Internal Server Error"}, ["status-unknown"]),
        (599, {"status": 599, "error": "Internal Server Error"}, ["status-unknown"]),
    ],
)
def test_a_status_is_the_products_own_failure(
    chatwoot_faulty: Faulty, status: int, body: Any, codes: list[str]
) -> None:
    """The body is the documented one, else the one the product has for any failure; nothing is written, nothing enforced."""

    async def act(server: Live) -> None:
        before = (await get(server, MESSAGES)).json()
        chatwoot_faulty.rule("status", status=status, count=1, operation="create-a-message")
        failed = await post(server, MESSAGES, {"content": "lost"})
        assert (failed.status_code, failed.json(), told(failed)) == (status, body, "status")
        assert "understudy-refused" not in failed.headers
        assert "x-request-id" in failed.headers
        assert [violation.code for violation in chatwoot_faulty.last.violations] == codes
        assert (await get(server, MESSAGES)).json() == before
        assert (await post(server, MESSAGES, {"content": "kept"})).status_code == 200

    chatwoot_faulty.play(act)


def test_a_documented_failure_is_made_from_the_document(chatwoot_faulty: Faulty) -> None:
    """Where the document has its own words for a status at this operation, those are said."""
    chatwoot_faulty.rule("status", status=422, operation="create-a-message")
    with chatwoot_faulty.client() as client:
        answer = client.post(MESSAGES, json={"content": "hello"})
    assert answer.status_code == 422
    assert set(answer.json()) == {"message", "attributes"}
    assert chatwoot_faulty.last.violations == []


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("when", ["before", "after"])
def test_a_reset_ends_the_connection_without_an_answer(chatwoot_faulty: Faulty, loop: str, when: str) -> None:
    """The client's connection is reset, before or after the request had its effect, and the next one works."""

    async def act(server: Live) -> None:
        count = len((await get(server, MESSAGES)).json())
        chatwoot_faulty.rule("reset", when=when, count=1)
        with pytest.raises(httpx.ReadError):
            await post(server, MESSAGES, {"content": "who knows"})
        lost = chatwoot_faulty.last
        assert lost.fault == f"reset: {when} the request has its effect"
        assert (lost.response is None) is (when == "before")
        assert len((await get(server, MESSAGES)).json()) == count + (when == "after")
        await settled(server)

    chatwoot_faulty.play(act, loop)


@pytest.mark.parametrize("loop", LOOPS)
def test_a_reset_is_a_reset_on_the_wire(chatwoot_faulty: Faulty, loop: str) -> None:
    """What the socket hears is RST, not an end."""
    chatwoot_faulty.rule("reset", operation="get-details-of-a-contact")

    async def act(server: Live) -> None:
        with pytest.raises(ConnectionResetError):
            await raw(server, CONTACT)

    chatwoot_faulty.play(act, loop)


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize(
    ("given", "kept"), [(None, lambda size: size // 2), (10, lambda _: 10), (9_999, lambda size: size - 1)]
)
def test_a_truncated_body_promises_more_than_comes(
    chatwoot_faulty: Faulty, loop: str, given: int | None, kept: Callable[[int], int]
) -> None:
    """Content-Length counts the whole body, some of it comes, and the connection ends; a client notices."""

    async def act(server: Live) -> None:
        whole = (await get(server)).content
        chatwoot_faulty.rule("truncate", bytes=given)
        head, body = await raw(server, CONTACT)
        assert head.startswith(b"HTTP/1.1 200 ")
        assert length(head) == len(whole)
        assert body == whole[: kept(len(whole))]
        with pytest.raises(httpx.RemoteProtocolError):
            await get(server)
        assert chatwoot_faulty.last.fault == f"truncate: {len(body)} of {len(whole)} bytes"
        await settled(server)

    chatwoot_faulty.play(act, loop)


def test_a_slow_body_comes_in_pieces(chatwoot_faulty: Faulty) -> None:
    """The body is whole in the end, and each piece comes by itself, a pause after the one before."""

    async def act(server: Live) -> None:
        whole = (await get(server)).content
        chatwoot_faulty.rule("slow-body", bytes=50, milliseconds=60)
        pieces, moments = [], []
        async with httpx.AsyncClient() as client, client.stream("GET", f"{server.url}{CONTACT}") as answer:
            async for piece in answer.aiter_raw():
                pieces.append(piece)
                moments.append(time.perf_counter())
        assert b"".join(pieces) == whole
        assert max(map(len, pieces)) <= 50
        assert moments[-1] - moments[0] >= 0.05 * (len(whole) // 50)

    chatwoot_faulty.play(act)


@pytest.mark.parametrize("how", ["cut", "tail"])
def test_malformed_json_is_taken_by_no_parser(chatwoot_faulty: Faulty, how: str) -> None:
    """Content-Length and Content-Type are right, and the body is no JSON."""

    async def act(server: Live) -> None:
        chatwoot_faulty.rule("malformed-json", how=how)
        broken = await get(server)
        assert (broken.status_code, told(broken)) == (200, "malformed-json")
        assert broken.headers["content-type"] == "application/json; charset=utf-8"
        assert int(broken.headers["content-length"]) == len(broken.content)
        for parse in (json.loads, orjson.loads):
            with pytest.raises(ValueError, match=r"."):
                parse(broken.content)
        assert [violation.code for violation in chatwoot_faulty.last.violations] == ["body-malformed"]

    chatwoot_faulty.play(act)


def test_a_drifted_answer_reaches_the_client(chatwoot_faulty: Faulty) -> None:
    """The answer breaks its document at the chosen place, is sent all the same, and is marked."""

    async def act(server: Live) -> None:
        plain = (await get(server)).json()
        chatwoot_faulty.rule("drift", pointer="/body/email", change="drop")
        drifted = await get(server)
        assert (drifted.status_code, told(drifted)) == (200, "drift")
        assert drifted.json() == {key: value for key, value in plain.items() if key != "email"}
        assert chatwoot_faulty.last.fault == "drift: /body/email dropped"
        assert [violation.where for violation in chatwoot_faulty.last.violations] == ["/body/email"]

    chatwoot_faulty.play(act)


def test_several_faults_may_hit_one_call(chatwoot_faulty: Faulty) -> None:
    """They act in the order of their stages, whatever the order of the rules: late, drifted, malformed, cut off, in pieces."""

    async def act(server: Live) -> None:
        for fault in ("slow-body", "truncate", "malformed-json", "drift", "latency"):
            chatwoot_faulty.rule(fault, **({"milliseconds": 20} if fault in ("latency", "slow-body") else {}))
        head, body = await raw(server, CONVERSATIONS)
        assert b"understudy-fault: latency, drift, malformed-json, truncate, slow-body" in head
        assert 0 < len(body) < length(head)
        assert [name.split(":")[0] for name in chatwoot_faulty.last.fault.split("; ")] == [
            "latency", "drift", "malformed-json", "truncate", "slow-body",
        ]  # fmt: skip

    chatwoot_faulty.play(act)


def test_the_first_that_answers_is_the_only_one(chatwoot_faulty: Faulty) -> None:
    """Of two failures one comes to pass; the other one is not counted, and a reset leaves nothing to break."""
    first, second = chatwoot_faulty.rule("status", status=500), chatwoot_faulty.rule("status", status=503)
    with chatwoot_faulty.client() as client:
        assert client.get(CONTACT).status_code == 500
        assert (first.hits, second.hits) == (1, 0)
        assert chatwoot_faulty.last.fault == "status: 500; status did not happen: another fault has answered"
        chatwoot_faulty.app.faults.clear("")
        drift = chatwoot_faulty.rule("drift"), chatwoot_faulty.rule("slow-body"), chatwoot_faulty.rule("reset")
        with pytest.raises(ConnectionAbortedError):
            client.get(CONTACT)
    assert [rule.hits for rule in drift] == [0, 0, 1]


@pytest.mark.parametrize(
    ("fault", "path"),
    [
        ({"fault": "latency", "milliseconds": 600_000}, CONTACT),
        ({"fault": "slow-body", "bytes": 1, "milliseconds": 60_000}, CONTACT),
    ],
)
def test_a_client_that_leaves_takes_its_request_along(chatwoot_faulty: Faulty, fault: Any, path: str) -> None:
    """Nothing waits for a client that is gone: the request ends at once, and is in the journal."""

    async def act(server: Live) -> None:
        chatwoot_faulty.app.faults.add("", fault)
        reader, writer = await connected(server)
        writer.write(request(path))
        if fault["fault"] == "slow-body":
            await reader.readuntil(b"\r\n\r\n")
        else:
            while not server._server.server_state.tasks:
                await get(server, "/_understudy/health")
        writer.close()
        await settled(server)
        assert chatwoot_faulty.last.fault.startswith(fault["fault"])

    chatwoot_faulty.play(act)


def test_a_slow_request_has_its_effect_though_the_client_gave_up(chatwoot_faulty: Faulty) -> None:
    """As on a slow server: whoever tries again after a timeout has written twice."""

    async def act(server: Live) -> None:
        count = len((await get(server, MESSAGES)).json())
        chatwoot_faulty.rule("latency", milliseconds=600_000, count=1, operation="create-a-message")
        async with httpx.AsyncClient(timeout=0.2) as client:
            with pytest.raises(httpx.ReadTimeout):
                await client.post(f"{server.url}{MESSAGES}", json={"content": "once"})
        await settled(server)
        await post(server, MESSAGES, {"content": "once"})
        assert len((await get(server, MESSAGES)).json()) == count + 2

    chatwoot_faulty.play(act)


@pytest.mark.parametrize(
    ("rule", "headers"),
    [
        ({"fault": "latency", "milliseconds": 600_000}, {}),
        ({"fault": "slow-body", "bytes": 1, "milliseconds": 60_000}, {}),
        ({"fault": "noop"}, {"Prefer": "delay=600000"}),
    ],
)
def test_a_server_that_ends_answers_first(chatwoot_faulty: Faulty, rule: Any, headers: Any) -> None:
    """No pause outlasts the server: who waits is answered at once, and whole."""
    chatwoot_faulty.app.faults.add("", rule)

    async def act(server: Live) -> None:
        waiting = asyncio.create_task(get(server, headers=headers))
        while not server._server.server_state.tasks:
            await get(server, "/_understudy/health")
        server.stop()
        answer = await waiting
        assert (answer.status_code, answer.json()["source_id"]) == (200, "demo-contact")

    chatwoot_faulty.play(act)


def test_an_answer_without_a_body_is_left_alone(chatwoot_faulty: Faulty) -> None:
    """There is nothing to break in it; the journal says so, no header does, and the rule is not counted."""
    rules = [chatwoot_faulty.rule(fault) for fault in ("drift", "malformed-json", "truncate", "slow-body")]
    with chatwoot_faulty.client() as client:
        answer = client.head(CONTACT)
    assert (answer.status_code, told(answer)) == (200, None)
    assert chatwoot_faulty.last.fault.count("did not happen") == 4
    assert [rule.hits for rule in rules] == [0, 0, 0, 0]


def test_a_faulty_answer_is_never_not_modified(chatwoot_faulty: Faulty) -> None:
    """A client with the right entity tag gets to see the fault, again and again."""
    chatwoot_faulty.rule("drift", pointer="/body/email", change="drop")
    with chatwoot_faulty.client() as client:
        first = client.get(CONTACT)
        again = client.get(CONTACT, headers={"If-None-Match": first.headers["etag"]})
        chatwoot_faulty.app.faults.clear("")
        plain = client.get(CONTACT)
        assert client.get(CONTACT, headers={"If-None-Match": plain.headers["etag"]}).status_code == 304
    assert (again.status_code, again.content) == (200, first.content)


def test_faults_never_hit_the_control_plane(chatwoot_faulty: Faulty) -> None:
    """Somebody must be able to end them."""
    chatwoot_faulty.rule("status", status=500)
    with chatwoot_faulty.client() as client:
        assert client.get("/_understudy/health").status_code == 200
        assert client.get(CONTACTS + "/demo-contact").status_code == 500


def test_the_log_shows_faults(chatwoot_faulty: Faulty) -> None:
    """People read which fault was asked for; machines find it under its own key."""
    chatwoot_faulty.rule("status", status=503)
    with chatwoot_faulty.client() as client:
        client.get(CONTACT)
    record = logging.LogRecord("understudy.exchange", logging.INFO, "", 0, "entry", None, None)
    record.entry = chatwoot_faulty.last
    assert "fault asked for: status: 503" in logs._Lines(colour=False).format(record)
    assert json.loads(logs._JsonLines().format(record))["fault"] == "status: 503"
