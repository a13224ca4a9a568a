"""The accept plan: for each operation, side and status, a function that says yes to ordinary good traffic.

A plan is compiled from the document once, in parts: parameters and body, headers and body. A part may only accept;
where it does not, for whatever reason, openapi-core judges that part and words the verdict, so a plan can make a
verdict faster and never another one. What a plan does not cover is named, for `understudy check --engine`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from understudy.contract import pointer
from understudy.contract.body import Body, is_json, parse_media_type
from understudy.contract.checks import query_keys
from understudy.contract.credentials import alternatives
from understudy.contract.exchange import Request, Response
from understudy.contract.media import CONTENT_FREE, find_media_type, is_opaque, takes_text
from understudy.contract.operation import Operation
from understudy.contract.rust import Accept, Compiler
from understudy.contract.scalars import NoPlanError, parameter_reader, text_reader
from understudy.contract.values import value_of
from understudy.contract.xml_mapping import RootError

Message = TypeVar("Message", Request, Response)


@dataclass(frozen=True, slots=True)
class Plan(Generic[Message]):
    """What accepts a message, part by part; None where openapi-core judges the part alone.

    Attributes:
        head: accepts security and parameters of a request, or headers of a response.
        body: accepts the body.
        gaps: why a part is None, or what of it the plan leaves out.
    """

    head: Callable[[Message], bool] | None
    body: Callable[[Message], bool] | None
    gaps: tuple[str, ...] = field(default=())


class Planner:
    """Compiles the plans of one document.

    Args:
        document: the effective document.
        version: ``3.0`` or ``3.1``.
    """

    def __init__(self, document: Mapping[str, Any], version: str) -> None:
        self.document = document
        self.compiler = Compiler(document, version)

    def request(self, operation: Operation) -> Plan[Request]:
        """The plan for an operation's requests."""
        gaps: list[str] = []
        head: Callable[[Request], bool] | None = None
        body: Callable[[Request], bool] | None = _no_body
        try:
            head = _request_head(self._security(operation), self._parameters(operation), query_keys(self.document))
        except NoPlanError as error:
            gaps.append(str(error))
        if "requestBody" in operation.node:
            place, node = pointer.follow(self.document, (*operation.place, "requestBody"))
            contents = self._contents((*place, "content"), "readOnly", gaps)
            body = _request_body(contents, required=bool(node.get("required"))) if contents else None
        return Plan(head, body, tuple(gaps))

    def response(self, operation: Operation, status: int) -> Plan[Response]:
        """The plan for an operation's answers with a documented status."""
        gaps: list[str] = []
        head: Callable[[Response], bool] | None = None
        body: Callable[[Response], bool] | None = _response_without_body
        key = operation.response_key(status)
        place, node = pointer.follow(self.document, (*operation.place, "responses", key or ""))
        try:
            names = [name for name in node.get("headers", {}) if name.lower() != "content-type"]  # the body's business
            head = _response_head([self._header((*place, "headers", name)) for name in names])
        except NoPlanError as error:
            gaps.append(str(error))
        if node.get("content"):
            contents = self._contents((*place, "content"), "writeOnly", gaps)
            body = _response_body(contents) if contents else None
        return Plan(head, body, tuple(gaps))

    def _security(self, operation: Operation) -> list[list[Callable[[Request], bool]]]:
        """What satisfies each of the alternatives, any of which will do."""
        return list(alternatives(self.document, operation))

    def _parameters(self, operation: Operation) -> Mapping[str, list[tuple[str, Callable[[Any], bool]]]]:
        checks: dict[str, list[tuple[str, Callable[[Any], bool]]]] = {
            "path": [],
            "query": [],
            "header": [],
            "cookie": [],
        }
        for (location, name), place in operation.parameters.items():
            node = pointer.walk(self.document, place)
            what = f"the {location} parameter {name}"
            if "schema" not in node:
                raise NoPlanError(f"{what} has a media type of its own")
            schema, accept = self._schema((*place, "schema"), what)
            checks[location].append((name, parameter_reader(self.document, location, node, schema, accept, what)))
        if checks["cookie"]:
            raise NoPlanError("it has cookie parameters")
        return checks

    def _schema(self, place: pointer.Parts, what: str, forbidden: str = "") -> tuple[Any, Accept]:
        """The schema at a place, references followed, and what accepts by it."""
        try:
            place, schema = pointer.follow(self.document, place)
        except KeyError as error:
            raise NoPlanError(f"{what} uses the reference {error}") from None
        if isinstance(schema, bool):
            raise NoPlanError(f"{what} has a boolean schema, which openapi-core does not read")
        found = self.compiler.compile(place, forbidden)
        if isinstance(found, str):
            raise NoPlanError(f"{what} uses {found}")
        return schema, found

    def _header(self, place: pointer.Parts) -> tuple[str, Callable[[str], bool], bool]:
        name = str(place[-1])
        what = f"the header {name}"
        place, node = pointer.follow(self.document, place)
        if "schema" not in node or node.get("deprecated"):
            raise NoPlanError(f"{what} has a media type of its own, or is deprecated")
        schema, accept = self._schema((*place, "schema"), what)
        # A default stands in for a header that was not sent, and may break the schema itself.
        needed = bool(node.get("required")) or (isinstance(schema, Mapping) and "default" in schema)
        return name.lower(), text_reader(schema, accept, what), needed

    def _contents(
        self, place: pointer.Parts, forbidden: str, gaps: list[str]
    ) -> Mapping[str, Callable[[Body, Any], bool]]:
        """What accepts a decoded body, by documented media type."""
        accepts: dict[str, Callable[[Body, Any], bool]] = {}
        for name, media in pointer.walk(self.document, place).items():
            try:
                accepts[name] = self._content((*place, name), name, media, forbidden)
            except NoPlanError as error:
                gaps.append(str(error))
                accepts[name] = _never
        if any(";" in name for name in accepts):
            gaps.append("a media type with parameters is documented")
            return {}
        return accepts

    def _content(
        self, place: pointer.Parts, name: str, media: Mapping[str, Any], forbidden: str
    ) -> Callable[[Body, Any], bool]:
        if "schema" not in media:
            return lambda body, _: not body.problems
        schema, accept = self._schema((*place, "schema"), f"the body {name}", forbidden)
        if is_json(name):
            return lambda _, value: accept(value)
        document = self.document
        texts, encoding = takes_text(document, schema), media.get("encoding")

        def accept_body(body: Body, value: Any) -> bool:
            """A range may hold a form as well as JSON, XML, text or bytes."""
            if body is _JUST_WRITTEN:
                return accept(value)
            if not texts and is_opaque(document, schema, body):
                return True
            try:
                return accept(value_of(document, schema, body, encoding))
            except RootError:
                return False

        return accept_body


def _never(_body: Body, _value: Any) -> bool:
    return False


def _request_head(
    security: list[list[Callable[[Request], bool]]],
    checks: Mapping[str, list[tuple[str, Callable[[Any], bool]]]],
    keys: frozenset[str],
) -> Callable[[Request], bool]:
    path, query = checks["path"], checks["query"]
    header = [(name.lower(), check) for name, check in checks["header"]]
    names = keys.union(name for name, _ in query)

    def accept(request: Request) -> bool:
        if security and not any(all(check(request) for check in needed) for needed in security):
            return False
        values = request.path_params
        for name, check in path:
            if not check(values.get(name)):
                return False
        if request.query:
            given: dict[str, list[str]] = {}
            for name, value in request.query_pairs:
                if name not in names or not value:
                    return False
                given.setdefault(name, []).append(value)
            if not all(check(given.get(name)) for name, check in query):
                return False
        elif not all(check(None) for _, check in query):
            return False
        fields = request.fields
        return all(check(sent := fields.get(name)) and _stands_once(request, name, sent) for name, check in header)

    return accept


def _stands_once(message: Request | Response, name: str, value: str | None) -> bool:
    """Whether a header does not stand several times: `fields` joins them, openapi-core reads the first alone."""
    if value is None or ", " not in value:
        return True
    return sum(raw.decode("latin-1").lower() == name for raw, _ in message.raw_headers) == 1


def _no_body(request: Request) -> bool:
    return not request.body


def _request_body(contents: Mapping[str, Callable[[Body, Any], bool]], *, required: bool) -> Callable[[Request], bool]:
    def accept(request: Request) -> bool:
        body = request.content
        if body.problems:
            return False
        if not request.body and not (required and body.is_blank):
            return not required
        key = find_media_type(contents, body.media_type)
        return key is not None and contents[key](body, body.value)

    return accept


def _response_head(checks: list[tuple[str, Callable[[str], bool], bool]]) -> Callable[[Response], bool]:
    def accept(response: Response) -> bool:
        sent = response.fields
        for name, check, needed in checks:
            value = sent.get(name)
            if value is None:
                if needed:
                    return False
            elif not check(value) or not _stands_once(response, name, value):
                return False
        return True

    return accept


def _response_without_body(response: Response) -> bool:
    return not response.data


def _response_body(contents: Mapping[str, Callable[[Body, Any], bool]]) -> Callable[[Response], bool]:
    def accept(response: Response) -> bool:
        if not response.data or response.status_code in CONTENT_FREE:
            return False
        if response.source is not None:
            media_type = parse_media_type(response.fields.get("content-type", ""))
            key = find_media_type(contents, media_type)
            return (
                key is not None
                and media_type is not None
                and is_json(media_type.essence)
                and media_type.parameters.get("charset", "utf-8").lower() == "utf-8"
                and contents[key](_JUST_WRITTEN, response.source)
            )
        body = response.content
        key = find_media_type(contents, body.media_type)
        return not body.problems and key is not None and contents[key](body, body.value)

    return accept


_JUST_WRITTEN = Body()
