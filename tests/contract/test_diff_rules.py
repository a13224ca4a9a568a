"""Differences that are rarely met, each with its rule, read forwards and backwards; and that no rule is without a case."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from differing import carrying, changes, told
from documents import document
from understudy.contract.diff.rules import PLAIN, SIDED

TEXT = {"type": "string"}
PAIR = {"type": "object", "properties": {"a": TEXT, "b": TEXT}, "required": ["b"]}
CLOSED = {**PAIR, "additionalProperties": False}
LESS = {"type": "object", "properties": {"a": TEXT}, "additionalProperties": False}
MAP = {"type": "object", "additionalProperties": TEXT}
ITEMS = {"type": "array", "contains": TEXT}


def owned(*keywords: str) -> dict[str, Any]:
    """An object with a property that only one side may send, by these keywords."""
    return {"type": "object", "properties": {"a": TEXT, "b": {**TEXT, **dict.fromkeys(keywords, True)}}}


# Two schemas, and the rules of the way there and of the way back, in requests and in answers alike.
SCHEMAS: list[tuple[Any, Any, str, str]] = [
    (LESS, CLOSED, "closed-required-property-added", "closed-required-property-removed"),
    ({"enum": ["x"]}, {"enum": ["x", "y"]}, "enum-value-added", "enum-value-removed"),
    (TEXT, {**TEXT, "contentEncoding": "base64"}, "content-encoding-narrowed", "content-encoding-widened"),
    (TEXT, {**TEXT, "contentMediaType": "text/html"}, "content-media-type-narrowed", "content-media-type-widened"),
    (ITEMS, {**ITEMS, "maxContains": 2}, "max-contains-narrowed", "max-contains-widened"),
    (ITEMS, {**ITEMS, "minContains": 2}, "min-contains-narrowed", "min-contains-widened"),
    (MAP, {**MAP, "properties": {"a": TEXT}}, "property-listed", "property-unlisted"),
    ({"$dynamicRef": "#x"}, {"$dynamicRef": "#y"}, "dynamic-reference-changed", "dynamic-reference-changed"),
]
SENT: list[tuple[str, str, str, str]] = [
    ("readOnly", "read-only-removed", "read-only-required-added", "read-only-required-removed"),
    ("writeOnly", "write-only-removed", "write-only-required-added", "write-only-required-removed"),
]


@pytest.mark.parametrize(("a", "b", "there", "back"), SCHEMAS, ids=[case[2] for case in SCHEMAS])
def test_a_schema_that_changed(a: Any, b: Any, there: str, back: str, tmp_path: Path) -> None:
    """The rule is named for its side, weighs what the table says, and the way back has the opposite one."""
    for number, side in enumerate(("request", "response")):
        old, new = carrying(a, side), carrying(b, side)
        assert told(changes(tmp_path, old, new)) == {(f"{side}-{there}", SIDED[there][number])}
        assert told(changes(tmp_path, new, old)) == {(f"{side}-{back}", SIDED[back][number])}


@pytest.mark.parametrize(("keyword", "free", "asked", "spared"), SENT)
def test_what_only_one_side_may_send(keyword: str, free: str, asked: str, spared: str, tmp_path: Path) -> None:
    """Ceasing to be so, being asked for besides, and being asked for no more are three rules."""
    for number, side in enumerate(("request", "response")):
        plain, marked = carrying(owned(), side), carrying(owned(keyword), side)
        required = carrying({**owned(keyword), "required": ["b"]}, side)
        assert (f"{side}-{free}", SIDED[free][number]) in told(changes(tmp_path, marked, plain))
        assert (f"{side}-{asked}", SIDED[asked][number]) in told(changes(tmp_path, marked, required))
        assert (f"{side}-{spared}", SIDED[spared][number]) in told(changes(tmp_path, required, marked))


def operation(**parts: Any) -> dict[str, Any]:
    """A document with one operation."""
    return document({"/a": {"post": {"operationId": "a", "responses": {"200": {"description": "Fine"}}, **parts}}})


def answering(header: dict[str, Any]) -> dict[str, Any]:
    """A document whose answer has a header."""
    return operation(responses={"200": {"description": "Fine", "headers": {"X-A": header}}})


def asking(scheme: str) -> dict[str, Any]:
    """A document that asks for one of two keys."""
    schemes = {name: {"type": "apiKey", "in": "header", "name": name} for name in ("x", "y")}
    return {**operation(security=[{scheme: []}]), "components": {"securitySchemes": schemes}}


BODY = {"required": True, "content": {"application/json": {"schema": TEXT}}}
DOCUMENTS: list[tuple[dict[str, Any], dict[str, Any], str, str]] = [
    (operation(), operation(requestBody=BODY), "request-required-body-added", "request-required-body-removed"),
    (
        answering({"schema": MAP}),
        answering({"schema": MAP, "explode": True}),
        "response-header-serialisation-changed",
        "response-header-serialisation-changed",
    ),
    (asking("x"), asking("y"), "security-changed", "security-changed"),
]


@pytest.mark.parametrize(("a", "b", "there", "back"), DOCUMENTS, ids=[case[2] for case in DOCUMENTS])
def test_an_operation_that_changed(a: dict[str, Any], b: dict[str, Any], there: str, back: str, tmp_path: Path) -> None:
    """A required body, a header written otherwise, and other credentials break clients, there and back."""
    assert told(changes(tmp_path, a, b)) == {(there, "breaking")}
    assert told(changes(tmp_path, b, a)) == {(back, "breaking")}


def test_no_rule_is_without_a_case() -> None:
    """Every difference is named in a test, in one of its forms."""
    tests = "".join(path.read_text() for path in Path(__file__).parent.glob("test_diff*.py"))
    forms = re.compile(r"-(narrowed|widened|changed|added|removed)$")
    assert [name for name in (*SIDED, *PLAIN) if forms.sub("-", name) not in tests] == []
