"""Reads a parameter's value out of a request, as its style and schema have it, to see what of the schema it reaches.

Called by `surface`. It must not judge; openapi-core reads by itself, by the same styles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from understudy.contract import forms
from understudy.contract.exchange import Request
from understudy.contract.styles import Query, Style

# Whether the parameter came, whether its value is known, and the value.
Read = tuple[bool, bool, Any]
Reader = Callable[[Request], Read]

_ABSENT: Read = (False, False, None)
_OPAQUE: Read = (True, False, None)


def reader(
    data: Mapping[str, Any], node: Mapping[str, Any], schema: Any, declared: Iterable[tuple[str, str]]
) -> Reader:
    """What reads a parameter.

    Args:
        data: the effective document.
        node: the parameter object.
        schema: its schema.
        declared: the (in, name) of all parameters of the operation: what is spread over the query takes none of them.
    """
    location, name = node["in"], node["name"]
    if "content" in node:
        return _whole(_FIRST[location], name, forms.parameter_content)
    style = Style.of_parameter(data, node, schema)
    if style.is_plain:
        kinds = forms.kinds_of(forms.resolve(data, schema))
        return _whole(_FIRST[location], name, None if "string" in kinds else lambda text: forms.cast(text, kinds))
    place = _PLACES[location]
    names = frozenset(other for where, other in declared if where == location)

    def read(request: Request) -> Read:
        try:
            spelled = style.read(place(request, names))
        except KeyError:
            return _ABSENT
        except ValueError:
            return _OPAQUE
        return True, True, forms.typed(data, schema, spelled)

    return read


def _whole(find: Callable[[Request, str], str | None], name: str, meant: Callable[[str], Any] | None) -> Reader:
    """What reads a parameter that is one text, whatever its style; None for `meant` where the text means itself."""

    def read(request: Request) -> Read:
        text = find(request, name)
        if text is None:
            return _ABSENT
        return True, True, text if meant is None else meant(text)

    return read


def _header(request: Request, name: str) -> str | None:
    text = request.fields.get(name.lower())
    return request.headers[name] if text is not None and ", " in text else text  # of several the first is read


_FIRST: Mapping[str, Callable[[Request, str], str | None]] = {
    "path": lambda request, name: request.path_params.get(name),
    "query": lambda request, name: _first(request.query_pairs, name) if request.query else None,
    "header": _header,
    "cookie": lambda request, name: _first(request.cookies, name) if "cookie" in request.fields else None,
}
_PLACES: Mapping[str, Callable[[Request, frozenset[str]], Any]] = {
    "path": lambda request, _: request.path_params,
    "query": lambda request, names: Query.of(request.query_pairs, names),
    "header": lambda request, _: request.headers,
    "cookie": lambda request, names: Query.of(request.cookies, names),
}


def _first(pairs: Iterable[tuple[str, str]], name: str) -> str | None:
    return next((value for key, value in pairs if key == name), None)
