"""Scenarios: readable files that tell what a client does and what must follow, beyond what a document can say.

`load` reads one and says every fault in it at its line. A scenario names operations by their operationId, so that it
holds for whoever offers them. It must not send anything: `play` does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from understudy.contract import pointer
from understudy.contract.source import Source, SourceError, read
from understudy.probe import captures, expectations

SCENARIO = ("scenario", "law", "harmless", "needs", "let", "steps", "cleanup")
STEP = (
    "call", "with", "body", "media_type", "headers", "times", "within", "assume", "expect", "capture", "note",
)  # fmt: skip
LISTEN = ("listen", "path", "identifier", "note")
HEAR = ("hear", "on", "within", "expect", "capture", "note")
SILENCE = ("silence", "on", "within", "note")
EXPECT = ("status", "body", "header")
KINDS = {"call": STEP, "listen": LISTEN, "hear": HEAR, "silence": SILENCE}

LONGEST_WAIT = 30.0
MARK = "mark"
"""The name of what marks everything that a scenario makes: another one each time, lest it meets what it made before."""


class ScenarioError(Exception):
    """A scenario file that cannot be played; every line tells place, fault and fix."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        kind: ``call`` an operation, ``listen`` on a socket, ``hear`` an event, or ``silence`` where none may come.
        name: the operationId, the socket's name, or the event's.
        data: the step as it is written.
        place: JSON pointer into the file.
    """

    kind: str
    name: str
    data: Mapping[str, Any]
    place: str


@dataclass(frozen=True, slots=True)
class Scenario:
    """What a client does, and what must follow.

    Attributes:
        name: one sentence.
        path: its file.
        harmless: whether it may be sent to a deployment that people depend on.
        needs: what only the deployment's owner knows, by name, each with the reason.
        let: values worked out before the first step, in order.
        steps: the steps, in order.
        cleanup: the steps that put away what the others made; played whatever happened.
    """

    name: str
    path: Path
    harmless: bool
    needs: Mapping[str, str]
    let: Mapping[str, Any]
    steps: Sequence[Step]
    cleanup: Sequence[Step] = field(default=())


def load(path: Path, operations: Collection[str], events: Collection[str] = ()) -> Scenario:
    """Read a scenario.

    Args:
        path: the file.
        operations: the operationIds that may be called.
        events: the events that may be heard.

    Errors: `ScenarioError`.
    """
    try:
        source = read(path)
    except SourceError as error:
        raise ScenarioError(str(error)) from None
    faults = list(_faults(source, operations, events))
    if faults:
        raise ScenarioError("\n".join(faults))
    data = source.data
    return Scenario(
        name=data["scenario"],
        path=path,
        harmless=bool(data.get("harmless", False)),
        needs=data.get("needs") or {},
        let=data.get("let") or {},
        steps=_steps(data, "steps"),
        cleanup=_steps(data, "cleanup"),
    )


def load_all(folder: Path, operations: Collection[str], events: Collection[str] = ()) -> list[Scenario]:
    """Every scenario of a folder, by file name.

    Errors: `ScenarioError`.
    """
    return [load(path, operations, events) for path in sorted(folder.glob("*.yaml"))]


def _steps(data: Mapping[str, Any], key: str) -> tuple[Step, ...]:
    steps = []
    for index, step in enumerate(data.get(key) or ()):
        kind = next(kind for kind in KINDS if kind in step)
        steps.append(Step(kind, step[kind], step, f"/{key}/{index}"))
    return tuple(steps)


def _faults(source: Source, operations: Collection[str], events: Collection[str]) -> Iterator[str]:
    """What is wrong with a scenario file, each at its line."""

    def at(place: str, message: str) -> str:
        return f"{source.place(place) or source.path}: {message}"

    data = source.data
    if not isinstance(data, Mapping) or not isinstance(data.get("scenario"), str):
        yield at("", "a scenario is an object with `scenario`, one sentence, and `steps`")
        return
    yield from (at(f"/{key}", message) for key, message in _odd(data, SCENARIO))
    if not data.get("steps"):
        yield at("", "there are no `steps`")
    for key in ("steps", "cleanup"):
        listed = data.get(key) or []
        if not isinstance(listed, list):
            yield at(f"/{key}", f"`{key}` is a list of steps")
            continue
        for index, step in enumerate(listed):
            for where, message in _step_faults(step, operations, events):
                yield at(f"/{key}/{index}{where}", message)


def _step_faults(step: Any, operations: Collection[str], events: Collection[str]) -> Iterator[tuple[str, str]]:
    kinds = [kind for kind in KINDS if isinstance(step, Mapping) and kind in step]
    if len(kinds) != 1:
        yield "", f"a step is an object with one of: {', '.join(KINDS)}"
        return
    kind = kinds[0]
    yield from ((f"/{key}", message) for key, message in _odd(step, KINDS[kind]))
    known = {"call": operations, "hear": events, "silence": events}.get(kind)
    if known is not None and step[kind] not in known:
        near = get_close_matches(str(step[kind]), known, 1)
        hint = f"did you mean {near[0]!r}?" if near else f"there are: {', '.join(sorted(known)) or 'none'}"
        yield f"/{kind}", f"{step[kind]!r} is not documented; {hint}"
    yield from _expect_faults(step.get("expect") or {}, "/expect")
    yield from _expect_faults({"body": step.get("assume") or ()}, "/assume")
    for name, capture in (step.get("capture") or {}).items():
        message = captures.fault(capture)
        if message:
            yield pointer.join(("capture", name)), message


def _expect_faults(expect: Mapping[str, Any], at: str) -> Iterator[tuple[str, str]]:
    yield from ((f"{at}/{key}", message) for key, message in _odd(expect, EXPECT))
    for part in ("body", "header"):
        for index, expectation in enumerate(expect.get(part) or ()):
            message = expectations.fault(expectation)
            if message:
                yield f"{at}/{index}" if at == "/assume" else f"{at}/{part}/{index}", message


def _odd(data: Mapping[str, Any], known: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Keys that do not belong, with the one that was probably meant."""
    for key in data:
        if key not in known:
            near = get_close_matches(str(key), known, 1)
            hint = f"did you mean {near[0]!r}?" if near else f"it may have: {', '.join(known)}"
            yield str(key), f"the key {key!r} is unknown; {hint}"
