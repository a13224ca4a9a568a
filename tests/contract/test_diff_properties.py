"""What holds for any two documents: the comparison is held against a validator, and against itself."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from differing import carrying, unread
from understudy.contract.diff.changes import Change
from understudy.contract.diff.documents import compare

NAMES = st.sampled_from("abc")
SCALARS = st.sampled_from([None, True, False, 0, 1, 2, 5, 1.5, -1, "", "a", "ab", "abc", "b"])
VALUES = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(NAMES, below, max_size=3),
    max_leaves=6,
)
KINDS = ["string", "integer", "number", "boolean", "array", "object", "null"]
COUNTS = st.integers(0, 3)


def schemas(*, choices: bool = True) -> st.SearchStrategy[Any]:
    """Schemas with every keyword that is compared; without choices, those alone of which order can be told."""
    leaf: dict[str, st.SearchStrategy[Any]] = {
        "type": st.sampled_from(KINDS) | st.lists(st.sampled_from(KINDS), min_size=1, max_size=3, unique=True),
        "enum": st.lists(SCALARS, min_size=1, max_size=4, unique_by=repr),
        "const": SCALARS,
        "minimum": st.integers(-1, 3),
        "maximum": st.integers(-1, 3),
        "exclusiveMinimum": st.integers(-1, 3),
        "multipleOf": st.sampled_from([1, 2, 3, 0.5]),
        "minLength": COUNTS,
        "maxLength": COUNTS,
        "pattern": st.sampled_from(["^a", "b$", "^a$"]),
        "minItems": COUNTS,
        "maxItems": COUNTS,
        "uniqueItems": st.booleans(),
        "required": st.lists(NAMES, max_size=2, unique=True),
        "minProperties": COUNTS,
        "maxProperties": COUNTS,
        "dependentRequired": st.dictionaries(NAMES, st.lists(NAMES, max_size=1), max_size=1),
    }

    def grow(below: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
        several = st.lists(below, min_size=1, max_size=3)
        more = {
            "properties": st.dictionaries(NAMES, below, max_size=3),
            "additionalProperties": st.booleans() | below,
            "items": below,
            "allOf": several,
            "propertyNames": st.just({"maxLength": 1}) | st.just({"pattern": "^a"}),
        }
        if choices:
            more |= {
                "anyOf": several,
                "oneOf": several,
                "not": below,
                "if": below,
                "then": below,
                "contains": below,
                "prefixItems": several,
                "patternProperties": st.dictionaries(st.sampled_from(["^a", "b"]), below, min_size=1, max_size=1),
            }
        return some(leaf | more)

    return st.recursive(some(leaf) | st.just({"$ref": "#/components/schemas/One"}), grow, max_leaves=5)


def some(keywords: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """A schema with up to four of the keywords."""
    chosen = st.lists(st.sampled_from(sorted(keywords)), max_size=4, unique=True)
    return chosen.flatmap(lambda names: st.fixed_dictionaries({name: keywords[name] for name in names}))


ONE = {"type": ["object", "null"], "properties": {"a": {"type": "string"}, "b": {"$ref": "#/components/schemas/One"}}}


def said(a: Any, b: Any, side: str) -> list[Change]:
    """What is told of two schemas."""
    return compare(unread(carrying(a, side, One=ONE)), unread(carrying(b, side, One=ONE)))


def valid(schema: Any, value: Any) -> bool:
    whole = {"components": {"schemas": {"Root": schema, "One": ONE}}, "$ref": "#/components/schemas/Root"}
    return bool(Draft202012Validator(whole).is_valid(value))


def mutate(data: st.DataObject, node: Any, fresh: st.SearchStrategy[Any]) -> Any:
    """A copy with one keyword, somewhere, dropped, added or replaced."""
    node = copy.deepcopy(node)
    if not isinstance(node, dict) or not node:
        return data.draw(fresh)
    at = node
    while True:
        deeper = [key for key in at if isinstance(at[key], dict) and at[key]]
        if not deeper or data.draw(st.booleans()):
            break
        at = at[data.draw(st.sampled_from(deeper))]
    if at is not node:
        at[data.draw(st.sampled_from(sorted(at)))] = data.draw(fresh)
        return node
    what = data.draw(st.sampled_from(["drop", "merge"]))
    if what == "drop":
        del node[data.draw(st.sampled_from(sorted(node)))]
    else:
        node |= data.draw(fresh)
    return node


def well_formed(schema: Any) -> bool:
    try:
        Draft202012Validator.check_schema(schema)
    except Exception:  # noqa: BLE001 - whatever is wrong with it
        return False
    return True


def shuffled(data: st.DataObject, node: Any) -> Any:
    if isinstance(node, dict):
        return {key: shuffled(data, node[key]) for key in data.draw(st.permutations(sorted(node)))}
    return [shuffled(data, item) for item in node] if isinstance(node, list) else node


@given(st.data(), schemas())
def test_a_document_does_not_differ_from_itself(data: st.DataObject, schema: Any) -> None:
    """A document against itself, whatever the order of its keys, is no change."""
    assert said(schema, copy.deepcopy(schema), "both") == []
    assert said(schema, shuffled(data, schema), "both") == []


OPPOSITES = {"added": "removed", "removed": "added", "narrowed": "widened", "widened": "narrowed",
             "listed": "unlisted", "unlisted": "listed"}  # fmt: skip


def turned(rule: str) -> str:
    stem, _, verb = rule.rpartition("-")
    return f"{stem}-{OPPOSITES.get(verb, verb)}"


@given(st.data(), schemas())
def test_the_other_way_round_is_the_opposite(data: st.DataObject, schema: Any) -> None:
    """With A and B swapped, added is removed, narrowed is widened, and the pointers change sides."""
    other = mutate(data, schema, schemas())
    assume(well_formed(other))
    forwards = {(change.rule, change.a, change.b) for change in said(schema, other, "request")}
    backwards = {(turned(change.rule), change.b, change.a) for change in said(other, schema, "request")}
    assert forwards == backwards


@settings(max_examples=300)
@given(st.data(), schemas(), st.lists(VALUES, min_size=10, max_size=30))
def test_no_difference_goes_untold(data: st.DataObject, schema: Any, values: list[Any]) -> None:
    """Where nothing but prose is told of two schemas, they allow the same values."""
    other = mutate(data, schema, schemas())
    assume(well_formed(other))
    if all(change.kind == "prose" for change in said(schema, other, "request")):
        for value in values:
            assert valid(schema, value) == valid(other, value)


@settings(max_examples=300)
@given(st.data(), schemas(choices=False), st.lists(VALUES, min_size=10, max_size=30))
def test_what_does_not_break_is_taken(data: st.DataObject, schema: Any, values: list[Any]) -> None:
    """Where no change breaks requests, what was valid stays valid; where none breaks answers, none is new."""
    other = mutate(data, schema, schemas(choices=False))
    assume(well_formed(other))
    requests, answers = said(schema, other, "request"), said(schema, other, "response")
    # By convention nobody uses a property that nobody documents, which a validator cannot know.
    assume(not any(change.rule.endswith(("-property-added", "-property-removed")) for change in requests))
    for value in values:
        if not any(change.kind == "breaking" for change in requests):
            assert not valid(schema, value) or valid(other, value)
        if not any(change.kind == "breaking" for change in answers):
            assert not valid(other, value) or valid(schema, value)
