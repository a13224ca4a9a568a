"""Searches a deployment for failures, phase by phase, and keeps what it finds in a corpus: `fuzz --against`.

First it is found out what the deployment holds, then Schemathesis searches with the contract as its check; after each
phase what showed a finding is tried again, made small and written. Interrupt it at any moment: what was found is kept.
Called by `live_command`. It must not read files nor print.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from understudy.contract.exchange import Exchange, Request
from understudy.probe.cases.case import Case
from understudy.probe.corpus import Shard
from understudy.probe.judge import Finding
from understudy.probe.keeper import Keeper
from understudy.probe.properties import Outcome, hunt
from understudy.probe.replay import Replay
from understudy.probe.results import Part, Results, Skipped
from understudy.probe.searching.wish import Wish, identifiers
from understudy.probe.target import Target

PHASES: Mapping[str, tuple[str, ...]] = {
    "coverage": ("examples", "coverage"),
    "fuzzing": ("fuzzing",),
    "stateful": ("stateful",),
}
"""The parts of a search, in order, each with Schemathesis' phases."""


@dataclass
class Order:
    """What is to be searched for, and how.

    Attributes:
        wish: what is searched for, in all phases.
        cases: cases of every operation: what they leave open is looked for on the deployment.
        shard: the part of the whole that is searched.
        seconds: the budget for everything; None for as long as it takes.
    """

    wish: Wish
    cases: Sequence[Case]
    shard: Shard = field(default_factory=Shard)
    seconds: float | None = None


@dataclass
class Live:
    """One search under way.

    Args:
        target: the deployment, open, for the search.
        replay: its replay, for what is found out and tried again; the same judge, and a target of its own.
        keeper: keeps what is found.
        order: what is to be searched for.

    Attributes:
        outcome: what became of the search.
        parts: what was done.
        interrupted: whether somebody had enough.
    """

    target: Target
    replay: Replay
    keeper: Keeper
    order: Order
    outcome: Outcome = field(default_factory=Outcome)
    parts: list[Part] = field(default_factory=list)
    interrupted: bool = False
    _ends: float | None = None
    _wish: Wish = field(default_factory=Wish)

    async def run(self) -> None:
        """Search to the end, or as far as time, deployment and patience go."""
        self._ends = None if self.order.seconds is None else asyncio.get_running_loop().time() + self.order.seconds
        await self._part("identifiers", self._identify)
        judge, replay = self.replay.judge, self.replay
        known = {**identifiers(judge.main, judge.exchanges), **replay.known.identifiers()}
        self._wish = replace(self.order.wish, known=known, settled=self.keeper.known())
        for number, (name, phases) in enumerate(PHASES.items()):
            wish = replace(self._wish, phases=phases, only=self._dealt(name))
            if wish.only is None or wish.only:
                await self._part(name, self._searching(wish, len(PHASES) - number))
            await self._part("keeping", self._keep)
            if self.interrupted or self.outcome.gone:
                break

    def results(self, started: float, seconds: float) -> Results:
        """What was found."""
        self.replay.parts = self.parts
        return self.replay.results(started, seconds)

    def failing(self) -> list[Finding]:
        """The findings that make it fail."""
        return self.results(0.0, 0.0).failing

    def _dealt(self, phase: str) -> frozenset[str] | None:
        """The operations that a phase asks: dealt out to the shards in turn, all sequences as the last of them.

        None for all. The first seed to differ by one moves each operation on to the next shard.
        """
        shard, seed = self.order.shard, self.order.wish.seed
        if shard.of == 1:
            return None
        names = [*self.replay.judge.main.by_id, ""]
        mine = frozenset(name for number, name in enumerate(names) if (number + seed) % shard.of == shard.number - 1)
        if phase == "stateful":
            return None if "" in mine else frozenset()
        return mine - {""}

    async def _part(self, name: str, run: Callable[[Part], Awaitable[None]]) -> None:
        part = next((one for one in self.parts if one.name == name), None)
        if part is None:
            part = Part(name)
            self.parts.append(part)
        begun, asked = time.monotonic(), self._asked()
        try:
            await run(part)
        except TimeoutError:
            part.cut_short = f"{name}: the time was over after {part.tried} of them; give more with --time"
        except asyncio.CancelledError:
            part.cut_short = f"{name}: interrupted"
        finally:
            part.seconds += time.monotonic() - begun
            part.requests += self._asked() - asked
            if self.interrupted and not any(one.cut_short for one in self.parts):
                part.cut_short = f"{name}: interrupted"

    def _asked(self) -> int:
        return self.target.asked + self.replay.target.asked

    async def _identify(self, part: Part) -> None:
        async with asyncio.timeout_at(self._ends):
            await self.replay.identify(part, self.order.cases)

    def _searching(self, wish: Wish, left: int) -> Callable[[Part], Awaitable[None]]:
        async def search(part: Part) -> None:
            before = self.outcome.sent
            wished = wish
            if self._ends is not None:
                # What one phase leaves of its time, the next ones have.
                now = asyncio.get_running_loop().time()
                wished = replace(wish, seconds=max(0.0, self._ends - now) / left)
            told = self.replay.progress
            try:
                await hunt(self.target, self.replay.judge, wished, lambda *said: told(part.name, *said), self.outcome)
            finally:
                outcome = self.outcome
                part.tried += outcome.sent - before
                part.skipped += [one for one in outcome.skipped if part.name == "fuzzing" and wish.asks(one.what)]
                part.skipped += [Skipped("a part of the search", error) for error in outcome.errors]
                outcome.errors = []
            if outcome.gone:
                reason = f"the deployment no longer answers ({outcome.gone}); this is only a part of the report"
                part.cut_short = f"{part.name}: {reason}"
            elif outcome.unasked and part.name != "stateful":
                names = ", ".join(outcome.unasked)
                part.cut_short = (
                    f"{part.name}: the time was over before these were asked: {names}; give more with --time"
                )

        return search

    async def _keep(self, part: Part) -> None:
        """Keep what was found so far; what is not to be asked any more is written as it was met."""
        failing = self.failing()
        shown = {finding.fingerprint: self._showing(finding) for finding in failing}
        loop = asyncio.get_running_loop()
        ends = loop.time() if self.interrupted else self._ends
        await self.keeper.keep(failing, shown, ends, asked=not self.outcome.gone)
        part.tried = len(self.keeper.told)

    def _showing(self, finding: Finding) -> Sequence[Request]:
        """The requests that show a finding; where none were made small, the first that was met."""
        known = self.outcome.failing.get(finding.fingerprint)
        if known:
            return known
        first = next((one for one in finding.exchanges if isinstance(one, Exchange)), None)
        own = {name.lower().encode() for name in self.target.manners.own}
        if first is None:
            return ()
        request = first.request
        return (request.but(headers=[pair for pair in request.raw_headers if pair[0].lower() not in own]),)
