"""Finds values that may go one way only: `readOnly` in requests, `writeOnly` in answers.

JSON Schema takes both for remarks, and openapi-core asks of 3.1 documents nothing more. Called by `checks`; it looks
at a value along its schema and must not judge anything else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

from understudy.contract import pointer

Found = tuple[pointer.Parts, pointer.Parts]


def one_way_values(document: Mapping[str, Any], schema: pointer.Parts, value: Any, keyword: str) -> Iterator[Found]:
    """Each value that stands where the schema says that the other side alone may put one.

    Yields:
        The value's place in the message and the schema's place in the document. Alternatives (oneOf, anyOf) are
        followed only where all of them say so, since which one is meant is not ours to decide.
    """
    yield from dict.fromkeys(_Walk(document, keyword).schema(schema, value, ()))


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk along one value's schema.

    Attributes:
        document: the effective document.
        keyword: ``readOnly`` or ``writeOnly``.
    """

    document: Mapping[str, Any]
    keyword: str

    def schema(
        self, place: pointer.Parts, value: Any, at: pointer.Parts, inside: frozenset[pointer.Parts] = frozenset()
    ) -> Iterator[Found]:
        """What a schema and all it refers to says of a value; `inside` are the schemas asked of this value already."""
        for here, node in self._references(place):
            if here in inside:
                return
            inside |= {here}
            if at and node.get(self.keyword) is True:
                yield at, here
                return
            for index in range(len(node.get("allOf", ()))):
                yield from self.schema((*here, "allOf", str(index)), value, at, inside)
            for name in ("oneOf", "anyOf"):
                yield from self._shared((*here, name), len(node.get(name, ())), value, at, inside)
            yield from self._parts(here, node, value, at)

    def _parts(self, place: pointer.Parts, node: Mapping[str, Any], value: Any, at: pointer.Parts) -> Iterator[Found]:
        if isinstance(value, dict):
            for name in node.get("properties", {}):
                if name in value:
                    yield from self.schema((*place, "properties", name), value[name], (*at, name))
        elif isinstance(value, list) and isinstance(node.get("items"), Mapping):
            for index, item in enumerate(value):
                yield from self.schema((*place, "items"), item, (*at, index))

    def _shared(
        self, place: pointer.Parts, count: int, value: Any, at: pointer.Parts, inside: frozenset[pointer.Parts]
    ) -> Iterator[Found]:
        """What all alternatives of a schema say alike."""
        branches = [list(self.schema((*place, str(index)), value, at, inside)) for index in range(count)]
        if branches:
            shared = set.intersection(*({found[0] for found in branch} for branch in branches))
            yield from (found for found in branches[0] if found[0] in shared)

    def _references(self, place: pointer.Parts) -> Iterator[tuple[pointer.Parts, Mapping[str, Any]]]:
        """The schema at a place, then the one it refers to, and so on; what stands beside a reference counts in 3.1."""
        alone = str(self.document.get("openapi", "")).startswith("3.0")
        seen: set[pointer.Parts] = set()
        while place not in seen:
            seen.add(place)
            try:
                node: Any = reduce(pointer.child, place, self.document)
            except KeyError:  # an anchor, or nowhere: openapi-core says it
                return
            if not isinstance(node, Mapping):
                return
            reference = node.get("$ref")
            if not isinstance(reference, str) or not reference.startswith("#"):
                yield place, node
                return
            if not alone:
                yield place, node
            place = pointer.split(reference)
