"""A request whose values are a named example's is given the answer that has the same name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from documents import document, operation
from played import Serve

PET = {
    "type": "object",
    "required": ["id", "name"],
    "properties": {"id": {"type": "integer"}, "name": {"type": "string"}},
}
TROUBLE = {"type": "object", "required": ["why"], "properties": {"why": {"type": "string"}}}


def says(schema: Any, **examples: Any) -> dict[str, Any]:
    """A response in JSON with named examples."""
    named = {name: {"value": value} for name, value in examples.items()}
    return {"description": "", "content": {"application/json": {"schema": schema, "examples": named}}}


def asked(name: str, place: str, schema: Any, **examples: Any) -> dict[str, Any]:
    """A parameter with named examples."""
    named = {key: {"value": value} for key, value in examples.items()}
    return {"name": name, "in": place, "required": place == "path", "schema": schema, "examples": named}


ID = asked("id", "path", {"type": "integer"}, gone=404, tom=2, odd=5)
MOOD = asked("mood", "query", {"type": "array", "items": {"type": "string"}}, tom=["sad", "old"], glad=["glad"])
TRACE = asked("X-Trace", "header", {"type": "string"}, traced="t-1")
NEW = {
    "content": {
        "application/json": {"schema": {"type": "object"}, "examples": {"taken": {"value": {"name": "Rex"}}, "fine": {"$ref": "#/components/examples/fine"}}},
        "application/x-www-form-urlencoded": {"schema": {"type": "object", "properties": {"age": {"type": "integer"}}}, "examples": {"taken": {"value": {"age": 7}}}},
    }
}  # fmt: skip
DOCUMENT = document(
    {
        "/pets/{id}": {
            "get": operation(
                "get-pet",
                parameters=[ID, MOOD, TRACE],
                responses={
                    "200": says(PET, first={"id": 1, "name": "Ada"}, tom={"id": 2, "name": "Tom"}, glad={"id": 3, "name": "Joy"}, traced={"id": 4, "name": "Ted"}, odd={"id": "five"}),
                    "404": says(TROUBLE, gone={"why": "it is gone"}),
                },
            )
        },
        "/pets": {
            "post": operation(
                "add-pet",
                requestBody=NEW,
                responses={"201": says(PET, fine={"id": 9, "name": "Fine"}), "409": says(TROUBLE, taken={"why": "the name is taken"})},
            )
        },
    },
    components={"examples": {"fine": {"value": {"name": "Fay", "age": 3}}}},
)  # fmt: skip


@pytest.fixture
def pets(tmp_path: Path) -> str:
    path = tmp_path / "pets.json"
    path.write_text(json.dumps(DOCUMENT))
    return str(path)


@pytest.mark.parametrize(
    ("ask", "more", "status", "body"),
    [
        ("GET /pets/404", {}, 404, {"why": "it is gone"}),
        ("GET /pets/7", {}, 200, {"id": 1, "name": "Ada"}),
        ("GET /pets/2", {}, 200, {"id": 1, "name": "Ada"}),
        ("GET /pets/2?mood=sad&mood=old", {}, 200, {"id": 2, "name": "Tom"}),
        ("GET /pets/2?mood=old&mood=sad", {}, 200, {"id": 1, "name": "Ada"}),
        ("GET /pets/7?mood=glad", {}, 200, {"id": 3, "name": "Joy"}),
        ("GET /pets/7", {"headers": {"X-Trace": "t-1"}}, 200, {"id": 4, "name": "Ted"}),
        ("GET /pets/5", {}, 200, {"id": 1, "name": "Ada"}),
        ("GET /pets/404", {"headers": {"Prefer": "example=first"}}, 200, {"id": 1, "name": "Ada"}),
        ("POST /pets", {"json": {"name": "Rex"}}, 409, {"why": "the name is taken"}),
        ("POST /pets", {"json": {"age": 3, "name": "Fay"}}, 201, {"id": 9, "name": "Fine"}),
        ("POST /pets", {"data": {"age": "7"}}, 409, {"why": "the name is taken"}),
        ("POST /pets", {"json": {"age": 7}}, 201, {"id": 9, "name": "Fine"}),
    ],
    ids=[
        "by the path", "no pair: the first", "one value of two", "all values", "values in another order", "by the query",
        "by a header", "an example that breaks its schema", "a preference counts for more", "by the body",
        "whatever the order of keys", "by a form", "another media type",
    ],
)  # fmt: skip
def test_what_is_called_alike_belongs_together(  # noqa: PLR0913, PLR0917 - a request and its answer
    ask: str, more: dict[str, Any], status: int, body: Any, pets: str, serve: Serve
) -> None:
    """All parameters and the body that have an example of the name must be that example; else the first one answers."""
    method, _, path = ask.partition(" ")
    answer = serve(pets, state="none").request(method, path, **more)
    assert (answer.status_code, answer.json()) == (status, body)


def test_with_a_memory_only_refusals_are_paired(pets: str, serve: Serve) -> None:
    """What was created is what is answered, whatever the examples say; what the document refuses by name is refused."""
    api = serve(pets)
    assert (api.get("/pets/404").status_code, api.get("/pets/404").json()) == (404, {"why": "it is gone"})
    assert api.post("/pets", json={"name": "Rex"}).status_code == 409
    made = api.post("/pets", json={"name": "Fay", "age": 3})
    assert (made.status_code, made.json()["name"]) == (201, "Fay")
    assert api.get(f"/pets/{made.json()['id']}").json()["name"] == "Fay"
