"""Properties: lets Schemathesis search a deployment for what breaks its contract, in every phase it has.

Called by `verify` for its third part, and by whoever hunts for failures to keep. Schemathesis is loaded only here, when
it runs. A deployment that dies, hangs or answers nonsense ends the search, and what was found stays.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from understudy.contract.exchange import Request
from understudy.probe.judge import Finding, Judge
from understudy.probe.results import Skipped
from understudy.probe.searching.laws import Failure, meaning
from understudy.probe.searching.relay import ORIGIN, SAFE, Relay
from understudy.probe.searching.wish import Wish, readable
from understudy.probe.target import Target

if TYPE_CHECKING:
    from understudy.probe.searching.engine import Run

ROUNDS = 5
"""How often a hunt fuzzes anew for what earlier rounds did not make smaller."""
GRACE = 5.0
"""How long the search is given to end once it was told to, in seconds; its thread is left behind then."""
REFUSED = 400
"""From this status on, an answer leads nowhere."""

Progress = Callable[[int, int, str], None]


@dataclass
class Outcome:
    """What became of a search.

    Attributes:
        sent: how many requests were sent and judged.
        skipped: what could not be tried, and why.
        gone: why the deployment counts as gone; empty if it does not.
        unasked: operations for which there was no time.
        errors: what Schemathesis itself could not do, in its words.
        failing: the shortest sequence of requests that shows each finding, by fingerprint; the last one's answer is
            the broken one. Without the headers that every request gets.
        shrunk: the fingerprints of the findings that Hypothesis made smaller.
    """

    sent: int = 0
    skipped: list[Skipped] = field(default_factory=list)
    gone: str = ""
    unasked: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    failing: dict[str, tuple[Request, ...]] = field(default_factory=dict)
    shrunk: set[str] = field(default_factory=set)

    def keep(self, fingerprint: str, requests: tuple[Request, ...], *, simpler: bool = False) -> None:
        """Keep a sequence if it is shorter than the one that is known, or as short and simpler."""
        known = self.failing.get(fingerprint)
        if requests and (known is None or (_length(requests), not simpler) <= (_length(known), False)):
            self.failing[fingerprint] = requests


async def search(target: Target, judge: Judge, wish: Wish, progress: Progress, outcome: Outcome) -> None:
    """Search a deployment; what is found, the judge keeps.

    Args:
        target: the deployment, open.
        judge: who judges.
        wish: what to search for.
        progress: told how many scenarios are done, of how many, and what is under way.
        outcome: told what became of it, even if this is cancelled half-way.

    Errors: `understudy.probe.searching.databases.DatabaseError`.
    """
    from understudy.probe.searching import engine  # noqa: PLC0415 - heavy

    relay = Relay(target, judge, readable(judge.main, wish.known), safe=wish.safe, settled=wish.settled)
    loop = asyncio.get_running_loop()

    def seen(sighting: engine.Sighting) -> None:
        for fingerprint in sighting.fingerprints:
            # Hypothesis goes from what it met to what is simpler: the last one is the simplest.
            simpler = sighting.shrinking and fingerprint not in wish.settled
            outcome.keep(fingerprint, sighting.requests, simpler=simpler)

    def failed(failure: Failure, requests: tuple[Request, ...], shrinking: bool) -> None:  # noqa: FBT001 - as it is told
        said = meaning(failure, judge.main)
        if said is None:
            return
        if said.profile == "law":
            judge.law(said.violation, failure.exchange, ORIGIN)
            seen(engine.Sighting(frozenset({Finding(said.violation).fingerprint}), requests, shrinking))
        else:
            judge.note(said.violation, failure.exchange, ORIGIN)

    follower = engine.Follower(
        lambda *said: _soon(loop, progress, *said),
        lambda *said: _soon(loop, failed, *said),
        lambda *said: _soon(loop, seen, *said),
    )
    run = engine.Run(relay, wish, follower)
    in_time = False
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(wish.seconds):
                await _to_the_end(run)
                in_time = not run.timed_out
    finally:
        outcome.sent += relay.sent
        outcome.errors += run.errors
        outcome.unasked = [] if in_time else _unasked(judge, wish)
        outcome.gone = relay.stopped if relay.gone else ""
        outcome.skipped = [*_not_safe(judge, wish), *_not_reached(judge, wish)]
        outcome.shrunk |= relay.shrunk
        relay.forget()


async def hunt(
    target: Target, judge: Judge, wish: Wish, progress: Progress, outcome: Outcome | None = None
) -> list[tuple[Request, ...]]:
    """The requests that show each distinct finding, made as few and as small as they go, shortest first.

    Hypothesis ends with an operation when it has made one failure small. So fuzzing goes on, round by round, for what
    it met on the way and what that failure hid, as long as rounds bring something and there is time.

    Args:
        target: the deployment, open.
        judge: who judges.
        wish: what to search for.
        progress: told as by `search`.
        outcome: told as by `search`.
    """
    begun, outcome = time.monotonic(), Outcome() if outcome is None else outcome
    wish, known = replace(wish, shrink=True), wish.settled
    for _ in range(ROUNDS):
        before = len(outcome.shrunk)
        left = None if wish.seconds is None else wish.seconds - (time.monotonic() - begun)
        if left is not None and left <= 0:
            break
        await search(target, judge, replace(wish, seconds=left), progress, outcome)
        if outcome.gone or len(outcome.shrunk) == before:
            break
        wish = replace(wish, phases=("fuzzing",), settled=known | outcome.shrunk)
    return sorted(outcome.failing.values(), key=_length)


async def _to_the_end(run: Run) -> None:
    """Run in a thread; end it when this is cancelled."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def work() -> None:
        error: BaseException | None = None
        try:
            run()
        except BaseException as caught:  # noqa: BLE001 - raised again where it is awaited
            error = caught
        _soon(loop, _settle, done, error)

    # It ends with the process if it ends at no request.
    threading.Thread(target=work, name="understudy-properties", daemon=True).start()
    try:
        await asyncio.shield(done)
    except asyncio.CancelledError:
        run.relay.stop("the time is over")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(asyncio.shield(done), GRACE)
        raise


def _settle(done: asyncio.Future[None], error: BaseException | None) -> None:
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(None)


def _soon(loop: asyncio.AbstractEventLoop, call: Callable[..., None], *arguments: Any) -> None:
    """Call in the verification's loop; not at all if a thread that was left behind comes too late for it."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, *arguments)


def _unasked(judge: Judge, wish: Wish) -> list[str]:
    asked = {exchange.operation_id for origin, exchange in judge.exchanges if origin == ORIGIN}
    return [
        operation.operation_id
        for operation in judge.main.operations.values()
        if operation.operation_id not in asked
        and wish.asks(operation.operation_id)
        and not (wish.safe and operation.method.upper() not in SAFE)
    ]


def _not_safe(judge: Judge, wish: Wish) -> list[Skipped]:
    if not wish.safe:
        return []
    return [
        Skipped(operation.operation_id, f"{operation.method.upper()} is not safe; --unsafe sends it all the same")
        for operation in judge.main.operations.values()
        if operation.method.upper() not in SAFE
    ]


def _not_reached(judge: Judge, wish: Wish) -> list[Skipped]:
    """Operations that were only asked with invented identifiers, and never led anywhere."""
    found = []
    for operation in judge.main.operations.values():
        seen = judge.statuses.get(operation.operation_id, {})
        missing = [name for place, name in operation.parameters if place == "path" and name not in wish.known]
        if seen and missing and not any(status < REFUSED for status in seen):
            names = ", ".join(missing)
            why = f"no value of {names} is known that leads anywhere; give one with --param {missing[0]}=…"
            found.append(Skipped(operation.operation_id, why))
    return found


def _length(requests: Sequence[Request]) -> tuple[int, int]:
    """How long a sequence is: its requests, then its bytes."""
    size = sum(len(r.target) + len(r.body) + sum(len(n) + len(v) for n, v in r.raw_headers) for r in requests)
    return len(requests), size
