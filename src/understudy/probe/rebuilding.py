"""Makes of the requests that showed a finding what can be kept and sent anywhere: cases and sequences, likeliest first.

What names a thing is left open, or made by an earlier step, so that it shows the same on a deployment that holds other
things. Called by `keeper`, which tries them one after the other. It must not send anything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from understudy.contract.exchange import Request
from understudy.contract.operation import Operation
from understudy.contract.violations import Violation
from understudy.probe.cases.ask import Ask, left_open
from understudy.probe.cases.case import Aim, Case, Found
from understudy.probe.cases.credentials import credentials
from understudy.probe.cases.label import Labeller
from understudy.probe.cases.reread import ask_of, opened, operation_of, with_credentials
from understudy.probe.corpus import Item
from understudy.probe.judge import Finding
from understudy.probe.known import Known
from understudy.probe.searching.laws import FOLLOWS, check_of
from understudy.probe.sequences.derive import Derivation
from understudy.probe.sequences.sequence import Step, sequence_of

ORIGIN = "found"
ALONE = frozenset({"", "not_a_server_error"})
"""What one request can show, whatever went before it: a broken promise of the contract, and this law."""
UNASKED = "ignored_auth"
"""The law that only a request without the right credentials shows."""


@dataclass(frozen=True, slots=True)
class Rebuilder:
    """Makes items of requests.

    Args:
        labeller: labels cases.
        known: what stands for names on the deployment.
        derivation: makes the steps that make things.
        made: values for what only the deployment's owner knows, by name: what was given may be a secret.
    """

    labeller: Labeller
    known: Known
    derivation: Derivation
    made: Mapping[str, object]

    def items(self, violation: Violation, requests: Sequence[Request]) -> Iterator[Item]:
        """What may show a finding again, each once: the last request by itself, then with what went before it."""
        seen: set[str] = set()
        for item in self._all(violation, requests):
            if item.id not in seen:
                seen.add(item.id)
                yield item

    def _all(self, violation: Violation, requests: Sequence[Request]) -> Iterator[Item]:
        found = (found_of(violation),)
        if check_of(violation) in ALONE:
            yield from (replace(case, found=found) for case in self._cases(violation, requests[-1]))
            chains = [requests[-1:], requests]
        else:
            chains = [requests]
        shows_itself = check_of(violation) != UNASKED or self._by_name(requests[-1])
        for chain in chains if shows_itself else ():
            for bare in (True,) if check_of(violation) == UNASKED else (False, True):
                steps = self._steps(chain, violation, bare=bare)
                if steps:
                    yield replace(sequence_of(f"found: {found[0]}", ORIGIN, steps), found=found)

    def _cases(self, violation: Violation, request: Request) -> Iterator[Case]:
        """The request by itself: with names left open and credentials, without the one, without the other."""
        operation = operation_of(self.labeller.contract, request)
        if operation is None:
            return
        asked = ask_of(self.labeller.contract, operation, request)
        shown = credentials(self.labeller.contract.data, operation)
        names = self._in_path(operation, request)
        given = {name: name for name in names if name in self.known.given}
        aim = Aim(violation.schema if violation.schema.startswith("#") else "", ORIGIN, str(found_of(violation)))
        # What the search itself made is there nowhere else: first with everything left open that can be found out.
        every = self._in_path(operation, request, whatever=True)
        for ask in (self._opened(asked, every), self._opened(asked, names), self._opened(asked, given)):
            for full in (with_credentials(ask, shown), ask):
                labelled = self.labeller.label(operation, full, aim)
                if labelled is not None:
                    yield labelled.case

    def _steps(self, chain: Sequence[Request], violation: Violation, *, bare: bool) -> list[Step]:
        """The requests as steps; none where one of them belongs to no operation.

        Args:
            chain: the requests.
            violation: what the last one shows.
            bare: whether the last one goes without credentials.
        """
        steps: list[Step] = []
        for number, request in enumerate(chain):
            operation = operation_of(self.labeller.contract, request)
            if operation is None:
                return []
            last = number == len(chain) - 1
            ask = self._linked(steps, operation, request)
            if not (bare and last):
                ask = self._shown(ask, operation)
            steps.append(Step(operation.operation_id, ask))
        check = check_of(violation)
        if check:
            steps[-1] = replace(steps[-1], expect=FOLLOWS[check], law=violation.schema)
        return steps

    def _linked(self, steps: list[Step], operation: Operation, request: Request) -> Ask:
        """A step's ask: what an earlier step made is taken from its answer; what is there is made before, or given."""
        ask = ask_of(self.labeller.contract, operation, request)
        given: dict[str, str] = {}
        captured: dict[str, str] = {}
        sources = self.derivation.sources
        for resource, (parameter, name) in self.known.names().items():
            value = request.path_params.get(parameter)
            if value is None or not f"{operation.template}/".startswith(f"{resource}/"):
                continue
            source = sources.by_resource.get(resource)
            made_by = source.operation_id if source is not None else ""
            maker = next((n for n, step in enumerate(steps) if step.operation_id == made_by), None)
            if source is not None and maker is not None:
                steps[maker] = replace(steps[maker], capture={**steps[maker].capture, name: source.at})
                captured[parameter] = name
            elif str(self.known.given.get(parameter)) == value:
                given[parameter] = parameter
            elif (
                source is not None and str(self.known.values.get(name)) == value and self._make(steps, operation, name)
            ):
                captured[parameter] = name
        ask = self._opened(ask, given)
        path = {**ask.parameters.get("path", {}), **{one: left_open(name) for one, name in captured.items()}}
        return replace(ask, parameters={**ask.parameters, "path": path}) if captured else ask

    def _make(self, steps: list[Step], operation: Operation, wanted: str) -> bool:
        """Put before what makes a thing that the deployment held; returns whether there is such a thing."""
        have = {name for step in steps for name in step.capture}
        makers = [source for source in self.derivation.makers(operation) or () if source.name not in have]
        if wanted in have or wanted not in {source.name for source in makers}:
            return wanted in have
        made: list[Step] = []
        for source in makers:
            step = self.derivation.step(source.operation_id, least=True)
            ask = self._shown(
                _without(step.ask, credentials(self.labeller.contract.data, self._by(step))), self._by(step)
            )
            left = {name: value for name, value in ask.open.items() if name in self.known.given}
            made.append(replace(step, ask=replace(ask, open=left), capture={source.name: source.at}))
            if source.name == wanted:
                break
        steps[:0] = made
        return True

    def _by_name(self, request: Request) -> bool:
        """Whether the credentials of a request were given by name: only then can one go without them."""
        operation = operation_of(self.labeller.contract, request)
        shown = credentials(self.labeller.contract.data, operation) if operation is not None else Ask()
        return shown.open.keys() <= self.known.given.keys()

    def _by(self, step: Step) -> Operation:
        return self.labeller.contract.by_id[step.operation_id]

    def _shown(self, ask: Ask, operation: Operation) -> Ask:
        """The ask with the credentials that were given by name; those that go with every request are left to it."""
        shown = credentials(self.labeller.contract.data, operation)
        return with_credentials(ask, shown) if shown.open and shown.open.keys() <= self.known.given.keys() else ask

    def _opened(self, ask: Ask, names: Mapping[str, str]) -> Ask:
        """The ask with path parameters left open, and nothing in it that was given."""
        found = opened(ask, names)
        hidden = {name: self.made.get(name, name) for name in names if name in self.known.given}
        return replace(found, open={**found.open, **hidden})

    def _in_path(self, operation: Operation, request: Request, *, whatever: bool = False) -> dict[str, str]:
        """The parameters of a path that can be found out: those with a value that is known, or whatever they have."""
        found = {}
        for resource, (parameter, name) in self.known.names().items():
            if f"{operation.template}/".startswith(f"{resource}/") and parameter in request.path_params:
                value = self.known.given.get(parameter, self.known.values.get(name))
                if value is not None and (whatever or str(value) == request.path_params[parameter]):
                    found[parameter] = parameter
        return found


def found_of(violation: Violation) -> Found:
    """What an item says of the finding that it shows."""
    finding = Finding(violation)
    return Found(finding.fingerprint, violation.code, violation.operation_id, finding.where, violation.schema)


def _without(ask: Ask, shown: Ask) -> Ask:
    """The ask without credentials."""
    return replace(
        ask,
        headers={name: value for name, value in ask.headers.items() if shown.headers.get(name) != value},
        query={name: value for name, value in ask.query.items() if shown.query.get(name) != value},
        open={name: value for name, value in ask.open.items() if name not in shown.open},
    )


def given_headers(
    data: Mapping[str, object], operations: Sequence[Operation], given: Mapping[str, str]
) -> dict[str, str]:
    """The headers that credentials make which were given by the names of their schemes."""
    headers: dict[str, str] = {}
    for operation in operations:
        shown = credentials(data, operation)
        if shown.open and shown.open.keys() <= given.keys():
            headers |= shown.filled(given).headers
    return headers
