"""Messages as plain data: what a contract judges and a journal keeps.

A `Request` and a `Response` are what went over the wire; what costs time (header fields, query, the decoded
body) is worked out on first use, once. They know no server and no client.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from typing import Any
from urllib.parse import parse_qsl, quote

from werkzeug.datastructures import Headers

from understudy.contract.body import Body, decode, is_json, parse_media_type
from understudy.contract.multipart import Problem
from understudy.contract.violations import Violation

# Where one cookie ends; quotes may hold anything.
_COOKIE_ENDS = re.compile(r';(?=(?:[^"]*"[^"]*")*[^"]*$)')

RawHeaders = Iterable[tuple[bytes, bytes]]


def header_map(raw: RawHeaders) -> Headers:
    """Headers from the wire: names in any case, values as Latin-1, as HTTP has them."""
    return Headers([(name.decode("latin-1"), value.decode("latin-1")) for name, value in raw])


def header_fields(raw: tuple[tuple[bytes, bytes], ...]) -> dict[str, str]:
    """Header fields by name in lower case; one that stands several times is joined, as HTTP has it."""
    fields = {_NAMES.get(name) or field_name(name): value.decode("latin-1") for name, value in raw}
    if len(fields) < len(raw):
        fields.clear()
        for name, value in raw:
            key, text = field_name(name), value.decode("latin-1")
            fields[key] = f"{fields[key]}, {text}" if key in fields else text
    return fields


# Names met so far, in lower case: the same few come with every message.
_NAMES: dict[bytes, str] = {}


def field_name(raw: bytes) -> str:
    """A header's name in lower case."""
    name = raw.decode("latin-1").lower()
    if len(_NAMES) < 1_000:  # noqa: PLR2004 - nobody has that many; whoever invents them shall not fill our memory
        _NAMES[raw] = name
    return name


class Message:
    """What a request and a response have in common: headers and a body.

    Args:
        headers: raw pairs; names in any case.
        body: raw body.

    Attributes:
        unseen: why nobody knows the body, where traffic between others was only partly seen; empty where it is known.
            Nothing is said of a body that is not known.
    """

    __slots__ = ("_content", "_fields", "body", "raw_headers", "unseen")

    def __init__(self, headers: RawHeaders, body: bytes) -> None:
        self.raw_headers = tuple(headers)
        self.body = body
        self.unseen = ""
        self._fields: dict[str, str] | None = None
        self._content: Body | None = None

    def spoil(self, why: str) -> None:
        """Say that nobody can read the body, whatever its media type, since its content coding is broken."""
        media_type = parse_media_type(self.content_type)
        self._content = Body(media_type, problems=(Problem("body-malformed", "/body", why),))

    @property
    def fields(self) -> dict[str, str]:
        """Header fields by name in lower case."""
        if self._fields is None:
            self._fields = header_fields(self.raw_headers)
        return self._fields

    @property
    def headers(self) -> Headers:
        """Header fields as openapi-core asks for them, names in any case."""
        return header_map(self.raw_headers)

    @property
    def content_type(self) -> str:
        """The ``Content-Type`` header, or what RFC 9110 tells to assume."""
        return self.fields.get("content-type") or "application/octet-stream"

    @property
    def content(self) -> Body:
        """The body, decoded once by its media type."""
        if self._content is None:
            self._content = decode(self.fields.get("content-type"), self.body)
        return self._content


class Request(Message):
    """One request as it went over the wire.

    Args:
        method: as sent.
        path: decoded path, without the server's base path.
        query: raw query string.
        headers: raw pairs; names in any case.
        body: raw body.
        template: the path template of the operation that was found, e.g. ``/pets/{id}``, or None.
        path_params: path parameter values, decoded, by name.
        decoded: what the body decodes to, where that is known already.
        raw_path: the path as it goes over the wire, encoded; made from the path if not given.
    """

    __slots__ = ("_pairs", "_raw_path", "method", "path", "path_params", "path_pattern", "query", "verb")

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
        decoded: Body | None = None,
        raw_path: str | None = None,
    ) -> None:
        super().__init__(headers, body)
        self._content = decoded
        self._raw_path = raw_path
        self.verb = method.upper()
        self.method = method.lower()
        self.path = path
        self.query = query
        self.path_pattern = template
        self.path_params = path_params or {}
        self._pairs: list[tuple[str, str]] | None = None

    def but(self, *, method: str | None = None, headers: RawHeaders | None = None) -> Request:
        """The same with another method, or with other headers."""
        return Request(
            method or self.verb,
            self.path,
            query=self.query,
            headers=self.raw_headers if headers is None else headers,
            body=self.body,
            template=self.path_pattern,
            path_params=self.path_params,
            raw_path=self._raw_path,
        )

    def as_get(self) -> Request:
        """The same as a GET: what a HEAD is judged as."""
        return self.but(method="GET")

    @property
    def target(self) -> str:
        """Path and query as they go over the wire."""
        path = self._raw_path or quote(self.path, safe="/:@!$&'()*+,;=~")
        return f"{path}?{self.query.decode('latin-1')}" if self.query else path

    @property
    def query_pairs(self) -> list[tuple[str, str]]:
        """Query parameters in order; bytes that are not UTF-8 are replaced."""
        if self._pairs is None:
            text = self.query.decode("latin-1")
            self._pairs = parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="replace")
        return self._pairs

    @property
    def cookies(self) -> list[tuple[str, str]]:
        """Cookies in order, each as often as it was sent; one that cannot be read is left out."""
        found: list[tuple[str, str]] = []
        for piece in _COOKIE_ENDS.split(self.fields.get("cookie", "")):
            with suppress(CookieError):
                jar: SimpleCookie = SimpleCookie(piece)
                found += [(name, morsel.value) for name, morsel in jar.items()]
        return found


class Response(Message):
    """One response as it goes over the wire.

    Args:
        status: HTTP status code.
        headers: raw pairs; names in any case.
        body: raw body.
        source: the plain JSON data that the body was just written from, if it was; saves reading it back.
    """

    __slots__ = ("source", "status_code")

    def __init__(self, status: int, headers: RawHeaders = (), body: bytes = b"", source: Any = None) -> None:
        super().__init__(headers, body)
        self.status_code = status
        self.source = source

    @property
    def content(self) -> Body:
        """The body, decoded once by its media type; what it was just written from is not read back."""
        if self._content is None and self.source is not None:
            checked = decode(self.fields.get("content-type"), b"{}")
            if not checked.problems and checked.media_type is not None and is_json(checked.media_type.essence):
                self._content = Body(checked.media_type, self.source)
        return super().content

    @property
    def data(self) -> bytes:
        """The body, by the name that openapi-core has for it."""
        return self.body


@dataclass(slots=True)
class Exchange:
    """One request with its response and everything that was found.

    Attributes:
        request: what was asked.
        response: what went out, or None while it is being made.
        service: name of the service that played, or an empty string.
        sandbox: name of the sandbox it played in; empty for everybody's.
        operation_id: the operation, or an empty string where none was found.
        violations: every broken promise, both sides.
        refused: whether the answer is our gate's own refusal.
        started: seconds since the Unix epoch, by the sandbox's clock.
        seconds: how long the answer took.
        fault: the fault that was asked for and came to pass, or an empty string.
        attempt: of a webhook request that we sent, the how manieth try; 0 for what we were asked.
        number: how manieth entry of the journal.
        note: what else is to be said, e.g. why there is no answer.
    """

    request: Request
    response: Response | None = None
    service: str = ""
    sandbox: str = ""
    operation_id: str = ""
    violations: list[Violation] = field(default_factory=list)
    refused: bool = False
    started: float = 0.0
    seconds: float = 0.0
    fault: str = ""
    attempt: int = 0
    number: int = 0
    note: str = ""


@dataclass(slots=True)
class Event:
    """One event that went, or should have gone, to those who listen.

    Attributes:
        name: the event's name in the document of events; empty for a note about a socket.
        data: its payload, as JSON data.
        service: name of the service that plays.
        sandbox: name of the sandbox it happened in; empty for everybody's.
        violations: every broken promise.
        sent: whether it was let through.
        started: seconds since the Unix epoch, by the sandbox's clock.
        fault: the fault that was asked for and came to pass, or an empty string.
        note: what else is to be said, e.g. why a socket was closed.
        number: how manieth entry of the journal.
    """

    name: str
    data: Any = None
    service: str = ""
    sandbox: str = ""
    violations: list[Violation] = field(default_factory=list)
    sent: bool = True
    started: float = 0.0
    fault: str = ""
    note: str = ""
    number: int = 0


Entry = Exchange | Event
"""What a journal keeps."""
