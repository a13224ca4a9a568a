"""Hypothesis strategies for whole documents of one operation: parameters, bodies, answers and credentials.

Called by the differential test. Each document is valid OpenAPI; its schemas come from `schemas`.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from documents import document
from schemas import COMPONENTS, Strategy, schemas

STYLES = {
    "query": ("form", "form", "form", "spaceDelimited", "pipeDelimited", "deepObject"),
    "path": ("simple", "simple", "label", "matrix"),
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
SIMPLE = ({"type": "string"}, {"type": "integer"}, {"type": "number"}, {"type": "boolean"},
          {"type": "array", "items": {"type": "integer"}}, {"type": "array", "items": {"type": "string"}, "maxItems": 2},
          {"type": "object", "properties": {"a": {"type": "integer"}}}, {"type": "integer", "maximum": 9},
          {"type": "string", "minLength": 2}, {"type": "number", "minimum": 0.5},
          {"type": "string", "enum": ["a", "ab"]}, {"type": "integer", "default": 10, "maximum": 9})  # fmt: skip


@st.composite
def documents(draw: st.DrawFn, version: str) -> dict[str, Any]:
    """A document with one operation, ``POST /things/{id}/{part}.json``, that has something of everything."""
    operation: dict[str, Any] = {
        "operationId": "act",
        "parameters": [
            draw(_parameter(version, "path", "id")),
            draw(_parameter(version, "path", "part")),
            *draw(_parameters(version, "query", ("limit", "tags", "é"))),
            *draw(_parameters(version, "header", ("X-Trace", "X-Count"))),
            *draw(_parameters(version, "cookie", ("taste",)) if not draw(st.integers(0, 5)) else st.just([])),
        ],
        "responses": {
            "200": draw(_response(version)),
            "4XX": draw(_response(version)),
            "204": {"description": "Nothing"},
        },
    }
    if draw(st.booleans()):
        operation["responses"]["default"] = draw(_response(version))
    if draw(st.integers(0, 4)):
        operation["requestBody"] = {"required": draw(st.booleans()), "content": draw(_content(version))}
    if not draw(st.integers(0, 2)):
        requirement = st.lists(st.sampled_from(sorted(SCHEMES)), max_size=2, unique=True)
        alternatives = draw(st.lists(requirement, max_size=2))
        operation["security"] = [{name: [] for name in names} for names in alternatives]
    components = {name: draw(_component(version)) for name in COMPONENTS}
    return document(
        {"/things/{id}/{part}.json": {"post": operation}},
        openapi="3.1.0" if version == "3.1" else "3.0.3",
        components={"schemas": components, "securitySchemes": SCHEMES},
    )


@st.composite
def _component(draw: st.DrawFn, version: str) -> Any:
    """A schema that others refer to; a reference of its own stands below a property or item, so that values end."""
    below = draw(schemas(version, 1))
    shape = draw(st.sampled_from(("as it is", "property", "items")))
    if shape == "as it is" and not (isinstance(below, dict) and _refers(below)):
        return {"type": "string"} if isinstance(below, bool) else below
    if shape == "items":
        return {"type": "array", "items": below if version == "3.1" or isinstance(below, dict) else {}}
    made: dict[str, Any] = {"type": "object", "properties": {"a": below, "b": {"type": "string"}}}
    if version == "3.1" and not draw(st.integers(0, 9)):
        made |= draw(st.sampled_from(({"$anchor": "named"}, {"$dynamicAnchor": "node"})))
    return made


def _refers(node: Any) -> bool:
    if isinstance(node, dict):
        return "$ref" in node or "$dynamicRef" in node or any(map(_refers, node.values()))
    return isinstance(node, list) and any(map(_refers, node))


@st.composite
def _parameters(draw: st.DrawFn, version: str, location: str, names: tuple[str, ...]) -> list[dict[str, Any]]:
    chosen = draw(st.lists(st.sampled_from(names), max_size=2, unique=True))
    return [draw(_parameter(version, location, name)) for name in chosen]


@st.composite
def _parameter(draw: st.DrawFn, version: str, location: str, name: str) -> dict[str, Any]:
    made: dict[str, Any] = {"name": name, "in": location}
    if location == "path" or draw(st.booleans()):
        made["required"] = True
    if draw(st.integers(0, 9)) == 0:
        return made | {"content": {"application/json": {"schema": draw(schemas(version, 1))}}}
    if not draw(st.integers(0, 3)):
        made["style"] = draw(st.sampled_from(STYLES[location]))
    if not draw(st.integers(0, 3)):
        made["explode"] = draw(st.booleans())
    if location == "query" and not draw(st.integers(0, 9)):
        made["allowEmptyValue"] = draw(st.booleans())
    return made | {"schema": draw(_flat(version))}


def _flat(version: str) -> Strategy:
    """Schemas that parameters and headers tend to have; sometimes any."""
    return st.one_of(st.sampled_from(SIMPLE), st.sampled_from(SIMPLE), schemas(version, 0), schemas(version, 1))


@st.composite
def _content(draw: st.DrawFn, version: str) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(MEDIA_TYPES), min_size=1, max_size=2, unique=True))
    return {name: {"schema": draw(schemas(version, 2))} if draw(st.integers(0, 9)) else {} for name in names}


@st.composite
def _response(draw: st.DrawFn, version: str) -> dict[str, Any]:
    made: dict[str, Any] = {"description": "An answer"}
    if draw(st.integers(0, 4)):
        made["content"] = draw(_content(version))
    if draw(st.booleans()):
        header = {"schema": draw(_flat(version))}
        if draw(st.booleans()):
            header["required"] = True
        made["headers"] = {draw(st.sampled_from(("X-Left", "Content-Type", "x-é"))): header}
    return made
