"""Values that fit no alternative, or too many, or just what is ruled out.

Called by `breaks`, one function for each keyword. They propose; the contract says what is broken.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from understudy.probe.cases.making import Maker
from understudy.probe.cases.proposal import Proposal, Propose
from understudy.probe.cases.sites import Site
from understudy.probe.cases.wrong_values import TYPED, UNLISTED


def no_alternative(keyword: str) -> Propose:
    """Values that fit no alternative, or of `oneOf` more than one."""

    def propose(maker: Maker, site: Site) -> Iterator[Proposal]:
        if keyword == "oneOf":
            for one, other in combinations(site.schema[keyword], 2):
                for value in maker.tries(maker.both(one, other)):
                    yield Proposal(value, keyword, "a value that fits two alternatives", breaks=True, spare=True)
        for kind, value in TYPED.items():
            yield Proposal(value, keyword, f"{kind}, which fits no alternative", breaks=True, spare=True)
        yield Proposal({UNLISTED: 1}, keyword, "an object that fits no alternative", breaks=True, spare=True)

    return propose


def ruled_out(maker: Maker, site: Site) -> Iterator[Proposal]:
    """A value that the schema rules out, and that keeps the rest."""
    kept = {name: said for name, said in site.schema.items() if name != "not"}
    for schema in (maker.both(site.schema["not"], kept), site.schema["not"]):
        for value in maker.tries(schema, site.name):
            yield Proposal(value, "not", "a value that is ruled out", breaks=True, spare=True)


def forbidden_way(maker: Maker, site: Site) -> Iterator[Proposal]:
    """A value that goes a way where nothing is allowed."""
    for keyword, asked in (("then", site.schema["if"]), ("else", {"not": site.schema["if"]})):
        if site.schema.get(keyword) is False:
            kept = {name: said for name, said in site.schema.items() if name not in ("if", "then", "else")}
            for value in maker.tries(maker.both(asked, kept), site.name):
                yield Proposal(value, "false", f"a value that goes the way of `{keyword}`", breaks=True)


def unknown_tags(_maker: Maker, site: Site) -> Iterator[Proposal]:
    """An object whose tag names no subtype, and one without a tag."""
    name = site.schema["discriminator"].get("propertyName")
    if isinstance(site.value, dict) and name:
        yield Proposal({**site.value, name: UNLISTED}, "discriminator", "a tag that nobody has", breaks=True)
        left = {key: item for key, item in site.value.items() if key != name}
        yield Proposal(left, "discriminator", "no tag", breaks=True)
