"""Answers made from the document alone: which one, in what form, and that each keeps the contract."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import httpx
import pytest

from answerers import client
from documents import contract, document, operation
from understudy.server.journal import Journal
from understudy.server.synthesis import SynthesisAnswerer

REF = "#/components/schemas/"
PET = {
    "type": "object",
    "required": ["id", "name", "tags"],
    "properties": {
        "id": {"type": "integer", "minimum": 1},
        "name": {"type": "string"},
        "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2},
        "secret": {"type": "string", "writeOnly": True},
    },
}


def answer(schema: Any, media_type: str = "application/json", **more: Any) -> dict[str, Any]:
    """A response with one media type."""
    return {"description": "An answer", "content": {media_type: {"schema": schema, **more}}}


def serve(tmp_path: Path, responses: dict[str, Any], seed: int = 1, **more: Any) -> tuple[httpx.Client, Journal]:
    """A client on a server that synthesises the answers of one operation, GET /pets/{id}."""
    parameter = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    paths = {"/pets/{id}": {"get": operation("pet", responses=responses, parameters=[parameter])}}
    return client(tmp_path, paths, SynthesisAnswerer(contract(tmp_path, paths, **more), seed), **more)


def test_an_answer_is_made_from_the_schema(tmp_path: Path) -> None:
    """Without an example the schema speaks; the answer says where it comes from, and what clients only send is left out."""
    api, journal = serve(tmp_path, {"200": answer(PET)})
    got = api.get("/pets/1")
    assert (got.status_code, got.headers["content-type"]) == (200, "application/json")
    assert got.headers["understudy-synthesised"] == "schema"
    assert set(got.json()) == {"id", "name", "tags"}
    assert got.headers["content-length"] == str(len(got.content))
    (exchange,) = journal
    assert exchange.violations == []


def test_the_same_request_has_the_same_answer(tmp_path: Path) -> None:
    """Seed, operation and request decide, byte for byte; another id or another seed gives something else."""
    responses = {"200": answer(PET)}
    one, other = serve(tmp_path, responses)[0], serve(tmp_path, responses)[0]
    first = [one.get(f"/pets/{number}").content for number in range(5)]
    assert [other.get(f"/pets/{number}").content for number in reversed(range(5))][::-1] == first
    assert len(set(first)) == 5
    assert one.get("/pets/1?a=b").content != first[1]
    assert serve(tmp_path, responses, seed=2)[0].get("/pets/1").content != first[1]


def test_examples_come_first(tmp_path: Path) -> None:
    """A media type's example is sent as it is; a schema's example where there is none."""
    shown = {"id": 7, "name": "Rex", "tags": ["a", "b"]}
    for responses in ({"200": answer(PET, example=shown)}, {"200": answer({**PET, "example": shown})}):
        got = serve(tmp_path, responses)[0].get("/pets/1")
        assert got.json() == shown
        assert got.headers["understudy-synthesised"] == "example"


def test_an_example_in_quotes_is_read(tmp_path: Path) -> None:
    """An example that is JSON written as a string stands for what it says."""
    shown = {"id": 7, "name": "Rex", "tags": ["a", "b"]}
    got = serve(tmp_path, {"200": answer(PET, example=json.dumps(shown))})[0].get("/pets/1")
    assert got.json() == shown


def test_an_example_that_breaks_the_contract_is_passed_over(tmp_path: Path) -> None:
    """The next example is tried, and in the end the schema."""
    bad, good = {"value": {"id": 0}}, {"value": {"id": 9, "name": "Ida", "tags": ["a", "b"]}}
    got = serve(tmp_path, {"200": answer(PET, examples={"bad": bad, "good": good})})[0].get("/pets/1")
    assert got.json()["name"] == "Ida"
    got = serve(tmp_path, {"200": answer(PET, examples={"bad": bad})})[0].get("/pets/1")
    assert (got.status_code, got.headers["understudy-synthesised"]) == (200, "schema")


def preferred(tmp_path: Path) -> httpx.Client:
    """A server whose operation has several answers and named examples."""
    rex, ida = ({"value": {"id": 1, "name": name, "tags": ["a", "b"]}} for name in ("Rex", "Ida"))
    gone = answer({"type": "object", "required": ["why"], "properties": {"why": {"type": "string"}}})
    gone["content"]["application/json"]["examples"] = {"sold": {"value": {"why": "sold"}}}
    responses = {"404": gone, "201": answer(PET, examples={"rex": rex, "ida": {"$ref": "#/components/examples/ida"}})}
    return serve(tmp_path, {**responses, "202": answer({"const": "later"})}, components={"examples": {"ida": ida}})[0]


@pytest.mark.parametrize(
    ("prefer", "status", "told"),
    [
        ("", 201, {"name": "Rex"}),
        ("example=ida", 201, {"name": "Ida"}),
        ('respond-async, Example="ida"', 201, {"name": "Ida"}),
        ("example=sold", 404, {"why": "sold"}),
        ("code=404, example=sold", 404, {"why": "sold"}),
        ("code=404; dynamic=true", 404, {}),
    ],
)
def test_prefer_chooses(tmp_path: Path, prefer: str, status: int, told: dict[str, str]) -> None:
    """`Prefer` names the status and the example; an example is found under any status; the default is the lowest success."""
    got = preferred(tmp_path).get("/pets/1", headers={"prefer": prefer})
    assert got.status_code == status
    assert told.items() <= got.json().items()
    assert got.headers["understudy-synthesised"] == ("schema" if "dynamic" in prefer else "example")


def test_dynamic_answers_ignore_examples(tmp_path: Path) -> None:
    """`Prefer: dynamic=true` leaves out the examples of the media type, of the schema and of its parts."""
    schema = {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "example": 4711}}}
    api, _ = serve(tmp_path, {"200": answer({**schema, "example": {"n": 1}}, example={"n": 2})})
    assert api.get("/pets/1").json() == {"n": 2}
    assert api.get("/pets/1", headers={"prefer": "dynamic=true"}).json()["n"] not in {1, 2, 4711}


@pytest.mark.parametrize(
    ("prefer", "told"),
    [
        ("code=418", "documented are 404, 201, 202"),
        ("code=abc", "no status"),
        ("example=nobody", "it has: ida, rex, sold"),
    ],
)
def test_what_is_not_offered_is_told(tmp_path: Path, prefer: str, told: str) -> None:
    """A preference that the document cannot meet is an error in our own voice, with what it could have been."""
    got = preferred(tmp_path).get("/pets/1", headers={"prefer": prefer})
    assert (got.status_code, got.headers["content-type"]) == (400, "application/problem+json")
    assert got.headers["understudy-refused"] == "contract"
    assert got.json()["type"] == "urn:understudy:answer-not-offered"
    assert told in got.json()["detail"]


@pytest.mark.parametrize(
    ("accept", "media_type"),
    [
        ("*/*", "application/json"),
        ("text/plain", "text/plain"),
        ("text/*;q=0.5, application/json;q=0.4", "text/plain"),
        ("application/json;q=0, */*", "application/vnd.pets+json"),
        ("image/webp", "image/webp"),
        ("image/*", "image/png"),
        ("application/vnd.pets+json", "application/vnd.pets+json"),
    ],
)
def test_the_media_type_is_negotiated(tmp_path: Path, accept: str, media_type: str) -> None:
    """`Accept` decides, quality and specificity included; JSON comes first, and a documented range becomes a type."""
    content = {
        "text/plain": {"schema": {"type": "string"}},
        "application/json": {"schema": PET},
        "image/*": {"schema": {"type": "string", "format": "binary"}},
        "application/vnd.pets+json": {"schema": PET},
    }
    api, _ = serve(tmp_path, {"200": {"description": "Fine", "content": content}})
    got = api.get("/pets/1", headers={"accept": accept})
    assert (got.status_code, got.headers["content-type"]) == (200, media_type)


def test_what_no_answer_comes_in_is_not_acceptable(tmp_path: Path) -> None:
    """An `Accept` that leaves nothing gets 406, with the media types that there are."""
    got = serve(tmp_path, {"200": answer(PET)})[0].get("/pets/1", headers={"accept": "text/html"})
    assert got.status_code == 406
    assert "application/json" in got.json()["detail"]


@pytest.mark.parametrize(
    ("responses", "status"),
    [
        (("404", "204", "201"), 201),
        (("default", "400"), 200),
        (("404", "302"), 302),
        (("2XX", "400"), 200),
        (("200", "2XX"), 200),
        (("4XX",), 400),
    ],
)
def test_the_lowest_success_is_answered(tmp_path: Path, responses: tuple[str, ...], status: int) -> None:
    """The lowest 2XX; without one the default, else the lowest of what is documented."""
    api, _ = serve(tmp_path, {key: {"description": "An answer"} for key in responses})
    got = api.get("/pets/1")
    assert (got.status_code, got.content) == (status, b"")


def test_headers_are_sent_as_promised(tmp_path: Path) -> None:
    """Promised headers come with the answer, in the form their schemas ask for; those of the connection are left alone."""
    headers: dict[str, Any] = {
        "X-Rate-Limit": {"required": True, "schema": {"type": "integer", "minimum": 5, "maximum": 6}},
        "X-Names": {"required": True, "schema": {"type": "array", "items": {"enum": ["a", "b"]}, "minItems": 2}},
        "X-Shown": {"schema": {"type": "string"}, "example": "this"},
        "X-Json": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object", "required": ["a"]}}},
        },
        "Location": {"schema": {"type": "string", "format": "uri"}},
        "Content-Length": {"schema": {"type": "integer"}, "example": 7},
        "X-Never": {"schema": {"type": "string", "enum": ["bad\nvalue"]}},
    }
    api, journal = serve(tmp_path, {"200": {**answer(PET), "headers": headers}})
    got = api.get("/pets/1")
    assert got.headers["x-rate-limit"] in {"5", "6"}
    assert set(got.headers["x-names"].split(",")) <= {"a", "b"}
    assert got.headers["x-shown"] == "this"
    assert "a" in json.loads(got.headers["x-json"])
    assert got.headers["location"].startswith("https://example.com/")
    assert got.headers["content-length"] == str(len(got.content))
    assert "x-never" not in got.headers
    assert [exchange.violations for exchange in journal] == [[]]


def test_bodiless_answers_have_no_body(tmp_path: Path) -> None:
    """A 204 has neither body nor media type; HEAD gets the headers of GET."""
    got = serve(tmp_path, {"204": {"description": "Gone"}})[0].get("/pets/1")
    assert (got.status_code, got.content, "content-type" in got.headers) == (204, b"", False)
    got = serve(tmp_path, {"200": answer(PET)})[0].head("/pets/1")
    assert (got.status_code, got.content, got.headers["content-type"]) == (200, b"", "application/json")


BINARY = {"type": "string", "format": "binary"}


@pytest.mark.parametrize(
    ("media_type", "start"),
    [
        ("image/png", b"\x89PNG"),
        ("image/gif", b"GIF89a"),
        ("image/svg+xml", b"<svg"),
        ("application/pdf", b"%PDF-"),
        ("audio/wav", b"RIFF"),
        ("text/html", b"<!doctype html>"),
        ("text/csv", b"id,name,email"),
        ("application/octet-stream", b""),
        ("application/vnd.unheard-of", b""),
    ],
)
def test_files_are_files(tmp_path: Path, media_type: str, start: bytes) -> None:
    """A media type of files gets a small file of that kind, where the schema asks for no more."""
    for schema in (BINARY, {}):
        got = serve(tmp_path, {"200": answer(schema, media_type)})[0].get("/pets/1")
        assert got.status_code == 200
        assert got.content
        assert got.content.startswith(start)


def test_an_archive_opens(tmp_path: Path) -> None:
    """A sample is whole: the archive can be read."""
    got = serve(tmp_path, {"200": answer(BINARY, "application/zip")})[0].get("/pets/1")
    assert zipfile.ZipFile(io.BytesIO(got.content)).namelist() == ["readme.txt"]


@pytest.mark.parametrize(
    ("media_type", "schema"),
    [
        ("text/plain", {"type": "string", "pattern": "^v[0-9]+$"}),
        ("text/plain", {"type": "string", "enum": ["pong"]}),
        ("application/octet-stream", {**BINARY, "minLength": 300, "maxLength": 310}),
        ("application/jwt", {"type": "string", "pattern": r"^[\w-]+\.[\w-]+\.[\w-]+$"}),
    ],
)
def test_text_and_bytes_keep_their_schema(tmp_path: Path, media_type: str, schema: Any) -> None:
    """What a schema says of a text or of bytes is kept."""
    api, journal = serve(tmp_path, {"200": answer(schema, media_type)})
    assert api.get("/pets/1").status_code == 200
    assert [exchange.violations for exchange in journal] == [[]]


def test_xml_is_served(tmp_path: Path) -> None:
    """An XML answer is well-formed, named by its hints, and passes the contract."""
    schema = {"properties": {"id": {"type": "integer"}}, "required": ["id"], "xml": {"name": "pet"}}
    api, journal = serve(tmp_path, {"200": answer(schema, "application/xml")})
    got = api.get("/pets/1")
    root = ET.fromstring(got.content)  # noqa: S314 - our own output
    assert (got.status_code, root.tag) == (200, "pet")
    assert int(root.findtext("id") or "") > 0
    assert [exchange.violations for exchange in journal] == [[]]


@pytest.mark.parametrize(
    ("responses", "told", "place"),
    [
        (
            {"200": answer({"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "pattern": "^(?!)"}}})},
            "a: no text was found that matches",
            "#/paths/~1pets~1{id}/get/responses/200/content/application~1json",
        ),
        (
            {"200": {**answer({}), "headers": {"X-A": {"required": True, "schema": {"enum": ["a\nb"]}}}}},
            "cannot stand in a header",
            "#/paths/~1pets~1{id}/get/responses/200/content/application~1json",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_answered_is_told(tmp_path: Path, responses: Any, told: str, place: str) -> None:
    """Where no answer keeps the contract: 501 in our own voice, with the promise in the way and what to do."""
    api, _ = serve(tmp_path, responses)
    got = api.get("/pets/1")
    assert (got.status_code, got.headers["understudy-refused"]) == (501, "contract")
    problem = got.json()
    assert problem["type"] == "urn:understudy:unsynthesisable"
    assert told in problem["detail"]
    assert "an `example`" in problem["detail"]
    assert problem["schema"] == place


def test_another_success_stands_in(tmp_path: Path) -> None:
    """Where the lowest success cannot be made, the next one is answered; asked for by code, it is told."""
    responses = {"200": answer({"not": {}}), "202": answer({"const": 1})}
    api, _ = serve(tmp_path, responses)
    assert api.get("/pets/1").status_code == 202
    assert api.get("/pets/1", headers={"prefer": "code=200"}).status_code == 501


def test_a_served_file_synthesises_what_nobody_plays(serve: Any, tmp_path: Path) -> None:
    """A document served by its path is answered from itself, and our own gate's voice is not imitated."""
    path = tmp_path / "shop.json"
    path.write_text(
        json.dumps(document({"/pets": {"get": operation("pets", responses={"200": answer(PET), "404": answer(PET)})}}))
    )
    api = serve(str(path))
    assert api.get("/pets").headers["understudy-synthesised"] == "schema"
    gone = api.get("/pets", headers={"prefer": "code=404"})
    assert (gone.status_code, gone.headers["content-type"]) == (404, "application/json")
    assert "understudy-refused" not in gone.headers
    assert api.get("/nowhere").headers["understudy-refused"] == "contract"
