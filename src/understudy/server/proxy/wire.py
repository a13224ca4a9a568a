"""One connection of the proxy, to a client or to the deployment: bytes in, the pieces of messages out, one by one.

httptools reads the messages. Whoever asks for pieces too slowly slows the other side down: no more than `HIGH` bytes
wait here. Called by `relay`, `upstream` and `tunnel`; it must not know what is asked or answered.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import httptools

from understudy.server.proxy.heads import RawHeaders, RequestHead, ResponseHead

HIGH = 262_144
LOW = HIGH // 4
# What a piece counts for beside its bytes: a client that sends a thousand tiny requests is slowed down too.
PIECE = 256


class WireError(Exception):
    """The connection ended, or what came over it is no HTTP; the message says which."""


@dataclass(frozen=True, slots=True)
class End:
    """The end of a message."""

    trailers: RawHeaders = field(default_factory=list)


Piece = RequestHead | ResponseHead | bytes | End


class Wire(asyncio.Protocol):
    """A connection.

    Args:
        requests: whether requests come over it, or answers.
        gone: called once it has ended.

    Attributes:
        open: whether anything can be sent.
        raw: whether bytes are handed out as they come.
        received: how many bytes came.
    """

    def __init__(self, *, requests: bool, gone: Callable[[], None] | None = None) -> None:
        self.transport: asyncio.Transport | None = None
        self.open = False
        self.received = 0
        self._requests = requests
        self._gone = gone
        self._pieces: deque[Piece] = deque()
        self._waiting = 0
        self._news: asyncio.Future[None] | None = None
        self._room: asyncio.Future[None] | None = None
        self._paused = False
        self._failure: str | None = None
        self.raw = self._upgrade = False
        self._held: bytes | None = None
        self._method = ""
        self._parser: Any = httptools.HttpRequestParser(self) if requests else None
        self._clear()

    def _clear(self) -> None:
        self._url, self._reason = b"", b""
        self._headers: RawHeaders = []
        self._trailers: RawHeaders = []
        self._in_body = self._to_the_end = self._over = False

    # What a reader and a writer of messages ask for.

    async def piece(self) -> Piece:
        """The next piece of a message.

        Errors: `WireError` once there is none any more.
        """
        while not self._pieces:
            if self._failure is not None:
                raise WireError(self._failure)
            self._news = asyncio.get_running_loop().create_future()
            await self._news
        found = self._pieces.popleft()
        self._waiting -= PIECE + (len(found) if isinstance(found, bytes) else 0)
        if self._paused and self._waiting < LOW:
            self._paused = False
            if self.transport is not None and self.open:
                self.transport.resume_reading()
        return found

    def waits(self) -> bool:
        """Whether a piece is there already."""
        return bool(self._pieces)

    @property
    def idle(self) -> bool:
        """Whether no message is under way: nothing waits to be taken, and somebody waits for the next one."""
        return not self._pieces and not self._in_body and self._news is not None and not self._news.done()

    def expect(self, method: str) -> None:
        """Get ready for the answer to a request."""
        self._clear()
        self._method = method
        self._parser = httptools.HttpResponseParser(self)

    def write(self, data: bytes) -> None:
        """Send; what cannot be sent any more is dropped, and `drain` says so."""
        if self.transport is not None and self.open:
            self.transport.write(data)

    async def drain(self) -> None:
        """Wait until the other side has taken in what was sent.

        Errors: `WireError`.
        """
        if self._room is not None:
            await self._room
        if not self.open:
            raise WireError(self._failure or "the connection is closed")

    def close(self) -> None:
        """Send what is waiting, then close."""
        self.open = False
        if self.transport is not None:
            self.transport.close()

    def abort(self) -> None:
        """Close at once."""
        self.open = False
        if self.transport is not None:
            self.transport.abort()

    def become_raw(self) -> None:
        """Hand out bytes as they come from now on: another protocol is spoken."""
        self.raw = True
        held, self._held = self._held, None
        if held:
            self._put(held)

    def resume(self) -> None:
        """Go on reading requests, since the other protocol that was asked for was refused."""
        held, self._held = self._held, None
        self._parser = httptools.HttpRequestParser(self)
        if held:
            self.data_received(held)

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection stands."""
        self.transport, self.open = cast("asyncio.Transport", transport), True

    def data_received(self, data: bytes) -> None:
        """Take bytes in."""
        self.received += len(data)
        if self.raw:
            self._put(data)
            return
        if self._held is not None:
            self._held += data
            return
        if self._parser is None or (self._over and not self._requests):
            self._fail("it sent more than it was asked for")
            self.abort()
            return
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._held = data[upgrade.args[0] :]
            if self._requests and not self._upgrade:
                self.resume()
        except httptools.HttpParserError as error:
            if not self._over or self._requests:
                self._fail(f"what came is no HTTP: {error}")

    def eof_received(self) -> None:
        """The other side sends no more: it is gone, or the body ends with the connection."""
        self.open = self.open and self.raw
        self._end("the connection was closed")

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection has ended."""
        self.open = False
        self._end("the connection was closed" if exc is None else f"the connection was cut off: {exc}", cut=bool(exc))
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        self._room = None
        if self._gone is not None:
            self._gone()

    def pause_writing(self) -> None:
        """The other side reads more slowly than we write."""
        self._room = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        """The other side has caught up."""
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        self._room = None

    # What httptools calls.

    def on_message_begin(self) -> None:
        """A message begins."""
        if self._requests or not self._over:
            self._clear()

    def on_url(self, url: bytes) -> None:
        """A part of the target."""
        self._url += url

    def on_status(self, reason: bytes) -> None:
        """A part of the reason phrase."""
        self._reason += reason

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, or a trailer."""
        (self._trailers if self._in_body else self._headers).append((name, value.rstrip(b" \t")))

    def on_headers_complete(self) -> None:
        """A head is whole."""
        if self._over and not self._requests:
            return
        self._in_body = True
        parser, version = self._parser, self._parser.get_http_version()
        if self._requests:
            upgrade = parser.should_upgrade() and any(
                name.lower() == b"upgrade" and value.strip().lower() == b"websocket" for name, value in self._headers
            )
            self._upgrade = upgrade
            method = parser.get_method().decode("latin-1")
            self._put(RequestHead(method, self._url, version, self._headers, parser.should_keep_alive(), upgrade))
            return
        head = ResponseHead(parser.get_status_code(), self._reason, version, self._headers, parser.should_keep_alive())
        self._put(head)
        framing = head.framing(self._method)
        self._to_the_end = framing == "close"
        if framing == "none" and self._method == "HEAD" and head.status >= 200:  # noqa: PLR2004 - a final one
            # httptools cannot know that no body follows; what might, is not looked at.
            self._over = True
            self._put(End())

    def on_body(self, body: bytes) -> None:
        """Some of the body."""
        if not self._over:
            self._put(body)

    def on_message_complete(self) -> None:
        """A message is whole; a 1xx answer is none that a request waits for."""
        if self._over and not self._requests:
            return
        if not self._requests and self._parser.get_status_code() < 200:  # noqa: PLR2004 - a 1xx
            return
        self._over, self._in_body = True, False
        self._put(End(self._trailers))

    def _put(self, piece: Piece) -> None:
        self._pieces.append(piece)
        self._waiting += PIECE + (len(piece) if isinstance(piece, bytes) else 0)
        if self._waiting > HIGH and not self._paused and self.transport is not None and self.open:
            self._paused = True
            self.transport.pause_reading()
        self._wake()

    def _end(self, why: str, *, cut: bool = False) -> None:
        if self._to_the_end and self._in_body and not self._over and not cut:
            self._over = True
            self._put(End())
        self._fail(why)

    def _fail(self, why: str) -> None:
        if self._failure is None:
            self._failure = why
        self._wake()

    def _wake(self) -> None:
        if self._news is not None and not self._news.done():
            self._news.set_result(None)
        self._news = None
