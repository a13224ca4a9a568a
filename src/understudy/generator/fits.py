"""Says quickly whether a value fits a schema, so that a draw that does not is thrown away early.

The generator asks only where construction cannot guarantee a fit (`oneOf`, `not`, `if` and the like), and
for the document's own examples. It only ever saves a draw: the contract judges every finished answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence, Sized
from functools import lru_cache
from typing import Any

from understudy.contract import pointer

Schema = Any
MAX_DEPTH = 64


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values are equal: 1 is 1.0, but true is not 1."""
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def unique(items: Sequence[Any]) -> bool:
    """Whether no two items are equal."""
    return not any(same(item, other) for index, item in enumerate(items) for other in items[:index])


@lru_cache(maxsize=4096)
def compiled(pattern: str) -> re.Pattern[str] | None:
    """An expression, ready; None where it cannot be read."""
    try:
        return re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return None


def matches(pattern: str, text: str) -> bool:
    """Whether a text matches an expression anywhere, as JSON Schema has it."""
    expression = compiled(pattern)
    return expression is not None and expression.search(text) is not None


class Fits:
    """Asks whether values fit the schemas of one document.

    Args:
        document: the effective document; references are looked up in it.
        version: ``3.0`` or ``3.1``.
        others: the keyword of what only the other side may send: ``writeOnly`` for answers, ``readOnly`` for requests.
    """

    def __init__(self, document: Mapping[str, Any], version: str, others: str = "writeOnly") -> None:
        self.document = document
        self.version = version
        self.others = others
        self._targets: dict[str, Schema] = {}

    def __call__(self, schema: Schema, value: Any, depth: int = 0) -> bool:
        """Whether the value fits."""
        if isinstance(schema, bool):
            return schema
        if not isinstance(schema, Mapping) or depth > MAX_DEPTH:
            return depth <= MAX_DEPTH
        if "$ref" in schema and not self(self.target(schema["$ref"]), value, depth + 1):
            return False
        null = value is None and self.version == "3.0" and schema.get("nullable") is True
        if null and "enum" not in schema:
            return True
        return all(
            check(self, schema[keyword], value, schema, depth)
            for keyword, check in _CHECKS.items()
            if keyword in schema and not (null and keyword == "type")
        )

    def target(self, reference: str) -> Schema:
        """The schema that a reference names; ``false`` where it names nothing."""
        try:
            return self._targets[reference]
        except KeyError:
            pass
        try:
            found = pointer.find(self.document, reference)
        except KeyError:
            found = False
        self._targets[reference] = found
        return found

    def tagged(self, schema: Mapping[str, Any], value: Any) -> Schema:
        """The schema that a discriminator points to for a value; ``false`` where it points nowhere."""
        discriminator = schema["discriminator"]
        tag = value.get(discriminator["propertyName"]) if isinstance(value, dict) else None
        if not isinstance(tag, str) or not tag:
            return False
        reference = (discriminator.get("mapping") or {}).get(tag) or f"#/components/schemas/{tag}"
        return self.target(reference)


Check = Callable[[Fits, Any, Any, Mapping[str, Any], int], bool]


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "null": lambda value: value is None,
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: _number(value) and (isinstance(value, int) or value.is_integer()),
    "number": _number,
    "string": lambda value: isinstance(value, str),
    "array": lambda value: isinstance(value, list),
    "object": lambda value: isinstance(value, dict),
}


def is_multiple(value: int | float, step: int | float) -> bool:  # noqa: PYI041 - an int is told from a float here
    """Whether a number is a multiple of a step, reckoned in floats wherever the step is one."""
    if isinstance(step, int):
        return value % step == 0
    try:
        return (value / step).is_integer()
    except OverflowError:
        return False


def _type(_f: Fits, wanted: Any, value: Any, _s: Mapping[str, Any], _d: int) -> bool:
    return any(_TYPES.get(name, _number)(value) for name in ([wanted] if isinstance(wanted, str) else wanted))


def _bound(test: Callable[[float, float], bool], exclusive: str = "") -> Check:
    """A check of a number's bound; 3.0 says beside it whether the bound itself is out."""

    def check(_f: Fits, bound: Any, value: Any, schema: Mapping[str, Any], _d: int) -> bool:
        if isinstance(bound, bool) or not _number(value):
            return True
        return test(value, bound) and not (schema.get(exclusive) is True and value == bound)

    return check


def _size(kind: type[Sized], test: Callable[[int, int], bool]) -> Check:
    return lambda _f, bound, value, _s, _d: not isinstance(value, kind) or test(len(value), bound)


def _properties(fits: Fits, wanted: Any, value: Any, _s: Mapping[str, Any], depth: int) -> bool:
    if not isinstance(value, dict):
        return True
    return all(fits(schema, value[name], depth + 1) for name, schema in wanted.items() if name in value)


def _required(fits: Fits, wanted: Any, value: Any, schema: Mapping[str, Any], _d: int) -> bool:
    """What only the other side may send is not asked for."""
    if not isinstance(value, dict):
        return True
    missing = [name for name in wanted if name not in value]
    known = schema.get("properties", {})
    return all(of_others(fits, known.get(name)) for name in missing)


def of_others(fits: Fits, schema: Schema) -> bool:
    """Whether a property is one that only the other side may send."""
    for _ in range(MAX_DEPTH):
        if not isinstance(schema, Mapping):
            return False
        if schema.get(fits.others) is True:
            return True
        if "$ref" not in schema:
            return any(of_others(fits, part) for part in schema.get("allOf", ()))
        schema = fits.target(schema["$ref"])
    return False


def _additional(fits: Fits, rest: Any, value: Any, schema: Mapping[str, Any], depth: int) -> bool:
    if rest is True or not isinstance(value, dict):
        return True
    listed, patterns = schema.get("properties", {}), schema.get("patternProperties", {})
    return all(
        fits(rest, item, depth + 1)
        for name, item in value.items()
        if name not in listed and not any(matches(pattern, name) for pattern in patterns)
    )


def _pattern_properties(fits: Fits, wanted: Any, value: Any, _s: Mapping[str, Any], depth: int) -> bool:
    if not isinstance(value, dict):
        return True
    return all(
        fits(schema, item, depth + 1)
        for pattern, schema in wanted.items()
        for name, item in value.items()
        if matches(pattern, name)
    )


def _names(fits: Fits, wanted: Any, value: Any, _s: Mapping[str, Any], depth: int) -> bool:
    return not isinstance(value, dict) or all(fits(wanted, name, depth + 1) for name in value)


def _needs(_f: Fits, wanted: Any, value: Any, _s: Mapping[str, Any], _d: int) -> bool:
    if not isinstance(value, dict):
        return True
    return all(need in value for name, needs in wanted.items() if name in value for need in needs)


def _dependent(fits: Fits, wanted: Any, value: Any, _s: Mapping[str, Any], depth: int) -> bool:
    if not isinstance(value, dict):
        return True
    return all(fits(schema, value, depth + 1) for name, schema in wanted.items() if name in value)


def _items(fits: Fits, wanted: Any, value: Any, schema: Mapping[str, Any], depth: int) -> bool:
    if not isinstance(value, list):
        return True
    return all(fits(wanted, item, depth + 1) for item in value[len(schema.get("prefixItems", ())) :])


def _prefix(fits: Fits, wanted: Any, value: Any, _s: Mapping[str, Any], depth: int) -> bool:
    return not isinstance(value, list) or all(
        fits(schema, item, depth + 1) for schema, item in zip(wanted, value, strict=False)
    )


def _contains(fits: Fits, wanted: Any, value: Any, schema: Mapping[str, Any], depth: int) -> bool:
    if not isinstance(value, list):
        return True
    found = sum(fits(wanted, item, depth + 1) for item in value)
    return bool(schema.get("minContains", 1) <= found <= schema.get("maxContains", found))


def _all_of(fits: Fits, parts: Any, value: Any, schema: Mapping[str, Any], depth: int) -> bool:
    if "discriminator" in schema and not {"oneOf", "anyOf"} & schema.keys():
        return fits(fits.tagged(schema, value), value, depth + 1)
    return all(fits(part, value, depth + 1) for part in parts)


def _alternatives(enough: Callable[[int], bool]) -> Check:
    """A check of alternatives; a discriminator picks one, and that one alone is looked at."""

    def check(fits: Fits, branches: Any, value: Any, schema: Mapping[str, Any], depth: int) -> bool:
        if "discriminator" in schema:
            return fits(fits.tagged(schema, value), value, depth + 1)
        return enough(sum(fits(branch, value, depth + 1) for branch in branches))

    return check


def _if(fits: Fits, condition: Any, value: Any, schema: Mapping[str, Any], depth: int) -> bool:
    path = "then" if fits(condition, value, depth + 1) else "else"
    return fits(schema.get(path, True), value, depth + 1)


_CHECKS: Mapping[str, Check] = {
    "type": _type,
    "enum": lambda _f, wanted, value, _s, _d: any(same(value, other) for other in wanted),
    "const": lambda _f, wanted, value, _s, _d: same(value, wanted),
    "minimum": _bound(lambda value, bound: value >= bound, "exclusiveMinimum"),
    "maximum": _bound(lambda value, bound: value <= bound, "exclusiveMaximum"),
    "exclusiveMinimum": _bound(lambda value, bound: value > bound),
    "exclusiveMaximum": _bound(lambda value, bound: value < bound),
    "multipleOf": lambda _f, step, value, _s, _d: not _number(value) or is_multiple(value, step),
    "minLength": _size(str, lambda size, bound: size >= bound),
    "maxLength": _size(str, lambda size, bound: size <= bound),
    "pattern": lambda _f, pattern, value, _s, _d: not isinstance(value, str) or matches(pattern, value),
    "minItems": _size(list, lambda size, bound: size >= bound),
    "maxItems": _size(list, lambda size, bound: size <= bound),
    "uniqueItems": lambda _f, wanted, value, _s, _d: not wanted or not isinstance(value, list) or unique(value),
    "minProperties": _size(dict, lambda size, bound: size >= bound),
    "maxProperties": _size(dict, lambda size, bound: size <= bound),
    "required": _required,
    "properties": _properties,
    "patternProperties": _pattern_properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "dependentRequired": _needs,
    "dependentSchemas": _dependent,
    "items": _items,
    "prefixItems": _prefix,
    "contains": _contains,
    "allOf": _all_of,
    "anyOf": _alternatives(lambda count: count > 0),
    "oneOf": _alternatives(lambda count: count == 1),
    "not": lambda fits, ruled_out, value, _s, depth: not fits(ruled_out, value, depth + 1),
    "if": _if,
}
