"""Finds values that may go one way only: `readOnly` in requests, `writeOnly` in answers.

JSON Schema takes both for remarks, and openapi-core asks of 3.1 documents nothing more. Called by `checks`; it looks
at a value along its schema and must not judge anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.contract import pointer

Found = tuple[pointer.Parts, pointer.Parts]


def one_way_values(document: Mapping[str, Any], schema: pointer.Parts, value: Any, keyword: str) -> Iterator[Found]:
    """Each value that stands where the schema says that the other side alone may put one.

    Yields:
        The value's place in the message and the schema's place in the document. Alternatives (oneOf, anyOf) are
        followed only where all of them say so, since which one is meant is not ours to decide.
    """
    yield from dict.fromkeys(_walk(document, schema, value, (), keyword))


def _walk(
    document: Mapping[str, Any], place: pointer.Parts, value: Any, at: pointer.Parts, keyword: str
) -> Iterator[Found]:
    place, node = pointer.follow(document, place)
    if not isinstance(node, Mapping):
        return
    if at and node.get(keyword) is True:
        yield at, place
        return
    for index in range(len(node.get("allOf", ()))):
        yield from _walk(document, (*place, "allOf", index), value, at, keyword)
    yield from _shared(document, place, value, at, keyword)
    if isinstance(value, dict):
        for name in node.get("properties", {}):
            if name in value:
                yield from _walk(document, (*place, "properties", name), value[name], (*at, name), keyword)
    elif isinstance(value, list) and isinstance(node.get("items"), Mapping):
        for index, item in enumerate(value):
            yield from _walk(document, (*place, "items"), item, (*at, index), keyword)


def _shared(
    document: Mapping[str, Any], place: pointer.Parts, value: Any, at: pointer.Parts, keyword: str
) -> Iterator[Found]:
    """What all alternatives of a schema say alike."""
    _, node = pointer.follow(document, place)
    for name in ("oneOf", "anyOf"):
        count = len(node.get(name, ()))
        branches = [list(_walk(document, (*place, name, index), value, at, keyword)) for index in range(count)]
        if branches:
            shared = set.intersection(*({found[0] for found in branch} for branch in branches))
            yield from (found for found in branches[0] if found[0] in shared)
