"""Runs Schemathesis over the relay, and follows what it finds. The only file that knows Schemathesis.

Its loaders, hooks, checks and configuration are public; its engine is not promised to anybody, and tells what it does
by events: that is why they are read here alone. A run takes a thread, which the relay's stop ends at its next request.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import schemathesis
from schemathesis.engine import StopReason, events, from_schema
from schemathesis.engine.core import EventStream
from schemathesis.engine.recorder import ScenarioRecorder

from understudy.contract.exchange import Request
from understudy.probe.judge import Finding
from understudy.probe.searching.databases import using
from understudy.probe.searching.laws import CHECKS, Failure, server_errors
from understudy.probe.searching.relay import DOCUMENT, SAFE, Relay
from understudy.probe.searching.wish import PHASES, Wish, settings

FUZZING = PHASES[2]
TIME_IS_OVER = StopReason.MAX_TIME.skip_explanation


@dataclass(frozen=True, slots=True)
class Sighting:
    """A case that broke something, and the requests that led to it.

    Attributes:
        fingerprints: of the findings that the answer to the last request shows.
        requests: in order; the last one's answer is broken.
        shrinking: whether Hypothesis went from what it met to what is simpler, case by case.
    """

    fingerprints: frozenset[str]
    requests: tuple[Request, ...]
    shrinking: bool


@dataclass
class Follower:
    """Who is told what happens; called in the engine's thread.

    Attributes:
        progress: told how many scenarios are done, of how many, and what is under way.
        failed: told each failure of a check, the requests that led to it, and whether these become simpler.
        seen: told each case that broke the contract.
    """

    progress: Callable[[int, int, str], None] = lambda _done, _total, _what: None
    failed: Callable[[Failure, tuple[Request, ...], bool], None] = lambda _failure, _requests, _shrinking: None
    seen: Callable[[Sighting], None] = lambda _sighting: None


@dataclass
class Run:
    """One run under way.

    Attributes:
        timed_out: whether there was no time for all of it.
        errors: what Schemathesis itself could not do, in its words.
    """

    relay: Relay
    wish: Wish
    follower: Follower
    timed_out: bool = False
    errors: list[str] = field(default_factory=list)
    _stream: EventStream | None = None
    _done: int = 0
    _total: int = 0

    def __call__(self) -> None:
        """Run to the end, or until `stop`. Blocks."""
        self.relay.on_stop = self.stop
        configuration = settings(self.wish, self.relay.own)
        config = schemathesis.Config.from_dict(configuration)
        with using(self.wish.database):
            schema: schemathesis.BaseSchema = schemathesis.openapi.from_asgi(DOCUMENT, self.relay, config=config)
            if self.wish.safe:
                schema = schema.include(method=sorted(SAFE))
            if self.wish.only is not None:
                schema = schema.include(name=self._labels())
            each = [phase for phase in self.wish.phases if phase != PHASES[-1]]
            self._total = len(each) * schema.statistic.operations.selected + 1
            self._stream = from_schema(schema).execute()
            for event in self._stream:
                handle = _HANDLERS.get(type(event))
                if handle is not None:
                    handle(self, event)
                if self.relay.stopped:
                    self._stream.stop()

    def _labels(self) -> list[str]:
        """What Schemathesis calls the operations to ask."""
        operations = self.relay.contract.by_id.values()
        return [f"{one.method.upper()} {one.template}" for one in operations if self.wish.asks(one.operation_id)]

    def stop(self) -> None:
        """End the run at its next request."""
        if self._stream is not None:
            self._stream.stop()

    def on_started(self, event: events.ScenarioStarted) -> None:
        """Say what is under way."""
        self.follower.progress(
            min(self._done, self._total - 1), self._total, f"{event.phase}: {event.label or 'links'}"
        )

    def on_finished(self, event: events.ScenarioFinished) -> None:
        """Hand on what a scenario found, and forget it."""
        self._done += event.phase in PHASES[:-1]
        self.timed_out |= event.skip_reason == TIME_IS_OVER
        shrinking = self.wish.shrink and event.phase == FUZZING
        for case, failure in _failures(event.recorder):
            met = self.relay.met.get(case)
            if met is not None:
                said = Failure(failure.check, failure.message, met.exchange, failure.operation or "")
                self.follower.failed(said, self._led_to(event.recorder, case, failure.related), shrinking)
        for case in event.recorder.cases:
            met = self.relay.met.get(case)
            if met is not None and met.broken:
                found = frozenset(Finding(violation).fingerprint for violation in met.broken)
                self.follower.seen(Sighting(found, self._led_to(event.recorder, case, ()), shrinking))
        for case in event.recorder.cases:
            self.relay.met.pop(case, None)

    def _led_to(self, recorder: ScenarioRecorder, case: str, related: tuple[str, ...]) -> tuple[Request, ...]:
        chain = recorder.iter_chain_cases(case_id=case, related_case_ids=related)
        return tuple(met.request for item in chain if (met := self.relay.met.get(item.id)) is not None)

    def on_phase_finished(self, event: events.PhaseFinished) -> None:
        """End after the last phase."""
        # With a time limit the engine would begin anew until it is spent; a budget is no duty.
        if event.phase.name == self.wish.phases[-1] and self._stream is not None:
            self._stream.stop()

    def on_ended(self, event: events.EngineFinished) -> None:
        """Note why it ended."""
        self.timed_out |= event.stop_reason is StopReason.MAX_TIME

    def on_erred(self, event: events.NonFatalError) -> None:
        """Keep what could not be done."""
        if not isinstance(event.value, BrokenError):
            self.errors.append(f"{event.label}: {event.info.title}: {event.info.message}")


_HANDLERS: Mapping[type, Callable[[Run, Any], None]] = {
    events.ScenarioStarted: Run.on_started,
    events.ScenarioFinished: Run.on_finished,
    events.PhaseFinished: Run.on_phase_finished,
    events.EngineFinished: Run.on_ended,
    events.NonFatalError: Run.on_erred,
}


@dataclass(frozen=True, slots=True)
class _Found:
    check: str
    message: str
    operation: str | None
    related: tuple[str, ...]


def _failures(recorder: ScenarioRecorder) -> Iterator[tuple[str, _Found]]:
    for case, checks in recorder.checks.items():
        for node in checks:
            if node.failure_info is not None and node.name in CHECKS:
                failure = node.failure_info.failure
                message = " ".join(f"{failure.title}: {failure.message}".split())
                yield case, _Found(node.name, message, failure.operation, failure.related_case_ids())


class BrokenError(Exception):
    """A case breaks a promise, and is to be made smaller."""


@cache
def _kind(fingerprint: str) -> type[BrokenError]:
    """An error of its own for each finding: Hypothesis tells failures apart by their type, and shrinks each."""
    return type(f"Broken_{fingerprint}", (BrokenError,), {})


@schemathesis.check
def understudy_contract(ctx: schemathesis.CheckContext, _response: schemathesis.Response, case: Any) -> None:
    """Stop at an answer that breaks a promise.

    By an error: Schemathesis hands its checks' failures on in a form that Hypothesis does not catch, so that nothing
    would be made smaller. A sequence's error would end its phase; its requests are few as they are.
    """
    relay = case.operation.app
    met = relay.met.get(case.id) if isinstance(relay, Relay) else None
    if met is None or ctx.phase == PHASES[-1]:
        return
    broken = [
        Finding(violation).fingerprint for violation in (*met.broken, *server_errors(met.exchange, relay.contract))
    ]
    found = relay.next_to_shrink(broken, settle=ctx.phase == FUZZING)
    if found is not None:
        raise _kind(found)(case.operation.label)
