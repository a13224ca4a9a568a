"""Realtime through the proxy, as a client of the played Chatwoot meets it."""

from __future__ import annotations

import asyncio
import json
import signal
from pathlib import Path
from typing import Any

import httpx
from websockets.asyncio.client import connect

from processes import proxying, run, serving

CONTACT = "/public/api/v1/inboxes/demo-inbox/contacts/demo-contact"


async def listen(url: str) -> list[Any]:
    """Subscribe as the widget does, begin a conversation, and hear of it."""
    socket_url = f"ws{url.removeprefix('http')}/cable"
    async with (
        connect(socket_url, subprotocols=["actioncable-v1-json"]) as socket,
        httpx.AsyncClient(base_url=url) as client,
    ):
        token = (await client.get(CONTACT)).json()["pubsub_token"]
        identifier = json.dumps({"channel": "RoomChannel", "pubsub_token": token})
        await socket.send(json.dumps({"command": "subscribe", "identifier": identifier}))
        heard: list[Any] = []
        while not any(frame.get("type") == "confirm_subscription" for frame in heard):
            heard.append(json.loads(await asyncio.wait_for(socket.recv(), 10)))
        await client.post(f"{CONTACT}/conversations", json={})
        while not any(
            frame.get("message", {}).get("event") == "conversation.created"
            for frame in heard
            if isinstance(frame.get("message"), dict)
        ):
            heard.append(json.loads(await asyncio.wait_for(socket.recv(), 10)))
        return heard


def test_events_pass_the_proxy_and_are_judged_live_and_from_the_record(tmp_path: Path) -> None:
    """A widget hears of its conversation through the proxy; every event keeps its contract, also when read back."""
    path = tmp_path / "traffic.har"
    with (
        serving() as fake,
        proxying(fake.url, "--record", str(path), "--report", f"json={tmp_path / 'live.json'}") as proxy,
    ):
        heard = asyncio.run(listen(proxy.url))
        proxy.logged("GET   /cable 101")
        assert proxy.stop(signal.SIGINT) == 0
    assert heard[0] == {"type": "welcome"}
    assert run("judge", str(path), "--report", f"json={tmp_path / 'read.json'}").returncode == 0
    parts = [json.loads((tmp_path / name).read_bytes())["parts"][0] for name in ("live.json", "read.json")]
    assert parts[0]["requests"] == parts[1]["requests"] == 3
    assert parts[0]["tried"] == parts[1]["tried"] >= 3 + 3
