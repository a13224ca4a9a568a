"""The sequence: requests in order, the values that later ones take from earlier answers, and what runs at once.

A value that is written as JSON data and read back, in the same file as single cases. Made by `derive` and
`from_scenarios`, sent by `play`. It must not know what will answer it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any, ClassVar, Literal

import orjson

from understudy.probe import expectations
from understudy.probe.cases.ask import Ask
from understudy.probe.cases.case import Found, found_as_json, found_from_json
from understudy.probe.templates import fill, names


@dataclass(frozen=True, slots=True)
class Step:
    """One request of a sequence.

    Attributes:
        operation_id: the operation.
        ask: the request; ``${name}`` may stand anywhere in it, for what is given or captured.
        capture: what later steps use, by name: a JSONPath, of which the first value found counts, or an object as
            scenarios have it.
        expect: the statuses that must follow, as ``200`` or ``2XX``; none for whatever the document lists.
        lane: 0 for a step that has the deployment to itself. Neighbouring steps with other lanes run at once, those
            of one lane in order.
        law: the law that `expect` keeps, as findings name it; empty for the sequence's own.
        expect_values: what must follow in ``header`` and ``body``, a list of expectations each, as scenarios have them;
            ``${name}`` may stand in them, too, and None for one that was left out.
        place: JSON pointer of the step in the scenario's file; empty for one of no scenario.
    """

    operation_id: str
    ask: Ask
    capture: Mapping[str, Any] = field(default_factory=dict)
    expect: tuple[str, ...] = ()
    lane: int = 0
    law: str = ""
    expect_values: Mapping[str, Sequence[Any]] = field(default_factory=dict)
    place: str = ""

    def filled(self, known: Mapping[str, Any]) -> Ask:
        """The request with every name replaced.

        Errors: `understudy.probe.templates.UnknownNameError` for a name that nobody knows.
        """
        data = self.ask.as_json()
        made = data.pop("open", {})
        return Ask.from_json(fill(data, {**made, **known}))

    def expecting(self, known: Mapping[str, Any]) -> Step:
        """The step with every name replaced in what must follow.

        Errors: `understudy.probe.templates.UnknownNameError` for a name that nobody knows.
        """
        if not self.expect_values:
            return self
        return replace(self, expect_values=fill(self.expect_values, {**self.ask.open, **known}))

    def names(self) -> set[str]:
        """The names that its request leaves open."""
        data = self.ask.as_json()
        data.pop("open", None)
        return names(data)

    def needs(self) -> set[str]:
        """The names that its request and what must follow leave open."""
        return self.names() | names(self.expect_values)

    def meets(self, status: int) -> bool:
        """Whether a status is one that must follow."""
        return not self.expect or str(status) in self.expect or f"{status // 100}XX" in self.expect

    def as_json(self) -> dict[str, Any]:
        """The step as JSON data; what says nothing is left out."""
        found = {
            "operation_id": self.operation_id,
            "ask": self.ask.as_json(),
            "capture": dict(self.capture),
            "expect": list(self.expect),
            "lane": self.lane,
            "law": self.law,
            "expect_values": dict(self.expect_values),
            "place": self.place,
        }
        return {key: value for key, value in found.items() if value or key == "ask"}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Step:
        """The step that `as_json` wrote. Errors: `KeyError`, `ValueError` for anything else."""
        return cls(
            data["operation_id"],
            Ask.from_json(data["ask"]),
            data.get("capture", {}),
            tuple(data.get("expect", ())),
            data.get("lane", 0),
            data.get("law", ""),
            _sound(data.get("expect_values", {})),
            data.get("place", ""),
        )


@dataclass(frozen=True, slots=True)
class CallSequence:
    """A sequence: requests in order.

    Attributes:
        id: follows from the steps alone.
        title: what it does, in one line.
        origin: where it comes from: ``links``, ``names``, ``found``, or a scenario's file.
        steps: the requests, in order.
        found: what it showed of a deployment, if it comes from one.
    """

    id: str
    title: str
    origin: str
    steps: tuple[Step, ...]
    found: tuple[Found, ...] = ()

    kind: ClassVar[Literal["sequence"]] = "sequence"

    @property
    def operation_id(self) -> str:
        """The operation that it leads to."""
        return self.steps[-1].operation_id

    def blocks(self) -> Iterator[list[list[Step]]]:
        """The steps in the order of sending: blocks one after the other, each of lanes that run at once."""
        for alone, group in groupby(self.steps, key=lambda step: step.lane == 0):
            if alone:
                yield from ([[step]] for step in group)
                continue
            lanes: dict[int, list[Step]] = {}
            for step in group:
                lanes.setdefault(step.lane, []).append(step)
            yield list(lanes.values())

    def with_steps(self, steps: Sequence[Step]) -> CallSequence:
        """The same with other steps, and so another id."""
        return replace(sequence_of(self.title, self.origin, steps), found=self.found)

    def as_json(self) -> dict[str, Any]:
        """The sequence as JSON data, for `from_json`."""
        steps = [step.as_json() for step in self.steps]
        said = {"id": self.id, "kind": self.kind, "title": self.title, "origin": self.origin, "steps": steps}
        return said | found_as_json(self.found)

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> CallSequence:
        """The sequence that `as_json` wrote. Errors: `KeyError` for anything else."""
        steps = tuple(Step.from_json(step) for step in data["steps"])
        return cls(data["id"], data["title"], data["origin"], steps, found_from_json(data))


def _sound(expected: Mapping[str, Any]) -> Mapping[str, Any]:
    """What must follow, as it was read. Errors: `ValueError`."""
    for part, listed in expected.items():
        if part not in expectations.PARTS:
            raise ValueError(f"{part!r} can not be expected; choose one of: {', '.join(expectations.PARTS)}")
        message = next((fault for one in listed if one is not None and (fault := expectations.fault(one))), "")
        if message:
            raise ValueError(message)
    return expected


def sequence_of(title: str, origin: str, steps: Sequence[Step]) -> CallSequence:
    """A sequence with its id: twelve hexadecimal digits of its steps.

    What steps leave open is one value by its name: the first that was made.
    """
    made: dict[str, Any] = {}
    for step in steps:
        made = {**step.ask.open, **made}
    steps = [
        replace(step, ask=replace(step.ask, open={name: made[name] for name in sorted(step.needs()) if name in made}))
        for step in steps
    ]
    text = orjson.dumps([step.as_json() for step in steps], option=orjson.OPT_SORT_KEYS)
    return CallSequence(hashlib.sha256(b"sequence\n" + text).hexdigest()[:12], title, origin, tuple(steps))
