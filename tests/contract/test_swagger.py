"""Documents of Swagger 2.0: what they promise is promised by what they are converted to, and places stay known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from played import Serve
from understudy.contract import pointer
from understudy.contract.contract import Contract
from understudy.contract.document import Document, load

LIBRARY = Path(__file__).parents[1] / "made_documents" / "library.yaml"


@pytest.fixture
def library() -> Path:
    return LIBRARY


def loaded(path: Path) -> Document:
    return load(path)


def test_a_document_of_version_2_is_loaded_as_3_0(library: Path) -> None:
    """Host, base path and schemes become servers; definitions, parameters and security schemes become components."""
    document = loaded(library)
    assert document.version == "3.0"
    assert [server["url"] for server in document.data["servers"]] == [
        "https://books.example/v2",
        "http://books.example/v2",
    ]
    assert set(document.data["components"]["schemas"]) == {"Book", "Novel", "Error"}
    assert document.data["components"]["securitySchemes"]["basic"] == {"type": "http", "scheme": "basic"}
    assert set(document.data["components"]["securitySchemes"]["oauth"]["flows"]) == {"authorizationCode"}
    assert set(Contract(document).by_id) == {"list", "add", "cover", "picture", "search"}


def test_schemas_keep_their_meaning(library: Path) -> None:
    """Null is allowed where `x-nullable` says so, also beside a reference; a discriminator names its property; values stay."""
    book = loaded(library).data["components"]["schemas"]["Book"]
    assert book["discriminator"] == {"propertyName": "kind"}
    assert book["properties"]["subtitle"] == {"type": "string", "nullable": True}
    assert book["properties"]["next"] == {"allOf": [{"$ref": "#/components/schemas/Book"}], "nullable": True}
    assert book["properties"]["discriminator"]["example"] == {"$ref": "#/definitions/Error"}


@pytest.mark.parametrize(
    ("name", "style"), [("tag", ("form", True)), ("ids", ("pipeDelimited", False)), ("words", (None, None))]
)
def test_lists_in_parameters_keep_their_form(library: Path, name: str, style: Any) -> None:
    """A collection format becomes a style; one that 3.0 cannot say becomes a text, and a note says so."""
    document = loaded(library)
    listed = document.data["paths"]["/books"]["get"]["parameters"]
    parameter = next(parameter for parameter in listed if parameter["name"] == name)
    assert (parameter.get("style"), parameter.get("explode")) == style
    told = [note for note in document.notes if "tsv" in note.message]
    assert [note.place for note in told] == ["/paths/~1books/get/parameters/2/collectionFormat"]


@pytest.mark.parametrize(
    ("at", "said"),
    [
        ("/components/schemas/Novel/allOf/1/properties/pages", "/definitions/Novel/allOf/1/properties/pages"),
        ("/paths/~1books/post/requestBody/content/application~1json/schema", "/parameters/book/schema"),
        ("/paths/~1books/get/responses/200/content/application~1json/schema/items", "/paths/~1books/get/responses/200/schema/items"),
        ("/paths/~1search/post/requestBody/content/application~1x-www-form-urlencoded/schema/properties/q", "/paths/~1search/post/parameters/0"),
        ("/paths/~1books~1{id}~1cover/put/parameters/0/schema", "/paths/~1books~1{id}~1cover/put/parameters/0"),
    ],
)  # fmt: skip
def test_everything_still_has_its_line(library: Path, at: str, said: str) -> None:
    """What a message points at is found where the document's author wrote it."""
    document = loaded(library)
    pointer.find(document.data, at)
    assert document.place(at) == document.source.place(said)


def test_it_is_served_and_judged(library: Path, serve: Serve) -> None:
    """Bodies, forms, files, lists and credentials are judged by what the document of version 2 says."""
    api = serve(str(library))
    key = {"X-Key": "k"}
    books = api.get("/v2/books?page=1&tag=a&tag=b&ids=1%7C2", headers=key)
    assert books.status_code == 200
    assert books.json()[0]["kind"] == "Novel"
    assert api.get("/v2/books").status_code == 401
    assert api.get("/v2/books?page=0", headers=key).json()["violations"][0]["code"] == "schema-minimum"
    assert api.post("/v2/books", json={"kind": "Novel"}).status_code == 422
    assert api.put("/v2/books/7/cover", files={"picture": b"\x89PNG"}, data={"caption": "Me"}).status_code == 204
    assert api.put("/v2/books/7/cover", data={"caption": "Much too long"}, files={"picture": b"x"}).status_code == 422
    assert api.get("/v2/books/7/cover").content[:4] == b"\x89PNG"
    assert api.post("/v2/search", data={"q": "x", "years": ["1815"]}).status_code == 200
    assert api.post("/v2/search", data={"years": "1815"}).status_code == 422
    assert api.post("/v2/books", json={"title": "Emma", "kind": "Novel"}).json()["title"] == "Emma"


def test_json_will_do_and_files_are_followed(tmp_path: Path, serve: Serve) -> None:
    """A document of version 2 may be JSON, and refer to files beside it that speak version 2 as well."""
    (tmp_path / "parts.json").write_text(
        json.dumps(
            {
                "Pen": {
                    "type": "object",
                    "required": ["ink"],
                    "properties": {"ink": {"type": "string", "x-nullable": True, "enum": [None]}},
                }
            }
        )
    )
    answer = {"description": "Pens", "schema": {"$ref": "parts.json#/Pen"}}
    data = {
        "swagger": "2.0",
        "info": {"title": "Pens", "version": "1"},
        "paths": {"/pen": {"get": {"responses": {"200": answer}}}},
    }
    path = tmp_path / "pens.json"
    path.write_text(json.dumps(data))
    assert serve(str(path)).get("/pen").json() == {"ink": None}
