"""The whole server in one visible list: what a request passes on its way, outermost first.

`create_app` is called by whoever serves: the command line, a test, an embedding program. What answers is
decided by the parts it is given, not here.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from understudy import bundled
from understudy.contract.contract import Contract
from understudy.contract.document import load
from understudy.effective import REFUSALS
from understudy.sandbox.sandboxes import Sandbox
from understudy.server.call import SCOPE_KEY, Call, Part
from understudy.server.callbacks import Callbacks
from understudy.server.control import ControlAnswerer
from understudy.server.deliveries import Deliveries
from understudy.server.envelope import Envelope
from understudy.server.events import EventGate
from understudy.server.gate import Inbound, Outbound, Policy
from understudy.server.journal import Journal
from understudy.server.routing import PartRouting, Routing
from understudy.server.timekeeper import Timekeeper
from understudy.server.webhooks import Webhooks

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
        deliveries: sends webhook requests and callbacks.
    """

    def __init__(
        self,
        stack: ASGIApp,
        parts: Sequence[Part],
        journal: Journal,
        policy: Policy,
        deliveries: Deliveries,
    ) -> None:
        self.stack = stack
        self.journal = journal
        self.timekeeper = Timekeeper()
        self.event_gate = EventGate(journal, policy)
        self.deliveries = deliveries
        self.callbacks = Callbacks(parts, journal, self.deliveries)
        for part in parts:
            if part.sandboxes is not None:
                part.sandboxes.watch(partial(self._born, part), partial(self._ended, part))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self.stack(scope, receive, send)

    def start(self) -> None:
        """Begin what goes on between requests; the event loop runs by now."""
        self.timekeeper.start()

    async def close(self) -> None:
        """End what goes on between requests."""
        self.timekeeper.stop()
        self.callbacks.end()
        await self.deliveries.close()

    def _born(self, part: Part, name: str, sandbox: Sandbox) -> None:
        self.timekeeper.attend(sandbox)
        self.event_gate.attend(part, name, sandbox)
        self.deliveries.attend(part, name, sandbox)

    def _ended(self, part: Part, name: str, sandbox: Sandbox) -> None:  # noqa: ARG002 - for the sockets to come
        self.timekeeper.leave(sandbox)


def create_app(
    parts: Sequence[Part],
    *,
    policy: Policy = "enforce",
    journal: Journal | None = None,
    callbacks_to: Collection[str] = (),
) -> App:
    """The application that serves these parts, and the control plane beside them.

    Args:
        parts: what is served; the first one answers for paths that are nobody's.
        policy: ``enforce`` or ``report``, see `gate`.
        journal: where exchanges are kept; a new one if not given.
        callbacks_to: the hosts besides this machine that webhook requests may go to.
    """
    journal = Journal() if journal is None else journal
    served = [*parts, *(part.control for part in parts if part.control is not None)]
    control = Contract(load(bundled.SPEC / CONTROL, voice=bundled.SPEC / REFUSALS))
    deliveries = Deliveries(journal, policy, frozenset(callbacks_to))
    webhooks = Webhooks(parts, deliveries)
    served.append(Part("control", control, ControlAnswerer(list(parts), journal, time.time, webhooks)))
    stack = Routing(
        answer,
        stack=[
            partial(Outbound, parts=served, journal=journal, policy=policy),
            Envelope,
            PartRouting,
            partial(Inbound, policy=policy),
        ],
    )
    for part in served:
        stack.add_part(part)
    return App(stack, parts, journal, policy, deliveries)
