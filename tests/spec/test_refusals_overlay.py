"""The overlay with our gate's own refusals: it fits every document, of either version."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from chatwoot_documents import PUBLISHED, REFUSALS
from understudy.contract.document import load, operations
from understudy.contract.exchange import Request, Response

STATUSES = {"400", "404", "413", "415", "422"}


@pytest.mark.parametrize("version", ["3.0.3", "3.1.0"])
def test_it_fits_a_document_of_either_version(tmp_path: Path, version: str) -> None:
    """A document without components gets them; the result is valid."""
    document = {
        "openapi": version,
        "info": {"title": "Small", "version": "1"},
        "paths": {"/things": {"get": {"operationId": "list", "responses": {"200": {"description": "Things"}}}}},
    }
    path = tmp_path / "small.json"
    path.write_text(json.dumps(document))
    data = load(path, [REFUSALS]).data
    assert set(data["paths"]["/things"]["get"]["responses"]) == {"200"} | STATUSES
    assert set(data["components"]["schemas"]) == {"understudy_problem", "understudy_violation"}


def test_a_documents_own_body_stays_beside_ours() -> None:
    """Where the vendor documents 404 with a body of its own, both are allowed."""
    own: Any = {node["operationId"]: node["responses"] for _, _, node, _ in operations(load(PUBLISHED).data)}
    both: Any = {
        node["operationId"]: node["responses"] for _, _, node, _ in operations(load(PUBLISHED, [REFUSALS]).data)
    }
    for name, responses in both.items():
        assert set(responses) == set(own[name]) | STATUSES
        for status in STATUSES:
            before = own[name].get(status, {}).get("content", {})
            assert set(responses[status]["content"]) == set(before) | {"application/problem+json"}
            assert before.items() <= responses[status]["content"].items()


OWN = {
    "type": "object",
    "required": ["code", "trace"],
    "properties": {"code": {"type": "string", "enum": ["gone"]}, "trace": {"type": "string"}},
    "additionalProperties": False,
}


def thing(media: dict[str, Any], **components: Any) -> dict[str, Any]:
    """A document of one thing, whose 404 has this content."""
    key = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    fine = {"description": "Fine", "content": {"application/json": {"schema": {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}}}}  # fmt: skip
    responses = {"200": fine, "404": {"description": "Unknown", "content": media}}
    node = {"operationId": "read", "parameters": [key], "responses": responses}
    return {
        "openapi": "3.1.0",
        "info": {"title": "Small", "version": "1"},
        "paths": {"/things/{id}": {"get": node}},
        "components": components,
    }


@pytest.mark.parametrize("key", ["application/problem+json", "application/*", "*/*"])
@pytest.mark.parametrize("schema", [OWN, {"$ref": "#/components/schemas/Problem"}], ids=["inline", "reference"])
def test_a_documents_own_problems_keep_their_own_promise(tmp_path: Path, serve: Any, key: str, schema: Any) -> None:
    """Its 404 has the members it promises, and is held to them; our gate's problems are ours and kept apart."""
    path = tmp_path / "small.json"
    path.write_text(json.dumps(thing({key: {"schema": schema}}, schemas={"Problem": OWN})))
    client = serve(str(path), state="strict")
    own = client.get("/things/7", headers={"accept": "application/problem+json"})
    assert (own.status_code, own.headers["content-type"]) == (404, "application/problem+json")
    assert own.json().keys() == {"code", "trace"}
    assert "understudy-refused" not in own.headers
    ours = client.get("/things/seven")
    assert (ours.status_code, ours.headers["understudy-refused"]) == (404, "contract")
    assert ours.json()["violations"]

    judge = client.part.contract
    asked = Request("GET", "/things/7", template="/things/{id}", path_params={"id": "7"})

    def codes(body: Any, **headers: str) -> list[tuple[str, str]]:
        raw = [(b"content-type", b"application/problem+json")]
        raw += [(name.encode(), value.encode()) for name, value in headers.items()]
        found = judge.check_response(asked, Response(404, raw, json.dumps(body).encode()))
        return [(one.code, one.where) for one in found]

    assert codes(own.json()) == []
    assert codes(ours.json(), **{"understudy-refused": "contract"}) == []
    assert codes({"code": "gone"}) == [("schema-required", "/body/trace")]
    assert codes({"code": "lost", "trace": "a"}) == [("schema-enum", "/body/code")]
    assert codes({"type": "about:blank", "title": "Not Found", "status": 404, "detail": ""}) != []


def test_an_own_problem_that_promises_nothing_stays_as_it_is(tmp_path: Path) -> None:
    """Without a schema any problem will do, ours as well."""
    path = tmp_path / "small.json"
    path.write_text(json.dumps(thing({"application/problem+json": {"example": {"code": "gone"}}})))
    content = load(path, voice=REFUSALS).data["paths"]["/things/{id}"]["get"]["responses"]["404"]["content"]
    assert content == {"application/problem+json": {"example": {"code": "gone"}}}
