"""The accept plan: for each operation, side and status, a function that says yes to ordinary good traffic.

A plan is compiled from the document once. It may only accept; where it does not, for whatever reason, openapi-core
judges and words the verdict, so a plan can make a verdict faster and never another one. What a plan does not cover
is named, for `understudy check --engine`. Called by `contract`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from understudy.contract import pointer
from understudy.contract.body import is_json, parse_media_type
from understudy.contract.exchange import Request, Response
from understudy.contract.rust import Accept, Compiler

if TYPE_CHECKING:
    from understudy.contract.contract import Operation

AcceptRequest = Callable[[Request], bool]
AcceptResponse = Callable[[Response], bool]

# The longest integer that every JSON reader keeps exact.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")


class NoPlanError(Exception):
    """There is no plan, for the reason given."""


class Planner:
    """Compiles the plans of one document.

    Args:
        document: the effective document.
        version: ``3.0`` or ``3.1``.
    """

    def __init__(self, document: Mapping[str, Any], version: str) -> None:
        self.document = document
        self.compiler = Compiler(document, version)

    def request(self, operation: Operation) -> AcceptRequest:
        """The plan for an operation's requests. Errors: `NoPlanError`."""
        self._security(operation)
        checks = [self._parameter(place) for place in operation.parameters.values()]
        path = [(name, check) for location, name, check in checks if location == "path"]
        query = {name: check for location, name, check in checks if location == "query"}
        if "requestBody" not in operation.node:
            return _request(path, query, None, required=False)
        place, body = pointer.follow(self.document, (*operation.place, "requestBody"))
        return _request(path, query, self._content((*place, "content")), required=bool(body.get("required")))

    def response(self, operation: Operation, status: int) -> AcceptResponse:
        """The plan for an operation's answers with a status. Errors: `NoPlanError`."""
        key = operation.response_key(status)
        if key is None:
            raise NoPlanError(f"the status {status} is not documented")
        place, node = pointer.follow(self.document, (*operation.place, "responses", key))
        headers = [self._header((*place, "headers", name)) for name in node.get("headers", {})]
        content = self._content((*place, "content")) if node.get("content") else None
        return _response(headers, content)

    def _security(self, operation: Operation) -> None:
        security = operation.node.get("security", self.document.get("security", []))
        if any(requirement for requirement in security):
            raise NoPlanError("it asks for credentials")

    def _parameter(self, place: pointer.Parts) -> tuple[str, str, Accept]:
        node = pointer.find(self.document, pointer.join(place))
        location, name = node["in"], node["name"]
        what = f"the {location} parameter {name}"
        usual = {"path": "simple", "query": "form"}.get(location)
        if usual is None or node.get("style", usual) != usual or "schema" not in node or node.get("allowEmptyValue"):
            raise NoPlanError(f"{what} has a style of its own")
        if node.get("deprecated"):
            raise NoPlanError(f"{what} is deprecated")
        accept = self._scalar((*place, "schema"), what)
        required = bool(node.get("required"))
        _, schema = pointer.follow(self.document, (*place, "schema"))
        if "default" in schema and not required:
            required = True  # an absent one is judged by its default, which is openapi-core's business
        return location, name, accept if required else _or_absent(accept)

    def _scalar(self, place: pointer.Parts, what: str) -> Accept:
        """Says yes to the text of a value, as it stands in a path or query."""
        place, schema = pointer.follow(self.document, place)
        accept = self._schema(place, what)
        kind = schema.get("type") if isinstance(schema, Mapping) else None
        if kind == "string":
            return lambda text: isinstance(text, str) and accept(text)
        if kind == "integer":
            return lambda text: (
                _INTEGER.fullmatch(text) is not None and accept(int(text)) if text is not None else False
            )
        raise NoPlanError(f"{what} is neither a text nor an integer")

    def _schema(self, place: pointer.Parts, what: str) -> Accept:
        found = self.compiler.compile(place)
        if isinstance(found, str):
            raise NoPlanError(f"{what} uses {found}")
        return found

    def _header(self, place: pointer.Parts) -> tuple[str, Accept, bool]:
        name = str(place[-1])
        place, node = pointer.follow(self.document, place)
        if "schema" not in node or node.get("style", "simple") != "simple" or node.get("deprecated"):
            raise NoPlanError(f"the header {name} has a style of its own")
        return name.lower(), self._scalar((*place, "schema"), f"the header {name}"), bool(node.get("required"))

    def _content(self, place: pointer.Parts) -> Mapping[str, Accept]:
        """What accepts a JSON body, by media type; other media types are openapi-core's."""
        accepts: dict[str, Accept] = {}
        for name, media in pointer.find(self.document, pointer.join(place)).items():
            if not is_json(name.lower()) or "encoding" in media:
                continue
            accepts[name.lower()] = (
                self._schema((*place, name, "schema"), f"the body {name}") if "schema" in media else _anything
            )
        if not accepts:
            raise NoPlanError("it has no JSON body")
        return accepts


def _anything(_: Any) -> bool:
    return True


def _or_absent(accept: Accept) -> Accept:
    return lambda value: value is None or accept(value)


def _request(
    path: list[tuple[str, Accept]], query: Mapping[str, Accept], content: Mapping[str, Accept] | None, *, required: bool
) -> AcceptRequest:
    def accept(request: Request) -> bool:
        values = request.path_params
        for name, check in path:
            if not check(values[name]):
                return False
        if query and not _query(request, query):
            return False
        if content is None:
            return True
        if not request.body:
            return not required and not request.content.problems
        body = request.content
        if body.problems or body.media_type is None:
            return False
        check_body = content.get(body.media_type.essence)
        return check_body is not None and check_body(body.value)

    return accept


def _query(request: Request, checks: Mapping[str, Accept]) -> bool:
    """Whether every query parameter is fine; one that stands twice or is empty is openapi-core's business."""
    if not request.query:
        return all(check(None) for check in checks.values())
    seen: dict[str, str] = {}
    for name, value in request.query_pairs:
        if name in seen or not value:
            return False
        seen[name] = value
    return all(check(seen.get(name)) for name, check in checks.items())


def _response(headers: list[tuple[str, Accept, bool]], content: Mapping[str, Accept] | None) -> AcceptResponse:
    def accept(response: Response) -> bool:
        if headers and not _headers(response, headers):
            return False
        if content is None:
            return True
        if response.source is not None:
            media_type = parse_media_type(response.fields.get("content-type", ""))
            value = response.source
        else:
            body = response.content
            if body.problems or not response.data:
                return False
            media_type, value = body.media_type, body.value
        check = content.get(media_type.essence) if media_type is not None else None
        return check is not None and check(value)

    return accept


def _headers(response: Response, checks: list[tuple[str, Accept, bool]]) -> bool:
    sent = response.fields
    for name, check, required in checks:
        value = sent.get(name)
        if value is None:
            if required:
                return False
        elif "," in value or not check(value):
            return False
    return True
