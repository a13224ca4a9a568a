"""Every fault there is, in the order in which several act on one call.

The control plane's document lists the same ones with the same parameters; a test compares.
"""

from __future__ import annotations

from collections.abc import Mapping

from understudy.server.faults.delay_frame import DelayFrame
from understudy.server.faults.drift import Drift
from understudy.server.faults.drop_socket import DropSocket
from understudy.server.faults.duplicate_frame import DuplicateFrame
from understudy.server.faults.fault import Fault, FrameFault
from understudy.server.faults.latency import Latency
from understudy.server.faults.malformed_json import MalformedJson
from understudy.server.faults.noop import Noop
from understudy.server.faults.reorder_frame import ReorderFrame
from understudy.server.faults.reset import Reset
from understudy.server.faults.slow_body import SlowBody
from understudy.server.faults.status import Status
from understudy.server.faults.truncate import Truncate

FAULTS: tuple[Fault | FrameFault, ...] = (
    Noop(),
    Latency(),
    Reset(),
    Status(),
    Drift(),
    MalformedJson(),
    Truncate(),
    SlowBody(),
    DuplicateFrame(),
    DelayFrame(),
    ReorderFrame(),
    DropSocket(),
)

BY_NAME: Mapping[str, Fault | FrameFault] = {fault.name: fault for fault in FAULTS}
