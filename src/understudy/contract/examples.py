"""Holds every example of a document against the schema it illustrates.

An example is a promise as much as a schema is; a document whose examples break its schemas teaches its
readers wrong. Called by `understudy check`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, cast

from jsonschema.exceptions import ValidationError
from jsonschema_path import SchemaPath
from openapi_core.validation.schemas import (
    oas30_read_schema_validators_factory,
    oas31_schema_validators_factory,
)
from openapi_core.validation.schemas.exceptions import InvalidSchemaValue

from understudy.contract import pointer
from understudy.contract.document import Document
from understudy.contract.wording import sentence

# Values, not structure: nothing below them is part of the document.
_OPAQUE = frozenset({"example", "examples", "default", "enum", "const"})


def broken_examples(document: Document) -> Iterator[tuple[str, str]]:
    """Each example that breaks its schema: the example's place in the document, and what is wrong."""
    stock = oas30_read_schema_validators_factory if document.version == "3.0" else oas31_schema_validators_factory
    spec = SchemaPath.from_dict(document.data)
    for place, value, schema in _examples(document.data, ()):
        try:
            validator = stock.create(spec, spec.joinpath(*schema) if schema else spec)
            validator.validate(value)
        except InvalidSchemaValue as error:
            for found in cast("tuple[ValidationError, ...]", error.schema_errors):
                at = pointer.join(found.absolute_path)
                yield (
                    pointer.join(place),
                    f"the example breaks its schema{f' at {at}' if at else ''}: {sentence(found)}",
                )
        except Exception as error:  # noqa: BLE001 - openapi-core lets raw exceptions out on odd schemas
            yield pointer.join(place), f"the example cannot be held against its schema: {type(error).__name__}: {error}"


def _examples(node: Any, at: pointer.Parts) -> Iterator[tuple[pointer.Parts, Any, pointer.Parts]]:
    """Every example below a node: its place, its value, the place of its schema."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _examples(item, (*at, index))
    if not isinstance(node, Mapping) or "$ref" in node:
        return
    inside_properties = bool(at) and at[-1] in ("properties", "patternProperties", "$defs", "schemas")
    if not inside_properties:
        yield from _own(node, at)
    for key, value in node.items():
        if inside_properties or key not in _OPAQUE:
            yield from _examples(value, (*at, key))


def _own(node: Mapping[str, Any], at: pointer.Parts) -> Iterator[tuple[pointer.Parts, Any, pointer.Parts]]:
    holder = isinstance(node.get("schema"), Mapping)  # a media type, parameter or header
    schema = (*at, "schema") if holder else at
    if not holder and not _is_schema(node):
        return
    if "example" in node:
        yield (*at, "example"), node["example"], schema
    examples = node.get("examples")
    if holder and isinstance(examples, Mapping):
        for name, example in examples.items():
            if isinstance(example, Mapping) and "value" in example:
                yield (*at, "examples", name, "value"), example["value"], schema
    elif isinstance(examples, list):
        for index, example in enumerate(examples):
            yield (*at, "examples", index), example, schema
    if not holder and "default" in node:
        yield (*at, "default"), node["default"], schema


def _is_schema(node: Mapping[str, Any]) -> bool:
    return bool({"type", "properties", "items", "allOf", "anyOf", "oneOf", "enum", "const", "format"} & node.keys())
