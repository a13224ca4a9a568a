"""What one schema asks of one value: its own keywords, read, and two such demands joined into one.

A `Shape` has no reference, no composition and no dialect left in it (both OpenAPI 3.0 and 3.1 are read here);
the schemas of properties and items stay as written. Used by `compose`, drawn from by `values`. It must not
draw anything itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from math import lcm
from typing import Any

from understudy.server.generator.fits import same

Schema = Any  # a mapping, or in 3.1 true or false

SCALARS = frozenset({"string", "integer", "number", "boolean", "null"})
ALL_TYPES = SCALARS | {"object", "array"}


class UnsatisfiableError(Exception):
    """No value can be found that keeps a schema; the message says which demand stands in the way."""


@dataclass(frozen=True, slots=True)
class Closure:
    """What one schema object says of the properties it does not list: an `additionalProperties` and its siblings."""

    listed: frozenset[str]
    patterns: tuple[tuple[str, Schema], ...]
    rest: Schema


@dataclass(frozen=True, slots=True)
class Contained:
    """What one schema object says of items that must be among others: `contains` and its counts."""

    schema: Schema
    least: int
    most: int | None


@dataclass(slots=True)
class Shape:
    """The demands on one value, without references and compositions.

    Attributes:
        types: the types allowed, by JSON Schema's names; None where nothing is said.
        values: the only values allowed; None where nothing is said.
        limits: every keyword with a number, by name: bounds, lengths, counts.
        step: what the number must be a multiple of.
        patterns: expressions that a text must match, all of them.
        names: schemas that every property name must fit.
        examples: values that the document offers, best first.
        chosen: an alternative was chosen on the way here, so another draw may end elsewhere.
        tricky: construction does not guarantee a fit: the value must be checked against the schema.
    """

    types: frozenset[str] | None = None
    values: Sequence[Any] | None = None
    limits: dict[str, int | float] = field(default_factory=dict)
    step: int | float | None = None
    patterns: tuple[str, ...] = ()
    format: str = ""
    properties: dict[str, Schema] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    closures: tuple[Closure, ...] = ()
    names: tuple[Schema, ...] = ()
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    prefix: tuple[Schema, ...] = ()
    items: Schema = True
    contained: tuple[Contained, ...] = ()
    unique: bool = False
    examples: tuple[Any, ...] = ()
    title: str = ""
    chosen: bool = False
    tricky: bool = False


LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
# Construction alone does not settle these.
TRICKY = frozenset(
    {
        "oneOf", "not", "if", "contains", "patternProperties", "propertyNames", "dependentSchemas",
        "unevaluatedProperties", "unevaluatedItems",
    }
)  # fmt: skip
_HINTS: tuple[tuple[frozenset[str], str], ...] = (
    (frozenset({"properties", "required", "additionalProperties", "minProperties", "patternProperties"}), "object"),
    (frozenset({"items", "prefixItems", "minItems", "maxItems", "uniqueItems", "contains"}), "array"),
    (frozenset({"pattern", "minLength", "maxLength"}), "string"),
    (frozenset({"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"}), "number"),
)


def own(schema: Schema, version: str) -> Shape:
    """The demands of a schema's own keywords; what it refers to and is composed of is left out.

    Errors: `UnsatisfiableError` for the schema ``false``.
    """
    if not isinstance(schema, Mapping):
        if schema is False:
            raise UnsatisfiableError("the schema allows no value at all")
        return Shape()
    shape = Shape(
        types=_types(schema, version),
        values=_values(schema),
        limits=_limits(schema),
        step=schema.get("multipleOf"),
        patterns=(schema["pattern"],) if "pattern" in schema else (),
        format=schema.get("format", ""),
        properties=dict(schema.get("properties", {})),
        required=tuple(schema.get("required", ())),
        closures=_closures(schema),
        names=(schema["propertyNames"],) if "propertyNames" in schema else (),
        needs=tuple((name, tuple(needed)) for name, needed in schema.get("dependentRequired", {}).items()),
        prefix=tuple(schema.get("prefixItems", ())),
        items=schema.get("items", schema.get("unevaluatedItems", True)),
        contained=_contained(schema),
        unique=bool(schema.get("uniqueItems")),
        examples=_examples(schema),
        title=str(schema.get("title", "")),
        tricky=not TRICKY.isdisjoint(schema),
    )
    _exclude(shape, schema.get("not"))
    return shape


def kind(schema: Mapping[str, Any]) -> str | None:
    """The type that a schema without `type` evidently means, by the keywords it uses."""
    keys = schema.keys()
    return next((name for keywords, name in _HINTS if not keywords.isdisjoint(keys)), None)


def _types(schema: Mapping[str, Any], version: str) -> frozenset[str] | None:
    said = schema.get("type")
    if said is None:
        return None
    types = {said} if isinstance(said, str) else set(said)
    if version == "3.0" and schema.get("nullable") is True:
        types.add("null")
    if "number" in types:
        types.add("integer")
    return frozenset(types)


def _values(schema: Mapping[str, Any]) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    return list(schema["enum"]) if "enum" in schema else None


def _limits(schema: Mapping[str, Any]) -> dict[str, int | float]:
    """The bounds; 3.0 writes an exclusive one as a boolean beside the inclusive one."""
    limits = {name: schema[name] for name in (*LOWER, *UPPER) if name in schema}
    for exclusive, inclusive in (("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")):
        if isinstance(limits.get(exclusive), bool):
            strict = limits.pop(exclusive)
            if strict and inclusive in limits:
                limits[exclusive] = limits.pop(inclusive)
    return limits


def _closures(schema: Mapping[str, Any]) -> tuple[Closure, ...]:
    rest = schema.get("additionalProperties", True)
    patterns = schema.get("patternProperties", {})
    if rest is True and not patterns:
        return ()
    return (Closure(frozenset(schema.get("properties", ())), tuple(patterns.items()), rest),)


def _contained(schema: Mapping[str, Any]) -> tuple[Contained, ...]:
    if "contains" not in schema:
        return ()
    return (Contained(schema["contains"], schema.get("minContains", 1), schema.get("maxContains")),)


def _examples(schema: Mapping[str, Any]) -> tuple[Any, ...]:
    found = [schema["example"]] if "example" in schema else []
    offered = schema.get("examples")
    if isinstance(offered, list):
        found += offered
    default = schema.get("default")
    if isinstance(default, (bool, int, float)) or (isinstance(default, str) and default):
        found.append(default)
    return tuple(found)


def _exclude(shape: Shape, ruled_out: Schema) -> None:
    """Take the simple forms of `not` into account at once: no draw needs to be thrown away for them."""
    if not isinstance(ruled_out, Mapping):
        return
    if set(ruled_out) == {"type"}:
        said = ruled_out["type"]
        away = {said} if isinstance(said, str) else set(said)
        if "number" in away:
            away.add("integer")
        shape.types = (shape.types or ALL_TYPES) - away
    elif set(ruled_out) <= {"enum", "const"} and shape.values is not None:
        banned = _values(ruled_out) or []
        shape.values = [value for value in shape.values if not any(same(value, other) for other in banned)]
    elif set(ruled_out) == {"required"} and len(ruled_out["required"]) == 1:
        (name,) = ruled_out["required"]
        shape.properties[name] = False


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
        raise UnsatisfiableError("no listed value is left")
    return result


def type_of(value: Any) -> str:
    """JSON Schema's name for the type of a value; a number without a fraction is an integer."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, (int, float)):
        return "integer" if float(value).is_integer() else "number"
    return {str: "string", list: "array", dict: "object"}.get(type(value), "string")


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


def _common_step(one: int | float | None, other: int | float | None) -> int | float | None:
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
