"""Builds the request of an operation from values: each parameter in its documented style, the body in its media type.

Called by scenarios and by whoever makes cases. It writes down what it is given, valid or not: judging is the
contract's. It must not choose any value.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlencode

import orjson

from understudy.contract import pointer
from understudy.contract.body import is_json, parse_media_type
from understudy.contract.contract import Contract
from understudy.contract.exchange import Request
from understudy.contract.forms import separator_of
from understudy.contract.markup import is_xml
from understudy.contract.media import find_media_type
from understudy.contract.multipart import File
from understudy.contract.operation import Operation
from understudy.contract.xml_mapping import Writer

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"

_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_DELIMITERS = {"spaceDelimited": " ", "pipeDelimited": "|", "form": ",", "simple": ","}


class BuildError(Exception):
    """The values do not make a request of this operation; the message says what is missing or odd."""


@dataclass(frozen=True, slots=True)
class Values:
    """What a request is made of.

    Attributes:
        parameters: values by parameter name, whatever their place; by ``(place, name)`` where a name stands in two.
        body: JSON data, text, bytes, or for a form its fields (a `File` is a file part); `NO_BODY` for none.
        media_type: the body's media type; None for the document's first, JSON if it is among them.
        headers: further headers.
        query: further query parameters: what a security scheme asks for, or nobody.
    """

    parameters: Mapping[str | tuple[str, str], Any] = field(default_factory=dict)
    body: Any = None
    media_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    query: Mapping[str, str] = field(default_factory=dict)


class _NoBody:
    def __repr__(self) -> str:
        return "NO_BODY"


NO_BODY: Any = _NoBody()


def build(contract: Contract, operation: Operation, values: Values, *, boundary: str | None = None) -> Request:
    """The request.

    Args:
        contract: the operation's contract.
        operation: the operation.
        values: what it is made of; what no parameter is called is refused.
        boundary: separates the parts of a multipart body; a random one if not given.

    Errors: `BuildError` for a path parameter without a value and for a name that no parameter has.
    """
    path, path_params = operation.template, dict[str, str]()
    headers = [(name, value) for name, value in values.headers.items() if name.lower() != "cookie"]
    query: list[tuple[str, str]] = []
    cookies = [value for name, value in values.headers.items() if name.lower() == "cookie"]
    left = dict(values.parameters)
    for (place, name), parts in operation.parameters.items():
        given = left.pop((place, name), left.pop(name, None)) if (place, name) in left or name in left else None
        node = pointer.walk(contract.data, parts)
        if place == "path":
            if given is None:
                raise BuildError(f"{operation.operation_id} needs a value for the path parameter {name}")
            written = _in_path(node, given)
            path = path.replace(f"{{{name}}}", written)
            path_params[name] = unquote(written)
        elif given is None:
            continue
        elif place == "query":
            query += _in_query(node, name, given)
        elif place == "header":
            headers.append((name, _joined(node, given, place)))
        else:
            cookies += [f"{key}={text}" for key, text in _in_query(node, name, given)]
    query += values.query.items()
    if left:
        known = ", ".join(sorted({name for _, name in operation.parameters})) or "none"
        odd = ", ".join(str(name) for name in left)
        raise BuildError(f"{operation.operation_id} has no parameter {odd}; it has: {known}")
    if cookies:
        headers.append(("Cookie", "; ".join(cookies)))
    body, media_type = _body(contract, operation, values, boundary)
    if media_type is not None and "content-type" not in {name.lower() for name, _ in headers}:
        headers.append(("Content-Type", media_type))
    return Request(
        operation.method,
        unquote(path),
        raw_path=path,
        query=urlencode(query, quote_via=quote).encode(),
        headers=[(name.encode("latin-1", "replace"), value.encode("utf-8")) for name, value in headers],
        body=body,
        template=operation.template,
        path_params=path_params,
    )


def media_types(contract: Contract, operation: Operation) -> tuple[str, ...]:
    """The media types that the document takes for this operation's body, JSON first."""
    named = _content(contract, operation)
    return tuple(sorted(named, key=lambda name: not is_json(name.partition(";")[0].strip().lower())))


def _content(contract: Contract, operation: Operation) -> Mapping[str, Any]:
    if "requestBody" not in operation.node:
        return {}
    _, node = pointer.follow(contract.data, (*operation.place, "requestBody"))
    content: Mapping[str, Any] = node.get("content", {})
    return content


def _body(contract: Contract, operation: Operation, values: Values, boundary: str | None) -> tuple[bytes, str | None]:
    if values.body is NO_BODY or (values.body is None and values.media_type is None):
        return b"", None
    known = media_types(contract, operation)
    media_type = values.media_type or (known[0] if known else JSON)
    essence = media_type.partition(";")[0].strip().lower()
    encoding = _content(contract, operation).get(media_type, {}).get("encoding")
    if isinstance(values.body, bytes):
        return values.body, media_type
    if essence == FORM:
        return urlencode(list(_fields(values.body, encoding)), quote_via=quote).encode(), media_type
    if essence == MULTIPART:
        chosen = boundary or secrets.token_hex(12)
        return _multipart(_fields(values.body, encoding), chosen), f"{MULTIPART}; boundary={chosen}"
    if isinstance(values.body, str) and not is_json(essence):
        written = values.body.encode()
    elif is_xml(essence):
        written = Writer(contract.data).write(values.body, _schema(contract, operation, media_type))
    else:
        written = orjson.dumps(values.body)
    return written, media_type


def _schema(contract: Contract, operation: Operation, media_type: str) -> Any:
    """The schema of a body of this media type; true where there is none."""
    content = _content(contract, operation)
    key = find_media_type(content, parse_media_type(media_type))
    return content[key].get("schema", True) if key is not None else True


def _fields(body: Any, encoding: Any) -> Iterable[tuple[str, Any]]:
    """The fields of a form: a list repeats its field or is one text, an object nests by brackets, null is left out."""
    for name, value in body.items() if isinstance(body, Mapping) else ():
        separator = separator_of(encoding, name)
        if separator and isinstance(value, list) and not any(isinstance(item, File) for item in value):
            yield name, separator.join(map(_text, value))
        else:
            yield from _nested(name, value)


def _nested(name: str, value: Any) -> Iterable[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _nested(f"{name}[{key}]", item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _nested(name, item)
    elif value is not None:
        yield name, value if isinstance(value, File) else _text(value)


def _multipart(fields: Iterable[tuple[str, Any]], boundary: str) -> bytes:
    out = bytearray()
    for name, value in fields:
        out += f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"'.encode()
        if isinstance(value, File):
            out += f'; filename="{_quoted(value.filename)}"\r\nContent-Type: {value.content_type}\r\n\r\n'.encode()
            out += value.data
        else:
            out += f"\r\n\r\n{value}".encode()
        out += b"\r\n"
    return bytes(out) + f"--{boundary}--\r\n".encode()


def _quoted(text: str) -> str:
    """A name as browsers write it into a part's head."""
    return text.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _text(value: Any) -> str:
    """A scalar as it stands in a URL, a header or a form."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if value is None:
        return ""
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _items(value: Any, *, explode: bool) -> list[str]:
    """The texts of a list or an object, before they are joined."""
    if isinstance(value, Mapping):
        pairs = [(key, _text(item)) for key, item in value.items()]
        return [f"{key}={item}" for key, item in pairs] if explode else [text for pair in pairs for text in pair]
    return [_text(item) for item in value] if isinstance(value, list | tuple) else [_text(value)]


def _joined(node: Mapping[str, Any], value: Any, place: str) -> str:
    if "content" in node:
        return orjson.dumps(value).decode()
    style = node.get("style", _STYLES[place])
    return _DELIMITERS.get(style, ",").join(_items(value, explode=bool(node.get("explode", style == "form"))))


def _in_path(node: Mapping[str, Any], value: Any) -> str:
    if "content" in node:
        return quote(orjson.dumps(value).decode(), safe="")
    style, name = node.get("style", "simple"), node["name"]
    explode = bool(node.get("explode", False))
    items = [
        quote(item, safe="=" if explode and isinstance(value, Mapping) else "")
        for item in _items(value, explode=explode)
    ]
    if style == "label":
        return "." + ("." if explode else ",").join(items)
    if style == "matrix":
        if explode and isinstance(value, Mapping):
            return "".join(f";{item}" for item in items)
        if explode and isinstance(value, list | tuple):
            return "".join(f";{name}={item}" for item in items)
        return f";{name}={','.join(items)}"
    return ",".join(items)


def _in_query(node: Mapping[str, Any], name: str, value: Any) -> Sequence[tuple[str, str]]:
    if "content" in node:
        return [(name, orjson.dumps(value).decode())]
    style = node.get("style", "form")
    explode = bool(node.get("explode", style in ("form", "deepObject")))
    if style == "deepObject" and isinstance(value, Mapping):
        return [(key, text) for key, text in _nested(name, value) if isinstance(text, str)]
    if explode and isinstance(value, Mapping):
        return [(key, _text(item)) for key, item in value.items()]
    if explode and isinstance(value, list | tuple):
        return [(name, _text(item)) for item in value]
    return [(name, _DELIMITERS.get(style, ",").join(_items(value, explode=False)))]
