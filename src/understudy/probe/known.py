"""What stands for the names that cases leave open: what was given, what the deployment answered, or what was made.

Called by `replay`. It says which requests find out what the deployment holds; it must not send them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from understudy.contract.contract import Contract
from understudy.contract.exchange import Request
from understudy.probe.cases.case import Case
from understudy.probe.cases.corpus import generate
from understudy.probe.sequences.derive import Derivation
from understudy.probe.sequences.sequence import CallSequence, sequence_of
from understudy.probe.sequences.sources import Sources, resources

# What puts a thing away would leave nothing for the cases after it.
_ENDS = frozenset({"delete"})


class Known:
    """The values.

    Args:
        contract: the contract.
        given: what the deployment's owner gave, by the name of a parameter, of a resource, or of a security scheme.
    """

    def __init__(self, contract: Contract, given: Mapping[str, Any]) -> None:
        self.contract = contract
        self.given = dict(given)
        self.values: dict[str, Any] = dict(given)
        self._sources = Sources(contract)
        self._filled: dict[str, Mapping[str, Any]] = {}

    def makers(self, cases: Sequence[Case], seed: int) -> list[CallSequence]:
        """The sequences whose answers name what cases ask for, each one source; what is given is not looked for."""
        wanted = {
            resource
            for case in cases
            if case.operation_id in self.contract.by_id
            for resource, parameter in resources(self.contract.by_id[case.operation_id].template).items()
            if parameter in case.ask.open
            and parameter not in self.given
            and self._sources.name(resource) not in self.given
        }
        if not wanted & self._sources.by_resource.keys():
            return []
        asked = {source.operation_id for source in self._sources.by_resource.values()}
        derivation = Derivation(self.contract, cases)
        if asked - derivation.asks.keys():  # a small corpus does not have them
            derivation = Derivation(self.contract, generate(self.contract, seed, only=asked))
        found: dict[str, CallSequence] = {}
        for operation in self.contract.by_id.values():
            if wanted & resources(operation.template).keys():
                for source in derivation.makers(operation) or ():
                    if source.name not in self.given and source.name not in found:
                        step = derivation.step(source.operation_id, least=True)
                        capture = {source.name: source.at}
                        title = f"find {source.name}"
                        found[source.name] = sequence_of(title, source.origin, [replace(step, capture=capture)])
        return list(found.values())

    def learn(self, values: Mapping[str, Any]) -> None:
        """Keep what answers said."""
        self.values |= values
        self._filled.clear()

    def identifiers(self) -> dict[str, Any]:
        """What stands for each path parameter, by its name."""
        return {
            parameter: self.values[name]
            for resource, (parameter, name) in self.names().items()
            if name in self.values and resource in self._sources.by_resource
        } | self.given

    def names(self) -> dict[str, tuple[str, str]]:
        """Of each resource the parameter that names it, and what its value is called."""
        return {
            resource: (parameter, self._sources.name(resource))
            for operation in self.contract.by_id.values()
            for resource, parameter in resources(operation.template).items()
        }

    def request(self, case: Case) -> Request:
        """A case's request with nothing left open. Errors: what `Case.request` raises."""
        return case.request(self.contract, self._of(case.operation_id) if case.ask.open else {})

    def _of(self, operation_id: str) -> Mapping[str, Any]:
        """What stands for the open names of an operation's requests."""
        if operation_id not in self._filled:
            operation, values = self.contract.by_id[operation_id], dict(self.given)
            if operation.method not in _ENDS:
                for resource, parameter in resources(operation.template).items():
                    name = self._sources.name(resource)
                    if parameter not in values and name in self.values:
                        values[parameter] = self.values[name]
            self._filled[operation_id] = values
        return self._filled[operation_id]
