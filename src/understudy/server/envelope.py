"""What a product's web stack adds to each answer, whatever the operation: headers, entity tags, CORS.

Data in the service's `Transport` says what; this says how. It stands inside `Outbound`, so that what it
adds is judged too, and outside routing, because it answers preflights.
"""

from __future__ import annotations

import hashlib
import time

from starlette.types import ASGIApp, Receive, Scope, Send

from understudy.contract.exchange import Response
from understudy.server import origins
from understudy.server.call import SCOPE_KEY, Call, Part

NOT_MODIFIED = 304
TAGGED = (200, 201)
KEPT_ON_304 = frozenset({b"etag", b"cache-control", b"vary", b"x-request-id", b"x-runtime"})


class Envelope:
    """Dresses every answer of a part as its product's web stack does.

    Args:
        app: the rest of the stack.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a preflight, or dress the answer of the rest."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        call: Call = scope[SCOPE_KEY]
        if origins.answers_preflight(call):
            call.preflight = True
            call.response = Response(200, [(b"content-length", b"0")])
            return
        started = time.perf_counter()
        await self.app(scope, receive, send)
        if call.response is not None and not call.refused:
            call.response = dress(call, call.response, call.part, time.perf_counter() - started)


def dress(call: Call, response: Response, part: Part, seconds: float) -> Response:
    """The answer with what the product's web stack adds."""
    transport = part.transport
    headers = [*response.raw_headers, *part.fixed_headers]
    if transport.etag and response.status_code in TAGGED and response.data:
        tag = f'W/"{hashlib.sha256(response.data).hexdigest()[:32]}"'.encode()
        headers.append((b"etag", tag))
        if transport.cache_control:
            headers.append((b"cache-control", transport.cache_control.encode()))
    elif transport.cache_control:
        headers.append((b"cache-control", b"no-cache"))
    headers += part.answerer.marks(call, seconds)
    headers += origins.headers(call, headers)
    # What a fault does to a body must be seen: such an answer is always sent whole.
    if transport.etag and not (call.altered or call.wire) and _matches(call, headers):
        kept = [pair for pair in headers if pair[0] in KEPT_ON_304 or pair[0].startswith(b"access-control")]
        return Response(NOT_MODIFIED, kept, b"")
    return Response(response.status_code, headers, response.data, response.source)


def _matches(call: Call, headers: list[tuple[bytes, bytes]]) -> bool:
    wanted = call.request.fields.get("if-none-match")
    if wanted is None or call.request.method not in ("get", "head"):
        return False
    tag = next((value.decode() for name, value in headers if name == b"etag"), None)
    return tag is not None and (wanted.strip() == "*" or tag in [part.strip() for part in wanted.split(",")])
