"""The line in which the data frames of one socket stand where faults delay, double or reorder them.

Used by `Socket`, which puts what leaves the line into its outbox. Frames that met no fault keep their order. It must
not know what any fault is for.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial


@dataclass(frozen=True, slots=True)
class FramePlan:
    """What becomes of one data frame on its way to one socket.

    Attributes:
        fault: the fault's name, for the journal.
        copies: how many times it is sent, one right after the other; none loses it.
        delay: seconds by which it comes later; the data frames behind it wait, so that the order stays.
        overtaken_by: how many later data frames of this socket go first.
        patience: seconds after which it goes all the same, where those frames do not come.
        drop: whether the socket is cut off instead, with no close frame.
    """

    fault: str = ""
    copies: int = 1
    delay: float = 0.0
    overtaken_by: int = 0
    patience: float = 0.0
    drop: bool = False


@dataclass(slots=True, eq=False)
class _Waiting:
    frame: str
    plan: FramePlan
    due: float
    left: int


class Line:
    """The data frames of one socket, until they may go.

    Args:
        put: takes a frame that goes.
    """

    def __init__(self, put: Callable[[str], None]) -> None:
        self._put = put
        self._queue: deque[_Waiting] = deque()
        self._overtaken: list[_Waiting] = []
        self._timers: set[asyncio.TimerHandle] = set()

    def enter(self, frame: str, plan: FramePlan | None) -> None:
        """Let a frame go, once it may."""
        if plan is None and not self._queue:
            self._go(frame)
            return
        plan = plan or FramePlan()
        self._queue.append(_Waiting(frame, plan, self._now() + plan.delay, plan.overtaken_by))
        self._advance()

    def close(self) -> None:
        """Let nothing go any more."""
        for timer in self._timers:
            timer.cancel()
        self._queue.clear()
        self._overtaken.clear()

    def _advance(self) -> None:
        """Let go whoever stands in front and may; come back when the next one may."""
        while self._queue:
            first = self._queue[0]
            if first.due > self._now():
                self._at(first.due, self._advance)
                return
            self._queue.popleft()
            if first.left:
                self._overtaken.append(first)
                self._at(self._now() + first.plan.patience, partial(self._release, first))
            else:
                self._go(first.frame, first.plan.copies)

    def _go(self, frame: str, copies: int = 1) -> None:
        for _ in range(copies):
            self._put(frame)
        for waiting in tuple(self._overtaken):
            waiting.left -= 1
            if waiting.left <= 0:
                self._release(waiting)

    def _release(self, waiting: _Waiting) -> None:
        """Let go a frame that was to be overtaken, unless it has gone."""
        if waiting in self._overtaken:
            self._overtaken.remove(waiting)
            for _ in range(waiting.plan.copies):
                self._put(waiting.frame)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _at(self, due: float, act: Callable[[], None]) -> None:
        def ring() -> None:
            self._timers.discard(timer)
            act()

        timer = asyncio.get_running_loop().call_at(due, ring)
        self._timers.add(timer)
