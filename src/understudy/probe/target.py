"""A deployment that is asked: one request goes out, one exchange comes back, whatever happens.

The HTTP client's only door. It keeps to a rate, honours 429 and Retry-After, gives up in time, never follows a
redirect, and never lets a secret into an exchange. A deployment that does not answer is a broken promise, not an
exception. It must not know what is asked or why.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

import httpx

from understudy import tls
from understudy.contract.coding import opened
from understudy.contract.exchange import Exchange, Request, Response
from understudy.contract.traffic import PACKED, unjudged
from understudy.contract.violations import Violation
from understudy.probe.renewal import Renewal, RenewalError

LARGEST_ANSWER = 20_000_000
"""How much of an answer's body is read, in bytes; without its content coding."""
TOO_LARGE = ("answer-too-large", f"the answer has more than {LARGEST_ANSWER:,} bytes")
LONGEST_PAUSE = 60.0
"""How long a Retry-After is obeyed, in seconds."""
TOO_MANY = 429
REFUSED = 401
MASK = b"***"


class UnreachableError(Exception):
    """Nobody answers at the URL; the message says why and what to check."""


@dataclass(frozen=True, slots=True)
class Manners:
    """How a deployment is treated.

    Attributes:
        rate: requests a second at most; None for as fast as it goes.
        connect: seconds until a connection must stand.
        patience: seconds until an answer must be there, body included.
        headers: sent with every request, secrets among them; their values stand in no exchange.
        renewal: further ones, whose values run out and are asked for again.
        retries: how often a request is sent again after a 429 with Retry-After.
        verify: whether the certificate must be good.
    """

    rate: float | None = None
    connect: float = 5.0
    patience: float = 10.0
    headers: Mapping[str, str] = field(default_factory=dict)
    renewal: Renewal | None = None
    retries: int = 3
    verify: bool = True

    @property
    def own(self) -> Mapping[str, str]:
        """All headers that are sent with every request, as they are by now."""
        return {**self.headers, **self.renewal.values} if self.renewal else self.headers


class Target:
    """A deployment.

    Args:
        url: its base URL, path included.
        manners: how it is treated.
    """

    def __init__(self, url: str, manners: Manners | None = None) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise UnreachableError(f"{url!r} is no base URL; write one such as https://chat.example.com")
        self.url = url.rstrip("/")
        self.host = parts.hostname
        self.manners = manners or Manners()
        self.asked = 0
        self.throttled = 0
        self._client: httpx.AsyncClient | None = None
        self._next = 0.0

    async def __aenter__(self) -> Self:
        manners = self.manners
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(manners.patience, connect=manners.connect),
            verify=tls.context(verify=manners.verify) if self.url.startswith("https:") else False,
            follow_redirects=False,
            trust_env=False,
            limits=httpx.Limits(max_connections=100, max_keepalive_connections=100),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.aclose()

    async def reach(self) -> None:
        """Make sure that somebody answers, be it that they have no time.

        Errors: `UnreachableError`.
        """
        exchange = await self._once(Request("GET", "/"), "", self.manners.own)
        if exchange.response is None:
            raise UnreachableError(f"{self.url} cannot be reached: {exchange.note}")

    async def ask(self, request: Request, operation_id: str = "", without: Collection[str] = ()) -> Exchange:
        """Send a request; what becomes of it is in the exchange, a missing answer as a violation.

        Args:
            request: what to send.
            operation_id: the operation that is asked.
            without: names of the deployment's own headers that this request is to go without, in lower case.

        What HTTP has no way to write is not sent: no answer then, no violation, and a note that says why.
        """
        headers = {name: value for name, value in self.manners.own.items() if name.lower() not in without}
        exchange = await self._patiently(request, operation_id, headers)
        renewal = self.manners.renewal
        if renewal is None or not _refused(exchange) or renewal.values.keys().isdisjoint(headers):
            return exchange
        try:
            if await renewal.again(headers):
                fresh = {name: self.manners.own[name] for name in headers}
                exchange = await self._patiently(request, operation_id, fresh)
                renewal.tried(helped=not _refused(exchange))
        except RenewalError as error:
            exchange.note = str(error)
        return exchange

    async def _patiently(self, request: Request, operation_id: str, headers: Mapping[str, str]) -> Exchange:
        """Send a request, and again where the deployment asks to wait."""
        exchange = await self._once(request, operation_id, headers)
        for _ in range(self.manners.retries):
            pause = _retry_after(exchange.response)
            if pause is None:
                break
            self.throttled += 1
            await asyncio.sleep(min(pause, LONGEST_PAUSE))
            exchange = await self._once(request, operation_id, headers)
        return exchange

    async def _once(self, request: Request, operation_id: str, headers: Mapping[str, str]) -> Exchange:
        assert self._client is not None  # noqa: S101 - used as a context manager
        request = _yielding(request, headers)
        await self._turn()
        self.asked += 1
        started, begun = time.time(), time.perf_counter()
        response, failure = None, ("", "")
        try:
            async with asyncio.timeout(self.manners.patience + self.manners.connect):
                response, failure = await self._send(self._client, request, headers)
        except TimeoutError:
            failure = ("answer-missing", f"no whole answer within {self.manners.patience:g} s")
        except (httpx.LocalProtocolError, httpx.InvalidURL) as error:
            failure = ("", f"it cannot be sent: {error}")
        except (httpx.HTTPError, ssl.SSLError, OSError) as error:
            failure = ("answer-missing", why_unanswered(error))
        code, note = failure
        exchange = Exchange(
            _masked(request, headers),
            response,
            operation_id=operation_id,
            started=started,
            seconds=time.perf_counter() - begun,
            note=note,
        )
        if code:
            exchange.violations.append(Violation("/", code, "response", operation_id, "", note))
        return exchange

    async def _send(
        self, client: httpx.AsyncClient, request: Request, own: Mapping[str, str]
    ) -> tuple[Response | None, tuple[str, str]]:
        headers = [(name, value) for name, value in request.raw_headers if name.lower() != b"host"]
        headers += [(name.encode(), value.encode()) for name, value in own.items()]
        asked = httpx.Request(request.verb, self.url + request.target, headers=headers, content=request.body or None)
        if not request.body and request.verb in ("GET", "HEAD"):
            asked.headers.pop("content-length", None)
        answer = await client.send(asked, stream=True)
        try:
            body = bytearray()
            async for chunk in answer.aiter_raw():
                body += chunk
                if len(body) > LARGEST_ANSWER:
                    return Response(answer.status_code, answer.headers.raw), TOO_LARGE
            return plain(Response(answer.status_code, answer.headers.raw, bytes(body)))
        finally:
            await answer.aclose()

    async def _turn(self) -> None:
        """Wait for one's turn, where a rate is to be kept."""
        if self.manners.rate:
            now = time.monotonic()
            self._next = max(self._next + 1 / self.manners.rate, now)
            await asyncio.sleep(self._next - now)


def plain(response: Response) -> tuple[Response, tuple[str, str]]:
    """An answer without its content coding, nor the headers that only hold for it, and what is wrong with it.

    Nobody asked for a coding, and some send one all the same.
    """
    coding = response.fields.get("content-encoding", "")
    if not coding:
        return response, ("", "")
    found = opened(coding, response.body, LARGEST_ANSWER)
    headers = [pair for pair in response.raw_headers if pair[0].lower() not in PACKED]
    answer = Response(response.status_code, headers, found.body)
    if found.too_large:
        return answer, TOO_LARGE
    answer.unseen = found.unseen
    if found.spoilt:
        answer.spoil(found.spoilt)
    return answer, ("", unjudged("answer", found.unseen) if found.unseen else "")


def _yielding(request: Request, own: Mapping[str, str]) -> Request:
    """The request without what the deployment's own headers say; theirs are the credentials that are good there."""
    names = {name.lower().encode() for name in own}
    left = [pair for pair in request.raw_headers if pair[0].lower() not in names] if own else request.raw_headers
    return request if len(left) == len(request.raw_headers) else request.but(headers=left)


def _masked(request: Request, secrets: Mapping[str, str]) -> Request:
    """The request as it may be shown: with the headers that every request gets, their values masked."""
    if not secrets:
        return request
    return request.but(headers=(*request.raw_headers, *((name.encode(), MASK) for name in secrets)))


def _refused(exchange: Exchange) -> bool:
    return exchange.response is not None and exchange.response.status_code == REFUSED


def _retry_after(response: Response | None) -> float | None:
    """The seconds that a 429 asks to wait; None where nothing asks for it."""
    if response is None or response.status_code != TOO_MANY:
        return None
    said = response.fields.get("retry-after", "").strip()
    if said.isdigit():
        return float(said)
    try:
        return max(0.0, parsedate_to_datetime(said).timestamp() - time.time())
    except ValueError:
        return None


_REASONS: tuple[tuple[str, str], ...] = (
    ("Name or service not known", "its host name is unknown; check the spelling"),
    ("nodename nor servname", "its host name is unknown; check the spelling"),
    ("No address associated", "its host name is unknown; check the spelling"),
    ("Connection refused", "nobody listens there; is it running, is the port right?"),
    ("Connect call failed", "nobody listens there; is it running, is the port right?"),
    ("All connection attempts failed", "nobody listens there; is it running, is the port right?"),
    ("Server disconnected", "it closed the connection without a whole answer"),
)


def why_unanswered(error: Exception) -> str:
    """A failure in words that tell what to check."""
    if said := tls.failure(error):
        return said
    chain, seen = str(error) or type(error).__name__, error.__cause__ or error.__context__
    while seen is not None:
        chain += f" {seen}"
        seen = seen.__cause__ or seen.__context__
    for pattern, words in _REASONS:
        if pattern in chain:
            return words
    if isinstance(error, httpx.ConnectTimeout):
        return "no connection in time; is the address right, does a firewall drop it?"
    if isinstance(error, httpx.TimeoutException):
        return "no answer in time"
    return str(error) or type(error).__name__
