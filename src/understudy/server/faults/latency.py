"""Lets time pass before a request is answered: a fixed time, or one drawn from a range.

A client that hangs up meanwhile is answered at once, into the void: the request has its effect all the same, as on a
slow server.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.server.faults.fault import Fault, Hit, Parameter

LONGEST = 600_000


class Latency(Fault):
    """A late answer."""

    name = "latency"
    help = "the answer comes later"
    stage = "before"
    parameters = (
        Parameter("milliseconds", "number", 1_000, "how much later", 0, LONGEST),
        Parameter("up_to", "number", None, "at most so much later; the time is drawn from the range", 0, LONGEST),
    )

    def check(self, values: Mapping[str, Any]) -> None:
        """A range does not end before it begins."""
        least, most = values["milliseconds"], values["up_to"]
        if most is not None and most < least:
            raise ValueError(f"`up_to` is {most:g}; give it at least `milliseconds`, which is {least:g}")

    async def act(self, hit: Hit) -> None:
        """Wait."""
        least, most = hit.values["milliseconds"], hit.values["up_to"]
        span = least if most is None else hit.random.uniform(least, most)
        hit.told = f"{span:.0f} ms"
        await hit.waits.wait(span / 1_000, hit.receive)
