"""What the control plane's operations are given: the parts served beside it, and the sandboxes a request means.

A request acts on the sandbox it names, in every service at once. It knows no service by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from understudy.sandbox.registry import Sandboxes
from understudy.sandbox.sandboxes import Sandbox
from understudy.server.call import Call, Part
from understudy.server.faults.registry import Faults
from understudy.server.journal import Journal
from understudy.services.service import Params, Refusal

Operation = Callable[[Call, Params], Any]
Operations = Mapping[str, Operation]
"""OperationId to function; it returns data or a `Reply`, or raises a `Refusal` with a sentence."""

NOT_FOUND, CONFLICT = 404, 409


@dataclass(frozen=True, slots=True)
class Served:
    """What is served.

    Attributes:
        parts: the services and documents, the control plane aside.
        journal: the exchanges and events so far.
        faults: the failures asked for.
        reload: takes changed files in, and returns their names; None where nothing was read from files. It raises
            `understudy.effective.TargetError` for what cannot be served, and changes nothing then.
    """

    parts: Sequence[Part]
    journal: Journal
    faults: Faults
    reload: Callable[[], Sequence[str]] | None = None

    @property
    def stateful(self) -> dict[str, Sandboxes]:
        """The sandboxes of each service that has any, by the service's name."""
        return {part.name: part.sandboxes for part in self.parts if part.sandboxes is not None}

    def meant(self, call: Call) -> dict[str, Sandbox]:
        """The sandbox that a request means, in each service; timers that are due have rung.

        Errors: `Refusal` where nothing that is served keeps state.
        """
        found = {name: sandboxes.get(call.sandbox) for name, sandboxes in self.stateful.items()}
        if not found:
            raise Refusal(CONFLICT, "Nothing that is served here keeps state; serve a service, not only a document.")
        for sandbox in found.values():
            sandbox.catch_up()
        return found

    def is_control(self, service: str) -> bool:
        """Whether an entry of the journal with this service's name is about the control plane."""
        return service not in {part.name for part in self.parts}
