"""What a control plane's answers mean to a client, whether it waits or awaits.

Called by both `asking` modules. It must not send anything.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import httpx

PATIENCE = 10.0
"""How long an answer may take, in seconds."""
PREFIX = "/_understudy"
REFUSED = 400


class ControlError(Exception):
    """The control plane refuses; the message is its own.

    Attributes:
        status: HTTP status.
        problem: the whole answer, as JSON data.
    """

    def __init__(self, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(problem.get("detail") or f"the control plane answered {status}")
        self.status = status
        self.problem = problem


def said(given: Mapping[str, Any] | None) -> dict[str, Any]:
    """What was given, without what is None."""
    return {name: value for name, value in (given or {}).items() if value is not None}


def read(answer: httpx.Response) -> Any:
    """An answer's JSON data; None where it is empty.

    Errors: `ControlError`.
    """
    if answer.status_code >= REFUSED:
        try:
            problem = answer.json()
        except ValueError:
            problem = {"detail": answer.text}
        raise ControlError(answer.status_code, problem)
    return answer.json() if answer.content else None


def moment(clocks: Mapping[str, Mapping[str, Any]]) -> datetime:
    """What time the clocks of a sandbox show; they show the same."""
    return datetime.fromisoformat(next(iter(clocks.values()))["time"])


def text(given: datetime | None) -> str | None:
    """A moment with its offset; one that has none is meant in the machine's own."""
    return None if given is None else given.astimezone().isoformat()
