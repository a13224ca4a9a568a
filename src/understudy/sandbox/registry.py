"""All sandboxes of one service by name: each is born from the seed on first use and ends when nobody uses it.

A test that names a sandbox of its own sees nobody else's state, ids, clock or randomness. The nameless one is
everybody's, and never ends. It must not know what a sandbox is filled with.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from understudy.sandbox.sandboxes import Sandbox

SHARED = ""

# Makes a sandbox in its first state from a seed for its randomness and its name.
Make = Callable[[int, str], Sandbox]
Watcher = Callable[[str, Sandbox], None]


class Sandboxes:
    """The sandboxes of one service.

    Args:
        make: makes a sandbox in its first state.
        seed: seeds all randomness; a sandbox's own is derived from this and its name, so that the same name gives the
            same ids whoever else is there.
        limit: how many named ones there may be; one more ends the one that was used longest ago.
        idle: after how many seconds without use a named one may end.
        now: a clock that only goes forward, in seconds.
    """

    def __init__(
        self,
        make: Make,
        seed: int,
        *,
        limit: int = 1_000,
        idle: float = 3_600.0,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._make = make
        self._seed = seed
        self._limit = limit
        self._idle = idle
        self._now = now
        self._born: Watcher | None = None
        self._ended: Watcher | None = None
        self._shared = make(seed, SHARED)
        self._named: OrderedDict[str, Sandbox] = OrderedDict()
        self._used: dict[str, float] = {}
        self._held: Counter[str] = Counter()

    @property
    def shared(self) -> Sandbox:
        """The nameless sandbox."""
        return self._shared

    def __len__(self) -> int:
        return len(self._named)

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._named))

    def __contains__(self, name: str) -> bool:
        return name == SHARED or name in self._named

    def peek(self, name: str) -> Sandbox | None:
        """The sandbox of this name, if there is one; looking at it is no use of it."""
        return self._shared if name == SHARED else self._named.get(name)

    def idle(self, name: str) -> float | None:
        """For how many seconds nobody has used a named sandbox; None for the nameless one and for what is not there."""
        used = self._used.get(name)
        return None if used is None else max(0.0, self._now() - used)

    def holders(self, name: str) -> int:
        """How many hold the sandbox of this name, so that it cannot end."""
        return self._held[name]

    def get(self, name: str) -> Sandbox:
        """The sandbox of this name, made if there is none; using it keeps it."""
        if name == SHARED:
            return self._shared
        found = self._named.get(name)
        if found is None:
            found = self._named[name] = self._make(self._seed_of(name), name)
            self._tell(self._born, name, found)
        self._named.move_to_end(name)
        self._used[name] = self._now()
        self._evict()
        return found

    def reset(self, name: str) -> Sandbox:
        """Begin the sandbox of this name anew, in its first state."""
        fresh = self._make(self._seed_of(name), name)
        self.put(name, fresh)
        return fresh

    def put(self, name: str, fresh: Sandbox) -> None:
        """Let another sandbox stand where the one of this name stood."""
        old = self._shared if name == SHARED else self._named.get(name)
        if name == SHARED:
            self._shared = fresh
        else:
            self._named[name] = fresh
            self._used[name] = self._now()
        if old is not None:
            self._tell(self._ended, name, old)
        self._tell(self._born, name, fresh)

    def blank(self, name: str) -> Sandbox:
        """A new sandbox in its first state that could stand at this name; `put` lets it."""
        return self._make(self._seed_of(name), name)

    def watch(self, born: Watcher, ended: Watcher) -> None:
        """Be told of every sandbox there is, each one to come, and each one that ends."""
        self._born, self._ended = born, ended
        self._tell(born, SHARED, self._shared)
        for name, sandbox in self._named.items():
            self._tell(born, name, sandbox)

    def delete(self, name: str) -> bool:
        """End a named sandbox; returns whether there was one. The nameless one begins anew instead."""
        if name == SHARED:
            self.reset(name)
            return True
        self._used.pop(name, None)
        ended = self._named.pop(name, None)
        if ended is not None:
            self._tell(self._ended, name, ended)
        return ended is not None

    @contextmanager
    def held(self, name: str) -> Iterator[Sandbox]:
        """The sandbox of this name, kept from ending as long as this goes on."""
        self._held[name] += 1
        try:
            yield self.get(name)
        finally:
            self._held[name] -= 1
            if not self._held[name]:
                del self._held[name]
            if name in self._used:
                self._used[name] = self._now()

    def _tell(self, watcher: Watcher | None, name: str, sandbox: Sandbox) -> None:
        if watcher is not None:
            watcher(name, sandbox)

    def _seed_of(self, name: str) -> int:
        if name == SHARED:
            return self._seed
        return int.from_bytes(hashlib.sha256(f"{self._seed}/{name}".encode()).digest()[:8])

    def _evict(self) -> None:
        """End what is too old or too many, longest unused first; what is held or just used stays."""
        now = self._now()
        for name in list(self._named)[:-1]:
            if len(self._named) <= self._limit and now - self._used[name] <= self._idle:
                return
            if name not in self._held:
                self.delete(name)
