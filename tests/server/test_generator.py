"""The value generator: what it draws keeps the schema, judged by the contract and not by the generator itself."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from documents import contract, operation
from understudy.contract.contract import Contract
from understudy.contract.exchange import Request, Response
from understudy.generator import names, patterns
from understudy.generator.drawing import Detail
from understudy.generator.shape import UnsatisfiableError
from understudy.generator.values import Generator

REF = "#/components/schemas/"
SEEDS = 25


def source(seed: int) -> Random:
    """A random source."""
    return Random(seed)  # noqa: S311 - sample data


def documented(tmp_path: Path, schema: Any, openapi: str = "3.1.0", **schemas: Any) -> Contract:
    """A contract with one operation that promises a JSON body of a schema."""
    answer = {"200": {"description": "Fine", "content": {"application/json": {"schema": schema}}}}
    paths = {"/thing": {"get": operation("thing", responses=answer)}}
    return contract(tmp_path, paths, openapi=openapi, components={"schemas": schemas})


def broken(made: Contract, value: Any, template: str = "/thing") -> tuple[Any, ...]:
    """What the contract says against a body."""
    request = Request("GET", template, template=template)
    response = Response(200, [(b"content-type", b"application/json")], json.dumps(value).encode())
    return made.check_response(request, response)


def drawn(made: Contract, schema: Any, seeds: int = SEEDS, **options: Any) -> Iterator[Any]:
    """Values for a schema, each held against the contract."""
    generator = Generator(made.data, made.document.version)
    for seed in range(seeds):
        value = generator.draw(schema, source(seed), **options)
        assert not broken(made, value), value
        yield value


ANIMAL = {
    "type": "object",
    "required": ["kind"],
    "discriminator": {"propertyName": "kind", "mapping": {"cat": f"{REF}Cat", "dog": f"{REF}Dog"}},
    "properties": {"kind": {"type": "string"}},
}
SUBTYPES = {
    "Animal": ANIMAL,
    "Cat": {
        "allOf": [
            {"$ref": f"{REF}Animal"},
            {"type": "object", "required": ["meow"], "properties": {"meow": {"type": "integer"}}},
        ]
    },
    "Dog": {
        "allOf": [
            {"$ref": f"{REF}Animal"},
            {"type": "object", "required": ["bark"], "properties": {"bark": {"type": "boolean"}}},
        ]
    },
}

KEPT: dict[str, Any] = {
    "bounds": {"type": "integer", "minimum": 7, "exclusiveMaximum": 9},
    "narrow number": {"type": "number", "exclusiveMinimum": 0.1, "exclusiveMaximum": 0.1000001},
    "negative": {"type": "integer", "maximum": -3},
    "wide": {"type": "integer", "format": "int64", "minimum": 2**62},
    "step": {"type": "integer", "multipleOf": 7, "minimum": 100, "maximum": 106},
    "step of cents": {"type": "number", "multipleOf": 0.01, "minimum": 19.9, "maximum": 20.1},
    "steps joined": {"allOf": [{"type": "integer", "multipleOf": 4}, {"multipleOf": 6, "minimum": 1}]},
    "length": {"type": "string", "minLength": 40, "maxLength": 41},
    "short e-mail": {"type": "string", "format": "email", "maxLength": 12},
    "long e-mail": {"type": "string", "format": "email", "minLength": 70},
    "base64": {"type": "string", "format": "byte", "minLength": 30},
    "pattern": {"type": "string", "pattern": r"^[A-Z]{2}-\d{4}(?:/[a-f]+)?$"},
    "pattern and length": {"type": "string", "pattern": r"^\w+$", "minLength": 33, "maxLength": 33},
    "pattern with look-ahead": {"type": "string", "pattern": r"^(?=.*[a-z])(?=.*\d)(?=.*[A-Z]).{8,20}$"},
    "pattern with back-reference": {"type": "string", "pattern": r"^([ab])x\1$"},
    "two patterns": {"allOf": [{"type": "string", "pattern": "^a"}, {"pattern": "^[a-z]{5}$"}]},
    "enum with a length": {"type": "string", "maxLength": 1, "enum": ["female", "male", "x"]},
    "not in enum": {"type": "string", "enum": ["a", "b", "c"], "not": {"enum": ["a", "c"]}},
    "not a type": {"not": {"type": ["string", "object", "null"]}},
    "const": {"const": {"a": [1, None]}},
    "unique": {"type": "array", "uniqueItems": True, "minItems": 2, "items": {"type": "boolean"}},
    "contains": {"type": "array", "items": {"type": "integer"}, "contains": {"minimum": 5000}, "minContains": 2, "maxContains": 2},
    "tuple": {"type": "array", "prefixItems": [{"type": "string"}, {"type": "integer"}], "items": False, "minItems": 2},
    "map": {"type": "object", "additionalProperties": {"type": "integer"}},
    "map by pattern": {
        "type": "object",
        "minProperties": 2,
        "patternProperties": {"^x-[a-z]+$": {"type": "integer"}},
        "additionalProperties": False,
    },
    "names": {"type": "object", "minProperties": 3, "propertyNames": {"pattern": "^[a-c]{2}$"}},
    "few properties": {
        "type": "object",
        "maxProperties": 2,
        "required": ["c"],
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}, "c": {"type": "string"}},
    },
    "required and unlisted": {"type": "object", "required": ["email"], "additionalProperties": {"type": "string", "maxLength": 40}},
    "dependent": {
        "type": "object",
        "properties": {"card": {"type": "string"}, "address": {"type": "string"}, "gift": {"type": "boolean"}},
        "dependentRequired": {"card": ["address"]},
        "dependentSchemas": {"gift": {"required": ["note"], "properties": {"note": {"type": "integer"}}}},
    },
    "if": {
        "type": "object",
        "required": ["country", "zip"],
        "properties": {"country": {"enum": ["US", "DE"]}, "zip": {"type": "string"}},
        "if": {"properties": {"country": {"const": "US"}}},
        "then": {"properties": {"zip": {"pattern": "^[0-9]{5}$"}}},
        "else": {"properties": {"zip": {"pattern": "^D-[0-9]{5}$"}}},
    },
    "exactly one": {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string"}},
        "oneOf": [{"required": ["a"]}, {"required": ["b"]}],
    },
    "overlapping numbers": {"oneOf": [{"type": "integer"}, {"type": "number"}]},
    "any": {"anyOf": [{"type": "string", "maxLength": 3}, {"type": "integer", "minimum": 10}]},
    "all": {
        "allOf": [
            {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}, "b": {"minimum": 3}}},
            {"properties": {"a": {"minimum": 10}, "b": {"type": "integer", "maximum": 4}}, "required": ["b"]},
        ],
        "unevaluatedProperties": False,
    },
    "not required": {"type": "object", "properties": {"a": {}, "b": {}}, "not": {"required": ["a"]}},
    "subtypes": {"oneOf": [{"$ref": f"{REF}Cat"}, {"$ref": f"{REF}Dog"}], "discriminator": {"propertyName": "kind", "mapping": ANIMAL["discriminator"]["mapping"]}},  # type: ignore[index]
    "base": {"$ref": f"{REF}Animal"},
    "null or object": {"type": ["object", "null"], "required": ["id"], "properties": {"id": {"type": ["integer", "null"]}}},
}  # fmt: skip


@pytest.mark.parametrize("schema", KEPT.values(), ids=KEPT)
def test_every_keyword_is_kept(tmp_path: Path, schema: Any) -> None:
    """Whatever a schema asks, the first draw keeps it."""
    made = documented(tmp_path, schema, **SUBTYPES)
    assert len(list(drawn(made, schema))) == SEEDS


def test_openapi_3_0_is_read_as_3_0(tmp_path: Path) -> None:
    """`nullable` and a boolean `exclusiveMinimum` mean what 3.0 says; what stands beside a `$ref` is kept too."""
    schema = {
        "type": "object",
        "required": ["n", "name"],
        "properties": {
            "n": {"type": "integer", "minimum": 3, "exclusiveMinimum": True, "maximum": 4},
            "name": {"type": "string", "nullable": True},
            "kind": {"type": "string", "nullable": True, "enum": ["a"]},
            "other": {"$ref": f"{REF}Small", "minimum": 5},
        },
    }
    made = documented(tmp_path, schema, "3.0.3", Small={"type": "integer", "maximum": 5})
    values = list(drawn(made, schema, 60))
    assert {value["n"] for value in values} == {4}
    assert {type(value["name"]) for value in values} == {str, type(None)}


def test_what_only_clients_send_is_left_out(tmp_path: Path) -> None:
    """A `writeOnly` property is in no answer, not even a required one; a `readOnly` one is."""
    schema = {
        "type": "object",
        "required": ["password", "id"],
        "properties": {"password": {"type": "string", "writeOnly": True}, "id": {"type": "integer", "readOnly": True}},
    }
    made = documented(tmp_path, schema, "3.0.3")
    assert {tuple(value) for value in drawn(made, schema)} == {("id",)}
    kept = Generator(made.data, "3.0").draw(schema, source(1), detail=Detail(of_others=True))
    assert set(kept) == {"password", "id"}


def test_names_say_what_values_look_like(tmp_path: Path) -> None:
    """Without a format, the name decides: an address, a time, cents, a person."""
    properties = {
        "email": "string", "createdAt": "string", "updated_at": "integer", "price": "number", "photoUrls": "array",
        "country_code": "string", "age": "integer", "customer": "object",
    }  # fmt: skip
    schema: dict[str, Any] = {
        "type": "object",
        "properties": {name: {"type": kind} for name, kind in properties.items()},
    }
    schema["properties"]["photoUrls"]["items"] = {"type": "string"}
    schema["properties"]["customer"]["properties"] = {"name": {"type": "string"}}
    for value in drawn(documented(tmp_path, schema), schema):
        assert re.fullmatch(r"[^@]+@example\.com", value["email"])
        assert re.fullmatch(r"202[45]-\d\d-\d\dT\d\d:\d\d:\d\dZ", value["createdAt"])
        assert 1_704_067_200 <= value["updated_at"] < 1_767_225_600
        assert round(value["price"], 2) == value["price"]
        assert 1 <= len(value["photoUrls"]) <= 3
        assert all(url.startswith("https://example.com/") for url in value["photoUrls"])
        assert re.fullmatch("[A-Z]{2}", value["country_code"])
        assert 18 <= value["age"] <= 80
        assert value["customer"]["name"].count(" ") == 1


def test_a_tree_ends(tmp_path: Path) -> None:
    """A schema that turns back on itself gives a small value, whichever way it turns back."""
    tree = {
        "type": "object",
        "required": ["name", "children", "next"],
        "properties": {
            "name": {"type": "string"},
            "children": {"type": "array", "items": {"$ref": f"{REF}Tree"}},
            "next": {"oneOf": [{"$ref": f"{REF}Tree"}, {"type": "null"}]},
        },
    }
    schema = {"$ref": f"{REF}Tree"}
    values = list(drawn(documented(tmp_path, schema, Tree=tree), schema))
    assert max(len(json.dumps(value)) for value in values) < 4_000
    assert any(value["children"] for value in values)


@pytest.mark.parametrize(
    ("schema", "told"),
    [
        ({"$ref": f"{REF}Endless"}, "complete"),
        ({"allOf": [{"type": "string"}, {"type": "integer"}]}, "types"),
        ({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer", "minimum": 3, "maximum": 1}}}, "a: no "),
        ({"type": "string", "pattern": "^a$", "minLength": 2}, r"\^a\$"),
        ({"type": "array", "uniqueItems": True, "minItems": 3, "items": {"type": "boolean"}}, "3 different"),
        ({"$ref": f"{REF}Itself"}, "back to itself"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_told(schema: Any, told: str) -> None:
    """Where no value can keep a schema, the error names the demand, and it comes soon."""
    schemas = {
        "Endless": {"type": "object", "required": ["next"], "properties": {"next": {"$ref": f"{REF}Endless"}}},
        "Itself": {"allOf": [{"$ref": f"{REF}Itself"}]},
    }
    with pytest.raises(UnsatisfiableError, match=told):
        Generator({"components": {"schemas": schemas}}, "3.1").draw(schema, source(1))


def test_an_impossible_property_is_left_out_if_it_may(tmp_path: Path) -> None:
    """An optional property without a possible value is no obstacle."""
    schema = {
        "type": "object",
        "properties": {"a": {"type": "string"}, "b": {"type": "string", "pattern": "^x$", "maxLength": 0}},
    }
    assert {tuple(value) for value in drawn(documented(tmp_path, schema), schema)} == {("a",)}


def test_great_demands_stay_bounded(tmp_path: Path) -> None:
    """A wide and deep schema gives a value of bounded size."""
    levels = {
        f"Level{depth}": {
            "type": "object",
            "properties": {name: {"$ref": f"{REF}Level{depth + 1}"} for name in "abcdef"},
        }
        for depth in range(12)
    }
    schema = {"$ref": f"{REF}Level0"}
    (value,) = drawn(documented(tmp_path, schema, **levels, Level12={"type": "string"}), schema, 1)
    assert 1_000 < len(json.dumps(value)) < 60_000


def test_examples_of_parts_are_used_and_copied() -> None:
    """A part's example stands in the value where it fits its schema, and the document is safe from the value."""
    document: dict[str, Any] = {}
    schema = {
        "type": "object",
        "properties": {
            "tags": {"type": "array", "example": ["blue"]},
            "n": {"type": "integer", "example": "not a number"},
        },
    }
    generator = Generator(document, "3.1")
    value = generator.draw(schema, source(1))
    assert value["tags"] == ["blue"]
    assert isinstance(value["n"], int)
    value["tags"].append("red")
    assert generator.draw(schema, source(1))["tags"] == ["blue"]
    assert generator.draw({"type": "array", "example": ["blue"]}, source(1), detail=Detail(examples=False)) != ["blue"]


def test_the_same_source_gives_the_same_value() -> None:
    """Nothing but the random source and the schema decides, neither order of calls nor what was cached."""
    document = {"components": {"schemas": SUBTYPES}}
    schema = {"type": "array", "minItems": 3, "items": {"$ref": f"{REF}Animal"}}
    one, other = Generator(document, "3.1"), Generator(document, "3.1")
    first = [one.draw(schema, source(seed)) for seed in range(10)]
    assert [other.draw(schema, source(seed)) for seed in reversed(range(10))][::-1] == first
    assert len({json.dumps(value) for value in first}) > 1


EXPRESSIONS = {  # and the greatest length that matches
    r"^[a-z]+$": None,
    r"\d{3}": None,
    r"^(a|bc)*d?$": None,
    r"[^a-z]\s\S": None,
    r"^[à-ü]{2,}$": None,
    r"(?i)^abc\W$": 4,
    r"^.{5}$": 5,
    r"x{2,4}?y+": None,
    r"\bword\b": None,
    r"^(?!a)[ab]+$": None,
}


@given(st.sampled_from(sorted(EXPRESSIONS)), st.integers(0, 2**32), st.integers(0, 12))
def test_patterns_are_matched(pattern: str, seed: int, shortest: int) -> None:
    """Text written for an expression matches it and is as long as asked; where that cannot be, there is none."""
    text = patterns.write(pattern, source(seed), shortest)
    if shortest > (EXPRESSIONS[pattern] or shortest):
        assert text is None
    else:
        assert text is not None
        assert re.search(pattern, text)
        assert len(text) >= shortest


@given(st.text(max_size=30))
def test_any_name_will_do(name: str) -> None:
    """Whatever a property is called, its words can be read and something is drawn."""
    assert all(word == word.lower() for word in names.words(name)) or not name.isascii()
    schema = {"type": "object", "required": [name], "properties": {name: {"type": "string", "maxLength": 50}}}
    value = Generator({}, "3.1").draw(schema, source(1))
    assert len(value[name]) <= 50


def bounded(low: str, high: str, most: int) -> st.SearchStrategy[dict[str, Any]]:
    """Two bounds that leave room."""
    return st.tuples(st.integers(0, most), st.integers(0, most)).map(lambda pair: {low: min(pair), high: max(pair)})


LEAVES: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.just({"type": "boolean"}),
    bounded("minimum", "maximum", 1_000).map(lambda bounds: {"type": "integer", **bounds}),
    bounded("minimum", "maximum", 1_000).map(lambda bounds: {"type": "number", **bounds}),
    bounded("minLength", "maxLength", 40).map(lambda bounds: {"type": "string", **bounds}),
    st.sampled_from(["date", "date-time", "uuid", "email", "ipv4", "ipv6", "time", "byte"]).map(lambda name: {"type": "string", "format": name}),
    st.sampled_from([r"^[a-f0-9]{6}$", r"^\+?\d+$", r"^[^\s]+$"]).map(lambda text: {"type": "string", "pattern": text}),
    st.lists(st.one_of(st.integers(), st.text(max_size=5), st.none(), st.booleans()), min_size=1, max_size=3).map(lambda values: {"enum": values}),
    st.sampled_from(["string", "integer", "number"]).map(lambda kind: {"type": [kind, "null"]}),
)  # fmt: skip
NAMES = st.sampled_from(["id", "email", "name", "price", "tags", "created_at", "x", "ünï", "a/b~c"])


def compound(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Schemas made of schemas, all of which can be kept."""
    properties = st.dictionaries(NAMES, inner, max_size=4)
    objects = properties.flatmap(
        lambda known: st.fixed_dictionaries(
            {
                "type": st.just("object"),
                "properties": st.just(known),
                "additionalProperties": st.sampled_from([True, False, {}]),
            },
            optional={"required": st.lists(st.sampled_from(sorted(known)), unique=True) if known else st.just([])},
        )
    )
    return st.one_of(
        objects,
        inner.map(lambda items: {"type": "array", "items": items}),
        st.tuples(inner, st.integers(0, 3)).map(lambda pair: {"type": "array", "items": pair[0], "minItems": pair[1]}),
        st.lists(inner, min_size=1, max_size=3).map(lambda branches: {"anyOf": branches}),
        st.lists(inner, min_size=1, max_size=3).map(
            lambda branches: {
                "oneOf": [
                    {"type": "object", "required": ["tag", "part"], "properties": {"tag": {"const": index}, "part": branch}}
                    for index, branch in enumerate(branches)
                ]
            }
        ),
        st.dictionaries(NAMES, inner, min_size=1, max_size=4).map(
            lambda known: {"allOf": [{"type": "object", "properties": {name: schema}} for name, schema in known.items()]}
        ),
        inner.map(lambda then: {"if": {"type": "integer"}, "then": {"type": "integer", "minimum": 2}, "else": then}),
    )  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(st.lists(st.recursive(LEAVES, compound, max_leaves=8), min_size=4, max_size=8), st.integers(0, 2**32))
def test_any_schema_that_can_be_kept_is_kept(schemas: list[Any], seed: int) -> None:
    """Schemas put together at random, of parts that can be kept: the contract accepts what is drawn."""
    paths = {
        f"/{index}": {
            "get": operation(
                f"get {index}",
                responses={"200": {"description": "Fine", "content": {"application/json": {"schema": schema}}}},
            )
        }
        for index, schema in enumerate(schemas)
    }
    with tempfile.TemporaryDirectory() as folder:
        made = contract(Path(folder), paths)
    generator = Generator(made.data, made.document.version)
    for index, schema in enumerate(schemas):
        for number in range(3):
            value = generator.draw(schema, source(seed + number))
            assert not broken(made, value, f"/{index}"), (schema, value)
