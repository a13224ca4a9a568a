"""A real uvicorn, configured as ours is, in the event loop of a test; and a client that speaks ActionCable to it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from understudy.server.app import App
from understudy.server.run import Exchangeable, Server, bind, server_on, url_of

PATIENCE = 10
PROTOCOLS = ("actioncable-v1-json", "actioncable-unsupported")


class Live:
    """A running server.

    Attributes:
        url: its base URL.
        app: what it serves; can be exchanged.
    """

    def __init__(self, url: str, app: Exchangeable, server: Server, serving: asyncio.Task[None]) -> None:
        self.url = url
        self.app = app
        self._server = server
        self._serving = serving

    def stop(self) -> None:
        """End it as a signal does."""
        self._server.should_exit = True

    async def ended(self) -> None:
        """Wait until it has ended."""
        await asyncio.wait_for(self._serving, PATIENCE)

    @asynccontextmanager
    async def socket(self, path: str, **options: Any) -> AsyncIterator[Socket]:
        """A client's socket."""
        options.setdefault("subprotocols", [Subprotocol(name) for name in PROTOCOLS])
        async with connect(f"{self.url.replace('http', 'ws', 1)}{path}", **options) as connection:
            yield Socket(connection)


class Socket:
    """A client's socket; pings are left out of what it hears."""

    def __init__(self, connection: ClientConnection) -> None:
        self.connection = connection

    async def frame(self) -> dict[str, Any]:
        """The next frame that is not a ping."""
        while True:
            frame = json.loads(await asyncio.wait_for(self.connection.recv(), PATIENCE))
            if frame.get("type") != "ping":
                return frame

    async def say(self, command: str, identifier: str, **more: Any) -> None:
        """Send a command."""
        await self.connection.send(json.dumps({"command": command, "identifier": identifier, **more}))

    async def enter(self, identifier: str) -> None:
        """Come in and subscribe."""
        assert await self.frame() == {"type": "welcome"}
        await self.say("subscribe", identifier)
        assert await self.frame() == {"identifier": identifier, "type": "confirm_subscription"}

    async def closed(self) -> int | None:
        """Wait until it is closed; returns the close code."""
        await asyncio.wait_for(self.connection.wait_closed(), PATIENCE)
        return self.connection.close_code


@asynccontextmanager
async def live(app: App) -> AsyncIterator[Live]:
    """A server on a free port, ended whatever happens."""
    listener, exchangeable, ready = bind("127.0.0.1", 0), Exchangeable(app), asyncio.Event()
    server = server_on(exchangeable, listener, ready.set)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    running = Live(url_of(listener), exchangeable, server, serving)
    try:
        await asyncio.wait_for(ready.wait(), PATIENCE)
        yield running
    finally:
        running.stop()
        await running.ended()


def play(app: App, act: Callable[[Live], Awaitable[None]]) -> None:
    """Act against a running server."""

    async def run() -> None:
        async with live(app) as server:
            await act(server)

    asyncio.run(run())
