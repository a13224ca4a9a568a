"""Checks what would be served, before anybody is served: `understudy check`.

The document is valid and its overlays apply, or there is nothing to check; what is checked here is the rest:
every operation is played or marked synthesised, no handler is left over, every example fits its schema, and
what the planted fixtures answer keeps the contract. Of a service that plays more than its published document, so are
the document of its other side and that of its events.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

import orjson

from understudy import bundled
from understudy.contract import forms, pointer
from understudy.contract.body import is_json
from understudy.contract.contract import Contract
from understudy.contract.document import Document, DocumentError, load
from understudy.contract.examples import broken_examples
from understudy.contract.markup import is_xml
from understudy.contract.media import takes_text
from understudy.contract.operation import Operation
from understudy.contract.source import SourceError
from understudy.effective import REFUSALS, TargetError, document_of
from understudy.generator.compose import Composer
from understudy.sandbox.registry import Sandboxes
from understudy.server.call import Call, Part
from understudy.server.handlers import ControlHandlerAnswerer, HandlerAnswerer
from understudy.server.resources.explain import explained
from understudy.server.resources.override import OverrideError
from understudy.server.resources.recognition import recognise
from understudy.server.resources.resource import Recognised
from understudy.server.stage import Direction, plant
from understudy.server.synthesis import SynthesisAnswerer
from understudy.services.service import Control, Handler, Service

Level = Literal["error", "note"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found.

    Attributes:
        level: ``error`` for what is wrong, ``note`` for what is worth knowing.
        place: file, line and column, as far as known.
        pointer: JSON pointer into the document, or an empty string.
        message: what, and what to do.
    """

    level: Level
    place: str
    pointer: str
    message: str

    def as_json(self) -> dict[str, Any]:
        """The finding as JSON data."""
        return asdict(self)


def findings(target: str, direction: Direction, *, gaps: bool = False) -> Iterator[Finding]:
    """Everything there is to say of a target; with ``gaps``, also what the accept plan leaves to openapi-core.

    Errors: `TargetError` for a target that cannot be served at all.
    """
    document, service = document_of(target, direction.profile, direction.overlays, direction.settings)
    contract = Contract(document)
    for note in document.notes:
        yield _at(document, "note", note.place, note.message)
    yield from _examples(document)
    if gaps:
        yield from _gaps(document, contract)
    if service is None:
        yield from _synthesised(document, contract, direction)
        return
    # The bare published document lacks what real servers have besides, so handlers may be left over.
    yield from _unplayed(document, contract, service.handlers, service.name, complete=direction.profile == "observed")
    sandboxes, fixtures = plant(service, direction)
    answerer = HandlerAnswerer(service, sandboxes)
    yield from _planted(Part(service.name, contract, answerer, service=service, transport=service.transport), fixtures)
    if service.control is not None:
        yield from _control(service, service.control, sandboxes, fixtures)
    if service.events is not None:
        yield from _examples(_bundled(service.events))


def _control(service: Service, control: Control, sandboxes: Sandboxes, fixtures: Path) -> Iterator[Finding]:
    """What is to be said of the document of a service's other side."""
    document = _bundled(control.document)
    contract = Contract(document)
    yield from _examples(document)
    yield from _unplayed(document, contract, control.handlers, f"{service.name}'s control", complete=True)
    yield from _planted(Part(service.name, contract, ControlHandlerAnswerer(control, sandboxes)), fixtures)


def _bundled(path: str) -> Document:
    """A document that comes with us.

    Errors: `TargetError`.
    """
    try:
        return load(bundled.SPEC / path, voice=bundled.SPEC / REFUSALS)
    except (SourceError, DocumentError) as error:
        raise TargetError(str(error)) from None


def _examples(document: Document) -> Iterator[Finding]:
    """Every example that does not fit."""
    for place, message in broken_examples(document):
        yield _at(document, "error", place, message)


def explanation(target: str, direction: Direction) -> dict[str, Any]:
    """What is recognised in a document; nothing in one that a service plays.

    Errors: `TargetError`.
    """
    document, service = document_of(target, direction.profile, direction.overlays, direction.settings)
    if service is not None:
        return {"resources": [], "synthesised": []}
    contract = Contract(document)
    return explained(contract, _recognised(contract, document))


def _recognised(contract: Contract, document: Document) -> Recognised:
    try:
        return recognise(contract, Composer(contract.data, document.version))
    except OverrideError as error:
        raise TargetError(f"{document.source.path}: {error}") from None


def _synthesised(document: Document, contract: Contract, direction: Direction) -> Iterator[Finding]:
    """What nobody plays, and what of it cannot even be made of the document."""
    part = Part("check", contract, SynthesisAnswerer(contract, direction.seed))
    known = set(_recognised(contract, document).roles)
    for operation in contract.operations.values():
        if operation.operation_id not in known:
            message = f"{operation.operation_id} has no handler and no resource: its answers are synthesised"
            yield _at(document, "note", pointer.join(operation.place), message)
        scope = {"method": operation.method.upper(), "path": operation.template, "headers": [], "query_string": b""}
        call = Call(scope, b"", part)
        call.route(part, operation.template, {}, operation.operation_id)
        answer = asyncio.run(part.answerer.answer(call))
        if call.refused:
            told = orjson.loads(answer.data)
            at = str(told.get("schema", pointer.join(operation.place, "#"))).removeprefix("#")
            yield _at(document, "error", at, told["detail"])
    if not contract.operations:
        left = "only its webhooks can be sent, by the control plane" if contract.events else "every request is refused"
        yield _at(document, "note", "", f"there are no operations: {left}")
    for place, name in _unseen(contract):
        message = f"of a body of {name} this schema says nothing, so only its presence is judged"
        yield _at(document, "note", place, message)


def _unseen(contract: Contract) -> Iterator[tuple[str, str]]:
    """The schemas that no body of their media type is held against."""
    seen: set[str] = set()
    for operation in contract.operations.values():
        sides = ["requestBody", *(f"responses/{pointer.escape(key)}" for key in operation.node.get("responses", {}))]
        for side in sides:
            parts = (*operation.place, *pointer.split(f"/{side}"), "content")
            try:
                at, content = pointer.follow(contract.data, parts)
            except KeyError:
                continue
            for name, media in content.items():
                essence = name.partition(";")[0].strip().lower()
                plain = is_json(essence) or is_xml(essence) or "*" in essence or essence in forms.MEDIA_TYPES
                place = pointer.join((*at, name, "schema"))
                if not plain and place not in seen and not takes_text(contract.data, media.get("schema")):
                    seen.add(place)
                    yield place, name


def _at(document: Document, level: Level, place: str, message: str) -> Finding:
    return Finding(level, str(document.place(place) or document.source.path), place, message)


def _gaps(document: Document, contract: Contract) -> Iterator[Finding]:
    """Which messages no plan accepts, and why."""
    for operation in contract.operations.values():
        told = [("requests", contract.request_plan(operation).gaps)]
        for key in operation.node.get("responses", {}):
            status = int(key.replace("XX", "99").replace("xx", "99")) if key != "default" else 599
            told.append((f"answers with {key}", contract.response_plan(operation, status).gaps))
        for what, reasons in told:
            for reason in dict.fromkeys(reasons):
                message = f"{operation.operation_id}: {what} are judged by openapi-core alone, since {reason}"
                yield _at(document, "note", pointer.join(operation.place), message)


def _unplayed(
    document: Document, contract: Contract, handlers: Mapping[str, Handler], player: str, *, complete: bool
) -> Iterator[Finding]:
    """Operations without a handler, and, where the document is complete, handlers without an operation."""
    for operation in contract.operations.values():
        if operation.operation_id not in handlers:
            message = f"{operation.operation_id} has no handler in {player}; write one or drop the operation"
            yield _at(document, "error", pointer.join(operation.place), message)
    for name in handlers if complete else ():
        if name not in contract.by_id:
            message = f"{player} has a handler {name}, and no operation has that id; drop or document it"
            yield Finding("error", str(document.source.path), "", message)


def _planted(part: Part, fixtures: Path) -> Iterator[Finding]:
    """Ask every GET whose parameters have examples, and judge what the planted fixtures answer."""
    contract = part.contract
    for operation in contract.operations.values():
        values = _example_parameters(contract, operation)
        if operation.method != "get" or values is None:
            continue
        path = operation.template
        for name, value in values.items():
            path = path.replace(f"{{{name}}}", value)
        call = Call({"method": "GET", "path": path, "headers": [], "query_string": b""}, b"", part)
        call.route(part, operation.template, values, operation.operation_id)
        response = asyncio.run(part.answerer.answer(call))
        if response.status_code >= 400:  # noqa: PLR2004 - client and server errors
            message = (
                f"GET {path}, made of the documented examples, is answered {response.status_code}; "
                "give the fixtures what the examples name"
            )
            yield Finding("error", str(fixtures), pointer.join(operation.place), message)
        for violation in contract.check_response(call.request, response):
            message = f"GET {path}: {violation.where} {violation.message}"
            yield Finding("error", str(fixtures), violation.schema.removeprefix("#"), message)


def _example_parameters(contract: Contract, operation: Operation) -> dict[str, str] | None:
    """An example value for each path parameter; None where one has none."""
    values = {}
    for (location, name), place in operation.parameters.items():
        if location != "path":
            continue
        node: Mapping[str, Any] = pointer.walk(contract.data, place)
        found = node.get("example", node.get("schema", {}).get("example"))
        if found is None:
            return None
        values[name] = str(found)
    return values
