"""Plays a sequence against a deployment: each answer judged, what follows captured, lanes at once.

Called by `replay` for every sequence, and for the first one, which finds what the deployment holds. It must not choose
what is played.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from understudy.contract.contract import Contract
from understudy.contract.exchange import Exchange
from understudy.contract.violations import Violation
from understudy.probe import captures, expectations
from understudy.probe.building import BuildError
from understudy.probe.judge import Judge, json_of
from understudy.probe.sequences.sequence import CallSequence, Step
from understudy.probe.target import Target
from understudy.probe.templates import UnknownNameError

Judged = Callable[[Exchange, Step], None]
"""Judges an answer to a step; no name is left open in what must follow."""


class _UnreachedError(Exception):
    """A step cannot be sent; the rest of the sequence is skipped for this reason."""


@dataclass
class Outcome:
    """What became of a sequence.

    Attributes:
        known: every value that was given or captured.
        exchanges: what was sent and answered, with its step, in order.
        skipped: why its end was not sent; empty if it was.
    """

    known: dict[str, Any]
    exchanges: list[tuple[Step, Exchange]] = field(default_factory=list)
    skipped: str = ""


async def play(
    sequence: CallSequence, target: Target, contract: Contract, known: Mapping[str, Any], judged: Judged
) -> Outcome:
    """Send a sequence to its end, or as far as it goes.

    Args:
        sequence: the sequence.
        target: the deployment.
        contract: builds the requests.
        known: the values that are given.
        judged: told each answer.
    """
    outcome = Outcome(dict(known))
    for lanes in sequence.blocks():
        ended = await asyncio.gather(
            *(_lane(lane, outcome, target, contract, judged) for lane in lanes), return_exceptions=True
        )
        for error in ended:
            if isinstance(error, _UnreachedError):
                outcome.skipped = str(error)
            elif isinstance(error, BaseException):
                raise error
        if outcome.skipped:
            break
    return outcome


async def _lane(lane: Sequence[Step], outcome: Outcome, target: Target, contract: Contract, judged: Judged) -> None:
    for step in lane:
        try:
            request = step.filled(outcome.known).request(contract, contract.by_id[step.operation_id])
            # What other lanes capture meanwhile is not what this step was written for.
            expecting = step.expecting(outcome.known)
        except UnknownNameError as error:
            raise _UnreachedError(f"{step.operation_id} needs ${{{error.name}}}, which nothing gave") from None
        except (BuildError, UnicodeError) as error:
            raise _UnreachedError(f"{step.operation_id} cannot be sent: {error}") from None
        exchange = await target.ask(request, step.operation_id)
        outcome.exchanges.append((step, exchange))
        judged(exchange, expecting)
        _capture(step, exchange, outcome)


def _capture(step: Step, exchange: Exchange, outcome: Outcome) -> None:
    said, fields = json_of(exchange), exchange.response.fields if exchange.response else {}
    for name, capture in step.capture.items():
        try:
            value = captures.take(capture, said, fields) if exchange.response else None
        except captures.NothingFoundError:
            value = None
        if value is None:
            status = exchange.response.status_code if exchange.response else f"none ({exchange.note})"
            raise _UnreachedError(f"{step.operation_id} gave no {name}; its answer was {status}")
        outcome.known[name] = value


def judge_step(judge: Judge, sequence: CallSequence, step: Step, exchange: Exchange, origin: str) -> None:
    """Judge the answer to a step: by the contract, and by what must follow.

    Args:
        judge: who judges.
        sequence: the sequence.
        step: its step, with no name left open in what must follow.
        exchange: what was asked and answered.
        origin: where it came from.
    """
    judge.judge(exchange, origin)
    for law in _broken(sequence, step, exchange):
        judge.law(law, exchange, origin)


def _broken(sequence: CallSequence, step: Step, exchange: Exchange) -> list[Violation]:
    """The laws that an answer breaks; those of a scenario are named as `verify` names them."""
    if exchange.response is None:
        return []
    status, unmet = exchange.response.status_code, list[expectations.Unmet]()
    if not step.meets(status):
        unmet.append(("/status", f"the answer is {status}, and must be {' or '.join(step.expect)}", "/expect/status"))
    if step.expect_values:
        unmet += expectations.unmet(step.expect_values, exchange.response.fields, json_of(exchange))
    return [
        Violation(where, "law-broken", "response", step.operation_id, *_law(sequence, step, at, message))
        for where, message, at in unmet
    ]


def _law(sequence: CallSequence, step: Step, at: str, message: str) -> tuple[str, str]:
    """The promise that a law is, and what is wrong."""
    if step.place:
        return f"{sequence.origin}#{step.place}{at}", f"{sequence.title}: {message}"
    return step.law or f"sequences#{step.operation_id}", message
