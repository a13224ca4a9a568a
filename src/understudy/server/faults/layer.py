"""The layer in which faults come to pass: behind the request's judgement, in front of whoever answers.

The stack has it once. It lets each fault act at its stage, and marks the call; `Outbound` neither enforces what a fault
made of an answer nor takes it for a bug. A bug of ours is never hidden by a fault: an answer that is broken already is
left alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from starlette.types import ASGIApp, Receive, Scope, Send

from understudy.server.call import SCOPE_KEY, Call, Part
from understudy.server.faults.fault import Fault, Hit, Stage
from understudy.server.faults.registry import Faults
from understudy.server.faults.rules import Rule
from understudy.server.preferring import Synthesisers
from understudy.server.wire import Waits

Hits = list[tuple[Rule, Fault, Hit]]


class FaultLayer:
    """Lets faults meet the calls that the rules name.

    Args:
        app: whoever answers.
        parts: whose calls may be met; the control plane's are not among them, lest nobody could end a fault.
        faults: the rules.
        synthesisers: make answers from the document alone.
        waits: keep the pauses.
    """

    def __init__(
        self, app: ASGIApp, *, parts: Sequence[Part], faults: Faults, synthesisers: Synthesisers, waits: Waits
    ) -> None:
        self.app = app
        self.faults = faults
        self.synthesisers = synthesisers
        self.waits = waits
        self._meant = {id(part) for part in parts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one call, as the rules will have it."""
        if scope["type"] != "http" or id(scope[SCOPE_KEY].part) not in self._meant:
            await self.app(scope, receive, send)
            return
        call: Call = scope[SCOPE_KEY]
        struck, random = self.faults.hits(call)
        if not struck or random is None:
            await self.app(scope, receive, send)
            return
        make = partial(Hit, call, random=random, receive=receive, synthesisers=self.synthesisers, waits=self.waits)
        hits = [(rule, fault, make(rule.values)) for rule, fault in struck]
        met: list[Hit] = []
        try:
            await self._before(call, hits, met)
            if call.response is None and not call.unanswered:
                await self.app(scope, receive, send)
            await self._after(call, hits, met)
        finally:
            _mark(call, hits, met)

    async def _before(self, call: Call, hits: Hits, met: list[Hit]) -> None:
        """Let act what comes before an answer or instead of one."""
        for fault, hit in _at("before", hits):
            met.append(hit)
            await fault.act(hit)
        for fault, hit in _at("answer", hits):
            met.append(hit)
            if call.response is not None or call.unanswered:
                hit.stand_back("another fault has answered")
            else:
                await fault.act(hit)

    async def _after(self, call: Call, hits: Hits, met: list[Hit]) -> None:
        """Let act what is done to an answer, and to how it is sent."""
        reason = _untouchable(call) if any(_at("alter", hits)) else ""
        for fault, hit in _at("alter", hits):
            met.append(hit)
            if reason:
                hit.stand_back(reason)
            else:
                await fault.act(hit)
        for fault, hit in _at("send", hits):
            met.append(hit)
            if call.response is None or (call.wire is not None and call.wire.abort):
                hit.stand_back("the connection is reset")
            else:
                await fault.act(hit)


def _at(stage: Stage, hits: Hits) -> list[tuple[Fault, Hit]]:
    return [(fault, hit) for _, fault, hit in hits if fault.stage == stage]


def _untouchable(call: Call) -> str:
    """Why an answer must be left as it is; empty if it may be altered."""
    if call.response is None:
        return "there is no answer"
    if call.refused:
        return "the answer is our own refusal"
    broken = call.part.contract.check_response(call.request, call.response)
    if any(violation.where.startswith(("/body", "/status")) for violation in broken):
        return "the answer breaks the document already"
    return ""


def _mark(call: Call, hits: Hits, met: list[Hit]) -> None:
    """Say on the call what happened, and take back the hits of what did not."""
    for rule, fault, hit in hits:
        if hit not in met:
            hit.stand_back("the request failed before")
        if hit.happened:
            call.faults.append(fault.name)
            call.mark(f"{fault.name}: {hit.told}" if hit.told else fault.name)
        else:
            rule.hits -= 1
            call.mark(f"{fault.name} did not happen: {hit.told}")
