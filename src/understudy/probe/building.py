"""Builds the request of an operation from values: each parameter in its documented style, the body in its media type.

Called by scenarios and by whoever makes cases. It writes down what it is given, valid or not: judging is the
contract's. It must not choose any value.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote, urlencode
from weakref import WeakKeyDictionary

import orjson

from understudy.contract import pointer
from understudy.contract.body import is_json, parse_media_type
from understudy.contract.contract import Contract
from understudy.contract.exchange import Request
from understudy.contract.forms import SEPARATORS
from understudy.contract.markup import is_xml
from understudy.contract.media import find_media_type
from understudy.contract.operation import Operation
from understudy.contract.styles import manner
from understudy.contract.templates import encoded
from understudy.contract.xml_mapping import Writer
from understudy.probe.form_writing import fields, multipart, nested, text_of

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"


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


@dataclass(frozen=True, slots=True)
class _Parameter:
    """How a parameter is written.

    Attributes:
        key: its place and name.
        as_json: whether it has a media type of its own.
        style: its style.
        explode: whether lists and objects are spread.
    """

    key: tuple[str, str]
    as_json: bool
    style: str
    explode: bool


@dataclass(frozen=True, slots=True)
class _Form:
    """How the requests of an operation are written.

    Attributes:
        path: its template, encoded but for the names in braces.
        parameters: its parameters.
        content: its bodies by media type.
        media_types: these, JSON first.
    """

    path: str
    parameters: tuple[_Parameter, ...]
    content: Mapping[str, Any]
    media_types: tuple[str, ...]


_FORMS: WeakKeyDictionary[Contract, dict[str, _Form]] = WeakKeyDictionary()


def build(contract: Contract, operation: Operation, values: Values, *, boundary: str | None = None) -> Request:
    """The request.

    Args:
        contract: the operation's contract.
        operation: the operation.
        values: what it is made of; what no parameter is called is refused.
        boundary: separates the parts of a multipart body; a random one if not given.

    Errors: `BuildError` for a path parameter without a value and for a name that no parameter has.
    """
    form = _form(contract, operation)
    path, path_params = form.path, dict[str, str]()
    headers = [(name, value) for name, value in values.headers.items() if name.lower() != "cookie"]
    query: list[tuple[str, str]] = []
    cookies = [value for name, value in values.headers.items() if name.lower() == "cookie"]
    left = dict(values.parameters)
    for parameter in form.parameters:
        place, name = parameter.key
        given = left.pop(name, None)
        given = left.pop(parameter.key, given)
        if place == "path":
            if given is None:
                raise BuildError(f"{operation.operation_id} needs a value for the path parameter {name}")
            written = _in_path(parameter, given)
            path = path.replace(f"{{{name}}}", written)
            path_params[name] = unquote(written)
        elif given is None:
            continue
        elif place == "query":
            query += _in_query(parameter, given)
        elif place == "header":
            headers.append((name, _joined(parameter, given)))
        else:
            cookies += [f"{key}={text}" for key, text in _in_query(parameter, given)]
    query += values.query.items()
    if left:
        known = ", ".join(sorted({name for _, name in operation.parameters})) or "none"
        odd = ", ".join(str(name) for name in left)
        raise BuildError(f"{operation.operation_id} has no parameter {odd}; it has: {known}")
    if cookies:
        headers.append(("Cookie", "; ".join(cookies)))
    body, media_type = _body(contract, form, values, boundary)
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
    return _form(contract, operation).media_types


def _form(contract: Contract, operation: Operation) -> _Form:
    """How the requests of an operation are written."""
    forms = _FORMS.setdefault(contract, {})
    if operation.operation_id not in forms:
        nodes = ((key, pointer.walk(contract.data, place)) for key, place in operation.parameters.items())
        parameters = tuple(_Parameter(key, "content" in node, *manner(node)) for key, node in nodes)
        content: Mapping[str, Any] = {}
        if "requestBody" in operation.node:
            _, node = pointer.follow(contract.data, (*operation.place, "requestBody"))
            content = node.get("content", {})
        named = sorted(content, key=lambda name: not is_json(name.partition(";")[0].strip().lower()))
        forms[operation.operation_id] = _Form(encoded(operation.template), parameters, content, tuple(named))
    return forms[operation.operation_id]


def _body(contract: Contract, form: _Form, values: Values, boundary: str | None) -> tuple[bytes, str | None]:
    if values.body is NO_BODY or (values.body is None and values.media_type is None):
        return b"", None
    media_type = values.media_type or (form.media_types[0] if form.media_types else JSON)
    essence = media_type.partition(";")[0].strip().lower()
    encoding = form.content.get(media_type, {}).get("encoding")
    if isinstance(values.body, bytes):
        return values.body, media_type
    if essence == FORM:
        return urlencode(list(fields(values.body, encoding)), quote_via=quote).encode(), media_type
    if essence == MULTIPART:
        chosen = boundary or secrets.token_hex(12)
        return multipart(fields(values.body, encoding), chosen), f"{MULTIPART}; boundary={chosen}"
    if isinstance(values.body, str) and not is_json(essence):
        written = values.body.encode()
    elif is_xml(essence):
        written = Writer(contract.data).write(values.body, _schema(form.content, media_type))
    else:
        written = orjson.dumps(values.body)
    return written, media_type


def _schema(content: Mapping[str, Any], media_type: str) -> Any:
    """The schema of a body of this media type; true where there is none."""
    key = find_media_type(content, parse_media_type(media_type))
    return content[key].get("schema", True) if key is not None else True


def _items(value: Any, *, explode: bool) -> list[str]:
    """The texts of a list or an object, before they are joined."""
    if isinstance(value, Mapping):
        pairs = [(key, text_of(item)) for key, item in value.items()]
        return [f"{key}={item}" for key, item in pairs] if explode else [text for pair in pairs for text in pair]
    return [text_of(item) for item in value] if isinstance(value, list | tuple) else [text_of(value)]


def _joined(parameter: _Parameter, value: Any) -> str:
    if parameter.as_json:
        return orjson.dumps(value).decode()
    return SEPARATORS.get(parameter.style, ",").join(_items(value, explode=parameter.explode))


def _in_path(parameter: _Parameter, value: Any) -> str:
    if parameter.as_json:
        return quote(orjson.dumps(value).decode(), safe="")
    style, explode, name = parameter.style, parameter.explode, parameter.key[1]
    spread = explode and isinstance(value, Mapping)
    items = [quote(item, safe="=" if spread else "") for item in _items(value, explode=explode)]
    if style == "label":
        return "." + ("." if explode else ",").join(items)
    if style == "matrix":
        if spread:
            return "".join(f";{item}" for item in items)
        if explode and isinstance(value, list | tuple):
            return "".join(f";{name}={item}" for item in items)
        return f";{name}={','.join(items)}"
    return ",".join(items)


def _in_query(parameter: _Parameter, value: Any) -> Sequence[tuple[str, str]]:
    name, explode = parameter.key[1], parameter.explode
    if parameter.as_json:
        return [(name, orjson.dumps(value).decode())]
    if parameter.style == "deepObject" and isinstance(value, Mapping):
        return [(key, text) for key, text in nested(name, value) if isinstance(text, str)]
    if explode and isinstance(value, Mapping):
        return [(key, text_of(item)) for key, item in value.items()]
    if explode and isinstance(value, list | tuple):
        return [(name, text_of(item)) for item in value]
    return [(name, SEPARATORS.get(parameter.style, ",").join(_items(value, explode=False)))]
