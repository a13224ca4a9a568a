"""Makes values for the schemas of requests: the generator with one random source, asked by `sites`, `edges`, `breaks`.

What cannot be made is said by `UnsatisfiableError`, or by leaving it out where many things are tried. It must not know
what a value is for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from understudy.contract.contract import Contract
from understudy.generator import text
from understudy.generator.drawing import Detail
from understudy.generator.fits import Fits
from understudy.generator.objects import of_property
from understudy.generator.shape import Schema, Shape, UnsatisfiableError
from understudy.generator.values import Generator

FULLEST, LEAST = Detail(examples=False), Detail(optional=0.0, examples=False)
# From the fullest to the least; the first that the contract takes is built upon.
DETAILS: Sequence[Detail] = (
    FULLEST,
    Detail(optional=0.6, examples=False),
    Detail(),
    Detail(optional=0.3, examples=False),
    LEAST,
    replace(LEAST, examples=True),
    replace(FULLEST, of_others=True),
    replace(LEAST, of_others=True),
)


class Maker:
    """Makes values for one operation's requests.

    Args:
        contract: the contract.
        generator: the generator of its document, for requests.
        random: where choices come from.
    """

    def __init__(self, contract: Contract, generator: Generator, random: Random) -> None:
        self.data: Mapping[str, Any] = contract.data
        self.version = contract.document.version
        self.generator = generator
        self.composer = generator.composer
        self.fits: Fits = generator.composer.fits
        self.random = random

    def draw(self, schema: Schema, name: str = "", detail: Detail = FULLEST) -> Any:
        """A value for a schema. Errors: `UnsatisfiableError`."""
        return self.generator.draw(schema, self.random, name=name, detail=detail)

    def tries(self, schema: Schema, name: str = "", detail: Detail = FULLEST) -> Iterator[Any]:
        """A value for a schema, or none."""
        try:
            yield self.draw(schema, name, detail)
        except UnsatisfiableError:
            return

    def fitting(self, whole: Schema, narrowed: Schema, name: str = "") -> Iterator[Any]:
        """A value that keeps a schema in a way that a narrower one says, a small one if that is enough; or none."""
        for detail in (LEAST, FULLEST, FULLEST, FULLEST):
            for value in self.tries(narrowed, name, detail):
                if self.fits(whole, value):
                    yield value
                    return

    def shape(self, schema: Schema) -> Shape:
        """What a schema asks of a value, the first of its alternatives chosen; nothing if it asks for too much."""
        try:
            return self.composer.settle(schema, list)
        except (UnsatisfiableError, RecursionError):
            return Shape()

    def both(self, *schemas: Schema) -> Schema:
        """A schema that asks for what several ask."""
        joined: Schema = True
        for schema in schemas:
            joined = self.composer.both(joined, schema)
        return joined

    def of_property(self, schema: Schema, name: str) -> Schema:
        """All that a schema asks of a property."""
        return of_property(self.composer, self.shape(schema), name)

    def text(self, shape: Shape, length: int) -> Iterator[str]:
        """Text of just this length that keeps format and patterns; where none does, text that keeps neither."""
        limits: dict[str, int | float] = {"minLength": length, "maxLength": length}
        for tried in (Shape(limits=limits, patterns=shape.patterns, format=shape.format), Shape(limits=limits)):
            try:
                yield text.draw(tried, self.random, "", "")
            except UnsatisfiableError:
                continue
            return
