"""A small shop to test Chatwoot in: the parts of a seed, and a client that knows its way around."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from front_door import FrontDoor
from understudy.sandbox.clock import Clock
from understudy.sandbox.registry import Sandboxes
from understudy.server.journal import Journal

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday
NOT_FOUND = {"status": 404, "error": "Not Found"}
CRASH = {"status": 500, "error": "Internal Server Error"}
ROOT = "/public/api/v1"


def inbox(identifier: str = "shop", **settings: Any) -> dict[str, Any]:
    """An inbox of a seed."""
    return {"identifier": identifier, "name": identifier.title(), "hmac_token": f"{identifier}-token", **settings}


def contact(source_id: str = "ann", *places: str, **settings: Any) -> dict[str, Any]:
    """A contact of a seed, present under one source id in some inboxes."""
    found = [{"inbox": place, "source_id": source_id} for place in places or ("shop",)]
    return {"name": source_id.title(), "inboxes": found, **settings}


def conversation(*messages: dict[str, Any], **settings: Any) -> dict[str, Any]:
    """A conversation of a seed; by default Ann's in the shop, begun an hour ago."""
    return {"inbox": "shop", "source_id": "ann", "ago": "1h", "messages": list(messages), **settings}


def said(speaker: str, content: str | None = None, ago: str = "1h", **settings: Any) -> dict[str, Any]:
    """A message of a seed."""
    return {"from": speaker, "content": content, "ago": ago, **settings}


def seed(**lists: Any) -> dict[str, Any]:
    """A seed: one inbox and one contact, if nothing else is asked for, an agent and a bot."""
    return {
        "users": [{"handle": "maya", "name": "Maya Lind", "display_name": "Maya"}, {"handle": "tom", "name": "Tom"}],
        "agent_bots": [{"handle": "porter", "name": "Porter"}],
        "inboxes": [inbox()],
        "contacts": [contact()],
        **lists,
    }


class Shop:
    """A client in the shop.

    Args:
        app: an application that plays Chatwoot.
        sandboxes: the states it plays in; the nameless one is the shop's.
        journal: where it keeps what was said.
    """

    def __init__(self, app: Any, sandboxes: Sandboxes, journal: Journal) -> None:
        self.client = httpx.Client(transport=FrontDoor(app), base_url="http://127.0.0.1:8080")
        self.sandboxes = sandboxes
        self.sandbox = sandboxes.shared
        self.journal = journal

    @property
    def tables(self) -> Any:
        """What Chatwoot remembers, for what the API does not show."""
        return self.sandbox.tables

    def set_clock(self, moment: datetime) -> None:
        """Let it be another time."""
        self.sandbox.clock = Clock(moment)

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.set_clock(self.sandbox.clock.now() + timedelta(**span))

    @staticmethod
    def path(tail: str = "", place: str = "shop", source_id: str = "ann") -> str:
        """A path below a contact."""
        return f"{ROOT}/inboxes/{place}/contacts/{source_id}{tail}"

    def send(self, method: str, path: str, **how: Any) -> httpx.Response:
        """Any request; the path is whole, or begins below Ann."""
        return self.client.request(method, path if path.startswith(("/public", "/rails")) else self.path(path), **how)

    def get(self, path: str = "", **how: Any) -> httpx.Response:
        """A GET."""
        return self.send("GET", path, **how)

    def post(self, path: str = "", **how: Any) -> httpx.Response:
        """A POST."""
        return self.send("POST", path, **how)

    def patch(self, path: str = "", **how: Any) -> httpx.Response:
        """A PATCH."""
        return self.send("PATCH", path, **how)

    def enter(self, place: str = "shop", **body: Any) -> httpx.Response:
        """Make oneself known to an inbox."""
        return self.post(f"{ROOT}/inboxes/{place}/contacts", json=body)

    def begin(self, **body: Any) -> Any:
        """A new conversation of Ann's."""
        return ok(self.post("/conversations", json=body))

    def say(self, content: str | None = "hello", number: int = 1, **body: Any) -> Any:
        """Ann writes a message."""
        return ok(self.post(f"/conversations/{number}/messages", json={"content": content, **body}))

    def read(self, number: int = 1, **query: Any) -> Any:
        """The messages of a conversation, as the list shows them."""
        return ok(self.get(f"/conversations/{number}/messages", params=query))

    def show(self, number: int = 1) -> Any:
        """A conversation."""
        return ok(self.get(f"/conversations/{number}"))

    def resolve(self, number: int = 1) -> Any:
        """Resolve a conversation."""
        return ok(self.post(f"/conversations/{number}/toggle_status"))


def ok(answer: httpx.Response) -> Any:
    """The body of an answer, which must be a success."""
    assert answer.status_code == 200, answer.text
    return answer.json()


def refused(answer: httpx.Response) -> tuple[int, Any]:
    """Status and body of a refusal, which must be the product's own."""
    assert "understudy-refused" not in answer.headers, answer.text
    return answer.status_code, answer.json()
