"""Joins the demands of two schemas on one value into the demands of both, as `allOf` asks.

Called by `compose`. What contradicts is told at once where it can be seen: types and listed values with
nothing in common. It must not follow references.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from math import lcm
from typing import Any

from understudy.generator.fits import same
from understudy.generator.shape import LOWER, Schema, Shape, UnsatisfiableError

# Fields that are simply put together, field by field.
_JOINED: tuple[str, ...] = ("patterns", "closures", "names", "needs", "contained", "examples")


def join(one: Shape, other: Shape, both: Callable[[Schema, Schema], Schema]) -> Shape:
    """The demands of both.

    Args:
        one: a shape.
        other: another; where only one word can stand (format, title) the first one's does.
        both: makes one schema that asks what two schemas ask.

    Errors: `UnsatisfiableError` where the two leave no type or no value.
    """
    result = replace(
        one,
        types=_common(one.types, other.types),
        values=_common_values(one.values, other.values),
        limits=_tighter(one.limits, other.limits),
        step=_common_step(one.step, other.step),
        format=one.format or other.format,
        title=one.title or other.title,
        properties=dict(one.properties),
        required=tuple(dict.fromkeys((*one.required, *other.required))),
        prefix=_side_by_side(one, other, both),
        items=both(one.items, other.items),
        unique=one.unique or other.unique,
        chosen=one.chosen or other.chosen,
        tricky=one.tricky or other.tricky,
        **{name: getattr(one, name) + getattr(other, name) for name in _JOINED},
    )
    for name, schema in other.properties.items():
        result.properties[name] = both(result.properties[name], schema) if name in result.properties else schema
    if len(result.patterns) > 1:
        result.tricky = True
    if result.values is not None and result.types is not None:
        result.values = [value for value in result.values if type_of(value) in result.types]
    if result.types is not None and not result.types:
        raise UnsatisfiableError("the types asked for exclude each other")
    if result.values is not None and not result.values:
        asked = " and ".join(repr(list(listed)) for listed in (one.values, other.values) if listed is not None)
        raise UnsatisfiableError(f"of the values listed, {asked}, none keeps everything that is asked")
    return result


def type_of(value: Any) -> str:
    """JSON Schema's name for the type of a value; a number without a fraction is an integer."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "integer" if isinstance(value, int) or value.is_integer() else "number"
    if isinstance(value, list):
        return "array"
    return "object" if isinstance(value, dict) else "string"


def _common(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _common_values(one: Sequence[Any] | None, other: Sequence[Any] | None) -> Sequence[Any] | None:
    if one is None or other is None:
        return other if one is None else one
    return [value for value in one if any(same(value, wanted) for wanted in other)]


def _tighter(one: dict[str, int | float], other: dict[str, int | float]) -> dict[str, int | float]:
    limits = one | other
    for name in one.keys() & other.keys():
        limits[name] = max(one[name], other[name]) if name in LOWER else min(one[name], other[name])
    return limits


def _common_step(one: float | None, other: float | None) -> int | float | None:
    if one is None or other is None:
        return other if one is None else one
    a, b = Fraction(str(one)), Fraction(str(other))
    joined = Fraction(lcm(a.numerator * b.denominator, b.numerator * a.denominator), a.denominator * b.denominator)
    return int(joined) if joined.denominator == 1 else float(joined)


def _side_by_side(one: Shape, other: Shape, both: Callable[[Schema, Schema], Schema]) -> tuple[Schema, ...]:
    """The schemas of the first items: where only one of the two lists an item, the other's `items` holds for it."""
    if not one.prefix and not other.prefix:
        return ()
    joined = []
    for index in range(max(len(one.prefix), len(other.prefix))):
        first = one.prefix[index] if index < len(one.prefix) else one.items
        second = other.prefix[index] if index < len(other.prefix) else other.items
        joined.append(both(first, second))
    return tuple(joined)
