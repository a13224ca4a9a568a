"""What is against the rules of OpenAPI: what of it hinders serving, and what is set right and told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from documents import document, operation
from played import Serve
from understudy import bundled
from understudy.contract.document import Document, DocumentError, load
from understudy.contract.source import SourceError
from understudy.effective import REFUSALS

FINE: dict[str, Any] = {
    "200": {"description": "Fine", "content": {"application/json": {"schema": {"type": "integer"}}}}
}
CAT = {"type": "object", "required": ["kind"], "properties": {"kind": {"const": "cat"}, "lives": {"type": "integer"}}}
DOG = {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["dog", "hound"]}}}


def one(schema: Any, **more: Any) -> dict[str, Any]:
    """A document with one operation that answers with a schema."""
    answer = {"200": {"description": "Fine", "content": {"application/json": {"schema": schema}}}}
    return document({"/a": {"get": {"operationId": "a", "responses": answer}}}, **more)


def loaded(folder: Path, data: dict[str, Any]) -> Document:
    path = folder / "shop.json"
    path.write_text(json.dumps(data, indent=1))
    return load(path)


KEPT: list[tuple[str, dict[str, Any], str]] = [
    ("a response without words", document({"/a": {"get": {"responses": {"200": {}}}}}), "'description' is a required"),
    ("no title", {"openapi": "3.1.0", "info": {}, "paths": {}}, "'title' is a required property; the file's name"),
    ("an unknown field", document({"/a": {"get": {"sumary": "x", "responses": FINE}}}, openapi="3.0.4"), "'sumary' does not match"),
    ("a faulty keyword", one({"type": "objekt"}), "'objekt' is not one of"),
    ("a schema that is none", one({"properties": {"a": None}}), "null is not of type"),
    ("a list with something twice", one({"required": ["a", "a"]}), "standing there once"),
    ("a bound of 3.0", one({"minimum": 1, "exclusiveMinimum": True}), "as OpenAPI 3.0 has it"),
    ("an expression that is none", one({"type": "string", "pattern": "(["}), "is no regular expression"),
    ("an operationId twice", document({"/a": {"get": operation("a")}, "/b": {"get": operation("a")}}), "GET /a's too"),
    ("a parameter twice", document({"/a": {"get": operation("a", parameters=[{"name": "q", "in": "query", "schema": {}}] * 2)}}), "stands here twice"),
    ("an undeclared parameter", document({"/a/{id}": {"get": operation("a")}}), "`{id}` may be"),
    ("a parameter of no path", document({"/a": {"get": operation("a", parameters=[{"name": "id", "in": "path", "required": True, "schema": {}}])}}), "has no `{id}`"),
    ("an optional path parameter", document({"/a/{id}": {"get": operation("a", parameters=[{"name": "id", "in": "path", "schema": {}}])}}), "read as required"),
    ("a parameter without a schema", document({"/a": {"get": operation("a", parameters=[{"name": "q", "in": "query"}])}}), "read as any value"),
    ("no answers", document({"/a": {"get": {"operationId": "a"}}}), "no answer is documented"),
    ("a discriminator among nameless schemas", one({"oneOf": [CAT, DOG], "discriminator": {"propertyName": "kind"}}), "not references"),
    ("no scopes", one({}, components={"securitySchemes": {"o": {"type": "oauth2", "flows": {"implicit": {"authorizationUrl": "https://a.example"}}}}}), "nobody here asks"),
    ("a status of 3.0 that is none", document({"/a": {"get": {"operationId": "a", "responses": {**FINE, "OK": {"description": ""}}}}}, openapi="3.0.4"), "no status is called that"),
    ("a status that is none", document({"/a": {"get": {"operationId": "a", "responses": {**FINE, "OK": {"description": ""}}}}}), "no status is called that"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "told"), [case[1:] for case in KEPT], ids=[case[0] for case in KEPT])
def test_what_does_not_hinder_is_noted_and_served(
    tmp_path: Path, serve: Serve, data: dict[str, Any], told: str
) -> None:
    """A document with this fault is loaded, one note says what becomes of it, and every operation answers."""
    found = loaded(tmp_path, data)
    assert any(told in note.message for note in found.notes), found.notes
    assert all(found.place(note.place) for note in found.notes)
    api = serve(str(tmp_path / "shop.json"))
    for template in data["paths"]:
        assert api.get(template.replace("{id}", "7")).status_code == 200


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("a reference to nowhere", one({"$ref": "#/components/schemas/gone"}), "`#/components/schemas/gone` leads nowhere"),
    ("a reference to itself", one({}, components={"schemas": {"a": {"$ref": "#/components/schemas/a"}}}), "leads nowhere"),
    ("a path of 3.0 without a slash", document({"a": {"get": operation("a")}}, openapi="3.0.4"), "let every path begin with `/`"),
    ("a path without a slash", document({"a": {"get": operation("a")}}), "let every path begin with `/`"),
    ("a parameter in no place", document({"/a": {"get": operation("a", parameters=[{"name": "q", "schema": {}}])}}), "'in' is a required property"),
    ("paths that are a list", {"openapi": "3.0.4", "info": {"title": "T", "version": "1"}, "paths": []}, "is not of type 'object'"),
    ("an unknown dialect", one({}, jsonSchemaDialect="https://dialect.example"), "leave `jsonSchemaDialect` out"),
]  # fmt: skip


@pytest.mark.parametrize(("data", "told"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_what_hinders_is_refused(tmp_path: Path, data: dict[str, Any], told: str) -> None:
    """A document that cannot be served is refused with its place, the pointer and what to do."""
    with pytest.raises(DocumentError) as caught:
        loaded(tmp_path, data)
    assert told in str(caught.value)
    assert all(problem.startswith(f"{tmp_path / 'shop.json'}:") for problem in caught.value.problems)


@pytest.mark.parametrize("version", ["3.0.4", "3.1.1", "3.1.2"])
def test_later_patches_of_a_version_are_that_version(tmp_path: Path, version: str) -> None:
    """The third number of a version changes nothing."""
    assert loaded(tmp_path, document({"/a": {"get": operation("a")}}, openapi=version)).notes == ()


def test_what_is_left_out_holds_for_everybody(tmp_path: Path, serve: Serve) -> None:
    """A bound as 3.0 writes it is judged as 3.0 means it; a faulty keyword judges nothing."""
    schema = {"type": "integer", "minimum": 3, "exclusiveMinimum": True, "multipleOf": "two"}
    place = {"name": "n", "in": "query", "schema": schema}
    loaded(tmp_path, document({"/a": {"get": operation("a", parameters=[place])}}))
    api = serve(str(tmp_path / "shop.json"))
    assert api.get("/a?n=4").status_code == 200
    assert api.get("/a?n=3").json()["violations"][0]["code"] == "schema-exclusiveMinimum"


def test_a_discriminator_without_a_mapping_goes_by_the_listed_values(tmp_path: Path, serve: Serve) -> None:
    """Where the schemas list the tags and the mapping is left out, the listed values choose, in answers and requests."""
    pet = {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind"},
    }
    data = one(pet, components={"schemas": {"Cat": CAT, "Dog": DOG}})
    data["paths"]["/a"]["post"] = operation("b", requestBody={"content": {"application/json": {"schema": pet}}})
    notes = loaded(tmp_path, data).notes
    assert [note.place.rpartition("/")[2] for note in notes] == ["discriminator", "discriminator"]
    assert all("the values that `kind` may have" in note.message for note in notes)
    api = serve(str(tmp_path / "shop.json"))
    assert api.get("/a").json()["kind"] in ("cat", "dog", "hound")
    assert api.post("/a", json={"kind": "hound"}).status_code == 200
    wrong = api.post("/a", json={"kind": "cat", "lives": "nine"}).json()["violations"]
    assert [(violation["where"], violation["code"]) for violation in wrong] == [("/body/lives", "schema-type")]


def test_a_mapping_may_name_schemas(tmp_path: Path, serve: Serve) -> None:
    """A discriminator's mapping may say a schema's name instead of a reference; that is no fault."""
    pet = {
        "oneOf": [{"$ref": "#/components/schemas/Cat"}, {"$ref": "#/components/schemas/Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": "Cat", "dog": "Dog", "hound": "Dog"}},
    }
    assert loaded(tmp_path, one(pet, components={"schemas": {"Cat": CAT, "Dog": DOG}})).notes == ()
    assert serve(str(tmp_path / "shop.json")).get("/a").json()["kind"] in ("cat", "dog", "hound")


@pytest.mark.parametrize(("schema", "status"), [(True, 200), (False, 501), ({"$ref": "#/components/schemas/any"}, 200)])
def test_a_whole_message_may_be_described_by_a_boolean(tmp_path: Path, serve: Serve, schema: Any, status: int) -> None:
    """`true` takes any body, also by way of a reference; `false` takes none, so that no answer can be made."""
    assert loaded(tmp_path, one(schema, components={"schemas": {"any": True}})).notes == ()
    assert serve(str(tmp_path / "shop.json")).get("/a").status_code == status


def test_schemas_that_turn_back_on_themselves_are_loaded(tmp_path: Path, serve: Serve) -> None:
    """A schema may contain itself by way of its items, its properties, and what it is composed of."""
    node = {"type": "object", "properties": {"next": {"$ref": "#/components/schemas/Node"}}}
    tree = {"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/Tree"}]}}
    loaded(tmp_path, one({"$ref": "#/components/schemas/Tree"}, components={"schemas": {"Node": node, "Tree": tree}}))
    assert serve(str(tmp_path / "shop.json")).get("/a").status_code == 200


@pytest.mark.parametrize("media_type", ["application/octet-stream", "application/jsonl"])
def test_a_body_that_is_no_data_is_not_looked_into(tmp_path: Path, serve: Serve, media_type: str) -> None:
    """Of JSON lines and bytes a schema of objects says nothing; that a body is there is judged all the same."""
    content = {media_type: {"schema": {"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}}}
    data = document({"/a": {"post": operation("a", requestBody={"required": True, "content": content})}})
    data["paths"]["/a"]["get"] = {"operationId": "b", "responses": {"200": {"description": "", "content": content}}}
    loaded(tmp_path, data)
    for engine in ("plan", "stock"):
        api = serve(str(tmp_path / "shop.json"), engine=engine)
        assert api.post("/a", content=b"anything", headers={"content-type": media_type}).status_code == 200
        assert api.post("/a", headers={"content-type": media_type}).json()["violations"][0]["code"] == "body-missing"
        assert api.get("/a").status_code == 200


HEAD = "openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"


@pytest.mark.parametrize(
    ("text", "noted"),
    [
        (HEAD + "paths:\n", ["/paths"]),
        (HEAD + "paths:\n  /a:\n", ["/paths/~1a"]),
        (HEAD + "tags:\npaths:\n  /a:\n    parameters:\n    get:\n", ["/paths/~1a/get", "/paths/~1a/get", "/paths/~1a/parameters", "/tags"]),
        (HEAD + "paths:\n  /a:\n    get:\n      responses:\n        200:\n", ["/paths/~1a/get/responses/200"]),
        ("openapi: 3.1\ninfo: {title: t, version: '1'}\npaths: {}\n", ["/openapi"]),
        ("swagger: 2.0\ninfo: {title: t, version: '1'}\npaths: {}\n", ["/swagger"]),
    ],
)  # fmt: skip
def test_a_key_without_a_value_is_read_as_empty(tmp_path: Path, serve: Serve, text: str, noted: list[str]) -> None:
    """What a person leaves empty while writing does not hinder; each place is told, and what is there is served."""
    path = tmp_path / "begun.yaml"
    path.write_text(text)
    assert sorted(note.place for note in load(path).notes) == noted
    client = serve(str(path))
    assert client.get("/a").status_code in ((200,) if "get:" in text else (404, 405))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("openapi:\npaths: {}\n", r"begun\.yaml:1:9: `openapi` says nothing; write the version, e\.g\. 3\.1\.0"),
        (HEAD + "paths:\n  /a:\n    $ref: '#/paths/~1a'\n", r"`#/paths/~1a` leads nowhere"),
        (HEAD + "paths:\n  /a:\n    $ref: '#/components/pathItems/b'\n", r"`#/components/pathItems/b` leads nowhere"),
        (
            HEAD + "paths:\n  /a:\n    get:\n      parameters:\n        -\n",
            r"parameters/0: null is not of type 'object'",
        ),
    ],
)
def test_what_is_empty_and_hinders_is_told(tmp_path: Path, text: str, message: str) -> None:
    """A version, a reference and an item that are not there are errors with place and fix."""
    path = tmp_path / "begun.yaml"
    path.write_text(text)
    with pytest.raises((DocumentError, SourceError), match=message):
        load(path, voice=bundled.SPEC / REFUSALS)


@pytest.mark.parametrize("keyword", ["allOf", "anyOf", "oneOf"])
def test_a_schema_that_asks_for_itself_alone_is_told(tmp_path: Path, serve: Serve, keyword: str) -> None:
    """Nothing can be made for it, nor judged by it; that is said in words, not as a limit of the interpreter."""
    data = one(
        {"$ref": "#/components/schemas/A"},
        components={"schemas": {"A": {keyword: [{"$ref": "#/components/schemas/A"}]}}},
    )
    loaded(tmp_path, data)
    answer = serve(str(tmp_path / "shop.json")).get("/a")
    assert (answer.status_code, "refers back to itself before it asks for anything" in answer.json()["detail"]) == (
        501,
        True,
    )
