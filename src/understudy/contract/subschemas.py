"""Knows where schemas stand below a schema, by keyword, and whether they lead back to where they came from.

Called by `rust`, which must look at every schema that another one leads to, and by `wording`, which follows the path of
an error. It knows JSON Schema 2020-12 as OpenAPI 3.1
has it, without dynamic references, and must not know what any keyword demands.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

from understudy.contract import pointer

# Keywords with one schema, with a list of them, with several by name.
ONE = frozenset({
    "additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then", "unevaluatedItems",
    "unevaluatedProperties",
})  # fmt: skip
LISTED = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
NAMED = frozenset({"dependentSchemas", "patternProperties", "properties"})
SUBSCHEMAS = ONE | LISTED | NAMED

# Keywords whose schemas are asked of the same value.
IN_PLACE = frozenset({"$ref", "allOf", "anyOf", "dependentSchemas", "else", "if", "not", "oneOf", "then"})
ALL = SUBSCHEMAS | {"$ref"}


def below(document: Mapping[str, Any], keyword: str, value: Any) -> list[Any]:
    """The schemas below a keyword; below a reference, the one it names. Errors: `KeyError` where it names none."""
    if keyword == "$ref":
        return [pointer.find(document, value)]
    if keyword in ONE:
        return [value]
    if keyword in LISTED:
        return list(value)
    return list(value.values()) if keyword in NAMED else []


def rebuilt(keyword: str, value: Any, make: Callable[[Any], Any]) -> Any:
    """The keyword's value with every schema in it made anew."""
    if keyword in ONE:
        return make(value)
    if keyword in LISTED:
        return [make(schema) for schema in value]
    return {name: make(schema) for name, schema in value.items()} if keyword in NAMED else value


def turns_back(document: Mapping[str, Any], schemas: Iterable[Any], keywords: AbstractSet[str]) -> bool:
    """Whether one of the schemas comes back to itself by way of these keywords.

    A way of our own instead of Python's stack, which ends before some chains of references do.
    """
    ended: dict[int, bool] = {}  # False while a schema is still on the way down
    for start in schemas:
        way: list[tuple[int, Iterator[Any]]] = []
        waiting: Iterator[Any] = iter([start])
        while True:
            schema = next(waiting, _NONE)
            if schema is _NONE:
                if not way:
                    break
                identity, waiting = way.pop()
                ended[identity] = True
            elif isinstance(schema, Mapping):
                if id(schema) not in ended:
                    ended[id(schema)] = False
                    way.append((id(schema), waiting))
                    waiting = _leading(document, schema, keywords)
                elif not ended[id(schema)]:
                    return True
    return False


_NONE = object()


def _leading(document: Mapping[str, Any], schema: Mapping[str, Any], keywords: AbstractSet[str]) -> Iterator[Any]:
    for keyword in sorted(keywords & schema.keys()):
        yield from below(document, keyword, schema[keyword])


def schemas_at(
    document: Mapping[str, Any], place: pointer.Parts, steps: Iterable[str | int]
) -> list[tuple[pointer.Parts, Any]]:
    """Every schema that a validator's path leads to, with its place; none where it leads nowhere.

    There is more than one where a keyword stands beside a reference: the path does not say which of the two it means,
    nor which alternative a discriminator chose.

    Args:
        document: the effective document.
        place: where the path begins; what stands beside a reference there is not asked.
        steps: the path, without references.
    """
    try:
        found = [pointer.follow(document, place)]
    except KeyError:
        return []
    for step in steps:
        found = [
            beside
            for at, node in found
            for below in _step(document, at, node, step)
            for beside in _beside(document, *below)
        ]
    return found


def _step(
    document: Mapping[str, Any], at: pointer.Parts, node: Any, step: str | int
) -> Iterable[tuple[pointer.Parts, Any]]:
    try:
        yield (*at, str(step)), pointer.child(node, step)
    except KeyError:
        if isinstance(node, list):  # a discriminator chose one of them
            for index, branch in enumerate(node):
                for place, schema in _beside(document, (*at, str(index)), branch):
                    if isinstance(schema, Mapping) and step in schema:
                        yield (*place, str(step)), schema[step]


def _beside(document: Mapping[str, Any], at: pointer.Parts, node: Any) -> Iterable[tuple[pointer.Parts, Any]]:
    """A schema and those that it refers to."""
    seen: set[str] = set()
    yield at, node
    while isinstance(node, Mapping) and isinstance(node.get("$ref"), str) and node["$ref"] not in seen:
        seen.add(node["$ref"])
        try:
            at, node = pointer.split(node["$ref"]), pointer.find(document, node["$ref"])
        except KeyError:
            return
        yield at, node
