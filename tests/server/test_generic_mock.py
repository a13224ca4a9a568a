"""What people who know other mock servers expect of one that has nothing but a document: a table, in our own words.

The expectations follow what the peers publish of their behaviour: which answer is chosen, what `Prefer` and `Accept`
change, how bad requests and missing credentials are told. Where we differ on purpose, the test says why.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from documents import document, operation
from played import Serve

CAT, DOG = {"id": 2, "name": "Tom", "photos": []}, {"id": 1, "name": "Rex", "photos": ["a.jpg"]}
PET = {
    "type": "object",
    "required": ["id", "name", "photos"],
    "properties": {
        "id": {"type": "integer", "format": "int64"},
        "name": {"type": "string", "minLength": 1},
        "photos": {"type": "array", "items": {"type": "string"}},
        "born": {"type": "string", "format": "date"},
        "owner": {"type": ["string", "null"]},
    },
}
TROUBLE = {
    "type": "object",
    "required": ["code"],
    "properties": {"code": {"type": "integer"}, "text": {"type": "string"}},
}
PROBLEM = "application/problem+json"
ID = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
LIMIT = {"name": "limit", "in": "query", "schema": {"type": "integer", "maximum": 10}}
TRACE = {"name": "X-Trace", "in": "header", "required": True, "schema": {"type": "string", "format": "uuid"}}


def says(schema: Any = None, media_type: str = "application/json", **more: Any) -> dict[str, Any]:
    """A response with one media type."""
    return {"description": "", "content": {media_type: {**({} if schema is None else {"schema": schema}), **more}}}


NEW = {
    "required": True,
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["name"],
                "properties": {"name": {"type": "string", "minLength": 1}, "photos": PET["properties"]["photos"]},
            }
        }
    },
}
EXAMPLES = {"cat": {"value": CAT}, "dog": {"value": DOG}}
UNKNOWN = says(TROUBLE, examples={"gone": {"value": {"code": 4, "text": "gone"}}})
DOCUMENT = document(
    {
        "/pets/{id}": {"get": operation("getPet", parameters=[ID], responses={"404": UNKNOWN, "200": says(PET, examples=EXAMPLES)})},
        "/pets": {
            "get": operation("findPets", parameters=[LIMIT], responses={"200": says({"type": "array", "items": PET})}),
            "post": operation("addPet", requestBody=NEW, responses={"201": says(PET), "400": says(TROUBLE), "422": says(TROUBLE, example={"code": 7})}),
        },
        "/orders": {"post": operation("order", requestBody=NEW, responses={"202": {"description": ""}})},
        "/traced": {"get": operation("traced", parameters=[TRACE], responses={"200": says({"type": "string"}, example="here")})},
        "/keyed": {"get": operation("keyed", security=[{"key": []}], responses={"200": says({"const": "in"}), "401": says(TROUBLE, example={"code": 9})})},
        "/basic": {"get": operation("basic", security=[{"basic": []}], responses={"200": says({"const": "in"})})},
        "/either": {"get": operation("either", security=[{"basic": []}, {"key": []}], responses={"200": says({"const": "in"})})},
        "/mixed": {"get": operation("mixed", responses={"200": {"description": "", "content": {**says({"const": 1})["content"], **says({"type": "string"}, "text/plain", example="one")["content"]}}})},
        "/moved": {"get": operation("moved", responses={"301": {"description": "", "headers": {"Location": {"schema": {"type": "string", "example": "/pets"}}}}})},
        "/broken": {"get": operation("broken", responses={"500": says(TROUBLE)})},
        "/any": {"get": operation("any", responses={"default": says(PET)})},
        "/range": {"get": operation("range", responses={"2XX": says(PET)})},
        "/nothing": {"delete": operation("nothing", responses={"204": {"description": ""}})},
        "/old": {"get": operation("old", deprecated=True, responses={"200": says({"const": "old"})})},
        "/complex": {"get": operation("complex", responses={"200": says({"type": "object", "required": ["a"], "properties": {"a": {"type": "integer"}}}, "text/plain")})},
    },
    components={"securitySchemes": {"key": {"type": "apiKey", "in": "header", "name": "X-Key"}, "basic": {"type": "http", "scheme": "basic"}}},
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A request, and what it is answered with.

    Attributes:
        name: what is expected, in a few words.
        ask: method and path.
        status: the status.
        body: the body, or None where something else says what it must be.
        told: headers of the answer, by name, in lower case.
        broken: the codes of the violations that are told.
        more: what else httpx is given.
    """

    name: str
    ask: str
    status: int
    body: Any = None
    told: Mapping[str, str] = field(default_factory=dict)
    broken: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.name


def _prefer(text: str) -> dict[str, Any]:
    return {"headers": {"Prefer": text}}


CASES = (
    # Which answer.
    Case("first-example-of-the-lowest-success", "GET /pets/7", 200, CAT, {"content-type": "application/json"}),
    Case("example-by-name", "GET /pets/7", 200, DOG, {"preference-applied": "example=dog"}, more=_prefer("example=dog")),
    Case("status-by-preference", "GET /pets/7", 404, {"code": 4, "text": "gone"}, {"preference-applied": "code=404"}, more=_prefer("code=404")),
    Case("example-of-any-status", "GET /pets/7", 404, {"code": 4, "text": "gone"}, more=_prefer("example=gone")),
    Case("status-and-example", "GET /pets/7", 200, DOG, more=_prefer("code=200, example=dog")),
    Case("success-without-a-body", "POST /orders", 202, b"", more={"json": {"name": "x"}}),
    Case("no-content", "DELETE /nothing", 204, b""),
    Case("range-of-statuses", "GET /range", 200),
    Case("default-as-success", "GET /any", 200),
    Case("deprecated-all-the-same", "GET /old", 200, "old"),
    Case("head-as-get-without-a-body", "HEAD /pets/7", 200, b""),
    # Media types.
    Case("json-first", "GET /mixed", 200, 1),
    Case("what-is-accepted", "GET /mixed", 200, b"one", {"content-type": "text/plain"}, more={"headers": {"Accept": "text/plain"}}),
    Case("by-weight", "GET /mixed", 200, b"one", more={"headers": {"Accept": "application/json;q=0.1, text/*"}}),
    Case("not-acceptable", "GET /mixed", 406, told={"content-type": PROBLEM}, more={"headers": {"Accept": "image/png"}}),
    # Requests that break the document.
    Case("required-property", "POST /pets", 422, told={"content-type": PROBLEM}, broken=("schema-required",), more={"json": {"tag": "x"}}),
    Case("broken-json", "POST /pets", 400, broken=("body-malformed",), more={"content": b"{", "headers": {"content-type": "application/json"}}),
    Case("no-body", "POST /pets", 422, broken=("body-missing",)),
    Case("another-media-type", "POST /pets", 415, broken=("media-type-unknown",), more={"content": b"<a/>", "headers": {"content-type": "application/xml"}}),
    Case("query-out-of-range", "GET /pets?limit=11", 422, broken=("schema-maximum",)),
    Case("query-that-is-no-number", "GET /pets?limit=ten", 422, broken=("parameter-malformed",)),
    Case("header-missing", "GET /traced", 422, broken=("parameter-missing",)),
    Case("header-malformed", "GET /traced", 422, broken=("schema-format",), more={"headers": {"X-Trace": "7"}}),
    Case("body-undocumented", "DELETE /nothing", 422, broken=("body-undocumented",), more={"content": b"x"}),
    # Paths and methods.
    Case("no-such-path", "GET /nowhere", 404, told={"content-type": PROBLEM}, broken=("operation-unknown",)),
    Case("no-such-method", "PUT /pets", 405, told={"content-type": PROBLEM}, broken=("method-unknown",)),
    Case("path-of-another-type", "GET /pets/seven", 404, broken=("path-malformed",)),
    # Credentials.
    Case("key-missing", "GET /keyed", 401, {"code": 9}, {"content-type": "application/json"}),
    Case("key-given", "GET /keyed", 200, "in", more={"headers": {"X-Key": "anything"}}),
    Case("basic-missing", "GET /basic", 401, told={"www-authenticate": "Basic"}, broken=("security-missing",)),
    Case("basic-malformed", "GET /basic", 401, broken=("security-missing",), more={"headers": {"Authorization": "Bearer x"}}),
    Case("basic-given", "GET /basic", 200, "in", more={"auth": ("ann", "secret")}),
    Case("either-will-do", "GET /either", 200, "in", more={"headers": {"X-Key": "k"}}),
)  # fmt: skip


@pytest.fixture
def mock(tmp_path: Path) -> str:
    path = tmp_path / "pets.json"
    path.write_text(json.dumps(DOCUMENT))
    return str(path)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_request_is_answered_as_people_expect(case: Case, mock: str, serve: Serve) -> None:
    """Status, headers and body are the ones that the document, the request and its preferences name."""
    method, _, path = case.ask.partition(" ")
    answer = serve(mock, state="none").request(method, path, **case.more)
    assert answer.status_code == case.status, answer.text
    for name, value in case.told.items():
        assert answer.headers[name].startswith(value)
    if case.body is not None:
        assert (answer.content if isinstance(case.body, bytes) else answer.json()) == case.body
    if case.broken:
        assert tuple(violation["code"] for violation in answer.json()["violations"]) == case.broken


def test_every_fault_is_told_at_once(mock: str, serve: Serve) -> None:
    """A request with several faults hears of all of them, each with its place, so that it is mended in one go."""
    told = serve(mock).post("/pets?limit=11", json={"name": "", "photos": 1}).json()
    assert [violation["where"] for violation in told["violations"]] == ["/body/name", "/body/photos"]
    assert {"type", "title", "status", "detail"} <= told.keys()


def test_a_bad_request_is_told_in_our_words_not_in_the_documents(mock: str, serve: Serve) -> None:
    """On purpose: others answer a bad request with the document's own 422 or 400, made up or by example.

    Who develops a client then reads a body that says nothing of the fault. Ours lists every broken promise, is marked by
    a header and a media type of its own, and the document's is one preference away.
    """
    api = serve(mock)
    ours = api.post("/pets", json={})
    assert (ours.status_code, ours.headers["understudy-refused"]) == (422, "contract")
    theirs = api.post("/pets", json={"name": "x"}, headers={"Prefer": "code=422"})
    assert (theirs.status_code, theirs.json()) == (422, {"code": 7})
    assert "understudy-refused" not in theirs.headers


@pytest.mark.parametrize("prefer", ["code=418", "example=mouse", "code=abc"])
def test_a_preference_that_is_not_offered_is_a_bad_request(prefer: str, mock: str, serve: Serve) -> None:
    """On purpose: others say 404 to a status or example that is not documented, which reads as if the pet were missing."""
    answer = serve(mock).get("/pets/7", headers={"Prefer": prefer})
    assert (answer.status_code, answer.json()["type"]) == (400, "urn:understudy:answer-not-offered")


def test_preferences_do_not_outlive_their_request(mock: str, serve: Serve) -> None:
    """The next request, which prefers nothing, gets what it would have got before."""
    api = serve(mock, state="none")
    assert api.get("/pets/7", headers={"Prefer": "code=404"}).status_code == 404
    assert api.get("/pets/7").json() == CAT


def test_by_default_the_id_that_was_asked_for_is_answered(mock: str, serve: Serve) -> None:
    """On purpose: others answer every id with the first example; ours shows that one for its own id, and in the list."""
    api = serve(mock)
    assert api.get("/pets/2").json() == CAT
    assert api.get("/pets/7").json()["id"] == 7
    listed = api.get("/pets").json()
    assert CAT in listed
    assert 7 in [pet["id"] for pet in listed]


def test_dynamic_answers_pass_over_examples_and_keep_the_schema(mock: str, serve: Serve) -> None:
    """`dynamic=true` makes the body up from the schema, and never one that breaks it."""
    made = [serve(mock).get(f"/pets/{pet}", headers={"Prefer": "dynamic=true"}).json() for pet in (7, 8)]
    assert made[0] != made[1]
    assert all(pet not in (CAT, DOG) and isinstance(pet["id"], int) and pet["name"] for pet in made)


def test_the_same_seed_makes_the_same_answers(mock: str, serve: Serve) -> None:
    """On purpose: others make something new up for each request, or the same words for every one; ours follow the seed."""
    first, again = (serve(mock, seed=5, state="none").get("/pets").json() for _ in range(2))
    assert first == again
    assert 1 <= len(first) <= 3
    assert serve(mock, seed=6, state="none").get("/pets").json() != first


@pytest.mark.parametrize(("path", "status"), [("/moved", 301), ("/broken", 500)])
def test_without_a_success_the_best_of_the_rest_is_answered(path: str, status: int, mock: str, serve: Serve) -> None:
    """On purpose: others give up with a 500 of their own where no 2XX is documented; what is documented is an answer."""
    answer = serve(mock).get(path)
    assert answer.status_code == status
    assert "understudy-refused" not in answer.headers


def test_an_object_as_plain_text_is_written_as_json(mock: str, serve: Serve) -> None:
    """On purpose: others answer 500 where a text is described by an object; people then mean the object, as a text."""
    answer = serve(mock).get("/complex")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain")
    assert set(json.loads(answer.text)) == {"a"}


def test_broken_requests_pass_where_that_is_wished(mock: str, serve: Serve) -> None:
    """With the policy `report` a bad request is answered as a good one would be, and hears what it broke in a header."""
    answer = serve(mock, policy="report").get("/pets/7?nothing=1&limit=x", headers={"X-Key": ""})
    assert answer.status_code == 200
    broken = serve(mock, policy="report").post("/pets", json={})
    assert broken.status_code == 201
    assert "schema-required" in broken.headers["understudy-violations"]


def test_the_closest_alternative_is_told(serve: Serve) -> None:
    """Of alternatives the one that the discriminator names is told fault by fault; if it names none, which there are."""
    zoo = serve(str(Path(__file__).parents[1] / "made_documents" / "zoo.yaml"))

    def told(animal: dict[str, Any]) -> list[tuple[str, str]]:
        return [(v["where"], v["message"]) for v in zoo.post("/animals", json=animal).json()["violations"]]

    assert told({"species": "lion", "name": "", "mane": 1}) == [
        ("/body/mane", "is 1, and must be boolean"),
        ("/body/name", 'is "", and must have at least 1 characters'),
    ]
    assert told({"species": "cow"}) == [("/body/species", 'is "cow", and must be one of: lion, parrot, snake')]
    assert told({}) == [("/body/species", "is missing, and must be one of: lion, parrot, snake")]
