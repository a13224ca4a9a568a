"""The event loop that what is quick runs on, and the collector's manners beside it.

Called by whoever serves, passes on or replays thousands of requests a second.
"""

from __future__ import annotations

import asyncio
import gc


def runner() -> asyncio.Runner:
    """What runs a program: on the quickest event loop there is."""
    from uvicorn.loops.auto import auto_loop_factory  # noqa: PLC0415 - heavy

    return asyncio.Runner(loop_factory=auto_loop_factory())


def keep_loaded() -> None:
    """Tell the collector that what is loaded by now stays: it need not look at it again, nor at each few requests."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(50_000, 20, 50)
