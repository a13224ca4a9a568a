"""Nests form and query names as Rack does: ``a[b]=1`` is an object, ``a[]=1`` an array.

Products built on Rails (and PHP, and qs) read their forms so. Called by `handlers`; the contract judges the
flat names as they went over the wire.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

MAX_DEPTH = 32
_NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_KEY = re.compile(r"\[([^\[\]]*)\]")


def nest(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    """The object that the pairs spell. A name that cannot be nested is taken as it is."""
    result: dict[str, Any] = {}
    for name, value in pairs:
        match = _NAME.match(name)
        keys = _KEY.findall(match.group(2)) if match else []
        if match is None or len(keys) > MAX_DEPTH or not _put(result, [match.group(1), *keys], value):
            result[name] = value
    return result


def _put(target: dict[str, Any], keys: list[str], value: Any) -> bool:
    """Put a value at its place; False where another value is in the way."""
    key, rest = keys[0], keys[1:]
    if not rest:
        target[key] = value
        return True
    if rest[0] == "":
        items = target.setdefault(key, [])
        return isinstance(items, list) and _append(items, rest[1:], value)
    below = target.setdefault(key, {})
    return isinstance(below, dict) and _put(below, rest, value)


def _append(items: list[Any], keys: list[str], value: Any) -> bool:
    """Append to an array; `a[][k]` begins a new object when the last one has the key already."""
    if not keys:
        items.append(value)
        return True
    if not items or not isinstance(items[-1], dict) or keys[0] in items[-1]:
        items.append({})
    return _put(items[-1], keys, value)
