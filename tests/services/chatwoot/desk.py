"""An agent's desk in a test: the control plane on one side, the demo contact's client on the other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

from played import Client
from understudy.sandbox.sandboxes import Sandbox

MORNING = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
AGENTS = "/_understudy/chatwoot"
CONTACT = "/public/api/v1/inboxes/demo-inbox/contacts/demo-contact"
STREAM = "DemoContactPubsubTokenXY"

Heard = list[tuple[str, Any]]


class Desk:
    """Both sides of the demo inbox, in a sandbox of one's own.

    Args:
        client: a client on the played Chatwoot.
        name: the sandbox.
    """

    def __init__(self, client: Client, name: str) -> None:
        self.client = client
        self.headers = {"Understudy-Sandbox": name}
        self.sandbox: Sandbox = client.part.sandboxes.get(name)

    @property
    def tables(self) -> Any:
        """What Chatwoot remembers."""
        return self.sandbox.tables

    def send(self, method: str, path: str, **how: Any) -> httpx.Response:
        """Any request to either side; the path is whole, or begins below the agents' root."""
        whole = path if path.startswith(("/public", "/rails")) else AGENTS + path
        return self.client.request(method, whole, headers=self.headers, **how)

    def do(self, method: str, path: str, body: Any = None, **how: Any) -> Any:
        """Something on the agents' side that must succeed; returns what it answers."""
        if body is not None:
            how["json"] = body
        answer = self.send(method, path, **how)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()

    def refusal(self, method: str, path: str, body: Any = None, **how: Any) -> tuple[int, str]:
        """Status and sentence of a refusal that is the control plane's own, not the contract's."""
        if body is not None:
            how["json"] = body
        answer = self.send(method, path, **how)
        problem = answer.json()
        assert problem["type"] == "urn:understudy:not-possible-here", answer.text
        return answer.status_code, problem["detail"]

    def broken(self, method: str, path: str, body: Any = None, **how: Any) -> list[str]:
        """Where a request breaks the contract of the agents' side."""
        answer = self.send(method, path, json=body, **how)
        problem = answer.json()
        assert problem["type"] == "urn:understudy:request-breaks-contract", answer.text
        return [violation["where"] for violation in problem["violations"]]

    def show(self, number: int = 1) -> Any:
        """A conversation as agents see it."""
        return self.do("GET", f"/conversations/{number}")

    def notes(self, number: int = 1) -> list[str]:
        """What is noted in a conversation's log."""
        return [m["content"] for m in self.show(number)["messages"] if m["message_type"] == "activity"]

    def ask(self, method: str, path: str = "", body: Any = None) -> Any:
        """Something on the contact's side that must succeed; the path begins below the demo contact."""
        answer = self.send(method, CONTACT + path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json() if answer.content else None

    def say(self, content: str | None, number: int = 1) -> Any:
        """The contact writes."""
        return self.ask("POST", f"/conversations/{number}/messages", {"content": content})

    def read(self, number: int = 1) -> Any:
        """The messages of a conversation as the contact sees them."""
        return self.ask("GET", f"/conversations/{number}/messages")

    def listen(self, token: str = STREAM) -> Heard:
        """Everything a socket of the contact is told from now on."""
        heard: Heard = []
        self.sandbox.bus.subscribe(token, lambda broadcast, _: heard.append((broadcast.event, broadcast.data)))
        return heard

    def wait(self, seconds: float) -> None:
        """Let time pass; the timers on the way ring."""
        self.sandbox.set_time(self.sandbox.clock.time() + seconds)


def events(heard: Heard) -> list[str]:
    """The names of what was heard."""
    return [name for name, _ in heard]
