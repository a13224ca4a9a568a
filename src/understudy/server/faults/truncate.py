"""Breaks an answer off in the middle: ``Content-Length`` promises the whole body, and the connection closes early."""

from __future__ import annotations

from understudy.server.faults.fault import Fault, Hit, Parameter


class Truncate(Fault):
    """A body that ends too soon."""

    name = "truncate"
    help = "the connection closes before the body is complete"
    stage = "send"
    parameters = (
        Parameter("bytes", "integer", None, "how many bytes of the body arrive; null for half of them", 0, 10_000_000),
    )

    async def act(self, hit: Hit) -> None:
        """Keep the rest back."""
        size = len(hit.response.body)
        if size == 0 or hit.call.request.method == "head":
            hit.stand_back("the answer has no body")
            return
        wanted = hit.values["bytes"]
        hit.wire.keep = min(size // 2 if wanted is None else wanted, size - 1)
        hit.told = f"{hit.wire.keep} of {size} bytes"
