"""Webhooks end to end: an inbox with a webhook URL has signed requests sent to it, and the journal shows them."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any

import httpx

import understudy

CONVERSATION = "/public/api/v1/inboxes/demo-inbox/contacts/demo-contact/conversations/1"
SECRET = "shared-with-nobody"  # noqa: S105 - a test's
PATIENCE = 10


class Inbox:
    """A receiver of webhooks: what came, and what it answers."""

    def __init__(self) -> None:
        self.came: Queue[tuple[dict[str, str], bytes]] = Queue()
        self.statuses: list[int] = []
        self.url = ""

    def take(self) -> tuple[dict[str, str], Any]:
        """The next request; its signature is right."""
        headers, body = self.came.get(timeout=PATIENCE)
        stamp = headers["x-chatwoot-timestamp"]
        digest = hmac.digest(SECRET.encode(), f"{stamp}.".encode() + body, "sha256").hex()
        assert headers["x-chatwoot-signature"] == f"sha256={digest}"
        return headers, json.loads(body)

    def await_event(self, name: str) -> tuple[dict[str, str], Any]:
        """The next request that tells this event."""
        while (taken := self.take())[1]["event"] != name:
            continue
        return taken


@contextmanager
def receiver() -> Iterator[Inbox]:
    inbox = Inbox()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            headers = {name.lower(): value for name, value in self.headers.items()}
            inbox.came.put((headers, self.rfile.read(int(headers["content-length"]))))
            self.send_response(inbox.statuses.pop(0) if inbox.statuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    inbox.url = f"http://127.0.0.1:{server.server_address[1]}/hook"
    try:
        yield inbox
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_both_sides_of_a_conversation_are_told_and_signed() -> None:
    """What the contact writes, what the agent answers and what becomes of the conversation, each with its event."""
    with receiver() as inbox, understudy.serve("chatwoot", seed=1) as fake:
        fake.agent.update_inbox("demo-inbox", webhook_url=inbox.url, webhook_secret=SECRET)
        httpx.post(f"{fake.url}{CONVERSATION}/messages", json={"content": "Hello?"}).raise_for_status()
        headers, told = inbox.take()
        assert (told["event"], told["content"], told["message_type"]) == ("message_created", "Hello?", "incoming")
        assert headers["content-type"].startswith("application/json")
        fake.agent.resolve(1)
        events = [inbox.take()[1]["event"] for _ in range(2)]
        assert "conversation_status_changed" in events
        sent = fake.journal.wait("message_created")
        assert (sent["attempt"], sent["response"]["status"], sent["violations"]) == (1, 200, [])


def test_a_receiver_that_fails_is_tried_again_by_the_sandboxes_clock() -> None:
    """The same request comes again once the clock has moved, and the journal counts the attempts."""
    with receiver() as inbox, understudy.serve("chatwoot", seed=1) as fake:
        inbox.statuses = [500]
        fake.clock.freeze()
        fake.agent.update_inbox("demo-inbox", webhook_url=inbox.url, webhook_secret=SECRET)
        httpx.post(f"{fake.url}{CONVERSATION}/messages", json={"content": "Again?"}).raise_for_status()
        first, _ = inbox.await_event("message_created")
        failed = fake.journal.wait("message_created")
        assert (failed["attempt"], failed["response"]["status"]) == (1, 500)
        fake.clock.advance(60)
        second, told = inbox.await_event("message_created")
        assert told["content"] == "Again?"
        assert second["x-chatwoot-delivery"] == first["x-chatwoot-delivery"]
        kept = fake.journal.wait("message_created", since=failed["number"])
        assert (kept["attempt"], kept["response"]["status"]) == (2, 200)


def test_a_receiver_that_is_not_there_is_told_in_the_journal() -> None:
    """Why there is no answer stands in the entry's note."""
    with receiver() as inbox:
        gone = inbox.url
    with understudy.serve("chatwoot", seed=1) as fake:
        fake.agent.update_inbox("demo-inbox", webhook_url=gone, webhook_secret=SECRET)
        httpx.post(f"{fake.url}{CONVERSATION}/messages", json={"content": "Anybody?"}).raise_for_status()
        entry = fake.journal.wait("message_created")
        assert entry["response"] is None
        assert gone in entry["note"]
