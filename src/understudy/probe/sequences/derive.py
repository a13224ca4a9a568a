"""Makes sequences from a contract alone: what is made is used, changed, used by several at once, and put away.

Which answer names what comes from `sources`; the requests are the good ones among the generated cases. Called by
`understudy.probe.fuzz`. The same contract and cases give the same sequences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import orjson

from understudy.contract.body import is_json
from understudy.contract.contract import Contract
from understudy.contract.operation import Operation
from understudy.probe.cases.ask import Ask, left_open
from understudy.probe.cases.case import Case
from understudy.probe.sequences.sequence import CallSequence, Step, sequence_of
from understudy.probe.sequences.sources import Source, Sources, resources

FOUND = ("2XX", "3XX")
"""What must follow where something is read that was just made."""
WRITES = ("post", "put", "patch")
# The order in which all is done with a thing: it is put away last.
_ORDER = ("get", "post", "put", "patch", "delete")


class Derivation:
    """Makes the sequences of one contract.

    Args:
        contract: the contract.
        cases: its generated cases; an operation without a good one is in no sequence.
    """

    def __init__(self, contract: Contract, cases: Sequence[Case]) -> None:
        self.contract = contract
        self.sources = Sources(contract)
        self.asks = _good(cases)

    def sequences(self) -> list[CallSequence]:
        """The sequences, each once: uses of what was made, whole lives, and those with several at once."""
        found: dict[str, CallSequence] = {}
        for sequence in (*self._uses(), *self._lives(), *self._at_once()):
            found.setdefault(sequence.id, sequence)
        return list(found.values())

    def makers(self, operation: Operation) -> list[Source] | None:
        """The sources of what an operation's path names, in the order of asking; None where none has one."""
        found: dict[str, Source] = {}
        self._collect(operation, found, ())
        return list(found.values()) or None

    def step(self, operation_id: str, number: int = 0, *, least: bool = False) -> Step:
        """A good request of an operation, with names where its path names what a source answers with."""
        operation = self.contract.by_id[operation_id]
        asks = self.asks[operation_id]
        ask = asks[0] if least else asks[-1 - number % len(asks)]
        path, made = dict(ask.parameters.get("path", {})), dict(ask.open)
        for resource, parameter in resources(operation.template).items():
            name = self.sources.name(resource)
            if parameter in path:
                made[name] = made.pop(parameter, path[parameter])
                path[parameter] = left_open(name)
        return Step(
            operation_id,
            replace(ask, parameters={**ask.parameters, "path": path} if path else ask.parameters, open=made),
        )

    def _collect(self, operation: Operation, found: dict[str, Source], asking: tuple[str, ...]) -> None:
        for resource in resources(operation.template):
            source = self.sources.by_resource.get(resource)
            if source is None or resource in found or source.operation_id in asking:
                continue
            if source.operation_id in self.asks:
                self._collect(self.contract.by_id[source.operation_id], found, (*asking, source.operation_id))
                found[resource] = source

    def _made(self, operation: Operation) -> list[Step]:
        """The steps that make what an operation's path names."""
        steps: dict[str, Step] = {}
        for source in self.makers(operation) or ():
            step = steps.get(source.operation_id) or self.step(source.operation_id, least=True)
            steps[source.operation_id] = replace(step, capture={**step.capture, source.name: source.at})
        return list(steps.values())

    def _usable(self) -> Iterator[tuple[Operation, list[Step]]]:
        for operation_id in self.asks:
            operation = self.contract.by_id[operation_id]
            made = self._made(operation)
            if made and operation_id not in {step.operation_id for step in made}:
                yield operation, made

    def _uses(self) -> Iterator[CallSequence]:
        """What was made is used by one operation, and read if it may have changed."""
        for operation, made in self._usable():
            steps = [*made, self._read_or(operation)]
            reader = self.contract.operations.get(("get", operation.template))
            if operation.method in WRITES and reader is not None and reader.operation_id in self.asks:
                steps.append(self._read_or(reader))
            yield self._sequence(steps)

    def _read_or(self, operation: Operation) -> Step:
        """A step; where it only reads, what was made must be found."""
        if operation.method == "get" and self._all_made(operation):
            return replace(self.step(operation.operation_id, least=True), expect=FOUND)
        return self.step(operation.operation_id)

    def _all_made(self, operation: Operation) -> bool:
        """Whether what a path leads to was made in its own collection: then it may not be missing.

        What only goes by the name of a thing elsewhere may not be there yet, as a survey of a conversation.
        """
        for resource in list(resources(operation.template))[-1:]:
            source = self.sources.by_resource.get(resource)
            made_in = self.contract.by_id[source.operation_id].template if source is not None else ""
            if made_in.rstrip("/") != resource.rpartition("/")[0]:
                return False
        return True

    def _lives(self) -> Iterator[CallSequence]:
        """All that is done with one thing, from its making to its end."""
        for resource, source in self.sources.by_resource.items():
            if self.contract.by_id[source.operation_id].method == "get":
                continue
            there = [o for o, _ in self._usable() if list(resources(o.template))[-1:] == [resource]]
            if len(there) > 1:
                there.sort(key=lambda operation: _ORDER.index(operation.method) if operation.method in _ORDER else 1)
                first = there[0]
                steps = [*self._made(first), *(self.step(operation.operation_id) for operation in there)]
                title = f"the life of {source.name}: {', '.join(operation.operation_id for operation in there)}"
                yield sequence_of(title, source.origin, steps)

    def _at_once(self) -> Iterator[CallSequence]:
        """Two write, and one reads in between; then all is read once more."""
        for operation, made in self._usable():
            reader = self._reader(operation)
            if (
                operation.method not in WRITES
                or reader is None
                or reader.operation_id in {s.operation_id for s in made}
            ):
                continue
            write = operation.operation_id
            read = self._read_or(reader)
            steps = [
                *made,
                *(replace(self.step(write, number), lane=1) for number in (0, 1)),
                *(replace(self.step(write, number), lane=2) for number in (1, 0)),
                *(replace(read, lane=3) for _ in range(2)),
                read,
            ]
            origin = self.sources.by_resource[list(resources(reader.template))[-1]].origin
            yield sequence_of(f"two {write} while {reader.operation_id} reads", origin, steps)

    def _reader(self, operation: Operation) -> Operation | None:
        """Who reads what an operation writes: at the same path, else what it stands in."""
        for template in (operation.template, operation.template.rpartition("/")[0]):
            reader = self.contract.operations.get(("get", template))
            known = reader is not None and list(resources(reader.template))[-1:]
            if (
                reader is not None
                and known
                and known[0] in self.sources.by_resource
                and reader.operation_id in self.asks
            ):
                return reader
        return None

    def _sequence(self, steps: Sequence[Step]) -> CallSequence:
        last = self.contract.by_id[steps[-1].operation_id]
        sources = self.makers(last) or []
        origin = "links" if all(source.origin == "links" for source in sources) else "names"
        return sequence_of(", then ".join(step.operation_id for step in steps), origin, steps)


def _good(cases: Sequence[Case]) -> Mapping[str, list[Ask]]:
    """Good requests of each operation, from the smallest to the fullest; nothing but the request is aimed at.

    The fullest JSON is the last one where there is any: what a form can say of its values, not every server reads.
    """
    found: dict[str, dict[str, Ask]] = {}
    for case in cases:
        if case.kind == "valid" and case.aim.keyword in ("operation", "media-type") and not case.ask.method:
            found.setdefault(case.operation_id, {})[case.id] = case.ask
    return {
        operation_id: _json_last(
            [ask for _, ask in sorted(asks.items(), key=lambda pair: (len(orjson.dumps(pair[1].as_json())), pair[0]))]
        )
        for operation_id, asks in found.items()
    }


def _json_last(asks: list[Ask]) -> list[Ask]:
    fullest = next((ask for ask in reversed(asks) if ask.media_type and is_json(ask.media_type)), asks[-1])
    return [*(ask for ask in asks if ask is not fullest), fullest]
