"""Whole documents of one operation, grown from a random source: parameters, bodies, answers and credentials.

Called by the differential test. Each document is OpenAPI; its schemas come from `schemas`.
"""

from __future__ import annotations

from random import Random
from typing import Any

from documents import document
from schemas import COMPONENTS, one_in, schema, some

STYLES = {
    "query": ("form", "form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "path": ("simple", "label", "matrix"),
    "header": ("simple",),
    "cookie": ("form",),
}
MEDIA_TYPES = (
    "application/json", "application/json", "application/json", "application/problem+json", "application/x-www-form-urlencoded",
    "multipart/form-data", "text/plain", "application/octet-stream", "application/*", "*/*", "text/csv",
    "application/json; charset=utf-8",
)  # fmt: skip
SCHEMES = {
    "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
    "asked": {"type": "apiKey", "in": "query", "name": "api_key"},
    "baked": {"type": "apiKey", "in": "cookie", "name": "session"},
    "bearer": {"type": "http", "scheme": "bearer"},
    "Bearer": {"type": "http", "scheme": "Bearer"},
    "basic": {"type": "http", "scheme": "basic"},
    "oauth": {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": "https://b.example/t", "scopes": {}}}},
}
SIMPLE = ({"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"}, {"type": "integer", "maximum": 9},
          {"type": "string", "minLength": 2}, {"type": "number", "minimum": 0.5}, {"type": "string", "not": {"const": "a"}},
          {"type": "string", "enum": ["a", "ab"]}, {"type": "string", "maxLength": 3},
          {"type": "array", "items": {"type": "integer"}}, {"type": "array", "items": {"type": "string"}, "maxItems": 2},
          {"type": "object", "properties": {"a": {"type": "integer"}}})  # fmt: skip
DEFAULTED = ({"type": "integer", "default": 9, "maximum": 9}, {"type": "string", "default": "abc", "maxLength": 3})
TEMPLATE = "/things/{id}/{part}.json"


def made_document(random: Random, version: str) -> dict[str, Any]:
    """A document with one operation, ``POST`` on `TEMPLATE`, that has something of everything."""
    part = {"name": "part", "in": "path", "required": True, "schema": {"type": "string"}}
    parameters = [_parameter(random, version, "path", "id"), part]
    for location, names in (("query", ("limit", "tags", "é")), ("header", ("X-Trace", "X-Count"))):
        parameters += [_parameter(random, version, location, name) for name in some(random, names, 0, 2)]
    if one_in(random, 8):
        parameters.append(_parameter(random, version, "cookie", "taste"))
    answers = {"200": _response(random, version), "4XX": _response(random, version), "204": {"description": "Nothing"}}
    if one_in(random, 2):
        answers["default"] = _response(random, version)
    operation: dict[str, Any] = {"operationId": "act", "parameters": parameters, "responses": answers}
    if not one_in(random, 5):
        operation["requestBody"] = {"required": one_in(random, 2), "content": _content(random, version)}
    if one_in(random, 3):
        alternatives = [some(random, sorted(SCHEMES), 0, 2) for _ in range(random.randrange(3))]
        operation["security"] = [{name: [] for name in names} for names in alternatives]
    return document(
        {TEMPLATE: {"post": operation}},
        openapi="3.1.0" if version == "3.1" else "3.0.3",
        components={"schemas": {name: _component(random, version) for name in COMPONENTS}, "securitySchemes": SCHEMES},
    )


def _component(random: Random, version: str) -> Any:
    """A schema that others refer to; references of its own stand below a property or item, mostly, so that it ends."""
    below = schema(random, version, 1)
    shape = random.choice(("as it is", "property", "items"))
    if shape == "as it is" and isinstance(below, dict) and (one_in(random, 6) or not _refers(below)):
        return below
    if shape == "items":
        return {"type": "array", "items": below}
    made: dict[str, Any] = {"type": "object", "properties": {"a": below, "b": {"type": "string"}}}
    if version == "3.1" and one_in(random, 20):
        made["$dynamicAnchor"] = "node"
    return made


def _refers(node: Any) -> bool:
    if isinstance(node, dict):
        return "$ref" in node or "$dynamicRef" in node or any(map(_refers, node.values()))
    return isinstance(node, list) and any(map(_refers, node))


def _parameter(random: Random, version: str, location: str, name: str) -> dict[str, Any]:
    made: dict[str, Any] = {"name": name, "in": location}
    if location == "path" or one_in(random, 2):
        made["required"] = True
    if one_in(random, 15):
        return made | {"content": {"application/json": {"schema": schema(random, version, 1)}}}
    if one_in(random, 8):
        made["style"] = random.choice(STYLES[location])
    if one_in(random, 6):
        made["explode"] = one_in(random, 2)
    if location == "query" and one_in(random, 12):
        made["allowEmptyValue"] = one_in(random, 2)
    plain = location == "path" and not one_in(random, 4)
    return made | {"schema": random.choice(SIMPLE[:8]) if plain else _flat(random, version)}


def _flat(random: Random, version: str) -> Any:
    """A schema such as parameters and headers tend to have; sometimes any."""
    if one_in(random, 8):
        return random.choice(DEFAULTED)
    if one_in(random, 5):
        return schema(random, version, 1)
    if not one_in(random, 3):
        return random.choice(SIMPLE)
    made = schema(random, version, 1)
    return {**made, "type": "string"} if isinstance(made, dict) and "$ref" not in made else made


def _content(random: Random, version: str) -> dict[str, Any]:
    names = some(random, MEDIA_TYPES, 1, 2)
    return {name: {} if one_in(random, 10) else {"schema": schema(random, version, 2)} for name in names}


def _response(random: Random, version: str) -> dict[str, Any]:
    made: dict[str, Any] = {"description": "An answer"}
    if not one_in(random, 5):
        made["content"] = _content(random, version)
    if one_in(random, 2):
        header = {"schema": _flat(random, version)} | ({"required": True} if one_in(random, 2) else {})
        made["headers"] = {random.choice(("X-Left", "X-Left", "Content-Type", "x-é")): header}
    return made
