"""Tells, promise by promise, which case covers it, or why none does.

Called by whoever shows what a corpus is worth. It judges the cases anew, so it tells the truth of a corpus that was
kept, too. It must not make any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

from understudy.contract import pointer
from understudy.contract.contract import Contract
from understudy.contract.coverage import Coverage
from understudy.contract.exchange import Exchange
from understudy.contract.promises import Promise
from understudy.contract.subschemas import ONE, SUBSCHEMAS
from understudy.generator.shape import UnsatisfiableError
from understudy.generator.values import Generator
from understudy.probe.cases.case import Case
from understudy.probe.cases.fields import only_texts
from understudy.probe.cases.making import DETAILS

_NOT_ASKED = {
    "response": "only an answer can keep or break it",
    "event": "only an event can keep or break it",
}


@dataclass(frozen=True, slots=True)
class Explained:
    """What becomes of one promise.

    Attributes:
        promise: the promise.
        case: id of the first case that exercises it; an empty string if none does.
        broken: id of the first case that breaks it; an empty string if none does.
        why: why no case exercises it; empty where one does.
        never: whether it is proven that no request can exercise it.
    """

    promise: Promise
    case: str = ""
    broken: str = ""
    why: str = ""
    never: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same as JSON data."""
        return {
            "promise": self.promise.as_json(),
            "case": self.case,
            "broken": self.broken,
            "why": self.why,
            "never": self.never,
        }


def explain(contract: Contract, cases: Iterable[Case]) -> tuple[Explained, ...]:
    """Every promise of the contract, sorted, with the cases that cover it.

    Errors: `KeyError` for a case of an operation that the contract does not have.
    """
    coverage = Coverage(contract)
    first: dict[Promise, str] = {}
    broken: dict[Promise, str] = {}
    for case in cases:
        request = case.request(contract)
        violations = [violation for violation in contract.check_request(request) if violation.status]
        exchange = Exchange(request, operation_id=case.operation_id, violations=violations)
        coverage.add(exchange)
        for promise in coverage.exercised_by(exchange):
            first.setdefault(promise, case.id)
            if any(violation.schema == promise.schema for violation in violations):
                broken.setdefault(promise, case.id)
    reasons = {
        missing.promise: missing.reason for operation in coverage.summary().operations for missing in operation.missing
    }
    reader = _Reader(contract)
    return tuple(
        Explained(promise, first[promise], broken.get(promise, ""))
        if promise in first
        else reader.missing(promise, reasons.get(promise, ""))
        for promise in coverage.counts()
    )


class _Reader:
    """Looks for a contradiction in the schemas around a promise."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.generator = Generator(contract.data, contract.document.version, others="readOnly")
        self._known: dict[pointer.Parts, str] = {}

    def missing(self, promise: Promise, reason: str) -> Explained:
        """What is to be said of a promise that no case exercises."""
        if promise.side != "request":
            return Explained(promise, why=_NOT_ASKED[promise.side])
        operation = self.contract.by_id[promise.operation_id]
        if promise.media_type and "requestBody" in operation.node:
            place, _ = pointer.follow(self.contract.data, (*operation.place, "requestBody"))
            proof = only_texts(self.contract.data, promise, (*place, "content", promise.media_type, "schema"))
            if proof:
                return Explained(promise, why=f"{reason}; {proof}", never=True)
        return Explained(promise, why=self.why(promise, reason))

    def why(self, promise: Promise, reason: str) -> str:
        """Why a request's promise was not exercised: what never came, and what in the document stands in the way."""
        for place in reversed(list(_schemas_on_the_way(pointer.split(promise.schema)))):
            contradiction = self._contradiction(place)
            if contradiction:
                return f"{reason}; {pointer.join(place, '#')} contradicts itself: {contradiction}"
        return reason

    def _contradiction(self, place: pointer.Parts) -> str:
        if place not in self._known:
            self._known[place] = self._tried(place)
        return self._known[place]

    def _tried(self, place: pointer.Parts) -> str:
        """Why no value fits the schema at a place; an empty string where one does."""
        try:
            schema = pointer.walk(self.contract.data, place)
        except KeyError:
            return ""
        found = ""
        for detail in DETAILS:
            try:
                self.generator.draw(schema, Random(0), detail=detail)  # noqa: S311 - sample data
            except UnsatisfiableError as error:
                found = str(error)
            else:
                return ""
        return found


def _schemas_on_the_way(parts: tuple[str, ...]) -> Iterator[pointer.Parts]:
    """The places of the schemas that a promise stands in, the outermost first."""
    named = parts[:2] == ("components", "schemas")
    start = 3 if named else parts.index("schema") + 1 if "schema" in parts else len(parts) + 1
    while start <= len(parts):
        yield parts[:start]
        step = parts[start] if start < len(parts) else ""
        if step not in SUBSCHEMAS:
            return
        start += 1 if step in ONE else 2
