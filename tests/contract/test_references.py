"""What stands beside a reference in 3.1 is a promise like every other."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from understudy.contract.contract import Contract, EngineName
from understudy.contract.document import load
from understudy.contract.exchange import Request, Response

THING = {"$ref": "#/components/schemas/Thing"}
SCHEMAS = {
    "Number": {"type": "integer"},
    "Thing": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}},
    "Filled": {**THING, "minProperties": 1},
}


def contract(folder: Path, engine: EngineName, version: str = "3.1.0") -> Contract:
    limited = {"$ref": "#/components/schemas/Number", "maximum": 5}
    body = {"required": True, "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Filled"}}}}
    answer = {"description": "ok", "content": {"application/json": {"schema": {**THING, "required": ["b"]}}}}
    operation = {
        "operationId": "put-thing",
        "parameters": [{"name": "n", "in": "query", "schema": limited}],
        "requestBody": body,
        "responses": {"200": answer},
    }
    document = {
        "openapi": version,
        "info": {"title": "Things", "version": "1"},
        "paths": {"/thing": {"put": operation}},
        "components": {"schemas": SCHEMAS},
    }
    path = folder / "things.yaml"
    path.write_text(yaml.safe_dump(document))
    return Contract(load(path), engine)


def broken(judge: Contract, query: bytes, sent: bytes) -> list[tuple[str, str]]:
    headers = ((b"content-type", b"application/json"),)
    request = Request("PUT", "/thing", query=query, headers=headers, body=sent, template="/thing")
    response = Response(200, list(headers), b'{"a":1}')
    return [(v.code, v.where) for v in (*judge.check_request(request), *judge.check_response(request, response))]


@pytest.mark.parametrize("engine", ["plan", "stock"])
def test_what_stands_beside_a_reference_is_asked(engine: EngineName, tmp_path: Path) -> None:
    """Of a parameter, a body by way of a component, and an answer, by either engine."""
    judge = contract(tmp_path, engine)
    assert broken(judge, b"n=9", b"{}") == [
        ("schema-minProperties", "/body"), ("schema-maximum", "/query/n"), ("schema-required", "/body/b"),
    ]  # fmt: skip
    assert broken(judge, b"n=3", b'{"a":1}') == [("schema-required", "/body/b")]


def test_in_3_0_it_is_not(tmp_path: Path) -> None:
    """OpenAPI 3.0 has nothing stand beside a reference."""
    assert broken(contract(tmp_path, "plan", "3.0.3"), b"n=9", b"{}") == []
