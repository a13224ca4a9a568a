"""Chatwoot with faults: the application and its rules at hand, to be talked to in-process or over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import uvloop

from front_door import FrontDoor
from live import Live, live
from understudy.contract.exchange import Exchange
from understudy.server.app import App, create_app
from understudy.server.call import Part
from understudy.server.faults.registry import Faults
from understudy.server.handlers import HandlerAnswerer
from understudy.server.journal import Journal
from understudy.server.stage import Direction, plant, stage

CONTACTS = "/public/api/v1/inboxes/demo-inbox/contacts"
CONTACT = f"{CONTACTS}/demo-contact"
CONVERSATIONS = f"{CONTACT}/conversations"
MESSAGES = f"{CONVERSATIONS}/1/messages"
NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "asyncio": asyncio.new_event_loop,
    "uvloop": uvloop.new_event_loop,
}


@dataclass
class Faulty:
    """A played application whose faults a test rules."""

    app: App
    part: Part
    journal: Journal

    def client(self) -> httpx.Client:
        """A client that needs no socket."""
        return httpx.Client(transport=FrontDoor(self.app), base_url="http://127.0.0.1")

    def rule(self, fault: str, sandbox: str = "", **more: Any) -> Any:
        """Ask for a fault."""
        return self.app.faults.add(sandbox, {"fault": fault, **more})

    @property
    def last(self) -> Exchange:
        """The last exchange that was not the server's own question for its health."""
        return self.journal.exchanges[-1]

    def play(self, act: Callable[[Live], Awaitable[None]], loop: str = "asyncio") -> None:
        """Act against it over a real socket."""

        async def run() -> None:
            async with live(self.app) as server:
                await act(server)

        with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
            runner.run(run())


@cache
def staged(overlays: tuple[Path, ...] = ()) -> Part:
    """Chatwoot staged once: its document is the same for every test."""
    return stage(["chatwoot"], Direction(overlays=overlays))[0].part


def faulty(*, seed: int = 1, overlays: tuple[Path, ...] = ()) -> Faulty:
    """Chatwoot with a frozen clock, a state of its own and no faults yet."""
    part = staged(overlays)
    assert part.service is not None
    sandboxes, _ = plant(part.service, Direction(seed=seed, frozen_at=NOW))
    part = replace(part, answerer=HandlerAnswerer(part.service, sandboxes), sandboxes=sandboxes)
    journal = Journal()
    return Faulty(create_app([part], journal=journal, faults=Faults(seed)), part, journal)


def told(answer: httpx.Response) -> str | None:
    """The faults that an answer says it met."""
    return answer.headers.get("understudy-fault")
