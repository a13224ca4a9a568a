"""How an answer goes over the wire when not simply whole: in pieces, cut off, or not at all.

Set on a `Call` by whoever wants it so; `Outbound` sends by it. What only the server's connection can do (close, abort)
is asked of the ASGI extension `EXTENSION`, which `connection` provides. It must not know what an answer says.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.types import Message, Receive, Scope, Send

EXTENSION = "understudy.connection"

LARGE_PIECE = 65_536


class Waits:
    """Pauses on purpose, in the middle of requests; none outlasts its client, nor the server."""

    def __init__(self) -> None:
        self._under_way: set[asyncio.Timeout] = set()
        self._over = False

    async def wait(self, seconds: float, receive: Receive) -> bool:
        """Let time pass, but no longer than the client waits; returns whether it still does.

        Args:
            seconds: how long.
            receive: hears of a client that hangs up; the request's body has been read.
        """
        if self._over:
            return True
        limit = asyncio.timeout(seconds)
        try:
            async with limit:
                self._under_way.add(limit)
                message: Any = await receive()
                if message["type"] != "http.disconnect":
                    await asyncio.get_running_loop().create_future()  # it tells nothing of the client
        except TimeoutError:
            return True
        finally:
            self._under_way.discard(limit)
        return False

    def end(self) -> None:
        """Let nobody wait any longer: the server ends, and what is asked is answered first."""
        self._over = True
        for limit in self._under_way:
            if not limit.expired():
                limit.reschedule(asyncio.get_running_loop().time())


@dataclass(slots=True)
class Wire:
    """How one answer is to be sent.

    Attributes:
        waits: where the pauses are kept.
        keep: how many bytes of the body are sent before the connection is closed; None for all of them, and no closing.
        piece: how many bytes go at once; None for all of them.
        pause: the seconds between two pieces.
        abort: whether the connection is reset instead, with nothing sent.
    """

    waits: Waits
    keep: int | None = None
    piece: int | None = None
    pause: float = 0.0
    abort: bool = False

    async def send(self, start: Message, body: bytes, scope: Scope, receive: Receive, send: Send) -> None:
        """Send an answer.

        Args:
            start: the ASGI message with status and headers; a ``Content-Length`` in it counts the whole body.
            body: the whole body.
            scope: the request's scope.
            receive: hears of a client that hangs up; the request's body has been read.
            send: the way out.

        Errors: `ConnectionAbortedError` where the server has no such extension, as in a test without a socket.
        """
        connection: Mapping[str, Callable[[], None]] = (scope.get("extensions") or {}).get(EXTENSION, _NONE)
        if self.abort:
            connection["abort"]()
            return
        await send(start)
        sent = body if self.keep is None else body[: self.keep]
        size = self.piece or LARGE_PIECE
        for at in range(0, len(sent), size):
            if at and self.pause and not await self.waits.wait(self.pause, receive):
                return
            await send({"type": "http.response.body", "body": sent[at : at + size], "more_body": True})
        if self.keep is None:
            await send({"type": "http.response.body", "body": b""})
        else:
            connection["close"]()


def _broken() -> None:
    raise ConnectionAbortedError("a fault broke this connection off; without a socket, this exception says so")


_NONE: Mapping[str, Callable[[], None]] = {"abort": _broken, "close": _broken}
