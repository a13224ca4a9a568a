"""Reads a parameter's value out of a request, as its style and schema have it, to see what of the schema it reaches.

Plain styles only: a value, a list in one text or in several. What is written otherwise is there, and not read. Called
by `surface`. It must not judge; openapi-core reads by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from understudy.contract import forms
from understudy.contract.exchange import Request

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
        texts = find(request, wanted)
        if style == "deepObject":
            return _OPAQUE if any(key.startswith(f"{name}[") for key, _ in request.query_pairs) else _ABSENT
        if not texts:
            return _ABSENT
        if "content" in node:
            return True, True, forms.parameter_content(texts[0])
        if separator is None or "object" in kinds:
            return _OPAQUE
        if "array" in kinds and not (exploded and location in ("query", "cookie")):
            texts = texts[0].split(separator)
        elif "array" not in kinds:
            texts = texts[:1]
        return True, True, forms.to_object(data, holder, [(name, text) for text in texts])[name]

    return read


def _path(request: Request, name: str) -> list[str]:
    return [request.path_params[name]] if name in request.path_params else []


def _query(request: Request, name: str) -> list[str]:
    return [value for key, value in request.query_pairs if key == name] if request.query else []


def _header(request: Request, name: str) -> list[str]:
    return [request.fields[name]] if name in request.fields else []


def _cookie(request: Request, name: str) -> list[str]:
    return [value for key, value in request.cookies if key == name] if "cookie" in request.fields else []


_FINDERS: Mapping[str, Callable[[Request, str], list[str]]] = {
    "path": _path,
    "query": _query,
    "header": _header,
    "cookie": _cookie,
}
