"""Sends webhook requests: each is judged first, tried again when it fails, and every attempt is in the journal.

Stands on the bus of every sandbox. One receiver gets its requests in the order in which things happened. The pause
before another attempt follows the sandbox's clock. It must not know what any event means.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from understudy.contract.exchange import Event, Exchange, Request, Response
from understudy.contract.violations import Violation
from understudy.hosts import is_loopback
from understudy.sandbox.bus import Delivery
from understudy.sandbox.sandboxes import Sandbox
from understudy.server.call import Part
from understudy.server.gate import Policy
from understudy.server.journal import Journal

if TYPE_CHECKING:
    import httpx

PATIENCE = 5.0
"""How long a receiver may take, in seconds."""
LONGEST_ANSWER = 64_000
"""How much of a receiver's answer is read, in bytes."""
REDELIVER = "understudy.redeliver"
"""The timer that brings the next attempt."""

FAILED = 400


def redeliver(sandbox: Sandbox, data: Mapping[str, Any]) -> None:
    """What that timer does when it rings."""
    sandbox.bus.deliver(Delivery.from_data(data))


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a request is not sent.

    Attributes:
        note: the reason.
        violations: the promises that it breaks.
    """

    note: str
    violations: tuple[Violation, ...]


class Deliveries:
    """The webhook requests of every sandbox.

    Args:
        journal: where each attempt is kept.
        policy: ``enforce`` keeps back a request that breaks the contract; ``report`` lets it go, noted.
        allowed: the hosts besides this machine that may be sent to.
    """

    def __init__(self, journal: Journal, policy: Policy, allowed: frozenset[str] = frozenset()) -> None:
        self.journal = journal
        self.policy = policy
        self.allowed = allowed
        self._client: httpx.AsyncClient | None = None
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: set[asyncio.Task[None]] = set()

    def attend(self, part: Part, name: str, sandbox: Sandbox) -> None:
        """Send what a sandbox has to send from now on."""
        sandbox.bus.post = partial(self._posted, part, name, sandbox)

    def post(self, part: Part, name: str, sandbox: Sandbox | None, delivery: Delivery) -> Refused | None:
        """Begin one attempt; whatever becomes of it is in the journal.

        Args:
            part: the part that sends.
            name: the name of its sandbox.
            sandbox: the sandbox, by whose clock to try again; None where nothing is played, and nothing tried again.
            delivery: the request.

        Returns:
            Why it is not sent, or None.
        """
        now = sandbox.clock.time if sandbox else time.time
        request = _request(delivery)
        judge = part.contract if delivery.event in part.contract.sent else part.events
        broken = judge.check_event(delivery.event, request) if judge else ()
        host = urlsplit(delivery.url).hostname or ""
        note = ""
        if broken and self.policy == "enforce":
            note = "it breaks the contract"
        elif not (is_loopback(host) or host in self.allowed):
            note = f"{host} is another machine; allow it with --callbacks-to {host}"
        if note:
            self.journal.add(
                Event(
                    delivery.event,
                    _data(request),
                    service=part.name,
                    sandbox=name,
                    violations=list(broken),
                    sent=False,
                    started=now(),
                    note=f"webhook not sent to {delivery.url}: {note}",
                )
            )
            return Refused(note, broken)
        exchange = Exchange(
            request,
            service=part.name,
            sandbox=name,
            operation_id=delivery.event,
            violations=list(broken),
            started=now(),
            attempt=delivery.attempt,
        )
        task = asyncio.get_running_loop().create_task(self._attempt(sandbox, delivery, exchange))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return None

    def _posted(self, part: Part, name: str, sandbox: Sandbox, delivery: Delivery) -> None:
        self.post(part, name, sandbox, delivery)

    async def settle(self) -> None:
        """Wait until every attempt that was begun has ended."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    async def close(self) -> None:
        """Give up what is under way."""
        for task in self._tasks:
            task.cancel()
        await self.settle()
        if self._client is not None:
            await self._client.aclose()
            self._client = None

    async def _attempt(self, sandbox: Sandbox | None, delivery: Delivery, exchange: Exchange) -> None:
        async with self._turns[delivery.url]:
            begun = time.perf_counter()
            exchange.response, exchange.note = await self._ask(delivery)
            exchange.seconds = time.perf_counter() - begun
            self.journal.add(exchange)
            kept = exchange.response is not None and exchange.response.status_code < FAILED
            if not kept and sandbox is not None and delivery.attempt <= len(delivery.retries):
                pause = delivery.retries[delivery.attempt - 1]
                with sandbox.transaction():
                    sandbox.timers.set(sandbox.clock.time() + pause, REDELIVER, **delivery.again().as_data())

    async def _ask(self, delivery: Delivery) -> tuple[Response | None, str]:
        """The receiver's answer; or none, and why."""
        import httpx  # noqa: PLC0415 - nobody who sends nothing shall wait for it

        if self._client is None:
            self._client = httpx.AsyncClient(timeout=PATIENCE, trust_env=False, follow_redirects=False)
        try:
            headers = list(delivery.headers)
            asking = self._client.stream(delivery.method, delivery.url, headers=headers, content=delivery.body)
            async with asyncio.timeout(PATIENCE), asking as answer:
                body = b""
                async for chunk in answer.aiter_bytes():
                    body += chunk
                    if len(body) > LONGEST_ANSWER:
                        break
                return Response(answer.status_code, answer.headers.raw, body[:LONGEST_ANSWER]), ""
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            return None, f"{delivery.url}: {str(error) or type(error).__name__}"


def _request(delivery: Delivery) -> Request:
    parts = urlsplit(delivery.url)
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in delivery.headers]
    headers.append((b"host", parts.netloc.encode("latin-1", "replace")))
    query = parts.query.encode("utf-8", "replace")
    return Request(delivery.method, parts.path or "/", query=query, headers=headers, body=delivery.body)


def _data(request: Request) -> Any:
    """The payload as JSON data, for the journal."""
    value = request.content.value
    return value.decode("latin-1") if isinstance(value, bytes) else value
