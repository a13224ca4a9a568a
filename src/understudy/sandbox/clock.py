"""The clock of one sandbox: the system's time, or a frozen one.

Handlers ask it for the time instead of the system, so that a test can decide what time it is.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime


class Clock:
    """Time as one sandbox sees it.

    Args:
        frozen_at: the moment at which this clock stands still; None lets it run with the system.
    """

    __slots__ = ("_frozen",)

    def __init__(self, frozen_at: datetime | None = None) -> None:
        self._frozen = None if frozen_at is None else frozen_at.timestamp()

    @property
    def frozen(self) -> bool:
        """Whether the clock stands still."""
        return self._frozen is not None

    def time(self) -> float:
        """Seconds since the Unix epoch."""
        return time.time() if self._frozen is None else self._frozen

    def now(self) -> datetime:
        """The same moment, as an aware datetime in UTC."""
        return datetime.fromtimestamp(self.time(), UTC)
