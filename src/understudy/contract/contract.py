"""A contract: a document compiled so that it can judge.

`check_request` and `check_response` return every broken promise as a sorted tuple of violations; an empty
one means kept. Serving, proxying, verifying and fuzzing all ask this one object: the same verdicts
everywhere. It must not know who asks.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatch
from functools import cached_property
from typing import Any, Literal

from understudy.contract import pointer, wording
from understudy.contract.body import Body
from understudy.contract.document import Document, operations
from understudy.contract.engine import Engine
from understudy.contract.exchange import Request, Response
from understudy.contract.plan import AcceptRequest, AcceptResponse, NoPlanError, Planner
from understudy.contract.violations import Side, Violation

EngineName = Literal["plan", "stock"]
ENGINES: tuple[EngineName, ...] = ("plan", "stock")

# A schema that carries this mark breaks in a way that the product itself refuses, in its own words.
REFUSED_BY = "x-refused-by"


@dataclass(frozen=True)
class Operation:
    """One operation of a document.

    Attributes:
        operation_id: unique in the document.
        method: lower case.
        template: the path template.
        node: the operation object.
        parameters: place in the document of each parameter, by (in, name).
    """

    operation_id: str
    method: str
    template: str
    node: Mapping[str, Any]
    parameters: Mapping[tuple[str, str], pointer.Parts]

    @cached_property
    def place(self) -> pointer.Parts:
        """The operation's place in the document."""
        return ("paths", self.template, self.method)

    def response_key(self, status: int) -> str | None:
        """The key of ``responses`` that documents a status: exact, a range such as ``4XX``, or ``default``."""
        responses = self.node.get("responses", {})
        for key in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
            if key in responses:
                return key
        return None


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
        for template, method, node, item in operations(self.data):
            operation = Operation(
                node["operationId"],
                method,
                template,
                node,
                _parameters(self.data, template, method, node, item),
            )
            self.operations[method, template] = operation
        self.by_id = {operation.operation_id: operation for operation in self.operations.values()}
        self.engine = Engine(self.data, document.version)
        self._planner = Planner(self.data, document.version) if engine == "plan" else None
        self._request_plans: dict[str, AcceptRequest | None] = {}
        self._response_plans: dict[tuple[str, int], AcceptResponse | None] = {}

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
        plan = self._request_plan(operation)
        if plan is not None and plan(request):
            return ()
        content = request.content if "requestBody" in operation.node else Body()
        parts = self._body_parts((*operation.place, "requestBody", "content"))
        setting = self._setting(operation, "request", parts, content)
        found = [
            Violation(
                problem.where or "/body",
                problem.code,
                "request",
                operation.operation_id,
                pointer.join(parts or operation.place, "#"),
                problem.message,
            )
            for problem in content.problems
        ]
        asked = request if request.method == operation.method else _as_get(request)
        errors = self.engine.request_errors(asked, operation.parameters, body=not content.problems)
        return _sorted(found, errors, setting)

    def check_response(self, request: Request, response: Response) -> tuple[Violation, ...]:
        """Every promise that the answer to a request breaks.

        A 304 to a conditional request is HTTP's own answer and needs no documentation.
        """
        operation = self.operation(request)
        if operation is None:
            return ()
        if response.status_code == 304 and _conditional(request):  # noqa: PLR2004 - Not Modified
            return ()
        plan = self._response_plan(operation, response.status_code) if request.method != "head" else None
        if plan is not None and plan(response):
            return ()
        key = operation.response_key(response.status_code)
        if key is None:
            known = ", ".join(operation.node.get("responses", {}))
            message = f"the status {response.status_code} is not documented; documented are {known}"
            promise = pointer.join((*operation.place, "responses"), "#")
            return (Violation("/status", "status-unknown", "response", operation.operation_id, promise, message),)
        place, node = pointer.follow(self.data, (*operation.place, "responses", key))
        judged = request.method != "head" and bool(node.get("content"))
        content = response.content if judged else Body()
        parts = (*place, "content") if judged else None
        setting = self._setting(operation, "response", parts, content, (*place, "headers"))
        found = [
            Violation(
                problem.where or "/body",
                problem.code,
                "response",
                operation.operation_id,
                pointer.join(place, "#"),
                problem.message,
            )
            for problem in content.problems
        ]
        asked = request if request.method == operation.method else _as_get(request)
        errors = self.engine.response_errors(asked, response, body=judged and not content.problems)
        return _sorted(found, errors, setting)

    def _request_plan(self, operation: Operation) -> AcceptRequest | None:
        key = operation.operation_id
        if key not in self._request_plans:
            self._request_plans[key] = None
            if self._planner is not None:
                with suppress(NoPlanError):
                    self._request_plans[key] = self._planner.request(operation)
        return self._request_plans[key]

    def _response_plan(self, operation: Operation, status: int) -> AcceptResponse | None:
        key = (operation.operation_id, status)
        if key not in self._response_plans:
            self._response_plans[key] = None
            if self._planner is not None:
                with suppress(NoPlanError):
                    self._response_plans[key] = self._planner.response(operation, status)
        return self._response_plans[key]

    def left_to_product(self, violation: Violation) -> bool:
        """Whether the document says that the product itself refuses what breaks this promise."""
        try:
            node = pointer.find(self.data, violation.schema.rpartition("/")[0])
        except KeyError:
            return False
        return isinstance(node, Mapping) and node.get(REFUSED_BY) == "product"

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

    def _body_parts(self, parts: pointer.Parts) -> pointer.Parts | None:
        try:
            return pointer.follow(self.data, parts)[0]
        except KeyError:
            return None

    def _setting(
        self,
        operation: Operation,
        side: Side,
        content: pointer.Parts | None,
        body: Body,
        headers: pointer.Parts = (),
    ) -> wording.Setting:
        known = pointer.find(self.data, pointer.join(content)) if content else {}
        essence = body.media_type.essence if body.media_type else ""
        key = next((name for name in known if fnmatch(essence, name.partition(";")[0].strip().lower())), essence)
        return wording.Setting(self.data, operation.operation_id, side, operation.parameters, content, key, headers)


def _parameters(
    data: Mapping[str, Any], template: str, method: str, node: Mapping[str, Any], item: Mapping[str, Any]
) -> dict[tuple[str, str], pointer.Parts]:
    """Where each parameter of an operation stands; the operation's own hide those of its path."""
    places: dict[tuple[str, str], pointer.Parts] = {}
    for holder, parts in ((item, ("paths", template)), (node, ("paths", template, method))):
        for index in range(len(holder.get("parameters", ()))):
            place, parameter = pointer.follow(data, (*parts, "parameters", index))
            places[parameter["in"], parameter["name"]] = place
    return places


def _sorted(found: list[Violation], errors: Iterable[Exception], setting: wording.Setting) -> tuple[Violation, ...]:
    try:
        for error in errors:
            found.extend(wording.violations(error, setting))
    except Exception as error:  # noqa: BLE001 - openapi-core lets raw exceptions out on odd input
        found.extend(wording.violations(error, setting))
    return tuple(sorted(set(found)))


def _conditional(request: Request) -> bool:
    return request.method in ("get", "head") and any(
        name in request.fields for name in ("if-none-match", "if-modified-since")
    )


def _as_get(request: Request) -> Request:
    return Request(
        "GET",
        request.path,
        query=request.query,
        headers=request.raw_headers,
        body=request.body,
        template=request.path_pattern,
        path_params=request.path_params,
    )
