"""A rule: which fault is to meet whom, how probably, how often. Read from data that people write.

Called by the registry. What is wrong with a rule is told in a sentence that names the fix.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any

from understudy.server.faults.catalogue import BY_NAME
from understudy.server.faults.fault import Fault, FrameFault

COMMON = ("fault", "service", "operation", "event", "probability", "count")
"""What every rule may say, beside its fault's parameters."""


@dataclass(slots=True)
class Rule:
    """One rule.

    Attributes:
        id: its name in the registry.
        sandbox: the sandbox whose calls it is for; empty for everybody's.
        fault: what is to happen.
        values: the fault's parameters, all of them.
        service: the service or document whose calls it is for; None for all.
        operation: the operationId that it is for; None for every one.
        event: the event whose frames it is for; None for every one.
        probability: how probably it hits, from 0 to 1.
        count: how many times it may hit; None for any number.
        hits: how many times it did.
    """

    id: str
    sandbox: str
    fault: Fault | FrameFault
    values: Mapping[str, Any]
    service: str | None = None
    operation: str | None = None
    event: str | None = None
    probability: float = 1.0
    count: int | None = None
    hits: int = 0

    @property
    def spent(self) -> bool:
        """Whether it has hit as often as it may."""
        return self.count is not None and self.hits >= self.count

    def as_json(self) -> dict[str, Any]:
        """The rule as data: what `read` takes, and id, sandbox and hits."""
        return {
            "id": self.id,
            "sandbox": self.sandbox,
            "fault": self.fault.name,
            **self.values,
            "service": self.service,
            "operation": self.operation,
            "event": self.event,
            "probability": self.probability,
            "count": self.count,
            "hits": self.hits,
        }


@dataclass(frozen=True, slots=True)
class Known:
    """The names that rules may use.

    Attributes:
        services: names of the services and documents served.
        operations: their operationIds.
        events: the names of their events.
    """

    services: Collection[str]
    operations: Collection[str]
    events: Collection[str]


def read(number: str, sandbox: str, data: Mapping[str, Any], known: Known) -> Rule:
    """A rule from data.

    Args:
        number: the rule's id.
        sandbox: the sandbox it is for.
        data: ``fault``, what else is in `COMMON`, and the fault's parameters.
        known: the names that may be used.

    Errors: `ValueError` with a sentence that names the fix.
    """
    if not isinstance(data, Mapping) or "fault" not in data:
        raise ValueError("a rule is an object with the key `fault`, the name of what is to happen")
    name = data["fault"]
    fault = BY_NAME.get(name) if isinstance(name, str) else None
    if fault is None:
        raise ValueError(f"there is no fault {name!r}{_near(str(name), BY_NAME)}; choose one of: {', '.join(BY_NAME)}")
    rule = Rule(number, sandbox, fault, _values(fault, data))
    rule.service = _name(data, "service", known.services)
    rule.operation = _name(data, "operation", known.operations)
    rule.event = _name(data, "event", known.events)
    wrong, right = ("event", "operation") if isinstance(fault, Fault) else ("operation", "event")
    if data.get(wrong) is not None:
        meets = "answers" if isinstance(fault, Fault) else "realtime frames"
        raise ValueError(f"{name} is for {meets}; leave `{wrong}` out, and say `{right}` to choose among them")
    rule.probability = _probability(data.get("probability", 1))
    rule.count = _count(data.get("count"))
    return rule


def _values(fault: Fault | FrameFault, data: Mapping[str, Any]) -> dict[str, Any]:
    """The fault's parameters: those given, and defaults for the rest."""
    values = {parameter.name: parameter.default for parameter in fault.parameters}
    for key in data:
        if key not in COMMON and key not in values:
            known = ", ".join((*values, *COMMON[1:]))
            raise ValueError(
                f"{fault.name} has no parameter {key!r}{_near(key, values)}; a rule for it may say: {known}"
            )
    for parameter in fault.parameters:
        if parameter.name in data:
            parameter.check(data[parameter.name])
            values[parameter.name] = data[parameter.name]
    fault.check(values)
    return values


def _name(data: Mapping[str, Any], key: str, known: Collection[str]) -> str | None:
    name = data.get(key)
    if name is None:
        return None
    if not isinstance(name, str) or name not in known:
        listed = ", ".join(sorted(known)) or "none is served"
        raise ValueError(f"there is no {key} {name!r}{_near(str(name), known)}; leave it out for all, or use: {listed}")
    return name


def _probability(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"`probability` is {value!r}; give it a number from 0 to 1")
    return float(value)


def _count(value: Any) -> int | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int) or value < 1):
        raise ValueError(f"`count` is {value!r}; give it a whole number from 1, or null for no limit")
    return value


def _near(name: str, known: Collection[str]) -> str:
    found = get_close_matches(name, known, n=1)
    return f"; {found[0]} is near" if found else ""
