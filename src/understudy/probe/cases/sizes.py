"""Lists and objects at an edge: as many parts as are allowed, one more, one fewer, none; optional ones in all pairs.

Called by `assemble`. It proposes; the contract says whether a value is kept or refused.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.generator.fits import same
from understudy.generator.shape import UnsatisfiableError
from understudy.probe.cases.covering import rows
from understudy.probe.cases.making import FULLEST, LEAST, Maker
from understudy.probe.cases.proposal import Proposal, Propose
from understudy.probe.cases.sites import Site

LONGEST_LIST = 500
FEW = 10  # items that may be as full as they like


def sizes(maker: Maker, site: Site) -> Iterator[Proposal]:
    """Lists and objects at the edges of what a site's schema says of their size."""
    for keyword, propose in SIZES.items():
        if keyword in site.schema:
            yield from propose(maker, site)


def _items(keyword: str, *counts: tuple[int, str]) -> Propose:
    """Lists of the size that a keyword names, and of one item more or less."""

    def propose(maker: Maker, site: Site) -> Iterator[Proposal]:
        for more, what in counts:
            count = int(site.schema[keyword]) + more
            if 0 <= count <= LONGEST_LIST:
                for items in list_of(maker, site, count):
                    yield Proposal(items, keyword, what)

    return propose


def list_of(maker: Maker, site: Site, count: int) -> Iterator[list[Any]]:
    """A list of just so many items, different ones where they must be; or none."""
    shape = maker.shape(site.whole)
    items = list(site.value[:count]) if isinstance(site.value, list) else []
    for attempt in range(2 * count + FEW):
        if len(items) == count:
            break
        wanted = shape.prefix[len(items)] if len(items) < len(shape.prefix) else shape.items
        try:
            item = maker.draw(wanted, site.name, FULLEST if attempt < FEW else LEAST)
        except UnsatisfiableError:
            break
        if not (shape.unique and any(same(item, other) for other in items)):
            items.append(item)
    if len(items) == count:
        yield items


def _properties(keyword: str, *counts: tuple[int, str]) -> Propose:
    """Objects of the size that a keyword names, and of one property more or less."""

    def propose(maker: Maker, site: Site) -> Iterator[Proposal]:
        for more, what in counts:
            count = int(site.schema[keyword]) + more
            if 0 <= count <= LONGEST_LIST and isinstance(site.value, dict):
                for value in _object_of(maker, site, count):
                    yield Proposal(value, keyword, what)

    return propose


def _object_of(maker: Maker, site: Site, count: int) -> Iterator[dict[str, Any]]:
    """An object of just so many properties, those that are required among them; or none."""
    shape = maker.shape(site.whole)
    needed = [name for name in site.value if name in shape.required]
    spare = [name for name in site.value if name not in shape.required]
    made = {name: site.value[name] for name in (*needed, *spare)[:count]}
    listed = [name for name in shape.properties if name not in made]
    for name in (*listed, *(f"more{number}" for number in range(count))):
        if len(made) >= count:
            break
        for value in maker.tries(maker.of_property(site.whole, name), name, LEAST):
            made[name] = value
    if len(made) == count:
        yield made


def _pairs(maker: Maker, site: Site) -> Iterator[Proposal]:
    """Optional properties there and left out, any two of them in all four ways."""
    if not isinstance(site.value, dict):
        return
    required = set(maker.shape(site.whole).required)
    full = {**site.value, **_more(maker, site)}
    optional = [name for name in site.schema["properties"] if name in full and name not in required]
    for number, chosen in enumerate(rows(optional), 1):
        value = {name: item for name, item in full.items() if name not in optional or name in chosen}
        yield Proposal(value, "properties", f"optional ones there and left out, {number}", breaks=False)


def _more(maker: Maker, site: Site) -> dict[str, Any]:
    """The optional properties that the site's value does not have, each as small as may be."""
    found = {}
    for name in site.schema["properties"]:
        whole = maker.of_property(site.whole, name)
        if name not in site.value and not maker.composer.of_others(whole):
            for value in maker.tries(whole, name, LEAST):
                found[name] = value
    return found


def _unique(_maker: Maker, site: Site) -> Iterator[Proposal]:
    if isinstance(site.value, list):
        yield Proposal([1, True, "1", [1]], "uniqueItems", "different items that look alike", breaks=False)


def _empty(maker: Maker, site: Site) -> Iterator[Proposal]:
    """An empty list, and one of several items, where no bound says so."""
    if isinstance(site.value, list):
        yield Proposal([], "items", "no item")
        for items in list_of(maker, site, FEW):
            yield Proposal(items, "items", "many items")


SIZES: Mapping[str, Propose] = {
    "properties": _pairs,
    "minProperties": _properties("minProperties", (0, "the fewest"), (-1, "one fewer than the fewest")),
    "maxProperties": _properties("maxProperties", (0, "the most"), (1, "one more than the most")),
    "minItems": _items("minItems", (0, "the fewest"), (-1, "one fewer than the fewest")),
    "maxItems": _items("maxItems", (0, "the most"), (1, "one more than the most")),
    "items": _empty,
    "uniqueItems": _unique,
}
