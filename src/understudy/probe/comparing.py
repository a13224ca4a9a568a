"""Sends the same to two deployments: scenarios, generated cases and call sequences, with each side's own identifiers.

Request by request on both sides at once, so that both go through the same states. A side that dies, or limits the rate,
ends the comparison and not its report. Called by `compared`; what a difference is worth is decided elsewhere.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field

from understudy.contract.exchange import Exchange, Request
from understudy.probe.alignment import Alignment
from understudy.probe.building import BuildError
from understudy.probe.cases.case import Case
from understudy.probe.compare import Comparison
from understudy.probe.judge import Judge
from understudy.probe.known import Known
from understudy.probe.play import Outcome, play
from understudy.probe.replay import HARMLESS
from understudy.probe.results import Skipped
from understudy.probe.scenario import Scenario
from understudy.probe.sequences import play as sequences
from understudy.probe.sequences.sequence import CallSequence, Step
from understudy.probe.target import TOO_MANY, Target
from understudy.probe.verify import Progress

UNSAFE = "it may change something; --unsafe sends it"


@dataclass
class Order:
    """What is to be sent.

    Attributes:
        parts: the names of the parts, in order.
        scenarios: the scenarios that may be played.
        cases: the generated cases.
        sequences: the call sequences.
        safe: whether only what reads may be sent; of scenarios, what is declared harmless.
        seconds: the budget of all together; None for as long as it takes.
        seed: the seed of the cases.
    """

    parts: Sequence[str]
    scenarios: Sequence[Scenario] = ()
    cases: Sequence[Case] = ()
    sequences: Sequence[CallSequence] = ()
    safe: bool = False
    seconds: float | None = None
    seed: int = 0


@dataclass
class Side:
    """One deployment: where it is, who judges it, and what its owner knows.

    Attributes:
        known: what scenarios are given.
        given: what the owner gave.
        found: what the first requests found it to hold.
    """

    target: Target
    judge: Judge
    known: Mapping[str, object]
    given: Mapping[str, object]
    found: Known = field(init=False)

    def __post_init__(self) -> None:
        self.found = Known(self.judge.main, self.given)

    async def ask(self, request: Request, operation_id: str) -> Exchange:
        """Send a request and have its answer judged."""
        exchange = await self.target.ask(request, operation_id)
        self.judge.judge(exchange, "compare")
        return exchange


class _EndedError(Exception):
    """One side can no longer be asked; the message says why."""


class Comparing:
    """One comparison under way.

    Args:
        a: the first deployment.
        b: the second.
        order: what is to be sent.
        progress: told how far it is.
    """

    def __init__(self, a: Side, b: Side, order: Order, progress: Progress) -> None:
        self.sides = (a, b)
        self.order = order
        self.progress = progress
        self.comparison = Comparison(a.target.url, b.target.url, order.seed, documented=tuple(a.judge.main.by_id))

    async def run(self) -> Comparison:
        """Send everything, or as much as time and both deployments allow."""
        parts: Mapping[str, Callable[[], Awaitable[None]]] = {
            "scenarios": self._scenarios,
            "cases": self._cases,
            "sequences": self._sequences,
        }
        ends = None if self.order.seconds is None else time.monotonic() + self.order.seconds
        for name in self.order.parts:
            try:
                async with asyncio.timeout(None if ends is None else max(0.0, ends - time.monotonic())):
                    await parts[name]()
            except TimeoutError:
                self.comparison.cut_short = f"{name}: the time was over; give more with --time"
            except _EndedError as error:
                self.comparison.cut_short = f"{name}: {error}"
            except asyncio.CancelledError:
                self.comparison.cut_short = f"{name}: interrupted"
            if self.comparison.cut_short:
                break
        return self.comparison

    async def _scenarios(self) -> None:
        todo = self.order.scenarios
        for index, scenario in enumerate(todo):
            self.progress("scenarios", index, len(todo), scenario.name)
            if self.order.safe and not scenario.harmless:
                self._skip(scenario.name, "it is not declared harmless; --unsafe plays it")
                continue
            one, other = await asyncio.gather(*(play(scenario, s.target, s.judge, s.known) for s in self.sides))
            self._outcomes(scenario.name, (one.skipped, other.skipped))
            for left, right in zip(one.answers, other.answers, strict=False):
                if left.operation_id != right.operation_id:
                    break  # one side could not go on, and the rest has no partner
                self._hold(left, right)
            laws = _laws(one), _laws(other)
            for side, count, partner in ((0, laws[0], laws[1]), (1, laws[1], laws[0])):
                if count > partner:
                    self.comparison.laws.append((scenario.name, self.sides[side].target.url, count - partner))
        self.progress("scenarios", len(todo), len(todo), "")

    async def _cases(self) -> None:
        todo = self.order.cases
        await self._identify(todo)
        for index, case in enumerate(todo):
            self.progress("cases", index, len(todo), f"{case.operation_id}, {case.title}")
            why = self._barred([case.operation_id], case.ask.method)
            if why:
                self._skip(f"{case.operation_id}, {case.title}", why)
                continue
            try:
                asked = [side.found.request(case) for side in self.sides]
            except (BuildError, ValueError) as error:
                self._skip(f"{case.operation_id}, {case.title}", f"it cannot be sent: {error}")
                continue
            pair = await self._ask(asked, case.operation_id)
            self._hold(*pair, fickle=await self._fickle(pair, asked))
        self.progress("cases", len(todo), len(todo), "")

    async def _identify(self, cases: Sequence[Case]) -> None:
        """Find out what each side holds, so that cases ask for what is there."""
        if self.order.safe:
            return
        makers = [side.found.makers(cases, self.order.seed) for side in self.sides]
        for pair in zip(*makers, strict=False):
            outcomes = await self._play_pair(*pair)
            for side, outcome in zip(self.sides, outcomes, strict=True):
                side.found.learn(outcome.known)

    async def _sequences(self) -> None:
        todo = self.order.sequences
        for index, sequence in enumerate(todo):
            self.progress("sequences", index, len(todo), sequence.title)
            why = self._barred([step.operation_id for step in sequence.steps])
            if not why and any(step.lane for step in sequence.steps):
                why = "it asks for several things at once, and which comes first is chance"
            if why:
                self._skip(sequence.title, why)
                continue
            await self._play_pair(sequence, sequence)
        self.progress("sequences", len(todo), len(todo), "")

    async def _play_pair(self, one: CallSequence, other: CallSequence) -> list[sequences.Outcome]:
        """Play a sequence on both sides, and hold what was answered side by side."""

        def judging(side: Side) -> sequences.Judged:
            def judged(exchange: Exchange, _step: Step) -> None:
                side.judge.judge(exchange, "compare")

            return judged

        outcomes = await asyncio.gather(
            *(
                sequences.play(sequence, side.target, side.judge.main, side.found.values, judging(side))
                for sequence, side in zip((one, other), self.sides, strict=True)
            )
        )
        self._outcomes(one.title, (outcomes[0].skipped, outcomes[1].skipped))
        for (step, left), (partner, right) in zip(outcomes[0].exchanges, outcomes[1].exchanges, strict=False):
            if step.operation_id != partner.operation_id:
                break
            self._hold(left, right)
        return outcomes

    async def _ask(self, asked: Sequence[Request], operation_id: str) -> tuple[Exchange, Exchange]:
        one, other = await asyncio.gather(
            *(side.ask(request, operation_id) for side, request in zip(self.sides, asked, strict=True))
        )
        return one, other

    async def _fickle(self, pair: tuple[Exchange, Exchange], asked: Sequence[Request]) -> set[str]:
        """Where answers of unlike shape are so by chance: asked again, a side does not agree with itself."""
        if asked[0].verb not in HARMLESS or not any(one.kind == "shape" for one in Alignment().differences(*pair)):
            return set()
        again = await self._ask(asked, pair[0].operation_id)
        return {
            difference.where
            for before, after in zip(pair, again, strict=True)
            for difference in Alignment().differences(before, after)
            if difference.kind == "shape"
        }

    def _barred(self, operations: Sequence[str], method: str | None = None) -> str:
        """Why something may not be sent; empty if it may."""
        known = [self.sides[0].judge.main.by_id.get(name) for name in operations]
        if None in known:
            return "the document does not have all its operations"
        methods = [method or (operation.method if operation is not None else "") for operation in known]
        return UNSAFE if self.order.safe and any(one.upper() not in HARMLESS for one in methods) else ""

    def _hold(self, left: Exchange, right: Exchange, fickle: Collection[str] = ()) -> None:
        """Hold two answers side by side, unless one is no answer to the request.

        Errors: `_EndedError`.
        """
        limited = [
            side.target.url
            for side, exchange in zip(self.sides, (left, right), strict=True)
            if exchange.response is not None and exchange.response.status_code == TOO_MANY
        ]
        if len(limited) == 1:
            raise _EndedError(
                f"{limited[0]} limits the rate, and the two are no longer in the same state; "
                "give what it allows with --rate"
            )
        if limited:
            self._skip(left.operation_id, "both limit the rate; give what they allow with --rate")
        elif left.response is None and right.response is None:
            self._skip(left.operation_id, f"neither answers: {left.note}")
        else:
            self.comparison.hold(left, right, fickle)
        for side in self.sides:
            if silence := side.judge.silence():
                raise _EndedError(f"{side.target.url} no longer answers ({silence})")

    def _outcomes(self, what: str, reasons: tuple[str, str]) -> None:
        if reasons[0] == reasons[1]:
            if reasons[0]:
                self._skip(what, reasons[0])
            return
        for side, reason in zip(self.sides, reasons, strict=True):
            if reason:
                self._skip(what, f"{side.target.url}: {reason}")

    def _skip(self, what: str, reason: str) -> None:
        self.comparison.skipped.append(Skipped(what, reason))


def _laws(outcome: Outcome) -> int:
    return sum(broken.code == "law-broken" for one in outcome.exchanges for broken in one.violations)
