"""The heads of HTTP/1.1 messages, as they were sent and as they are passed on.

What holds for one connection only (RFC 9110, 7.6.1) is not passed on; everything else is, in its order and case. The
proxy leaves no `Via`: nobody shall be able to tell that it is there. Called by `relay`; it must not know a socket.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

RawHeaders = list[tuple[bytes, bytes]]

# How a message says where its body ends; by closing the connection, where it says nothing.
Framing = Literal["none", "length", "chunked", "close"]

HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"proxy-connection", b"te", b"upgrade"})
NO_CONTENT, NOT_MODIFIED = 204, 304
OK = 200


@dataclass(slots=True)
class RequestHead:
    """A request's first line and headers.

    Attributes:
        method: as sent.
        target: path and query as they were sent.
        version: ``1.0`` or ``1.1``.
        headers: raw pairs.
        keep_alive: whether the connection may be used again.
        upgrade: whether a websocket is asked for.
    """

    method: str
    target: bytes
    version: str
    headers: RawHeaders
    keep_alive: bool = True
    upgrade: bool = False

    @property
    def framing(self) -> Framing:
        """How its body ends."""
        if valued(self.headers, b"transfer-encoding"):
            return "chunked"
        return "length" if valued(self.headers, b"content-length") not in (b"", b"0") else "none"

    def written(self, host: bytes | None) -> bytes:
        """The head as it goes to the deployment.

        Args:
            host: what ``Host`` says there; None leaves it as it is.
        """
        kept = passed_on(self.headers)
        if host is not None:
            kept = [(name, host if name.lower() == b"host" else value) for name, value in kept]
            if not valued(kept, b"host"):
                kept.insert(0, (b"Host", host))
        if self.upgrade:
            kept += [pair for pair in self.headers if pair[0].lower() == b"upgrade"]
            kept.append((b"Connection", b"Upgrade"))
        return written(b"%s %s HTTP/1.1" % (self.method.encode("latin-1"), self.target), kept)


@dataclass(slots=True)
class ResponseHead:
    """A response's first line and headers.

    Attributes:
        status: the status code.
        reason: the reason phrase as sent.
        version: ``1.0`` or ``1.1``.
        headers: raw pairs.
        keep_alive: whether the connection may be used again.
    """

    status: int
    reason: bytes
    version: str
    headers: RawHeaders
    keep_alive: bool = True

    def framing(self, method: str) -> Framing:
        """How its body ends, as the answer to a method."""
        if method == "HEAD" or self.status < OK or self.status in (NO_CONTENT, NOT_MODIFIED):
            return "none"
        if valued(self.headers, b"transfer-encoding").lower().endswith(b"chunked"):
            return "chunked"
        return "length" if valued(self.headers, b"content-length") else "close"

    def written(self, *, last: bool = False, version: str = "1.1", upgrade: bool = False) -> bytes:
        """The head as it goes to the client.

        Args:
            last: whether the connection is closed afterwards.
            version: the client's; one that speaks HTTP/1.0 knows no chunks.
            upgrade: whether the connection speaks another protocol from now on.
        """
        kept = self.headers if upgrade else passed_on(self.headers)
        if version == "1.0":
            kept = [pair for pair in kept if pair[0].lower() not in (b"transfer-encoding", b"trailer")]
        if last:
            kept = [*kept, (b"Connection", b"close")]
        elif version == "1.0":
            kept = [*kept, (b"Connection", b"keep-alive")]
        return written(b"HTTP/1.1 %d %s" % (self.status, self.reason), kept)


def passed_on(headers: RawHeaders) -> RawHeaders:
    """The headers without those that hold for one connection only, and those that `Connection` names."""
    named = {
        token.strip().lower() for name, value in headers if name.lower() == b"connection" for token in value.split(b",")
    }
    gone = HOP_BY_HOP | (named - {b"content-length", b"transfer-encoding", b"host"})
    return [pair for pair in headers if pair[0].lower() not in gone]


def valued(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes:
    """The value of a header, by its name in lower case; the last one if there are several, empty if there is none."""
    found = b""
    for key, value in headers:
        if key.lower() == name:
            found = value.strip()
    return found


def written(first: bytes, headers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """A head as it goes over the wire."""
    return b"\r\n".join([first, *(b"%s: %s" % pair for pair in headers), b"", b""])


def chunk(data: bytes) -> bytes:
    """Some bytes of a body as a chunk."""
    return b"%x\r\n%s\r\n" % (len(data), data)


def last_chunk(trailers: Sequence[tuple[bytes, bytes]]) -> bytes:
    """The end of a body in chunks."""
    return written(b"0", trailers)
