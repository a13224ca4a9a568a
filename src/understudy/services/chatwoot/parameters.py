"""How Rails reads parameters: what it drops, what it casts, and what breaks it.

Handlers ask for one value at a time, where Chatwoot would touch it, because an odd value does harm only
there. A number becomes text, an array where a scalar is expected counts as absent, null too; a NUL byte
is what PostgreSQL refuses. It must not know which operation asks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from understudy.services.chatwoot.refusals import crash
from understudy.services.service import Upload

Filter = Mapping[str, "Filter | None"]
"""The keys permitted in an object: None permits a scalar, another filter an object or array of them."""

_INTEGER = re.compile(r"[ \t\r\n\f\v]*([+-]?[0-9]+(?:_[0-9]+)*)")
_NUMERIC_KEY = re.compile(r"-?[0-9]+\Z")
_MAX_DIGITS = 4000
_SCALARS = (str, bool, int, float, Upload)


def blank(value: Any) -> bool:
    """Whether Rails calls a value blank: null, false, nothing in it, or white space only."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is False or value in ([], {})


def scalar(params: Mapping[str, Any], name: str) -> Any:
    """A permitted scalar, uncast; None where it is absent, null, an array or an object."""
    value = params.get(name)
    return value if isinstance(value, _SCALARS) else None


def to_s(value: Any) -> str:
    """A scalar as Ruby prints it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        mantissa, exponent, power = repr(value).partition("e")
        return f"{mantissa if '.' in mantissa or not exponent else mantissa + '.0'}{exponent}{power}"
    return "#<ActionDispatch::Http::UploadedFile>" if isinstance(value, Upload) else str(value)


def text(value: Any) -> str | None:
    """A scalar as a text column takes it; booleans become a letter, as PostgreSQL writes them.

    Errors: a crash where the text holds a NUL byte.
    """
    if value is None:
        return None
    cast = ("t" if value else "f") if isinstance(value, bool) else to_s(value)
    if "\0" in cast:
        raise crash()
    return cast


def to_i(value: Any) -> int:
    """A scalar as Ruby's ``to_i`` reads it: the integer it begins with, else 0."""
    if isinstance(value, str):
        match = _INTEGER.match(value)
        return _int(match.group(1)) if match else 0
    return int(value) if isinstance(value, int | float) else 0


def record_id(value: str) -> int | None:
    """An id as a path spells it: the integer it begins with; None where it does not begin with one."""
    match = _INTEGER.match(value)
    return _int(match.group(1)) if match else None


def _int(digits: str) -> int:
    """The integer; beyond any id, its size does not matter, and Python limits what it parses."""
    return int(digits[:_MAX_DIGITS])


def arbitrary(value: Any) -> Any:
    """Any object or array, as ``permit(name: {})`` lets it through: arrays lose nulls and inner arrays.

    Errors: a crash where a text in it holds a NUL byte.
    """
    if isinstance(value, Mapping):
        return {text(key): arbitrary(item) for key, item in value.items()}
    if isinstance(value, list):
        return [arbitrary(item) for item in value if item is not None and not isinstance(item, list)]
    return text(value) if isinstance(value, str | Upload) else value


def attributes(params: Mapping[str, Any], name: str) -> dict[str, Any] | None:
    """An object of free attributes; None where it is absent or anything else."""
    value = params.get(name)
    return arbitrary(value) if isinstance(value, Mapping) else None


def permitted(value: Any, allowed: Filter) -> Any:
    """An object, or an array of objects, with the permitted keys only; None for anything else.

    An object whose keys are numbers is a form's way to write an array; it stays an object.
    """
    if isinstance(value, list):
        return [_permitted_object(item, allowed) for item in value if isinstance(item, Mapping)]
    if not isinstance(value, Mapping):
        return None
    numbered = {key: item for key, item in value.items() if _NUMERIC_KEY.match(key) and isinstance(item, Mapping)}
    if numbered:
        return {key: _permitted_object(item, allowed) for key, item in numbered.items()}
    return _permitted_object(value, allowed)


def _permitted_object(value: Mapping[str, Any], allowed: Filter) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, below in allowed.items():
        if key not in value:
            continue
        item = value[key]
        if below is not None:
            item = permitted(item, below)
            if item is not None:
                kept[key] = item
        elif item is None or isinstance(item, _SCALARS):
            kept[key] = arbitrary(item)
    return kept


def deep_merge(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Both objects in one; where both have a key, objects merge and anything else gives way to the new."""
    merged = dict(old)
    for key, value in new.items():
        was = merged.get(key)
        if isinstance(was, Mapping) and isinstance(value, Mapping):
            merged[key] = deep_merge(was, value)
        else:
            merged[key] = value
    return merged
