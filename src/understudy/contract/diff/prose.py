"""Compares what no client can feel: descriptions, examples, tags, extensions, and whatever else nobody compares.

Called with the keys that somebody else looks at, so that no difference falls between two chairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from understudy.contract.diff.canonical import same, show, show_apart
from understudy.contract.diff.changes import Difference
from understudy.contract.diff.spot import Spot

# Keys whose named values may be references.
_REFERRING = frozenset({"examples", "links"})


def remarks(a: Spot, b: Spot, compared: AbstractSet[str]) -> Iterator[Difference]:
    """Every key with another value, other than those that are compared elsewhere."""
    keys = dict.fromkeys((*a.node, *b.node))
    for key in keys:
        if key not in compared and not same(_value(a, key), _value(b, key)):
            yield Difference("prose-changed", a.where(key), b.where(key), told(key, a.get(key), b.get(key)))


def told(key: str, a: Any, b: Any) -> str:
    """What happened to a remark."""
    if a is None:
        return f"`{key}` is new: {show(b)}"
    if b is None:
        return f"`{key}` is gone; it was {show(a)}"
    old, new = show_apart(a, b)
    return f"`{key}` was {old} and is {new}"


def _value(spot: Spot, key: str) -> Any:
    value = spot.get(key)
    if key in _REFERRING and isinstance(value, Mapping):
        return {name: below.node for name, below in spot.children(key).items()}
    return value
