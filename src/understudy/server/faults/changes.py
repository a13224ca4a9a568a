"""Small changes to a JSON value that a document may not allow: a key dropped, a type changed, an enum's value unknown.

Made for `drift`, which tries them one after the other. Whether one breaks a contract is not known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Literal

from understudy.contract import pointer

ChangeKind = Literal["drop", "type", "enum"]
KINDS: tuple[ChangeKind, ...] = ("drop", "type", "enum")
WORDS = {"drop": "dropped", "type": "of another type", "enum": "an unknown value"}

# One value of each JSON type.
OTHERS: dict[type, Any] = {str: "drifted", int: 4711, float: 47.11, bool: True, dict: {}, list: [], type(None): None}


@dataclass(frozen=True, slots=True)
class Change:
    """One change.

    Attributes:
        kind: what kind.
        place: where in the value.
        value: what stands there afterwards, unless the key is dropped.
    """

    kind: ChangeKind
    place: pointer.Parts
    value: Any = None

    def apply(self, value: Any) -> Any:
        """The changed value; what is changed on the way is copied."""
        return self._applied(value, self.place)

    def _applied(self, value: Any, way: pointer.Parts) -> Any:
        if not way:
            return self.value
        copy = value.copy()
        if len(way) == 1 and self.kind == "drop":
            del copy[way[0]]
        else:
            copy[way[0]] = self._applied(value[way[0]], way[1:])
        return copy


def at(value: Any, place: pointer.Parts, kinds: tuple[ChangeKind, ...], random: Random) -> list[Change]:
    """Every change of some kinds at one place.

    Args:
        value: what stands there now.
        place: its keys and indices from the root.
        kinds: what to make.
        random: shuffles them.
    """
    found = []
    if "drop" in kinds and place and isinstance(place[-1], str):
        found.append(Change("drop", place))
    if "type" in kinds:
        others = [other for kind, other in OTHERS.items() if not _alike(kind, type(value))]
        found += [Change("type", place, other) for other in others]
        if isinstance(value, int | float) and not isinstance(value, bool):
            found.append(Change("type", place, str(value)))
    if "enum" in kinds and isinstance(value, str):
        found.append(Change("enum", place, f"{value}_2"))
    random.shuffle(found)
    return found


def anywhere(value: Any, kinds: tuple[ChangeKind, ...], random: Random) -> Iterator[Change]:
    """Changes all over a value: in random order, unlike places first, the whole value last."""
    places = list(_places(value, ()))
    random.shuffle(places)
    seen: set[tuple[str, ...]] = set()
    first: list[tuple[pointer.Parts, Any]] = []
    rest: list[tuple[pointer.Parts, Any]] = []
    for place, here in places:
        likeness = tuple("*" if isinstance(part, int) else part for part in place)
        (rest if likeness in seen else first).append((place, here))
        seen.add(likeness)
    for group in (first, rest):
        tries = [change for place, here in group for change in at(here, place, kinds, random)]
        random.shuffle(tries)
        yield from tries
    yield from at(value, (), kinds, random)


def _places(value: Any, place: pointer.Parts) -> Iterator[tuple[pointer.Parts, Any]]:
    """Every place below the root, with what stands there."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for part, here in items:
        yield (*place, part), here
        yield from _places(here, (*place, part))


def _alike(one: type, other: type) -> bool:
    return one is other or {one, other} == {int, float}
