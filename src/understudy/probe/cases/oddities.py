"""Odd values that no keyword asks for: characters of every class, numbers where machines run out, nesting.

Servers break on these, whatever the document says. Called by `assemble`. It proposes; the contract says whether a value
is kept or refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from understudy.generator.fits import matches
from understudy.generator.shape import Shape
from understudy.probe.cases.making import Maker
from understudy.probe.cases.proposal import Proposal
from understudy.probe.cases.sites import Site

SOME = 3
DEEP = 40  # levels of an object that may hold anything; judges give up at 64

CHARACTERS: Mapping[str, str] = {
    "no character": "",
    "a space": " ",
    "spaces around": " a ",
    "combining marks": "e\u0301a\u0308o\u0302",
    "right to left": "\u0634\u0643\u0631\u0627 \u202eabc",
    "beyond 16 bits": "\U0001f469\u200d\U0001f4bb \U00020000",
    "the character NUL": "a\u0000b",
    "control characters": "\u0001\t\r\n\u007f\u0085\u2028",
    "markup": "<b>'\"&amp;</b>",
    "SQL": "'; DROP TABLE a; --",
    "a path upwards": "../../etc/passwd",
    "a template": "{{7*7}}#{7*7}",
    "case that changes length": "\u0130\u00df\ufb03",
    "a lone surrogate": "\ud800",
    "digits of another script": "\u0661\u0662\u0663",
    "a word that means nothing": "null",
}
WHOLE: Mapping[str, int] = {
    "zero": 0,
    "minus one": -1,
    "2**31": 2**31,
    "-2**31 - 1": -(2**31) - 1,
    "2**53 + 1": 2**53 + 1,
    "2**63": 2**63,
    "2**64": 2**64,
}
FRACTIONS: Mapping[str, float] = {
    "minus zero": -0.0,
    "1e308": 1e308,
    "the smallest above zero": 5e-324,
    "0.1 + 0.2": 0.1 + 0.2,
}


def oddities(maker: Maker, site: Site) -> Iterator[Proposal]:
    """Odd values of the types that a site allows, unless it lists its values."""
    shape = maker.shape(site.whole)
    if shape.values is not None or (site.path and "$ref" in site.schema):
        return
    for kind, odd in _ODD.items():
        if shape.types is None or kind in shape.types:
            yield from odd(site, shape)


def some_oddities(maker: Maker, site: Site) -> Iterator[Proposal]:
    """A few of the odd values, chosen by chance: for what was shown already in another media type."""
    found = list(oddities(maker, site))
    yield from maker.random.sample(found, min(SOME, len(found)))


def _texts(site: Site, shape: Shape) -> Iterator[Proposal]:
    if shape.format or not (shape.types or isinstance(site.value, str)):
        return
    longest = int(shape.limits.get("maxLength", 1_000_000))
    shortest = int(shape.limits.get("minLength", 0))
    for what, text in CHARACTERS.items():
        fitted = text[:longest] + "a" * max(0, shortest - len(text))
        if text[:1] == fitted[:1] and all(matches(pattern, fitted) for pattern in shape.patterns):
            yield Proposal(fitted, "characters", what)


def _numbers(site: Site, shape: Shape) -> Iterator[Proposal]:
    if not (shape.types or isinstance(site.value, int | float)):
        return
    for what, number in WHOLE.items():
        yield Proposal(number, "numbers", what)
    for what, fraction in FRACTIONS.items() if shape.types is None or "number" in shape.types else ():
        yield Proposal(fraction, "numbers", what)


def _objects(site: Site, shape: Shape) -> Iterator[Proposal]:
    """Deep nesting where anything may stand, and keys that collide with what languages have of their own."""
    if shape.properties or not isinstance(site.value, dict):
        return
    nested: Any = {}
    for _ in range(DEEP):
        nested = {"a": nested}
    yield Proposal(nested, "nesting", f"{DEEP} levels")
    for key in ("__proto__", "a.b", "a[b]", "\u00e9 \U0001f600", "$ref"):
        yield Proposal({key: "a"}, "characters", f"the key {key}")


_ODD: Mapping[str, Callable[[Site, Shape], Iterator[Proposal]]] = {
    "string": _texts,
    "integer": _numbers,
    "object": _objects,
}
