"""The journal: the last exchanges, and a line in the log for each.

Written by `Outbound` alone; read by the control plane and by people. Keeps no more than it is told to.
"""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import Callable, Iterator

from understudy.contract.exchange import Entry, Event, Exchange

log = logging.getLogger("understudy.exchange")

EVENT_SIZE = 2_000
"""What an event counts for, in bytes; they are all alike."""


class Journal:
    """The last exchanges and events, oldest first.

    Args:
        length: how many are kept at most.
        size: how many bytes their bodies may have altogether; the newest is kept whatever its size.

    Attributes:
        forgotten: how many entries of each service had to make room for later ones.
    """

    def __init__(self, length: int = 1_000, size: int = 16_000_000) -> None:
        self.entries: deque[Entry] = deque()
        self.length = length
        self.size = size
        self.total = 0
        self.forgotten: Counter[str] = Counter()
        self._held = 0
        self._followers: list[Callable[[Entry], None]] = []

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __len__(self) -> int:
        return len(self.entries)

    @property
    def exchanges(self) -> list[Exchange]:
        """The exchanges among them."""
        return [entry for entry in self.entries if isinstance(entry, Exchange)]

    @property
    def events(self) -> list[Event]:
        """The events among them."""
        return [entry for entry in self.entries if isinstance(entry, Event)]

    def add(self, entry: Entry) -> None:
        """Keep an exchange or event, give it its number, and tell the log and all followers of it."""
        if isinstance(entry, Exchange) and entry.response is not None:
            entry.response.source = None  # the bytes say it all
        self.total += 1
        entry.number = self.total
        self.entries.append(entry)
        self._held += _size(entry)
        while len(self.entries) > self.length or (self._held > self.size and len(self.entries) > 1):
            gone = self.entries.popleft()
            self._held -= _size(gone)
            self.forgotten[gone.service] += 1
        if log.isEnabledFor(logging.INFO):
            log.info("entry", extra={"entry": entry})
        for tell in tuple(self._followers):
            tell(entry)

    def clear(self, drop: Callable[[Entry], bool]) -> int:
        """Forget the entries that `drop` says yes to; returns how many. Numbers go on from where they were."""
        kept = [entry for entry in self.entries if not drop(entry)]
        dropped = len(self.entries) - len(kept)
        self.entries = deque(kept)
        self._held = sum(map(_size, kept))
        return dropped

    def follow(self, tell: Callable[[Entry], None]) -> Callable[[], None]:
        """Be told of every entry from now on; returns what ends it."""
        self._followers.append(tell)

        def end() -> None:
            if tell in self._followers:
                self._followers.remove(tell)

        return end


def _size(entry: Entry) -> int:
    if isinstance(entry, Event):
        return EVENT_SIZE
    return len(entry.request.body) + (len(entry.response.body) if entry.response else 0)
