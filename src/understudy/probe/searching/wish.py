"""What to search for, and Schemathesis' settings for it: as plain data, in its documented configuration's words.

Called before a run. Identifiers that are known reach the generator twice: as examples in the document, for the phases
that read it, and as dictionaries that fuzzing draws from most of the time.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from understudy.contract import pointer
from understudy.contract.contract import Contract
from understudy.contract.exchange import Exchange
from understudy.probe.searching.laws import CHECKS, LEFT_TO_CONTRACT, REMARKS
from understudy.probe.searching.relay import SAFE

KNOWN_SHARE = 0.9
"""How often a path parameter gets the value that is known: most of the time, lest a path with three never leads on."""
PHASES = ("examples", "coverage", "fuzzing", "stateful")
CONTRACT_CHECK = "understudy_contract"
"""The check that stops a case which breaks a promise, so that Hypothesis makes it smaller."""
SUCCESSES = range(200, 300)
NOTHING: Mapping[str, object] = {}
STEPS = 6
"""How many requests a stateful sequence may have."""
_LENGTHS = frozenset({"maxItems", "maxLength", "maxProperties"})
LONGEST = 8_000
"""The greatest length that Hypothesis is asked to go beyond; from 8,192 on, it gives up on the whole operation."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to search for.

    Attributes:
        seed: the seed of all that is generated.
        max_examples: how many cases fuzzing makes of each operation, and how many sequences.
        seconds: the time there is; None for as long as it takes. A run that time ends does not repeat.
        database: where Hypothesis keeps what it found: a ``redis://`` URL, a directory, or None for nowhere.
        known: values of path parameters, by name.
        safe: whether only operations that are safe by method may be asked.
        shrink: whether a case that breaks a promise is made as small as it goes.
        settled: the fingerprints of findings that need not be made smaller any more.
        phases: which of Schemathesis' phases to run.
        only: the ids of the operations to ask; None for all.
    """

    seed: int = 0
    max_examples: int = 50
    seconds: float | None = None
    database: str | None = None
    known: Mapping[str, object] = field(default_factory=dict)
    safe: bool = False
    shrink: bool = False
    settled: frozenset[str] = frozenset()
    phases: tuple[str, ...] = PHASES
    only: frozenset[str] | None = None

    def asks(self, operation_id: str) -> bool:
        """Whether an operation is among those to ask."""
        return self.only is None or operation_id in self.only


def settings(wish: Wish, headers: Mapping[str, str]) -> dict[str, Any]:
    """Schemathesis' configuration.

    Args:
        wish: what to search for.
        headers: what every request carries, so that checks can leave it out.
    """
    off = {*LEFT_TO_CONTRACT, *(REMARKS if wish.shrink else ()), *(() if wish.shrink else (CONTRACT_CHECK,))}
    on = {*CHECKS, *((CONTRACT_CHECK,) if wish.shrink else ())} - off
    generation: dict[str, Any] = {
        "mode": "all",
        "max-examples": wish.max_examples,
        "no-shrink": not wish.shrink,
        # To make a case smaller is to send what looks alike again.
        "unique-inputs": not wish.shrink,
        # What a server's database cannot store is no finding that anybody would act on.
        "allow-x00": False,
    }
    if wish.database is None:
        generation["database"] = "none"
    elif "://" not in wish.database:
        generation["database"] = wish.database
    made: dict[str, Any] = {
        "seed": wish.seed,
        "workers": 1,
        "continue-on-failure": True,
        "suppress-health-check": ["all"],
        # The relay keeps to the deployment's own patience, pauses after a 429 included.
        "request-timeout": 3600,
        "headers": dict(headers),
        "cache": {"enabled": False},
        "warnings": False,
        "auth": {"auto-signup": False},
        "generation": generation,
        "phases": {name: {"enabled": name in wish.phases} for name in PHASES},
        "checks": {**{name: {"enabled": True} for name in sorted(on)}, **{name: {"enabled": False} for name in off}},
    }
    made["phases"]["stateful"]["max-steps"] = STEPS
    if wish.safe:
        made["phases"]["coverage"]["unexpected-methods"] = sorted(SAFE - {"HEAD"})
    if wish.seconds is not None:
        made["max-time"] = max(1, int(wish.seconds))
    if wish.known:
        made["dictionaries"] = {name: {"values": _forms(value)} for name, value in wish.known.items()}
        made["parameters"] = {f"path.{name}": {"dictionary": name, "probability": KNOWN_SHARE} for name in wish.known}
    return made


def readable(contract: Contract, known: Mapping[str, object]) -> dict[str, Any]:
    """The document as Schemathesis is to read it: no servers, since the target is one, and known values as examples.

    Limits that nothing generated reaches are left out; the cases of the contract's own keep and break them.
    """
    data: dict[str, Any] = _without_great_limits(copy.deepcopy(dict(contract.data)))
    for holder in (data, *_path_items(data), *_operations(data)):
        holder.pop("servers", None)
    for operation in contract.operations.values():
        for (place, name), parts in operation.parameters.items():
            if place == "path" and name in known:
                node = pointer.walk(data, parts)
                node.pop("examples", None)
                node["example"] = _typed(known[name], node.get("schema", {}))
    return data


def identifiers(
    contract: Contract, exchanges: Sequence[tuple[str, Exchange]], given: Mapping[str, object] = NOTHING
) -> dict[str, object]:
    """Values of path parameters that lead somewhere: those of the latest success that has the most of them.

    They are taken from one request as far as it has them, since an identifier is only good below its own parent.

    Args:
        contract: whose path parameters they are.
        exchanges: what was sent so far, with where it came from.
        given: what only the deployment's owner knows; it goes before what was met.
    """
    named = {
        name for operation in contract.operations.values() for place, name in operation.parameters if place == "path"
    }
    succeeded: list[Mapping[str, str]] = [
        exchange.request.path_params
        for _, exchange in exchanges
        if exchange.response is not None
        and exchange.response.status_code in SUCCESSES
        and contract.operation(exchange.request) is not None
    ]
    found: dict[str, object] = {}
    succeeded.reverse()
    for params in sorted(succeeded, key=len, reverse=True):
        for name, value in params.items():
            found.setdefault(name, value)
    return {**found, **{name: value for name, value in given.items() if name in named}}


def _without_great_limits(node: Any) -> Any:
    """The document without the lengths that Hypothesis cannot exceed."""
    if isinstance(node, list):
        return [_without_great_limits(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: _without_great_limits(value)
        for key, value in node.items()
        if not (key in _LENGTHS and isinstance(value, int) and value > LONGEST)
    }


def _forms(value: object) -> list[object]:
    """A value as text and, where it is one, as a number: the document decides which of them it takes."""
    text = str(value)
    return [text, int(text)] if text.isascii() and text.isdigit() else [text]


def _typed(value: object, schema: Mapping[str, Any]) -> object:
    kinds = schema.get("type", ())
    wanted = {kinds} if isinstance(kinds, str) else set(kinds)
    text = str(value)
    return int(text) if wanted & {"integer", "number"} and text.isascii() and text.isdigit() else text


def _path_items(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [item for item in data.get("paths", {}).values() if isinstance(item, dict)]


def _operations(data: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [node for item in _path_items(data) for node in item.values() if isinstance(node, dict)]
