"""A client on a deployment's websocket: speaks ActionCable, hands out the events in the order they came.

Called by `play`. A deployment that says nothing is given up in time. It must not judge an event.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from types import TracebackType
from typing import Any, Self

import orjson
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import WebSocketException
from websockets.typing import Subprotocol

from understudy import tls
from understudy.probe.target import Manners

SUBPROTOCOL = "actioncable-v1-json"
CLOSING = 1.0
"""How long the other side may take to say goodbye, in seconds."""


class CableError(Exception):
    """The socket is there and does not do what it must; the message says what was waited for."""


class NoCableError(Exception):
    """There is no socket that could be listened on; the message says why."""


class _Connect(connect):
    """Follows no redirect: nobody asked for another host."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        return exc


class Cable:
    """One subscription on one socket.

    Args:
        url: the deployment's base URL.
        path: where its websocket is.
        identifier: what is subscribed to, as the text that goes over the wire.
        manners: how the deployment is treated; its patience is for the subscription to be confirmed, too.
    """

    def __init__(self, url: str, path: str, identifier: str, manners: Manners) -> None:
        self.url = f"ws{url.removeprefix('http')}{path}"
        self.identifier = identifier
        self.manners = manners
        self.heard: list[tuple[dict[str, Any], str]] = []
        self._others: list[str] = []
        self._socket: ClientConnection | None = None
        self._reader: asyncio.Task[None] | None = None
        self._news = asyncio.Condition()
        self._confirmed = False
        self._failure = ""

    async def __aenter__(self) -> Self:
        """Connect and subscribe.

        Errors: `NoCableError` where no socket can be opened; `CableError` where it does not take the subscription.
        """
        manners = self.manners
        try:
            self._socket = await _Connect(
                self.url,
                subprotocols=[Subprotocol(SUBPROTOCOL)],
                additional_headers=manners.own,
                open_timeout=manners.patience,
                close_timeout=CLOSING,
                proxy=None,
                ssl=tls.context(verify=manners.verify) if self.url.startswith("wss:") else None,
            )
        except (OSError, WebSocketException, TimeoutError, ValueError) as error:
            why = tls.failure(error) or str(error) or "no answer in time"
            raise NoCableError(f"{self.url} cannot be opened: {why}") from None
        self._reader = asyncio.create_task(self._read(self._socket))
        with contextlib.suppress(WebSocketException):  # the reader says so
            await self._socket.send(orjson.dumps({"command": "subscribe", "identifier": self.identifier}).decode())
        if not await self._until(lambda: self._confirmed, manners.patience):
            await self.__aexit__(None, None, None)
            late = f" within {manners.patience:g} s"
            raise CableError(f"{self.url} did not confirm the subscription{self._failure or late}")
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
        await self._until(lambda: any(event.get("event") == name for event, _ in self.heard), seconds)
        for index, (event, _) in enumerate(self.heard):
            if event.get("event") == name:
                return self.heard.pop(index)[0]
        return None

    def left(self) -> list[str]:
        """The texts that came and that nobody took, frames of the cable itself included; they are handed out once."""
        texts = [*self._others, *(text for _, text in self.heard)]
        self._others.clear()
        self.heard.clear()
        return texts

    async def _until(self, holds: Callable[[], bool], seconds: float) -> bool:
        async with self._news:
            try:
                async with asyncio.timeout(seconds):
                    await self._news.wait_for(lambda: holds() or bool(self._failure))
            except TimeoutError:
                return False
        return holds()

    async def _read(self, socket: ClientConnection) -> None:
        try:
            async for raw in socket:
                async with self._news:
                    self._take_in(raw if isinstance(raw, str) else raw.decode("utf-8", "replace"))
                    self._news.notify_all()
        except WebSocketException as error:
            self._failure = f": {error}"
        else:
            self._failure = ": the socket was closed"
        async with self._news:
            self._news.notify_all()

    def _take_in(self, text: str) -> None:
        try:
            frame = orjson.loads(text)
        except orjson.JSONDecodeError as error:
            self._failure = f": it said what is no JSON: {error}"
            return
        if not isinstance(frame, dict):
            self._failure = ": it said what is no frame of a cable"
            return
        mine, message = frame.get("identifier") == self.identifier, frame.get("message")
        if mine and isinstance(message, dict):
            self.heard.append((message, text))
            return
        self._others.append(text)
        if mine and frame.get("type") == "confirm_subscription":
            self._confirmed = True
        elif mine and frame.get("type") == "reject_subscription":
            self._failure = ", it rejected it"
