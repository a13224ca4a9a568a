"""Rails' own client library, `@rails/actioncable`, on the played Chatwoot's cable: nothing about it is worked around.

Node runs the library in a script that is told what to do, and tells what happened, line by line. Without npm's packages
these tests are skipped; the message says how to have them.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue
from threading import Thread
from typing import Any

import httpx
import pytest

from processes import PATIENCE, Server, serving

HERE = Path(__file__).parent / "actioncable"
CONTACT = "/public/api/v1/inboxes/demo-inbox/contacts/demo-contact"
AGENT = "/_understudy/chatwoot/conversations"
NAME = "rails"

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not (HERE / "node_modules").is_dir(),
    reason=f"needs Node and npm's packages: run `npm ci --prefix {HERE.relative_to(Path(__file__).parents[2])}`",
)


class Page:
    """A page that uses the library.

    Args:
        process: the script.
    """

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: Queue[str] = Queue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self._lines.put(line)

    def do(self, order: str, **more: Any) -> None:
        """Tell the script to do something."""
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"order": order, **more}) + "\n")
        self._process.stdin.flush()

    def until(self, told: str, **facts: Any) -> list[dict[str, Any]]:
        """Wait until the script tells of something; returns everything it told up to it."""
        seen: list[dict[str, Any]] = []
        deadline = time.monotonic() + PATIENCE
        while not seen or seen[-1] | {"told": told, **facts} != seen[-1]:
            try:
                seen.append(json.loads(self._lines.get(timeout=max(0, deadline - time.monotonic()))))
            except Empty:
                raise AssertionError(f"{told} {facts} was never told; told was: {seen}") from None
        return seen

    def hears(self, *events: str) -> list[dict[str, Any]]:
        """Wait for exactly these events, in this order, on any subscription; returns what each one said."""
        found: list[dict[str, Any]] = []
        while len(found) < len(events):
            found.append(self.until("received")[-1])
        assert [item["event"] for item in found] == list(events)
        return [item["data"] for item in found]


@contextmanager
def page(url: str) -> Iterator[Page]:
    """A page on a cable, closed whatever happens."""
    process = subprocess.Popen(
        ["node", str(HERE / "client.js"), url], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=HERE
    )
    try:
        yield Page(process)
    finally:
        process.kill()
        process.wait(PATIENCE)
        for stream in (process.stdin, process.stdout):
            if stream:
                stream.close()


def cable(server: Server) -> str:
    return f"{server.url.replace('http', 'ws', 1)}/~{NAME}/cable"


def ask(server: Server, method: str, path: str, **body: Any) -> Any:
    """Ask in the page's sandbox."""
    answer = httpx.request(method, f"{server.url}/~{NAME}{path}", json=body or None)
    assert answer.is_success, answer.text
    return answer.json() if answer.content else None


def subscribe(server: Server, page: Page) -> None:
    """Subscribe as the contact, and hear who is there."""
    token = ask(server, "GET", CONTACT)["pubsub_token"]
    page.do("subscribe", name="contact", params={"channel": "RoomChannel", "pubsub_token": token})
    page.until("connected", name="contact")
    page.hears("presence.update")


def test_the_library_hears_every_event_in_order() -> None:
    """Whatever a contact and an agent do, the contact's page hears each event once, in the order in which it happened."""
    with serving("chatwoot", "--seed", "1") as server, page(cable(server)) as client:
        subscribe(server, client)
        client.do("perform", name="contact", action="update_presence")
        (presence,) = client.hears("presence.update")
        assert set(presence["users"].values()) <= {"online", "busy", "offline"}
        number = ask(server, "POST", f"{CONTACT}/conversations")["id"]
        client.hears("conversation.created")
        ask(server, "POST", f"{CONTACT}/conversations/{number}/messages", content="Hello", echo_id="e1")
        (sent,) = client.hears("message.created")
        assert (sent["content"], sent["echo_id"], sent["message_type"]) == ("Hello", "e1", 0)
        ask(server, "POST", f"{AGENT}/{number}/typing", typing_status="on")
        ask(server, "POST", f"{AGENT}/{number}/typing", typing_status="off")
        client.hears("conversation.typing_on", "conversation.typing_off")
        ask(server, "POST", f"{AGENT}/{number}/notes", content="Nobody but us shall read this")
        ask(server, "POST", f"{AGENT}/{number}/messages", content="Hello to you")
        reply, _ = client.hears("message.created", "conversation.updated")
        assert reply["content"] == "Hello to you"
        ask(server, "POST", f"{CONTACT}/conversations/{number}/update_last_seen")
        (read,) = client.hears("message.updated")
        assert (read["id"], read["status"]) == (reply["id"], "read")
        ask(server, "PUT", f"{AGENT}/{number}/status", status="resolved")
        client.hears("conversation.status_changed", "conversation.updated", "message.created")
        client.do("unsubscribe", name="contact")
        client.do("leave")
        client.until("close")


def test_the_library_is_offered_what_it_asks_for() -> None:
    """The subprotocol without which it drops every frame is selected, and a ping comes before it gets nervous."""
    with serving("chatwoot") as server, page(cable(server)) as client:
        client.do("subscribe", name="nobody", params={"channel": "RoomChannel", "pubsub_token": "nobody"})
        (opened,) = client.until("open")
        assert (opened["protocol"], opened["extensions"]) == ("actioncable-v1-json", "")
        told = client.until("frame", type="ping")
        assert not {"connected", "rejected", "close"} & {item["told"] for item in told}


def test_the_library_survives_a_reset_of_its_sandbox() -> None:
    """It is told to connect again, does so, and hears what happens in the sandbox that began anew."""
    with serving("chatwoot", "--seed", "1") as server, page(cable(server)) as client:
        subscribe(server, client)
        ask(server, "POST", "/_understudy/reset")
        client.until("frame", type="disconnect")
        told = client.until("disconnected")
        assert told[-1]["willAttemptReconnect"] is True
        client.do("look")
        client.until("connected", name="contact")
        client.hears("presence.update")
        ask(server, "POST", f"{CONTACT}/conversations")
        client.hears("conversation.created")


def test_the_library_survives_a_restart_of_the_server() -> None:
    """A server that ends says so first, and ends within its second; on the same port the page finds it by itself."""
    with serving("chatwoot", "--seed", "1") as server, page(cable(server)) as client:
        subscribe(server, client)
        assert server.stop() == 0
        client.until("frame", type="disconnect")
        assert client.until("close")[-1]["code"] == 1000
        with serving("chatwoot", "--seed", "1", port=int(server.url.rpartition(":")[2])) as again:
            client.until("connected", name="contact")
            client.hears("presence.update")
            ask(again, "POST", f"{CONTACT}/conversations")
            client.hears("conversation.created")
