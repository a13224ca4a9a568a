"""Listens for clients, passes what they ask on to a deployment, and ends in time.

Called by the command line with a bound socket, and by tests. Ending lets open exchanges go on for a moment, then breaks
them off. It must not know what is done with what was seen.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
from types import TracebackType
from typing import Self

from understudy.server.proxy.court import Court
from understudy.server.proxy.relay import Relay
from understudy.server.proxy.upstream import Upstream
from understudy.server.proxy.wire import Wire

GRACE = 1.0


class Proxy:
    """A proxy that listens as long as its context lasts.

    Args:
        upstream: the deployment.
        court: who judges.
        listener: a bound, listening socket.
    """

    def __init__(self, upstream: Upstream, court: Court, listener: socket.socket) -> None:
        self.upstream = upstream
        self.court = court
        self.listener = listener
        self._tasks: set[asyncio.Task[None]] = set()
        self._wires: set[Wire] = set()
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.get_running_loop().create_server(self._connection, sock=self.listener)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None  # noqa: S101 - used as a context manager
        self._server.close()
        for wire in tuple(self._wires):
            if wire.idle:
                wire.close()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=GRACE)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for wire in tuple(self._wires):
            wire.abort()
        self.upstream.close()

    def _connection(self) -> Wire:
        """A client has come."""
        task: asyncio.Task[None] | None = None

        def gone() -> None:
            self._wires.discard(wire)
            # A websocket's last words shall reach the deployment; a request that nobody waits for need not.
            if task is not None and not wire.raw:
                task.cancel()

        wire = Wire(requests=True, gone=gone)
        self._wires.add(wire)
        task = asyncio.get_running_loop().create_task(self._serve(wire))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return wire

    async def _serve(self, wire: Wire) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            await Relay(self.upstream, self.court, wire).run()
