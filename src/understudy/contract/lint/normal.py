"""Writes what OpenAPI lets one write in two ways in the one way that the judge's machinery reads.

Nothing here is against any rule, and nothing changes its meaning. Called by `document` once everything else is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.contract import pointer
from understudy.contract.lint.roots import inner, schema_roots
from understudy.contract.lint.tags import SCHEMAS

# What may stand beside a reference and demands nothing.
_REMARKS = frozenset(
    {"$ref", "$comment", "default", "deprecated", "description", "example", "examples", "summary", "title"}
)


def normalise(data: dict[str, Any], files: str) -> None:
    """Bring a document into its normal form, in place.

    A boolean schema of a whole message becomes one with keywords; a schema's name in a discriminator's mapping becomes
    a reference; in 3.1, what stands beside the reference of a schema that stands by itself stands beside an `allOf` of
    it, since openapi-core goes where the reference leads and forgets the rest.

    Args:
        data: the effective document, sound by now.
        files: the key below which the files that it refers to are kept.
    """
    joins = str(data.get("openapi", "")).startswith("3.1")
    for place, schema in list(schema_roots(data, files)):
        _mapping(schema)
        if joins and isinstance(schema, dict):
            _join(schema)
        if place[-1] != "schema":
            continue
        at, found = pointer.follow(data, place)
        if isinstance(found, bool):
            holder = pointer.walk(data, at[:-1])
            key = int(at[-1]) if isinstance(holder, list) else at[-1]
            holder[key] = {} if found else {"not": {}}


def _join(schema: dict[str, Any]) -> None:
    if "$ref" in schema and any(key not in _REMARKS and not key.startswith("x-") for key in schema):
        schema["allOf"] = [*schema.get("allOf", ()), {"$ref": schema.pop("$ref")}]


def _mapping(schema: Any) -> None:
    if not isinstance(schema, Mapping):
        return
    discriminator = schema.get("discriminator")
    mapping = discriminator.get("mapping") if isinstance(discriminator, dict) else None
    if isinstance(mapping, Mapping) and isinstance(discriminator, dict):
        discriminator["mapping"] = {
            tag: target if "#" in target else SCHEMAS + target for tag, target in mapping.items()
        }
    for _, below in inner(schema):
        _mapping(below)
