"""The whole server in one visible list: what a request passes on its way, outermost first.

`create_app` is called by whoever serves: the command line, a test, an embedding program. What answers is
decided by the parts it is given, not here.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from starlette.types import ASGIApp, Receive, Scope, Send

from understudy import bundled
from understudy.contract.contract import Contract
from understudy.contract.document import load
from understudy.server.call import SCOPE_KEY, Call, Part
from understudy.server.control import ControlAnswerer
from understudy.server.envelope import Envelope
from understudy.server.gate import Inbound, Outbound, Policy
from understudy.server.journal import Journal
from understudy.server.routing import PartRouting, Routing
from understudy.server.stage import REFUSALS

CONTROL = Path("understudy/control.yaml")


async def answer(scope: Scope, _receive: Receive, _send: Send) -> None:
    """The innermost application: whoever answers for the part answers."""
    if scope["type"] != "http":
        return
    call: Call = scope[SCOPE_KEY]
    call.response = await call.part.answerer.answer(call)


def create_app(parts: Sequence[Part], *, policy: Policy = "enforce", journal: Journal | None = None) -> ASGIApp:
    """The application that serves these parts, and the control plane beside them.

    Args:
        parts: what is served; the first one answers for paths that are nobody's.
        policy: ``enforce`` or ``report``, see `gate`.
        journal: where exchanges are kept; a new one if not given.
    """
    journal = Journal() if journal is None else journal
    served = list(parts)
    control = Contract(load(bundled.SPEC / CONTROL, voice=bundled.SPEC / REFUSALS))
    served.append(Part("control", control, ControlAnswerer(list(parts), journal, time.time)))
    app = Routing(
        answer,
        stack=[
            partial(Outbound, parts=served, journal=journal, policy=policy),
            Envelope,
            PartRouting,
            partial(Inbound, policy=policy),
        ],
    )
    for part in served:
        app.add_part(part)
    asgi: ASGIApp = app
    return asgi
