"""Messages as plain data: what a contract judges and a journal keeps.

`Request` and `Response` have what openapi-core's protocols ask of a message, so nothing stands between
them and the judge. What costs time (query, headers, cookies, the decoded body) is worked out on first
use. They know no server and no client.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl

from openapi_core.datatypes import RequestParameters
from werkzeug.datastructures import Headers, ImmutableMultiDict

from understudy.contract.body import Body, decode
from understudy.contract.violations import Violation

RawHeaders = Iterable[tuple[bytes, bytes]]


def header_map(raw: RawHeaders) -> Headers:
    """Headers from the wire: names in any case, values as Latin-1, as HTTP has them."""
    return Headers([(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw])


def header_fields(raw: RawHeaders) -> dict[str, str]:
    """Header fields by name in lower case; one that stands several times is joined, as HTTP has it."""
    fields: dict[str, str] = {}
    for raw_name, raw_value in raw:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields


class Request:
    """One request as it went over the wire.

    Args:
        method: as sent.
        path: decoded path, without the server's base path.
        query: raw query string.
        headers: raw pairs; names in any case.
        body: raw body.
        template: the path template of the operation that was found, e.g. ``/pets/{id}``, or None.
        path_params: path parameter values, decoded, by name.
    """

    def __init__(  # noqa: PLR0913 - a message has that many parts
        self,
        method: str,
        path: str,
        *,
        query: bytes = b"",
        headers: RawHeaders = (),
        body: bytes = b"",
        template: str | None = None,
        path_params: Mapping[str, str] | None = None,
    ) -> None:
        self.verb = method.upper()
        self.method = method.lower()
        self.path = path
        self.query = query
        self.raw_headers = tuple(headers)
        self.body = body
        self.path_pattern = template
        self.path_params = dict(path_params or {})

    host_url = ""

    @cached_property
    def fields(self) -> dict[str, str]:
        """Header fields by name in lower case."""
        return header_fields(self.raw_headers)

    @cached_property
    def headers(self) -> Headers:
        """Header fields as openapi-core asks for them, names in any case."""
        return header_map(self.raw_headers)

    @cached_property
    def content_type(self) -> str:
        """The ``Content-Type`` header, or what RFC 9110 tells to assume."""
        return self.fields.get("content-type") or "application/octet-stream"

    @cached_property
    def query_pairs(self) -> list[tuple[str, str]]:
        """Query parameters in order; bytes that are not UTF-8 are replaced."""
        return parse_qsl(self.query.decode("latin-1"), keep_blank_values=True, encoding="utf-8", errors="replace")

    @cached_property
    def parameters(self) -> RequestParameters:
        """The parameters by place, as openapi-core asks for them."""
        return RequestParameters(
            query=ImmutableMultiDict(self.query_pairs),
            header=self.headers,
            cookie=ImmutableMultiDict(self._cookies()),
            path=self.path_params,
        )

    def _cookies(self) -> list[tuple[str, str]]:
        try:
            jar: SimpleCookie = SimpleCookie(self.headers.get("cookie", ""))
        except CookieError:
            return []
        return [(name, morsel.value) for name, morsel in jar.items()]

    @cached_property
    def content(self) -> Body:
        """The body, decoded once by its media type."""
        return decode(self.fields.get("content-type"), self.body)


class Response:
    """One response as it goes over the wire.

    Args:
        status: HTTP status code.
        headers: raw pairs; names in any case.
        body: raw body.
        source: the plain JSON data that the body was just written from, if it was; saves reading it back.
    """

    def __init__(self, status: int, headers: RawHeaders = (), body: bytes = b"", source: Any = None) -> None:
        self.status_code = status
        self.source = source
        self.raw_headers = tuple(headers)
        self.data = body

    @cached_property
    def fields(self) -> dict[str, str]:
        """Header fields by name in lower case."""
        return header_fields(self.raw_headers)

    @cached_property
    def headers(self) -> Headers:
        """Header fields as openapi-core asks for them, names in any case."""
        return header_map(self.raw_headers)

    @cached_property
    def content_type(self) -> str:
        """The ``Content-Type`` header, or what RFC 9110 tells to assume."""
        return self.fields.get("content-type") or "application/octet-stream"

    @cached_property
    def content(self) -> Body:
        """The body, decoded once by its media type."""
        return decode(self.fields.get("content-type"), self.data)


@dataclass(slots=True)
class Exchange:
    """One request with its response and everything that was found.

    Attributes:
        request: what was asked.
        response: what went out, or None while it is being made.
        service: name of the service that played, or an empty string.
        operation_id: the operation, or an empty string where none was found.
        violations: every broken promise, both sides.
        refused: whether the answer is our gate's own refusal.
        started: seconds since the Unix epoch, by the sandbox's clock.
        seconds: how long the answer took.
    """

    request: Request
    response: Response | None = None
    service: str = ""
    operation_id: str = ""
    violations: list[Violation] = field(default_factory=list)
    refused: bool = False
    started: float = 0.0
    seconds: float = 0.0
    notes: dict[str, Any] = field(default_factory=dict)
