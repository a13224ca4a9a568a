"""Says what is wrong with a discriminator: one that no value can satisfy, or that chooses among schemas without names.

Many documents list the tags in the schemas themselves and leave the mapping out, where OpenAPI takes the schemas' names
for the tags. Called by `objections`; it must not change anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.contract import pointer
from understudy.contract.lint.objection import Objection

SCHEMAS = "#/components/schemas/"
DEPTH = 8
"""How many references and compositions inside one another are followed to find the values of a property."""


def of_discriminator(
    data: Mapping[str, Any], place: pointer.Parts, schema: Mapping[str, Any], root: pointer.Parts
) -> Iterator[Objection]:
    """What is wrong with a schema's discriminator.

    Args:
        data: the effective document.
        place: the schema's place.
        schema: the schema; it has a discriminator.
        root: the place of the schema that it is part of.
    """
    at = (*place, "discriminator")
    discriminator = schema["discriminator"]
    if not isinstance(discriminator, Mapping) or not isinstance(discriminator.get("propertyName"), str):
        yield Objection(at, "discriminator", "the discriminator does not say which property it goes by", None, root)
        return
    branches = schema.get("oneOf") or schema.get("anyOf") or ()
    references = [branch.get("$ref") if isinstance(branch, Mapping) else None for branch in branches]
    if None in references:
        yield Objection(
            at, "discriminator", "the discriminator chooses among schemas that are not references", None, root
        )
        return
    mapping = _mapping(discriminator)
    meant = _meant(data, [str(reference) for reference in references], discriminator["propertyName"], mapping)
    if meant is None:
        message = "two of the schemas that the discriminator chooses among have the same tag"
        yield Objection(at, "discriminator", message, None, root)
    elif meant != mapping:
        message = f"the tags of the discriminator are not the values that `{discriminator['propertyName']}` may have"
        yield Objection(at, "tags", message, meant, root)


def _mapping(discriminator: Mapping[str, Any]) -> dict[str, str]:
    """The mapping; a schema's name stands for the reference to it."""
    said = discriminator.get("mapping")
    given = said.items() if isinstance(said, Mapping) else ()
    return {tag: target if "#" in target else SCHEMAS + target for tag, target in given if isinstance(target, str)}


def _meant(
    data: Mapping[str, Any], references: list[str], name: str, mapping: Mapping[str, str]
) -> dict[str, str] | None:
    """The mapping with the tags of those schemas that are found by no value; None where two have the same."""
    meant = dict(mapping)
    for reference in references:
        values = _values(data, {"$ref": reference}, name, DEPTH)
        if values is None:
            continue
        tags = {tag for tag, target in mapping.items() if target == reference}
        if not tags and reference.startswith(SCHEMAS):
            tags = set(pointer.split("#/" + reference.removeprefix(SCHEMAS)))
        if tags & values:
            continue
        for value in sorted(values):
            if meant.setdefault(value, reference) != reference:
                return None
    return meant


def _values(data: Mapping[str, Any], schema: Any, name: str, depth: int) -> set[str] | None:
    """The texts that a schema lists for a property; None where it lists none."""
    if not isinstance(schema, Mapping) or not depth:
        return None
    if isinstance(schema.get("$ref"), str):
        try:
            found = _values(data, pointer.find(data, schema["$ref"]), name, depth - 1)
        except KeyError:
            found = None
        if found is not None:
            return found
    properties = schema.get("properties")
    listed = _listed(data, properties.get(name), depth) if isinstance(properties, Mapping) else None
    if listed is not None:
        return listed
    for part in schema.get("allOf") or ():
        found = _values(data, part, name, depth - 1)
        if found is not None:
            return found
    branches = [_values(data, branch, name, depth - 1) for branch in schema.get("oneOf") or schema.get("anyOf") or ()]
    known = [values for values in branches if values is not None]
    return set().union(*known) if known and len(known) == len(branches) else None


def _listed(data: Mapping[str, Any], schema: Any, depth: int) -> set[str] | None:
    """The texts that a schema lists itself."""
    while isinstance(schema, Mapping) and isinstance(schema.get("$ref"), str) and depth:
        depth -= 1
        try:
            schema = pointer.find(data, schema["$ref"])
        except KeyError:
            return None
    if not isinstance(schema, Mapping):
        return None
    values = [schema["const"]] if "const" in schema else schema.get("enum")
    return {value for value in values if isinstance(value, str)} if isinstance(values, list) else None
