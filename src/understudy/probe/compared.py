"""What `understudy compare` does, between the command line and the comparison: prepares and runs it.

Called by `commands.compare`. What a difference costs is decided in `compare`; how it is told, in `comparison_report`.
"""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from understudy.effective import TargetError
from understudy.probe import corpus
from understudy.probe.cases.case import Case
from understudy.probe.cases.corpus import generate
from understudy.probe.command import Prepared, Wish, missing, prepare
from understudy.probe.compare import Comparison
from understudy.probe.comparing import Comparing, Order, Side
from understudy.probe.fuzz import ROOM
from understudy.probe.sequences.derive import Derivation
from understudy.probe.sequences.sequence import CallSequence
from understudy.probe.target import Target
from understudy.probe.verify import Progress, mark

PARTS = ("scenarios", "cases", "sequences")
"""The parts by name, in the order in which they run."""


@dataclass(frozen=True)
class Asked:
    """What the command line asks for beyond what verify knows.

    Attributes:
        parts: the parts to run; all of them if none is named.
        corpus: the folder or file whose cases and sequences are sent instead of generated ones.
    """

    parts: Sequence[str] = ()
    corpus: Path | None = None


@dataclass
class Ready:
    """Both sides and what is to be sent to them, checked; nothing was sent."""

    wishes: tuple[Wish, Wish]
    prepared: tuple[Prepared, Prepared]
    order: Order

    @property
    def secrets(self) -> list[str]:
        """What no report may show."""
        return [secret for side in self.prepared for secret in side.secrets]

    @property
    def missing(self) -> list[str]:
        """What neither owner, or only one, was asked for yet, one line each."""
        wanted = [line for side in self.prepared for line in missing(side)] if self.order.scenarios else []
        return list(dict.fromkeys(wanted))


def ready(wishes: tuple[Wish, Wish], asked: Asked) -> Ready:
    """Read and check what was asked for, and make what is to be sent.

    Errors: `TargetError`.
    """
    one = prepare(wishes[0])
    other = prepare(wishes[1])
    parts = [part for part in PARTS if part in (asked.parts or (PARTS[1:] if asked.corpus else PARTS))]
    order = Order(
        parts,
        scenarios=one.order.scenarios if "scenarios" in parts else (),
        safe=one.order.safe or other.order.safe,
        seconds=one.order.seconds,
        seed=one.order.seed,
    )
    if asked.corpus is not None:
        try:
            items = corpus.read(asked.corpus).items
        except corpus.CorpusError as error:
            raise TargetError(str(error)) from None
        order.cases = [item for item in items if isinstance(item, Case)][: wishes[0].max_cases]
        order.sequences = [item for item in items if isinstance(item, CallSequence)]
    elif parts != ["scenarios"]:
        cases = generate(one.judge.main, order.seed)
        order.sequences = Derivation(one.judge.main, cases).sequences()[: max(1, wishes[0].max_cases // ROOM)]
        order.cases = cases[: wishes[0].max_cases]
    return Ready(wishes, (one, other), order)


def run(told: Ready, progress: Progress) -> Comparison:
    """Send the same to both deployments; an interrupt ends it, and what was compared until then stays.

    Errors: `UnreachableError`.
    """
    return asyncio.run(_run(told, progress))


async def _run(told: Ready, progress: Progress) -> Comparison:
    task, loop = asyncio.current_task(), asyncio.get_running_loop()
    shared = mark(told.order.seed)
    async with (
        Target(told.wishes[0].url, told.prepared[0].manners) as one,
        Target(told.wishes[1].url, told.prepared[1].manners) as other,
    ):
        for target in (one, other):
            await target.reach()
        sides = [
            Side(target, side.judge, {"mark": shared, **side.order.known}, side.order.known)
            for target, side in zip((one, other), told.prepared, strict=True)
        ]
        loop.add_signal_handler(signal.SIGINT, task.cancel if task else loop.stop)
        try:
            return await Comparing(sides[0], sides[1], told.order, progress).run()
        finally:
            loop.remove_signal_handler(signal.SIGINT)
