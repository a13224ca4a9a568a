"""Compares two deployments: the same scenarios to both, and what differs in status, shape and values.

Played side by side, step by step, so that what one side has captured stands beside what the other has. It yields a
fidelity figure: how far the first can be trusted in place of the second. Called by the command line; it must not
print.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from understudy.contract.exchange import Event, Exchange
from understudy.probe.alignment import Alignment, Difference
from understudy.probe.judge import Judge
from understudy.probe.play import Outcome, play
from understudy.probe.scenario import Scenario
from understudy.probe.target import Target
from understudy.probe.verify import Progress

WEIGHTY = frozenset({"answer", "status", "media-type", "shape", "identity"})
"""The kinds of difference that cost fidelity; values may differ for good reasons."""


@dataclass
class OperationComparison:
    """How alike two deployments answer one operation.

    Attributes:
        operation_id: the operation.
        compared: how many answers were held side by side.
        alike: how many of them differed in nothing that costs fidelity.
        differences: each difference, with how often it was met.
    """

    operation_id: str
    compared: int = 0
    alike: int = 0
    differences: Counter[Difference] = field(default_factory=Counter)

    @property
    def fidelity(self) -> float:
        """The share of answers that were alike, 0 to 1."""
        return self.alike / self.compared if self.compared else 1.0


@dataclass
class Comparison:
    """What was found.

    Attributes:
        a: the first deployment's base URL.
        b: the second's.
        operations: by operationId, in the order in which they were met.
        laws: the laws that one side keeps and the other breaks: scenario, which side broke it, and how often.
        skipped: what could not be played on both sides, and why.
    """

    a: str
    b: str
    operations: dict[str, OperationComparison] = field(default_factory=dict)
    laws: list[tuple[str, str, int]] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)

    @property
    def compared(self) -> int:
        """How many answers were held side by side."""
        return sum(operation.compared for operation in self.operations.values())

    @property
    def fidelity(self) -> float | None:
        """The share of answers that were alike, 0 to 1; None where nothing was compared."""
        alike = sum(operation.alike for operation in self.operations.values())
        return alike / self.compared if self.compared else None

    @property
    def differs(self) -> bool:
        """Whether anything differs that costs fidelity."""
        return bool(self.laws) or any(o.alike < o.compared for o in self.operations.values())


@dataclass(frozen=True)
class Side:
    """One deployment: where it is, who judges it, and what its owner knows."""

    target: Target
    judge: Judge
    known: Mapping[str, object]


async def compare(a: Side, b: Side, scenarios: Sequence[Scenario], progress: Progress) -> Comparison:
    """Play every scenario on both sides and hold the answers side by side."""
    comparison = Comparison(a.target.url, b.target.url)
    alignment = Alignment()
    for index, scenario in enumerate(scenarios):
        progress("compare", index, len(scenarios), scenario.name)
        one, other = await asyncio.gather(*(play(scenario, s.target, s.judge, s.known) for s in (a, b)))
        _note(comparison, alignment, scenario, one, other)
    progress("compare", len(scenarios), len(scenarios), "")
    return comparison


def _note(comparison: Comparison, alignment: Alignment, scenario: Scenario, one: Outcome, other: Outcome) -> None:
    for url, outcome in ((comparison.a, one), (comparison.b, other)):
        if outcome.skipped:
            comparison.skipped.append((scenario.name, f"{url}: {outcome.skipped}"))
    for left, right in zip(_answers(one), _answers(other), strict=False):
        if left.operation_id != right.operation_id:
            break  # one side could not go on, and the rest has no partner
        found = comparison.operations.setdefault(left.operation_id, OperationComparison(left.operation_id))
        differences = alignment.differences(left, right)
        found.compared += 1
        found.alike += not any(difference.kind in WEIGHTY for difference in differences)
        found.differences.update(differences)
    for url, count, other_count in ((comparison.a, _laws(one), _laws(other)), (comparison.b, _laws(other), _laws(one))):
        if count > other_count:
            comparison.laws.append((scenario.name, url, count - other_count))


def _answers(outcome: Outcome) -> list[Exchange]:
    return [said for said in outcome.exchanges if isinstance(said, Exchange)]


def _laws(outcome: Outcome) -> int:
    said: list[Exchange | Event] = outcome.exchanges
    return sum(violation.code == "law-broken" for one in said for violation in one.violations)
