"""Makes sequences from scenario files: their calls in order, with what they capture, and what must follow.

What can be worked out beforehand is; what only a deployment's owner knows stays a name, and so does the mark. Called by
`understudy.probe.fuzz`. A scenario that hears keeps its calls; one whose calls need what was heard is left out. What is
expected of values once it began to listen is left out, too: it may rest on what was heard, or waited for.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from understudy.contract.contract import Contract
from understudy.contract.operation import Operation
from understudy.probe import expectations
from understudy.probe.building import NO_BODY, media_types
from understudy.probe.cases.ask import Ask
from understudy.probe.cases.credentials import credentials
from understudy.probe.results import Skipped
from understudy.probe.scenario import MARK, Scenario
from understudy.probe.scenario import Step as Written
from understudy.probe.sequences.sequence import CallSequence, Step, sequence_of
from understudy.probe.templates import FUNCTIONS, fill, names

LONGEST = 100
"""A scenario with more calls makes no sequence: it could not be made smaller in any time."""
_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


def sequences(
    contract: Contract, scenarios: Iterable[Scenario], made: Mapping[str, Any]
) -> tuple[list[CallSequence], list[Skipped]]:
    """The sequences of scenarios, and the scenarios that make none, each with the reason.

    Args:
        contract: knows their operations.
        scenarios: the scenarios.
        made: values for what only a deployment's owner knows, by name; what has none gets its name for a value.
    """
    found, left_out = [], []
    for scenario in scenarios:
        steps = list(_steps(contract, scenario, made))
        reason = _reason(contract, scenario, steps)
        if reason:
            left_out.append(Skipped(scenario.name, reason))
        else:
            found.append(sequence_of(scenario.name, scenario.path.name, steps))
    return found, left_out


def _steps(contract: Contract, scenario: Scenario, made: Mapping[str, Any]) -> Iterator[Step]:
    worked_out: dict[str, Any] = {}
    for name, value in scenario.let.items():
        worked_out[name] = settled(value, worked_out)
    needs = {MARK: "understudy", **{name: made.get(name, name) for name in scenario.needs}}
    given, listens = set(needs), False
    for written in (*scenario.steps, *scenario.cleanup):
        listens = listens or written.kind != "call"
        for number in range(1, int(written.data.get("times", 1)) + 1) if written.kind == "call" else ():
            known = {**worked_out, "n": number}
            expected = {} if listens else _expected(written, known, given)
            yield _step(contract, written, known, needs, expected)
            given |= set(written.data.get("capture") or ())


def _expected(written: Written, known: Mapping[str, Any], given: AbstractSet[str]) -> dict[str, list[Any]]:
    """What a call expects of values; None in place of what needs a name that no call before it gives."""
    found: dict[str, list[Any]] = {}
    for part in expectations.PARTS:
        listed = settled((written.data.get("expect") or {}).get(part) or [], known)
        found[part] = [one if names(one) <= given else None for one in listed]
    return {part: listed for part, listed in found.items() if any(listed)}


def _step(
    contract: Contract, written: Written, known: Mapping[str, Any], needs: Mapping[str, Any],
    expected: Mapping[str, Sequence[Any]],
) -> Step:  # fmt: skip
    operation = contract.by_id[written.name]
    given = {key: settled(written.data[key], known) for key in ("with", "body", "headers") if key in written.data}
    body = given.get("body", NO_BODY)
    media_type = written.data.get("media_type")
    if body is not NO_BODY and media_type is None:
        media_type = next(iter(media_types(contract, operation)), None)
    ask = Ask(_placed(operation, given.get("with", {})), body, media_type, given.get("headers", {}))
    used = names(ask.as_json()) | names(expected)
    opened = {name: value for name, value in needs.items() if name in used}
    status = settled((written.data.get("expect") or {}).get("status"), known)
    statuses = ["2XX"] if status is None else status if isinstance(status, list) else [status]
    return Step(
        operation.operation_id,
        Ask(ask.parameters, ask.body, ask.media_type, ask.headers, open=opened),
        written.data.get("capture") or {},
        tuple(str(status) for status in statuses),
        expect_values=expected,
        place=written.place,
    )


def _placed(operation: Operation, given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Values by place and name."""
    found: dict[str, dict[str, Any]] = {}
    for place, name in operation.parameters:
        if name in given:
            found.setdefault(place, {})[name] = given[name]
    return found


def _reason(contract: Contract, scenario: Scenario, steps: Sequence[Step]) -> str:
    """Why a scenario makes no sequence; empty where it does."""
    if not steps:
        return "it calls nothing"
    if len(steps) > LONGEST:
        return f"it has {len(steps):,} calls"
    if any("assume" in written.data or "within" in written.data for written in scenario.steps):
        return "it is for some deployments only, or waits for what takes time; verify plays it"
    if any(_brings_credentials(contract, step) for step in steps):
        return "its calls bring credentials of their own, in place of which a replay's would go; verify plays it"
    missing = _missing(scenario, steps)
    return f"its calls need {', '.join(missing)}, which no call gives" if missing else ""


def _brings_credentials(contract: Contract, step: Step) -> bool:
    asked = credentials(contract.data, contract.by_id[step.operation_id]).headers
    return not {name.lower() for name in asked}.isdisjoint(name.lower() for name in step.ask.headers)


def _missing(scenario: Scenario, steps: Sequence[Step]) -> list[str]:
    """The names that no earlier step captures and nobody gives."""
    known = {MARK, *scenario.needs}
    missing: list[str] = []
    for step in steps:
        missing += sorted(step.names() - known - set(missing))
        known |= set(step.capture)
    return missing


def settled(value: Any, known: Mapping[str, Any]) -> Any:
    """The value with the known names in it replaced; what needs others stays as it is written."""
    if isinstance(value, str):
        whole = _NAME.fullmatch(value)
        if whole is not None:
            return known.get(whole.group(1), value)
        return _NAME.sub(lambda match: _within(match, known), value)
    if isinstance(value, list):
        return [settled(item, known) for item in value]
    if isinstance(value, Mapping):
        inner = {key: settled(item, known) for key, item in value.items()}
        worked_out = len(inner) == 1 and next(iter(inner)) in FUNCTIONS and not names(inner)
        return fill(inner, {}) if worked_out else inner
    return value


def _within(match: re.Match[str], known: Mapping[str, Any]) -> str:
    """A name within a longer text: only what is text or a number can stand there."""
    value = known.get(match.group(1))
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else match.group(0)
