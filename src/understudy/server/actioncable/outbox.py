"""What is still to be sent to one client: bounded, so that a client who does not read costs nobody anything.

Filled by whoever has something to say, which never waits; emptied by the socket's writer. It must not know frames.
"""

from __future__ import annotations

import asyncio
from collections import deque


class Outbox:
    """Texts on their way to one client, in order.

    Args:
        length: how many may wait.
        size: how many characters they may have altogether.
    """

    def __init__(self, length: int = 1_000, size: int = 4_000_000) -> None:
        self._length = length
        self._size = size
        self._waiting: deque[str] = deque()
        self._held = 0
        self._closed = False
        self._news = asyncio.Event()

    def put(self, text: str) -> bool:
        """Let a text wait to be sent; returns whether there was room. After `close` it goes nowhere."""
        if self._closed:
            return True
        if len(self._waiting) >= self._length or (self._waiting and self._held + len(text) > self._size):
            return False
        self._add(text)
        return True

    def close(self, last: str | None = None) -> None:
        """Take nothing more but this one, for which there is always room."""
        if last is not None and not self._closed:
            self._add(last)
        self._closed = True
        self._news.set()

    async def take(self) -> str | None:
        """The next text, once there is one; None if there is none to come."""
        while not self._waiting:
            if self._closed:
                return None
            self._news.clear()
            await self._news.wait()
        text = self._waiting.popleft()
        self._held -= len(text)
        return text

    def _add(self, text: str) -> None:
        self._waiting.append(text)
        self._held += len(text)
        self._news.set()
