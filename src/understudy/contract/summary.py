"""Contract coverage as data for reports: figures by operation, by kind and on the whole, and what is missing and why.

*The* number is operation-wise: a promise shared by `$ref` counts once for each message of each operation that it is
made for. `places` counts every place of the document once, and once more for events. Made by `coverage`; it must not
know how a report looks.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from understudy.contract.promises import UNSEEN, Kind, Promise, Register
from understudy.contract.surfaces import Key


@dataclass(frozen=True, slots=True)
class Figure:
    """How many promises were exercised, of how many."""

    exercised: int
    total: int

    @property
    def share(self) -> float:
        """The exercised ones' share, 0 to 1; of nothing, all."""
        return self.exercised / self.total if self.total else 1.0


NONE = Figure(0, 0)


@dataclass(frozen=True, slots=True)
class Missing:
    """A promise that no message exercised.

    Attributes:
        promise: the promise.
        reason: what never came, seen from outside: the operation before the status, the body before its property.
    """

    promise: Promise
    reason: str


@dataclass(frozen=True, slots=True)
class OperationSummary:
    """What was exercised of one operation, or of one event.

    Attributes:
        operation_id: the operation, or the event's name.
        messages: how many requests, or events, there were.
        statuses: how many answers there were of each documented status.
        figure: the promises exercised.
        broken: those that some message broke, sorted, with how many did.
        missing: those that none exercised, sorted.
    """

    operation_id: str
    messages: int
    statuses: Mapping[str, int]
    figure: Figure
    broken: tuple[tuple[Promise, int], ...]
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Summary:
    """What was exercised of a contract.

    Attributes:
        figure: the number: promises exercised, operation by operation.
        places: the same with every keyword of the document counted once, whoever refers to it, events apart.
        kinds: promises exercised by kind.
        operations: each operation, then each event, in the document's order.
        outside: messages that belong to none of them.
    """

    figure: Figure
    places: Figure
    kinds: Mapping[Kind, Figure]
    operations: tuple[OperationSummary, ...]
    outside: int

    def as_json(self) -> dict[str, Any]:
        """The summary as JSON data, one key per attribute."""
        return asdict(self) | {"share": self.figure.share}


def summarise(counted: Mapping[Key, tuple[Register, Counter[int], Counter[int]]], outside: int) -> Summary:
    """The summary of what was counted.

    Args:
        counted: for each kind of message its register, and how many messages kept and broke each of its bits.
        outside: messages that belong to no operation.
    """
    groups: dict[tuple[bool, str], list[Key]] = defaultdict(list)
    for key in counted:
        groups[key[0] == "event", key[1]].append(key)
    places: dict[tuple[bool, str, str], bool] = {}
    kinds: dict[Kind, list[bool]] = defaultdict(list)
    for register, kept, broken in counted.values():
        for number, promise in enumerate(register.promises):
            if promise is not None:
                exercised = bool(kept[number] or broken[number])
                kinds[promise.kind].append(exercised)
                place = (promise.side == "event", promise.schema, promise.keyword)
                places[place] = places.get(place, False) or exercised
    return Summary(
        _figure([exercised for found in kinds.values() for exercised in found]),
        _figure(list(places.values())),
        {kind: _figure(found) for kind, found in sorted(kinds.items())},
        tuple(_operation([(key, *counted[key]) for key in keys]) for keys in groups.values()),
        outside,
    )


def together(one: Summary, other: Summary) -> Summary:
    """The summary of two documents that promise side by side, as one of operations and one of events do."""
    return Summary(
        _sum(one.figure, other.figure),
        _sum(one.places, other.places),
        {
            kind: _sum(one.kinds.get(kind, NONE), other.kinds.get(kind, NONE))
            for kind in sorted(one.kinds.keys() | other.kinds.keys())
        },
        one.operations + other.operations,
        one.outside + other.outside,
    )


def _sum(one: Figure, other: Figure) -> Figure:
    return Figure(one.exercised + other.exercised, one.total + other.total)


def _operation(counted: list[tuple[Key, Register, Counter[int], Counter[int]]]) -> OperationSummary:
    (_, name, _), _, *first = counted[0]
    messages = first[0][0] + first[1][0]
    statuses, broken, missing, figures = {}, [], [], []
    for (side, _, status), register, kept, breaks in counted:
        reached = sum(1 << number for number in kept.keys() | breaks.keys() if kept[number] or breaks[number])
        if side == "response" and status is not None:
            statuses[status] = kept[0] + breaks[0]
        for number, promise in enumerate(register.promises):
            if promise is None:
                continue
            exercised = bool(reached >> number & 1)
            figures.append(exercised)
            if breaks[number]:
                broken.append((promise, breaks[number]))
            if not exercised:
                reason = register.reason(number, reached)
                missing.append(Missing(promise, reason if messages or side == "event" else UNSEEN))
    return OperationSummary(
        name,
        messages,
        statuses,
        _figure(figures),
        tuple(sorted(broken)),
        tuple(sorted(missing, key=lambda found: found.promise)),
    )


def _figure(exercised: list[bool]) -> Figure:
    return Figure(sum(exercised), len(exercised))
