"""Comparing schemas: what is narrower, what is wider, what is the same in other words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from differing import carrying, changes, told

TEXT = {"type": "string"}
OPEN = {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "required": ["a"]}
CLOSED = {**OPEN, "additionalProperties": False}

# The first schema, the second, the difference, and whether it breaks requests and answers.
# Read backwards, each pair gives the opposite difference.
NARROWINGS: list[tuple[Any, Any, str]] = [
    ({"type": ["string", "null"]}, TEXT, "null-removed"),
    ({"type": ["string", "integer"]}, TEXT, "type-narrowed"),
    ({"type": "number"}, {"type": "integer"}, "type-narrowed"),
    ({}, TEXT, "type-narrowed"),
    (TEXT, {"type": "string", "enum": ["x", "y"]}, "enum-added"),
    ({"enum": ["x", "y"]}, {"enum": ["x"]}, "enum-value-removed"),
    ({"enum": ["x", "y"]}, {"const": "x"}, "enum-value-removed"),
    ({"type": "integer"}, {"type": "integer", "minimum": 1}, "minimum-narrowed"),
    ({"type": "integer", "minimum": 1}, {"type": "integer", "exclusiveMinimum": 1}, "minimum-narrowed"),
    ({"type": "integer", "minimum": 1}, {"type": "integer", "minimum": 2}, "minimum-narrowed"),
    ({"type": "integer", "maximum": 9}, {"type": "integer", "maximum": 8}, "maximum-narrowed"),
    ({"type": "integer", "maximum": -1}, {"type": "integer", "exclusiveMaximum": -1}, "maximum-narrowed"),
    (TEXT, {"type": "string", "minLength": 1}, "min-length-narrowed"),
    ({"type": "string", "maxLength": 5}, {"type": "string", "maxLength": 4}, "max-length-narrowed"),
    (TEXT, {"type": "string", "maxLength": 4}, "max-length-narrowed"),
    (TEXT, {"type": "string", "pattern": "^a"}, "pattern-narrowed"),
    (TEXT, {"type": "string", "format": "uuid"}, "format-narrowed"),
    ({"type": "integer", "format": "int64"}, {"type": "integer", "format": "int32"}, "format-narrowed"),
    ({"type": "number"}, {"type": "number", "multipleOf": 2}, "multiple-of-narrowed"),
    ({"type": "number", "multipleOf": 0.1}, {"type": "number", "multipleOf": 0.3}, "multiple-of-narrowed"),
    ({"type": "array"}, {"type": "array", "minItems": 1}, "min-items-narrowed"),
    ({"type": "array"}, {"type": "array", "maxItems": 1}, "max-items-narrowed"),
    ({"type": "array"}, {"type": "array", "uniqueItems": True}, "unique-items-narrowed"),
    ({"type": "array"}, {"type": "array", "items": TEXT}, "type-narrowed"),
    ({"type": "array"}, {"type": "array", "contains": TEXT}, "contains-narrowed"),
    ({"type": "object"}, {"type": "object", "minProperties": 1}, "min-properties-narrowed"),
    ({"type": "object"}, {"type": "object", "maxProperties": 1}, "max-properties-narrowed"),
    ({"type": "object"}, {"type": "object", "propertyNames": {"pattern": "^a"}}, "pattern-narrowed"),
    ({"type": "object"}, {"type": "object", "dependentRequired": {"a": ["b"]}}, "dependent-required-narrowed"),
    (OPEN, {**OPEN, "required": ["a", "b"]}, "required-added"),
    (OPEN, CLOSED, "additional-properties-narrowed"),
    (OPEN, {**OPEN, "unevaluatedProperties": False}, "unevaluated-properties-narrowed"),
    ({"type": "object", "additionalProperties": True}, {"type": "object", "additionalProperties": TEXT}, "type-narrowed"),
    (TEXT, {"type": "string", "not": {"const": "x"}}, "not-narrowed"),
    (TEXT, {"type": "string", "if": {"minLength": 1}, "then": {"maxLength": 2}}, "if-narrowed"),
    ({"anyOf": [TEXT, {"type": "integer"}]}, {"anyOf": [TEXT]}, "alternative-removed"),
    ({"anyOf": [TEXT, {"type": "integer"}, {"type": "null"}]}, {"anyOf": [TEXT, {"type": "integer"}]}, "null-removed"),
    ({"oneOf": [TEXT, {"type": "integer"}, {"type": "array"}]}, {"oneOf": [TEXT, {"type": "array"}]}, "alternative-removed"),
    ({"oneOf": [{"type": "integer"}, TEXT]}, {"oneOf": [{"type": "string", "maxLength": 3}, {"type": "integer"}]}, "max-length-narrowed"),
    ({"anyOf": [TEXT, {"type": "integer"}]}, {"oneOf": [TEXT, {"type": "integer"}]}, "alternatives-narrowed"),
]  # fmt: skip
OPPOSITES = {"narrowed": "widened", "added": "removed", "removed": "added"}


def opposite(name: str) -> str:
    stem, _, verb = name.rpartition("-")
    return f"{stem}-{OPPOSITES[verb]}"


@pytest.mark.parametrize(
    ("wide", "narrow", "name"), NARROWINGS, ids=lambda value: value if isinstance(value, str) else ""
)
def test_narrower_breaks_requests_and_wider_breaks_answers(tmp_path: Path, wide: Any, narrow: Any, name: str) -> None:
    """A narrower schema refuses what was sent and answers nothing new; a wider one does the contrary."""
    for side, first, second in (("request", "breaking", "compatible"), ("response", "compatible", "breaking")):
        here, there = carrying(wide, side), carrying(narrow, side)
        assert told(changes(tmp_path, here, there)) == {(f"{side}-{name}", first)}
        assert told(changes(tmp_path, there, here)) == {(f"{side}-{opposite(name)}", second)}


@pytest.mark.parametrize(
    ("old", "new", "name"),
    [
        (TEXT, {"type": "integer"}, "type-changed"),
        ({"type": "string", "pattern": "^a"}, {"type": "string", "pattern": "^b"}, "pattern-changed"),
        ({"type": "string", "format": "uuid"}, {"type": "string", "format": "date"}, "format-changed"),
        ({"type": "number", "multipleOf": 2}, {"type": "number", "multipleOf": 3}, "multiple-of-changed"),
        ({"not": {"const": 1}}, {"not": {"const": 2}}, "not-changed"),
        ({"if": {"const": 1}, "then": TEXT}, {"if": {"const": 2}, "then": TEXT}, "if-changed"),
        ({"if": {"const": 1}, "then": TEXT}, {"if": {"const": 1}, "else": TEXT}, "if-changed"),
        (
            {"type": "array", "prefixItems": [TEXT]},
            {"type": "array", "prefixItems": [TEXT, TEXT]},
            "prefix-items-changed",
        ),
        ({"patternProperties": {"^a": TEXT}}, {"patternProperties": {"^b": TEXT}}, "pattern-properties-changed"),
    ],
)
def test_what_is_neither_narrower_nor_wider_breaks_both_ways(tmp_path: Path, old: Any, new: Any, name: str) -> None:
    """A schema that allows other values, not just fewer or more, breaks requests and answers."""
    for side in ("request", "response"):
        assert told(changes(tmp_path, carrying(old, side), carrying(new, side))) == {(f"{side}-{name}", "breaking")}


def having(schema: dict[str, Any], name: str, *, required: bool = False, **keywords: Any) -> dict[str, Any]:
    """A schema with one property more."""
    needed = [*schema.get("required", ()), *([name] if required else [])]
    return {**schema, "required": needed, "properties": {**schema["properties"], name: {"type": "string", **keywords}}}


PROPERTIES: list[tuple[Any, Any, str, str, str]] = [
    (OPEN, having(OPEN, "c"), "property-added", "compatible", "compatible"),
    (having(OPEN, "c"), OPEN, "property-removed", "compatible", "breaking"),
    (OPEN, having(OPEN, "c", required=True), "required-property-added", "breaking", "compatible"),
    (having(OPEN, "c", required=True), OPEN, "required-property-removed", "compatible", "breaking"),
    (CLOSED, having(CLOSED, "c"), "closed-property-added", "compatible", "breaking"),
    (having(CLOSED, "c"), CLOSED, "closed-property-removed", "breaking", "breaking"),
    (CLOSED, having(CLOSED, "c", required=True), "closed-required-property-added", "breaking", "breaking"),
    (OPEN, having(OPEN, "c", required=True, readOnly=True), "property-added", "compatible", "compatible"),
    (OPEN, {**OPEN, "required": []}, "required-removed", "compatible", "breaking"),
    (having(OPEN, "c"), having(OPEN, "c", readOnly=True), "read-only-added", "breaking", "compatible"),
    (having(OPEN, "c"), having(OPEN, "c", writeOnly=True), "write-only-added", "compatible", "breaking"),
    (having(OPEN, "c"), having(OPEN, "c", default="x"), "default-changed", "compatible", "compatible"),
    (having(OPEN, "c"), having(OPEN, "c", description="x"), "", "prose", "prose"),
]  # fmt: skip


@pytest.mark.parametrize("case", PROPERTIES)
def test_properties_come_and_go(tmp_path: Path, case: tuple[Any, Any, str, str, str]) -> None:
    """A reader skips what it does not know, unless the schema is closed; nobody does without what was promised."""
    old, new, name, request_kind, response_kind = case
    for side, kind in (("request", request_kind), ("response", response_kind)):
        rule = f"{side}-{name}" if name else "prose-changed"
        assert told(changes(tmp_path, carrying(old, side), carrying(new, side))) == {(rule, kind)}


PET = {"type": "object", "properties": {"name": TEXT}}
SAME: list[tuple[Any, Any, dict[str, Any]]] = [
    (PET, {"$ref": "#/components/schemas/Pet"}, {"Pet": PET}),
    (PET, {"allOf": [{"type": "object"}, {"properties": {"name": TEXT}}]}, {}),
    (PET, {"allOf": [{"$ref": "#/components/schemas/Pet"}]}, {"Pet": PET}),
    (PET, {**PET, "additionalProperties": {}, "required": [], "minProperties": 0}, {}),
    ({"type": ["string", "null"]}, {"anyOf": [TEXT, {"type": "null"}]}, {}),
    ({"type": ["string", "null"]}, {"oneOf": [{"type": "null"}, {"$ref": "#/components/schemas/Text"}]}, {"Text": TEXT}),
    ({"const": "x"}, {"enum": ["x"]}, {}),
    ({"enum": ["x", "y"]}, {"type": "string", "enum": ["y", "x"]}, {}),
    ({"type": "array", "uniqueItems": False, "items": True}, {"type": "array"}, {}),
    ({"type": ["string", "integer"]}, {"type": ["integer", "string"]}, {}),
    ({"type": "integer", "minimum": 1.0}, {"type": "integer", "minimum": 1}, {}),
    ({"anyOf": [TEXT, {"type": "integer"}]}, {"anyOf": [{"type": "integer"}, TEXT]}, {}),
    ({"allOf": [{"minimum": 1}, {"minimum": 3}]}, {"minimum": 3}, {}),
]  # fmt: skip


@pytest.mark.parametrize(("one", "other", "components"), SAME)
def test_the_same_in_other_words_is_no_change(tmp_path: Path, one: Any, other: Any, components: dict[str, Any]) -> None:
    """Two ways of writing one set of values are no change, in either direction."""
    here, there = carrying(one, "both"), carrying(other, "both", **components)
    assert changes(tmp_path, here, there) == []
    assert changes(tmp_path, there, here) == []


def test_nullable_of_3_0_is_null_of_3_1(tmp_path: Path) -> None:
    """A document that moves from OpenAPI 3.0 to 3.1 and says the same in its words has only changed its version."""
    old = carrying({"type": "string", "nullable": True}, "both", openapi="3.0.3")
    new = carrying({"type": ["string", "null"]}, "both")
    assert told(changes(tmp_path, old, new)) == {("openapi-version-changed", "prose")}
    plain = carrying(TEXT, "response", openapi="3.0.3")
    nullable = carrying({"type": "string", "nullable": True}, "response", openapi="3.0.3")
    assert told(changes(tmp_path, plain, nullable)) == {("response-null-added", "breaking")}
    bounded = carrying({"type": "integer", "minimum": 1, "exclusiveMinimum": True}, "response", openapi="3.0.3")
    found = told(changes(tmp_path, bounded, carrying({"type": "integer", "exclusiveMinimum": 1}, "response")))
    assert found == {("openapi-version-changed", "prose")}


def test_a_recursive_component_is_compared_once(tmp_path: Path) -> None:
    """A schema that contains itself is compared to its end, and its change is one change."""

    def tree(*required: str) -> dict[str, Any]:
        branches = {"type": "array", "items": {"$ref": "#/components/schemas/Tree"}}
        node = {"type": "object", "properties": {"name": TEXT, "branches": branches}, "required": [*required]}
        return carrying({"$ref": "#/components/schemas/Tree"}, "both", Tree=node)

    assert changes(tmp_path, tree(), tree()) == []
    (change,) = changes(tmp_path, tree(), tree("name"))
    assert (change.rule, change.kind, change.sides) == ("request-required-added", "breaking", ("request", "response"))
    assert change.a == change.b == "/components/schemas/Tree/properties/name"


def test_an_alternative_beside_what_there_was_breaks_answers_only(tmp_path: Path) -> None:
    """Where one schema becomes a choice between it and another, the other one is what is new."""
    components = {
        "Cat": {"type": "object", "properties": {"purrs": TEXT}},
        "Dog": {"type": "object", "properties": {"barks": TEXT}},
    }
    cat, dog = ({"$ref": f"#/components/schemas/{name}"} for name in components)
    for side, kind in (("request", "compatible"), ("response", "breaking")):
        old, new = carrying(cat, side, **components), carrying({"oneOf": [cat, dog]}, side, **components)
        assert told(changes(tmp_path, old, new)) == {(f"{side}-alternative-added", kind)}


@pytest.mark.parametrize(
    ("discriminator", "name", "kind"),
    [
        ({"propertyName": "sort"}, "discriminator-changed", "breaking"),
        (
            {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat"}},
            "discriminator-widened",
            "compatible",
        ),
        (None, "discriminator-widened", "compatible"),
    ],
)
def test_a_discriminator_decides(tmp_path: Path, discriminator: Any, name: str, kind: str) -> None:
    """Another discriminator, or other values of it, are told."""
    components = {name: {"type": "object", "properties": {"kind": TEXT, "sort": TEXT}} for name in ("Cat", "Dog")}
    choice = {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in components]}
    old = carrying({**choice, "discriminator": {"propertyName": "kind"}}, "request", **components)
    new = carrying({**choice, **({"discriminator": discriminator} if discriminator else {})}, "request", **components)
    assert told(changes(tmp_path, old, new)) == {(f"request-{name}", kind)}
