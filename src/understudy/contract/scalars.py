"""Reads parameter values as openapi-core's styles and casters do, for the accept plan.

Each reader says yes only to the plain spelling of a value: an integer in plain digits, a list without empty items.
What is spelled in any other way, openapi-core reads. Called by `plan`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from understudy.contract import pointer
from understudy.contract.rust import Accept
from understudy.contract.styles import USUAL

# The longest integer that every JSON reader keeps exact.
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]{0,11})(?:\.[0-9]{1,6})?")
_BOOLEANS = {"true": True, "false": False}


class NoPlanError(Exception):
    """There is no plan, for the reason given."""


def text_reader(schema: Any, accept: Accept, what: str) -> Callable[[str], bool]:
    """Says yes to the plain text of a value that its schema allows. Errors: `NoPlanError`."""
    kind = schema.get("type") if isinstance(schema, Mapping) else None
    if kind == "string":
        return accept
    if kind == "integer":
        return lambda text: _INTEGER.fullmatch(text) is not None and accept(int(text))
    if kind == "number":
        return lambda text: _NUMBER.fullmatch(text) is not None and accept(float(text))
    if kind == "boolean":
        return lambda text: text in _BOOLEANS and accept(_BOOLEANS[text])
    raise NoPlanError(f"{what} is neither text, number nor boolean")


def parameter_reader(  # noqa: PLR0913, PLR0917 - what a parameter is made of
    document: Mapping[str, Any], location: str, node: Mapping[str, Any], schema: Any, accept: Accept, what: str
) -> Callable[[Any], bool]:
    """Says yes to the plain values of a parameter.

    The reader takes a path value as text, a header's text or None, a query parameter's texts as a list or None.

    Errors: `NoPlanError`.
    """
    usual = USUAL[location]
    if location == "cookie" or node.get("style", usual) != usual or node.get("deprecated") or "allowEmptyValue" in node:
        raise NoPlanError(f"{what} has a style of its own")
    required = bool(node.get("required"))
    absent_is_fine = not required and not (isinstance(schema, Mapping) and "default" in schema)
    if isinstance(schema, Mapping) and schema.get("type") == "array":
        if location != "query" or not node.get("explode", True):
            raise NoPlanError(f"{what} is a list in one text")
        return _or_absent(_list_reader(document, schema, accept, what), absent=absent_is_fine)
    read = text_reader(schema, accept, what)
    if location == "query":
        return _or_absent(lambda texts: len(texts) == 1 and read(texts[0]), absent=absent_is_fine)
    return _or_absent(read, absent=absent_is_fine)


def _list_reader(
    document: Mapping[str, Any], schema: Mapping[str, Any], accept: Accept, what: str
) -> Callable[[list[str]], bool]:
    items: Any = schema.get("items", {})
    while isinstance(items, Mapping) and "$ref" in items:
        items = pointer.find(document, items["$ref"])
    kind = items.get("type") if isinstance(items, Mapping) else None
    if kind == "string":
        return accept
    if kind == "integer":
        return lambda texts: all(map(_INTEGER.fullmatch, texts)) and accept([int(text) for text in texts])
    raise NoPlanError(f"{what} is a list of something else than texts and integers")


def _or_absent(read: Callable[[Any], bool], *, absent: bool) -> Callable[[Any], bool]:
    return lambda value: absent if value is None else read(value)
