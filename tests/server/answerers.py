"""Answerers for tests: whoever stands behind the gate, as odd as a test needs it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

from documents import contract
from front_door import FrontDoor
from understudy.contract.exchange import Response
from understudy.server.app import create_app
from understudy.server.call import Call, Part
from understudy.server.journal import Journal
from understudy.server.routing import base_path
from understudy.services.service import Transport

Answer = Callable[[Call], Response]


def json(body: bytes = b"{}", status: int = 200, **headers: str) -> Response:
    """A JSON response."""
    raw = [(b"content-type", b"application/json")]
    return Response(status, raw + [(k.replace("_", "-").encode(), v.encode()) for k, v in headers.items()], body)


class Says:
    """Answers what a function says."""

    def __init__(self, answer: Answer, unrouted: Response | None = None) -> None:
        self._answer = answer
        self._unrouted = unrouted
        self.calls: list[Call] = []

    async def answer(self, call: Call) -> Response:
        """Ask the function, and remember the call."""
        self.calls.append(call)
        return self._answer(call)

    def unrouted(self, call: Call) -> Response | None:  # noqa: ARG002 - the interface's
        """What the product would say."""
        return self._unrouted

    def now(self, call: Call) -> float:  # noqa: ARG002 - the interface's
        """Long ago."""
        return 0.0

    def marks(self, call: Call, seconds: float) -> list[tuple[bytes, bytes]]:  # noqa: ARG002 - the interface's
        """A fixed request id."""
        return [(b"x-request-id", b"1")] if call.part.transport.request_id else []


def client(
    tmp_path: Path,
    paths: dict[str, Any],
    answerer: Any,
    *,
    policy: Any = "enforce",
    transport: Transport | None = None,
    **document: Any,
) -> tuple[httpx.Client, Journal]:
    """A client on an application that serves one document, and its journal."""
    journal = Journal()
    made = contract(tmp_path, paths, **document)
    part = Part("test", made, answerer, base_path(made.data), transport=transport or Transport())
    app = create_app([part], policy=policy, journal=journal)
    return httpx.Client(transport=FrontDoor(app), base_url="http://127.0.0.1"), journal
