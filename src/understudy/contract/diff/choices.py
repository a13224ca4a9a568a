"""Compares choices (`oneOf`, `anyOf`) by their members: which went, which came, which stayed and changed.

Members are matched by component name, then by what they allow, then by type. Called by `schemas`, which compares
those that are matched; null as a member is a question of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from understudy.contract.diff.changes import Difference
from understudy.contract.diff.clauses import CHOICES, Conjunction, choice, conjunction
from understudy.contract.diff.limits import types
from understudy.contract.diff.spot import Parts

Pair = tuple[Conjunction, Conjunction]
Differs = Callable[[Conjunction, Conjunction], bool]

COMPARED = frozenset({*CHOICES, "discriminator"})


@dataclass(frozen=True, slots=True)
class Group:
    """One choice.

    Attributes:
        keyword: ``oneOf`` or ``anyOf``.
        at: where it stands.
        members: its members, null left out.
        nullable: whether null is a member.
        wrapped: whether it stands for a schema that is no choice, to be compared with one that is.
        discriminator: the object of that name, if there is one.
    """

    keyword: str
    at: Parts
    members: tuple[Conjunction, ...]
    nullable: bool
    wrapped: bool = False
    discriminator: Mapping[str, Any] = field(default_factory=dict, compare=False)


def groups(schema: Conjunction) -> list[Group]:
    """The choices of a schema, those with one member left out: they are none."""
    found = []
    for clause in schema.clauses:
        if not isinstance(clause.node, dict):
            continue
        for keyword in CHOICES:
            places, nullable = choice(schema.root, clause.at, clause.node, keyword)
            if len(places) > 1:
                members = tuple(conjunction(schema.root, [place], place) for place in places)
                at = (*clause.at, keyword)
                discriminator = clause.node.get("discriminator") or {}
                found.append(Group(keyword, at, members, nullable or clause.nullable, discriminator=discriminator))
            elif nullable and not places:
                at = (*clause.at, keyword)
                found.append(Group(keyword, at, (), nullable=True))
    return found


class Matching:
    """Which member of which choice became which.

    Attributes:
        pairs: the members that stayed, to be compared.

    Args:
        old: the choices of the first side.
        new: those of the second.
        differs: whether two schemas allow different values.
    """

    def __init__(self, old: list[Group], new: list[Group], differs: Differs) -> None:
        self.pairs: list[Pair] = []
        self._differs = differs
        self._matched = list(zip_longest(old, new))

    def differences(self, a: Conjunction, b: Conjunction) -> Iterator[Difference]:
        """What is different between the choices of two schemas."""
        for one, other in self._matched:
            if one is None or other is None:
                verb, text = ("narrowed", "must fit now") if one is None else ("widened", "need not fit any more")
                where = one.at if one else a.at, other.at if other else b.at
                keyword = (one or other).keyword
                yield Difference(
                    f"alternatives-{verb}", *where, f"a value {text} one of the alternatives of `{keyword}`"
                )
            else:
                yield from self._group(one, other)

    def _group(self, one: Group, other: Group) -> Iterator[Difference]:
        if one.keyword != other.keyword:
            verb = "widened" if one.keyword == "oneOf" else "narrowed"
            message = f"`{one.keyword}` became `{other.keyword}`"
            yield Difference(f"alternatives-{verb}", one.at, other.at, message)
        if one.nullable != other.nullable:
            name, text = ("null-added", "allowed now") if other.nullable else ("null-removed", "not allowed any more")
            yield Difference(name, one.at, other.at, f"null is {text}")
        gone, more = self._match(list(one.members), list(other.members))
        for member in gone:
            message = f"the alternative {_called(member)} is gone"
            yield Difference("alternative-removed", member.at, other.at, message)
        for member in more:
            yield Difference("alternative-added", one.at, member.at, f"the alternative {_called(member)} is new")
        if not (one.wrapped or other.wrapped):
            yield from _discriminated(one, other)

    def _match(self, gone: list[Conjunction], more: list[Conjunction]) -> tuple[list[Conjunction], list[Conjunction]]:
        """Pair the members off; returns those left on either side."""
        for alike in (_same_component, self._same_values, _same_types):
            for member in list(gone):
                found = next((other for other in more if alike(member, other)), None)
                if found is not None:
                    gone.remove(member)
                    more.remove(found)
                    self.pairs.append((member, found))
        return gone, more

    def _same_values(self, a: Conjunction, b: Conjunction) -> bool:
        return types(a) == types(b) and not self._differs(a, b)


def _same_component(a: Conjunction, b: Conjunction) -> bool:
    return a.component is not None and a.component == b.component


def _same_types(a: Conjunction, b: Conjunction) -> bool:
    """Whether two may be one that changed: of the same types, and not two components of different names."""
    null = {"null"}
    return types(a) - null == types(b) - null and (a.component is None or b.component is None)


def _called(member: Conjunction) -> str:
    if member.component:
        return f"`{member.component}`"
    titles = member.values("title")
    return f"{titles[0]!r}" if titles else f"of type {' or '.join(sorted(types(member))) or 'none'}"


def _discriminated(one: Group, other: Group) -> Iterator[Difference]:
    old, new = one.discriminator, other.discriminator
    where = one.at[:-1], other.at[:-1]
    if bool(old) != bool(new):
        verb, text = ("narrowed", "decides now") if new else ("widened", "does not decide any more")
        name = (new or old).get("propertyName")
        yield Difference(f"discriminator-{verb}", *where, f"`{name}` {text} which alternative is meant")
        return
    if old.get("propertyName") != new.get("propertyName"):
        message = f"`{new.get('propertyName')}` decides instead of `{old.get('propertyName')}`"
        yield Difference("discriminator-changed", *where, message)
    known_a, known_b = _mapped(one), _mapped(other)
    for name in sorted({*(old.get("mapping") or {}), *(new.get("mapping") or {})}):
        if name not in known_b:
            yield Difference("discriminator-narrowed", *where, f"the discriminator does not know {name!r} any more")
        elif name not in known_a:
            yield Difference("discriminator-widened", *where, f"the discriminator knows {name!r} now")


def _mapped(group: Group) -> set[str]:
    """Every value that the discriminator knows: what it maps, and the names of the members."""
    named = {member.component for member in group.members if member.component}
    return named | set(group.discriminator.get("mapping") or {})
