"""Draws objects: required properties always, optional ones as far as there is room, unlisted ones at need.

Called by `values`, which draws the properties' values.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.generator import names, text
from understudy.generator.compose import Composer
from understudy.generator.drawing import BARE, FULL, LEAN, REDRAWS, Drawing, Spot
from understudy.generator.fits import matches
from understudy.generator.shape import Schema, Shape, UnsatisfiableError

SPARING = REDRAWS // 2  # from this redraw on nothing optional is taken


def draw(drawing: Drawing, shape: Shape, spot: Spot) -> dict[str, Any]:
    """An object, its properties in the document's order.

    Errors: `UnsatisfiableError` where a required property has no value, or there are too few properties.
    """
    return _OneObject(drawing, shape, spot).draw()


def of_property(composer: Composer, shape: Shape, key: str) -> Schema:
    """All that is asked of a property: where it is listed, and by every object that does not list it."""
    schema = shape.properties.get(key, True)
    for closure in shape.closures:
        hit = [part for pattern, part in closure.patterns if matches(pattern, key)]
        for part in hit if hit or key in closure.listed else [closure.rest]:
            schema = composer.both(schema, part)
    return schema


class _OneObject:
    """One object in the making."""

    def __init__(self, drawing: Drawing, shape: Shape, spot: Spot) -> None:
        self.drawing = drawing
        self.shape = shape
        self.economy = spot.economy
        self.around = shape.title or spot.name or spot.owner
        self.needs = dict(shape.needs)
        self.required = self._all_required()
        self.result: dict[str, Any] = {}

    def draw(self) -> dict[str, Any]:
        """The object."""
        room = int(self.shape.limits.get("maxProperties", 1_000_000)) - len(self.required)
        for key in dict.fromkeys((*self.shape.properties, *self.required)):
            schema = self._of(key)
            of_others = self.drawing.composer.of_others(schema)
            if key in self.required and (not of_others or self.drawing.detail.of_others):
                self._required(key, schema)
            elif room > 0 and not of_others and key not in self.required and self._wants(schema):
                room -= self._optional(key, schema)
        self._meet_needs()
        self._fill()
        return self.result

    def _all_required(self) -> dict[str, None]:
        """What is required, and what that needs in turn."""
        found = dict.fromkeys(self.shape.required)
        waiting = list(found)
        while waiting:
            for need in self.needs.get(waiting.pop(), ()):
                if need not in found:
                    found[need] = None
                    waiting.append(need)
        return found

    def _of(self, key: str) -> Schema:
        return of_property(self.drawing.composer, self.shape, key)

    def _wants(self, schema: Schema) -> bool:
        """Whether to take an optional property."""
        if schema is False or self.economy == BARE:
            return False
        if self.economy == LEAN and not self.drawing.composer.scalar(schema):
            return False
        share = self.drawing.detail.optional
        if self.drawing.retry > 1:
            share = share / 2 if self.drawing.retry < SPARING else 0
        return share >= 1 or self.drawing.random.random() < share

    def _required(self, key: str, schema: Schema) -> None:
        try:
            self.result[key] = self.drawing.value(schema, key, self.around)
        except UnsatisfiableError as error:
            raise UnsatisfiableError(f"{key}: {error}") from None

    def _optional(self, key: str, schema: Schema) -> bool:
        """Add a property that may as well be missing: it is left out where no value is found."""
        try:
            self.result[key] = self.drawing.value(schema, key, self.around)
        except UnsatisfiableError:
            return False
        return True

    def _meet_needs(self) -> None:
        """Add what present properties need; drop the ones whose needs cannot be met."""
        for key in list(self.result):
            for need in self.needs.get(key, ()):
                if need not in self.result and not self._optional(need, self._of(need)):
                    self.result.pop(key, None)

    def _fill(self) -> None:
        """Add properties that are not listed: as many as must be, and some where an object is but a map."""
        limits = self.shape.limits
        least = int(limits.get("minProperties", 0))
        maps = any(closure.patterns or isinstance(closure.rest, Mapping) for closure in self.shape.closures)
        spare = self.economy == FULL and self.drawing.retry < SPARING
        wanted = least
        if maps and spare and not self.shape.properties:
            wanted = min(max(least, self.drawing.random.randint(1, 2)), int(limits.get("maxProperties", 2)))
        keys = self._keys()
        for _ in range(REDRAWS + 2 * wanted):
            if len(self.result) >= wanted:
                break
            key = next(keys)
            if key is not None and key not in self.result:
                self._optional(key, self._of(key))
        if len(self.result) < least:
            raise UnsatisfiableError(f"no {least} properties were found")

    def _keys(self) -> Iterator[str | None]:
        """Names of properties to add: listed ones first, then by pattern, then words."""
        drawing = self.drawing
        yield from (key for key, schema in self.shape.properties.items() if not drawing.composer.of_others(schema))
        patterns = [pattern for closure in self.shape.closures for pattern, _ in closure.patterns]
        named: Schema = True
        for schema in self.shape.names:
            named = drawing.composer.both(named, schema)
        while True:
            try:
                if patterns:
                    pattern = drawing.random.choice(patterns)
                    yield text.draw(Shape(patterns=(pattern,), limits={"minLength": 1}), drawing.random, "", "")
                elif named is not True:
                    found = drawing.value(drawing.composer.both(_STRING, named), "", "")
                    yield found if isinstance(found, str) else None
                else:
                    number = str(drawing.random.randint(2, 99)) if drawing.retry else ""
                    yield drawing.random.choice(names.WORDS) + number
            except UnsatisfiableError:
                yield None


_STRING: Schema = {"type": "string"}
