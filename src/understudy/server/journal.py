"""The journal: the last exchanges, and a line in the log for each.

Written by `Outbound` alone; read by the control plane and by people. Keeps no more than it is told to.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterator

from understudy.contract.exchange import Exchange

log = logging.getLogger("understudy.exchange")


class Journal:
    """The last exchanges, oldest first.

    Args:
        size: how many are kept.
    """

    def __init__(self, size: int = 1_000) -> None:
        self.exchanges: deque[Exchange] = deque(maxlen=size)
        self.total = 0

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges)

    def __len__(self) -> int:
        return len(self.exchanges)

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange and tell the log of it."""
        self.exchanges.append(exchange)
        self.total += 1
        if log.isEnabledFor(logging.INFO):
            log.info("exchange", extra={"exchange": exchange})
