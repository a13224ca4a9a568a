"""Assembles the cases of one operation: good requests first, then each promise at its edges and broken by itself.

Every request is a good one with one thing changed, and every one goes to `label`. What is the same on the wire as
another is left out. Called by `corpus`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from understudy.contract import pointer
from understudy.contract.operation import Operation
from understudy.probe.cases import wire
from understudy.probe.cases.ask import Ask, left_open
from understudy.probe.cases.bodies import Medium, media
from understudy.probe.cases.breaks import breaks
from understudy.probe.cases.case import Aim
from understudy.probe.cases.covering import rows
from understudy.probe.cases.credentials import credentials
from understudy.probe.cases.edges import edges
from understudy.probe.cases.label import Labelled, Labeller
from understudy.probe.cases.making import Maker
from understudy.probe.cases.oddities import oddities, some_oddities
from understudy.probe.cases.parameters import Parameter, parameters, writable
from understudy.probe.cases.proposal import Proposal, Propose
from understudy.probe.cases.sites import Site, sites
from understudy.probe.cases.sizes import sizes

MOST = 20_000
"""How many requests are judged for one operation at most."""
_PROPOSERS: tuple[Propose, ...] = (edges, sizes, breaks)


class Assembly:
    """The cases of one operation in the making.

    Args:
        labeller: labels them.
        operation: the operation.
        maker: makes their values.
    """

    def __init__(self, labeller: Labeller, operation: Operation, maker: Maker) -> None:
        self.labeller = labeller
        self.operation = operation
        self.maker = maker
        self.seen: set[bytes] = set()
        self.broken: set[str] = set()
        self.place = pointer.join(operation.place, "#")
        self.media = media(maker, operation)
        self.bare = credentials(maker.data, operation)
        self.parameters = parameters(maker, labeller, operation, self.bare)
        self.head = self._head()
        self.bodies = {medium.name: self._bodies(medium) for medium in self.media}

    def cases(self) -> Iterator[Labelled]:
        """The cases, each once."""
        limit = self.labeller.judged + MOST
        for labelled in self._all():
            if labelled is not None and labelled.bytes not in self.seen:
                self.seen.add(labelled.bytes)
                yield labelled
            if self.labeller.judged > limit:
                return

    def _all(self) -> Iterator[Labelled | None]:
        yield from self._good()
        yield from self._examples()
        for parameter in self.parameters:
            if parameter.value is not None:
                yield from self._of_parameter(parameter)
        for medium in self.media:
            yield from self._of_body(medium)
        yield from self._without()
        yield from self._broken_bodies()

    def _head(self) -> Ask:
        """An ask with what is required beside the body; what names something is left open."""
        ask = self.bare
        for parameter in self.parameters:
            if not parameter.required or parameter.value is None:
                continue
            ask = ask.parameter(parameter.place, parameter.name, parameter.value)
            if parameter.identifies:
                ask = self._open(ask, parameter)
        return ask

    def _open(self, ask: Ask, parameter: Parameter) -> Ask:
        name = parameter.name
        opened = ask.parameter("path", name, left_open(name))
        return replace(opened, open={**opened.open, name: parameter.value})

    def _bodies(self, medium: Medium) -> list[Any]:
        """The fullest and the least value that the contract takes for a media type; none where it takes none."""
        fullest: list[Any] = []
        least: list[Any] = []
        for value, is_least in medium.values():
            if least:
                break
            if fullest and not is_least:
                continue
            found = self.labeller.violations(self.operation, self._asked(medium, value))
            if found is not None and not any(_of_body(violation.where) for violation in found):
                (least if is_least else fullest).append(value)
        return fullest + least

    def _asked(self, medium: Medium, value: Any) -> Ask:
        return self.head.with_body(medium.written(value), medium.media_type)

    def _least(self) -> Ask:
        """The least ask that is good: without a body where none is required."""
        if not self._body_required():
            return self.head
        return next(
            (self._asked(medium, self.bodies[medium.name][-1]) for medium in self.media if self.bodies[medium.name]),
            self.head,
        )

    def _body_required(self) -> bool:
        if not self.media:
            return False
        _, node = pointer.follow(self.maker.data, (*self.operation.place, "requestBody"))
        return bool(node.get("required"))

    def _label(self, ask: Ask, aim: Aim, *, breaks: bool | None = None) -> Labelled | None:
        return self.labeller.label(self.operation, ask, aim, breaks=breaks)

    def _good(self) -> Iterator[Labelled | None]:
        """The smallest and the fullest request of each media type, and optional parameters in all pairs."""
        least = self._least()
        yield self._label(least, Aim(self.place, "operation", "the smallest request"), breaks=False)
        optional = {parameter.where: parameter for parameter in self.parameters if not parameter.required}
        given = {where: parameter for where, parameter in optional.items() if parameter.value is not None}
        for medium in self.media:
            for number, value in enumerate(self.bodies[medium.name]):
                ask = self._asked(medium, value)
                what = "the least body" if number else "the fullest body"
                aim = Aim(pointer.join(medium.place, "#"), "media-type", f"{medium.name}, {what}")
                yield self._label(ask, aim, breaks=False)
                full = self._with(ask, given)
                if not number:
                    aim = Aim(self.place, "operation", f"the fullest request as {medium.name}")
                    yield self._label(full, aim, breaks=False)
        if not self.media:
            yield self._label(
                self._with(least, given), Aim(self.place, "operation", "the fullest request"), breaks=False
            )
        for number, chosen in enumerate(rows(list(given)), 1):
            ask = self._with(least, {where: given[where] for where in given if where in chosen})
            aim = Aim(f"{self.place}/parameters", "parameters", f"optional ones sent and left out, {number}")
            yield self._label(ask, aim, breaks=False)

    def _with(self, ask: Ask, chosen: dict[str, Parameter]) -> Ask:
        for parameter in chosen.values():
            ask = ask.parameter(parameter.place, parameter.name, parameter.value)
        return ask

    def _examples(self) -> Iterator[Labelled | None]:
        least = self._least()
        for parameter in self.parameters:
            for example, place in parameter.examples:
                ask = least.parameter(parameter.place, parameter.name, writable(example))
                yield self._label(ask, Aim(pointer.join(place, "#"), "example", parameter.name))
        for medium in self.media:
            for example, place in medium.examples():
                yield self._label(self._asked(medium, example), Aim(pointer.join(place, "#"), "example", medium.name))

    def _of_parameter(self, parameter: Parameter) -> Iterator[Labelled | None]:
        least = self._least()
        self.broken.clear()
        for site in sites(self.maker, parameter.schema_at, parameter.value):
            for proposal in self._proposals(site, oddities):
                value = writable(site.put(proposal.value))
                if value is not None:
                    ask = least.parameter(parameter.place, parameter.name, value)
                    yield self._judged(site, proposal, ask)

    def _of_body(self, medium: Medium) -> Iterator[Labelled | None]:
        self.broken.clear()
        if medium.schema_place is None:
            return
        for root in self.bodies[medium.name][-1:]:
            for site in sites(self.maker, medium.schema_place, root):
                odd = oddities if medium is self.media[0] else some_oddities
                for proposal in self._proposals(site, odd):
                    value = site.put(proposal.value)
                    if not medium.is_form or isinstance(value, dict):
                        yield self._judged(site, proposal, self._asked(medium, value))

    def _proposals(self, site: Site, odd: Propose) -> Iterator[Proposal]:
        """What is proposed for a site, without the spare ones that are no longer needed."""
        if site.shows is not None:
            yield Proposal(site.value, *site.shows)
        if site.again:
            return
        if site.futile:
            yield Proposal(site.value, "schema", "a value where none is good")
        for propose in (*_PROPOSERS, odd) if not site.futile else (edges,):
            for proposal in propose(self.maker, site):
                if not (proposal.spare and _promise(site, proposal) in self.broken):
                    yield proposal

    def _judged(self, site: Site, proposal: Proposal, ask: Ask) -> Labelled | None:
        promise = _promise(site, proposal)
        labelled = self._label(ask, Aim(promise, proposal.keyword, proposal.what), breaks=proposal.breaks)
        if labelled is not None and labelled.case.broken is not None:
            self.broken.update((labelled.case.broken.schema, promise))
        return labelled

    def _without(self) -> Iterator[Labelled | None]:
        """Requests without something that is asked for, or with something that is not."""
        least = self._least()
        for parameter in self.parameters:
            if parameter.required and parameter.place != "path":
                aim = Aim(pointer.join(parameter.at, "#"), "required", f"without `{parameter.name}`")
                yield self._label(least.without(parameter.place, parameter.name), aim)
        if self.bare.headers or self.bare.query:
            stripped = Ask(least.parameters, least.body, least.media_type, open=least.open)
            aim = Aim(pointer.join(self.operation.security_place, "#"), "security", "without credentials")
            yield self._label(stripped, aim)
        documented = self.labeller.contract.methods(self.operation.template)
        for keyword, what, ask in wire.other_method(least, self.operation, documented):
            yield self._label(ask, Aim(self.place, keyword, what), breaks=True)

    def _broken_bodies(self) -> Iterator[Labelled | None]:
        if not self.media:
            if self.operation.method not in ("get", "head"):
                keyword, what, ask = wire.unwanted_body(self.head)
                yield self._label(ask, Aim(self.place, keyword, what))
            return
        content = f"{self.place}/requestBody/content"
        keyword, what, ask = wire.missing_body(self.head)
        yield self._label(ask, Aim(content, keyword, what))
        for medium in self.media:
            for value in self.bodies[medium.name][:1]:
                good = self._asked(medium, value)
                request = self.labeller.request(self.operation, good)
                for keyword, what, ask in wire.broken_bodies(good, request.body) if request is not None else ():
                    yield self._label(ask, Aim(content, keyword, what))


def _promise(site: Site, proposal: Proposal) -> str:
    """The promise that a proposal aims at: the keyword of the site's schema, or the schema itself."""
    known = isinstance(site.schema, dict) and proposal.keyword in site.schema
    return pointer.join((*site.place, proposal.keyword) if known else site.place, "#")


def _of_body(where: str) -> bool:
    return where == "/body" or where.startswith(("/body/", "/header/content-type"))
