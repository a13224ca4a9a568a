"""What one schema object asks of a value by its own keywords, read out of either dialect.

A `Shape` has no reference, no composition and no dialect left in it (both OpenAPI 3.0 and 3.1 are read here);
the schemas of properties and items stay as written. Made by `compose`, drawn from by `values`. It must not
draw anything itself.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from understudy.generator.fits import same

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
