"""Sends a realtime frame more than once, one right after the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from understudy.server.actioncable.line import FramePlan
from understudy.server.faults.fault import FrameFault, Parameter


class DuplicateFrame(FrameFault):
    """A frame that comes again."""

    name = "duplicate-frame"
    help = "the frame is sent again"
    parameters = (Parameter("copies", "integer", 2, "how many times it is sent altogether", 2, 100),)

    def plan(self, plan: FramePlan, values: Mapping[str, Any], random: Random) -> FramePlan:  # noqa: ARG002 - the interface's
        """Send it so many times."""
        return replace(plan, copies=plan.copies * values["copies"])
