"""Contract coverage: what a message exercises, keyword by keyword, and that verdicts and promises speak of the same."""

from __future__ import annotations

import json
import warnings
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, note, seed, settings
from hypothesis import strategies as st

from documents import contract, operation
from messages import Speaker, request, response
from operations import made_document
from pairs import bundled, places
from understudy.contract.contract import Contract
from understudy.contract.coverage import PENDING, Count, Coverage, CoverageError, Tally
from understudy.contract.document import DocumentError, load
from understudy.contract.exchange import Exchange, Request, Response
from understudy.contract.operation import Operation
from understudy.contract.promises import Promise, promises

BODY = "#/paths/~1act/post/requestBody/content/application~1json/schema"
JSON = (b"content-type", b"application/json")

CAT = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "cat"}}}
DOG = {"type": "object", "required": ["kind", "tail"], "properties": {"kind": {"const": "dog"}}}
CHOICE = [{"$ref": "#/components/schemas/cat"}, {"$ref": "#/components/schemas/dog"}]
TREE = {"type": "object", "properties": {"leaf": {"maxLength": 3}, "below": {"$ref": "#/components/schemas/tree"}}}
COMPONENTS = {"schemas": {"cat": CAT, "dog": DOG, "tree": TREE, "never": False, "text": {"minLength": 1}}}
C = "#/components/schemas/"

# jsonschema-rs says that this has an item twice, and openapi-core, whose word counts, that it has not.
UNIQUE_TO_ONE = [[1, "a"], [True, "a"], [1, "a"]]

# Schema, value, and the promises that the value exercises: below the body's schema, or in a component.
REACHED: tuple[tuple[Any, Any, str], ...] = (
    ({"type": "string"}, 1, "type"),
    ({"type": "string", "maxLength": 3, "minLength": 1, "pattern": "a"}, "a", "type maxLength minLength pattern"),
    ({"type": "string", "maxLength": 3, "minLength": 1, "pattern": "a"}, 1, "type"),
    ({"minLength": 0, "minItems": 0, "minProperties": 0, "uniqueItems": False, "required": []}, "a", ""),
    ({"format": "uuid"}, "a", "format"),
    ({"format": "uuid"}, 1, ""),
    ({"format": "int32"}, 1, "format"),
    ({"format": "int32"}, "1", ""),
    ({"format": "colour"}, "a", ""),
    ({"minimum": 1, "maximum": 2, "multipleOf": 1}, 1.0, "minimum maximum multipleOf"),
    ({"exclusiveMinimum": 1, "exclusiveMaximum": 2}, 3, "exclusiveMinimum exclusiveMaximum"),
    ({"minimum": 1, "multipleOf": 1}, True, ""),
    ({"const": 1}, None, "const"),
    ({"enum": ["a", "b", 1, True, None]}, "b", "enum enum/1"),
    ({"enum": ["a", "b", 1, True, None]}, 1.0, "enum enum/2"),
    ({"enum": ["a", "b", 1, True, None]}, True, "enum enum/3"),
    ({"enum": ["a", "b", 1, True, None]}, None, "enum enum/4"),
    ({"enum": ["a", "b", 1, True, None]}, "c", "enum"),
    ({"enum": [[1], {"a": 1}]}, {"a": 1}, "enum enum/1"),
    ({"minItems": 1, "maxItems": 2, "uniqueItems": True, "contains": {"type": "null"}}, [], "minItems maxItems uniqueItems contains"),
    ({"contains": True, "minContains": 2, "maxContains": 3}, [], "contains minContains maxContains"),
    ({"contains": True, "minContains": 0}, [], ""),
    ({"items": {"type": "null"}}, [], ""),
    ({"items": {"type": "null", "maxLength": 1}}, [1, "a"], "items/type items/maxLength"),
    ({"items": False}, [], "items"),
    ({"prefixItems": [{"const": 1}, {"const": 2}], "items": {"const": 3}}, [1], "prefixItems/0/const"),
    ({"prefixItems": [{"const": 1}], "items": {"const": 3}}, [1, 3], "prefixItems/0/const items/const"),
    ({"prefixItems": [False]}, [], "prefixItems"),
    ({"unevaluatedItems": False}, [], "unevaluatedItems"),
    ({"unevaluatedItems": {}, "unevaluatedProperties": True}, [], ""),
    ({"required": ["a"], "minProperties": 1, "maxProperties": 1}, {}, "required minProperties maxProperties"),
    ({"required": ["a"]}, [], ""),
    ({"properties": {"x": {"maxLength": 1}, "y": {"maxLength": 1}}}, {"x": "a"}, "properties/x/maxLength"),
    ({"properties": {"x": False}}, {}, "properties"),
    ({"properties": {"x": {"$ref": C + "never"}}}, {"x": 1}, C + "never"),
    ({"additionalProperties": False}, {}, "additionalProperties"),
    ({"additionalProperties": {"const": 1}}, {}, ""),
    ({"properties": {"x": {}}, "additionalProperties": {"const": 1}}, {"x": 2}, ""),
    ({"properties": {"x": {}}, "additionalProperties": {"const": 1}}, {"y": 1}, "additionalProperties/const"),
    ({"patternProperties": {"^a": {"const": 1}}, "additionalProperties": {"const": 2}}, {"ab": 1}, "patternProperties/^a/const"),
    ({"patternProperties": {"^a": {"const": 1}}, "additionalProperties": {"const": 2}}, {"b": 1}, "additionalProperties/const"),
    ({"properties": {"a": {"const": 1}}, "patternProperties": {"^a": {"const": 1}}}, {"a": 1}, "properties/a/const patternProperties/^a/const"),
    ({"propertyNames": {"maxLength": 2}}, {}, ""),
    ({"propertyNames": {"maxLength": 2}}, {"a": 1}, "propertyNames/maxLength"),
    ({"unevaluatedProperties": False}, {}, "unevaluatedProperties"),
    ({"dependentRequired": {"a": ["b"]}}, {"b": 1}, ""),
    ({"dependentRequired": {"a": ["b"]}}, {"a": 1}, "dependentRequired"),
    ({"dependentSchemas": {"a": {"required": ["b"]}}}, {"b": 1}, ""),
    ({"dependentSchemas": {"a": {"required": ["b"]}}}, {"a": 1}, "dependentSchemas/a/required"),
    ({"allOf": [{"type": "string"}, {"$ref": C + "text"}]}, "a", f"allOf/0/type {C}text/minLength"),
    ({"oneOf": [{"type": "string", "minLength": 1}, {"type": "integer", "minimum": 1}]}, 1, "oneOf oneOf/1 oneOf/1/type oneOf/1/minimum"),
    ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, None, "oneOf"),
    ({"anyOf": [{"minLength": 1}, {"maxLength": 3}, {"const": 1}]}, "ab", "anyOf anyOf/0 anyOf/0/minLength anyOf/1 anyOf/1/maxLength"),
    ({"oneOf": CHOICE}, {"kind": "cat"}, f"oneOf oneOf/0 {C}cat/type {C}cat/required {C}cat/properties/kind/const"),
    ({"oneOf": CHOICE, "discriminator": {"propertyName": "kind"}}, {"kind": "dog"}, f"oneOf oneOf/1 {C}dog/type {C}dog/required {C}dog/properties/kind/const"),
    ({"anyOf": CHOICE, "discriminator": {"propertyName": "t", "mapping": {"d": C + "dog"}}}, {"t": "d"}, f"anyOf anyOf/1 {C}dog/type {C}dog/required"),
    ({"oneOf": CHOICE, "discriminator": {"propertyName": "kind"}}, {"kind": "cow"}, "oneOf"),
    ({"not": {"type": "string", "minLength": 1}}, "a", "not"),
    ({"if": {"type": "string"}, "then": {"minLength": 1}, "else": {"minimum": 1}}, "a", "then then/minLength"),
    ({"if": {"type": "string"}, "then": {"minLength": 1}, "else": {"minimum": 1}}, 1, "else else/minimum"),
    ({"if": {"uniqueItems": True}, "then": {"minItems": 2}}, UNIQUE_TO_ONE, "then then/minItems"),
    ({"anyOf": [{"uniqueItems": True}, {"type": "null"}]}, UNIQUE_TO_ONE, "anyOf anyOf/0 anyOf/0/uniqueItems"),
    ({"$ref": C + "text", "maxLength": 3}, "a", f"maxLength {C}text/minLength"),
    ({"properties": {"x": {"$ref": C + "text", "maxLength": 3}}}, {"x": "a"}, f"properties/x/maxLength {C}text/minLength"),
    ({"properties": {"x": {"type": "string", "readOnly": True}}}, {}, "properties/x/readOnly"),
    ({"properties": {"x": {"type": "string", "writeOnly": True}}}, {}, ""),
    ({"$ref": C + "tree"}, {"below": {"below": {}}}, f"{C}tree/type"),
    ({"$ref": C + "tree"}, {"below": {"leaf": "a"}}, f"{C}tree/type {C}tree/properties/leaf/maxLength"),
)  # fmt: skip

REACHED_30: tuple[tuple[Any, Any, str], ...] = (
    ({"type": "number", "minimum": 1, "exclusiveMinimum": True}, 1, "type minimum"),
    ({"type": "string", "nullable": True, "enum": ["a", None]}, None, "type enum enum/1"),
    ({"type": "object", "additionalProperties": False, "x-more": 1}, {}, "type additionalProperties"),
    ({"oneOf": [{"type": "string"}, {"type": "integer"}]}, "a", "oneOf oneOf/0 oneOf/0/type"),
    ({"type": "object", "properties": {"x": {"type": "string", "readOnly": True}}}, {}, "type properties/x/readOnly"),
    ({"type": "array", "items": {"$ref": C + "text"}}, ["a"], f"type {C}text/minLength"),
)


def acting(schema: Any) -> dict[str, Any]:
    body = {"required": True, "content": {"application/json": {"schema": schema}}}
    return {"/act": {"post": operation("act", requestBody=body)}}


def asked(value: Any) -> Request:
    return Request("POST", "/act", headers=(JSON,), body=json.dumps(value).encode(), template="/act")


def judged(judge: Contract, request: Request, response: Response | None = None) -> Exchange:
    found = list(judge.check_request(request))
    return Exchange(
        request, response, violations=found + list(judge.check_response(request, response) if response else ())
    )


def exercised(judge: Contract, exchange: Exchange) -> set[str]:
    """The promises of schemas that an exchange exercises, as the tables above write them."""
    kinds = ("keyword", "value", "branch")
    found = [promise.schema for promise in Coverage(judge).exercised_by(exchange) if promise.kind in kinds]
    return {schema.removeprefix(f"{BODY}/").replace("~1", "/") for schema in found}


@pytest.mark.parametrize(("schema", "value", "expected"), REACHED, ids=str)
def test_a_value_exercises_what_it_could_have_broken(tmp_path: Path, schema: Any, value: Any, expected: str) -> None:
    """Each keyword is exercised by the values that can break it, and by no others; parts of the value likewise."""
    judge = contract(tmp_path, acting(schema), components=COMPONENTS)
    assert exercised(judge, Exchange(asked(value))) == set(expected.split())


@pytest.mark.parametrize(("schema", "value", "expected"), REACHED_30, ids=str)
def test_openapi_3_0_is_read_as_3_0(tmp_path: Path, schema: Any, value: Any, expected: str) -> None:
    """The keywords of 3.0 mean what they mean there."""
    components = {"schemas": {"text": {"minLength": 1}}}
    judge = contract(tmp_path, acting(schema), components=components, openapi="3.0.3")
    assert exercised(judge, Exchange(asked(value))) == set(expected.split())


def test_every_table_row_is_listed_beforehand(tmp_path: Path) -> None:
    """What a value can exercise is among the promises of the contract, which do not depend on values."""
    for schema, value, _ in REACHED:
        judge = contract(tmp_path, acting(schema), components=COMPONENTS)
        assert set(Coverage(judge).exercised_by(judged(judge, asked(value)))) <= set(promises(judge)), schema


SHOP = {
    "/items/{id}": {
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}],
        "put": operation(
            "put-item",
            parameters=[
                {"name": "tags", "in": "query", "schema": {"type": "array", "items": {"enum": ["new", "old"]}}},
                {"name": "ids", "in": "query", "explode": False, "schema": {"type": "array", "maxItems": 2}},
                {"name": "deep", "in": "query", "style": "deepObject", "schema": {"properties": {"a": {"const": "1"}}}},
                {"name": "x-trace", "in": "header", "required": True, "schema": {"maxLength": 3}},
                {"name": "who", "in": "cookie", "schema": {"minLength": 1}},
                {
                    "name": "json",
                    "in": "query",
                    "content": {"application/json": {"schema": {"type": "array", "minItems": 1}}},
                },
            ],
            requestBody={
                "content": {
                    "application/json": {"schema": {"type": "object", "required": ["n"]}},
                    "application/x-www-form-urlencoded": {"schema": {"properties": {"n": {"maximum": 9}}}},
                }
            },
            security=[{"key": []}],
            responses={
                "200": {
                    "description": "Fine",
                    "headers": {
                        "x-left": {"required": True, "schema": {"type": "integer"}},
                        "x-more": {"schema": {"type": "integer"}},
                    },
                    "content": {"application/json": {"schema": {"type": "array"}}, "text/*": {}},
                },
                "4XX": {"$ref": "#/components/responses/no"},
            },
        ),
    }
}
SHARED = {
    "responses": {"no": {"description": "No", "content": {"application/json": {"schema": {"type": "object"}}}}},
    "securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "x-key"}},
}
PLACE = "#/paths/~1items~1{id}"
NEEDED = ((b"x-trace", b"abc"), (b"x-key", b"k"))


@pytest.fixture
def shop(tmp_path: Path) -> Contract:
    return contract(tmp_path, SHOP, components=SHARED)


def put(
    query: bytes = b"", headers: tuple[tuple[bytes, bytes], ...] = NEEDED, body: bytes = b"", item: str = "7"
) -> Any:
    return Request(
        "PUT",
        f"/items/{item}",
        query=query,
        headers=headers,
        body=body,
        template="/items/{id}",
        path_params={"id": item},
    )


def told(judge: Contract, exchange: Exchange, side: str) -> set[tuple[str, str]]:
    """The promises of one side that an exchange exercises: short pointer and keyword."""
    found = [promise for promise in Coverage(judge).exercised_by(exchange) if promise.side == side]
    return {(promise.schema.removeprefix(f"{PLACE}/put").replace(PLACE, "/item"), promise.keyword) for promise in found}


ALWAYS = {
    ("", ""), ("/security", "security"), ("/item/parameters/0", "required"), ("/item/parameters/0/schema", "schema"),
    ("/item/parameters/0/schema/type", "type"), ("/item/parameters/0/schema/minimum", "minimum"), ("/parameters/3", "required"),
    ("/parameters/3/schema", "schema"), ("/parameters/3/schema/maxLength", "maxLength"),
}  # fmt: skip
OPTIONAL = {"0": "tags", "1": "ids", "2": "deep", "4": "who", "5": "json"}


def absent(*but: str) -> set[tuple[str, str]]:
    return {(f"/parameters/{number}", "absent") for number, name in OPTIONAL.items() if name not in but}


NO_BODY = {("/requestBody/content", "absent")}


def sent(number: int, *keywords: str, at: str = "schema") -> set[tuple[str, str]]:
    """What a parameter exercises by being there, and what its value does."""
    place = f"/parameters/{number}"
    made = {(place, "present"), (f"{place}/{at}", "schema")}
    return made | {(f"{place}/{at}/{keyword}", keyword.split("/")[-1]) for keyword in keywords}


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (put(), absent() | NO_BODY),
        (put(b"tags=new&tags=x"), absent("tags") | NO_BODY | sent(0, "items/enum", "type") | {("/parameters/0/schema/items/enum/0", "enum")}),
        (put(b"ids=1,2,3"), absent("ids") | NO_BODY | sent(1, "type", "maxItems")),
        (put(b"deep[a]=1"), absent("deep") | NO_BODY | sent(2, "properties/a/const")),
        (put(b"json=[]"), absent("json") | NO_BODY | sent(5, "type", "minItems", at="content/application~1json/schema")),
        (put(headers=(*NEEDED, (b"cookie", b"who=me"))), absent("who") | NO_BODY | sent(4, "minLength")),
        (put(headers=(*NEEDED, JSON), body=b"{}"), absent() | {
            ("/requestBody/content", "present"), ("/requestBody/content/application~1json", ""), ("/requestBody/content/application~1json/schema", "schema"),
            ("/requestBody/content/application~1json/schema/type", "type"), ("/requestBody/content/application~1json/schema/required", "required")}),
        (put(headers=(*NEEDED, JSON), body=b"{"), absent() | {("/requestBody/content", "present")}),
        (put(headers=(*NEEDED, (b"content-type", b"text/plain")), body=b"a"), absent() | {("/requestBody/content", "present")}),
    ],
    ids=["bare", "list", "list in one", "deep", "JSON", "cookie", "body", "broken body", "other body"],
)  # fmt: skip
def test_parameters_and_bodies_are_exercised_by_coming_and_by_staying_away(
    shop: Contract, request_: Request, expected: set[tuple[str, str]]
) -> None:
    """What is required is exercised by every request; what is optional is two promises; a body that cannot be read goes no further."""
    assert told(shop, Exchange(request_), "request") == ALWAYS | expected


STYLED: tuple[tuple[str, str, bool, Any, str, set[str]], ...] = (
    ("path", "label", False, {"type": "array", "items": {"type": "integer", "minimum": 1}}, ".3,4", {"type", "items/type", "items/minimum"}),
    ("path", "label", True, {"type": "array", "items": {"type": "integer", "minimum": 1}}, ".3.4", {"type", "items/type", "items/minimum"}),
    ("path", "label", False, {"type": "integer", "minimum": 1}, ".3", {"type", "minimum"}),
    ("path", "matrix", True, {"type": "array", "items": {"maxLength": 3}}, ";x=a;x=b", {"type", "items/maxLength"}),
    ("path", "matrix", False, {"type": "object", "properties": {"a": {"type": "integer"}}}, ";x=a,1", {"type", "properties/a/type"}),
    ("path", "simple", True, {"type": "object", "properties": {"a": {"type": "integer"}}}, "a=1", {"type", "properties/a/type"}),
    ("query", "form", True, {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"maxLength": 1}}}, "a=1", {"type", "properties/a/type"}),
    ("query", "form", True, {"type": "object", "properties": {"a": {"type": "integer"}}}, "c=1", set()),
    ("query", "spaceDelimited", False, {"type": "array", "items": {"type": "integer"}}, "x=1%202", {"type", "items/type"}),
)  # fmt: skip


@pytest.mark.parametrize("styled", STYLED, ids=lambda styled: f"{styled[1]} {styled[4]}")
def test_a_parameter_is_read_in_its_style(tmp_path: Path, styled: tuple[str, str, bool, Any, str, set[str]]) -> None:
    """Whatever the style, the value exercises its schema, and what is spread over the query is seen."""
    place, style, explode, schema, text, keywords = styled
    node = {"name": "x", "in": place, "required": place == "path", "style": style, "explode": explode, "schema": schema}
    judge = contract(
        tmp_path, {"/act/{x}" if place == "path" else "/act": {"get": operation("act", parameters=[node])}}
    )
    template = next(iter(judge.templates()))
    sent = Request(
        "GET",
        "/act",
        query=text.encode() if place == "query" else b"",
        template=template,
        path_params={"x": text} if place == "path" else {},
    )
    found = {pointer.partition("/schema/")[2] for pointer, _ in told(judge, Exchange(sent), "request")}
    assert found - {""} == keywords


def test_a_form_is_read_by_its_schema(shop: Contract) -> None:
    """A form's texts exercise what they spell, under their own media type."""
    form = (b"content-type", b"application/x-www-form-urlencoded")
    found = [
        promise
        for promise in Coverage(shop).exercised_by(judged(shop, put(headers=(*NEEDED, form), body=b"n=3")))
        if promise.media_type
    ]
    assert {promise.media_type for promise in found} == {"application/x-www-form-urlencoded"}
    assert any(promise.keyword == "schema" for promise in found)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (Response(200, ((b"x-left", b"1"), JSON), b"[]"), {
            ("/responses", "responses"), ("/responses/200", ""), ("/responses/200/headers/x-left", "required"), ("/responses/200/content", "required"),
            ("/responses/200/content/application~1json", ""), ("/responses/200/content/application~1json/schema", "schema"),
            ("/responses/200/content/application~1json/schema/type", "type")}),
        (Response(200, ((b"x-more", b"1"), (b"content-type", b"text/csv")), b"a"), {
            ("/responses", "responses"), ("/responses/200", ""), ("/responses/200/headers/x-left", "required"), ("/responses/200/headers/x-more", "present"),
            ("/responses/200/content", "required"), ("/responses/200/content/text~1*", "")}),
        (Response(404, (JSON,), b"{}"), {
            ("/responses", "responses"), ("#/components/responses/no", ""), ("#/components/responses/no/content", "required"),
            ("#/components/responses/no/content/application~1json", ""), ("#/components/responses/no/content/application~1json/schema", "schema"),
            ("#/components/responses/no/content/application~1json/schema/type", "type")}),
        (Response(500, (JSON,), b"{}"), {("/responses", "responses")}),
    ],
    ids=["200 JSON", "200 text", "a range", "undocumented"],
)  # fmt: skip
def test_answers_exercise_their_status(shop: Contract, answer: Response, expected: set[tuple[str, str]]) -> None:
    """A status, its headers and its media types are exercised by the answers that have it, and by no others."""
    assert told(shop, judged(shop, put(), answer), "response") == expected


def test_an_answer_to_head_owes_no_body(tmp_path: Path) -> None:
    """HEAD exercises the status of its GET, and nothing of the body."""
    judge = contract(tmp_path, {"/act": {"get": operation("act")}})
    found = Coverage(judge).exercised_by(judged(judge, Request("HEAD", "/act", template="/act"), Response(200)))
    assert {promise.kind for promise in found} == {"operation", "statuses", "status"}


def test_our_own_refusal_is_no_answer_of_the_product(shop: Contract) -> None:
    """What the gate refuses exercises the request's promises alone."""
    exchange = judged(shop, put(item="x"), Response(404, (JSON,), b"{}"))
    exchange.refused = True
    assert {promise.side for promise in Coverage(shop).exercised_by(exchange)} == {"request"}


def counted(coverage: Coverage, tail: str) -> Count:
    (count,) = [count for promise, count in coverage.counts().items() if promise.schema.endswith(tail)]
    return count


def test_kept_and_broken_are_counted_apart(shop: Contract) -> None:
    """A promise is kept by the messages that reach it and broken by those whose violations name it."""
    coverage = Coverage(shop)
    for item in ("1", "2", "0", "x"):
        coverage.add(judged(shop, put(item=item)))
    assert counted(coverage, "{id}/parameters/0/schema/minimum") == Count(kept=2, broken=1)
    assert counted(coverage, "{id}/parameters/0/schema/type") == Count(kept=3)  # what cannot be read has no type
    count = coverage.counts()[
        Promise("request", "put-item", None, None, f"{PLACE}/parameters/0", "required", "parameter")
    ]
    assert count == Count(kept=4)
    coverage.add(judged(shop, put(headers=())))
    assert counted(coverage, "/security") == Count(kept=4, broken=1)


def test_a_broken_promise_of_one_media_type_is_not_the_others(tmp_path: Path) -> None:
    """A component that two media types refer to is broken for the one that the message had."""
    shared = {"schema": {"$ref": "#/components/schemas/text"}}
    body = {"content": {"application/json": shared, "application/problem+json": shared}}
    judge = contract(
        tmp_path,
        {"/act": {"post": operation("act", requestBody=body)}},
        components={"schemas": {"text": {"type": "string"}}},
    )
    coverage = Coverage(judge)
    coverage.add(judged(judge, asked(1)))
    found = {p.media_type: count for p, count in coverage.counts().items() if p.schema == f"{C}text/type"}
    assert found == {"application/json": Count(broken=1), "application/problem+json": Count()}


def test_the_same_exchange_again_changes_only_counts(shop: Contract) -> None:
    """What is exercised does not depend on how often."""
    exchange = judged(shop, put(b"tags=x", item="0"), Response(404, (JSON,), b"[]"))
    coverage = Coverage(shop)
    coverage.add(exchange)
    once, first = coverage.counts(), coverage.summary()
    coverage.add(exchange)
    twice, second = coverage.counts(), coverage.summary()
    assert twice == {promise: Count(2 * count.kept, 2 * count.broken) for promise, count in once.items()}
    assert (first.figure, first.places, first.kinds) == (second.figure, second.places, second.kinds)
    assert [one.missing for one in first.operations] == [one.missing for one in second.operations]


def test_a_shared_component_counts_for_each_operation_and_once_by_place(tmp_path: Path) -> None:
    """The number is operation-wise; the places are counted beside it."""
    body = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/text"}}}}
    paths = {f"/{name}": {"post": operation(name, requestBody=body)} for name in ("act", "rest")}
    judge = contract(tmp_path, paths, components={"schemas": {"text": {"type": "string", "minLength": 1}}})
    shared = [promise for promise in promises(judge) if promise.schema.startswith(C)]
    assert sorted((promise.operation_id, promise.keyword) for promise in shared) == [
        ("act", "minLength"), ("act", "type"), ("rest", "minLength"), ("rest", "type"),
    ]  # fmt: skip
    summary = Coverage(judge).summary()
    assert summary.figure.total == len(promises(judge)) == summary.places.total + 2


def test_the_summary_says_why_a_promise_was_not_exercised(tmp_path: Path) -> None:
    """The reason is what was missing first on the way to the promise."""
    schema = {
        "properties": {
            "a": {"properties": {"b": {"type": "string"}}},
            "list": {"items": {"type": "null"}},
            "n": {"maxLength": 1},
            "kind": {"enum": ["x", "y"]},
            "one": {"oneOf": [{"type": "string"}, {"type": "null"}]},
        }
    }
    paths = acting(schema) | {"/rest": {"get": operation("rest")}}
    paths["/act"]["post"]["responses"]["404"] = {"description": "No", "content": {"application/json": {}}}
    judge = contract(tmp_path, paths)
    coverage = Coverage(judge)
    coverage.add(judged(judge, asked({"list": [], "n": 1, "kind": "y", "one": "a"}), Response(200, (JSON,), b"1")))
    act, rest = coverage.summary().operations
    reasons = {missing.promise.schema.removeprefix(BODY): missing.reason for missing in act.missing}
    assert reasons == {
        "/properties/a/properties/b/type": "the property `a` never came",
        "/properties/list/items/type": "no item came",
        "/properties/n/maxLength": "no text came here",
        "/properties/kind/enum/0": 'the value "x" never came',
        "/properties/one/oneOf/1": "alternative 1 of oneOf was never met",
        "/properties/one/oneOf/1/type": "alternative 1 of oneOf was never met",
        "#/paths/~1act/post/responses/404": "the status 404 was never answered",
        "#/paths/~1act/post/responses/404/content": "the status 404 was never answered",
        "#/paths/~1act/post/responses/404/content/application~1json": "the status 404 was never answered",
    }
    assert (act.messages, act.statuses) == (1, {"200": 1, "404": 0})
    assert {missing.reason for missing in rest.missing} == {"no exchange of this operation"}
    assert rest.figure.exercised == 0
    assert act.figure.total - act.figure.exercised == len(act.missing)


def test_events_are_promises_of_their_own(tmp_path: Path) -> None:
    """A webhook's body is exercised by the event's data; an event that nobody documented is outside."""
    schema = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
    event = {"requestBody": {"content": {"application/json": {"schema": schema}}}, "responses": {"200": {"description": "Fine"}}}  # fmt: skip
    judge = contract(tmp_path, {}, webhooks={"created": {"post": event}})
    coverage = Coverage(judge)
    coverage.add_event("created", {})
    coverage.add_event("gone", {})
    place = "#/webhooks/created/post/requestBody/content/application~1json/schema"
    counts = {promise.schema: count.kept for promise, count in coverage.counts().items() if promise.kind == "keyword"}
    assert {promise.side for promise in promises(judge)} == {"event"}
    assert counts == {f"{place}/type": 1, f"{place}/required": 1, f"{place}/properties/id/type": 0}
    (summary,) = coverage.summary().operations
    assert (summary.operation_id, summary.messages, coverage.outside) == ("created", 1, 1)
    assert [missing.reason for missing in summary.missing] == ["the property `id` never came"]


def test_what_belongs_to_no_operation_is_counted_as_outside(shop: Contract) -> None:
    """A request to nowhere exercises nothing."""
    coverage = Coverage(shop)
    coverage.add(judged(shop, Request("GET", "/nowhere")))
    assert coverage.outside == coverage.summary().outside == 1
    assert coverage.summary().figure.exercised == 0


def test_a_schema_that_never_ends_stops_nobody(tmp_path: Path) -> None:
    """A condition that leads back to itself is asked of the same value for ever; the body counts, the rest does not."""
    loop = {"if": True, "then": {"$ref": "#/components/schemas/loop"}}
    judge = contract(tmp_path, acting({"$ref": "#/components/schemas/loop"}), components={"schemas": {"loop": loop}})
    found = Coverage(judge).exercised_by(Exchange(asked(1)))
    assert {"body", "media-type", "schema"} <= {promise.kind for promise in found}


def test_a_coverage_of_another_document_is_refused(tmp_path: Path, shop: Contract) -> None:
    """Counts of one document say nothing of another, nor those of another layout."""
    other = Coverage(contract(tmp_path, acting({})))
    with pytest.raises(CoverageError, match="Test"):
        Coverage(shop).merge(other)
    with pytest.raises(CoverageError, match="another version"):
        Coverage.from_json(shop, Coverage(shop).as_json() | {"layout": 0})


def test_promises_are_sorted_values(shop: Contract) -> None:
    """Promises are sorted, each stands once, and each comes back from JSON."""
    found = promises(shop)
    assert list(found) == sorted(found)
    assert len(set(found)) == len(found) > 30
    assert [Promise.from_json(json.loads(json.dumps(promise.as_json()))) for promise in found] == list(found)


sources = st.integers(0, 2**64).map(Random)
law = settings(
    max_examples=150, deadline=None, database=None, phases=(Phase.generate, Phase.shrink), suppress_health_check=list(HealthCheck)
)  # fmt: skip


def exchanges(random: Random, judge: Contract, speaker: Speaker, operation: Operation, count: int) -> list[Exchange]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # openapi-core warns of what is deprecated
        pairs = [(request(random, speaker, operation), response(random, speaker, operation)) for _ in range(count)]
        return [judged(judge, asked, answer) for asked, answer in pairs]


Named = tuple[str, str, str]


def listed(judge: Contract) -> set[Named]:
    """What violations can name: side, operation and pointer of every promise."""
    return {(promise.side, promise.operation_id, promise.schema) for promise in promises(judge)}


def named(exchange: Exchange) -> set[Named]:
    """What the violations of an exchange name; one that says the judge was unable names nothing."""
    found = [violation for violation in exchange.violations if violation.code != "contract-unable"]
    return {(violation.side, violation.operation_id, violation.schema) for violation in found}


def test_every_violation_of_a_bundled_document_names_a_listed_promise() -> None:
    """What the contract reports, the list has; and what a value breaks, the walk along its schema reaches by itself."""
    count: Counter[str] = Counter()
    known = {name: listed(pair.plan) for name, pair in bundled().items()}
    measures = {name: Coverage(pair.plan) for name, pair in bundled().items()}
    # Of alternatives a verdict names the closest, which the value does not fit: the walk leaves those to the verdict.
    choosy = {
        (name, promise.side, promise.operation_id, promise.status)
        for name, pair in bundled().items()
        for promise in promises(pair.plan)
        if promise.kind == "branch"
    }

    @seed(1)
    @law
    @given(sources)
    def run(random: Random) -> None:
        name, operation_id = random.choice(places())
        pair = bundled()[name]
        judge, operation = pair.plan, pair.plan.by_id[operation_id]
        for exchange in exchanges(random, judge, pair.speaker, operation, 6):
            assert named(exchange) <= known[name]
            assert exchange.response
            status = {"request": None, "response": operation.response_key(exchange.response.status_code)}
            alone = measures[name].exercised_by(Exchange(exchange.request, exchange.response))
            reached = {(promise.side, promise.schema) for promise in alone}
            for violation in exchange.violations:
                count[violation.code] += 1
                note(str(violation))
                plain = (name, violation.side, operation_id, status[violation.side]) not in choosy
                if violation.code.startswith("schema-") and plain:
                    assert (violation.side, violation.schema) in reached
                    count["reached"] += 1

    run()
    assert len(count) > 15
    assert count["reached"] > 100


def test_every_violation_of_any_document_names_a_listed_promise(tmp_path: Path) -> None:
    """The law holds with every keyword in every place, and merging and JSON keep every count."""
    count: Counter[str] = Counter()

    @seed(1)
    @law
    @given(sources)
    def run(random: Random) -> None:
        made = made_document(random, random.choice(("3.1", "3.1", "3.0")))
        path = tmp_path / "document.json"
        path.write_text(json.dumps(made))
        try:
            loaded = load(path)
        except DocumentError:  # what no one can serve, no one need measure
            return
        judge = Contract(loaded)
        note(json.dumps(made, indent=1))
        known = listed(judge)
        one, two, both = Coverage(judge), Coverage(judge), Coverage(judge)
        speaker = Speaker(loaded.data, loaded.version)
        for number, exchange in enumerate(exchanges(random, judge, speaker, judge.by_id["act"], 6)):
            (one, two)[number % 2].add(exchange)
            both.add(exchange)
            assert named(exchange) <= known
            count.update(violation.code for violation in exchange.violations)
        one.merge(two)
        assert one.counts() == both.counts()
        assert one.summary() == both.summary()
        again = Coverage.from_json(judge, json.loads(json.dumps(both.as_json())))
        assert again.counts() == both.counts()
        assert json.loads(json.dumps(again.summary().as_json())) == json.loads(json.dumps(both.summary().as_json()))

    run()
    assert len(count) > 25


def test_many_different_messages_are_counted_exactly() -> None:
    """Counting keeps a bounded number of different messages in mind, and loses none."""
    tally = Tally()
    for number in range(3 * PENDING):
        tally.add(number << 1 | 1, number << 1 if number % 2 else 0)
    kept, broken = tally.counts()
    assert kept[0] == 3 * PENDING
    assert (kept[1], broken[1]) == (0, 3 * PENDING // 2)
    assert kept[2] == broken[2] == 3 * PENDING // 4


def test_bundled_documents_list_their_promises() -> None:
    """Every operation of every bundled document has promises on both sides."""
    for name, pair in bundled().items():
        found = {(promise.operation_id, promise.side) for promise in promises(pair.plan)}
        assert found >= {(one, side) for one in pair.plan.by_id for side in ("request", "response")}, name
