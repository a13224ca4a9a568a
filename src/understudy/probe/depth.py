"""Draws further cases with Schemathesis: what its strategies make, labelled by the contract whatever they hoped for.

Batch by batch, each with a seed of its own: the same contract, seed and number give the same cases, so a run can go on
where another one ended. Nothing is sent. Loaded only where depth is asked for; Schemathesis takes a second to load.
"""

from __future__ import annotations

import hashlib
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import HypothesisException
from schemathesis.core import NotSet
from schemathesis.core.errors import SchemathesisError
from schemathesis.generation import GenerationMode

from understudy.contract import pointer
from understudy.contract.contract import Contract
from understudy.contract.operation import Operation
from understudy.probe.building import NO_BODY
from understudy.probe.cases.ask import Ask, left_open
from understudy.probe.cases.case import Aim
from understudy.probe.cases.credentials import credentials
from understudy.probe.cases.label import Labelled, Labeller

BATCH = 50
"""How many requests are drawn for one operation at a time."""
WIDTH = 200
_MODES = (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)
_PLACES = {"path": "path_parameters", "query": "query", "header": "headers", "cookie": "cookies"}


class Depth:
    """The drawn cases of a contract.

    Args:
        contract: the contract.
        chance: the seed of the whole corpus.

    Attributes:
        undrawn: the operations of which not everything could be drawn, each with the reason.
    """

    def __init__(self, contract: Contract, chance: int) -> None:
        self.contract = contract
        self.chance = chance
        self.undrawn: dict[str, str] = {}
        self.labeller = Labeller(contract)
        self.operations = list(contract.by_id.values())
        self._schema = schemathesis.openapi.from_dict(dict(contract.data))

    def __len__(self) -> int:
        """How many batches a round has: one for each operation and way of drawing."""
        return len(self.operations) * len(_MODES)

    def batch(self, number: int) -> Iterator[Labelled]:
        """The cases of one batch; there is no last one."""
        operation = self.operations[number % len(self.operations)]
        mode = _MODES[number // len(self.operations) % len(_MODES)]
        bare = credentials(self.contract.data, operation)
        for drawn in self._drawn(operation, mode, number):
            labelled = self._label(operation, _ask(operation, drawn, bare), mode)
            if labelled is not None:
                yield labelled

    def _drawn(self, operation: Operation, mode: GenerationMode, number: int) -> list[Any]:
        strategy = self._schema[operation.template][operation.method.upper()].as_strategy(generation_mode=mode)
        digest = hashlib.sha256(f"{self.chance}/{number}/{operation.operation_id}".encode()).digest()
        found: list[Any] = []

        @seed(int.from_bytes(digest[:8]))
        @settings(
            max_examples=BATCH,
            database=None,
            deadline=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(strategy)
        def draw(case: Any) -> None:
            found.append(case)

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what it says of schemas is said by `understudy check`
            try:
                draw()
            except (HypothesisException, SchemathesisError) as error:
                # What was drawn before stays; texts longer than Hypothesis makes, for one, end a batch.
                self.undrawn[operation.operation_id] = str(error).partition("\n")[0][:WIDTH]
        return found

    def _label(self, operation: Operation, ask: Ask, mode: GenerationMode) -> Labelled | None:
        aim = Aim(pointer.join(operation.place, "#"), "drawn", f"{mode.value}, by chance")
        labelled = self.labeller.label(operation, ask, aim)
        if labelled is None or (labelled.case.broken is not None and labelled.case.broken.where.startswith("/path")):
            return labelled
        return self.labeller.label(operation, _opened(ask), aim)


def _ask(operation: Operation, drawn: Any, bare: Ask) -> Ask:
    """What was drawn as an ask; parameters that nobody documented go beside the others."""
    parameters: dict[str, dict[str, Any]] = {}
    headers, query = dict(bare.headers), dict(bare.query)
    for place, attribute in _PLACES.items():
        for name, value in (getattr(drawn, attribute) or {}).items():
            if (place, name) in operation.parameters:
                parameters.setdefault(place, {})[name] = value
            elif place == "header" and name.lower() not in ("content-type", "authorization"):
                headers[name] = str(value)
            elif place == "query":
                query[name] = str(value)
    body = NO_BODY if isinstance(drawn.body, NotSet) else drawn.body
    return Ask(parameters, body, None if body is NO_BODY else drawn.media_type, headers, query, open=bare.open)


def _opened(ask: Ask) -> Ask:
    """The same with its path left open: what is drawn by chance exists nowhere."""
    path: Mapping[str, Any] = ask.parameters.get("path", {})
    if not path:
        return ask
    parameters = {**ask.parameters, "path": {name: left_open(name) for name in path}}
    return replace(ask, parameters=parameters, open={**ask.open, **path})
