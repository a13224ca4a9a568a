"""The answerer that plays a service: the operation's handler, called with the sandbox and the parameters.

No framework type reaches a handler: it gets merged parameters and returns data. What it changes happens
whole or not at all. This module must not know any service.
"""

from __future__ import annotations

from typing import Any

import orjson

from understudy.contract.exchange import Response
from understudy.contract.multipart import File
from understudy.contract.values import sent_value
from understudy.sandbox.registry import Sandboxes
from understudy.server import problem
from understudy.server.call import Call, NotRefusedError, base_url
from understudy.server.nesting import nest
from understudy.services.service import Control, Empty, Params, Refusal, Reply, Service, Upload

# What Rack's and Rails' parsers survive and only we report; anything else ends in the product's own 400.
SURVIVABLE = frozenset({"body-duplicate-key", "media-type-malformed", "charset-unknown"})

CLIENT_ERROR = 400
JSON = "application/json"


class HandlerAnswerer:
    """Plays a service, in the sandbox that a call names.

    Args:
        service: the service.
        sandboxes: its states, by name.
    """

    def __init__(self, service: Service, sandboxes: Sandboxes) -> None:
        self.service = service
        self.sandboxes = sandboxes

    async def answer(self, call: Call) -> Response:
        """Call the operation's handler and turn what it says into a response.

        Errors: `NotRefusedError` where the handler accepts what was left to it to refuse; nothing is changed then.
        """
        handler = self.service.handlers[call.operation_id]
        if any(problem.code not in SURVIVABLE for problem in call.request.content.problems):
            return self._respond(self.service.malformed(params(call)))
        sandbox, given = self.sandboxes.get(call.sandbox), params(call)
        sandbox.home = given.base_url
        sandbox.catch_up()
        try:
            with sandbox.transaction():
                said = handler(sandbox, given)
                if call.deferred and not (isinstance(said, Reply) and said.status >= CLIENT_ERROR):
                    raise NotRefusedError
        except Refusal as refusal:
            said = Reply(refusal.body, refusal.status, refusal.media_type)
        reply = said if isinstance(said, Reply) else Reply(said)
        call.product_refused = reply.status >= CLIENT_ERROR
        return self._respond(reply)

    def unrouted(self, call: Call) -> Response | None:
        """What the product says to a path or method it does not know."""
        return self._respond(self.service.unrouted(params(call)))

    def now(self, call: Call) -> float:
        """The sandbox's time."""
        return self.sandboxes.get(call.sandbox).clock.time()

    def marks(self, call: Call, seconds: float) -> list[tuple[bytes, bytes]]:
        """The request id from the sandbox's randomness; the time spent, as the sandbox's clock saw it."""
        found = []
        transport, sandbox = self.service.transport, self.sandboxes.get(call.sandbox)
        if transport.request_id:
            found.append((transport.request_id.lower().encode(), sandbox.uuid().encode()))
        if transport.runtime:
            spent = 0.0 if sandbox.clock.frozen else seconds
            found.append((transport.runtime.lower().encode(), f"{spent:.6f}".encode()))
        return found

    def _respond(self, reply: Reply) -> Response:
        return respond(reply, self.service.transport.json_type)


class ControlHandlerAnswerer:
    """Plays a service's other side on the control plane, in the same sandboxes.

    Args:
        control: the service's operations there.
        sandboxes: its states, by name.
    """

    def __init__(self, control: Control, sandboxes: Sandboxes) -> None:
        self.control = control
        self.sandboxes = sandboxes

    async def answer(self, call: Call) -> Response:
        """Call the operation's handler; what it refuses is told as a problem, in our own voice."""
        sandbox, given = self.sandboxes.get(call.sandbox), params(call)
        given.base_url = sandbox.home
        sandbox.catch_up()
        try:
            with sandbox.transaction():
                said = self.control.handlers[call.operation_id](sandbox, given)
        except Refusal as refusal:
            return problem.problem(problem.CONTROL, refusal.status, str(refusal.body))
        return respond(said if isinstance(said, Reply) else Reply(said), JSON)

    def unrouted(self, call: Call) -> Response | None:  # noqa: ARG002 - the interface's
        """Nothing of its own: the gate says it."""
        return None

    def now(self, call: Call) -> float:
        """The sandbox's time."""
        return self.sandboxes.get(call.sandbox).clock.time()

    def marks(self, call: Call, seconds: float) -> list[tuple[bytes, bytes]]:  # noqa: ARG002 - the interface's
        """None."""
        return []


def respond(reply: Reply, json_type: str) -> Response:
    """A reply as a response: data becomes JSON, text UTF-8, bytes stay as they are."""
    media_type = reply.media_type or json_type
    body: bytes
    source: Any = None
    if reply.body is Empty.BODY:
        body = b""
    elif isinstance(reply.body, bytes):
        body = reply.body
    elif isinstance(reply.body, str) and not media_type.startswith("application/json"):
        body = reply.body.encode()
    else:
        body, source = orjson.dumps(reply.body), reply.body
    if media_type == "application/json":
        media_type = json_type
    headers = [(b"content-type", media_type.encode("latin-1")), (b"content-length", str(len(body)).encode())]
    headers += [(name.lower().encode(), value.encode("latin-1")) for name, value in reply.headers.items()]
    return Response(reply.status, headers, body, source)


def params(call: Call) -> Params:
    """The merged parameters of a call: body, overridden by query, overridden by path."""
    request = call.request
    body = request.content
    merged: dict[str, Any] = {}
    value = body.value
    if body.pairs is not None:
        value = nest((name, _upload(part)) for name, part in body.pairs)
    elif body.tree is not None:
        contract = call.part.contract
        value = sent_value(contract.data, contract.by_id[call.operation_id], body)
    if isinstance(value, dict):
        merged |= value
    if request.query:
        merged |= nest(request.query_pairs)
    merged |= request.path_params
    return Params(merged, body=value, headers=request.fields, base_url=base_url(call))


def _upload(part: str | File) -> str | Upload:
    return Upload(part.filename, part.content_type, part.data) if isinstance(part, File) else part
