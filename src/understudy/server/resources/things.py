"""What is remembered: things of any resource, and what became of their collections.

One generic table stands for every resource; a value is plain JSON data and is never changed in place. Made anew for
every sandbox, on its undo log. It must not know documents or HTTP.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from understudy.sandbox.store import Sequences, Table, UndoLog

Scope = tuple[tuple[str, str], ...]
"""Whose things are meant: the collection of each thing above, and its id."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One thing.

    Attributes:
        number: the how manieth thing of the sandbox it is.
        resource: the name of its resource.
        scope: whose it is.
        id: its id, as a path writes it.
        value: its properties, as answers show them.
        imagined: whether nobody made it: somebody asked for it while its collection was untouched.
    """

    number: int
    resource: str
    scope: Scope
    id: str
    value: Mapping[str, Any]
    imagined: bool = False


@dataclass(frozen=True, slots=True)
class Collection:
    """What became of a collection.

    Attributes:
        key: the resource's name and the scope.
        resource: the resource's name.
        scope: whose collection it is.
        real: whether a thing was created or deleted in it; what is not there is unknown from then on.
        listed: whether it was listed, so that the things it came with are there.
    """

    key: tuple[str, Scope]
    resource: str
    scope: Scope
    real: bool = False
    listed: bool = False


class Things:
    """The tables of one sandbox.

    Args:
        undo: the undo log of the sandbox.
    """

    things: Table[Thing]
    collections: Table[Collection]

    def __init__(self, undo: UndoLog) -> None:
        self.things = Table(undo, key="number", many=("resource", ("resource", "id")))
        self.collections = Table(undo, key="key", many=("resource",))
        self.sequences = Sequences()

    def add(self, resource: str, scope: Scope, identity: str, value: Mapping[str, Any], *, imagined: bool) -> Thing:
        """Remember a new thing."""
        number = self.sequences.next("things")
        return self.things.add(Thing(number, resource, scope, identity, value, imagined))

    def find(self, resource: str, scope: Scope, identity: str) -> Thing | None:
        """The thing with this id, seen from this scope."""
        found = self.things.all(("resource", "id"), (resource, identity))
        return next((thing for thing in found if agree(thing.scope, scope)), None)

    def all(self, resource: str, scope: Scope) -> list[Thing]:
        """The things seen from this scope, oldest first."""
        return [thing for thing in self.things.all("resource", resource) if agree(thing.scope, scope)]

    def is_real(self, resource: str, scope: Scope) -> bool:
        """Whether somebody created or deleted a thing that is seen from this scope, or would be."""
        return any(c.real and agree(c.scope, scope) for c in self.collections.all("resource", resource))

    def was_listed(self, resource: str, scope: Scope) -> bool:
        """Whether the collection of this scope was listed."""
        found = self.collections.get((resource, scope))
        return found is not None and found.listed

    def mark(self, resource: str, scope: Scope, **changes: bool) -> None:
        """Note what became of a collection: ``real`` or ``listed``."""
        found = self.collections.get((resource, scope))
        if found is None:
            found = self.collections.add(Collection((resource, scope), resource, scope))
        self.collections.update(found, **changes)

    def below(self, collection: str, identity: str) -> Iterator[Thing]:
        """The things that belong to a thing of a collection."""
        return (thing for thing in list(self.things) if (collection, identity) in thing.scope)


def agree(one: Scope, other: Scope) -> bool:
    """Whether two scopes do not contradict each other."""
    known = dict(other)
    return all(known.get(collection, identity) == identity for collection, identity in one)
