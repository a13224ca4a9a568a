"""A short soak; the long one is run by hand."""

from __future__ import annotations

import asyncio

from benchmarks.sockets import soak
from processes import serving


def test_no_frame_is_lost_or_overtaken_under_steady_writes() -> None:
    """Fifty sockets hear every message that their contacts write, in order, while all of them write."""
    with serving("chatwoot", "--seed", "1", "--log", "quiet") as server:
        found = asyncio.run(soak(server.url, conversations=50, seconds=3, rate=150))
    assert found.written == 450
    assert (found.heard, found.lost, found.overtaken) == (450, 0, 0)
