"""A contract: a document compiled so that it can judge.

`check_request`, `check_response` and `check_event` return every broken promise as a sorted tuple of violations;
an empty one means kept. Serving, proxying, verifying and fuzzing all ask this one object: the same verdicts
everywhere. It must not know who asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from typing import Any, Literal

import orjson

from understudy.contract import pointer, wording
from understudy.contract.body import Body, parse_media_type
from understudy.contract.checks import REQUEST_CHECKS, RESPONSE_CHECKS, Context, plain_headers
from understudy.contract.document import Document, operations
from understudy.contract.engine import Engine, event_pattern
from understudy.contract.exchange import Message, Request, Response
from understudy.contract.media import find_media_type, is_opaque
from understudy.contract.operation import Operation, parameters_at
from understudy.contract.outbound import callbacks, webhooks
from understudy.contract.plan import Plan, Planner
from understudy.contract.refused_by import RefusedBy
from understudy.contract.violations import Side, Violation

EngineName = Literal["plan", "stock"]
ENGINES: tuple[EngineName, ...] = ("plan", "stock")

NOT_MODIFIED = 304
JSON = "application/json"


class Contract:
    """A document that can judge.

    Args:
        document: the effective document.
        engine: ``plan`` lets compiled plans accept ordinary good traffic before openapi-core is asked; ``stock`` asks
            openapi-core always. The verdicts are the same.
    """

    def __init__(self, document: Document, engine: EngineName = "plan") -> None:
        self.document = document
        self.data = document.data
        self.operations: dict[tuple[str, str], Operation] = {}
        for template, method, node, _ in operations(self.data):
            places = parameters_at(self.data, ("paths", template, method))
            self.operations[method, template] = Operation(node["operationId"], method, template, node, places)
        self.by_id = {operation.operation_id: operation for operation in self.operations.values()}
        self.events = {webhook.template: webhook for webhook in webhooks(self.data)}
        self.callbacks = tuple(callbacks(self.data))
        self.sent = {callback.sent.template: callback.sent for callback in self.callbacks} | self.events
        self.refused_by = RefusedBy(self.data)
        self.engine = Engine(self.data, document.version)
        self.planner = Planner(self.data, document.version)
        self._planned = engine == "plan"
        text = orjson.dumps(self.data)
        self._says_read_only, self._says_write_only = b'"readOnly"' in text, b'"writeOnly"' in text
        self._followed: dict[pointer.Parts, tuple[pointer.Parts, Any] | None] = {}
        self._request_plans: dict[tuple[str, str], Plan[Request]] = {}
        self._response_plans: dict[tuple[str, int], Plan[Response]] = {}

    def methods(self, template: str) -> tuple[str, ...]:
        """The methods documented for a path template, upper case; HEAD comes with GET."""
        found = [method.upper() for method, path in self.operations if path == template]
        return tuple(sorted({*found, *(("HEAD",) if "GET" in found else ())}))

    def templates(self) -> tuple[str, ...]:
        """Every path template, in the document's order."""
        return tuple(dict.fromkeys(template for _, template in self.operations))

    def nearest(self, path: str) -> list[str]:
        """The path templates that look most like a path nobody documented."""
        return get_close_matches(path, self.templates(), n=3, cutoff=0.3)

    def operation(self, request: Request) -> Operation | None:
        """The operation a routed request belongs to; HEAD is judged as the GET it stands for."""
        if request.path_pattern is None:
            return None
        found = self.operations.get((request.method, request.path_pattern))
        if found is None and request.method == "head":
            found = self.operations.get(("get", request.path_pattern))
        return found

    def check_request(self, request: Request) -> tuple[Violation, ...]:
        """Every promise that a routed request breaks.

        The request's ``path_pattern`` names the operation; a request to nowhere breaks one promise:
        that it would be somewhere.
        """
        operation = self.operation(request)
        if operation is None:
            return (self._lost(request),)
        return self._check_asked(operation, request, "request")

    def check_event(self, name: str, data: Any) -> tuple[Violation, ...]:
        """Every promise that an event breaks.

        Args:
            name: the event's name, a key of the document's ``webhooks``, or a callback's.
            data: its payload, as JSON data; or the `Request` that carries it.
        """
        operation = self.sent.get(name)
        if operation is None:
            near = get_close_matches(name, self.events, n=3, cutoff=0.3)
            hint = f"; nearest are {', '.join(near)}" if near else ""
            return (
                Violation("/event", "event-unknown", "event", name, "#/webhooks", f"{name} is not documented{hint}"),
            )
        return self._check_asked(operation, _event_request(operation, data), "event")

    def _check_asked(self, operation: Operation, request: Request, side: Side) -> tuple[Violation, ...]:
        """Judge a request, or an event, which is a request that the server sends."""
        plan = self.request_plan(operation) if self._planned else _NO_PLAN
        head = side == "event" or (plan.head is not None and plan.head(request))
        body = plan.body is not None and plan.body(request)
        fields = request.fields
        if head and body and plain_headers(request.raw_headers, fields.get("content-length"), len(request.body)):
            return ()
        content = request.content if "requestBody" in operation.node else Body()
        led = self._follow((*operation.place, "requestBody", "content"))
        parts = led[0] if led else None
        setting = self._setting(operation, side, parts, content)
        schema = setting.schema if self._says_read_only and side == "request" else None
        context = Context(self.data, operation, side, request, content, schema, parts or operation.place)
        found = [violation for check in REQUEST_CHECKS for violation in check(context)]
        asked = request if request.method == operation.method else request.as_get()
        errors = self.engine.request_errors(
            asked, operation.parameters, head=not head, body=not body and self._is_seen(content, setting)
        )
        return _sorted(found, errors, setting, request)

    def check_response(self, request: Request, response: Response) -> tuple[Violation, ...]:
        """Every promise that the answer to a request breaks.

        A 304 to a conditional request is HTTP's own answer and needs no documentation.
        """
        operation = self.operation(request)
        if operation is None:
            return ()
        key = operation.response_key(response.status_code)
        if key is None:
            return tuple(self._undocumented(operation, request, response))
        plan = self.response_plan(operation, response.status_code) if self._planned else _NO_PLAN
        head = plan.head is not None and plan.head(response)
        is_head = request.method == "head"
        body = not is_head and plan.body is not None and plan.body(response)
        said = None if is_head else response.fields.get("content-length")
        if head and (body or is_head) and plain_headers(response.raw_headers, said, len(response.data)):
            return ()
        place, node = self._follow((*operation.place, "responses", key)) or ((), {})
        judged = not is_head and bool(node.get("content"))
        content = response.content if judged else Body()
        setting = self._setting(
            operation, "response", (*place, "content") if judged else None, content, (*place, "headers")
        )
        schema = setting.schema if self._says_write_only else None
        context = Context(self.data, operation, "response", request, content, schema, place)
        found = [violation for check in RESPONSE_CHECKS for violation in check(context, response)]
        asked = request if request.method == operation.method else request.as_get()
        errors = self.engine.response_errors(
            asked, response, head=not head, body=judged and not body and self._is_seen(content, setting)
        )
        return _sorted(found, errors, setting, response)

    def request_plan(self, operation: Operation) -> Plan[Request]:
        """The accept plan for an operation's requests, made on first use."""
        key = (operation.root, operation.operation_id)
        found = self._request_plans.get(key)
        if found is None:
            found = self._request_plans[key] = self.planner.request(operation)
        return found

    def response_plan(self, operation: Operation, status: int) -> Plan[Response]:
        """The accept plan for an operation's answers with a documented status, made on first use."""
        found = self._response_plans.get((operation.operation_id, status))
        if found is None:
            found = self._response_plans[operation.operation_id, status] = self.planner.response(operation, status)
        return found

    def _is_seen(self, content: Body, setting: wording.Setting) -> bool:
        """Whether a schema is asked of a body: it can be read, and the schema speaks of what it is."""
        led = self._follow(setting.schema) if setting.schema else None
        return not content.problems and not (led and is_opaque(self.data, led[1], content))

    def _lost(self, request: Request) -> Violation:
        if request.path_pattern is not None:
            known = ", ".join(self.methods(request.path_pattern))
            message = f"{request.verb} is not documented for {request.path_pattern}; documented are {known}"
            place = pointer.join(("paths", request.path_pattern), "#")
            return Violation("/method", "method-unknown", "request", "", place, message)
        near = self.nearest(request.path)
        hint = f"; nearest are {', '.join(near)}" if near else ""
        return Violation(
            "/path", "operation-unknown", "request", "", "#/paths", f"{request.path} is not documented{hint}"
        )

    def _undocumented(self, operation: Operation, request: Request, response: Response) -> Iterator[Violation]:
        """What a status breaks that the operation does not list."""
        if response.status_code == NOT_MODIFIED and _conditional(request):
            return
        known = ", ".join(operation.node.get("responses", {}))
        message = f"the status {response.status_code} is not documented; documented are {known}"
        promise = pointer.join((*operation.place, "responses"), "#")
        yield Violation("/status", "status-unknown", "response", operation.operation_id, promise, message)

    def _follow(self, parts: pointer.Parts) -> tuple[pointer.Parts, Any] | None:
        """The place and the value that some parts lead to, asked once; None if they lead nowhere."""
        if parts not in self._followed:
            try:
                self._followed[parts] = pointer.follow(self.data, parts)
            except KeyError:
                self._followed[parts] = None
        return self._followed[parts]

    def _setting(
        self,
        operation: Operation,
        side: Side,
        content: pointer.Parts | None,
        body: Body,
        headers: pointer.Parts = (),
    ) -> wording.Setting:
        known = pointer.walk(self.data, content) if content else {}
        key = find_media_type(known, body.media_type)
        schema = (*content, key, "schema") if content and key is not None and "schema" in known[key] else None
        return wording.Setting(
            self.data,
            operation.operation_id,
            side,
            operation.parameters,
            content,
            schema,
            headers,
            operation.security_place,
        )


def _sorted(
    found: list[Violation], errors: Iterable[Exception], setting: wording.Setting, judged: Message
) -> tuple[Violation, ...]:
    try:
        for error in errors:
            found.extend(wording.violations(error, setting))
    except Exception as error:  # noqa: BLE001 - openapi-core lets raw exceptions out on odd input
        found.extend(wording.violations(error, setting))
    if judged.unseen:
        found = [violation for violation in found if not violation.of_body]
    return tuple(sorted(set(found)))


def _conditional(request: Request) -> bool:
    return request.method in ("get", "head") and any(
        name in request.fields for name in ("if-none-match", "if-modified-since")
    )


def _event_request(operation: Operation, data: Any) -> Request:
    """An event as the request that would carry it."""
    pattern = event_pattern(operation.template)
    if isinstance(data, Request):
        return Request(operation.method, data.path, headers=data.raw_headers, body=data.body, template=pattern)
    body = Body(parse_media_type(JSON), data)
    headers = [(b"content-type", JSON.encode())]
    return Request(operation.method, "", headers=headers, body=orjson.dumps(data), template=pattern, decoded=body)


_NO_PLAN: Plan[Any] = Plan(None, None)
