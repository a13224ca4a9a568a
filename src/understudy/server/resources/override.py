"""`x-understudy`: what a document, or an overlay over it, says of its resources where the rules would be wrong.

On a path it holds for all of its operations, on an operation for that one. Read by `recognition`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from understudy.contract import pointer
from understudy.contract.operation import Operation
from understudy.server.resources.resource import VERBS, Verb

KEY = "x-understudy"
KNOWN = frozenset({"resource", "id", "list", "role", "unique"})


class OverrideError(Exception):
    """An `x-understudy` that cannot be read; the message says where and what to write."""


@dataclass(frozen=True, slots=True)
class Override:
    """What is overridden.

    Attributes:
        off: nothing is to be recognised here.
        resource: the resource that the path belongs to.
        id: the property that holds the id.
        list: the property that holds the things of a list.
        role: what the operation does.
        unique: the properties of which no two things may have the same value.
    """

    off: bool = False
    resource: str = ""
    id: str = ""
    list: str = ""
    role: Verb | None = None
    unique: tuple[str, ...] = ()

    def joined(self, other: Override) -> Override:
        """What both say; this one where they differ."""
        return Override(
            self.off and other.off,
            self.resource or other.resource,
            self.id or other.id,
            self.list or other.list,
            None,
            self.unique or other.unique,
        )


def override_of(document: Mapping[str, Any], operation: Operation) -> Override:
    """What is said of an operation, by itself or by its path.

    Errors: `OverrideError`.
    """
    _, item = pointer.follow(document, operation.place[:2])
    said: dict[str, Any] = {}
    for place, node in ((operation.place[:2], item), (operation.place, operation.node)):
        if KEY not in node:
            continue
        value = node[KEY]
        if value is False:
            return Override(off=True)
        at = pointer.join((*place, KEY), "#")
        if not isinstance(value, Mapping) or not KNOWN.issuperset(value):
            raise OverrideError(f"{at}: write `false`, or an object with {', '.join(sorted(KNOWN))}; this is {value!r}")
        said |= value
        if said.get("role") not in (None, *VERBS):
            raise OverrideError(f"{at}: the role {said['role']!r} is not known; choose one of {', '.join(VERBS)}")
    unique = said.get("unique", ())
    return Override(
        resource=str(said.get("resource", "")),
        id=str(said.get("id", "")),
        list=str(said.get("list", "")),
        role=said.get("role"),
        unique=(unique,) if isinstance(unique, str) else tuple(map(str, unique)),
    )
