"""Resets the connection instead of answering, before the request has its effect or after it.

Afterwards is the nastier kind: the client cannot know whether to try again.
"""

from __future__ import annotations

from understudy.server.faults.fault import Fault, Hit, Parameter

BEFORE, AFTER = "before", "after"


class Reset(Fault):
    """A connection that breaks."""

    name = "reset"
    help = "the connection is reset, and there is no answer"
    stage = "answer"
    parameters = (
        Parameter(
            "when", "string", BEFORE, "whether it breaks before or after the request has its effect",
            choices=(BEFORE, AFTER),
        ),
    )  # fmt: skip

    async def act(self, hit: Hit) -> None:
        """Abort, once it is time to send."""
        hit.wire.abort = True
        hit.told = f"{hit.values['when']} the request has its effect"
        if hit.values["when"] == BEFORE:
            hit.call.unanswered = True
