"""Sends a realtime frame later; what comes behind it waits as well, so that the order stays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from understudy.server.actioncable.line import FramePlan
from understudy.server.faults.fault import FrameFault, Parameter
from understudy.server.faults.latency import LONGEST, Latency


class DelayFrame(FrameFault):
    """A frame that comes late."""

    name = "delay-frame"
    help = "the frame and those behind it come later"
    parameters = (
        Parameter("milliseconds", "number", 1_000, "how much later", 0, LONGEST),
        Parameter("up_to", "number", None, "at most so much later; the time is drawn from the range", 0, LONGEST),
    )
    check = Latency.check

    def plan(self, plan: FramePlan, values: Mapping[str, Any], random: Random) -> FramePlan:
        """Wait so long."""
        least, most = values["milliseconds"], values["up_to"]
        span = least if most is None else random.uniform(least, most)
        return replace(plan, delay=plan.delay + span / 1_000)
