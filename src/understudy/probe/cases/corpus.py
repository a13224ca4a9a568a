"""The door to this package: the cases of a contract, in the order in which they show the most.

Called by verify, for its examples, and by fuzz. The same contract and seed give the same cases, byte for byte.
"""

from __future__ import annotations

from collections.abc import Collection
from random import Random

from understudy.contract.contract import Contract
from understudy.generator.values import Generator
from understudy.probe.cases.assemble import Assembly
from understudy.probe.cases.case import Case
from understudy.probe.cases.label import Labelled, Labeller
from understudy.probe.cases.making import Maker
from understudy.probe.cases.order import ordered


def generate(
    contract: Contract, seed: int = 0, *, only: Collection[str] | None = None, most: int | None = None
) -> list[Case]:
    """The cases of a contract.

    Args:
        contract: the contract.
        seed: seeds all randomness. An operation's cases do not depend on which others are wanted.
        only: ids of the operations that are wanted; all if not given.
        most: how many cases at most; the first in the order stay.
    """
    labeller = Labeller(contract)
    generator = Generator(contract.data, contract.document.version, others="readOnly")
    found: list[Labelled] = []
    for operation_id, operation in contract.by_id.items():
        if only is None or operation_id in only:
            random = Random(f"{seed}/{operation_id}")  # noqa: S311 - sample data
            found += Assembly(labeller, operation, Maker(contract, generator, random)).cases()
    return [one.case for one in ordered(found)[:most]]
