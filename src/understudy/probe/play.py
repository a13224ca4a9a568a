"""Plays a scenario against a deployment: step by step, each answer judged, what follows captured.

A step whose answer breaks a law is a finding; the scenario goes on as long as what later steps need is there, and
what it could not reach is told as skipped. Called by `verify` and `compare`.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from understudy.contract.exchange import Event, Exchange, Request
from understudy.contract.frames import event_of
from understudy.contract.violations import Side, Violation
from understudy.probe import captures, expectations
from understudy.probe.building import NO_BODY, BuildError, Values, build
from understudy.probe.cable import Cable, CableError, NoCableError
from understudy.probe.judge import Judge, json_of
from understudy.probe.scenario import LONGEST_WAIT, Scenario, Step
from understudy.probe.target import Target
from understudy.probe.templates import UnknownNameError, fill

WAIT = 5.0
"""How long an event is waited for where the scenario does not say, in seconds."""
HUSH = 0.5
"""For how long an event must not come where the scenario does not say, in seconds."""
PAUSE = 0.2
"""How long to wait before asking again for what is to become so in time, in seconds."""
SUCCESSES = range(200, 300)


class _UnreachedError(Exception):
    """A step cannot be played; the rest of the scenario is skipped for this reason."""


@dataclass
class Outcome:
    """What became of a scenario.

    Attributes:
        scenario: the scenario.
        broken: how many laws and promises its answers broke.
        skipped: why its end, or all of it, was not played; empty if it was.
        played: how many steps were played.
        captured: every value that was given, captured or worked out.
        exchanges: what was sent and answered, in order.
        answers: of each call that was made, the last answer: a step may ask again for what comes late.
    """

    scenario: Scenario
    broken: int = 0
    skipped: str = ""
    played: int = 0
    captured: dict[str, Any] = field(default_factory=dict)
    exchanges: list[Exchange | Event] = field(default_factory=list)
    answers: list[Exchange] = field(default_factory=list)


async def play(scenario: Scenario, target: Target, judge: Judge, known: Mapping[str, Any]) -> Outcome:
    """Play a scenario to its end, or as far as it goes; what it made is put away whatever happens.

    Args:
        scenario: the scenario.
        target: the deployment.
        judge: who judges each answer.
        known: the values that are given.
    """
    outcome = Outcome(scenario, captured=dict(known))
    missing = [f"{name} ({reason})" for name, reason in scenario.needs.items() if name not in known]
    if missing:
        outcome.skipped = f"needs {', '.join(missing)}"
        return outcome
    async with AsyncExitStack() as stack:
        stage = _Stage(scenario, target, judge, outcome, stack)
        try:
            stage.work_out()
            for step in scenario.steps:
                await stage.play(step)
        except _UnreachedError as error:
            outcome.skipped = str(error)
        for step in scenario.cleanup:
            try:
                await stage.play(step)
            except _UnreachedError:
                continue  # what was never made needs no cleaning up
        stage.overhear()
    return outcome


class _Stage:
    """A scenario being played."""

    def __init__(
        self, scenario: Scenario, target: Target, judge: Judge, outcome: Outcome, stack: AsyncExitStack
    ) -> None:
        self.scenario = scenario
        self.target = target
        self.judge = judge
        self.outcome = outcome
        self.known = outcome.captured
        self.stack = stack
        self.cables: dict[str, Cable] = {}

    def work_out(self) -> None:
        for name, value in self.scenario.let.items():
            self.known[name] = self._fill(value, f"let {name}")

    async def play(self, step: Step) -> None:
        kinds = {"call": self._call, "listen": self._listen, "hear": self._hear, "silence": self._silence}
        play = kinds[step.kind]
        for number in range(1, int(step.data.get("times", 1)) + 1):
            self.known["n"] = number
            await play(step)
        self.outcome.played += 1

    async def _call(self, step: Step) -> None:
        request = self._request(step)
        own = {name.lower() for name in step.data.get("headers") or ()}
        ends = time.monotonic() + min(float(step.data.get("within", 0)), LONGEST_WAIT)
        while True:
            exchange = await self.target.ask(request, step.name, without=own)
            self.outcome.exchanges.append(exchange)
            self.outcome.broken += len(self.judge.judge(exchange, self.scenario.name))
            if time.monotonic() >= ends or not any(self._unmet(step, exchange, json_of(exchange))):
                break
            await asyncio.sleep(PAUSE)
        self.outcome.answers.append(exchange)
        if exchange.response is None:
            raise _UnreachedError(f"{step.name} got no answer: {exchange.note}")
        self._assume(step, json_of(exchange))
        self._expect(step, exchange, json_of(exchange))
        self._capture(step, json_of(exchange), exchange)

    def _request(self, step: Step) -> Request:
        operation = self.judge.main.by_id[step.name]
        data = {key: self._fill(step.data[key], step.name) for key in ("with", "body", "headers") if key in step.data}
        values = Values(
            {str(name): value for name, value in data.get("with", {}).items()},
            data.get("body", NO_BODY),
            step.data.get("media_type"),
            {name: value for name, value in data.get("headers", {}).items() if value is not None},
        )
        try:
            return build(self.judge.main, operation, values, boundary="understudy-part")
        except BuildError as error:
            raise _UnreachedError(f"{self.scenario.path.name}{step.place}: {error}") from None

    async def _listen(self, step: Step) -> None:
        identifier = str(self._fill(step.data["identifier"], step.name))
        cable = Cable(self.target.url, step.data.get("path", "/cable"), identifier, self.target.manners)
        try:
            self.cables[step.name] = await self.stack.enter_async_context(cable)
        except NoCableError as error:
            raise _UnreachedError(f"nobody can listen: {error}") from None
        except CableError as error:
            event = Event(step.name)
            self._law(step, event, "/", str(error))
            raise _UnreachedError(str(error)) from None

    async def _hear(self, step: Step) -> None:
        cable = self._cable(step)
        seconds = min(float(step.data.get("within", WAIT)), LONGEST_WAIT)
        heard = await cable.take(step.name, seconds)
        event = Event(step.name, heard.get("data") if heard else None)
        if heard is None:
            self._law(step, event, "/", f"{step.name} was not heard within {seconds:g} s")
            raise _UnreachedError(f"{step.name} was not heard")
        self.outcome.exchanges.append(event)
        self.outcome.broken += len(self.judge.judge_event(event, self.scenario.name))
        self._expect(step, event, event.data)
        self._capture(step, event.data, event)

    async def _silence(self, step: Step) -> None:
        heard = await self._cable(step).take(step.name, min(float(step.data.get("within", HUSH)), LONGEST_WAIT))
        if heard is not None:
            event = Event(step.name, heard.get("data"))
            self.judge.judge_event(event, self.scenario.name)
            self._law(step, event, "/", f"{step.name} was heard, and must not be")

    def overhear(self) -> None:
        """Judge what the sockets said beside what was waited for."""
        documented = self.judge.events.events if self.judge.events else {}
        for text in (text for cable in self.cables.values() for text in cable.left()):
            found = event_of(text, documented)
            if found is not None:
                self.outcome.broken += len(self.judge.judge_event(Event(*found), self.scenario.name))

    def _cable(self, step: Step) -> Cable:
        name = step.data.get("on", "cable")
        if name not in self.cables:
            raise _UnreachedError(f"no socket {name!r} is open")
        return self.cables[name]

    def _assume(self, step: Step, value: Any) -> None:
        """Leave the rest out where the deployment is one that this scenario does not speak of."""
        for assumption in self._fill(step.data.get("assume") or (), step.name):
            message = expectations.broken(assumption, value)
            if message:
                raise _UnreachedError(f"it is not meant for this deployment: {message} for it")

    def _expect(self, step: Step, said: Exchange | Event, value: Any) -> None:
        for where, message, at in self._unmet(step, said, value):
            self._law(step, said, where, message, at)

    def _unmet(self, step: Step, said: Exchange | Event, value: Any) -> Iterator[expectations.Unmet]:
        expect = self._fill(step.data.get("expect") or {}, step.name)
        if isinstance(said, Exchange):
            status = said.response.status_code if said.response else 0
            wanted = expect.get("status")
            allowed = SUCCESSES if wanted is None else wanted if isinstance(wanted, list) else [wanted]
            if status not in allowed:
                shown = "a success" if wanted is None else " or ".join(map(str, allowed))
                yield "/status", f"the answer is {status}, and must be {shown}", "/expect/status"
        yield from expectations.unmet(expect, _headers(said), value)

    def _capture(self, step: Step, value: Any, said: Exchange | Event) -> None:
        for name, capture in (step.data.get("capture") or {}).items():
            try:
                self.known[name] = captures.take(capture, value, _headers(said))
            except captures.NothingFoundError as error:
                status = said.response.status_code if isinstance(said, Exchange) and said.response else "no"
                raise _UnreachedError(f"{step.name} gave no {name} ({error}); its answer was {status}") from None

    def _law(self, step: Step, said: Exchange | Event, where: str, message: str, at: str = "") -> None:
        promise = f"{self.scenario.path.name}#{step.place}{at}"
        side: Side = "event" if isinstance(said, Event) else "response"
        violation = Violation(
            where, "law-broken", side, self._operation(step), promise, f"{self.scenario.name}: {message}"
        )
        self.judge.law(violation, said, self.scenario.name)
        self.outcome.broken += 1

    def _operation(self, step: Step) -> str:
        """The operationId of what a step speaks of; of an event, the one that its document gives it."""
        events = self.judge.events.events if self.judge.events else {}
        return "" if step.kind == "listen" else events[step.name].operation_id if step.name in events else step.name

    def _fill(self, value: Any, what: str) -> Any:
        try:
            return fill(value, self.known)
        except UnknownNameError as error:
            raise _UnreachedError(f"{what} needs ${{{error.name}}}, which nothing gave") from None


def _headers(said: Exchange | Event) -> Mapping[str, str]:
    """An answer's headers, names in lower case; an event has none."""
    return said.response.fields if isinstance(said, Exchange) and said.response else {}
