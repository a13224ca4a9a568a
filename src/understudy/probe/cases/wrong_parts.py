"""Objects and lists with a wrong part: one too many, one too few, one that nobody knows.

Called by `breaks`, one function for each keyword. They propose; the contract says what is broken.
"""

from __future__ import annotations

from collections.abc import Iterator

from understudy.generator import patterns
from understudy.probe.cases.making import LEAST, Maker
from understudy.probe.cases.proposal import Proposal, Propose
from understudy.probe.cases.sites import Site
from understudy.probe.cases.sizes import list_of
from understudy.probe.cases.wrong_values import UNLISTED


def missing(_maker: Maker, site: Site) -> Iterator[Proposal]:
    """An object without a property that is required."""
    if isinstance(site.value, dict):
        for name in site.schema["required"]:
            if name in site.value:
                left = {key: item for key, item in site.value.items() if key != name}
                yield Proposal(left, "required", f"without `{name}`", breaks=True)


def further(keyword: str) -> Propose:
    """An object with a property that nobody knows."""

    def propose(_maker: Maker, site: Site) -> Iterator[Proposal]:
        if isinstance(site.value, dict) and not site.schema[keyword]:
            for value in (UNLISTED, 1, None):
                more = {**site.value, UNLISTED: value}
                yield Proposal(more, keyword, "a property that is not listed", breaks=True, spare=True)

    return propose


def further_items(keyword: str) -> Propose:
    """A list with an item that nobody knows."""

    def propose(_maker: Maker, site: Site) -> Iterator[Proposal]:
        if isinstance(site.value, list) and site.schema[keyword] is False:
            head = [*site.value, *([UNLISTED] * (len(site.schema.get("prefixItems", ())) - len(site.value)))]
            yield Proposal([*head, UNLISTED], keyword, "an item too many", breaks=True)

    return propose


def forbidden(maker: Maker, site: Site) -> Iterator[Proposal]:
    """A property that the schema forbids, or that only the server may send."""
    if not isinstance(site.value, dict):
        return
    for name, schema in site.schema["properties"].items():
        if schema is False:
            yield Proposal({**site.value, name: 1}, "false", f"with `{name}`", breaks=True)
        elif name not in site.value and maker.composer.of_others(schema):
            for value in maker.tries(maker.of_property(site.whole, name), name):
                yield Proposal({**site.value, name: value}, "readOnly", f"with `{name}`", breaks=True)


def forbidden_names(maker: Maker, site: Site) -> Iterator[Proposal]:
    """A property by a name that a pattern forbids."""
    for pattern, schema in site.schema["patternProperties"].items():
        name = patterns.write(pattern, maker.random, 1)
        if schema is False and name is not None and isinstance(site.value, dict):
            yield Proposal({**site.value, name: 1}, "false", f"with `{name}`", breaks=True)


def odd_names(maker: Maker, site: Site) -> Iterator[Proposal]:
    """A property by a name that names must not have."""
    if not isinstance(site.value, dict):
        return
    names = site.schema["propertyNames"]
    rest = next(maker.tries(maker.of_property(site.whole, "more"), "more", LEAST), 1)
    for name in ("", "Not a Name!", "\u00e9", "0", "a", "A", "x" * 200):
        if not maker.fits(names, name):
            yield Proposal(
                {**site.value, name: rest}, "propertyNames", f"with the name {name[:20]!r}", breaks=True, spare=True
            )


def unmet_needs(maker: Maker, site: Site) -> Iterator[Proposal]:
    """A property without one that it needs."""
    for name, needed in site.schema["dependentRequired"].items():
        for need in needed:
            if isinstance(site.value, dict) and need != name:
                made = next(maker.tries(maker.of_property(site.whole, name), name, LEAST), UNLISTED)
                left = {key: item for key, item in {name: made, **site.value}.items() if key != need}
                yield Proposal(left, "dependentRequired", f"`{name}` without `{need}`", breaks=True)


def repeated(maker: Maker, site: Site) -> Iterator[Proposal]:
    """A list with an item twice, where each must be different."""
    if site.schema["uniqueItems"] is True and isinstance(site.value, list):
        items = site.value or next(list_of(maker, site, 1), [1])
        yield Proposal([*items, items[-1]], "uniqueItems", "an item twice", breaks=True)
        yield Proposal(
            [items[0], *items[: len(items) - 1], items[0]], "uniqueItems", "an item twice", breaks=True, spare=True
        )
        yield Proposal([items[0], items[0]], "uniqueItems", "an item twice", breaks=True, spare=True)


def without_contained(maker: Maker, site: Site) -> Iterator[Proposal]:
    """A list with too few or too many of what it must hold."""
    contained, rest = site.schema["contains"], maker.shape(site.whole).items
    least, most = site.schema.get("minContains", 1), site.schema.get("maxContains")
    others = next(maker.tries(maker.both(rest, {"not": contained})), None)
    held = next(maker.tries(maker.both(rest, contained)), None)
    for filling in ([], [others], [others, others]):
        yield Proposal(
            [*filling, *[held] * (least - 1)], "contains", "too few of what it must hold", breaks=True, spare=True
        )
    if most is not None:
        yield Proposal([held] * (most + 1), "contains", "too many of what it may hold", breaks=True)
