"""What a comparison of two deployments found: by operation, how many answers were alike, and in what others differ.

It yields a fidelity figure: how far the first can be trusted in place of the second. Filled by `comparing`, told by
`compared`. It must not know how the answers were come by.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace

from understudy.contract.exchange import Exchange
from understudy.probe.alignment import Alignment, Difference
from understudy.probe.results import Skipped

WEIGHTY = frozenset({"answer", "status", "media-type", "shape", "identity", "promise", "sorting"})
"""The kinds of difference that cost fidelity; values, and an order nobody asked for, may differ for good reasons."""

SUCCESSES = range(200, 400)


@dataclass
class OperationComparison:
    """How alike two deployments answer one operation.

    Attributes:
        operation_id: the operation.
        compared: how many answers were held side by side.
        alike: how many of them differed in nothing that costs fidelity.
        succeeded: how many of them were no refusals or failures, on either side.
        differences: each difference, with how often it was met.
    """

    operation_id: str
    compared: int = 0
    alike: int = 0
    succeeded: int = 0
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
        seed: the seed of all that was chosen by chance.
        operations: by operationId, in the order in which they were met.
        documented: every operation of the document.
        laws: the laws that one side keeps and the other breaks: scenario, which side broke it, and how often.
        skipped: what could not be sent to both sides, and why.
        cut_short: why the rest was not sent; empty if all was.
    """

    a: str
    b: str
    seed: int = 0
    operations: dict[str, OperationComparison] = field(default_factory=dict)
    documented: tuple[str, ...] = ()
    laws: list[tuple[str, str, int]] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    cut_short: str = ""
    _alignment: Alignment = field(default_factory=Alignment)

    def hold(self, left: Exchange, right: Exchange, fickle: Collection[str] = ()) -> None:
        """Hold two answers to the same request side by side.

        Args:
            left: the first deployment's.
            right: the second's.
            fickle: where one of them does not agree with itself when it is asked again.
        """
        found = self.operations.setdefault(left.operation_id, OperationComparison(left.operation_id))
        differences = [
            replace(one, kind="drawn") if one.kind == "shape" and one.where in fickle else one
            for one in self._alignment.differences(left, right)
        ]
        found.compared += 1
        found.succeeded += any(one.response and one.response.status_code in SUCCESSES for one in (left, right))
        found.alike += not any(difference.kind in WEIGHTY for difference in differences)
        found.differences.update(differences)

    @property
    def compared(self) -> int:
        """How many answers were held side by side."""
        return sum(operation.compared for operation in self.operations.values())

    @property
    def never(self) -> list[str]:
        """The operations of which no answers were held side by side."""
        return [name for name in self.documented if name not in self.operations]

    @property
    def fidelity(self) -> float | None:
        """The share of answers that were alike, 0 to 1; None where nothing was compared."""
        alike = sum(operation.alike for operation in self.operations.values())
        return alike / self.compared if self.compared else None

    @property
    def futile(self) -> bool:
        """Whether neither side ever did what it was asked for: likely it is another product, or a name is missing."""
        return not any(operation.succeeded for operation in self.operations.values())

    @property
    def differs(self) -> bool:
        """Whether anything differs that costs fidelity."""
        return bool(self.laws) or any(o.alike < o.compared for o in self.operations.values())

    @property
    def exit_code(self) -> int:
        """0 for alike, 1 for different, 2 where nothing, not all, or only refusals could be compared."""
        return 2 if self.fidelity is None or self.cut_short or self.futile else int(self.differs)
