"""What faults make of realtime frames, asked once for each data frame and socket.

A socket calls `FrameFaults`, sends by the plan that it gets, and notes the fault in the journal, so that it is never
taken for a bug. It must not know any socket.
"""

from __future__ import annotations

from dataclasses import replace

from understudy.server.actioncable.line import FramePlan
from understudy.server.faults.registry import Faults


class FrameFaults:
    """Plans for the frames of all sockets.

    Args:
        faults: the rules.
    """

    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    def __call__(self, sandbox: str, event: str, frame: str) -> FramePlan | None:  # noqa: ARG002 - the seam's
        """The plan for a frame; None where no fault meets it.

        Args:
            sandbox: the name of the sandbox whose event it carries; empty for everybody's.
            event: the event's name.
            frame: the frame as it is sent.
        """
        hits, random = self.faults.frame_hits(sandbox, event)
        if not hits or random is None:
            return None
        plan = FramePlan()
        for rule, fault in hits:
            plan = fault.plan(plan, rule.values, random)
        return replace(plan, fault="; ".join(fault.name for _, fault in hits))
