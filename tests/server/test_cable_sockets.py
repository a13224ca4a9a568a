"""Sockets over a real uvicorn: how they begin and end, and what becomes of one that does not read."""

from __future__ import annotations

import asyncio
import json
import re
import socket as sockets
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosedOK, InvalidStatus
from websockets.sync.client import connect

from bells import BASE, CABLE, RESTART, TOWER, bells, heard, notes, ring
from live import PATIENCE, Live, Socket, play
from processes import serving
from understudy.server.actioncable import cables
from understudy.server.app import create_app


def test_every_socket_is_pinged(tmp_path: Path) -> None:
    """Pings come again and again, with the time by the sandbox's clock in whole seconds; every three seconds it is."""
    app, part, journal = bells(tmp_path)
    app.cables = cables.Cables([part], journal, "enforce", interval=0.01)
    assert part.sandboxes is not None
    part.sandboxes.shared.set_time(1_000_000)
    part.sandboxes.shared.freeze()
    part.sandboxes.shared.set_time(1_000_000)

    async def act(server: Live) -> None:
        async with server.socket(CABLE) as one, server.socket(CABLE) as other:
            for socket in (one, other):
                assert await socket.connection.recv() == '{"type":"welcome"}'
                for _ in range(3):
                    assert await socket.connection.recv() == '{"type":"ping","message":1000000}'

    play(app, act)
    assert cables.PING == 3


def test_a_sandbox_is_named_by_header_or_prefix(tmp_path: Path) -> None:
    """Both lead to the same sandbox; it is called by the address of the handshake; no other sandbox is heard."""
    app, part, _ = bells(tmp_path)
    assert part.sandboxes is not None

    async def act(server: Live) -> None:
        named = {"Understudy-Sandbox": "one"}
        async with (
            server.socket(f"/~one{CABLE}") as prefixed,
            server.socket(CABLE, additional_headers=named) as headed,
            server.socket(CABLE) as nameless,
        ):
            for socket in (prefixed, headed, nameless):
                await socket.enter(TOWER)
            assert part.sandboxes is not None
            assert part.sandboxes.get("one").home == f"{server.url}/~one{part.base_path}"
            assert part.sandboxes.shared.home == f"{server.url}{part.base_path}"
            assert {name: part.sandboxes.holders(name) for name in ("one", "")} == {"one": 2, "": 1}
            await ring(server, "one", sandbox="one")
            await ring(server, "all")
            assert [await prefixed.frame() for _ in range(3)] == [heard("welcome"), heard("welcome"), heard("one")]
            assert [await headed.frame() for _ in range(2)] == [heard("welcome"), heard("one")]
            assert [await nameless.frame() for _ in range(2)] == [heard("welcome"), heard("all")]

    play(app, act)


def test_a_sandbox_does_not_end_while_a_socket_is_open(tmp_path: Path) -> None:
    """One that nobody uses ends as soon as another one comes, unless somebody listens in it."""
    app, part, _ = bells(tmp_path, idle=0.0)
    sandboxes = part.sandboxes
    assert sandboxes is not None

    async def act(server: Live) -> None:
        async with server.socket(f"/~held{CABLE}") as socket:
            await socket.enter(TOWER)
            await ring(server, sandbox="loose")
            await ring(server, sandbox="last")
            assert list(sandboxes) == ["held", "last"]
        await asyncio.wait_for(app.cables._none.wait(), 10)
        await ring(server, sandbox="next")
        assert list(sandboxes) == ["next"]
        assert not sandboxes.get("held").bus.listened(["tower"])

    play(app, act)


def test_a_reset_or_ended_sandbox_sends_its_clients_away(tmp_path: Path) -> None:
    """They are told to connect again, then closed; who listens elsewhere hears on; who comes back hears the new one."""
    app, part, _ = bells(tmp_path)
    sandboxes = part.sandboxes
    assert sandboxes is not None

    async def told(socket: Socket) -> None:
        assert [await socket.frame(), await socket.frame()] == [heard("welcome"), RESTART]
        assert await socket.closed() == 1000

    async def act(server: Live) -> None:
        async with server.socket(CABLE) as shared, server.socket(f"/~one{CABLE}") as one:
            await shared.enter(TOWER)
            await one.enter(TOWER)
            sandboxes.reset("")
            await told(shared)
            async with server.socket(CABLE) as again:
                await again.enter(TOWER)
                await ring(server)
                assert [await again.frame(), await again.frame()] == [heard("welcome"), heard("dong")]
            sandboxes.delete("one")
            await told(one)

    play(app, act)


def test_a_reload_and_the_end_of_the_server_send_clients_away(tmp_path: Path) -> None:
    """The frame comes first, then the socket is closed; a client that is cut off by nothing else is there until then."""
    app, part, journal = bells(tmp_path)

    async def act(server: Live) -> None:
        async with server.socket(CABLE) as first:
            await first.enter(TOWER)
            server.app.exchange(create_app([part], journal=journal))
            assert [await first.frame(), await first.frame()] == [heard("welcome"), RESTART]
            assert await first.closed() == 1000
        async with server.socket(CABLE) as second:
            await second.enter(TOWER)
            await ring(server)
            server.stop()
            assert [await second.frame() for _ in range(3)] == [heard("welcome"), heard("dong"), RESTART]
            assert await second.closed() == 1000

    play(app, act)


@asynccontextmanager
async def stuck(server: Live) -> AsyncIterator[None]:
    """A client that subscribes, and then reads nothing."""
    host, port = server.url.removeprefix("http://").split(":")
    key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13"
    head = f"GET {CABLE} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n{key}\r\n\r\n"
    command = json.dumps({"command": "subscribe", "identifier": '{"room":"tower"}'}).encode()
    assert len(command) < 126
    loop = asyncio.get_running_loop()
    with sockets.socket() as connection:
        connection.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4_096)
        connection.settimeout(0)
        await loop.sock_connect(connection, (host, int(port)))
        await loop.sock_sendall(connection, head.encode())
        seen = b""
        while b"welcome" not in seen:
            seen += await loop.sock_recv(connection, 1_024)
        await loop.sock_sendall(connection, bytes([0x81, 0x80 | len(command), 0, 0, 0, 0]) + command)
        yield


def test_a_client_that_does_not_read_is_cut_off_and_slows_nobody(tmp_path: Path) -> None:
    """Its outbox is bounded; requests go on, another client hears everything in order, and the journal tells of it."""
    app, _, journal = bells(tmp_path)
    count, large = 60, "x" * 200_000

    async def act(server: Live) -> None:
        async with server.socket(CABLE, max_size=None) as good, stuck(server):
            await good.enter(TOWER)
            slowest = 0.0
            for number in range(count):
                started = time.perf_counter()
                await ring(server, f"{number} {large}")
                slowest = max(slowest, time.perf_counter() - started)
                while (frame := await good.frame())["message"]["data"]["text"] == "welcome":
                    pass
                assert frame["message"]["data"]["text"].split()[0] == str(number)
            assert slowest < 2
            assert len(app.cables._sockets) == 1

    play(app, act)
    assert [note for note in notes(journal) if "cut off" in note]


def test_a_client_that_does_not_read_does_not_hold_up_the_end(tmp_path: Path) -> None:
    """Whoever has not read the last frame in time is cut off, and the server ends within its second or so."""
    app, _, _ = bells(tmp_path)

    async def act(server: Live) -> None:
        async with stuck(server):
            for _ in range(15):
                await ring(server, "x" * 200_000)
            assert len(app.cables._sockets) == 1
            started = time.perf_counter()
            server.stop()
            await server.ended()
            assert time.perf_counter() - started < 2

    play(app, act)


def test_a_signal_ends_the_server_in_time_whoever_listens() -> None:
    """SIGTERM: clients hear that the server restarts, it ends within its second or so, and has nothing to complain of."""
    with serving("chatwoot") as server, connect(f"{server.url.replace('http', 'ws', 1)}/cable") as socket:
        assert socket.recv(PATIENCE) == '{"type":"welcome"}'
        started = time.perf_counter()
        assert server.stop() == 0
        assert time.perf_counter() - started < 2
        assert json.loads(socket.recv(PATIENCE)) == RESTART
        with pytest.raises(ConnectionClosedOK):
            socket.recv(PATIENCE)
        assert not re.search(r"error|warning|Traceback", "".join(server._log.queue), re.IGNORECASE)


def test_a_websocket_to_nowhere_is_refused_before_it_is_one(tmp_path: Path) -> None:
    """It is a 404 in our own voice that names where a websocket is, kept in the journal."""
    app, _, journal = bells(tmp_path)
    paths = ["/", "/cable", f"{CABLE}/", f"{BASE}/rooms/tower/rings", f"/~one{BASE}", "/_understudy/health"]

    async def act(server: Live) -> None:
        for path in paths:
            with pytest.raises(InvalidStatus) as refused:
                async with server.socket(path):
                    pass
            answer = refused.value.response
            assert answer.status_code == 404
            assert answer.headers["content-type"] == "application/problem+json"
            assert CABLE in json.loads(answer.body or b"")["detail"]

    play(app, act)
    kept = [[violation.code for violation in exchange.violations] for exchange in journal.exchanges if exchange.refused]
    assert kept == [["operation-unknown"]] * len(paths)


def test_a_name_that_is_none_is_refused(tmp_path: Path) -> None:
    """A handshake that names no sandbox is told the rule for names."""

    async def act(server: Live) -> None:
        with pytest.raises(InvalidStatus) as refused:
            async with server.socket(CABLE, additional_headers={"Understudy-Sandbox": "a b"}):
                pass
        assert refused.value.response.status_code == 400

    play(bells(tmp_path)[0], act)


def test_a_server_that_cannot_refuse_in_words_closes_before_accepting(tmp_path: Path) -> None:
    """Without the extension for refusals, the websocket is closed, which servers tell as 403."""
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "websocket", "path": "/nowhere", "raw_path": b"/nowhere", "headers": [], "scheme": "ws"}
    asyncio.run(bells(tmp_path)[0](scope, receive, send))
    assert sent == [{"type": "websocket.close"}]
