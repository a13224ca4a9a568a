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
        length: how many are kept at most.
        size: how many bytes their bodies may have altogether; the newest is kept whatever its size.
    """

    def __init__(self, length: int = 1_000, size: int = 16_000_000) -> None:
        self.exchanges: deque[Exchange] = deque()
        self.length = length
        self.size = size
        self.total = 0
        self._held = 0

    def __iter__(self) -> Iterator[Exchange]:
        return iter(self.exchanges)

    def __len__(self) -> int:
        return len(self.exchanges)

    def add(self, exchange: Exchange) -> None:
        """Keep an exchange and tell the log of it."""
        if exchange.response is not None:
            exchange.response.source = None  # the bytes say it all
        self.exchanges.append(exchange)
        self.total += 1
        self._held += _size(exchange)
        while len(self.exchanges) > self.length or (self._held > self.size and len(self.exchanges) > 1):
            self._held -= _size(self.exchanges.popleft())
        if log.isEnabledFor(logging.INFO):
            log.info("exchange", extra={"exchange": exchange})


def _size(exchange: Exchange) -> int:
    return len(exchange.request.body) + (len(exchange.response.body) if exchange.response else 0)
