"""Does nothing, and is marked as done: the template for another fault, and a way to see whom a rule hits.

A new fault: copy this file, give it a name, a stage, its parameters and an `act`, and list it in `catalogue`.
"""

from __future__ import annotations

from understudy.server.faults.fault import Fault, Hit


class Noop(Fault):
    """Nothing."""

    name = "noop"
    help = "nothing happens; the journal tells which calls the rule hits"
    stage = "before"

    async def act(self, hit: Hit) -> None:
        """Do nothing."""
