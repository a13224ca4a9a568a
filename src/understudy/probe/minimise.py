"""Makes a failing case smaller: fewer headers and parameters, a smaller body, fewer steps, still the same finding.

Each smaller one is sent, and judged by a judge of its own, so that no report counts what was tried. A scenario's law
speaks of all that was written before: for it only what reads is left out. Called after a replay. The deployment keeps
what was tried on it; one that forgets nothing may stop showing the finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from understudy.contract.exchange import Exchange, Request
from understudy.probe.building import NO_BODY, BuildError
from understudy.probe.cases.ask import Ask
from understudy.probe.cases.case import Case
from understudy.probe.cases.label import Labeller
from understudy.probe.corpus import Item
from understudy.probe.judge import Judge
from understudy.probe.labelled import judge_case
from understudy.probe.replay import HARMLESS, Replay
from understudy.probe.sequences import play as playing
from understudy.probe.sequences.sequence import CallSequence, Step

PLACES = ("query", "header", "cookie")
TRIES = 150
"""How many smaller ones are sent for one finding at most."""


@dataclass(frozen=True, slots=True)
class Smallest:
    """The smallest that still shows a finding.

    Attributes:
        fingerprint: the finding's.
        item: the case or sequence.
        request: the request whose answer shows it, as it was sent.
        repeated: whether it showed the finding again, by itself; if not, it is as it was.
        tried: how many were sent.
    """

    fingerprint: str
    item: Item
    request: Request | None
    repeated: bool
    tried: int


class Minimiser:
    """Makes failing cases smaller.

    Args:
        replay: the replay in which they failed; its deployment is asked, and it fills in what is left open.
    """

    def __init__(self, replay: Replay) -> None:
        self.replay = replay
        self.contract = replay.judge.main
        self.labeller = Labeller(self.contract)
        self._judge = Judge(replay.judge.contracts)
        self._tried = 0
        self._told = False
        self._request: Request | None = None

    async def smallest(self, item: Item, fingerprint: str, tries: int = TRIES) -> Smallest:
        """The smallest that still shows a finding, as far as so many tries lead; of one, whether it shows it at all."""
        self._tried, self._request = 0, None
        if not await self._shows(item, fingerprint):
            return Smallest(fingerprint, item, self._request, repeated=False, tried=self._tried)
        promise = self._judge.findings[fingerprint].violation.schema
        self._told = isinstance(item, CallSequence) and promise.startswith(f"{item.origin}#/")
        shown, request = item, self._request
        going = True
        while going and self._tried < tries:
            going = False
            for smaller in self._smaller(shown):
                if self._tried >= tries:
                    break
                if await self._shows(smaller, fingerprint):
                    shown, request, going = smaller, self._request, True
                    break
        return Smallest(fingerprint, shown, request, repeated=True, tried=self._tried)

    async def _shows(self, item: Item, fingerprint: str) -> bool:
        """Send it; the request that showed the finding is kept."""
        self._tried += 1
        if isinstance(item, Case):
            try:
                request = self.replay.request(item)
            except (BuildError, ValueError):
                return False
            exchange = await self.replay.target.ask(request, item.operation_id)
            self._judge.met.clear()
            judge_case(self._judge, item, exchange)
            self._request = request
            return fingerprint in self._judge.met
        seen: list[Exchange] = []

        def judged(exchange: Exchange, step: Step) -> None:
            self._judge.met.clear()
            playing.judge_step(self._judge, item, step, exchange, item.id)
            if fingerprint in self._judge.met:
                seen.append(exchange)

        await playing.play(item, self.replay.target, self.contract, self.replay.given(), judged)
        self._request = seen[0].request if seen else None
        return bool(seen)

    def _smaller(self, item: Item) -> Iterator[Item]:
        if isinstance(item, Case):
            for ask in smaller_asks(item.ask):
                labelled = self.labeller.label(
                    self.contract.by_id[item.operation_id], ask, item.aim, breaks=item.kind == "invalid"
                )
                if labelled is not None and labelled.case.broken == item.broken:
                    yield replace(labelled.case, found=item.found)
            return
        if self._told:
            yield from self._plainer(item)
            return
        yield from _fewer(item)
        for index, step in enumerate(item.steps):
            for ask in smaller_asks(step.ask):
                yield _with_step(item, index, replace(step, ask=ask))

    def _plainer(self, sequence: CallSequence) -> Iterator[CallSequence]:
        """The sequence with less beside a scenario's law: without its end, other laws, and what only reads."""
        *before, last = sequence.steps
        yield from _shorter(sequence)
        if any(step.expect_values for step in before):
            yield sequence.with_steps([*(replace(step, expect_values={}) for step in before), last])
        yield from (_with_step(sequence, len(before), replace(last, expect_values=one)) for one in _single(last))
        for index, step in enumerate(before):
            used = {name for later in sequence.steps[index + 1 :] for name in later.needs()}
            if self.contract.by_id[step.operation_id].method.upper() in HARMLESS and used.isdisjoint(step.capture):
                yield _without_step(sequence, index)


def _single(step: Step) -> Iterator[Mapping[str, Sequence[Any]]]:
    """Each thing alone that is expected of values, in its place; first nothing of them."""
    listed = [(part, index) for part, some in step.expect_values.items() for index, one in enumerate(some) if one]
    if listed:
        yield {}
    for part, index in listed if len(listed) > 1 else ():
        yield {part: [one if at == index else None for at, one in enumerate(step.expect_values[part])]}


def _shorter(sequence: CallSequence) -> Iterator[CallSequence]:
    """The sequence with its end cut off."""
    yield from (sequence.with_steps(sequence.steps[:end]) for end in range(1, len(sequence.steps)))


def _fewer(sequence: CallSequence) -> Iterator[CallSequence]:
    """The sequence with fewer steps: its end cut off first, then one step left out, then nothing at once."""
    steps = sequence.steps
    yield from _shorter(sequence)
    for index in range(len(steps)):
        if len(steps) > 1:
            yield _without_step(sequence, index)
    if any(step.lane for step in steps):
        yield sequence.with_steps([replace(step, lane=0) for step in steps])


def _with_step(sequence: CallSequence, index: int, step: Step) -> CallSequence:
    return sequence.with_steps((*sequence.steps[:index], step, *sequence.steps[index + 1 :]))


def _without_step(sequence: CallSequence, index: int) -> CallSequence:
    return sequence.with_steps((*sequence.steps[:index], *sequence.steps[index + 1 :]))


def smaller_asks(ask: Ask) -> Iterator[Ask]:
    """The request with one thing less, the greatest first."""
    if ask.body is not NO_BODY:
        yield ask.with_body(NO_BODY, None)
    for place in PLACES:
        named = ask.parameters.get(place, {})
        if len(named) > 1:
            yield replace(ask, parameters={**ask.parameters, place: {}})
        yield from (ask.without(place, name) for name in named)
    yield from (replace(ask, headers=_without(ask.headers, name)) for name in ask.headers)
    yield from (replace(ask, query=_without(ask.query, name)) for name in ask.query)
    if ask.body is not NO_BODY:
        yield from (ask.with_body(body, ask.media_type) for body in smaller_values(ask.body))
    for place in PLACES:
        for name, value in ask.parameters.get(place, {}).items():
            yield from (ask.parameter(place, name, smaller) for smaller in smaller_values(value))


def _without(named: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in named.items() if key != name}


def smaller_values(value: Any) -> Iterator[Any]:
    """The value with one thing less in it, the greatest first."""
    for kind, smaller in _SMALLER:
        if isinstance(value, kind):
            yield from smaller(value)
            return


def _smaller_objects(value: Mapping[str, Any]) -> Iterator[Any]:
    if value:
        yield {}
    yield from (_without(value, key) for key in value)
    for key, inner in value.items():
        yield from ({**value, key: smaller} for smaller in smaller_values(inner))


def _smaller_lists(value: list[Any]) -> Iterator[Any]:
    if value:
        yield []
    if len(value) > 1:
        yield value[: len(value) // 2]
        yield value[len(value) // 2 :]
    for index, inner in enumerate(value):
        yield from ([*value[:index], smaller, *value[index + 1 :]] for smaller in smaller_values(inner))


def _smaller_texts(value: Any) -> Iterator[Any]:
    if len(value) > 1:
        yield value[:1]
        yield value[: len(value) // 2]
        yield value[:-1]


def _smaller_numbers(value: float) -> Iterator[Any]:
    if value not in (0, 1):
        yield 0
        yield 1


_SMALLER: Sequence[tuple[type, Callable[[Any], Iterator[Any]]]] = (
    (bool, lambda _value: iter(())),
    (dict, _smaller_objects),
    (list, _smaller_lists),
    (str, _smaller_texts),
    (bytes, _smaller_texts),
    (int, _smaller_numbers),
    (float, _smaller_numbers),
)
"""What makes a value smaller, by its type; what is not in it stays."""
