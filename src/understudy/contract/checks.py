"""What openapi-core leaves unchecked and a contract needs: each check one function, all of them in two lists.

A check looks at one message of a known operation and yields violations. To add one, write the function, put it into
the list, give its code a row in `violations.CODES`, and plant a bug that only it finds. `plan` accepts only what
all of them would let pass.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from understudy.contract import credentials, pointer
from understudy.contract.body import Body
from understudy.contract.exchange import Request, Response
from understudy.contract.media import CONTENT_FREE
from understudy.contract.one_way import one_way_values
from understudy.contract.operation import Operation
from understudy.contract.styles import query_styles
from understudy.contract.values import value_of
from understudy.contract.violations import Side, Violation
from understudy.contract.xml_mapping import RootError

_TOKEN = re.compile(rb"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


@dataclass(frozen=True, slots=True)
class Context:
    """What a check is told.

    Attributes:
        document: the effective document.
        operation: the operation.
        side: whose message.
        request: the request, or the one that was answered.
        body: the message's decoded body.
        schema: place of the body's schema in the document, or None.
        promise: place of the body's promise: the request body or the response object.
    """

    document: Mapping[str, Any]
    operation: Operation
    side: Side
    request: Request
    body: Body
    schema: pointer.Parts | None
    promise: pointer.Parts

    def violation(self, code: str, where: str, message: str, promise: pointer.Parts | None = None) -> Violation:
        """A violation of this operation, on this side."""
        at = pointer.join(self.promise if promise is None else promise, "#")
        return Violation(where, code, self.side, self.operation.operation_id, at, message)


def body_problems(context: Context) -> Iterator[Violation]:
    """What is wrong with the body before any schema is asked: encoding, JSON, multipart, charset."""
    for problem in context.body.problems:
        yield context.violation(problem.code, problem.where or "/body", problem.message)


def undeclared_query(context: Context) -> Iterator[Violation]:
    """A query parameter that the document does not know, and no security scheme either."""
    if not context.request.query:
        return
    keys, styles = query_keys(context.document), dict(query_styles(context.document, context.operation.parameters))
    for name in dict.fromkeys(name for name, _ in context.request.query_pairs):
        known = name in keys or name in styles or any(style.owns(name) for style in styles.values() if style)
        if not known:
            message = f"the query parameter `{name}` is not documented"
            yield context.violation("query-undeclared", pointer.join(("query", name)), message, context.operation.place)


def query_keys(document: Mapping[str, Any]) -> frozenset[str]:
    """The query parameters that carry keys of security schemes."""
    schemes = document.get("components", {}).get("securitySchemes", {}).values()
    return frozenset(
        scheme["name"] for scheme in schemes if scheme.get("type") == "apiKey" and scheme.get("in") == "query"
    )


def undocumented_request_body(context: Context) -> Iterator[Violation]:
    """A body where the operation has none."""
    if context.request.body and "requestBody" not in context.operation.node:
        message = f"{context.operation.operation_id} takes no body, and one was sent"
        yield context.violation("body-undocumented", "/body", message, context.operation.place)


def request_header_names(context: Context) -> Iterator[Violation]:
    """Header names are tokens."""
    yield from _header_names(context, context.request.raw_headers)


def request_length(context: Context) -> Iterator[Violation]:
    """`Content-Length` says how long the body is."""
    yield from _length(context, context.request.fields.get("content-length"), len(context.request.body))


def credentials_brought(context: Context) -> Iterator[Violation]:
    """A request brings the credentials of one of the alternatives; an event's are its receiver's matter."""
    operation = context.operation
    if context.side == "request" and not credentials.satisfied(context.document, operation, context.request):
        wanted = credentials.wanted(context.document, operation) or "credentials"
        message = f"the document asks for {wanted}"
        yield context.violation("security-missing", "/header", message, operation.security_place)


def read_only(context: Context) -> Iterator[Violation]:
    """A request does not say what only the server may say."""
    if context.schema is not None and not context.body.problems:
        for at, place in one_way_values(context.document, context.schema, _value(context), "readOnly"):
            message = "is readOnly: only the server may send it"
            yield context.violation("schema-readOnly", pointer.join(at, "/body"), message, (*place, "readOnly"))


def response_body_problems(context: Context, _: Response) -> Iterator[Violation]:
    """What is wrong with an answer's body before any schema is asked."""
    yield from body_problems(context)


def undocumented_response_body(context: Context, response: Response) -> Iterator[Violation]:
    """A body where the answer has none."""
    _, node = pointer.follow(context.document, context.promise)
    if response.data and context.request.method != "head" and not node.get("content"):
        yield context.violation("body-undocumented", "/body", "the document promises no body here, and one was sent")


def response_header_names(context: Context, response: Response) -> Iterator[Violation]:
    """Header names are tokens."""
    yield from _header_names(context, response.raw_headers)


def response_length(context: Context, response: Response) -> Iterator[Violation]:
    """`Content-Length` says how long the body is; not for HEAD and answers that have none."""
    if context.request.method != "head" and response.status_code not in CONTENT_FREE:
        yield from _length(context, response.fields.get("content-length"), len(response.data))


def write_only(context: Context, _: Response) -> Iterator[Violation]:
    """An answer does not say what only the client may say."""
    if context.schema is not None and not context.body.problems:
        for at, place in one_way_values(context.document, context.schema, _value(context), "writeOnly"):
            message = "is writeOnly: only the client may send it"
            yield context.violation("schema-writeOnly", pointer.join(at, "/body"), message, (*place, "writeOnly"))


def _value(context: Context) -> Any:
    """The body's value, as its schema reads it."""
    if context.schema is None:
        return context.body.value
    try:
        _, schema = pointer.follow(context.document, context.schema)
        media = pointer.walk(context.document, context.schema[:-1])
        return value_of(context.document, schema, context.body, media.get("encoding"))
    except (KeyError, RootError):  # a reference that leads nowhere, or another root: openapi-core says it
        return None


def _header_names(context: Context, headers: tuple[tuple[bytes, bytes], ...]) -> Iterator[Violation]:
    for name, _ in headers:
        if not _TOKEN.fullmatch(name):
            shown = name.decode("latin-1")
            message = f"`{shown}` is not a header name"
            yield context.violation("header-name-malformed", pointer.join(("header", shown)), message)


def _length(context: Context, said: str | None, is_length: int) -> Iterator[Violation]:
    if said is not None and said.strip() != str(is_length):
        message = f"Content-Length is {said}, and the body has {is_length} bytes"
        yield context.violation("content-length-wrong", "/header/content-length", message)


def plain_headers(headers: tuple[tuple[bytes, bytes], ...], said: str | None, length: int) -> bool:
    """Whether the header checks have nothing to say: what a plan asks before it accepts."""
    if said is not None and said != str(length):
        return False
    names = [name for name, _ in headers]
    return _KNOWN.issuperset(names) or all(map(_known, names))


_KNOWN: set[bytes] = set()


def _known(name: bytes) -> bool:
    if len(_KNOWN) > 1_000 or not _TOKEN.fullmatch(name):  # noqa: PLR2004 - nobody has that many header names
        return _TOKEN.fullmatch(name) is not None
    _KNOWN.add(name)
    return True


REQUEST_CHECKS: tuple[Callable[[Context], Iterator[Violation]], ...] = (
    body_problems,
    undeclared_query,
    undocumented_request_body,
    request_header_names,
    request_length,
    credentials_brought,
    read_only,
)
RESPONSE_CHECKS: tuple[Callable[[Context, Response], Iterator[Violation]], ...] = (
    response_body_problems,
    undocumented_response_body,
    response_header_names,
    response_length,
    write_only,
)
