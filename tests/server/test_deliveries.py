"""Webhook requests: judged, sent in order, tried again by the sandbox's clock, and every attempt in the journal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import yaml

from documents import contract, operation
from understudy.contract.contract import Contract
from understudy.contract.document import load
from understudy.hosts import is_loopback
from understudy.sandbox.bus import Delivery
from understudy.sandbox.registry import Sandboxes
from understudy.sandbox.sandboxes import Sandbox
from understudy.server.app import App, create_app
from understudy.server.call import Part
from understudy.server.deliveries import REDELIVER, redeliver
from understudy.server.handlers import HandlerAnswerer
from understudy.services.service import Params, Reply, Service

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
EVENTS = {
    "openapi": "3.1.0",
    "info": {"title": "Events", "version": "1"},
    "webhooks": {
        "thing_made": {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"type": "object", "required": ["name"]}}}},
                "responses": {"200": {"description": "Heard."}},
            }
        }
    },
}
PATHS = {
    "/things/{name}": {
        "parameters": [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}],
        "post": operation("make"),
    }
}


class Receiver:
    """A server that answers with the statuses it is told, then with 200, and remembers what it got."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.got: list[tuple[dict[str, str], bytes]] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head[1:] if line)
        self.got.append((headers, await reader.readexactly(int(headers["content-length"]))))
        status = self.statuses.pop(0) if self.statuses else 200
        if status:
            writer.write(f"HTTP/1.1 {status} Whatever\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok".encode())
            await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?a=1"
    async with server:
        yield receiver


class Stage:
    """A served service whose one operation has a webhook request sent."""

    def __init__(self, folder: Path, url: str, body: bytes, policy: Any) -> None:
        def make(sandbox: Sandbox, params: Params) -> Any:
            headers = (("Content-Type", "application/json"), ("X-Thing", params["name"]))
            sandbox.bus.deliver(Delivery("thing_made", url, headers, body, retries=(1.0, 5.0)))
            return {}

        service = Service(
            name="things", title="Things", document="", overlays=(), seed="", handlers={"make": make}, tables=lambda _: {},
            plant=lambda *_: None, introduce=lambda _: {}, unrouted=lambda _: Reply({}, 404),
            malformed=lambda _: Reply({}, 400),
        )  # fmt: skip
        (folder / "events.yaml").write_text(yaml.safe_dump(EVENTS))
        self.sandboxes = Sandboxes(lambda seed, _: Sandbox(seed, lambda _: {}, {}, NOON, {REDELIVER: redeliver}), 1)
        answerer = HandlerAnswerer(service, self.sandboxes)
        events = Contract(load(folder / "events.yaml"))
        part = Part("things", contract(folder, PATHS), answerer, sandboxes=self.sandboxes, events=events)
        self.app: App = create_app([part], policy=policy)

    async def make(self, name: str) -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://127.0.0.1") as api:  # type: ignore[arg-type] # an ASGI application
            answer = await api.post(f"/things/{name}")
        assert answer.status_code == 200, answer.text
        await self.app.deliveries.settle()

    async def wait(self, seconds: float) -> None:
        sandbox = self.sandboxes.shared
        sandbox.set_time(sandbox.clock.time() + seconds)
        await self.app.deliveries.settle()

    def attempts(self) -> list[tuple[int, int | None]]:
        """Each attempt in the journal, with the status it met."""
        return [(e.attempt, e.response and e.response.status_code) for e in self.app.journal.exchanges if e.attempt]


def play(
    folder: Path, scene: Callable[[Stage, Receiver], Awaitable[None]], *, body: bytes = b'{"name":"x"}',
    url: str | None = None, policy: Any = "enforce",
) -> tuple[Stage, Receiver]:  # fmt: skip
    """Play a scene with a receiver; what is left open is closed."""

    async def played() -> tuple[Stage, Receiver]:
        async with receiving() as receiver:
            stage = Stage(folder, url or receiver.url, body, policy)
            try:
                await scene(stage, receiver)
            finally:
                await stage.app.close()
            return stage, receiver

    return asyncio.run(played())


def test_a_webhook_request_arrives_as_it_was_written(tmp_path: Path) -> None:
    """Headers and body are the service's own, and the journal has the attempt with its answer."""

    async def scene(stage: Stage, _: Receiver) -> None:
        await stage.make("first")

    stage, receiver = play(tmp_path, scene)
    ((headers, body),) = receiver.got
    assert (headers["x-thing"], headers["content-type"], body) == ("first", "application/json", b'{"name":"x"}')
    (sent,) = [e for e in stage.app.journal.exchanges if e.attempt]
    assert (sent.operation_id, sent.request.path, sent.request.query) == ("thing_made", "/hook", b"a=1")
    assert sent.response is not None
    assert sent.response.data == b"ok"


def test_a_failure_is_tried_again_when_the_clock_says_so(tmp_path: Path) -> None:
    """The pauses are those of the delivery; nothing is tried before, and after a success no more."""

    async def scene(stage: Stage, receiver: Receiver) -> None:
        receiver.statuses = [500, 0]
        await stage.make("x")
        await stage.wait(0.5)
        assert stage.attempts() == [(1, 500)]
        await stage.wait(0.6)
        assert stage.attempts() == [(1, 500), (2, None)]
        await stage.wait(100)
        await stage.wait(100)

    stage, receiver = play(tmp_path, scene)
    assert stage.attempts() == [(1, 500), (2, None), (3, 200)]
    assert len({(headers["x-thing"], body) for headers, body in receiver.got}) == 1


def test_after_the_last_pause_it_is_given_up(tmp_path: Path) -> None:
    """Two pauses make three attempts."""

    async def scene(stage: Stage, receiver: Receiver) -> None:
        receiver.statuses = [503] * 9
        await stage.make("x")
        for _ in range(5):
            await stage.wait(60)

    assert play(tmp_path, scene)[0].attempts() == [(1, 503), (2, 503), (3, 503)]


def test_requests_to_one_receiver_keep_their_order(tmp_path: Path) -> None:
    """However many are under way, they arrive one after the other."""

    async def scene(stage: Stage, _: Receiver) -> None:
        await asyncio.gather(*(stage.make(f"n{number}") for number in range(8)))

    names = [headers["x-thing"] for headers, _ in play(tmp_path, scene)[1].got]
    assert names == sorted(names)


def test_nobody_is_asked_who_is_not_this_machine(tmp_path: Path) -> None:
    """The journal says what would have been sent, and how to allow it."""

    async def scene(stage: Stage, _: Receiver) -> None:
        await stage.make("x")

    stage, _ = play(tmp_path, scene, url="http://hooks.example/in")
    (event,) = stage.app.journal.events
    assert (event.sent, event.data) == (False, {"name": "x"})
    assert "--callbacks-to hooks.example" in event.note
    assert stage.attempts() == []


def test_a_request_that_breaks_the_contract_is_kept_back_or_reported(tmp_path: Path) -> None:
    """Under `enforce` it is not sent; under `report` it is, and the journal lists what broke."""

    async def scene(stage: Stage, _: Receiver) -> None:
        await stage.make("x")

    stage, receiver = play(tmp_path, scene, body=b"{}")
    assert receiver.got == []
    assert [v.code for v in stage.app.journal.events[0].violations] == ["schema-required"]
    stage, receiver = play(tmp_path, scene, body=b"{}", policy="report")
    assert len(receiver.got) == 1
    assert [v.code for e in stage.app.journal.exchanges if e.attempt for v in e.violations] == ["schema-required"]


def test_this_machine_is_known_by_its_names_and_addresses() -> None:
    """Nothing that only looks like loopback passes."""
    ours = ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "127.9.9.9", "::1", "[::1]", "::ffff:127.0.0.1"]
    others = ["example.com", "localhost.example", "10.0.0.1", "0.0.0.1", "127.0.0.1.nip.io", "", "::", "128.0.0.1"]
    assert [host for host in ours if not is_loopback(host)] == []
    assert [host for host in others if is_loopback(host)] == []
