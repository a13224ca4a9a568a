"""Turns the pairs of a form or multipart body into the object that its schema describes.

A form knows only text, so the schema decides what a value was meant to be: a property that is an array
collects its repetitions, or is one text cut up where the encoding says so; a number or boolean is read as one, and
whatever does not read that way stays text for the schema to reject. Called by `engine`; a gap it fills, since
openapi-core turns file parts into bytes, which no 3.1 schema accepts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson

from understudy.contract import pointer
from understudy.contract.multipart import File

MEDIA_TYPES = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})
_WORDS = {"true": True, "false": False}
SEPARATORS = {"form": ",", "simple": ",", "spaceDelimited": " ", "pipeDelimited": "|"}
"""What stands between the items of a list, by style."""


def to_object(
    document: Mapping[str, Any], schema: Any, pairs: list[tuple[str, str | File]], encoding: Any = None
) -> dict[str, Any]:
    """The object that the pairs spell, by the property types of the schema.

    A file becomes a text with one character per byte: what the schema can say of it is its length.

    Args:
        document: the effective document.
        schema: the schema of the body.
        pairs: names and values, in order.
        encoding: the media type's `encoding`, or None.
    """
    known = properties(document, schema)
    collected: dict[str, list[Any]] = {}
    for name, value in pairs:
        collected.setdefault(name, []).append(value)
    result: dict[str, Any] = {}
    for name, values in collected.items():
        wanted = known.get(name, {})
        types = kinds_of(wanted)
        if "array" in types:
            items = kinds_of(resolve(document, wanted.get("items") or {}))
            separator = separator_of(encoding, name)
            result[name] = [cast(value, items) for value in (_cut(values, separator) if separator else values)]
        else:
            meant = [cast(value, types) for value in values]
            result[name] = meant[0] if len(meant) == 1 else meant
    return result


def separator_of(encoding: Any, name: str) -> str:
    """What separates the items of a list that is one text; blank where each item is a field of its own."""
    said = encoding.get(name) if isinstance(encoding, Mapping) else None
    style = said.get("style", "form") if isinstance(said, Mapping) else "form"
    if not isinstance(said, Mapping) or said.get("explode", style == "form"):
        return ""
    return SEPARATORS.get(style, "")


def _cut(values: list[str | File], separator: str) -> list[str | File]:
    """The items of a list that is one text; a blank one has none."""
    if len(values) != 1 or isinstance(values[0], File):
        return values
    return list(values[0].split(separator)) if values[0] else []


def typed(document: Mapping[str, Any], schema: Any, spelled: Any) -> Any:
    """What texts, lists and objects of texts mean by a schema."""
    schema = resolve(document, schema)
    if isinstance(spelled, Mapping):
        known = properties(document, schema)
        more = schema.get("additionalProperties") if isinstance(schema, Mapping) else None
        return {name: typed(document, known.get(name, more), item) for name, item in spelled.items()}
    if isinstance(spelled, list):
        items = schema.get("items") if isinstance(schema, Mapping) else None
        return [typed(document, items, item) for item in spelled]
    return cast(spelled, kinds_of(schema))


def cast(value: str | File, types: frozenset[str]) -> Any:
    """What a text means where these types are wanted; a text where it means none of them."""
    if isinstance(value, File):
        value = value.data.decode("latin-1")
    if not types or "string" in types:
        return value
    if "boolean" in types and value in _WORDS:
        return _WORDS[value]
    if types & {"integer", "number", "object", "array", "null"}:
        try:
            parsed = orjson.loads(value)
        except orjson.JSONDecodeError:
            return None if "null" in types and not value else value
        return value if isinstance(parsed, str) else parsed
    return value


def kinds_of(schema: Any) -> frozenset[str]:
    """The types that a schema names; none where it names none."""
    kind = schema.get("type", ()) if isinstance(schema, Mapping) else ()
    return frozenset((kind,)) if isinstance(kind, str) else frozenset(kind)


def resolve(document: Mapping[str, Any], schema: Any) -> Any:
    """The schema that a schema refers to, at the end of all references."""
    while isinstance(schema, Mapping) and "$ref" in schema:
        schema = pointer.find(document, schema["$ref"])
    return schema


def properties(document: Mapping[str, Any], schema: Any) -> dict[str, Any]:
    """Property schemas by name, references resolved, of the schema itself and of whatever it is composed of."""
    return {name: resolve(document, value) for name, value in listed(document, schema).items()}


def listed(document: Mapping[str, Any], schema: Any, depth: int = 8) -> dict[str, Any]:
    """The same as they are written, so that what stands beside a reference is seen."""
    schema = resolve(document, schema)
    if not isinstance(schema, Mapping) or not depth:
        return {}
    found: dict[str, Any] = {}
    for keyword in ("allOf", "anyOf", "oneOf"):
        for part in schema.get(keyword, ()):
            found |= listed(document, part, depth - 1)
    found |= schema.get("properties", {})
    return found


def parameter_content(raw: Any) -> Any:
    """The value of a parameter that has a media type of its own: JSON where it is JSON, else the text."""
    try:
        return orjson.loads(raw)
    except (orjson.JSONDecodeError, TypeError):
        return raw
