"""A spot in a document: a value, where it stands, and the way down from it through references.

Called by everything that compares parts of documents other than schemas, which have their own way (`clauses`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from understudy.contract import pointer

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Spot:
    """A value in a document.

    Attributes:
        root: the whole document.
        at: where the value stands; never at a reference.
        node: the value.
    """

    root: Mapping[str, Any]
    at: Parts
    node: Any

    def child(self, key: str) -> Spot | None:
        """The spot below a key or index, its reference followed; None where there is nothing."""
        try:
            at, node = pointer.follow(self.root, (*self.at, key))
        except KeyError:
            return None
        return Spot(self.root, tuple(str(part) for part in at), node)

    def get(self, key: str, default: Any = None) -> Any:
        """The plain value of a key."""
        return self.node.get(key, default) if isinstance(self.node, Mapping) else default

    def has(self, key: str) -> bool:
        """Whether there is such a key."""
        return isinstance(self.node, Mapping) and key in self.node

    def where(self, key: str) -> Parts:
        """The place of a key, or of what would hold it."""
        return (*self.at, key) if self.has(key) else self.at

    def children(self, key: str) -> dict[str, Spot]:
        """What stands by name below a key, references followed."""
        held = self.get(key)
        if not isinstance(held, Mapping):
            return {}
        holder = Spot(self.root, (*self.at, key), held)
        return dict(holder.named())

    def named(self) -> Iterator[tuple[str, Spot]]:
        """Every key and the spot below it."""
        for name in self.node:
            below = self.child(str(name))
            if below is not None:
                yield str(name), below

    def listed(self, key: str) -> list[Spot]:
        """What stands in the list below a key, references followed."""
        held = self.get(key)
        found = [Spot(self.root, (*self.at, key), held).child(str(i)) for i in range(len(held or ()))]
        return [spot for spot in found if spot is not None]
