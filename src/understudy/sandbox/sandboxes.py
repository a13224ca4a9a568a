"""A sandbox: one isolated state of one service, with its own ids, clock, timers, randomness and bus.

The server makes one per service and hands it to every handler. It must not know what the tables
hold: the service brings them, and plays the timers.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from understudy.sandbox.bus import Bus
from understudy.sandbox.clock import Clock
from understudy.sandbox.store import UndoLog
from understudy.sandbox.timers import Timer, Timers

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

Play = Callable[["Sandbox", Mapping[str, Any]], None]

log = logging.getLogger("understudy.sandbox")


class Sandbox:
    """One isolated state.

    Args:
        seed: seeds the randomness; the same seed and the same calls give the same state.
        tables: makes the service's tables on this sandbox's undo log.
        settings: the service's settings by name.
        frozen_at: the moment at which the clock stands still, or None.
        plays: what each kind of timer does when it rings: gets the sandbox and the timer's data.

    Attributes:
        tables: whatever the service made; the handlers of a service know its type.
        home: scheme, authority and prefix under which clients reach this sandbox, as far as is known.
        plays: what each kind of timer does when it rings.
        alarm: called when the next timer may be due at another moment than before.
    """

    def __init__(
        self,
        seed: int,
        tables: Callable[[UndoLog], Any],
        settings: Mapping[str, str],
        frozen_at: datetime | None = None,
        plays: Mapping[str, Play] | None = None,
    ) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable on purpose, guards nothing
        self.clock = Clock(frozen_at)
        self.settings = settings
        self.undo = UndoLog()
        self.bus = Bus()
        self.timers = Timers(self.undo)
        self.tables: Any = tables(self.undo)
        self.home = "http://127.0.0.1"
        self.alarm: Callable[[], None] | None = None
        self.plays = plays or {}
        self._due: float | None = None

    def uuid(self) -> str:
        """A fresh version 4 UUID, from this sandbox's randomness."""
        digits = f"{self.random.getrandbits(128):032x}"
        variant = "89ab"[int(digits[16], 16) & 3]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"

    def token(self, length: int = 24) -> str:
        """A fresh base58 token."""
        return "".join(self.random.choices(BASE58, k=length))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens, or nothing does, and nobody hears of it before.

        Ids and randomness used up stay used up.
        """
        with self.bus.transaction(), self.undo.transaction():
            yield
        if self.timers.next_due() != self._due:
            self._ring_later()

    def catch_up(self) -> None:
        """Let every timer that is due ring, in order, each at the moment the clock shows."""
        while (timer := self.timers.take(self.clock.time())) is not None:
            self._ring(timer)

    def set_time(self, moment: float) -> None:
        """Move the clock; the timers on the way ring one after the other, each at the moment it was due.

        Args:
            moment: seconds since the Unix epoch; an earlier one than the clock's lets nothing ring.
        """
        while (due := self.timers.next_due()) is not None and due <= moment:
            self.clock.set(max(due, self.clock.time()))
            self.catch_up()
        self.clock.set(moment)
        self._ring_later()

    def freeze(self) -> None:
        """Let the clock stand still."""
        self.clock.freeze()
        self._ring_later()

    def resume(self) -> None:
        """Let the clock run on from the moment it shows."""
        self.clock.resume()
        self._ring_later()

    def delay(self) -> float | None:
        """In how many seconds the next timer rings by itself; None if none does, or the clock stands still."""
        due = self.timers.next_due()
        return None if due is None or self.clock.frozen else max(0.0, due - self.clock.time())

    def _ring_later(self) -> None:
        self._due = self.timers.next_due()
        if self.alarm is not None:
            self.alarm()

    def _ring(self, timer: Timer) -> None:
        """Play one timer; one that breaks is told to the log and leaves nothing behind."""
        try:
            with self.transaction():
                self.plays[timer.kind](self, timer.data)
        except Exception:
            log.exception("the timer %s of %s failed; what it did is taken back", timer.kind, timer.data)
