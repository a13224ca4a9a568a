"""Which core does what: the server on one, the load on another, where the system lets us say so.

Used by whoever starts a process that is measured, or that makes load.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

ANY: frozenset[int] = frozenset(os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else ())
SERVER: frozenset[int] = frozenset(sorted(ANY)[:1])
LOAD: frozenset[int] = frozenset(sorted(ANY)[-1:])


def told() -> str:
    """What a report says of it."""
    if not ANY:
        return "not pinned to cores"
    return f"server on core {min(SERVER)}, load on core {min(LOAD)}"


@contextmanager
def on(cores: frozenset[int]) -> Iterator[None]:
    """Stay on these cores; a process that is started meanwhile inherits it, and keeps it."""
    if not cores:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cores)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)
