"""What the makers of objects and arrays may ask of the value that is being drawn around them.

`values` implements it; `objects` and `arrays` take it, so that neither imports the door they are called from.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from understudy.generator.compose import Composer
from understudy.generator.shape import Schema

FULL, LEAN, BARE = range(3)  # everything; no optional parts that have parts; nothing optional
REDRAWS = 12  # of a part that did not fit; each takes less that is optional than the one before


@dataclass(frozen=True, slots=True)
class Detail:
    """How much a value takes.

    Attributes:
        optional: the share of optional properties, 0 to 1.
        examples: whether the document's examples of parts are used.
        of_others: whether a required property is kept that only the other side may send.
    """

    optional: float = 1.0
    examples: bool = True
    of_others: bool = False


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a value a part is drawn.

    Attributes:
        name: what the part is called.
        owner: what the object around it is called.
        economy: how much the part may take: `FULL`, `LEAN` or `BARE`.
    """

    name: str
    owner: str
    economy: int


class Drawing(Protocol):
    """One value in the making.

    Attributes:
        composer: reads schemas.
        random: where choices come from.
        detail: how much the value takes.
        retry: how often the innermost part, or one around it, has been drawn in vain.
        depth: how many parts this one stands in, itself included.
    """

    composer: Composer
    random: Random
    detail: Detail
    retry: int
    depth: int

    def value(self, schema: Schema, name: str, owner: str) -> Any:
        """A value for a schema. Errors: `UnsatisfiableError`."""
