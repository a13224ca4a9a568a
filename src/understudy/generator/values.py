"""Draws a value for a schema: the door to this package.

Bounded by design: the deeper a value grows, and the more of it there is, the less it takes that is optional;
where a schema turns back on itself it stops as soon as it may. Called by whoever makes answers or requests. The same
random source and schema give the same value. It must not know what the value is for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from random import Random
from typing import Any

from understudy.generator import arrays, names, objects, quantities, text
from understudy.generator.compose import Composer
from understudy.generator.drawing import BARE, FULL, LEAN, REDRAWS, Detail, Spot
from understudy.generator.shape import ALL_TYPES, Schema, Shape, UnsatisfiableError, kind

LEAN_DEPTH, BARE_DEPTH, LAST_DEPTH = 5, 8, 60
LEAN_STEPS, BARE_STEPS, LAST_STEPS = 250, 600, 10_000
NULL_SHARE = 0.1


class _ExhaustedError(Exception):
    """The value has grown beyond all bounds; no redraw inside it will help."""


class Generator:
    """Draws values for the schemas of one document.

    Args:
        document: the effective document; references are looked up in it.
        version: ``3.0`` or ``3.1``.
        others: the keyword of what only the other side may send: ``writeOnly`` for the values of answers, ``readOnly``
            for those of requests.
    """

    def __init__(self, document: Mapping[str, Any], version: str, others: str = "writeOnly") -> None:
        self.composer = Composer(document, version, others)

    def draw(self, schema: Schema, random: Random, *, name: str = "", detail: Detail | None = None) -> Any:
        """A value that fits a schema, as far as construction can tell.

        Args:
            schema: a schema of the document.
            random: where choices come from.
            name: what the value is called.
            detail: how much it takes; everything if not given.

        Errors: `UnsatisfiableError`, with the place in the value and the demand that stood in the way.
        """
        try:
            return _OneValue(self.composer, random, detail or Detail()).value(schema, name, "")
        except _ExhaustedError:
            raise UnsatisfiableError(
                f"no value is complete with fewer than {LAST_STEPS:,} parts or {LAST_DEPTH} levels"
            ) from None
        except RecursionError:
            raise UnsatisfiableError("the schemas are nested too deeply") from None


class _OneValue:
    """One value in the making; the `Drawing` that objects and arrays draw their parts from."""

    def __init__(self, composer: Composer, random: Random, detail: Detail) -> None:
        self.composer = composer
        self.random = random
        self.detail = detail
        self.retry = 0
        self.depth = 0
        self._steps = 0
        self._inside: list[int] = []  # identities of the schemas being drawn, outermost first

    def value(self, schema: Schema, name: str, owner: str) -> Any:
        """A value for a schema."""
        identity = id(self._target(schema))
        self.depth += 1
        economy = self._economy(identity)
        self._inside.append(identity)
        retry = self.retry
        try:
            return self._fitting(schema, Spot(name, owner, economy))
        finally:
            self.retry = retry
            self._inside.pop()
            self.depth -= 1

    def _fitting(self, schema: Schema, spot: Spot) -> Any:
        """A value, drawn anew while it does not fit and another draw may end elsewhere."""
        retry = self.retry
        error: UnsatisfiableError | None = None
        for attempt in range(REDRAWS):
            self.retry = max(retry, attempt)
            self._steps += 1
            if self._steps > LAST_STEPS or self.depth > LAST_DEPTH:
                raise _ExhaustedError
            shape: Shape | None = None
            try:
                shape = self.composer.settle(schema, self._order(spot.economy))
                found = self._of(shape, schema, spot)
            except UnsatisfiableError as wrong:
                error = error or wrong
                if shape is not None and not (shape.chosen or shape.tricky):
                    break
                continue
            if not shape.tricky or self.composer.fits(schema, found):
                return found
        raise error or UnsatisfiableError("no draw kept a `oneOf`, `not`, `if` or the like")

    def _target(self, schema: Schema) -> Schema:
        for _ in range(LAST_DEPTH):
            if not isinstance(schema, Mapping) or "$ref" not in schema:
                return schema
            schema = self.composer.fits.target(schema["$ref"])
        return schema

    def _economy(self, identity: int) -> int:
        if self.depth > BARE_DEPTH or self._steps > BARE_STEPS:
            return BARE
        if self.depth > LEAN_DEPTH or self._steps > LEAN_STEPS or identity in self._inside:
            return LEAN
        return FULL

    def _order(self, economy: int) -> Callable[[Sequence[Schema]], Sequence[Schema]]:
        """The order in which to try alternatives: by chance; the ones that end soonest first once it must end."""

        def order(alternatives: Sequence[Schema]) -> Sequence[Schema]:
            if isinstance(alternatives, tuple) and not self.retry:
                return alternatives
            shuffled = self.random.sample(alternatives, len(alternatives))
            return sorted(shuffled, key=self.composer.height) if economy != FULL else shuffled

        return order

    def _of(self, shape: Shape, schema: Schema, spot: Spot) -> Any:
        if self.detail.examples and not self.retry:
            for example in shape.examples:
                if self.composer.fits(schema, example):
                    return deepcopy(example)
        if shape.values is not None:
            return self._listed(shape, schema)
        return _MAKERS[self._type(shape, schema, spot)](self, shape, spot)

    def _listed(self, shape: Shape, schema: Schema) -> Any:
        """One of the values that are listed, and rather not null; what else is asked holds for them too."""
        listed = list(shape.values or ())
        self.random.shuffle(listed)
        for value in sorted(listed, key=lambda value: value is None):
            if self.composer.fits(schema, value):
                return deepcopy(value)
        raise UnsatisfiableError("none of the listed values keeps the other demands")

    def _type(self, shape: Shape, schema: Schema, spot: Spot) -> str:
        """The type to draw: of several, null seldom, unless it spares a part that must end."""
        if shape.types is None:
            return _implied(shape) or kind(schema if isinstance(schema, Mapping) else {}) or "any"
        types = sorted(shape.types - {"null"})
        if "null" in shape.types:
            spares = spot.economy != FULL and {"object", "array"}.issuperset(types)
            if not types or spares or (self.depth > 1 and self.random.random() < NULL_SHARE):
                return "null"
        if not types:
            raise UnsatisfiableError("no type is left that every demand allows")
        if "number" in types:  # it allows integers too; a number with a fraction shows more
            types = [name for name in types if name != "integer"]
        if shape.types >= ALL_TYPES:
            return _implied(shape) or "any"
        return types[0] if len(types) == 1 else self.random.choice(types)


def _implied(shape: Shape) -> str | None:
    """The type that demands without a type evidently mean."""
    said = {
        "properties": bool(shape.properties or shape.required or shape.closures or shape.names or shape.needs),
        "items": bool(shape.prefix or shape.contained or shape.unique or shape.items is not True),
        "pattern": bool(shape.patterns),
        "multipleOf": shape.step is not None,
    }
    keywords: dict[str, Any] = dict.fromkeys(shape.limits) | {name: True for name, is_said in said.items() if is_said}
    found = kind(keywords)
    if found is None and shape.format:
        found = _FORMAT_TYPES.get(shape.format, "string")
    return found


_FORMAT_TYPES: Mapping[str, str] = dict.fromkeys(quantities.RANGES, "integer") | {"float": "number", "double": "number"}


def _anything(drawing: _OneValue, _shape: Shape, spot: Spot) -> Any:
    """Text as the name promises it; an empty object where there is not even a name."""
    return names.text(spot.name, spot.owner, drawing.random) or (names.phrase(drawing.random) if spot.name else {})


_MAKERS: Mapping[str, Callable[[_OneValue, Shape, Spot], Any]] = {
    "string": lambda drawing, shape, spot: text.draw(shape, drawing.random, spot.name, spot.owner or shape.title),
    "integer": lambda drawing, shape, spot: quantities.draw(shape, drawing.random, spot.name, whole=True),
    "number": lambda drawing, shape, spot: quantities.draw(shape, drawing.random, spot.name, whole=False),
    "boolean": lambda drawing, *_: bool(drawing.random.getrandbits(1)),
    "null": lambda *_: None,
    "array": arrays.draw,
    "object": objects.draw,
    "any": _anything,
}
