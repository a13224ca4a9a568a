"""Comparing documents: operations, parameters, messages, security, servers, webhooks, and what is only prose."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from chatwoot_documents import OBSERVED, PUBLISHED
from differing import carrying, changes, told
from documents import document
from understudy.contract import pointer
from understudy.contract.diff.documents import compare
from understudy.contract.diff.rules import PLAIN, SIDED
from understudy.contract.document import load

TEXT = {"type": "string"}
JSON = {"application/json": {"schema": TEXT}}


def pets() -> dict[str, Any]:
    """A document with something of everything."""
    parameters = [
        {"name": "pet", "in": "path", "required": True, "schema": {"type": "integer"}},
        {"name": "limit", "in": "query", "schema": {"type": "integer"}},
        {"name": "tags", "in": "query", "required": True, "schema": {"type": "array", "items": TEXT}},
        {"name": "X-Trace", "in": "header", "schema": TEXT},
    ]
    answer = {"description": "Fine", "content": copy.deepcopy(JSON), "headers": {"X-Rate": {"schema": TEXT}}}
    put = {
        "operationId": "change-pet",
        "summary": "Change",
        "parameters": parameters,
        "requestBody": {"content": {**copy.deepcopy(JSON), "multipart/form-data": {"schema": {"type": "object"}}}},
        "responses": {"200": answer, "404": {"description": "None"}},
        "security": [{"key": []}, {"login": ["read"]}],
        "callbacks": {"done": {"{$request.query.url}": {"post": {"responses": {"200": {"description": "Fine"}}}}}},
    }
    event = {"requestBody": {"content": copy.deepcopy(JSON)}, "responses": {"200": {"description": "Fine"}}}
    schemes = {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "login": {
            "type": "oauth2",
            "flows": {
                "implicit": {"authorizationUrl": "https://b.example", "scopes": {"read": "Reads", "write": "Writes"}}
            },
        },
    }
    whole = document(
        {"/pets/{pet}": {"put": put}, "/pets": {"get": {"operationId": "list", "responses": {"200": {"description": "Fine"}}}}},
        servers=[{"url": "https://a.example"}],
        webhooks={"born": {"post": event}},
        components={"securitySchemes": schemes, "schemas": {"Unused": TEXT}},
    )  # fmt: skip
    # No part is shared with another, so that each changes alone.
    fresh: dict[str, Any] = json.loads(json.dumps(whole))
    return fresh


PUT = "/paths/~1pets~1{pet}/put"


def put(at: str, *, value: Any) -> Callable[[dict[str, Any]], None]:
    """Set the value at a pointer."""

    def change(data: dict[str, Any]) -> None:
        *above, last = pointer.split(at)
        holder = pointer.find(data, pointer.join(above))
        if isinstance(holder, list):
            holder[int(last) :] = [value, *holder[int(last) + 1 :]]
        else:
            holder[last] = value

    return change


def drop(at: str) -> Callable[[dict[str, Any]], None]:
    """Take away the value at a pointer."""

    def change(data: dict[str, Any]) -> None:
        *above, last = pointer.split(at)
        holder = pointer.find(data, pointer.join(above))
        del holder[int(last) if isinstance(holder, list) else last]

    return change


# One change, what it is called, and what the contrary is called.
Case = tuple[Callable[[dict[str, Any]], None], tuple[str, str], tuple[str, str]]
B, C, P = "breaking", "compatible", "prose"
CASES: dict[str, Case] = {
    "operation": (drop("/paths/~1pets/get"), ("operation-removed", B), ("operation-added", C)),
    "path": (drop("/paths/~1pets"), ("operation-removed", B), ("operation-added", C)),
    "deprecated": (put(f"{PUT}/deprecated", value=True), ("operation-deprecated", C), ("operation-revived", C)),
    "operationId": (put(f"{PUT}/operationId", value="x"), ("operation-id-changed", B), ("operation-id-changed", B)),
    "optional query": (drop(f"{PUT}/parameters/1"), ("request-parameter-removed", B), ("request-parameter-added", C)),
    "required query": (drop(f"{PUT}/parameters/2"), ("request-required-parameter-removed", B), ("request-required-parameter-added", B)),
    "required": (put(f"{PUT}/parameters/1/required", value=True), ("request-parameter-required-added", B), ("request-parameter-required-removed", C)),
    "empty": (put(f"{PUT}/parameters/1/allowEmptyValue", value=True), ("request-empty-value-added", C), ("request-empty-value-removed", B)),
    "in": (put(f"{PUT}/parameters/1/in", value="header"), ("request-parameter-moved", B), ("request-parameter-moved", B)),
    "explode": (put(f"{PUT}/parameters/2/explode", value=False), ("request-parameter-serialisation-changed", B), ("request-parameter-serialisation-changed", B)),
    "style": (put(f"{PUT}/parameters/2/style", value="spaceDelimited"), ("request-parameter-serialisation-changed", B), ("request-parameter-serialisation-changed", B)),
    "parameter schema": (put(f"{PUT}/parameters/1/schema/maximum", value=9), ("request-maximum-narrowed", B), ("request-maximum-widened", C)),
    "body": (drop(f"{PUT}/requestBody"), ("request-body-removed", B), ("request-body-added", C)),
    "body required": (put(f"{PUT}/requestBody/required", value=True), ("request-body-required-added", B), ("request-body-required-removed", C)),
    "body media type": (drop(f"{PUT}/requestBody/content/multipart~1form-data"), ("request-media-type-removed", B), ("request-media-type-added", C)),
    "encoding": (put(f"{PUT}/requestBody/content/multipart~1form-data/encoding", value={"a": {"contentType": "image/png"}}), ("request-encoding-changed", B), ("request-encoding-changed", B)),
    "body schema": (put(f"{PUT}/requestBody/content/application~1json/schema/maxLength", value=3), ("request-max-length-narrowed", B), ("request-max-length-widened", C)),
    "success": (put(f"{PUT}/responses/202", value={"description": "Later"}), ("response-status-added", B), ("response-status-removed", B)),
    "error": (drop(f"{PUT}/responses/404"), ("response-error-status-removed", C), ("response-error-status-added", C)),
    "default": (put(f"{PUT}/responses/default", value={"description": "Else"}), ("response-error-status-added", C), ("response-error-status-removed", C)),
    "answer media type": (put(f"{PUT}/responses/200/content/text~1plain", value={}), ("response-media-type-added", C), ("response-media-type-removed", B)),
    "header": (drop(f"{PUT}/responses/200/headers/X-Rate"), ("response-header-removed", B), ("response-header-added", C)),
    "header required": (put(f"{PUT}/responses/200/headers/X-Rate/required", value=True), ("response-header-required-added", C), ("response-header-required-removed", B)),
    "header schema": (put(f"{PUT}/responses/200/headers/X-Rate/schema/enum", value=["a"]), ("response-enum-added", C), ("response-enum-removed", B)),
    "way in": (drop(f"{PUT}/security/0"), ("security-narrowed", B), ("security-widened", C)),
    "scope": (put(f"{PUT}/security/1/login", value=["read", "write"]), ("security-narrowed", B), ("security-widened", C)),
    "open": (put(f"{PUT}/security", value=[]), ("security-widened", C), ("security-narrowed", B)),
    "scheme": (put("/components/securitySchemes/key/name", value="X-Other"), ("security-scheme-changed", B), ("security-scheme-changed", B)),
    "server": (put("/servers/1", value={"url": "https://c.example"}), ("server-added", C), ("server-removed", B)),
    "webhook": (drop("/webhooks/born"), ("webhook-removed", B), ("webhook-added", C)),
    "event": (put("/webhooks/born/post/requestBody/content/application~1json/schema/maxLength", value=3), ("event-max-length-narrowed", C), ("event-max-length-widened", B)),
    "callback": (drop(f"{PUT}/callbacks/done"), ("callback-removed", B), ("callback-added", C)),
    "callback answer": (put(f"{PUT}/callbacks/done/{{$request.query.url}}/post/responses/200/content", value=JSON), ("request-media-type-added", C), ("request-media-type-removed", B)),
    "summary": (put(f"{PUT}/summary", value="x"), ("prose-changed", P), ("prose-changed", P)),
    "parameter prose": (put(f"{PUT}/parameters/1/example", value=7), ("prose-changed", P), ("prose-changed", P)),
    "answer prose": (put(f"{PUT}/responses/200/description", value="x"), ("prose-changed", P), ("prose-changed", P)),
    "extension": (put("/x-own", value=1), ("prose-changed", P), ("prose-changed", P)),
    "version": (put("/info/version", value="2"), ("prose-changed", P), ("prose-changed", P)),
    "unused component": (put("/components/schemas/Unused/maxLength", value=3), ("component-changed", P), ("component-changed", P)),
    "unused component gone": (drop("/components/schemas/Unused"), ("component-removed", P), ("component-added", P)),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_one_change_has_one_name(tmp_path: Path, name: str) -> None:
    """Each change is told once, by its own rule and kind, and the contrary by its own."""
    change, forwards, backwards = CASES[name]
    old, new = pets(), pets()
    change(new)
    assert [(c.rule, c.kind) for c in changes(tmp_path, old, new)] == [forwards]
    assert [(c.rule, c.kind) for c in changes(tmp_path, new, old)] == [backwards]


def renamed(data: dict[str, Any]) -> dict[str, Any]:
    data["paths"]["/pets/{id}"] = data["paths"].pop("/pets/{pet}")
    data["paths"]["/pets/{id}"]["put"]["parameters"][0]["name"] = "id"
    return data


def test_a_path_with_a_renamed_parameter_is_the_same_path(tmp_path: Path) -> None:
    """The name of a path parameter is nothing on the wire, and is told as what it is."""
    (change,) = changes(tmp_path, pets(), renamed(pets()))
    assert (change.rule, change.kind) == ("request-path-parameter-renamed", "compatible")
    nameless, other = pets(), renamed(pets())
    for data in (nameless, other):
        for item in data["paths"].values():
            for operation in item.values():
                operation.pop("operationId")
    assert [c.rule for c in changes(tmp_path, nameless, other)] == ["request-path-parameter-renamed"]


def moved(data: dict[str, Any]) -> dict[str, Any]:
    """The same document with parts moved into components and up to the path."""
    item = data["paths"]["/pets/{pet}"]
    operation = item["put"]
    components = data["components"]
    components["parameters"] = {"Pet": operation["parameters"].pop(0)}
    item["parameters"] = [{"$ref": "#/components/parameters/Pet"}]
    components["responses"] = {"Fine": operation["responses"]["200"]}
    operation["responses"]["200"] = {"$ref": "#/components/responses/Fine"}
    components["requestBodies"] = {"Change": operation["requestBody"]}
    operation["requestBody"] = {"$ref": "#/components/requestBodies/Change"}
    components["headers"] = {"Rate": components["responses"]["Fine"]["headers"]["X-Rate"]}
    components["responses"]["Fine"]["headers"] = {"x-rate": {"$ref": "#/components/headers/Rate"}}
    components["securitySchemes"]["token"] = components["securitySchemes"].pop("key")
    operation["security"][0] = {"token": []}
    data["servers"].append(data["servers"][0])
    return data


def test_moving_parts_into_components_is_no_change(tmp_path: Path) -> None:
    """What is the same after following references is the same."""
    assert changes(tmp_path, pets(), moved(pets())) == []
    assert changes(tmp_path, moved(pets()), pets()) == []


def test_a_status_is_covered_by_its_range_or_by_default(tmp_path: Path) -> None:
    """An answer that becomes part of a range, or leaves it, is held against that range."""
    old, new = carrying(TEXT, "response"), carrying(TEXT, "response")
    responses = new["paths"]["/a"]["post"]["responses"]
    responses["2XX"] = responses.pop("200")
    assert told(changes(tmp_path, old, new)) == {("response-status-added", "breaking")}
    assert told(changes(tmp_path, new, old)) == {("response-status-removed", "breaking")}
    number = {"application/json": {"schema": {"type": "integer"}}}
    old["paths"]["/a"]["post"]["responses"]["default"] = {"description": "Fine", "content": number}
    new = copy.deepcopy(old)
    del new["paths"]["/a"]["post"]["responses"]["200"]
    assert told(changes(tmp_path, old, new)) == {("response-type-changed", "breaking")}


def test_a_change_in_a_component_is_told_once_with_all_that_use_it(tmp_path: Path) -> None:
    """However many operations use a component, its change is one, judged by the worst side, with its operations."""

    def shop(**more: Any) -> dict[str, Any]:
        data = carrying(
            {"$ref": "#/components/schemas/Pet"}, "both", Pet={"type": "object", "properties": {"a": TEXT, **more}}
        )
        data["paths"]["/b"] = {"get": {"operationId": "b", "responses": data["paths"]["/a"]["post"]["responses"]}}
        return data

    (change,) = changes(tmp_path, shop(b=TEXT), shop())
    assert change.operations == ("POST /a", "GET /b")
    assert change.sides == ("request", "response")
    assert (change.rule, change.kind) == ("response-property-removed", "breaking")
    assert change.a == "/components/schemas/Pet/properties/b"
    assert change.b == "/components/schemas/Pet"
    assert change.place_a.startswith(f"{tmp_path / 'a.json'}:")
    assert change.place_b.startswith(f"{tmp_path / 'b.json'}:")
    assert int(change.place_a.split(":")[-2]) > 1
    assert change.remedy


def test_what_servers_really_do_is_told_apart_from_what_is_published() -> None:
    """Between the published Chatwoot document and the observed one stand the findings that the overlay is for."""
    published, observed = load(PUBLISHED), load(PUBLISHED, [OBSERVED])
    found = compare(published, observed)
    said = {(change.rule, operation) for change in found for operation in change.operations}
    create = "POST /public/api/v1/inboxes/{inbox_identifier}/contacts"
    assert ("request-body-required-removed", create) in said
    assert ("response-error-status-removed", create) in said
    assert ("request-media-type-added", create) in said
    assert ("operation-added", "PUT /public/api/v1/inboxes/{inbox_identifier}/contacts/{contact_identifier}") in said
    places = {change.place_b for change in found if change.rule == "operation-added"}
    assert all(place.startswith(str(OBSERVED)) for place in places)
    assert compare(published, load(PUBLISHED)) == []
    assert compare(observed, load(PUBLISHED, [OBSERVED])) == []


def test_every_rule_that_is_made_is_in_the_table() -> None:
    """Plain rules and those of a side are different names, so that a code tells which it is."""
    assert not PLAIN.keys() & SIDED.keys()
    assert not [name for name in PLAIN if name.split("-")[0] in {"request", "response", "event"}]
