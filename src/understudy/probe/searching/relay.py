"""Stands between Schemathesis and a deployment: an ASGI application that passes each request on and has it judged.

Schemathesis tests an application in its own process and never opens a socket; every request goes through our `Target`
with its rate, headers, secrets and patience, and every answer past the judge. Runs in two event loops: Schemathesis'
own, which calls it, and the verification's, in which the deployment is asked. It must not know what is searched for.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import orjson

from understudy.contract.contract import Contract
from understudy.contract.exchange import Exchange, Request, Response
from understudy.contract.templates import PARAMETER, Templates
from understudy.contract.violations import Violation
from understudy.probe.judge import Judge
from understudy.probe.target import Target

DOCUMENT = "/.well-known/understudy-document"
"""Where the document stands that Schemathesis loads; the deployment is not asked for it."""
CASE = b"x-schemathesis-testcaseid"
"""The header by which Schemathesis names a case; it is not passed on."""
OURS = frozenset({CASE, b"host", b"connection", b"accept-encoding", b"user-agent"})
"""Headers of the connection between Schemathesis and this application."""
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
ORIGIN = "properties"

# What Schemathesis is told where the deployment said nothing. Its checks' verdicts on these are never counted.
NOT_SENT, NO_ANSWER = Response(400), Response(504)

Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Met:
    """A request that was sent, and what became of it.

    Attributes:
        request: as Schemathesis made it, without the deployment's secrets.
        exchange: the exchange, judged.
        broken: what the answer breaks, by the first profile.
    """

    request: Request
    exchange: Exchange
    broken: tuple[Violation, ...]


class Relay:
    """An application that is a deployment.

    Args:
        target: the deployment, open.
        judge: who judges.
        document: what Schemathesis is to read.
        safe: whether only what is safe by method may be sent.
        settled: the fingerprints of findings that need not be made smaller.

    Attributes:
        contract: the contract that clients rely on.
        met: what was sent, by the case's name; whoever follows the run forgets what it has seen.
        sent: how many requests were answered or not.
        stopped: why nothing is sent any more; empty as long as it is.
        gone: whether it stopped because the deployment no longer answers.
        on_stop: called when nothing is sent any more.
        own: the deployment's own headers, as Schemathesis is told them.
        shrunk: the fingerprints of the findings that were made smaller.
    """

    def __init__(
        self,
        target: Target,
        judge: Judge,
        document: Mapping[str, Any],
        *,
        safe: bool = False,
        settled: Collection[str] = (),
    ) -> None:
        self.target = target
        self.judge = judge
        self.contract = judge.main
        self.safe = safe
        self.settled = settled
        self.shrunk: set[str] = set()
        self.met: dict[str, Met] = {}
        self.sent = 0
        self.stopped = ""
        self.gone = False
        self.on_stop: Callable[[], None] = lambda: None
        self.own = dict(target.manners.own)
        self._document = orjson.dumps(document)
        self._templates = Templates((template, template) for template in judge.main.templates())
        self._loop = asyncio.get_running_loop()
        self._ranks: dict[str, int] = {}
        self._waiting: set[Future[Response]] = set()

    async def __call__(self, scope: Mapping[str, Any], receive: Receive, send: Send) -> None:
        """Answer as the deployment does."""
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body += message.get("body", b"")
            more = message.get("more_body", False)
        response = await self._answer(scope, body)
        await send(
            {"type": "http.response.start", "status": response.status_code, "headers": list(response.raw_headers)}
        )
        await send({"type": "http.response.body", "body": response.body})

    def stop(self, reason: str, *, gone: bool = False) -> None:
        """Send nothing any more; whoever waits for an answer gets none. Called in the verification's loop."""
        self.stopped, self.gone = self.stopped or reason, self.gone or gone
        for future in tuple(self._waiting):
            future.cancel()
        self.on_stop()

    def _is_stopped(self) -> bool:
        return bool(self.stopped)

    def next_to_shrink(self, fingerprints: Collection[str], *, settle: bool) -> str | None:
        """Which of an answer's findings is to be made smaller; None if all are settled.

        Of several the one that was met last: the others have been seen without it.

        Args:
            fingerprints: of the findings.
            settle: whether Hypothesis makes it smaller now, so that it is settled for the next run.
        """
        left = [fingerprint for fingerprint in fingerprints if fingerprint not in self.settled]
        found = max(left, key=lambda name: self._ranks.setdefault(name, len(self._ranks)), default=None)
        if settle and found is not None:
            self.shrunk.add(found)
        return found

    def forget(self) -> None:
        """Let go of all that was seen; Schemathesis keeps every application as long as the process lives."""
        self.met.clear()
        self._document = b""

    async def _answer(self, scope: Mapping[str, Any], body: bytes) -> Response:
        if scope["path"] == DOCUMENT:
            return Response(200, [(b"content-type", b"application/json")], self._document)
        if self._is_stopped() or (self.safe and scope["method"] not in SAFE):
            return NOT_SENT
        request, without = self._request(scope, body)
        name = next((value.decode("latin-1") for key, value in scope["headers"] if key == CASE), "")
        future = asyncio.run_coroutine_threadsafe(self._ask(name, request, without), self._loop)
        self._waiting.add(future)
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if not self._is_stopped():
                raise
            return NOT_SENT
        finally:
            self._waiting.discard(future)

    def _request(self, scope: Mapping[str, Any], body: bytes) -> tuple[Request, Collection[str]]:
        """The request as it is to be sent, and which of the deployment's own headers it is to go without."""
        own = {name.lower().encode(): value.encode() for name, value in self.own.items()}
        headers = [(name, value) for name, value in scope["headers"] if name not in OURS and own.get(name) != value]
        meant = {name for name, value in scope["headers"] if own.get(name) == value}
        raw = scope["raw_path"].decode("latin-1")
        found = self._templates.find(raw)
        template, values = found if found is not None else (None, ())
        names = PARAMETER.findall(template) if template else ()
        request = Request(
            scope["method"],
            unquote(raw),
            query=scope["query_string"],
            headers=headers,
            body=body,
            template=template,
            path_params=dict(zip(names, map(unquote, values), strict=True)),
            raw_path=raw,
        )
        return request, {name.decode() for name in own if name not in meant}

    async def _ask(self, name: str, request: Request, without: Collection[str]) -> Response:
        exchange = await self.target.ask(request, operation_of(self.judge.main, request), without)
        if exchange.response is None and not exchange.violations:
            return NOT_SENT
        broken = self.judge.judge(exchange, ORIGIN)
        self.met[name] = Met(request, exchange, broken)
        self.sent += 1
        silence = self.judge.silence()
        if silence:
            self.stop(silence, gone=True)
        return exchange.response or NO_ANSWER


def operation_of(contract: Contract, request: Request) -> str:
    """The id of the operation that a request is for; empty if there is none."""
    operation = contract.operation(request)
    return operation.operation_id if operation is not None else ""
