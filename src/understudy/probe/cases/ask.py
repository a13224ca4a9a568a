"""What a case asks: the values of one request, with the names in it that are filled in when it is sent.

Made by `assemble`, kept in a `Case`. It writes itself as JSON data and reads itself back; the bytes come from
`building`. It must not choose any value nor judge any.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

import orjson

from understudy.contract.contract import Contract
from understudy.contract.exchange import Request
from understudy.contract.multipart import File
from understudy.contract.operation import Operation
from understudy.probe.building import NO_BODY, Values, build

BOUNDARY = "understudy-part"
"""What separates the parts of a multipart body: always the same, so that the same case is the same bytes."""

_FILE = "$file"


@dataclass(frozen=True, slots=True)
class Ask:
    """The values of one request.

    Attributes:
        parameters: values by place (``path``, ``query``, ``header``, ``cookie``) and name.
        body: JSON data, text, the fields of a form, bytes as they go over the wire, or `NO_BODY`.
        media_type: the body's media type, or None.
        headers: further headers.
        query: further query parameters.
        method: the method, upper case; an empty string for the operation's own.
        open: names that are filled in when it is sent, where ``${name}`` stands in a path parameter, a header or the
            further query; with the value that was made for each.
    """

    parameters: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    body: Any = NO_BODY
    media_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)
    method: str = ""
    open: Mapping[str, Any] = field(default_factory=dict)

    def parameter(self, place: str, name: str, value: Any) -> Ask:
        """The same with another value of a parameter; one in the path is no longer left open."""
        parameters = {**self.parameters, place: {**self.parameters.get(place, {}), name: value}}
        left = {key: made for key, made in self.open.items() if place != "path" or key != name}
        return replace(self, parameters=parameters, open=left)

    def without(self, place: str, name: str) -> Ask:
        """The same without a parameter."""
        kept = {key: value for key, value in self.parameters.get(place, {}).items() if key != name}
        return replace(self, parameters={**self.parameters, place: kept})

    def with_body(self, body: Any, media_type: str | None) -> Ask:
        """The same with another body."""
        return replace(self, body=body, media_type=media_type)

    def filled(self, known: Mapping[str, Any]) -> Ask:
        """The same with nothing left open: known values, and where nothing is known the ones that were made."""
        values = {name: known.get(name, made) for name, made in self.open.items()}
        path = {name: values.get(name, value) for name, value in self.parameters.get("path", {}).items()}
        return Ask(
            {**self.parameters, "path": path} if path else self.parameters,
            self.body,
            self.media_type,
            {name: _put(text, values) for name, text in self.headers.items()},
            {name: _put(text, values) for name, text in self.query.items()},
            self.method,
        )

    def request(
        self, contract: Contract, operation: Operation, known: Mapping[str, Any] = MappingProxyType({})
    ) -> Request:
        """The request as it goes over the wire; what is open gets known values, or those that were made for it.

        Errors: `BuildError`; `UnicodeEncodeError` for text that no URL or header can carry.
        """
        ask = self.filled(known) if self.open else self
        parameters: dict[str | tuple[str, str], Any] = {
            (place, name): value for place, named in ask.parameters.items() for name, value in named.items()
        }
        values = Values(parameters, _writable(ask.body), ask.media_type, ask.headers, ask.query)
        request = build(contract, operation, values, boundary=BOUNDARY)
        return request.but(method=self.method) if self.method else request

    def as_json(self) -> dict[str, Any]:
        """The values as JSON data; what is not there is left out."""
        found: dict[str, Any] = {
            "method": self.method,
            "parameters": {place: dict(named) for place, named in self.parameters.items() if named},
            "query": dict(self.query),
            "headers": dict(self.headers),
            "media_type": self.media_type,
            "body": _body_as_json(self.body, self.media_type),
            "open": dict(self.open),
        }
        return {name: value for name, value in found.items() if value not in ("", {}, None)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Ask:
        """The values that `as_json` wrote. Errors: `KeyError` for a body of an unknown form."""
        return cls(
            data.get("parameters", {}),
            _body_from_json(data["body"]) if "body" in data else NO_BODY,
            data.get("media_type"),
            data.get("headers", {}),
            data.get("query", {}),
            data.get("method", ""),
            data.get("open", {}),
        )


def left_open(name: str) -> str:
    """What stands where a name is to be filled in."""
    return f"${{{name}}}"


def _put(text: str, values: Mapping[str, Any]) -> str:
    for name, value in values.items():
        text = text.replace(left_open(name), value if isinstance(value, str) else orjson.dumps(value).decode())
    return text


def _writable(body: Any) -> Any:
    """The body as `build` takes it; it takes null for no body, so null is written out here."""
    return b"null" if body is None else body


def _body_as_json(body: Any, media_type: str | None) -> dict[str, Any] | None:
    """A body by its form: ``json`` data, the ``fields`` of a form, ``raw`` text on the wire, or its ``base64``."""
    if body is NO_BODY:
        return None
    if isinstance(body, bytes):
        try:
            return {"raw": body.decode()}
        except UnicodeDecodeError:
            return {"base64": base64.b64encode(body).decode()}
    form = isinstance(body, Mapping) and media_type is not None and "form" in media_type
    return {"fields": _files_as_json(body)} if form else {"json": body}


def _files_as_json(value: Any) -> Any:
    if isinstance(value, File):
        data = base64.b64encode(value.data).decode()
        return {_FILE: {"filename": value.filename, "content_type": value.content_type, "base64": data}}
    if isinstance(value, Mapping):
        return {name: _files_as_json(item) for name, item in value.items()}
    return [_files_as_json(item) for item in value] if isinstance(value, list) else value


def _body_from_json(data: Mapping[str, Any]) -> Any:
    if "raw" in data:
        return data["raw"].encode()
    if "base64" in data:
        return base64.b64decode(data["base64"])
    return _files_from_json(data["fields"]) if "fields" in data else data["json"]


def _files_from_json(value: Any) -> Any:
    if isinstance(value, Mapping):
        if value.keys() == {_FILE}:
            said = value[_FILE]
            return File(said["filename"], said["content_type"], base64.b64decode(said["base64"]))
        return {name: _files_from_json(item) for name, item in value.items()}
    return [_files_from_json(item) for item in value] if isinstance(value, list) else value
