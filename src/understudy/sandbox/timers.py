"""Timers: what is to happen in a sandbox once its clock has come that far.

A service sets them from its handlers and plays them by their kind; they are data, so that a state can be written out
with them. A transaction that fails takes back the timers it set. They must not know what any kind does.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any

from understudy.sandbox.store import Table, UndoLog


@dataclass(frozen=True, slots=True)
class Timer:
    """What is to happen, and when.

    Attributes:
        id: unique in the sandbox; of two that are due at once, the smaller rings first.
        due: seconds since the Unix epoch.
        kind: which of the service's timers.
        data: what it needs to know, as JSON data.
    """

    id: int
    due: float
    kind: str
    data: Mapping[str, Any]


class Timers:
    """The timers of one sandbox.

    Args:
        undo: the undo log of the sandbox.
    """

    def __init__(self, undo: UndoLog) -> None:
        self._table: Table[Timer] = Table(undo)
        self._heap: list[tuple[float, int]] = []
        self.last_id = 0

    def __len__(self) -> int:
        return len(self._table)

    def __iter__(self) -> Iterator[Timer]:
        return iter(self._table)

    def set(self, due: float, kind: str, **data: Any) -> Timer:
        """Set a timer."""
        self.last_id += 1
        timer = Timer(self.last_id, due, kind, data)
        self.add(timer)
        return timer

    def add(self, timer: Timer) -> None:
        """Add a timer that has an id already."""
        self._table.add(timer)
        self.last_id = max(self.last_id, timer.id)
        heappush(self._heap, (timer.due, timer.id))

    def cancel(self, timer_id: int) -> None:
        """Let a timer not ring; nothing happens if it has rung."""
        timer = self._table.get(timer_id)
        if timer is not None:
            self._table.remove(timer)

    def next_due(self) -> float | None:
        """When the next one rings, or None."""
        while self._heap:
            due, timer_id = self._heap[0]
            if self._table.get(timer_id) is not None:
                return due
            heappop(self._heap)
        return None

    def take(self, now: float) -> Timer | None:
        """The next one that is due, taken off; None if none is."""
        due = self.next_due()
        if due is None or due > now:
            return None
        timer = self._table[heappop(self._heap)[1]]
        self._table.remove(timer)
        return timer
