"""Breaks the JSON of an answer so that no parser takes it; everything else is right, ``Content-Length`` included."""

from __future__ import annotations

import json

from understudy.server.faults.answers import is_json, with_body
from understudy.server.faults.fault import Fault, Hit, Parameter

CUT, TAIL = "cut", "tail"


class MalformedJson(Fault):
    """JSON that is none."""

    name = "malformed-json"
    help = "the JSON of the answer cannot be parsed"
    stage = "alter"
    parameters = (
        Parameter(
            "how", "string", CUT, "whether it is cut off, or goes on after its end with a bracket too many",
            choices=(CUT, TAIL),
        ),
    )  # fmt: skip

    async def act(self, hit: Hit) -> None:
        """Break it."""
        if not is_json(hit.call, hit.response):
            hit.stand_back("the answer is not JSON")
            return
        body = hit.response.body
        cut = body[: max(1, len(body) // 2)]
        # Half a number is a number too.
        broken = cut if hit.values["how"] == CUT and not _parses(cut) else body + b"}"
        hit.told = f"{len(broken)} of {len(body)} bytes" if broken is cut else "a bracket too many"
        hit.answer(with_body(hit.response, broken))


def _parses(body: bytes) -> bool:
    try:
        json.loads(body)
    except ValueError:
        return False
    return True
