"""Says no as the document has it: with its own answer of that status where it has one, else in our own voice.

Called by whoever answers from the document: for a thing that is not there, a state that does not allow a request,
credentials that are not accepted. It must not know why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from understudy.contract.body import is_json
from understudy.contract.contract import Contract
from understudy.contract.exchange import Response
from understudy.contract.operation import Operation
from understudy.generator.drawing import Detail
from understudy.generator.names import words
from understudy.generator.shape import UnsatisfiableError
from understudy.server import problem, writing
from understudy.server.call import Call
from understudy.server.negotiation import BODILESS, Offer
from understudy.server.resources.messages import essence, own_offers
from understudy.server.synthesis import Candidate, SynthesisAnswerer

DETAILS = (Detail(examples=False), Detail(optional=0.3, examples=False), Detail(optional=0.0, examples=False))
MESSAGES = frozenset({("message",), ("detail",), ("error", "message"), ("error", "description"), ("description",)})
STATUSES = frozenset({("status",), ("code",), ("status", "code"), ("error", "code")})


@dataclass(frozen=True, slots=True)
class Refused:
    """What is refused.

    Attributes:
        statuses: the statuses that would say it, the best first.
        kind: what our own voice calls it.
        detail: what happened, for the person who reads it.
        headers: headers that belong to it.
    """

    statuses: Sequence[int]
    kind: problem.Kind
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)


class Refuser:
    """Refuses for one contract.

    Args:
        contract: what is promised.
        synthesis: writes answers.
    """

    def __init__(self, contract: Contract, synthesis: SynthesisAnswerer) -> None:
        self.contract = contract
        self.synthesis = synthesis

    def documented(self, operation: Operation, status: int) -> bool:
        """Whether the document itself knows this refusal."""
        return operation.response_key(status) is not None and bool(
            own_offers(self.contract.data, operation, status, "")
        )

    def refuse(self, call: Call, refused: Refused) -> Response:
        """The answer; the call is told whose it is."""
        operation = self.contract.by_id[call.operation_id]
        for status in refused.statuses:
            for offer in own_offers(self.contract.data, operation, status, ""):
                for response in self._candidates(operation, call, offer, refused):
                    if not self.contract.check_response(call.request, response):
                        call.product_refused = True
                        return response
        call.refused = True
        known = [status for status in refused.statuses if operation.response_key(status)]
        status = (known or list(refused.statuses))[0]
        return problem.problem(refused.kind, status, refused.detail, headers=refused.headers)

    def _candidates(self, operation: Operation, call: Call, offer: Offer, refused: Refused) -> Iterator[Response]:
        """The product's answer: its example, then bodies that tell what happened, then any."""
        headers = {name.lower(): value for name, value in refused.headers.items()}
        if not offer.key or offer.status in BODILESS:
            yield self.synthesis.respond(
                offer, Candidate("", b"", DETAILS[0], self._random(operation, call, 0)), headers
            )
            return
        schema, kind = offer.media.get("schema", True), essence(offer.media_type)
        values: list[Any] = list(offer.examples.values())
        for number, detail in enumerate(DETAILS):
            random = self._random(operation, call, number)
            try:
                drawn = self.synthesis.generator.draw(schema, random, detail=detail)
            except UnsatisfiableError:
                continue
            values += [_telling(drawn, offer.status, refused.detail), drawn] if is_json(kind) else [drawn]
        for value in values:
            candidate_random = self._random(operation, call, len(DETAILS))
            try:
                body = writing.body(value, kind, schema, self.contract.data, written=isinstance(value, str))
                yield self.synthesis.respond(offer, Candidate("", body, DETAILS[0], candidate_random), headers)
            except (UnsatisfiableError, writing.UnwritableError):
                continue

    def _random(self, operation: Operation, call: Call, number: int) -> Any:
        return self.synthesis.random_of(operation, call.request, number)


def _telling(value: Any, status: int, detail: str) -> Any:
    """An error that says what happened, as far as its properties are called so."""
    if isinstance(value, Mapping):
        return {name: _told(name, _telling(item, status, detail), status, detail) for name, item in value.items()}
    return value


def _told(name: str, item: Any, status: int, detail: str) -> Any:
    if words(name) in MESSAGES and isinstance(item, str):
        return detail
    if words(name) in STATUSES and isinstance(item, int) and not isinstance(item, bool):
        return status
    return item
