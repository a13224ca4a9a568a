"""Each keyword of a schema is broken by itself in some case, and kept at its edges in others."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from case_documents import REF, body, written
from documents import document, operation
from understudy.probe.cases.case import Case
from understudy.probe.cases.corpus import generate

TAGGED = {"oneOf": [{"$ref": f"{REF}Cat"}], "discriminator": {"propertyName": "kind", "mapping": {"cat": f"{REF}Cat"}}}
CAT = {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}}

# A schema, and the keywords that some case must break alone.
BROKEN: tuple[tuple[Any, str], ...] = (
    ({"type": "integer"}, "type"),
    ({"type": ["string", "null"]}, "type"),
    ({"enum": ["a", "b", 3, None]}, "enum"),
    ({"const": {"a": [1]}}, "const"),
    ({"type": "string", "minLength": 3}, "minLength"),
    ({"type": "string", "maxLength": 3}, "maxLength"),
    ({"type": "string", "minLength": 3, "maxLength": 3, "pattern": "^[a-z]+$"}, "maxLength pattern"),
    ({"type": "string", "pattern": r"^\d{4}-x$"}, "pattern"),
    *(({"type": "string", "format": form}, "format") for form in
      ("date", "date-time", "email", "hostname", "ipv4", "ipv6", "uri", "uuid", "byte", "regex")),
    ({"type": "integer", "format": "int32"}, "format"),
    ({"type": "integer", "minimum": 3}, "minimum"),
    ({"type": "number", "maximum": 0.5}, "maximum"),
    ({"type": "integer", "exclusiveMinimum": 3, "exclusiveMaximum": 7}, "exclusiveMinimum exclusiveMaximum"),
    ({"type": "number", "multipleOf": 0.25, "minimum": 0.25}, "multipleOf minimum"),
    ({"type": "integer", "multipleOf": 7}, "multipleOf"),
    ({"type": "array", "items": {"type": "integer"}, "minItems": 2, "maxItems": 3}, "minItems maxItems type"),
    ({"type": "array", "items": {"type": "integer"}, "uniqueItems": True}, "uniqueItems"),
    ({"type": "array", "items": {"type": ["integer", "string"]}, "contains": {"const": 5}, "maxContains": 2}, "contains"),
    ({"type": "array", "prefixItems": [{"type": "integer"}, {"type": "boolean"}], "items": False}, "type items"),
    ({"type": "array", "prefixItems": [{"type": "integer"}], "unevaluatedItems": False}, "unevaluatedItems"),
    ({"type": "object", "required": ["a", "b"], "properties": {"a": {"type": "string"}, "b": {}}}, "required type"),
    ({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": False}, "additionalProperties"),
    ({"type": "object", "properties": {"a": {"type": "string"}}, "unevaluatedProperties": False}, "unevaluatedProperties"),
    ({"type": "object", "additionalProperties": {"type": "integer"}}, "type"),
    ({"type": "object", "minProperties": 2, "maxProperties": 3}, "minProperties maxProperties"),
    ({"type": "object", "propertyNames": {"pattern": "^[a-z]+$"}}, "pattern"),
    ({"type": "object", "patternProperties": {"^n_": {"type": "integer"}}}, "type"),
    ({"type": "object", "patternProperties": {"^n_": False}}, "false"),
    ({"type": "object", "properties": {"a": False}}, "false"),
    ({"type": "object", "properties": {"a": {"type": "integer"}, "b": {}}, "dependentRequired": {"a": ["b"]}}, "dependentRequired"),
    ({"type": "object", "properties": {"a": {}}, "dependentSchemas": {"a": {"required": ["b"]}}}, "required"),
    ({"oneOf": [{"type": "integer"}, {"type": "number", "minimum": 5}]}, "oneOf"),
    ({"oneOf": [{"type": "string", "maxLength": 3}, {"type": "array", "maxItems": 1}]}, "oneOf"),
    ({"anyOf": [{"type": "integer"}, {"type": "string", "format": "date"}]}, "anyOf"),
    ({"allOf": [{"type": "string", "minLength": 2}, {"maxLength": 5}]}, "minLength maxLength type"),
    ({"type": "integer", "not": {"minimum": 5}}, "not"),
    ({"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}, "required": ["a"], "if": {"properties": {"a": {"minimum": 5}}}, "then": {"required": ["b"]}, "else": {"not": {"required": ["b"]}}}, "required not"),
    ({"type": "object", "properties": {"a": {"type": "string", "readOnly": True}}}, "readOnly"),
    (TAGGED, "required"),
    ({"$ref": f"{REF}Loop"}, "type maxLength"),
)  # fmt: skip
LOOP = {"type": "object", "properties": {"word": {"type": "string", "maxLength": 3}, "more": {"$ref": f"{REF}Loop"}}}

# In a query everything is text.
IN_A_QUERY: tuple[tuple[Any, str], ...] = (
    ({"type": "integer"}, "type"),
    ({"type": "boolean"}, "type"),
    ({"type": "string", "enum": ["up", "down"]}, "enum"),
    ({"type": "string", "minLength": 3, "maxLength": 5}, "minLength maxLength"),
    ({"type": "string", "format": "uuid"}, "format"),
    ({"type": "number", "minimum": 0, "maximum": 1}, "minimum maximum type"),
    ({"type": "array", "items": {"type": "integer"}, "maxItems": 2}, "maxItems type"),
)

OF_3_0: tuple[tuple[Any, str], ...] = (
    ({"type": "string", "nullable": True, "maxLength": 3}, "maxLength type"),
    ({"type": "integer", "minimum": 3, "exclusiveMinimum": True}, "minimum"),
    ({"type": "integer", "format": "int64"}, "format"),
    ({"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "nullable": False}}}, "required type"),
    ({"allOf": [{"$ref": f"{REF}Cat"}, {"properties": {"lives": {"type": "integer", "maximum": 9}}}]}, "required maximum"),
)  # fmt: skip


def cases_of(tmp_path: Path, acting: dict[str, Any], openapi: str = "3.1.0") -> list[Case]:
    """The cases of one operation."""
    parts = {"schemas": {"Cat": CAT, "Loop": LOOP}}
    return generate(
        written(tmp_path / "d.json", document({"/a": {"post": acting}}, openapi=openapi, components=parts)), 1
    )


def keywords(cases: list[Case]) -> set[str]:
    """The keywords that cases break."""
    return {case.aim.keyword for case in cases if case.broken}


@pytest.mark.parametrize(("schema", "wanted"), BROKEN, ids=str)
def test_a_keyword_of_a_body_is_broken_alone(tmp_path: Path, schema: Any, wanted: str) -> None:
    """Each keyword of a body's schema has an invalid case that breaks nothing else, and the body has valid ones."""
    cases = cases_of(tmp_path, operation("act", requestBody=body(schema)))
    assert set(wanted.split()) <= keywords(cases)
    assert any(case.kind == "valid" for case in cases)


@pytest.mark.parametrize(("schema", "wanted"), IN_A_QUERY, ids=str)
def test_a_keyword_of_a_query_is_broken_alone(tmp_path: Path, schema: Any, wanted: str) -> None:
    """Each keyword that text can break has an invalid case in a query, and leaving out what is required has one."""
    cases = cases_of(
        tmp_path, operation("act", parameters=[{"name": "q", "in": "query", "required": True, "schema": schema}])
    )
    assert {*wanted.split(), "required"} <= keywords(cases)
    assert any(case.kind == "valid" for case in cases)


@pytest.mark.parametrize(("schema", "wanted"), OF_3_0, ids=str)
def test_a_keyword_of_3_0_is_broken_alone(tmp_path: Path, schema: Any, wanted: str) -> None:
    """The keywords that OpenAPI 3.0 has or reads differently have their invalid cases, too."""
    cases = cases_of(tmp_path, operation("act", requestBody=body(schema)), "3.0.3")
    assert set(wanted.split()) <= keywords(cases)
    assert any(case.kind == "valid" for case in cases)


def values(cases: list[Case], kind: str) -> list[Any]:
    """The bodies of cases of a kind."""
    return [case.ask.body for case in cases if case.kind == kind]


@pytest.mark.parametrize(
    ("schema", "good", "bad"),
    [
        ({"type": "integer", "minimum": 3, "maximum": 9}, (3, 4, 8, 9), (2, 10)),
        ({"type": "integer", "exclusiveMinimum": 3}, (4,), (3,)),
        ({"type": "integer", "minimum": 7, "multipleOf": 7}, (7, 14), (0,)),
        ({"type": "string", "enum": ["a", "b", "c"]}, ("a", "b", "c"), ("A",)),
        ({"type": ["boolean", "null"]}, (True, False, None), ("seven",)),
        ({"type": "integer"}, (0, -1, 2**31, 2**53 + 1), (None,)),
        ({"type": "string", "format": "date"}, ("2024-02-29",), ("2023-02-29",)),
    ],
    ids=str,
)  # fmt: skip
def test_the_edges_are_sent(tmp_path: Path, schema: Any, good: tuple[Any, ...], bad: tuple[Any, ...]) -> None:
    """The bounds themselves and their neighbours on both sides are sent, each with its label."""
    cases = cases_of(tmp_path, operation("act", requestBody=body(schema)))
    for kind, wanted in (("valid", good), ("invalid", bad)):
        sent = [repr(value) for value in values(cases, kind)]
        null = [b"null"] if any(value is None for value in values(cases, kind)) else []
        assert {repr(value) for value in wanted} <= {*sent, *map(repr, null)}


def test_lengths_are_met_to_the_character(tmp_path: Path) -> None:
    """A text has the shortest and the longest length that is allowed, and just one character more or less."""
    schema = {"type": "string", "minLength": 4, "maxLength": 9, "pattern": "^[a-z0-9]+$"}
    cases = cases_of(tmp_path, operation("act", requestBody=body(schema)))
    lengths = {
        kind: {len(text) for text in values(cases, kind) if isinstance(text, str)} for kind in ("valid", "invalid")
    }
    assert {4, 9} <= lengths["valid"] <= set(range(4, 10))
    assert {3, 10} <= lengths["invalid"]


def test_recursion_is_followed_down(tmp_path: Path) -> None:
    """A schema that comes back to itself is met several levels down."""
    cases = cases_of(tmp_path, operation("act", requestBody=body({"$ref": f"{REF}Loop"})))
    assert max(depth(value) for value in values(cases, "valid")) >= 10


def depth(value: Any) -> int:
    """How many objects stand in one another."""
    return 1 + max(map(depth, value.values()), default=0) if isinstance(value, dict) else 0


def test_odd_characters_keep_or_break_as_the_contract_says(tmp_path: Path) -> None:
    """Each class of characters is sent as text, a lone surrogate as JSON that is none."""
    cases = cases_of(tmp_path, operation("act", requestBody=body({"type": "string"})))
    odd = {case.aim.what: case.kind for case in cases if case.aim.keyword in ("characters", "body")}
    assert {"combining marks", "right to left", "beyond 16 bits", "the character NUL", "no character"} <= odd.keys()
    assert odd["a lone surrogate"] == "invalid"
    assert odd["the character NUL"] == "valid"
