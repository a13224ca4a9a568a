"""How each keyword leads from a schema to others, and with which part of the value: one function each, one table.

Called by `reach`, whose nodes these functions fill. What stands below `not`, `if`, `contains` and the unevaluated
promises nothing by itself, since a violation never names it; so nothing leads there.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import orjson

from understudy.contract import pointer
from understudy.contract.keywords import ANY, LIST, NOUNS, NULL, OBJECT

if TYPE_CHECKING:
    from understudy.contract.reach import Builder, Node

    Lead = Callable[[Builder, Node, pointer.Parts, Any, int], None]


def target(schema: Any) -> pointer.Parts | None:
    """The place that a schema's reference names; None if it has none that is a pointer."""
    reference = schema.get("$ref") if isinstance(schema, Mapping) else None
    return pointer.split(reference) if isinstance(reference, str) and reference.startswith("#/") else None


def _reference(make: Builder, node: Node, at: pointer.Parts, value: Any, step: int) -> None:
    named = target({"$ref": value})
    if named is not None and named != at[:-1]:
        node.also.append(make.node(named, step, NOUNS[ANY]).walk)


def _properties(make: Builder, node: Node, at: pointer.Parts, value: Mapping[str, Any], step: int) -> None:
    node.properties = {} if node.properties is None else node.properties
    for name in value:
        place = (*at, name)
        node.properties[name] = make.below(node, place, at, OBJECT, step, f"the property `{name}` never came")
        for owner in make.one_way_owners(place):
            # By leaving it out an object keeps the promise already.
            node.mark(OBJECT, make.register.add(owner, make.one_way, "keyword", step, NOUNS[OBJECT]))


def _pattern_properties(make: Builder, node: Node, at: pointer.Parts, value: Mapping[str, Any], step: int) -> None:
    node.properties = {} if node.properties is None else node.properties
    for text in value:
        why = f"no property whose name matches `{text}` came"
        below = make.below(node, (*at, text), at, OBJECT, step, why)
        try:
            node.patterns.append((re.compile(text), below))
        except re.error:  # the judge stumbles over it too
            continue


def _additional(make: Builder, node: Node, at: pointer.Parts, value: Any, step: int) -> None:
    if isinstance(value, Mapping):
        node.properties = {} if node.properties is None else node.properties
        node.rest = make.node(at, step, "no further property came")


def _names(make: Builder, node: Node, at: pointer.Parts, _value: Any, step: int) -> None:
    walk = make.below(node, at, at, OBJECT, step, "no property came").walk

    def names(value: Any) -> int:
        mask = 0
        if type(value) is dict:
            for name in value:
                mask |= walk(name)
        return mask

    node.also.append(names)


def _dependent_required(make: Builder, node: Node, at: pointer.Parts, value: Mapping[str, Any], step: int) -> None:
    triggers = frozenset(name for name, needed in value.items() if needed)
    if triggers:
        why = f"none of the properties {', '.join(sorted(triggers))} came"
        mask = 1 << make.register.add(at, "dependentRequired", "keyword", step, why)
        node.also.append(lambda value: mask if type(value) is dict and not triggers.isdisjoint(value) else 0)


def _dependent_schemas(make: Builder, node: Node, at: pointer.Parts, value: Mapping[str, Any], step: int) -> None:
    for name in value:
        walk = make.below(node, (*at, name), at, OBJECT, step, f"the property `{name}` never came").walk
        node.also.append(_where(name, walk))


def _where(name: str, walk: Callable[[Any], int]) -> Callable[[Any], int]:
    def walk_if_there(value: Any) -> int:
        return walk(value) if type(value) is dict and name in value else 0

    return walk_if_there


def _items(make: Builder, node: Node, at: pointer.Parts, value: Any, step: int) -> None:
    if isinstance(value, Mapping):
        node.items = make.node(at, step, "no item came")


def _prefix_items(make: Builder, node: Node, at: pointer.Parts, value: list[Any], step: int) -> None:
    node.head = [
        make.below(node, (*at, str(number)), at, LIST, step, f"no item {number} came") for number in range(len(value))
    ]


def _all_of(make: Builder, node: Node, at: pointer.Parts, value: list[Any], step: int) -> None:
    if "discriminator" in make.at(at[:-1]):
        _alternatives(make, node, at, value, step)
        return
    for number in range(len(value)):
        node.also.append(make.below(node, (*at, str(number)), at, ANY, step, NOUNS[ANY]).walk)


def _alternatives(make: Builder, node: Node, at: pointer.Parts, value: list[Any], step: int) -> None:
    """Walks the alternatives that a value fits: by the discriminator where there is one, else by judging each."""
    keyword = str(at[-1])
    branches = []
    for number in range(len(value)):
        place = (*at, str(number))
        why = f"alternative {number} of {keyword} was never met"
        bit = make.register.add(place, keyword, "branch", step, why)
        branches.append((make.matcher.accepts(place, make.register.side), 1 << bit, make.node(place, bit, why).walk))
    schema = make.at(at[:-1])
    if "discriminator" in schema:
        node.also.append(_discriminator(make, at, schema, step, [branch[1:] for branch in branches]))
        return

    def choose(value: Any) -> int:
        mask = 0
        for surely in (0, 1):
            for accepts, bit, walk in branches:
                if accepts[surely](value):
                    mask |= bit | walk(value)
            if mask:
                break
        return mask

    node.also.append(choose)


def _discriminator(
    make: Builder,
    at: pointer.Parts,
    schema: Mapping[str, Any],
    step: int,
    branches: list[tuple[int, Callable[[Any], int]]],
) -> Callable[[Any], int]:
    """A walker of the one schema that the discriminator names, as openapi-core finds it."""
    name, mapping = schema["discriminator"].get("propertyName"), schema["discriminator"].get("mapping", {})
    by_place = {target(make.at((*at, str(number)))): branch for number, branch in enumerate(branches)}
    for tag, reference in mapping.items():
        named = target({"$ref": reference})
        if named is not None and named not in by_place:
            why = f"`{name}` was never {tag}"
            by_place[named] = (0, make.node(named, step, why).walk)

    def choose(value: Any) -> int:
        tag = value.get(name) if type(value) is dict else None
        if type(tag) is not str or not tag:
            return 0
        bit, walk = by_place.get(target({"$ref": mapping.get(tag) or f"#/components/schemas/{tag}"}), (0, None))
        return bit | walk(value) if walk is not None else 0

    return choose


def _condition(make: Builder, node: Node, at: pointer.Parts, _value: Any, step: int) -> None:
    place, schema = at[:-1], make.at(at[:-1])
    quick, sure = make.matcher.accepts(at, make.register.side)
    ways: list[tuple[int, Callable[[Any], int] | None]] = []
    for keyword, why in (("then", "the condition never held"), ("else", "the condition always held")):
        if keyword in schema:
            bit = make.register.add((*place, keyword), keyword, "branch", step, why)
            walk = make.below(node, (*place, keyword), place, ANY, bit, why).walk
            ways.append((1 << bit, walk))
        else:
            ways.append((0, None))
    (then_bit, then), (else_bit, other) = ways

    def follow(value: Any) -> int:
        bit, walk = (then_bit, then) if quick(value) or sure(value) else (else_bit, other)
        return bit | walk(value) if walk is not None else 0

    node.also.append(follow)


def _values(make: Builder, node: Node, at: pointer.Parts, value: list[Any], step: int) -> None:
    """Each value of an enum counts by itself."""
    texts: dict[str, int] = {}
    others: dict[bytes, int] = {}
    for number, one in enumerate(value):
        why = f"the value {orjson.dumps(one, option=orjson.OPT_NON_STR_KEYS).decode()[:80]} never came"
        bit = 1 << make.register.add((*at, str(number)), "enum", "value", step, why)
        if isinstance(one, str):
            texts[one] = bit
        else:
            others[_key(one)] = bit

    def listed(value: Any) -> int:
        if type(value) is str:
            return texts.get(value, 0)
        return others.get(_key(value), 0) if others else 0

    node.also.append(listed)


def _key(value: Any) -> bytes:
    """Equal for what JSON Schema holds equal: 1 and 1.0, but not 1 and true."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, int | NULL):
        return repr(value).encode()
    try:
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except (TypeError, orjson.JSONEncodeError):
        return b""


LEADS: Mapping[str, Lead] = {
    "$ref": _reference,
    "additionalProperties": _additional,
    "allOf": _all_of,
    "anyOf": _alternatives,
    "dependentRequired": _dependent_required,
    "dependentSchemas": _dependent_schemas,
    "enum": _values,
    "if": _condition,
    "items": _items,
    "oneOf": _alternatives,
    "patternProperties": _pattern_properties,
    "prefixItems": _prefix_items,
    "properties": _properties,
    "propertyNames": _names,
}
