"""Documents for the tests of cases: every style of parameter, every kind of body, schemas that turn back and branch."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from documents import document, operation
from understudy.contract.contract import Contract, EngineName
from understudy.contract.document import load

REF = "#/components/schemas/"
TEXT = {"type": "string", "minLength": 2, "maxLength": 8}
IDENTIFIER = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer", "minimum": 1}}


def body(schema: Any, media_type: str = "application/json", **more: Any) -> dict[str, Any]:
    """A request body of one media type."""
    return {"required": True, "content": {media_type: {"schema": schema}}, **more}


def parameter(name: str, place: str, schema: Any, **more: Any) -> dict[str, Any]:
    """A parameter; one in the path is required."""
    return {"name": name, "in": place, "schema": schema, **({"required": True} if place == "path" else {}), **more}


def written(path: Path, data: dict[str, Any], engine: EngineName = "plan") -> Contract:
    """The contract of a document, through a file as a user's would be."""
    path.write_text(json.dumps(data))
    return Contract(load(path), engine)


SCHEMAS: dict[str, Any] = {
    "Node": {
        "type": "object",
        "required": ["name"],
        "properties": {
            "name": TEXT,
            "left": {"$ref": f"{REF}Node"},
            "children": {"type": "array", "maxItems": 3, "items": {"$ref": f"{REF}Node"}},
        },
        "additionalProperties": False,
    },
    "Pet": {
        "oneOf": [{"$ref": f"{REF}Cat"}, {"$ref": f"{REF}Dog"}],
        "discriminator": {"propertyName": "kind", "mapping": {"cat": f"{REF}Cat", "dog": f"{REF}Dog"}},
    },
    "Cat": {
        "type": "object",
        "required": ["kind", "lives"],
        "properties": {"kind": {"type": "string"}, "lives": {"type": "integer", "minimum": 0, "maximum": 9}},
    },
    "Dog": {
        "allOf": [
            {"type": "object", "required": ["kind"], "properties": {"kind": {"type": "string"}}},
            {"type": "object", "required": ["tricks"], "properties": {"tricks": {"type": "array", "uniqueItems": True, "items": {"enum": ["sit", "roll"]}}}},
        ]
    },
    "Order": {
        "type": "object",
        "required": ["total", "pay", "id"],
        "properties": {
            "id": {"type": "integer", "readOnly": True},
            "total": {"type": "number", "exclusiveMinimum": 0, "multipleOf": 0.5},
            "pay": {"anyOf": [{"type": "string", "format": "email"}, {"type": "integer", "enum": [1, 2]}]},
            "when": {"type": ["string", "null"], "format": "date-time"},
            "tags": {"type": "object", "minProperties": 1, "maxProperties": 3, "additionalProperties": TEXT, "propertyNames": {"pattern": "^[a-z0-9]+$"}},
            "gift": {"type": "boolean"},
            "note": {"type": "string"},
        },
        "dependentRequired": {"gift": ["note"]},
    },
}  # fmt: skip

WIDE = document(
    {
        "/tree": {"post": operation("plant", requestBody=body({"$ref": f"{REF}Node"}))},
        "/pets/{id}": {
            "parameters": [IDENTIFIER],
            "put": operation("keep", requestBody=body({"$ref": f"{REF}Pet"})),
            "get": operation("see", security=[{"bearer": []}], parameters=[
                parameter("filter", "query", {"type": "object", "properties": {"min": {"type": "integer"}, "word": TEXT}}, style="deepObject", explode=True),
                parameter("ids", "query", {"type": "array", "minItems": 1, "maxItems": 3, "items": {"type": "integer"}}, style="pipeDelimited", explode=False),
                parameter("sort", "query", {"type": "string", "enum": ["up", "down"]}, required=True),
                parameter("limit", "query", {"type": "integer", "minimum": 1, "maximum": 50, "multipleOf": 5}),
                parameter("X-Trace", "header", {"type": "string", "pattern": "^[a-f0-9]{4,8}$"}),
                parameter("taste", "cookie", {"type": "string", "maxLength": 6}),
            ]),
        },
        "/grid/{cell}/{tags}": {
            "get": operation("find", parameters=[
                parameter("cell", "path", {"type": "integer", "maximum": 99}, style="matrix"),
                parameter("tags", "path", {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1}, style="label"),
            ])
        },
        "/orders": {"post": operation("order", requestBody=body({"$ref": f"{REF}Order"}), security=[{"key": []}, {"asked": []}])},
        "/files": {
            "post": operation("upload", requestBody={"content": {
                "multipart/form-data": {"schema": {"type": "object", "required": ["file"], "properties": {"file": {"type": "string", "format": "binary"}, "title": TEXT}, "additionalProperties": False}},
                "application/x-www-form-urlencoded": {"schema": {"type": "object", "required": ["count"], "properties": {"count": {"type": "integer", "maximum": 5}, "words": {"type": "array", "items": TEXT}}}},
                "text/plain": {"schema": {"type": "string", "maxLength": 10}},
                "application/xml": {"schema": {"type": "string"}},
                "application/octet-stream": {},
                "image/*": {},
            }})
        },
    },
    components={
        "schemas": SCHEMAS,
        "securitySchemes": {
            "bearer": {"type": "http", "scheme": "bearer"},
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "asked": {"type": "apiKey", "in": "query", "name": "api_key"},
        },
    },
)  # fmt: skip

OLD = document(
    {
        "/things/{id}": {
            "parameters": [IDENTIFIER],
            "patch": operation("change", requestBody=body({
                "type": "object",
                "properties": {
                    "name": {"type": "string", "nullable": True, "maxLength": 4},
                    "size": {"type": "integer", "format": "int32", "minimum": 0, "exclusiveMinimum": True},
                    "next": {"$ref": f"{REF}Thing"},
                },
            })),
        }
    },
    openapi="3.0.3",
    components={"schemas": {"Thing": {"type": "object", "nullable": True, "required": ["id"], "properties": {"id": {"type": "string", "format": "uuid"}, "next": {"$ref": f"{REF}Thing"}}}}},
)  # fmt: skip
