"""Which core does what: the server on one, the load on another, where the system lets us say so.

Used by whoever starts a process that is measured, or that makes load.
"""

from __future__ import annotations

import os
from collections.abc import Callable


def _cores() -> list[int]:
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


_ALLOWED = _cores()
SERVER_CORE = _ALLOWED[0] if _ALLOWED else None
LOAD_CORE = _ALLOWED[-1] if _ALLOWED else None


def told() -> str:
    """What a report says of it."""
    if SERVER_CORE is None:
        return "not pinned to cores"
    return f"server on core {SERVER_CORE}, load on core {LOAD_CORE}"


def pinned(core: int | None) -> Callable[[], None] | None:
    """What a child process calls before it starts, to stay on one core."""
    if core is None:
        return None
    return lambda: os.sched_setaffinity(0, {core})
