"""Verifies a deployment: plays scenarios, sends every documented example and boundary, lets properties search.

Each part hands its exchanges to the same judge, keeps to one budget, and says what it could not reach. Called by the
command line. A deployment that dies half-way ends a part, not the report. It must not print.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from understudy.probe.baseline import Baseline
from understudy.probe.examples import send_examples
from understudy.probe.judge import Judge
from understudy.probe.play import play
from understudy.probe.results import Part, Results, Skipped, gather
from understudy.probe.scenario import Scenario
from understudy.probe.target import Target

BEFORE_THE_END = 1.0
"""How much earlier than the time is over a part that can end by itself is to do so, in seconds."""

Progress = Callable[[str, int, int, str], None]
"""Told the part, how far it is, of how many, and what comes next."""


class GoneError(Exception):
    """The deployment no longer answers."""


@dataclass
class Order:
    """What is to be verified, and how.

    Attributes:
        known: what only the deployment's owner knows, by name.
        scenarios: the scenarios to play.
        safe: whether only what is declared harmless may be sent.
        seconds: the budget for all parts together; None for as long as it takes.
        seed: the seed of all that is chosen by chance.
        baseline: the accepted findings.
        fails_on: the profiles whose broken promises make it fail; None for laws and the first profile.
        parts: the names of the parts to run.
        max_cases: how many cases the examples part sends at most.
        max_examples: how many cases the properties part makes of each operation by chance, and how many sequences.
        database: where the properties part keeps what it found: a ``redis://`` URL or a directory; None for nowhere.
    """

    known: Mapping[str, str] = field(default_factory=dict)
    scenarios: Sequence[Scenario] = ()
    safe: bool = False
    seconds: float | None = None
    seed: int = 0
    baseline: Baseline = field(default_factory=Baseline)
    fails_on: frozenset[str] | None = None
    parts: Sequence[str] = ("scenarios",)
    max_cases: int = 1_000
    max_examples: int = 50
    database: str | None = None


class Verification:
    """One verification under way.

    Args:
        target: the deployment, open.
        judge: who judges.
        order: what is to be verified.
        progress: told how far it is.
    """

    def __init__(self, target: Target, judge: Judge, order: Order, progress: Progress) -> None:
        self.target = target
        self.judge = judge
        self.order = order
        self.progress = progress
        self.ends: float | None = None
        self.known: Mapping[str, object] = {"mark": mark(order.seed), **order.known}

    async def run(self) -> Results:
        """Run every part, one after the other."""
        started, begun = time.time(), time.monotonic()
        self.ends = None if self.order.seconds is None else begun + self.order.seconds
        parts = []
        for name in self.order.parts:
            part = Part(name)
            parts.append(part)
            await self._run(part, PARTS[name])
        if not any(part.requests for part in parts) and parts:
            reasons = "; ".join(dict.fromkeys(skipped.reason for part in parts for skipped in part.skipped))
            parts[0].cut_short = f"nothing could be tried: {reasons or 'there are no scenarios'}"
        return gather(
            self.judge,
            target=self.target.url,
            seed=self.order.seed,
            started=started,
            seconds=time.monotonic() - begun,
            parts=parts,
            baseline=self.order.baseline,
            fails_on=self.order.fails_on,
            scenarios=self.order.scenarios,
        )

    async def _run(self, part: Part, play_part: PlayPart) -> None:
        begun, asked = time.monotonic(), self.target.asked
        try:
            async with asyncio.timeout(None if self.ends is None else max(0.0, self.ends - begun)):
                await play_part(self, part)
        except TimeoutError:
            part.cut_short = f"{part.name}: the time was over after {part.tried} of them; give more with --time"
        except GoneError as error:
            part.cut_short = f"{part.name}: {error}"
        part.seconds, part.requests = time.monotonic() - begun, self.target.asked - asked

    def watch(self) -> None:
        """Make sure that the deployment still answers.

        Errors: `GoneError`.
        """
        silence = self.judge.silence()
        if silence:
            raise GoneError(f"the deployment no longer answers ({silence}); this is only a part of the report")


PlayPart = Callable[[Verification, Part], Awaitable[None]]


async def play_scenarios(verification: Verification, part: Part) -> None:
    """Play every scenario that may be played; none knows what another one captured, lest it puts that away."""
    order = verification.order
    for index, scenario in enumerate(order.scenarios):
        verification.progress(part.name, index, len(order.scenarios), scenario.name)
        if order.safe and not scenario.harmless:
            part.skipped.append(Skipped(scenario.name, "it is not declared harmless; --unsafe plays it all the same"))
            continue
        outcome = await play(scenario, verification.target, verification.judge, verification.known)
        part.tried += bool(outcome.played)
        if outcome.skipped:
            part.skipped.append(Skipped(scenario.name, outcome.skipped))
        verification.watch()
    verification.progress(part.name, len(order.scenarios), len(order.scenarios), "")


def mark(seed: int) -> str:
    """What marks everything that a verification makes: people who find it shall know where it comes from."""
    return f"understudy-check-{seed:x}-{secrets.token_hex(3)}"


async def search_properties(verification: Verification, part: Part) -> None:
    """Let Schemathesis search, with the identifiers that earlier parts found.

    There is always more to search for: a search that used up its time has come to its end if all was asked once.
    """
    from understudy.probe import properties  # noqa: PLC0415 - heavy
    from understudy.probe.searching.wish import Wish, identifiers  # noqa: PLC0415

    order, judge = verification.order, verification.judge
    left = None if verification.ends is None else verification.ends - time.monotonic() - BEFORE_THE_END
    wish = Wish(
        seed=order.seed,
        max_examples=order.max_examples,
        seconds=None if left is None else max(0.0, left),
        database=order.database,
        known=identifiers(judge.main, judge.exchanges, order.known),
        safe=order.safe,
    )
    outcome = properties.Outcome()
    try:
        await properties.search(
            verification.target, judge, wish, lambda *said: verification.progress(part.name, *said), outcome
        )
    finally:
        part.tried = outcome.sent
        part.skipped += [*outcome.skipped, *(Skipped("a part of the search", error) for error in outcome.errors)]
    verification.watch()
    if outcome.unasked:
        names = ", ".join(outcome.unasked)
        part.cut_short = f"{part.name}: the time was over before these were asked: {names}; give more with --time"


PARTS: Mapping[str, PlayPart] = {
    "scenarios": play_scenarios,
    "examples": send_examples,
    "properties": search_properties,
}
"""The parts by name, in the order in which they run."""
