"""Reads a parameter's value out of a request, as its style and schema have it, to see what of the schema it reaches.

All styles but `label`, `matrix` and an object spread over the query: those are there, and not read. Called by
`surface`. It must not judge; openapi-core reads by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from understudy.contract import forms
from understudy.contract.exchange import Request
from understudy.contract.multipart import File

# Whether the parameter came, whether its value is known, and the value.
Read = tuple[bool, bool, Any]
Reader = Callable[[Request], Read]

_ABSENT: Read = (False, False, None)
_OPAQUE: Read = (True, False, None)
_USUAL_STYLE = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_SEPARATORS = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}


def reader(data: Mapping[str, Any], location: str, name: str, node: Mapping[str, Any], schema: Any) -> Reader:
    """What reads a parameter.

    Args:
        data: the effective document.
        location: ``path``, ``query``, ``header`` or ``cookie``.
        name: the parameter's name.
        node: the parameter object.
        schema: its schema.
    """
    find = _FINDERS[location]
    wanted = name.lower() if location == "header" else name
    style = node.get("style", _USUAL_STYLE[location])
    kinds = forms.kinds_of(schema)
    separator = _SEPARATORS.get(style)
    exploded = bool(node.get("explode", style == "form"))
    holder = {"properties": {name: schema}}

    def read(request: Request) -> Read:
        if style == "deepObject":
            given = [(key, text) for key, text in request.query_pairs if key.startswith(f"{name}[")]
            deep: list[tuple[str, str | File]] = [(key[len(name) + 1 : -1], text) for key, text in given]
            return (True, True, forms.to_object(data, schema, deep)) if deep else _ABSENT
        texts = find(request, wanted)
        if not texts:
            return _ABSENT
        if "content" in node:
            return True, True, forms.parameter_content(texts[0])
        if separator is None or ("object" in kinds and exploded and style == "form"):
            return _OPAQUE
        if "object" in kinds:
            return True, True, forms.to_object(data, schema, _pairs(texts[0].split(separator), exploded=exploded))
        if "array" in kinds and not (exploded and style == "form"):
            texts = texts[0].split(separator) if texts[0] else []
        elif "array" not in kinds:
            texts = texts[:1]
        return True, True, forms.to_object(data, holder, [(name, text) for text in texts]).get(name, [])

    return read


def _pairs(parts: list[str], *, exploded: bool) -> list[tuple[str, str | File]]:
    """The properties of an object in one text: ``a=1,b=2`` where it is exploded, else ``a,1,b,2``."""
    if exploded:
        return [(name, value) for name, _, value in (part.partition("=") for part in parts)]
    return list(zip(parts[::2], parts[1::2], strict=False))


def _path(request: Request, name: str) -> list[str]:
    return [request.path_params[name]] if name in request.path_params else []


def _query(request: Request, name: str) -> list[str]:
    return [value for key, value in request.query_pairs if key == name] if request.query else []


def _header(request: Request, name: str) -> list[str]:
    text = request.fields.get(name)
    if text is None:
        return []
    return [request.headers[name]] if ", " in text else [text]  # where it stands several times, the first is read


def _cookie(request: Request, name: str) -> list[str]:
    return [value for key, value in request.cookies if key == name] if "cookie" in request.fields else []


_FINDERS: Mapping[str, Callable[[Request, str], list[str]]] = {
    "path": _path,
    "query": _query,
    "header": _header,
    "cookie": _cookie,
}
