"""Draws arrays: one to three items, unless the schema or the lack of room says otherwise.

Called by `values`, which draws the items.
"""

from __future__ import annotations

from typing import Any

from understudy.generator import names
from understudy.generator.drawing import BARE, LEAN, REDRAWS, Drawing, Spot
from understudy.generator.fits import same, unique
from understudy.generator.shape import Shape, UnsatisfiableError

MOST = 3
DEEP = 4  # below this depth one item has to do


def draw(drawing: Drawing, shape: Shape, spot: Spot) -> list[Any]:
    """An array: the listed first items, the ones that must be contained, then others.

    Errors: `UnsatisfiableError` where too few items, or too few different ones, are found.
    """
    name = names.singular(spot.name)
    least = int(shape.limits.get("minItems", 0))
    most = int(shape.limits.get("maxItems", 1_000_000))
    items = [drawing.value(schema, name, spot.owner) for schema in shape.prefix[:most]]
    for contained in shape.contained:
        also = drawing.composer.both(shape.items, contained.schema)
        items += [drawing.value(also, name, spot.owner) for _ in range(contained.least)]
    wanted = min(most, max(least, _count(drawing, shape, spot.economy)))
    misses = 0
    while len(items) < wanted and misses <= REDRAWS:
        try:
            item = drawing.value(shape.items, name, spot.owner)
        except UnsatisfiableError:
            if len(items) >= least:
                break
            raise
        if _welcome(drawing, shape, items, item):
            items.append(item)
        else:
            misses += 1
    if len(items) < least or (shape.unique and not unique(items)):
        raise UnsatisfiableError(f"no {least} different items were found")
    return items


def _count(drawing: Drawing, shape: Shape, economy: int) -> int:
    """How many items to have, if the schema leaves it open."""
    first = len(shape.prefix)
    if shape.items is False or economy == BARE or (first and shape.items is True):
        return first
    if economy == LEAN:
        return first + (1 if drawing.composer.scalar(shape.items) else 0)
    return first + drawing.random.randint(1, MOST if drawing.depth < DEEP else 1)


def _welcome(drawing: Drawing, shape: Shape, items: list[Any], item: Any) -> bool:
    """Whether an item may join the others: where they must differ, and where only so many may be of a kind."""
    if shape.unique and any(same(item, other) for other in items):
        return False
    fits = drawing.composer.fits
    return not any(
        contained.most is not None
        and fits(contained.schema, item)
        and sum(fits(contained.schema, other) for other in items) >= contained.most
        for contained in shape.contained
    )
