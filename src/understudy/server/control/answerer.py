"""Answers the control plane's operations: the one list of groups, and what an operation's words become.

Made by `create_app`, which closes it. It must not know what any operation does.
"""

from __future__ import annotations

import time

from understudy.contract.contract import Contract
from understudy.contract.exchange import Response
from understudy.server import problem
from understudy.server.call import Call, NotRefusedError, Part
from understudy.server.control import clock, documents, faults, journal, sandboxes, state, violations
from understudy.server.control.served import Operation, Served
from understudy.server.control.stream import Followers
from understudy.server.handlers import params, respond
from understudy.server.webhooks import Webhooks
from understudy.services.service import Refusal, Reply

PREFIX = "/_understudy/"
MAX_STATE = 100_000_000
"""How many bytes a request may have: a state with some 200,000 messages."""

BULKY = frozenset({"export-state", "import-state", "follow-journal"})
"""Operations whose bodies would push all else out of the journal, or never end; they are not kept."""


class ControlPlane:
    """Answers for the control plane.

    Args:
        served: what is served beside it.
        webhooks: sends a document's webhooks when it is asked to.
    """

    def __init__(self, served: Served, webhooks: Webhooks) -> None:
        self._served = served
        self.followers = Followers(served.journal)
        self.tally = violations.Tally(served.journal)
        self.operations: dict[str, Operation] = {
            **documents.operations(served, self.document),
            **sandboxes.operations(served),
            **state.operations(served),
            **clock.operations(served),
            **journal.operations(served, self.followers),
            **violations.operations(served, self.tally),
            **faults.operations(served),
            **webhooks.operations(),
        }
        self._part: Part | None = None

    def part(self, contract: Contract) -> Part:
        """The control plane as a part that can be served."""
        self._part = Part(
            "control", contract, self,
            prefix=PREFIX, max_body=MAX_STATE, enforced=True, also_below=documents.places(self._served.parts),
        )  # fmt: skip
        return self._part

    def document(self) -> Part:
        """The part itself, once there is one."""
        assert self._part is not None  # noqa: S101 - nobody asks before `create_app` is done
        return self._part

    def close(self) -> None:
        """End what is still open, so that the server can end."""
        self.followers.close()
        self.tally.close()

    async def answer(self, call: Call) -> Response:
        """Do what the operation says; what is not possible is told as a problem.

        Errors: `NotRefusedError` where an operation accepts what was left to it to refuse.
        """
        call.bulky = call.operation_id in BULKY
        try:
            said = self.operations[call.operation_id](call, params(call))
        except Refusal as refusal:
            return problem.problem(problem.CONTROL, refusal.status, str(refusal.body))
        if call.deferred:
            raise NotRefusedError
        return respond(said if isinstance(said, Reply) else Reply(said), "application/json")

    def unrouted(self, call: Call) -> Response | None:  # noqa: ARG002 - the interface's
        """Nothing of our own: the gate says it."""
        return None

    def now(self, call: Call) -> float:  # noqa: ARG002 - the interface's
        """The time."""
        return time.time()

    def marks(self, call: Call, seconds: float) -> list[tuple[bytes, bytes]]:  # noqa: ARG002 - the interface's
        """None."""
        return []
