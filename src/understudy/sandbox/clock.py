"""The clock of one sandbox: it runs with the system's, ahead of it or behind it, or it stands still.

Handlers ask it for the time instead of the system, so that a test can decide what time it is. Whoever moves it
goes through `Sandbox`, which lets the timers on the way ring.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Time as one sandbox sees it.

    Args:
        frozen_at: the moment at which this clock stands still; None lets it run with the system.
    """

    __slots__ = ("_ahead", "_frozen")

    def __init__(self, frozen_at: datetime | None = None) -> None:
        self._frozen = None if frozen_at is None else frozen_at.timestamp()
        self._ahead = 0.0

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen is not None

    def time(self) -> float:
        """Seconds since the Unix epoch."""
        return time.time() + self._ahead if self._frozen is None else self._frozen

    def now(self) -> datetime:
        """The same moment, as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)

    @property
    def ahead(self) -> float:
        """By how many seconds it is ahead of the system's while it runs."""
        return self._ahead

    def freeze(self) -> None:
        """Stand still from now on."""
        self._frozen = self.time()

    def resume(self) -> None:
        """Run on from the moment the clock shows."""
        if self._frozen is not None:
            self.run(self._frozen - time.time())

    def run(self, ahead: float) -> None:
        """Run so many seconds ahead of the system's clock."""
        self._ahead, self._frozen = ahead, None

    def set(self, moment: float) -> None:
        """Show another moment, in seconds since the Unix epoch; a clock that runs goes on from there."""
        if self._frozen is None:
            self._ahead = moment - time.time()
        else:
            self._frozen = moment
