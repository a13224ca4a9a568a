"""Holds a realtime frame back until later ones have overtaken it; after a while it goes all the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from understudy.server.actioncable.line import FramePlan
from understudy.server.faults.fault import FrameFault, Parameter
from understudy.server.faults.latency import LONGEST


class ReorderFrame(FrameFault):
    """A frame that comes out of order."""

    name = "reorder-frame"
    help = "later frames come first"
    parameters = (
        Parameter("overtaken_by", "integer", 1, "how many later frames of the socket go first", 1, 100),
        Parameter("milliseconds", "number", 5_000, "after how long it goes if they do not come", 1, LONGEST),
    )

    def plan(self, plan: FramePlan, values: Mapping[str, Any], random: Random) -> FramePlan:  # noqa: ARG002 - the interface's
        """Let so many go first."""
        later, patience = values["overtaken_by"], values["milliseconds"] / 1_000
        return replace(plan, overtaken_by=max(plan.overtaken_by, later), patience=max(plan.patience, patience))
