"""Replays a corpus: every case and sequence against a deployment, each answer judged by the contract.

A valid request must be answered as documented; an invalid one, too, and never by a failure. That one is accepted is a
remark. Called by the command line, by way of `replay_command`. It must not read files nor print.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from understudy.contract.exchange import Exchange, Request
from understudy.contract.violations import Violation
from understudy.probe.baseline import Baseline
from understudy.probe.building import BuildError
from understudy.probe.cases.case import Case
from understudy.probe.corpus import Item
from understudy.probe.judge import Judge
from understudy.probe.known import Known
from understudy.probe.labelled import judge_case
from understudy.probe.results import Part, Results, Skipped, gather
from understudy.probe.scenario import MARK, Scenario
from understudy.probe.sequences import play as playing
from understudy.probe.sequences.sequence import CallSequence, Step
from understudy.probe.target import Target
from understudy.probe.verify import Progress, mark

DERIVED = frozenset({"links", "names"})
"""Origins of sequences that expect nothing of values that were made."""
HARMLESS = frozenset({"GET", "HEAD", "OPTIONS"})
WATCHED = 50
"""After how many answers it is looked whether the deployment still answers."""
PACE = 0.2
"""Seconds between two words of progress."""

Told = Callable[[Item, int, Exchange], None]
"""Told each exchange: the case or sequence it belongs to, and the how manieth of it."""


@dataclass
class Order:
    """What is to be replayed, and how.

    Attributes:
        items: cases and sequences, in order.
        given: what the deployment's owner gave, by name.
        safe: whether only what reads may be sent.
        concurrency: how many requests are under way at once.
        seconds: the budget; None for as long as it takes.
        seed: the corpus' seed.
        baseline: the accepted findings.
        fails_on: see `Results`.
        told: told each exchange.
        scenarios: the scenarios whose words reports show, where one of their laws is broken.
        afresh: whether what sequences make is marked anew each time; if not, as the corpus has it.
    """

    items: Sequence[Item]
    given: Mapping[str, str] = field(default_factory=dict)
    safe: bool = False
    concurrency: int = 16
    seconds: float | None = None
    seed: int = 0
    baseline: Baseline = field(default_factory=Baseline)
    fails_on: frozenset[str] | None = None
    told: Told = lambda _item, _number, _exchange: None
    scenarios: Sequence[Scenario] = ()
    afresh: bool = True


class GoneError(Exception):
    """The deployment no longer answers."""


class Replay:
    """One replay under way.

    Args:
        target: the deployment, open.
        judge: who judges.
        order: what is to be replayed.
        progress: told how far it is.

    Attributes:
        known: what stands for the names that cases leave open.
        shown: the fingerprints of the findings that each item has shown, by its id.
    """

    def __init__(self, target: Target, judge: Judge, order: Order, progress: Progress) -> None:
        self.target = target
        self.judge = judge
        self.order = order
        self.progress = progress
        self.known = Known(judge.main, order.given)
        self.shown: dict[str, set[str]] = {}
        self.parts: list[Part] = []
        self._told_at = 0.0

    async def run(self) -> None:
        """Send everything: what finds the identifiers, then cases, then sequences."""
        ends = None if self.order.seconds is None else time.monotonic() + self.order.seconds
        cases = [item for item in self.order.items if isinstance(item, Case)]
        sequences = [item for item in self.order.items if isinstance(item, CallSequence)]
        runs: list[tuple[str, Callable[[Part], Any]]] = [
            ("identifiers", lambda part: self.identify(part, cases)),
            ("cases", lambda part: self._cases(part, cases)),
            ("sequences", lambda part: self._sequences(part, sequences)),
        ]
        for name, run in runs:
            part = Part(name)
            self.parts.append(part)
            await self._part(part, run, ends)
            if part.cut_short:
                break

    async def _part(self, part: Part, run: Callable[[Part], Any], ends: float | None) -> None:
        begun, asked = time.monotonic(), self.target.asked
        try:
            async with asyncio.timeout(None if ends is None else max(0.0, ends - begun)):
                await run(part)
        except TimeoutError:
            part.cut_short = f"{part.name}: the time was over after {part.tried} of them; give more with --time"
        except GoneError as error:
            part.cut_short = f"{part.name}: {error}"
        except asyncio.CancelledError:
            part.cut_short = f"{part.name}: interrupted after {part.tried} of them"
        finally:
            part.seconds, part.requests = time.monotonic() - begun, self.target.asked - asked

    def results(self, started: float, seconds: float) -> Results:
        """What was found."""
        return gather(
            self.judge,
            target=self.target.url,
            seed=self.order.seed,
            started=started,
            seconds=seconds,
            parts=self.parts,
            baseline=self.order.baseline,
            fails_on=self.order.fails_on,
            scenarios=self.order.scenarios,
        )

    async def identify(self, part: Part, cases: Sequence[Case]) -> None:
        """Find out what the deployment holds, so that cases ask for what is there."""
        if self.order.safe:
            return
        for sequence in self.known.makers(cases, self.order.seed):
            part.tried += 1
            outcome = await playing.play(
                sequence, self.target, self.judge.main, self.known.values, self._judged_step(sequence, "identifiers")
            )
            self.known.learn(outcome.known)
            if outcome.skipped:
                hint = "; give what it needs with --param" if sequence.steps[-1].names() else ""
                part.skipped.append(Skipped(sequence.title, f"{outcome.skipped}{hint}"))

    async def _cases(self, part: Part, cases: Sequence[Case]) -> None:
        todo = self._requests(part, cases)

        async def work() -> None:
            for case, request in todo:
                exchange = await self.target.ask(request, case.operation_id)
                self.judged(case, exchange)
                self.order.told(case, 0, exchange)
                part.tried += 1
                self._watch(part, len(cases), case.title)

        await _all(work() for _ in range(self.order.concurrency))
        self.progress(part.name, part.tried, len(cases), "")

    def _requests(self, part: Part, cases: Sequence[Case]) -> Iterator[tuple[Case, Request]]:
        contract, safe = self.judge.main, self.order.safe
        for case in cases:
            if case.operation_id not in contract.by_id:
                part.skipped.append(Skipped(case.id, f"the document has no {case.operation_id} any more"))
                continue
            method = case.ask.method or contract.by_id[case.operation_id].method.upper()
            if safe and method not in HARMLESS:
                part.skipped.append(
                    Skipped(f"{case.id} {case.operation_id}", "it may change something; --unsafe sends it")
                )
                continue
            try:
                yield case, self.request(case)
            except (BuildError, ValueError) as error:
                part.skipped.append(Skipped(f"{case.id} {case.operation_id}", f"it cannot be sent: {error}"))

    def request(self, case: Case) -> Request:
        """A case's request, with nothing left open."""
        return self.known.request(case)

    async def _sequences(self, part: Part, sequences: Sequence[CallSequence]) -> None:
        todo = iter(sequences)

        async def work() -> None:
            for sequence in todo:
                reason = self._not_played(sequence)
                if not reason:
                    outcome = await self.play(sequence)
                    part.tried += 1
                    reason = outcome.skipped
                    for number, (_, exchange) in enumerate(outcome.exchanges):
                        self.order.told(sequence, number, exchange)
                if reason:
                    part.skipped.append(Skipped(f"{sequence.id} {sequence.title}", reason))
                self._watch(part, len(sequences), sequence.title)

        await _all(work() for _ in range(max(1, self.order.concurrency // 4)))
        self.progress(part.name, part.tried, len(sequences), "")

    def _not_played(self, sequence: CallSequence) -> str:
        operations = [self.judge.main.by_id.get(step.operation_id) for step in sequence.steps]
        if None in operations:
            return "the document does not have all its operations any more"
        if self.order.safe and any(o is not None and o.method.upper() not in HARMLESS for o in operations):
            return "it may change something; --unsafe sends it"
        if sequence.origin not in DERIVED:
            needed = {name for step in sequence.steps for name in step.ask.open} - {MARK, *self.known.given}
            return f"needs {', '.join(f'--param {name}=…' for name in sorted(needed))}" if needed else ""
        return ""

    async def play(self, sequence: CallSequence) -> playing.Outcome:
        """Play a sequence, with what the deployment's owner gave."""
        return await playing.play(
            sequence, self.target, self.judge.main, self.given(), self._judged_step(sequence, sequence.title)
        )

    def given(self) -> dict[str, Any]:
        """What a sequence is given: what the deployment's owner gave, and a mark of its own.

        So it does not meet what another one made, or the same one before.
        """
        return {**({MARK: mark(self.order.seed)} if self.order.afresh else {}), **self.known.given}

    def _judged_step(self, sequence: CallSequence, origin: str) -> playing.Judged:
        def judged(exchange: Exchange, step: Step) -> None:
            self.judge.met.clear()
            playing.judge_step(self.judge, sequence, step, exchange, origin)
            self._keep(sequence.id)

        return judged

    def judged(self, case: Case, exchange: Exchange) -> None:
        """Judge the answer to a case."""
        self.judge.met.clear()
        judge_case(self.judge, case, exchange)
        self._keep(case.id)

    def differs(self, item: Item, exchange: Exchange, violation: Violation) -> None:
        """Keep that an answer is not as it was recorded."""
        self.judge.met.clear()
        self.judge.law(violation, exchange, item.title)
        self._keep(item.id)

    def first(self, fingerprint: str) -> Item | None:
        """The first item that showed a finding; None where none did by itself."""
        return next((item for item in self.order.items if fingerprint in self.shown.get(item.id, ())), None)

    def _keep(self, identity: str) -> None:
        if self.judge.met:
            self.shown.setdefault(identity, set()).update(self.judge.met)

    def _watch(self, part: Part, total: int, title: str) -> None:
        if part.tried % WATCHED == 0 and (silence := self.judge.silence()):
            raise GoneError(f"the deployment no longer answers ({silence}); this is only a part of the report")
        now = time.monotonic()
        if now - self._told_at > PACE:
            self._told_at = now
            self.progress(part.name, part.tried, total, title)


async def _all(workers: Iterator[Any]) -> None:
    """Run workers; the first that fails ends all."""
    try:
        async with asyncio.TaskGroup() as group:
            for worker in workers:
                group.create_task(worker)
    except BaseExceptionGroup as errors:
        raise errors.exceptions[0] from None
