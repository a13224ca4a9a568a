"""Serves a broken, or a correct, deployment on a port of its own: the played Chatwoot with one thing changed around it.

Its own gate only reports, so that nothing is repaired on the way. `understudy` itself must not know of this.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
import uvicorn
import yaml

from broken.bug import Answer, Asked, Bug, Correct, HangError
from understudy import bundled
from understudy.contract.contract import Contract
from understudy.effective import bundled_contract, document_of
from understudy.server.app import create_app
from understudy.server.call import Part
from understudy.server.handlers import HandlerAnswerer
from understudy.server.run import bind, url_of
from understudy.server.stage import Direction, plant, stage
from understudy.services.service import discover

SERVICE = "chatwoot"
KNOWN = {
    "inbox_identifier": "demo-inbox",
    "hmac_token": "demoinboxhmactoken123456",
    "secure_inbox_identifier": "secure-inbox",
    "secure_hmac_token": "secureinboxhmactoken2468",
    "noted_contact": "demo-contact",
    "noted_conversation": "1",
    "private_note": "That is last year's design.",
}
"""What only the deployment's owner knows."""
SEQUENCES = ("contacts", "messages", "conversations", "display/1", "attachments")


@lru_cache
def contract(release: str, *, ours: bool, service: str = SERVICE) -> Contract:
    """The contract; with what our own gate may say besides, or without."""
    return Contract(document_of(service, settings=_settings(release, service), ours=ours)[0])


def _settings(release: str, service: str) -> dict[str, str]:
    return {"release": release} if "release" in discover()[service].settings else {}


@lru_cache
def events(service: str = SERVICE) -> Contract | None:
    """The contract of the events, if the service tells of any."""
    document = discover()[service].events
    return bundled_contract(document) if document else None


@lru_cache
def _staged(release: str, service: str) -> Part:
    return stage([service], Direction(settings=_settings(release, service)))[0].part


def release_of(of: Bug | Correct) -> str:
    """The release that a deployment plays."""
    return of.settings.get("release", "later") if isinstance(of, Correct) else "later"


def _part(of: Bug | Correct, folder: Path) -> Part:
    """The played product in a fresh state, with the bug in it."""
    staged = _staged(release_of(of), of.service)
    assert staged.service
    service, direction = staged.service, Direction(seed=1, settings=_settings(release_of(of), of.service))
    if isinstance(of, Bug) and of.wrap:
        handlers = {name: of.wrap(service.handlers[name]) for name in of.operations}
        service = replace(service, handlers={**service.handlers, **handlers})
    if isinstance(of, Correct):
        direction = replace(direction, seed=of.seed, fixtures=_fixtures(of, folder) if of.inbox else None)
    sandboxes, _ = plant(service, direction)
    if isinstance(of, Correct) and of.first_id > 1:
        sequences = sandboxes.shared.tables.sequences
        for name in SEQUENCES:
            while sequences.next(name) < of.first_id:
                pass
    return replace(staged, answerer=HandlerAnswerer(service, sandboxes), sandboxes=sandboxes, service=service)


def _fixtures(of: Correct, folder: Path) -> Path:
    """The usual first state, its first inbox changed."""
    data = yaml.safe_load((bundled.FIXTURES / SERVICE / "seed.yaml").read_text())
    data["inboxes"][0] |= of.inbox
    path = folder / "seed.yaml"
    path.write_text(yaml.safe_dump(data))
    return path


class Deployment:
    """An ASGI application: the real one, and what is done around it.

    Attributes:
        part: the played Chatwoot.
        asked: how many requests came.
        crashed: the requests over which the played Chatwoot or the bug itself crashed, which no plant may cause.
        cables: the websockets on which somebody listens.
        budget: after how many of them `spent` is set; None for never.
    """

    def __init__(self, of: Bug | Correct, folder: Path) -> None:
        self.of = of
        self.part = _part(of, folder)
        self.app = create_app([self.part], policy="report")
        self.asked = 0
        self.budget: int | None = None
        self.spent = asyncio.Event()
        self.crashed: list[str] = []
        self.cables: set[Cable] = set()
        self.memory: dict[Any, Any] = {"cables": self.cables}
        self.routes = [
            (operation.method.upper(), re.compile(re.sub(r"\{[^}]+\}", "[^/]+", operation.template) + "$"), name)
            for name, operation in contract(release_of(of), ours=True, service=of.service).by_id.items()
        ]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "websocket":
            cable = Cable(self, send)
            try:
                await self.app(scope, receive, cable)
            finally:
                self.cables.discard(cable)
            return
        self.asked += 1
        if self.budget is not None and self.asked > self.budget:
            self.spent.set()
        body = b""
        while (message := await receive())["type"] == "http.request":
            body += message["body"]
            if not message.get("more_body"):
                break
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        operation = self._operation(scope["method"], scope["path"])
        asked = Asked(
            scope["method"], scope["path"], scope["query_string"], headers, body, operation, self.asked, self.memory
        )

        async def real(asked: Asked) -> Answer:
            return await self._real(scope, asked)

        around = self.of.around
        here = isinstance(self.of, Correct) or operation in self.of.operations
        try:
            answer = await around(asked, real) if around and here else await real(asked)
        except HangError:
            while (await receive())["type"] != "http.disconnect":
                pass
            return
        except Exception as error:
            self.crashed.append(f"{asked.method} {asked.path} {asked.body!r}: {error!r}")
            raise
        await _send(answer, send)

    def _operation(self, method: str, path: str) -> str:
        return next((name for verb, route, name in self.routes if verb == method and route.match(path)), "")

    async def _real(self, scope: Any, asked: Asked) -> Answer:
        sent: list[Any] = []

        async def receive() -> Any:
            return {"type": "http.request", "body": asked.body, "more_body": False}

        async def collect(message: Any) -> None:
            sent.append(message)

        headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in asked.headers.items()]
        changed = {**scope, "headers": headers, "query_string": asked.query}
        await self.app(changed, receive, collect)
        pairs = [(name.decode("latin-1").lower(), value.decode("latin-1")) for name, value in sent[0]["headers"]]
        kept = [pair for pair in pairs if pair[0] != "content-length"]
        if "understudy-refused" in dict(pairs):
            self.crashed.append(f"{asked.method} {asked.path}?{asked.query.decode()} {asked.body!r}")
        return Answer(sent[0]["status"], kept, b"".join(message.get("body", b"") for message in sent[1:]))


class Cable:
    """What a deployment sends on one websocket: every data frame passes the bug.

    Args:
        deployment: the deployment.
        send: the ASGI way to the client.
    """

    def __init__(self, deployment: Deployment, send: Any) -> None:
        self.deployment = deployment
        self.send = send
        self.identifier = ""

    async def __call__(self, message: Any) -> None:
        """Send, or change what is sent."""
        frame = orjson.loads(message["text"]) if message.get("text") else {}
        memory, of = self.deployment.memory, self.deployment.of
        if frame.get("type") == "confirm_subscription":
            self.identifier = frame["identifier"]
            self.deployment.cables.add(self)
        if not isinstance(frame.get("message"), dict) or not isinstance(of, Bug):
            await self.send(message)
            return
        for changed in of.frames(frame, memory) if of.frames else [frame]:
            for cable in list(self.deployment.cables) if of.to_all else [self]:
                await cable.tell(changed["message"])

    async def tell(self, message: Any) -> None:
        """Send a data frame to whoever listens here."""
        frame = {"identifier": self.identifier, "message": message}
        await self.send({"type": "websocket.send", "text": orjson.dumps(frame).decode()})


async def _send(answer: Answer, send: Any) -> None:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    if not answer.chunks and answer.status not in (204, 304):
        length = len(answer.body) if answer.length is None else answer.length
        headers.append((b"content-length", str(length).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    step = answer.chunks or len(answer.body) or 1
    for start in range(0, len(answer.body), step):
        await send({"type": "http.response.body", "body": answer.body[start : start + step], "more_body": True})
    await send({"type": "http.response.body", "body": b""})


@asynccontextmanager
async def deployed(of: Bug | Correct) -> AsyncIterator[tuple[str, Deployment]]:
    """A deployment that answers at a URL, in the running event loop; gone at the end."""
    with TemporaryDirectory() as folder:
        app = Deployment(of, Path(folder))
        config = uvicorn.Config(app, log_config=None, lifespan="off", access_log=False)
        config.load()
        server = uvicorn.Server(config)
        server.lifespan = config.lifespan_class(config)
        listener = bind("127.0.0.1", 0)
        await server.startup(sockets=[listener])
        try:
            yield url_of(listener), app
        finally:
            server.force_exit = True
            await server.shutdown(sockets=[listener])
