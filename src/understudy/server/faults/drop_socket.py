"""Cuts a socket off where a realtime frame should go: no close frame, no frame, as when a network goes away."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random
from typing import Any

from understudy.server.actioncable.line import FramePlan
from understudy.server.faults.fault import FrameFault


class DropSocket(FrameFault):
    """A socket that is gone."""

    name = "drop-socket"
    help = "the socket is cut off instead of the frame being sent"

    def plan(self, plan: FramePlan, values: Mapping[str, Any], random: Random) -> FramePlan:  # noqa: ARG002 - the interface's
        """Cut it off."""
        return replace(plan, drop=True)
