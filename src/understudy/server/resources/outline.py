"""Reads as much of a schema as recognition needs: types, properties, items, whatever it is composed of.

Called by the modules beside it. It reads schemas through the generator's `Composer`, so that both see the same
document; it draws nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from understudy.generator.compose import Composer
from understudy.generator.shape import Shape, UnsatisfiableError, kind
from understudy.server.resources.resource import Inside, Schema

DEEPEST = 12


class Outlines:
    """The outlines of one document's schemas.

    Args:
        composer: reads schemas.
    """

    def __init__(self, composer: Composer) -> None:
        self.composer = composer
        # Keyed by identity; each entry holds the schema itself, so that its identity stays taken.
        self._properties: dict[int, tuple[Schema, dict[str, Schema]]] = {}

    def target(self, schema: Schema) -> Schema:
        """The schema that a chain of references ends in."""
        for _ in range(DEEPEST):
            if not isinstance(schema, Mapping) or not isinstance(schema.get("$ref"), str):
                return schema
            schema = self.composer.fits.target(schema["$ref"])
        return schema

    def same(self, one: Schema, other: Schema) -> bool:
        """Whether two schemas are the same one of the document, or written alike."""
        left, right = self.target(one), self.target(other)
        return isinstance(left, Mapping) and bool(left) and (left is right or left == right)

    def leads_to(self, schema: Schema, wanted: Schema) -> bool:
        """Whether a schema is another one, a list of it, or lets it be chosen."""
        choices = [schema, *(self.target(part) for part in self._parts(schema, 2))]
        listed = [choice["items"] for choice in choices if isinstance(choice, Mapping) and "items" in choice]
        return any(self.same(found, wanted) for found in (*choices, *listed))

    def properties(self, schema: Schema) -> Mapping[str, Schema]:
        """Every property that a schema, or any schema it is composed of, lists."""
        known = self._properties.get(id(schema))
        if known is None:
            found: dict[str, Schema] = {}
            for part in self._parts(schema, DEEPEST):
                for name, below in (part.get("properties") or {}).items():
                    found.setdefault(name, below)
            known = self._properties[id(schema)] = (schema, found)
        return known[1]

    def _parts(self, schema: Schema, depth: int) -> Iterator[Mapping[str, Any]]:
        schema = self.target(schema)
        if not isinstance(schema, Mapping) or not depth:
            return
        yield schema
        for keyword in ("allOf", "oneOf", "anyOf"):
            for part in schema.get(keyword) or ():
                yield from self._parts(part, depth - 1)
        if "discriminator" in schema:
            for reference in (schema["discriminator"].get("mapping") or {}).values():
                if str(reference).startswith("#/"):
                    yield from self._parts({"$ref": reference}, depth - 3 if depth > 3 else 0)  # noqa: PLR2004

    def shape(self, schema: Schema) -> Shape:
        """The demands of a schema, the first of each choice taken; none where they contradict one another."""
        try:
            return self.composer.settle(schema, _as_written)
        except (UnsatisfiableError, RecursionError):
            return Shape()

    def types(self, schema: Schema) -> frozenset[str]:
        """The types that a schema allows, null left out; none where it does not say."""
        shape = self.shape(schema)
        if shape.types is not None:
            return shape.types - {"null"}
        if shape.properties or shape.required:
            return frozenset({"object"})
        target = self.target(schema)
        implied = kind(target) if isinstance(target, Mapping) else None
        return frozenset({implied} if implied else ())

    def is_object(self, schema: Schema) -> bool:
        """Whether a schema asks for an object."""
        return self.types(schema) == {"object"}

    def items(self, schema: Schema) -> Schema | None:
        """The schema of an array's items; None for what is no array."""
        return self.shape(schema).items if self.types(schema) == {"array"} else None

    def inside(self, schema: Schema, way: Inside) -> Schema:
        """The schema of a part."""
        for name in way:
            schema = self.properties(schema).get(name, True)
        return schema

    def is_scalar(self, schema: Schema) -> bool:
        """Whether a schema asks for a text or a number."""
        types = self.types(schema)
        return bool(types) and types <= {"string", "integer", "number"}

    def marked(self, schema: Schema, mark: str) -> bool:
        """Whether a schema carries a mark such as ``readOnly``, itself or by what it is made of."""
        return any(part.get(mark) is True for part in self._parts_of_all(schema, DEEPEST))

    def _parts_of_all(self, schema: Schema, depth: int) -> Iterator[Mapping[str, Any]]:
        for _ in range(depth):
            if not isinstance(schema, Mapping):
                return
            yield schema
            for part in schema.get("allOf") or ():
                yield from self._parts_of_all(part, depth - 1)
            if "$ref" not in schema:
                return
            schema = self.composer.fits.target(schema["$ref"])


def _as_written(branches: Sequence[Schema]) -> Sequence[Schema]:
    return branches
