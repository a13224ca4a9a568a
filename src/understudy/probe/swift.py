"""A deployment that is asked thousands of times a second: the same exchanges as `Target`, by connections of our own.

Kept connections, requests written at once, answers read by httptools: a tenth of what a client library takes of the
processor. For cases alone, which want no redirect, no cookie and no proxy. Called by `replay`. It must not know what is
asked or why.
"""

from __future__ import annotations

import asyncio
import ssl
import zlib
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import httptools
import httpx

from understudy.contract.exchange import Request, Response
from understudy.probe.target import LARGEST_ANSWER, Manners, Target

# What belongs to the connection, not to the case.
_OURS = frozenset({b"host", b"content-length", b"connection", b"transfer-encoding"})
_BODIED = frozenset({"POST", "PUT", "PATCH"})
_UNPACK: Mapping[bytes, int] = {b"gzip": 16 + zlib.MAX_WBITS, b"deflate": zlib.MAX_WBITS}


class LostError(OSError):
    """The connection ended before the answer did.

    Attributes:
        silent: whether nothing of the answer had come.
    """

    def __init__(self, *, silent: bool) -> None:
        super().__init__("it closed the connection without a whole answer")
        self.silent = silent


class _Connection(asyncio.Protocol):
    """One kept connection, with one request under way at most."""

    def __init__(self) -> None:
        self.transport: Any = None
        self.alive = True
        self.used = False
        self._waiter: asyncio.Future[Response] | None = None
        self._begin(bodiless=False)

    def _begin(self, *, bodiless: bool) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._bodiless = bodiless
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._size = 0
        self._silent = True
        self._headed = False
        self.overflowed = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def ask(self, raw: bytes, *, bodiless: bool) -> asyncio.Future[Response]:
        """Send a request; the future is its answer."""
        self._begin(bodiless=bodiless)
        self._waiter = asyncio.get_running_loop().create_future()
        if self.alive:
            self.transport.write(raw)
        else:
            self._waiter.set_exception(LostError(silent=True))
        return self._waiter

    def data_received(self, data: bytes) -> None:
        self._silent = False
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            self._fail(OSError("it answers with another protocol"))
        except httptools.HttpParserError as error:
            self._fail(OSError(f"its answer is no HTTP: {error}"))

    def on_message_begin(self) -> None:
        self._headers, self._body, self._size, self._headed = [], [], 0, False

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._headed = True
        if self._bodiless:  # the parser would wait for a body that never comes
            self.close()
            self._finish()

    def on_body(self, body: bytes) -> None:
        self._size += len(body)
        if self._size <= LARGEST_ANSWER:
            self._body.append(body)
        elif not self.overflowed:
            self.overflowed, self._body = True, []
            self.close()
            self._finish()

    def on_message_complete(self) -> None:
        if self._parser.get_status_code() >= 200:  # noqa: PLR2004 - else there is more to come
            if not self._parser.should_keep_alive():
                self.close()
            self._finish()

    def eof_received(self) -> bool:
        """An answer without a length ends here."""
        if self._headed:
            said = {name.lower() for name, _ in self._headers}
            if not said & {b"content-length", b"transfer-encoding"}:
                self._finish()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self.alive = False
        self._fail(
            exc
            if isinstance(exc, OSError) and not isinstance(exc, ConnectionResetError)
            else LostError(silent=self._silent)
        )

    def close(self) -> None:
        """End the connection."""
        self.alive = False
        if self.transport is not None:
            self.transport.close()

    def _finish(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(Response(self._parser.get_status_code(), self._headers, b"".join(self._body)))

    def _fail(self, error: OSError) -> None:
        self.alive = False
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(error)


class SwiftTarget(Target):
    """A deployment, asked by connections of our own.

    Args:
        url: its base URL, path included.
        manners: how it is treated.
    """

    def __init__(self, url: str, manners: Manners | None = None) -> None:
        super().__init__(url, manners)
        parts = urlsplit(self.url)
        self._secure = parts.scheme == "https"
        self._port = parts.port or (443 if self._secure else 80)
        self._prefix = parts.path
        self._fixed = b"Host: %s\r\n" % parts.netloc.rpartition("@")[2].encode(
            "idna" if not parts.netloc.isascii() else "ascii"
        )
        self._idle: list[_Connection] = []
        self._tls: ssl.SSLContext | None = None

    async def __aenter__(self) -> Self:
        await super().__aenter__()
        if self._secure:
            self._tls = httpx.create_ssl_context(verify=self.manners.verify, trust_env=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in self._idle:
            connection.close()
        self._idle.clear()
        await super().__aexit__(kind, error, trace)

    async def _send(
        self, _client: httpx.AsyncClient, request: Request, own: Mapping[str, str]
    ) -> tuple[Response | None, tuple[str, str]]:
        raw = self._written(request, own)
        bodiless = request.verb == "HEAD"
        while True:
            connection = self._idle.pop() if self._idle else await self._connect()
            reused, connection.used = connection.used, True
            try:
                response = await connection.ask(raw, bodiless=bodiless)
            except LostError as lost:
                if reused and lost.silent:  # it was closed while nobody used it: nobody has read the request
                    continue
                raise
            except BaseException:
                connection.close()
                raise
            if connection.alive:
                self._idle.append(connection)
            if connection.overflowed:
                return response, ("answer-too-large", f"the answer has more than {LARGEST_ANSWER:,} bytes")
            return _unpacked(response), ("", "")

    async def _connect(self) -> _Connection:
        async with asyncio.timeout(self.manners.connect):
            _, connection = await asyncio.get_running_loop().create_connection(
                _Connection, self.host, self._port, ssl=self._tls
            )
        return connection

    def _written(self, request: Request, own: Mapping[str, str]) -> bytes:
        """The request as it goes over the wire."""
        lines = [f"{request.verb} {self._prefix}{request.target} HTTP/1.1\r\n".encode("latin-1"), self._fixed]
        names = set()
        for name, value in request.raw_headers:
            lowered = name.lower()
            if lowered not in _OURS:
                names.add(lowered)
                lines.append(b"%s: %s\r\n" % (name, value))
        lines += [b"%s: %s\r\n" % (name.encode(), value.encode()) for name, value in own.items()]
        if b"accept" not in names:
            lines.append(b"Accept: */*\r\n")
        if request.body or request.verb in _BODIED:
            lines.append(b"Content-Length: %d\r\n" % len(request.body))
        lines += (b"\r\n", request.body)
        return b"".join(lines)


def _unpacked(response: Response) -> Response:
    """An answer as its sender meant it; nobody asked for a packed one, and some send it all the same."""
    said = next((value.lower() for name, value in response.raw_headers if name.lower() == b"content-encoding"), b"")
    if said not in _UNPACK:
        return response
    try:
        body = zlib.decompress(response.body, _UNPACK[said])
    except zlib.error as error:
        raise OSError(f"its answer cannot be unpacked: {error}") from None
    gone = (b"content-encoding", b"content-length")
    return Response(response.status_code, [pair for pair in response.raw_headers if pair[0].lower() not in gone], body)
