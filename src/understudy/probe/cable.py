"""A client on a deployment's websocket: speaks ActionCable, hands out the events in the order they came.

Called by `play`. A deployment that says nothing is given up in time. It must not judge an event.
"""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Any, Self

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

SUBPROTOCOL = "actioncable-v1-json"


class CableError(Exception):
    """The socket cannot be had, or says nothing; the message says what was waited for."""


class Cable:
    """One subscription on one socket.

    Args:
        url: the deployment's base URL.
        path: where its websocket is.
        identifier: what is subscribed to, as the text that goes over the wire.
        patience: seconds to wait for the subscription to be confirmed.
    """

    def __init__(self, url: str, path: str, identifier: str, patience: float) -> None:
        self.url = f"ws{url.removeprefix('http')}{path}"
        self.identifier = identifier
        self.patience = patience
        self.heard: list[dict[str, Any]] = []
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._news = asyncio.Condition()
        self._confirmed = False
        self._failure = ""

    async def __aenter__(self) -> Self:
        """Connect and subscribe.

        Errors: `CableError`.
        """
        try:
            self._socket = await connect(
                self.url, subprotocols=[Subprotocol(SUBPROTOCOL)], open_timeout=self.patience, proxy=None
            )
        except (OSError, WebSocketException, TimeoutError) as error:
            raise CableError(f"{self.url} cannot be opened: {str(error) or type(error).__name__}") from None
        self._reader = asyncio.create_task(self._read(self._socket))
        await self._socket.send(orjson.dumps({"command": "subscribe", "identifier": self.identifier}).decode())
        if not await self._until(lambda: self._confirmed, self.patience):
            await self.__aexit__(None, None, None)
            raise CableError(f"{self.url} did not confirm the subscription within {self.patience:g} s{self._failure}")
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reader is not None:
            self._reader.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._reader
        if self._socket is not None:
            await self._socket.close()

    async def take(self, name: str, seconds: float) -> dict[str, Any] | None:
        """The first event of this name that was not taken yet, as ``{event, data}``; None if none comes in time."""
        await self._until(lambda: any(event.get("event") == name for event in self.heard), seconds)
        for index, event in enumerate(self.heard):
            if event.get("event") == name:
                return self.heard.pop(index)
        return None

    async def _until(self, holds: Any, seconds: float) -> bool:
        async with self._news:
            try:
                async with asyncio.timeout(seconds):
                    await self._news.wait_for(lambda: holds() or bool(self._failure))
            except TimeoutError:
                return False
        return bool(holds())

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for raw in socket:
                frame = orjson.loads(raw)
                async with self._news:
                    if frame.get("type") == "confirm_subscription" and frame.get("identifier") == self.identifier:
                        self._confirmed = True
                    elif isinstance(frame.get("message"), dict) and frame.get("identifier") == self.identifier:
                        self.heard.append(frame["message"])
                    self._news.notify_all()
        except (WebSocketException, orjson.JSONDecodeError) as error:
            self._failure = f": {error}"
        else:
            self._failure = ": the socket was closed"
        async with self._news:
            self._news.notify_all()
