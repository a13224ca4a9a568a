"""The whole server in one visible list: what a request passes on its way, outermost first.

`create_app` is called by whoever serves: the command line, a test, an embedding program. What answers is
decided by the parts it is given, not here.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from understudy import bundled
from understudy.contract.contract import Contract
from understudy.contract.document import load
from understudy.effective import REFUSALS
from understudy.sandbox.sandboxes import Sandbox
from understudy.server.actioncable.cables import Cables
from understudy.server.call import SCOPE_KEY, Call, Part
from understudy.server.callbacks import Callbacks
from understudy.server.control.answerer import ControlPlane
from understudy.server.control.served import Served
from understudy.server.deliveries import Deliveries
from understudy.server.envelope import Envelope
from understudy.server.events import EventGate
from understudy.server.faults.frames import FrameFaults
from understudy.server.faults.layer import FaultLayer
from understudy.server.faults.registry import Faults
from understudy.server.gate import Inbound, Outbound, Policy
from understudy.server.guard import Admission, Guard
from understudy.server.journal import Journal
from understudy.server.preferring import Preferring, Synthesisers
from understudy.server.routing import PartRouting, Routing
from understudy.server.timekeeper import Timekeeper
from understudy.server.webhooks import Webhooks
from understudy.server.wire import Waits

CONTROL = Path("understudy/control.yaml")


async def answer(scope: Scope, _receive: Receive, _send: Send) -> None:
    """The innermost application: whoever answers for the part answers."""
    if scope["type"] != "http":
        return
    call: Call = scope[SCOPE_KEY]
    call.response = await call.part.answerer.answer(call)


class App:
    """A served application: the stack for requests, and what goes on between them.

    Args:
        stack: what answers requests.
        parts: what is served.
        journal: where exchanges and events are kept.
        policy: ``enforce`` or ``report``, see `gate`.
        faults: the failures that are asked for.
        waits: the pauses that were asked for.
        control: the control plane.
        deliveries: sends webhook requests and callbacks.
    """

    def __init__(  # noqa: PLR0913 - what a server is made of
        self,
        *,
        stack: ASGIApp,
        parts: Sequence[Part],
        journal: Journal,
        policy: Policy,
        faults: Faults,
        waits: Waits,
        control: ControlPlane,
        deliveries: Deliveries,
    ) -> None:
        self.stack = stack
        self.journal = journal
        self.faults = faults
        self.waits = waits
        self.control = control
        self.timekeeper = Timekeeper()
        self.event_gate = EventGate(journal, policy)
        self.deliveries = deliveries
        self.callbacks = Callbacks(parts, journal, deliveries)
        self.cables = Cables(parts, journal, policy, frame_faults=FrameFaults(faults))
        for part in parts:
            if part.sandboxes is not None:
                part.sandboxes.watch(partial(self._born, part), partial(self._ended, part))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, or serve one websocket."""
        await (self.cables if scope["type"] == "websocket" else self.stack)(scope, receive, send)

    def start(self) -> None:
        """Begin what goes on between requests; the event loop runs by now."""
        self.timekeeper.start()

    async def close(self) -> None:
        """End what goes on between requests."""
        self.timekeeper.stop()
        self.waits.end()
        self.control.close()
        self.callbacks.end()
        await self.cables.close()
        await self.deliveries.close()

    def _born(self, part: Part, name: str, sandbox: Sandbox) -> None:
        self.timekeeper.attend(sandbox)
        self.event_gate.attend(part, name, sandbox)
        self.deliveries.attend(part, name, sandbox)

    def _ended(self, part: Part, name: str, sandbox: Sandbox) -> None:
        self.timekeeper.leave(sandbox)
        self.faults.forget(part.name, name)
        self.cables.ended(sandbox)


def create_app(  # noqa: PLR0913 - what a server can be told
    parts: Sequence[Part],
    *,
    policy: Policy = "enforce",
    journal: Journal | None = None,
    faults: Faults | None = None,
    callbacks_to: Collection[str] = (),
    admission: Admission = Admission(),  # noqa: B008 - a constant
    reload: Callable[[], Sequence[str]] | None = None,
) -> App:
    """The application that serves these parts, and the control plane beside them.

    Args:
        parts: what is served; the first one answers for paths that are nobody's.
        policy: ``enforce`` or ``report``, see `gate`.
        journal: where exchanges are kept; a new one if not given.
        faults: the failures that are asked for; none yet if not given.
        callbacks_to: the hosts besides this machine that webhook requests may go to.
        admission: who may drive the control plane; without more, this machine.
        reload: takes changed files in, see `Served`.
    """
    journal = Journal() if journal is None else journal
    faults = Faults() if faults is None else faults
    faults.parts = parts
    synthesisers, waits = Synthesisers(faults.seed), Waits()
    deliveries = Deliveries(journal, policy, frozenset(callbacks_to))
    served = [*parts]
    for part in parts:
        if part.control is not None:
            part.control.enforced = True
            served.append(part.control)
    control = ControlPlane(Served(tuple(parts), journal, faults, reload), Webhooks(parts, deliveries))
    served.append(control.part(Contract(load(bundled.SPEC / CONTROL, voice=bundled.SPEC / REFUSALS))))
    stack = Routing(
        answer,
        stack=[
            partial(Outbound, parts=served, journal=journal, policy=policy),
            partial(Guard, admission=admission),
            Envelope,
            PartRouting,
            partial(Inbound, policy=policy),
            partial(FaultLayer, parts=parts, faults=faults, synthesisers=synthesisers, waits=waits),
            partial(Preferring, synthesisers=synthesisers, waits=waits),
        ],
    )
    for part in served:
        stack.add_part(part)
    return App(
        stack=stack,
        parts=parts,
        journal=journal,
        policy=policy,
        faults=faults,
        waits=waits,
        control=control,
        deliveries=deliveries,
    )
