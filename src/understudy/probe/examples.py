"""Sends every documented operation, parameter, boundary and enum value at least once, valid and invalid.

The second part of a verification. The cases are those that `understudy fuzz` keeps; what they leave open is filled in
with what the scenarios found to exist. An operation that needs an id nobody gave is skipped, with the reason. It must
not choose any value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from understudy.contract.operation import Operation
from understudy.contract.violations import Violation
from understudy.probe.building import BuildError
from understudy.probe.cases.case import Case
from understudy.probe.cases.corpus import generate
from understudy.probe.results import Part, Skipped
from understudy.probe.searching.wish import identifiers

if TYPE_CHECKING:
    from understudy.probe.verify import Verification

NAME = "examples"
HARMLESS = frozenset({"get", "head", "options"})
"""The methods that change nothing."""
ACCEPTED = range(200, 300)


async def send_examples(verification: Verification, part: Part) -> None:
    """Send the cases in the order in which they show the most."""
    judge, order = verification.judge, verification.order
    known = {**identifiers(judge.main, judge.exchanges), **order.known}
    cases = [
        (case, _why_not(judge.main.by_id[case.operation_id], case, known, safe=order.safe))
        for case in generate(judge.main, order.seed, most=order.max_cases)
    ]
    part.skipped += [Skipped(*told) for told in dict.fromkeys((case.operation_id, why) for case, why in cases if why)]
    playable = [case for case, why in cases if not why]
    for index, case in enumerate(playable):
        verification.progress(part.name, index, len(playable), f"{case.operation_id}, {case.title}")
        try:
            request = case.request(judge.main, known)
        except (BuildError, UnicodeEncodeError) as error:
            part.skipped.append(Skipped(f"{case.operation_id}, {case.title}", str(error)))
            continue
        exchange = await verification.target.ask(request, case.operation_id)
        part.tried += 1
        judge.judge(exchange, NAME)
        if case.broken is not None and exchange.response is not None and exchange.response.status_code in ACCEPTED:
            judge.note(_accepted(case), exchange, NAME)
        verification.watch()
    verification.progress(part.name, len(playable), len(playable), "")


def _why_not(operation: Operation, case: Case, known: Mapping[str, object], *, safe: bool) -> str:
    """Why a case cannot be sent; empty if it can."""
    if safe and (operation.method not in HARMLESS or case.ask.method):
        return "it may change something; --unsafe sends it all the same"
    missing = [name for name in case.ask.open if name not in known and ("path", name) in operation.parameters]
    if missing:
        return f"needs {', '.join(missing)}, which nobody gave; give it with --param {missing[0]}=…"
    return ""


def _accepted(case: Case) -> Violation:
    assert case.broken is not None  # noqa: S101 - asked of invalid cases
    message = f"the document refuses this request ({case.broken.code} at {case.broken.where}), and it was accepted"
    return Violation("/status", "forbidden-accepted", "response", case.operation_id, case.broken.schema, message)
