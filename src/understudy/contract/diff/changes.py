"""Changes as values, and the place where differences are gathered until all that use them are known.

A component is used by many operations, in requests and in answers: its difference is one change, judged by the worst
of its uses. Called by everything in this package; it must not know what is compared.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from understudy.contract import pointer
from understudy.contract.diff.rules import KINDS, SIDES, Kind, Side, code, judge, remedy
from understudy.contract.document import Document

Parts = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Use:
    """Who meets a difference.

    Attributes:
        operation: such as ``GET /pets``, or None where it belongs to no operation.
        side: whose message it is in.
    """

    operation: str | None
    side: Side


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference, not yet judged.

    Attributes:
        name: its name in the table of rules.
        a: its place in the first document; that of what would hold it where it is missing.
        b: its place in the second.
        message: what is different, for people.
    """

    name: str
    a: Parts
    b: Parts
    message: str


@dataclass(frozen=True, slots=True)
class Change:
    """One change between two documents.

    Attributes:
        kind: ``breaking``, ``compatible`` or ``prose``; the worst of all sides.
        rule: a stable code, that of the worst side.
        sides: in whose messages it shows, see `rules.SIDES`.
        operations: which operations it touches, as ``GET /pets``; none where it is the document's own.
        a: JSON pointer into the first document; to what would hold it where it is missing.
        b: JSON pointer into the second.
        place_a: file, line and column of `a`.
        place_b: file, line and column of `b`.
        message: what changed.
        remedy: what follows from a breaking change, and what to do; empty for others.
    """

    kind: Kind
    rule: str
    sides: tuple[Side, ...]
    operations: tuple[str, ...]
    a: str
    b: str
    place_a: str
    place_b: str
    message: str
    remedy: str

    def as_json(self) -> dict[str, Any]:
        """The change as JSON data."""
        return asdict(self)


class Findings:
    """Gathers differences with their uses."""

    def __init__(self) -> None:
        self._uses: dict[Difference, dict[Use, None]] = {}

    def add(self, difference: Difference, use: Use) -> None:
        """Note a difference that somebody meets."""
        self._uses.setdefault(difference, {})[use] = None

    def changes(self, a: Document, b: Document) -> list[Change]:
        """Every difference as one change, in the order in which operations were compared, the worst first."""
        order: dict[str, int] = {}
        for uses in self._uses.values():
            for use in uses:
                order.setdefault(use.operation or "", len(order))
        found = [_change(difference, list(uses), a, b) for difference, uses in self._uses.items()]

        def rank(change: Change) -> tuple[int, int, str, str, str]:
            first = min((order[name] for name in change.operations), default=-1)
            return first, KINDS.index(change.kind), change.a, change.b, change.rule

        return sorted(found, key=rank)


def _change(difference: Difference, uses: list[Use], a: Document, b: Document) -> Change:
    sides = tuple(side for side in SIDES if any(use.side == side for use in uses))
    side = min(sides, key=lambda one: KINDS.index(judge(difference.name, one)))
    kind = judge(difference.name, side)
    at, bt = pointer.join(difference.a), pointer.join(difference.b)
    return Change(
        kind=kind,
        rule=code(difference.name, side),
        sides=sides,
        operations=tuple(dict.fromkeys(use.operation for use in uses if use.operation is not None)),
        a=at,
        b=bt,
        place_a=str(a.place(at) or a.source.path),
        place_b=str(b.place(bt) or b.source.path),
        message=difference.message,
        remedy=remedy(difference.name, side),
    )
