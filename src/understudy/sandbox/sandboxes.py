"""A sandbox: one isolated state of one service, with its own ids, clock and randomness.

The server makes one per service and hands it to every handler. It must not know what the tables
hold: the service brings them.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from understudy.sandbox.clock import Clock
from understudy.sandbox.store import UndoLog

BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"


class Sandbox:
    """One isolated state.

    Args:
        seed: seeds the randomness; the same seed and the same calls give the same state.
        tables: makes the service's tables on this sandbox's undo log.
        settings: the service's settings by name.
        frozen_at: the moment at which the clock stands still, or None.

    Attributes:
        tables: whatever the service made; the handlers of a service know its type.
    """

    def __init__(
        self,
        seed: int,
        tables: Callable[[UndoLog], Any],
        settings: Mapping[str, str],
        frozen_at: datetime | None = None,
    ) -> None:
        self.random = random.Random(seed)  # noqa: S311 - repeatable on purpose, guards nothing
        self.clock = Clock(frozen_at)
        self.settings = settings
        self.undo = UndoLog()
        self.tables: Any = tables(self.undo)

    def uuid(self) -> str:
        """A fresh version 4 UUID, from this sandbox's randomness."""
        digits = f"{self.random.getrandbits(128):032x}"
        variant = "89ab"[int(digits[16], 16) & 3]
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"

    def token(self, length: int = 24) -> str:
        """A fresh base58 token."""
        return "".join(self.random.choices(BASE58, k=length))

    def transaction(self) -> AbstractContextManager[None]:
        """Everything inside happens, or nothing does. Ids and randomness used up stay used up."""
        return self.undo.transaction()
