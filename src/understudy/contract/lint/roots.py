"""Finds the schemas of a document that stand by themselves: in components, media types, parameters and headers.

Called by whoever looks at every schema. It knows the shape of OpenAPI, and not what a schema says.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.contract import pointer, subschemas

# Values, not structure: nothing below them is part of the document.
OPAQUE = frozenset({"default", "enum", "const", "example", "examples", "mapping", "links"})


def schema_roots(data: Mapping[str, Any], files: str) -> Iterator[tuple[pointer.Parts, Any]]:
    """The place and value of every schema that is not part of another one, each once, in the document's order.

    Args:
        data: the effective document.
        files: the key below which the files that it refers to are kept; what schemas refer to there are schemas.
    """
    seen: set[pointer.Parts] = set()
    for place, schema in _standing(data, (), files):
        queue = [(place, schema)]
        while queue:
            at, found = queue.pop()
            if at in seen:
                continue
            seen.add(at)
            yield at, found
            for reference in references(found):
                parts = pointer.split(reference)
                if parts[:1] == (files,) and parts not in seen:
                    try:
                        queue.append((parts, pointer.find(data, reference)))
                    except KeyError:
                        continue


def references(schema: Any) -> Iterator[str]:
    """Every reference in a schema and in the schemas below it."""
    if not isinstance(schema, Mapping):
        return
    if isinstance(schema.get("$ref"), str):
        yield schema["$ref"]
    for _, below in inner(schema):
        yield from references(below)


def inner(schema: Mapping[str, Any]) -> Iterator[tuple[pointer.Parts, Any]]:
    """The steps to each schema that stands directly in a schema, and that schema."""
    for keyword, value in schema.items():
        if keyword in subschemas.ONE:
            yield (keyword,), value
        elif keyword in subschemas.LISTED and isinstance(value, list):
            for index, below in enumerate(value):
                yield (keyword, str(index)), below
        elif (keyword in subschemas.NAMED or keyword in ("$defs", "definitions")) and isinstance(value, Mapping):
            for name, below in value.items():
                yield (keyword, name), below


def _standing(node: Any, at: pointer.Parts, files: str) -> Iterator[tuple[pointer.Parts, Any]]:
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _standing(item, (*at, str(index)), files)
    if not isinstance(node, Mapping):
        return
    for key, value in node.items():
        if key == "schema":
            yield (*at, key), value
        elif key == "schemas" and at and at[-1] == "components":
            for name, schema in value.items() if isinstance(value, Mapping) else ():
                yield (*at, key, name), schema
        elif key == files or not (key in OPAQUE or key.startswith("x-")):
            yield from _standing(value, (*at, key), files)
