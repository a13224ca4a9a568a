"""Websockets pass the proxy as they are, and the events on them are judged."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosedError, InvalidStatus

from deployments import Visit, answering, contract, deployment, get, proxy

IDENTIFIER = '{"channel":"RoomChannel"}'


def frame(name: str, data: Any) -> str:
    return json.dumps({"identifier": IDENTIFIER, "message": {"event": name, "data": data}})


@pytest.mark.parametrize("compression", [None, "deflate"])
def test_messages_pass_both_ways_and_events_are_judged(compression: Any, tmp_path: Path) -> None:
    """Texts, bytes, fragments and the close code arrive as they were sent; an event that breaks its contract is noted."""
    sent = [
        frame("thing.made", {"id": 1}),
        frame("thing.made", {}),
        '{"type": "ping", "message": 1}',
        "no JSON",
        b"\x00\x01",
    ]
    heard: list[Any] = []

    async def talk(socket: ServerConnection) -> None:
        for message in sent:
            await socket.send(message)
        await socket.send(["frag", "ments"])
        heard.extend([await socket.recv(), await socket.recv()])
        await socket.close(4_001, "enough")

    async def play() -> tuple[list[Any], int, list[Any]]:
        async with serve(talk, "127.0.0.1", 0, subprotocols=["actioncable-v1-json"], compression=compression) as server:
            port = server.sockets[0].getsockname()[1]
            async with proxy(f"http://127.0.0.1:{port}", contract(tmp_path)) as door:
                url = f"ws://127.0.0.1:{door.port}/cable"
                async with connect(url, subprotocols=["actioncable-v1-json"], compression=compression) as client:
                    assert client.subprotocol == "actioncable-v1-json"
                    got = [await client.recv() for _ in range(len(sent) + 1)]
                    await client.send("hello")
                    await client.send(b"\xff" * 100_000)
                    with pytest.raises(ConnectionClosedError):
                        await client.recv()
                    code = client.close_code
                entries = await door.judged(3)
                assert [(told.sender, told.opcode) for told in door.passages[0].messages] == [
                    *(("deployment", 2 if isinstance(message, bytes) else 1) for message in [*sent, "fragments"]),
                    ("client", 1),
                    ("client", 2),
                ]
                return got, int(code or 0), entries

    got, code, entries = asyncio.run(play())
    assert got == [*sent, "fragments"]
    assert heard == ["hello", b"\xff" * 100_000]
    assert code == 4_001
    assert [(entry.name, [v.code for v in entry.violations]) for entry in entries[:2]] == [
        ("thing.made", []),
        ("thing.made", ["schema-required"]),
    ]
    handshake = entries[2]
    assert (handshake.response.status_code, handshake.violations) == (101, [])
    assert handshake.note == "a websocket, which belongs to no operation"


def test_bytes_after_the_handshake_pass_untouched(tmp_path: Path) -> None:
    """Whatever follows a 101 passes byte for byte, also what came in one piece with it, and what is no websocket's."""
    odd = bytes(range(256)) * 100
    got: list[bytes] = []

    async def switch(visit: Visit) -> None:
        assert b"Upgrade: websocket\r\nConnection: Upgrade\r\n" in visit.head
        await visit.say(b"HTTP/1.1 101 Now\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n" + odd)
        got.append(await visit.reader.readexactly(len(odd)))
        visit.writer.close()

    async def play() -> bytes:
        async with deployment(switch) as url, proxy(url, contract(tmp_path)) as door:
            return await door.ask(get("/cable", "Connection: Upgrade", "Upgrade: websocket") + odd)

    answer = asyncio.run(play())
    assert answer == b"HTTP/1.1 101 Now\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n" + odd
    assert got == [odd]


def test_a_refused_handshake_is_an_ordinary_answer(tmp_path: Path) -> None:
    """A deployment that refuses a websocket is heard, and the connection serves the next request."""
    raw = b"HTTP/1.1 404 Not Found\r\nContent-Length: 2\r\n\r\nno"

    async def play() -> bytes:
        async with deployment(answering(raw)) as url, proxy(url, contract(tmp_path)) as door:
            with pytest.raises(InvalidStatus):
                await connect(f"ws://127.0.0.1:{door.port}/cable")
            asked = get("/cable", "Connection: Upgrade", "Upgrade: websocket") + get("/things/1")
            return await door.ask(asked, 2 * len(raw))

    assert asyncio.run(play()) == raw * 2
