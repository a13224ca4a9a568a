"""Writes the schemas and parameters of Swagger 2.0 as OpenAPI 3.0 has them.

Called by `conversion`, for every schema it moves. It must not know where they stand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FILE = {"type": "string", "format": "binary"}

# Where references lead now; a parameter's depends on what it is, see `conversion`.
MOVED = {
    "#/definitions/": "#/components/schemas/",
    "#/parameters/": "#/components/parameters/",
    "#/responses/": "#/components/responses/",
    "#/securityDefinitions/": "#/components/securitySchemes/",
}

# Below these keys stand values.
_VALUES = frozenset({"default", "enum", "example", "examples", "x-example", "x-examples"})

# What a parameter or header says itself in 2.0, and its schema in 3.0.
_ITS_SCHEMAS = (
    "type", "format", "items", "default", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum", "maxLength",
    "minLength", "pattern", "maxItems", "minItems", "uniqueItems", "enum", "multipleOf", "x-nullable", "example",
)  # fmt: skip

# How a list is written: style and explode by collection format; `tsv` has no match.
_STYLES: Mapping[str, tuple[str, bool]] = {
    "csv": ("form", False),
    "multi": ("form", True),
    "ssv": ("spaceDelimited", False),
    "pipes": ("pipeDelimited", False),
}


def reference(said: str) -> str:
    """Where a reference leads now."""
    for before, now in MOVED.items():
        if said.startswith(before):
            return now + said.removeprefix(before)
    return said


def schema(said: Any, *, named: bool = False) -> Any:
    """A schema as OpenAPI 3.0 has it.

    Args:
        said: the schema, or what stands in one.
        named: whether the keys here are names, not keywords.
    """
    if isinstance(said, list):
        return [schema(item) for item in said]
    if not isinstance(said, Mapping):
        return said
    if named:
        return {name: schema(value) for name, value in said.items()}
    made: dict[str, Any] = {}
    for key, value in said.items():
        if key in _VALUES:
            made[key] = value
        elif key == "$ref" and isinstance(value, str):
            made[key] = reference(value)
        else:
            made[key] = schema(value, named=key in ("properties", "definitions", "patternProperties"))
    return _keywords(made)


def _keywords(made: dict[str, Any]) -> dict[str, Any]:
    """The keywords that are called otherwise now."""
    if made.get("type") == "file":
        made |= FILE
    if isinstance(made.get("type"), list):
        types = [kind for kind in made.pop("type") if kind != "null" or made.update(nullable=True)]
        made |= (
            {"type": types[0]} if len(types) == 1 else {"anyOf": [{"type": kind} for kind in types]} if types else {}
        )
    if made.pop("x-nullable", False) is True:
        made["nullable"] = True
    if isinstance(made.get("discriminator"), str):
        made["discriminator"] = {"propertyName": made["discriminator"]}
    if "$ref" in made and made.get("nullable"):  # what stands beside a reference is not read
        return {"allOf": [{"$ref": made["$ref"]}], "nullable": True}
    return made


def own_schema(said: Mapping[str, Any]) -> Any:
    """The schema of a parameter, header or item that says its type itself."""
    return schema({key: said[key] for key in _ITS_SCHEMAS if key in said})


def parameter(said: Mapping[str, Any]) -> tuple[dict[str, Any], str]:
    """A parameter that is no body, as OpenAPI 3.0 has it, and what could not be kept of it."""
    made = {key: said[key] for key in ("name", "in", "description", "required", "allowEmptyValue") if key in said}
    made |= {key: value for key, value in said.items() if key.startswith("x-") and key not in _ITS_SCHEMAS}
    made["schema"] = own_schema(said)
    if said.get("type") != "array":
        return made, ""
    form = said.get("collectionFormat", "csv")
    if form not in _STYLES or (form == "multi" and said.get("in") != "query"):
        made["schema"] = {"type": "string"}
        return made, f"OpenAPI 3 has no way to write a list as `{form}` here; it is read as one text"
    if said.get("in") == "query":
        made["style"], made["explode"] = _STYLES[form]
    elif form != "csv":
        made["schema"] = {"type": "string"}
        return made, f"OpenAPI 3 has no way to write a list as `{form}` here; it is read as one text"
    return made, ""


def header(said: Any) -> Any:
    """A response header."""
    if not isinstance(said, Mapping):
        return said
    made = {key: value for key, value in said.items() if key == "description" or key.startswith("x-")}
    return {**made, "schema": own_schema(said)}


def security(said: Any) -> Any:
    """A security scheme."""
    if not isinstance(said, Mapping):
        return said
    made = {key: value for key, value in said.items() if key == "description" or key.startswith("x-")}
    if said.get("type") == "basic":
        return {**made, "type": "http", "scheme": "basic"}
    if said.get("type") != "oauth2":
        return dict(said)
    flow = {"application": "clientCredentials", "accessCode": "authorizationCode"}.get(
        str(said.get("flow")), said.get("flow")
    )
    urls = {key: said[key] for key in ("authorizationUrl", "tokenUrl") if key in said}
    return {**made, "type": "oauth2", "flows": {flow: {**urls, "scopes": said.get("scopes") or {}}}}
