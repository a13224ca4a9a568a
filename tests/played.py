"""A client on a played application, and what went on inside it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from understudy.server.journal import Journal

BASE = "http://127.0.0.1:8080"


class Client(httpx.Client):
    """An httpx client on an application of ours; `journal` and `part` show what went on inside."""

    journal: Journal
    part: Any

    @property
    def sandbox(self) -> Any:
        """The sandbox of the first part."""
        return self.part.answerer.sandboxes.shared


Serve = Callable[..., Client]
