"""Answers with a failure in the product's own words; nobody plays the request, so the state stays as it is.

The words are the document's for this operation and status, else the service's for any failure, else our own.
"""

from __future__ import annotations

from understudy.contract.exchange import Response
from understudy.server import problem
from understudy.server.faults.fault import Fault, Hit, Parameter
from understudy.server.handlers import respond
from understudy.server.negotiation import NotOfferedError, Wish


class Status(Fault):
    """A failure."""

    name = "status"
    help = "the product's own error answer, and nothing changes"
    stage = "answer"
    parameters = (Parameter("status", "integer", 503, "the HTTP status", 400, 599),)

    async def act(self, hit: Hit) -> None:
        """Answer."""
        status = hit.values["status"]
        hit.told = str(status)
        hit.answer(_documented(hit, status) or _in_general(hit, status))


def _documented(hit: Hit, status: int) -> Response | None:
    """What the document has for this status, our gate's own refusals left out."""
    call = hit.call
    try:
        made = hit.synthesisers.of(call.part).attempt(call, Wish(code=status, product=True))
    except NotOfferedError:
        return None
    return made if isinstance(made, Response) else None


def _in_general(hit: Hit, status: int) -> Response:
    """What the service says when it fails with this status, or a problem where nobody knows."""
    part = hit.call.part
    if part.service is not None and part.service.failure is not None:
        return respond(part.service.failure(status), part.transport.json_type)
    detail = f"A fault that was asked for: {part.name} answers {hit.call.operation_id} with {status}."
    return problem.problem(problem.FAULT, status, detail)
