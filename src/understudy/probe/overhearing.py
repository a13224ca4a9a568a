"""Gathers what was overheard between others into one part of a report: what was judged, and what was not and why.

Called by the proxy's command and by whoever judges a record. What belongs to no path of the document is counted and
left alone: it is not the contract's. It must not know where the traffic was seen.
"""

from __future__ import annotations

import re
from collections import Counter

from understudy.contract.exchange import Event, Exchange
from understudy.contract.traffic import SWITCHING
from understudy.probe.judge import Judge
from understudy.probe.results import Part, Skipped

LISTED = 200
NOWHERE = "not in the document"
_UNJUDGED = re.compile(r"the (request|answer)'s body was not judged: (.*?)(?=; the answer's|$)")


class Overhearing:
    """Hands traffic to a judge.

    Args:
        judge: who judges.
        origin: where the traffic was seen, as reports name it.
    """

    def __init__(self, judge: Judge, origin: str) -> None:
        self.judge = judge
        self.origin = origin
        self.events = 0
        self._left: Counter[Skipped] = Counter()

    def exchange(self, exchange: Exchange, *, ignoring: frozenset[str] = frozenset()) -> None:
        """Judge an exchange."""
        self.judge.overhear(exchange, self.origin, ignoring=ignoring)
        request, response = exchange.request, exchange.response
        name = exchange.operation_id or f"{request.verb} {request.path}"
        socket = response is not None and response.status_code == SWITCHING
        if request.path_pattern is None and not socket:
            self.leave(name, NOWHERE)
        for side, reason in _UNJUDGED.findall(exchange.note):
            if request.path_pattern is not None:
                self.leave(name, f"the {side}'s body was not judged: {reason}")

    def event(self, event: Event) -> None:
        """Judge an event."""
        self.events += 1
        self.judge.judge_event(event, self.origin)

    def leave(self, what: str, reason: str) -> None:
        """Count something that is not judged; of too many different ones only their number is told."""
        entry = Skipped(what, reason)
        if entry not in self._left and len(self._left) >= LISTED:
            entry = Skipped("others", "not judged, for the reasons above")
        self._left[entry] += 1

    def part(self, seconds: float) -> Part:
        """What was overheard."""
        skipped = [
            Skipped(f"{entry.what} ({times} times)" if times > 1 else entry.what, entry.reason)
            for entry, times in self._left.items()
        ]
        heard = self.judge.overheard
        return Part("traffic", tried=heard + self.events, requests=heard, seconds=seconds, skipped=skipped)
