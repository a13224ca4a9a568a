"""Values at an edge: the shortest and the longest, one step to either side, each value of an enum.

One function for each keyword, one table. They propose: whether a value is kept or refused is the contract's to say.
Called by `assemble`. Lists and objects are the business of `sizes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import inf, nextafter
from typing import Any

from understudy.generator.joining import type_of
from understudy.generator.quantities import RANGES
from understudy.generator.shape import UnsatisfiableError
from understudy.probe.cases.making import Maker
from understudy.probe.cases.proposal import Proposal, Propose
from understudy.probe.cases.sites import Site

LONGEST_TEXT = 200_000


def edges(maker: Maker, site: Site) -> Iterator[Proposal]:
    """Values at the edges of what a site's schema says of texts and numbers."""
    for keyword, propose in EDGES.items():
        if keyword in site.schema:
            yield from propose(maker, site)


def _length(keyword: str, *lengths: tuple[int, str]) -> Propose:
    """Texts of the length that a keyword names, and of one character more or less."""

    def propose(maker: Maker, site: Site) -> Iterator[Proposal]:
        shape = maker.shape(site.whole)
        for more, what in lengths:
            length = int(site.schema[keyword]) + more
            if 0 <= length <= LONGEST_TEXT and shape.values is None:
                for text in maker.text(shape, length):
                    yield Proposal(text, keyword, what)

    return propose


def _bound(keyword: str, sign: int, bound_of: Callable[[Mapping[str, Any]], float | None], words: str) -> Propose:
    """The bound, and one step to either side of it; `sign` points beyond."""

    def propose(maker: Maker, site: Site) -> Iterator[Proposal]:
        shape, bound = maker.shape(site.whole), bound_of(site.schema)
        if bound is None or shape.values is not None:
            return
        yield Proposal(bound, keyword, f"just {words}")
        step: float | None = shape.step
        if step is None and (shape.types is None or "number" not in shape.types):
            step = 1
        start = bound if step in (None, 1) else round(bound / step) * step
        for direction, where in ((sign, "beyond"), (-sign, "within")):
            value = nextafter(start, direction * inf) if step is None else start + direction * step
            yield Proposal(value, keyword, f"one step {where} {words}")

    return propose


def _said(keyword: str) -> Callable[[Mapping[str, Any]], float | None]:
    """What a keyword says of a bound; 3.0 has some that only say yes or no."""
    return lambda schema: None if isinstance(schema[keyword], bool) else schema[keyword]


def _multiple(_maker: Maker, site: Site) -> Iterator[Proposal]:
    step = site.schema["multipleOf"]
    if type_of(site.value) not in ("integer", "number"):
        return
    yield Proposal(0, "multipleOf", "zero")
    yield Proposal(step, "multipleOf", "the step itself")
    between = 1 if isinstance(step, int) and step > 1 else step / 2
    yield Proposal(site.value + between, "multipleOf", "between two multiples", breaks=True)


def _values(_maker: Maker, site: Site) -> Iterator[Proposal]:
    for value in site.schema["enum"]:
        yield Proposal(value, "enum", f"the value {value!r}")


def _types(maker: Maker, site: Site) -> Iterator[Proposal]:
    """A value of each type that the schema lists."""
    said = site.schema["type"]
    listed = [said] if isinstance(said, str) else list(said)
    if maker.version == "3.0" and site.schema.get("nullable") is True:
        listed.append("null")
    for kind in listed if len(listed) > 1 else ():
        if kind == "null":
            yield Proposal(None, "type", "null", breaks=False)
            continue
        for value in maker.tries(maker.both({"type": kind}, site.whole), site.name):
            yield Proposal(value, "type", f"of the type {kind}", breaks=False)
    if "boolean" in listed:
        for value in (False, True):
            yield Proposal(value, "type", str(value).lower(), breaks=False)


def _formats(maker: Maker, site: Site) -> Iterator[Proposal]:
    form = site.schema["format"]
    for text in FORMS.get(form, ()):
        yield Proposal(text, "format", f"{form} as {text}", breaks=False)
    shape = maker.shape(site.whole)
    if form in RANGES and (shape.types is None or "integer" in shape.types):
        low, high = RANGES[form]
        for value, what in ((low, "least"), (high, "greatest")):
            yield Proposal(value, "format", f"the {what} {form}")
        yield Proposal(low - 1, "format", f"one less than any {form}")
        yield Proposal(high + 1, "format", f"one more than any {form}")


def _pattern(maker: Maker, site: Site) -> Iterator[Proposal]:
    for _ in range(2):
        try:
            yield Proposal(maker.draw(site.whole, site.name), "pattern", "another match", breaks=False)
        except UnsatisfiableError:
            return


# Texts that keep a format in a way that careless readers trip over.
FORMS: Mapping[str, tuple[str, ...]] = {
    "date": ("2024-02-29", "0001-01-01", "9999-12-31"),
    "date-time": ("2024-02-29T23:59:59Z", "2024-01-01T00:00:00.123456789Z", "2024-01-01T00:00:00+14:00"),
    "time": ("23:59:59Z", "00:00:00-12:00"),
    "email": ("a@b.co", "first.last+tag@sub.example.com", "!#$%&'*+/=?^_`{|}~-@example.com"),
    "hostname": ("a", "xn--bcher-kva.example", f"{'a' * 63}.example.com"),
    "ipv4": ("0.0.0.0", "255.255.255.255"),  # noqa: S104 - an address to write, not to bind
    "ipv6": ("::", "::ffff:192.0.2.1", "2001:db8:0:0:0:0:0:1"),
    "uri": ("urn:isbn:0451450523", "https://user@example.com:8443/a%20b?c=d#e", "mailto:a@example.com"),
    "uuid": ("00000000-0000-0000-0000-000000000000", "FFFFFFFF-FFFF-4FFF-BFFF-FFFFFFFFFFFF"),
    "byte": ("", "AA==", "+/8="),
}

EDGES: Mapping[str, Propose] = {
    "type": _types,
    "enum": _values,
    "minLength": _length("minLength", (0, "the shortest"), (-1, "one shorter than the shortest")),
    "maxLength": _length("maxLength", (0, "the longest"), (1, "one longer than the longest")),
    "minimum": _bound("minimum", -1, _said("minimum"), "the least"),
    "maximum": _bound("maximum", 1, _said("maximum"), "the greatest"),
    "exclusiveMinimum": _bound("exclusiveMinimum", -1, _said("exclusiveMinimum"), "the lower bound"),
    "exclusiveMaximum": _bound("exclusiveMaximum", 1, _said("exclusiveMaximum"), "the upper bound"),
    "multipleOf": _multiple,
    "format": _formats,
    "pattern": _pattern,
}
