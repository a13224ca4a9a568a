"""Sends a body bit by bit, with a pause between two pieces; stops when the client hangs up."""

from __future__ import annotations

from understudy.server.faults.fault import Fault, Hit, Parameter


class SlowBody(Fault):
    """A body that takes its time."""

    name = "slow-body"
    help = "the body comes in pieces, with pauses"
    stage = "send"
    parameters = (
        Parameter("bytes", "integer", 64, "how many bytes go at once", 1, 1_000_000),
        Parameter("milliseconds", "number", 100, "the pause between two pieces", 0, 60_000),
    )

    async def act(self, hit: Hit) -> None:
        """Say how."""
        size = len(hit.response.body)
        if size <= hit.values["bytes"] or hit.call.request.method == "head":
            hit.stand_back(f"the body has {size} bytes and goes at once; give `bytes` a smaller value")
            return
        hit.wire.piece, hit.wire.pause = hit.values["bytes"], hit.values["milliseconds"] / 1_000
        hit.told = f"{size} bytes, {hit.wire.piece} every {hit.values['milliseconds']:g} ms"
