"""The gate: the two checks on a request's way, and what happens when one fails.

`Outbound` is outermost, so that whatever answers (a handler, a router, a crash) is judged and journaled;
`Inbound` stands behind routing, where the operation is known. The policy decides what a broken promise
costs. They do not know who answers.
"""

from __future__ import annotations

import json
import logging
import secrets
import time
from typing import Literal

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from understudy.contract.contract import Contract
from understudy.contract.credentials import challenges
from understudy.contract.exchange import Request, Response
from understudy.contract.violations import CODES, Violation
from understudy.server import origins, problem
from understudy.server.call import SCOPE_KEY, Call, Directory, NotRefusedError, Part
from understudy.server.journal import Journal
from understudy.server.naming import in_sandbox
from understudy.server.streaming import stream

Policy = Literal["enforce", "report"]
POLICIES: tuple[Policy, ...] = ("enforce", "report")

MAX_DRAIN = 100_000_000
HEADER_LIMIT = 4_000
FAULT = b"understudy-fault"
CLIENT_ERROR, SERVER_ERROR = 400, 500

log = logging.getLogger("understudy.server")


class ClientGoneError(Exception):
    """The client hung up before its request was complete."""


async def read_body(receive: Receive, limit: int) -> bytes | None:
    """The request's body; None if it has more bytes than the limit.

    What is too large is read and thrown away, so that the client, still sending, gets to read the answer.
    """
    message = await receive()
    if message["type"] == "http.disconnect":
        raise ClientGoneError
    if not message.get("more_body"):
        body: bytes = message.get("body", b"")
        return body if len(body) <= limit else None
    chunks, size = [message.get("body", b"")], len(message.get("body", b""))
    while message.get("more_body") and size <= MAX_DRAIN:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientGoneError
        size += len(message.get("body", b""))
        if size <= limit:
            chunks.append(message.get("body", b""))
    return b"".join(chunks) if size <= limit else None


class Outbound:
    """Judges and journals every answer, whoever gave it; outermost layer of the stack.

    Args:
        app: the rest of the stack.
        parts: the parts served.
        journal: where exchanges are kept.
        policy: ``enforce`` turns an answer that breaks the contract into a 500; ``report`` lets it pass, marked.
    """

    def __init__(self, app: ASGIApp, *, parts: list[Part], journal: Journal, policy: Policy) -> None:
        self.app = app
        self.directory = Directory(parts)
        self.journal = journal
        self.policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        scope, sandbox = in_sandbox(scope)
        part = self.directory.part_at(scope["path"])
        try:
            body = await read_body(receive, part.max_body)
        except ClientGoneError:
            return
        call = scope[SCOPE_KEY] = Call(scope, body or b"", part, sandbox or "")
        if sandbox is None:
            _refuse(call, [_violation("sandbox-malformed", "a sandbox's name has 1 to 64 letters, digits, . _ -")])
        elif body is None:
            _refuse(call, [_violation("body-too-large", f"the body has more than {part.max_body:,} bytes")])
        else:
            await self._answer(call, scope, receive)
        response = call.response = _faulty(call, self._judge(call))
        moment = call.part.answerer.now(call)
        self.journal.add(call.exchange(moment, time.perf_counter() - started))
        del scope[SCOPE_KEY]  # call and scope hold each other; apart, both go at once, without the collector
        await _send(response, call, receive, send)

    async def _answer(self, call: Call, scope: Scope, receive: Receive) -> None:
        """Let the stack answer; an answer sent by the ASGI protocol is collected, a crash is told."""
        start: Message = {}
        chunks: list[bytes] = []

        async def collect(message: Message) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
            else:
                chunks.append(message.get("body", b""))

        try:
            await self.app(scope, receive, collect)
        except Exception:
            number = secrets.token_hex(6)
            log.exception("call %s failed: %s %s", number, scope["method"], scope["path"])
            detail = f"A bug of ours, number {number}; the server's log has the traceback. Nothing was changed."
            call.response = problem.problem(problem.CRASH, SERVER_ERROR, detail, id=number)
            call.refused = True
        else:
            if call.response is None and not call.unanswered:
                call.response = Response(start.get("status", SERVER_ERROR), start.get("headers", ()), b"".join(chunks))

    def _judge(self, call: Call) -> Response | None:
        """The answer that goes out: the one given, or a problem that says why it must not; None if a fault says so."""
        response = call.response
        if response is None:
            return None
        if call.refused or call.preflight:
            return _cross_origin(call, response)
        broken = call.part.contract.check_response(call.request, response)
        call.violations.extend(broken)
        if not broken or (self.policy == "report" and not call.part.enforced):
            return _marked(response, call.violations)
        if call.altered:
            return response
        call.refused = True
        return _cross_origin(call, _forbidden(call, response, broken))


def _forbidden(call: Call, response: Response, broken: tuple[Violation, ...]) -> Response:
    """The problem that stands for an answer which breaks the contract.

    A product's refusal that the document does not list is still a refusal: the client's fault stays a 4xx.
    """
    undocumented = {"status-unknown", "media-type-unknown"} & {violation.code for violation in broken}
    if call.product_refused and undocumented:
        status = response.status_code if response.status_code < SERVER_ERROR else 422
        said = response.content.value
        detail = (
            f"{call.part.name} refuses this request with {response.status_code}, "
            f"which the document does not promise for {call.operation_id}. "
            "The profile `observed` documents what real servers answer."
        )
        product = {"status": response.status_code, "body": said if not isinstance(said, bytes) else None}
        return problem.problem(problem.UNDOCUMENTED, status, detail, broken, product=product)
    detail = f"The answer of {call.operation_id} breaks {len(broken)} promise(s) of the document; it was not sent."
    return problem.problem(problem.RESPONSE, SERVER_ERROR, detail, broken)


def _cross_origin(call: Call, response: Response) -> Response:
    """Our own answers must be readable by a page elsewhere too, where the product's are."""
    extra = origins.headers(call, response.raw_headers)
    return Response(response.status_code, (*response.raw_headers, *extra), response.data) if extra else response


def _marked(response: Response, violations: list[Violation]) -> Response:
    """The answer with the header that lists what was broken."""
    if not violations:
        return response
    listed = [{"code": v.code, "side": v.side, "where": v.where} for v in violations]
    while len(value := json.dumps(listed, separators=(",", ":"))) > HEADER_LIMIT:
        listed.pop()
    headers = (*response.raw_headers, (b"understudy-violations", value.encode("ascii")))
    return Response(response.status_code, headers, response.data)


def _faulty(call: Call, response: Response | None) -> Response | None:
    """The answer with the header that names the faults that were asked for."""
    if response is None or not call.faults:
        return response
    headers = (*response.raw_headers, (FAULT, ", ".join(call.faults).encode()))
    return Response(response.status_code, headers, response.data)


async def _send(response: Response | None, call: Call, receive: Receive, send: Send) -> None:
    start: Message = {"type": "http.response.start"}
    body = b""
    if response is not None:
        headers = list(response.raw_headers)
        if "content-length" not in response.fields and response.status_code not in (204, 304):
            headers.append((b"content-length", str(len(response.data)).encode()))
        start.update(status=response.status_code, headers=headers)
        body = b"" if call.request.method == "head" else response.data
    if response is not None and call.stream is not None and not call.refused and call.request.method != "head":
        await stream(response, call.stream, call.scope, receive, send)
        return
    if call.wire is not None:
        await call.wire.send(start, body, call.scope, receive, send)
        return
    await send(start)
    await send({"type": "http.response.body", "body": body})


class Inbound:
    """Judges every request once its operation is known.

    Args:
        app: whoever answers.
        policy: ``enforce`` refuses a request that breaks the contract; ``report`` lets it pass, noted.
    """

    def __init__(self, app: ASGIApp, *, policy: Policy) -> None:
        self.app = app
        self.policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Judge, then refuse or pass on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        call: Call = scope[SCOPE_KEY]
        contract = call.part.contract
        broken = contract.check_request(call.request)
        call.violations.extend(broken)
        door = call.part.door
        enforce = self.policy == "enforce" or call.part.enforced
        if door is not None and (refusal := door.refuse(call, broken, enforce=enforce)) is not None:
            call.response = refusal
            return
        if enforce:
            grave = [violation for violation in broken if violation.status]
            blocking = [violation for violation in grave if not contract.refused_by.product(violation)]
            if blocking:
                _refuse(call, blocking)
                return
            call.deferred = grave
        elif not call.operation_id:
            call.response = call.part.answerer.unrouted(call)
            if call.response is None:
                _refuse(call, list(broken))
            return
        try:
            await self.app(scope, receive, send)
        except NotRefusedError:
            _refuse(call, call.deferred)


def _refuse(call: Call, violations: list[Violation]) -> None:
    """Answer with our own refusal, listing every broken promise."""
    call.violations = list(dict.fromkeys((*call.violations, *violations)))
    call.response = refusal(call.part.contract, call.request, violations)
    call.refused = True


def refusal(contract: Contract, request: Request, violations: list[Violation]) -> Response:
    """Our own answer to a request that breaks these promises; the gravest sets the status."""
    worst = min(violations, key=lambda v: _GRAVITY.index(v.status) if v.status in _GRAVITY else len(_GRAVITY))
    headers = {}
    if worst.status == 405 and request.path_pattern:  # noqa: PLR2004 - Method Not Allowed
        headers["Allow"] = ", ".join(contract.methods(request.path_pattern))
    operation = contract.operation(request)
    if worst.code == "security-missing" and operation is not None:
        headers["WWW-Authenticate"] = challenges(contract.data, operation)
    title = CODES[worst.code].title
    detail = f"{title}: {worst.message}" if len(violations) == 1 else f"{len(violations)} promises are broken."
    return problem.problem(problem.REQUEST, worst.status, detail, violations, headers=headers)


# Which status tells most about a request with several faults.
_GRAVITY = (404, 405, 401, 413, 400, 415, 422)


def _violation(code: str, message: str) -> Violation:
    return Violation("/body", code, "request", "", "", message)
