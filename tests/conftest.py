"""What every test may ask for: an application to talk to, as a client would."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from front_door import FrontDoor
from played import BASE, Client, Serve
from understudy.server.app import create_app
from understudy.server.journal import Journal
from understudy.server.stage import Direction, stage


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    """Makes a client on an application: ``serve("chatwoot", policy="report", seed=1, ...)``."""
    clients: list[Client] = []

    def make(
        *targets: str,
        policy: Any = "enforce",
        fixtures: Path | dict[str, Any] | None = None,
        frozen_at: datetime | None = None,
        **direction: Any,
    ) -> Client:
        if isinstance(fixtures, dict):
            path = tmp_path / "seed.yaml"
            path.write_text(yaml.safe_dump(fixtures))
            fixtures = path
        direction.setdefault("seed", 1)
        staged = stage(targets or ("chatwoot",), Direction(fixtures=fixtures, frozen_at=frozen_at, **direction))
        journal = Journal()
        app = create_app([item.part for item in staged], policy=policy, journal=journal)
        client = Client(transport=FrontDoor(app), base_url=BASE)
        client.journal, client.part = journal, staged[0].part
        clients.append(client)
        return client

    yield make
    for client in clients:
        client.close()


@pytest.fixture
def chatwoot(serve: Serve) -> Client:
    """A client on the played Chatwoot, profile observed, policy enforce."""
    return serve("chatwoot")
