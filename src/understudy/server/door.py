"""The door: who refuses a request without the credentials that a document asks for, or with others than are accepted.

Stands in `Inbound`, for documents that no service plays. The refusal is the document's own 401 or 403 where it has
one; where it has none, missing credentials are the gate's matter.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from understudy.contract import credentials
from understudy.contract.contract import Contract
from understudy.contract.exchange import Response
from understudy.contract.violations import Violation
from understudy.server import problem
from understudy.server.call import Call
from understudy.server.resources.refusing import Refused, Refuser
from understudy.server.synthesis import SynthesisAnswerer

UNAUTHORIZED, FORBIDDEN = 401, 403


class Door:
    """Refuses for one document.

    Args:
        contract: what is promised.
        seed: seeds the bodies of refusals.
        accepted: the only credentials that are accepted; empty for any.
    """

    def __init__(self, contract: Contract, seed: int, accepted: Collection[str]) -> None:
        self.contract = contract
        self.accepted = frozenset(accepted)
        self.refuser = Refuser(contract, SynthesisAnswerer(contract, seed))

    def refuse(self, call: Call, broken: Sequence[Violation], *, enforce: bool) -> Response | None:
        """The refusal; None for a request that may pass, or that the gate is to refuse.

        Args:
            call: the request, routed.
            broken: what it breaks.
            enforce: whether missing credentials are refused at all; others than are accepted always are.
        """
        operation = self.contract.by_id.get(call.operation_id)
        if operation is None:
            return None
        statuses = (UNAUTHORIZED, FORBIDDEN)
        names = credentials.wanted(self.contract.data, operation)
        headers = {"WWW-Authenticate": credentials.challenges(self.contract.data, operation)}
        if any(violation.code == "security-missing" for violation in broken):
            if not enforce or not any(self.refuser.documented(operation, status) for status in statuses):
                return None
            detail = f"Credentials are missing: {names}."
        elif self.accepted and not credentials.accepted(self.contract.data, operation, call.request, self.accepted):
            detail = f"These credentials are not accepted: {names}."
        else:
            return None
        return self.refuser.refuse(call, Refused(statuses, problem.CREDENTIALS, detail, headers))
