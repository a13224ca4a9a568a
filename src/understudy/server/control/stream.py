"""The journal, live, as server-sent events: each entry once, in order, to everybody who follows.

A follower has a bounded queue; one that is too slow is cut off instead of slowing anybody, and comes back with the
number of the last entry it saw. It must not know which entries are wanted, nor how a chunk goes over the wire.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

import orjson

from understudy.contract.exchange import Entry
from understudy.server.control.entries import as_json
from understudy.server.journal import Journal

WAITING = 1_000
"""How many entries may wait for one follower."""

OPENING = b": the journal\n\n"
"""A comment with which a stream begins, so that who follows knows that it does."""

HEARTBEAT = 15.0
"""After how many quiet seconds a comment is sent, so that nothing in between takes the connection for dead."""


class Followers:
    """Everybody who follows the journal.

    Args:
        journal: the journal.
    """

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._queues: set[asyncio.Queue[Entry | None]] = set()

    def __len__(self) -> int:
        return len(self._queues)

    async def follow(self, wanted: Callable[[Entry], bool], after: int) -> AsyncGenerator[bytes, None]:
        """Server-sent events: what is kept after a number, then what comes, until it is closed or falls behind."""
        queue: asyncio.Queue[Entry | None] = asyncio.Queue(WAITING)
        self._queues.add(queue)
        end = self._journal.follow(lambda entry: self._offer(queue, entry) if wanted(entry) else None)
        try:
            for entry in tuple(self._journal):
                if entry.number > after and wanted(entry):
                    after = entry.number
                    yield _event(entry)
            while True:
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        next_ = await queue.get()
                except TimeoutError:
                    yield b": nothing new\n\n"
                    continue
                if next_ is None:
                    return
                if next_.number > after:
                    after = next_.number
                    yield _event(next_)
        finally:
            end()
            self._queues.discard(queue)

    def close(self) -> None:
        """End every stream."""
        for queue in self._queues:
            _cut_off(queue)

    def _offer(self, queue: asyncio.Queue[Entry | None], entry: Entry) -> None:
        if queue.full():
            _cut_off(queue)
        elif queue in self._queues:
            queue.put_nowait(entry)


def _cut_off(queue: asyncio.Queue[Entry | None]) -> None:
    """Let the follower come to the end at once."""
    while not queue.empty():
        queue.get_nowait()
    queue.put_nowait(None)


def _event(entry: Entry) -> bytes:
    return b"id: %d\ndata: %s\n\n" % (entry.number, orjson.dumps(as_json(entry)))
