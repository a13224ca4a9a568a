"""The deployment behind the proxy: connections to it, kept and used again, and why there is none.

HTTP/1.1, spoken through `wire`: client libraries reorder or rename what must pass as it is, and drop 1xx answers.
Called by `relay` and `tunnel`; it must not know what is asked.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections import deque
from dataclasses import dataclass
from urllib.parse import urlsplit

from understudy import tls
from understudy.server.proxy.wire import Wire

BAD_GATEWAY, GATEWAY_TIMEOUT = 502, 504
KEPT = 100
# A connection that was idle for longer may be closed by the deployment just as we use it. Safe requests are sent
# once more then; others must not be, so they only take one that was used a moment ago.
IDLE, IDLE_UNSAFE = 30.0, 1.0
PORTS = {"http": 80, "https": 443}


class UpstreamError(Exception):
    """The deployment does not answer.

    Args:
        message: what is wrong, and what to check.
        status: what the client is told: 502, or 504 where it took too long.
    """

    def __init__(self, message: str, status: int = BAD_GATEWAY) -> None:
        super().__init__(message)
        self.status = status


class UrlError(Exception):
    """The text is no base URL; the message says what one looks like."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long the deployment is waited for, in seconds: for a connection, and for the head of an answer."""

    connect: float = 10.0
    answer: float = 60.0


class Upstream:
    """A deployment.

    Args:
        url: its base URL.
        patience: how long it is waited for.
        keep_host: whether ``Host`` stays what the client sent.
        verify: whether its certificate must be good.

    Attributes:
        path: the path of the base URL, without a slash at the end.
        host: what ``Host`` becomes; None leaves it.

    Errors: `UrlError`.
    """

    def __init__(
        self, url: str, patience: Patience | None = None, *, keep_host: bool = False, verify: bool = True
    ) -> None:
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            port = None
        if (
            not url.isascii()
            or parts.scheme not in PORTS
            or not parts.hostname
            or (port is None and ":" in parts.netloc.rpartition("]")[2])
        ):
            raise UrlError(f"{url!r} is no base URL; write one such as https://chat.example.com")
        self.url, self.path = url.rstrip("/"), parts.path.rstrip("/")
        self.origin = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self.patience = patience or Patience()
        self.host = (
            None
            if keep_host
            else parts.netloc.rpartition("@")[2].encode("idna" if not parts.netloc.isascii() else "ascii")
        )
        self._name = parts.hostname
        self._port = port or PORTS[parts.scheme]
        self._tls = _tls(verify=verify) if parts.scheme == "https" else None
        self._idle: deque[tuple[float, Wire]] = deque()

    async def take(self, *, safe: bool) -> tuple[Wire, bool]:
        """A connection, and whether it was used before.

        Args:
            safe: whether the request may be sent again where the connection turns out to be closed.

        Errors: `UpstreamError`.
        """
        now = time.monotonic()
        while self._idle:
            since, wire = self._idle.pop()
            if wire.open and now - since < (IDLE if safe else IDLE_UNSAFE):
                return wire, True
            wire.abort()
        return await self.connect(), False

    async def connect(self) -> Wire:
        """A new connection.

        Errors: `UpstreamError`.
        """
        try:
            async with asyncio.timeout(self.patience.connect):
                _, wire = await asyncio.get_running_loop().create_connection(
                    lambda: Wire(requests=False),
                    self._name,
                    self._port,
                    ssl=self._tls,
                    server_hostname=self._name if self._tls else None,
                )
        except TimeoutError:
            message = f"no connection to {self.origin} within {self.patience.connect:g} s; is the address right?"
            raise UpstreamError(message, GATEWAY_TIMEOUT) from None
        except (OSError, UnicodeError) as error:
            raise UpstreamError(f"no connection to {self.origin}: {_why(error)}") from None
        return wire

    def give_back(self, wire: Wire) -> None:
        """Keep a connection whose answer is whole, for the next request."""
        if wire.open and len(self._idle) < KEPT:
            self._idle.append((time.monotonic(), wire))
        else:
            wire.abort()

    def close(self) -> None:
        """Close what is kept."""
        while self._idle:
            self._idle.pop()[1].abort()


def _tls(*, verify: bool) -> ssl.SSLContext:
    context = tls.context(verify=verify)
    context.set_alpn_protocols(["http/1.1"])
    return context


def _why(error: Exception) -> str:
    """A failure in words that tell what to check."""
    if said := tls.failure(error):
        return said
    if isinstance(error, socket.gaierror | UnicodeError):
        return "its host name is unknown; check the spelling"
    if isinstance(error, ConnectionRefusedError) or "Connect call failed" in str(error):
        return "nobody listens there; is it running, is the port right?"
    return str(error) or type(error).__name__
