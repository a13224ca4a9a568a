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
from understudy.probe import captures
from understudy.probe.building import BuildError
from understudy.probe.judge import json_of
from understudy.probe.sequences.sequence import CallSequence, Step
from understudy.probe.target import Target
from understudy.probe.templates import UnknownNameError

Judged = Callable[[Exchange, Step], None]
"""Judges an answer to a step."""


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
        except UnknownNameError as error:
            raise _UnreachedError(f"{step.operation_id} needs ${{{error.name}}}, which nothing gave") from None
        except (BuildError, UnicodeError) as error:
            raise _UnreachedError(f"{step.operation_id} cannot be sent: {error}") from None
        exchange = await target.ask(request, step.operation_id)
        outcome.exchanges.append((step, exchange))
        judged(exchange, step)
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


def unmet(step: Step, exchange: Exchange) -> Violation | None:
    """The law that an answer breaks by its status; None where it is one of those that must follow."""
    if exchange.response is None or step.meets(exchange.response.status_code):
        return None
    message = f"the answer is {exchange.response.status_code}, and must be {' or '.join(step.expect)}"
    operation = step.operation_id
    return Violation("/status", "law-broken", "response", operation, step.law or f"sequences#{operation}", message)
