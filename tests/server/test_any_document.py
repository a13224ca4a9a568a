"""Documents of every shape are served: odd names, overlapping paths, chains and circles of references, nothing but webhooks."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest

from documents import document, operation
from played import Serve
from processes import serving
from understudy.generator.shape import UnsatisfiableError
from understudy.generator.values import Generator


def written(folder: Path, data: dict[str, Any], name: str = "doc.json") -> str:
    path = folder / name
    path.write_text(json.dumps(data, ensure_ascii=False))
    return str(path)


def answering(schema: Any, media_type: str = "application/json") -> dict[str, Any]:
    return {"200": {"description": "Fine", "content": {media_type: {"schema": schema}}}}


def test_odd_names_are_served_and_judged(tmp_path: Path, serve: Serve) -> None:
    """Names with spaces, dots, hashes, slashes, tildes and letters of any script stand where a document has them."""
    named = {
        "type": "object",
        "required": ["a#b", ".", "ключ", "x/y"],
        "properties": {
            "a#b": {"type": "integer"},
            ".": {"type": "string"},
            "ключ": {"enum": ["да"]},
            "x/y": {"type": "boolean"},
        },
    }
    parameters = [
        {"name": "käse-id", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "filter[a.b]", "in": "query", "schema": {"type": "integer"}},
    ]
    paths = {
        "/käse/{käse-id}/~x.y": {
            "get": operation(
                "get käse #1", parameters=parameters, responses=answering({"$ref": "#/components/schemas/A.b-c_1"})
            ),
            "post": operation(
                "class", parameters=parameters[:1], requestBody={"content": {"application/json": {"schema": named}}}
            ),
        }
    }
    api = serve(written(tmp_path, document(paths, components={"schemas": {"A.b-c_1": named}})))
    got = api.get("/käse/7/~x.y?filter[a.b]=3")
    assert (got.status_code, set(got.json())) == (200, {"a#b", ".", "ключ", "x/y"})
    assert api.get("/käse/seven/~x.y").status_code == 404
    wrong = api.post("/käse/7/~x.y", json={"a#b": "1", ".": 2, "ключ": "нет", "x/y": 3}).json()["violations"]
    assert {violation["where"] for violation in wrong} == {"/body/a#b", "/body/.", "/body/ключ", "/body/x~1y"}


def test_overlapping_paths_find_their_own(tmp_path: Path, serve: Serve) -> None:
    """A concrete path wins over one with a parameter, wherever either stands in the document."""
    place = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    paths = {
        "/a/{id}": {"get": operation("one", parameters=place, responses=answering({"const": "one"}))},
        "/a/mine": {"get": operation("mine", responses=answering({"const": "mine"}))},
        "/a/{id}/b": {"get": operation("below", parameters=place, responses=answering({"const": "below"}))},
        "/{id}/mine/b": {"get": operation("other", parameters=place, responses=answering({"const": "other"}))},
        "/a/{id}.json": {"get": operation("file", parameters=place, responses=answering({"const": "file"}))},
    }
    api = serve(written(tmp_path, document(paths)))
    asked = ("/a/7", "/a/mine", "/a/7/b", "/x/mine/b", "/a/7.json")
    assert [api.get(path).json() for path in asked] == ["one", "mine", "below", "other", "file"]


@pytest.mark.parametrize("version", ["3.0.4", "3.1.0"])
def test_long_chains_of_schemas_are_followed(tmp_path: Path, serve: Serve, version: str) -> None:
    """Schemas that lead on and on, and back to the first, are served however many there are."""
    count = 2_000
    chain = {
        f"s{number}": {
            "type": "object",
            "properties": {"next": {"$ref": f"#/components/schemas/s{(number + 1) % count}"}},
        }
        for number in range(count)
    }
    data = document(
        {"/a": {"get": operation("a", responses=answering({"$ref": "#/components/schemas/s0"}))}}, openapi=version
    )
    api = serve(written(tmp_path, data | {"components": {"schemas": chain}}))
    assert api.get("/a").status_code == 200


def test_five_hundred_operations_are_served(tmp_path: Path, serve: Serve) -> None:
    """Every one of many operations answers."""
    paths = {
        f"/things/{number}": {"get": operation(f"get-{number}", responses=answering({"const": number}))}
        for number in range(500)
    }
    api = serve(written(tmp_path, document(paths)))
    assert [api.get(f"/things/{number}").json() for number in range(500)] == list(range(500))


def test_a_document_with_nothing_but_webhooks_is_served(tmp_path: Path) -> None:
    """It starts, says what it can do, tells its health, and refuses what nobody documented."""
    webhooks = {"order.paid": {"post": {"responses": {"200": {"description": "Heard"}}}}}
    data = {"openapi": "3.1.0", "info": {"title": "Hooks", "version": "1"}, "webhooks": webhooks}
    with serving(written(tmp_path, data, "hooks.json")) as server:
        assert "hooks has no operations" in server.announced
        assert "order.paid" in server.announced
        assert httpx.get(f"{server.url}/_understudy/health").json()["parts"][0]["operations"] == 0
        assert httpx.get(f"{server.url}/orders").headers["understudy-refused"] == "contract"
        assert httpx.get(f"{server.url}/openapi.json").json()["webhooks"]


def test_what_does_not_hinder_is_told_at_the_start(tmp_path: Path) -> None:
    """A line at the start says that a document breaks rules, or its own schemas by examples, and where to read which."""
    odd = {"200": {"description": "", "content": {"application/json": {"schema": {"type": "integer"}, "example": "x"}}}}
    with serving(written(tmp_path, document({"/a/{id}": {"get": operation("a", responses=odd)}}))) as server:
        assert "doc breaks OpenAPI's rules in 1 place(s) that do not hinder" in server.announced
        assert "doc has 1 example(s) that break their schemas; see `understudy check`" in server.announced
        assert isinstance(httpx.get(f"{server.url}/a/1").json(), int)


@pytest.mark.parametrize(
    "schema",
    [
        {"type": "string", "not": {"type": "string"}},
        {"allOf": [{"type": "string"}, {"not": {"type": ["string", "null"]}}]},
        {"type": []},
    ],
)
def test_a_schema_that_no_type_keeps_is_told(schema: Any) -> None:
    """Where no type is left, no value can be drawn, and that is said."""
    with pytest.raises(UnsatisfiableError):
        Generator({}, "3.1").draw(schema, Random(1))  # noqa: S311 - sample data


def test_a_number_that_is_no_integer_has_a_fraction() -> None:
    """A number that must not be an integer is drawn as one with a fraction."""
    found = Generator({}, "3.1").draw({"type": "number", "not": {"type": "integer"}}, Random(1))  # noqa: S311 - sample data
    assert found != int(found)
