"""A small service for tests, whose clients hear bells over a cable: as well-behaved or as odd as a test needs it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from documents import contract, operation
from live import Live
from understudy.contract.contract import Contract
from understudy.sandbox.registry import Sandboxes
from understudy.sandbox.sandboxes import Sandbox
from understudy.server.app import App, create_app
from understudy.server.call import Part
from understudy.server.handlers import HandlerAnswerer
from understudy.server.journal import Journal
from understudy.services.service import Cable, Params, Refusal, Reply, Service

BASE = "/bells"
CABLE = f"{BASE}/cable"
TOWER = '{"channel":"BellChannel","room":"tower"}'
RESTART = {"type": "disconnect", "reason": "server_restart", "reconnect": True}
ROOMS = ("tower", "chapel")


def rung(sandbox: Sandbox, params: Params) -> Any:
    """Ring the bell of a room, a number of times, each time with its number."""
    for number in range(int(params.get("times", 1))):
        event = str(params.get("event", "bell.rung"))
        sandbox.bus.publish(event, (params["room"],), lambda number=number: {"text": params["text"], "number": number})  # type: ignore[misc]
    return {"home": sandbox.home}


def subscribe(_sandbox: Sandbox, identifier: Mapping[str, Any]) -> str | None:
    """Only known rooms are known."""
    return identifier["room"] if identifier["room"] in ROOMS else None


def joined(sandbox: Sandbox, stream: str) -> None:
    """Whoever comes is greeted."""
    sandbox.bus.publish("bell.rung", (stream,), lambda: {"text": "welcome", "number": 0})


def perform(sandbox: Sandbox, stream: str, data: Mapping[str, Any]) -> None:
    """A client may ring too, or be refused, or find a bug of ours."""
    if data["action"] == "refuse":
        raise Refusal(403, "not you")
    sandbox.bus.publish("bell.rung", (stream,), lambda: {"text": data["action"], "number": 0})
    if data["action"] == "crash":
        raise ZeroDivisionError


def refuse(_params: Params) -> Reply:
    return Reply({"error": "no"}, 404)


SERVICE = Service(
    name="bells",
    title="Bells",
    document="",
    overlays=(),
    seed="",
    handlers={"ring": rung},
    tables=lambda _undo: None,
    plant=lambda _sandbox, _data: None,
    introduce=lambda _sandbox: {},
    unrouted=refuse,
    malformed=refuse,
    cable=Cable("/cable", subscribe, joined, perform),
)


def webhook(**properties: Any) -> dict[str, Any]:
    schema = {"type": "object", "properties": properties, "required": list(properties), "additionalProperties": False}
    return {"post": {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}}


def events(tmp_path: Path, **others: Any) -> Contract:
    """The contract of what clients hear."""
    hooks = {
        "bell.rung": webhook(text={"type": "string"}, number={"type": "integer"}),
        "cable.welcome": webhook(type={"const": "welcome"}),
        "cable.ping": webhook(type={"const": "ping"}, message={"type": "integer"}),
        "cable.confirm_subscription": webhook(identifier={"type": "string"}, type={"const": "confirm_subscription"}),
        "cable.disconnect": webhook(
            type={"const": "disconnect"}, reason={"type": "string"}, reconnect={"type": "boolean"}
        ),
        **others,
    }
    folder = tmp_path / "events"
    folder.mkdir(exist_ok=True)
    for hook in hooks.values():
        hook["post"]["responses"] = {"200": {"description": "Heard"}}
    return contract(folder, {}, webhooks=hooks)


def bells(tmp_path: Path, *, policy: Any = "enforce", idle: float = 3_600.0, **hooks: Any) -> tuple[App, Part, Journal]:
    """An application that serves bells, its part, and its journal."""
    parameter = {"name": "room", "in": "path", "required": True, "schema": {"type": "string"}}
    paths = {
        "/rooms/{room}/rings": {
            "parameters": [parameter],
            "post": operation("ring", requestBody={"content": {"application/json": {}}}),
        }
    }
    made = contract(tmp_path, paths, servers=[{"url": BASE}])
    sandboxes = Sandboxes(lambda seed, _name: Sandbox(seed, SERVICE.tables, {}), 1, idle=idle)
    part = Part(
        "bells", made, HandlerAnswerer(SERVICE, sandboxes), BASE, SERVICE, sandboxes=sandboxes, events=events(tmp_path, **hooks)
    )  # fmt: skip
    journal = Journal()
    return create_app([part], policy=policy, journal=journal), part, journal


def heard(text: str, number: int = 0, identifier: str = TOWER) -> dict[str, Any]:
    """A data frame."""
    return {"identifier": identifier, "message": {"event": "bell.rung", "data": {"text": text, "number": number}}}


async def ring(
    server: Live, text: str = "dong", *, sandbox: str = "", room: str = "tower", **more: Any
) -> httpx.Response:
    """Ring a bell by a request."""
    async with httpx.AsyncClient() as client:
        headers = {"Understudy-Sandbox": sandbox} if sandbox else {}
        return await client.post(f"{server.url}{BASE}/rooms/{room}/rings", json={"text": text, **more}, headers=headers)


def notes(journal: Journal) -> list[str]:
    """What the journal tells of sockets."""
    return [event.note for event in journal.events if event.note]
