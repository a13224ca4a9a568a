"""A small deployment with switchable faults, and how to search it: for the tests of the properties part.

An API of shelves with credentials, kept in memory; a plain ASGI application, so that nothing of ours stands in it. It
runs on a real socket in a thread of the test's own process.
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
import yaml

from understudy.contract.contract import Contract
from understudy.contract.document import load
from understudy.probe.judge import Judge
from understudy.probe.properties import Outcome, hunt, search
from understudy.probe.searching.wish import Wish
from understudy.probe.target import Manners, Target

TOKEN = "Bearer 5ecr3t"  # noqa: S105 - guards nothing
DOCUMENT = yaml.safe_load("""
openapi: 3.1.0
info: {title: Shelves, version: "1"}
security: [{bearer: []}]
paths:
  /shelves:
    post:
      operationId: add-shelf
      requestBody:
        required: true
        content: {application/json: {schema: {$ref: "#/components/schemas/New"}}}
      responses:
        "201":
          description: added
          content: {application/json: {schema: {$ref: "#/components/schemas/Shelf"}}}
          links:
            Show: {operationId: show-shelf, parameters: {shelf_id: "$response.body#/id"}}
            Remove: {operationId: remove-shelf, parameters: {shelf_id: "$response.body#/id"}}
        "401": {description: who}
        "422": {description: odd}
        default: {description: something else}
  /shelves/{shelf_id}:
    parameters:
      - {name: shelf_id, in: path, required: true, schema: {type: integer, minimum: 1}}
    get:
      operationId: show-shelf
      responses:
        "200":
          description: here
          content: {application/json: {schema: {$ref: "#/components/schemas/Shelf"}}}
        "401": {description: who}
        "404": {description: nowhere}
    delete:
      operationId: remove-shelf
      responses:
        "204": {description: gone}
        "401": {description: who}
        "404": {description: nowhere}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
  schemas:
    New:
      type: object
      additionalProperties: false
      required: [name, size]
      properties:
        name: {type: string, minLength: 1, maxLength: 60}
        size: {type: integer, minimum: 0, maximum: 100000}
    Shelf:
      type: object
      required: [id, name, size]
      properties: {id: {type: integer}, name: {type: string}, size: {type: integer}}
""")


class Shelves:
    """The application.

    Args:
        faults: what it does wrong, by name, with whatever the fault needs.

    Attributes:
        heard: method, target and body of every request, in order.
    """

    def __init__(self, **faults: Any) -> None:
        self.faults = faults
        self.heard: list[tuple[str, str, bytes]] = []
        self.shelves: dict[int, dict[str, Any]] = {1: {"id": 1, "name": "first", "size": 1}}
        self.server: uvicorn.Server | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        query = scope["query_string"].decode("latin-1")
        target = scope["raw_path"].decode("latin-1") + (f"?{query}" if query else "")
        self.heard.append((scope["method"], target, body))
        if len(self.heard) > self.faults.get("hangs_after", 10**9):
            await asyncio.Event().wait()
        if len(self.heard) > self.faults.get("dies_after", 10**9):
            assert self.server is not None
            self.server.force_exit = self.server.should_exit = True
        headers = dict(scope["headers"])
        status, said = self._answer(scope["method"], scope["path"], headers, body)
        content = b"" if said is None else json.dumps(said).encode()
        kind = [(b"content-type", b"application/json")] if said is not None else []
        if status == 405:
            kind.append((b"allow", b"POST" if scope["path"] == "/shelves" else b"GET, DELETE"))
        await send({"type": "http.response.start", "status": status, "headers": kind})
        await send({"type": "http.response.body", "body": content})

    def _answer(self, method: str, path: str, headers: Mapping[bytes, bytes], body: bytes) -> tuple[int, Any]:
        one = re.fullmatch(r"/shelves/([1-9][0-9]*)", path)
        known = {"/shelves": ("POST",)}.get(path, ("GET", "DELETE") if re.fullmatch(r"/shelves/[^/]+", path) else None)
        if known is None or method not in known:
            return (404, None) if known is None else (405, None)
        if headers.get(b"authorization") != TOKEN.encode() and "takes_anybody" not in self.faults:
            return 401, None
        if method == "POST":
            return self._add(headers, body)
        shelf = self.shelves.get(int(one.group(1))) if one and len(one.group(1)) < 20 else None
        if shelf is None:
            return (418, None) if "hidden_failure" in self.faults else (404, None)
        if method == "DELETE":
            if "keeps_what_is_removed" not in self.faults and shelf["id"] != 1:
                del self.shelves[shelf["id"]]
            return 204, None
        return (418, None) if "hidden_failure" in self.faults else (200, shelf)

    def _add(self, headers: Mapping[bytes, bytes], body: bytes) -> tuple[int, Any]:
        try:
            new = json.loads(body)
            json.dumps(new, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except ValueError:
            new = None
        name, size = (new.get("name"), new.get("size")) if isinstance(new, dict) else (None, None)
        good = (
            headers.get(b"content-type", b"").startswith(b"application/json")
            and isinstance(new, dict)
            and set(new) == {"name", "size"}
            and isinstance(name, str)
            and 1 <= len(name) <= 60
            and type(size) in (int, float)
            and size == int(size)
            and 0 <= size <= 100_000
        )
        if not good and "takes_anything" not in self.faults:
            return 422, None
        if "fails_beyond_ascii" in self.faults and isinstance(name, str) and not name.isascii():
            return 500, None
        number = max(self.shelves) + 1
        self.shelves[number] = shelf = {"id": number, "name": str(name), "size": int(size) if good else 0}
        odd = self.faults.get("odd_from")
        if odd is not None and shelf["size"] >= odd:
            return 201, {**shelf, "size": str(size)}
        if "odd_rarely" in self.faults and shelf["size"] > 3 and any(ord(char) > 0xFFFF for char in shelf["name"]):
            return 201, {**shelf, "name": None}
        return 201, shelf


@contextmanager
def running(app: Any, certificate: Path | None = None) -> Iterator[str]:
    """The application on a free port; ended whatever happens.

    Args:
        app: the application.
        certificate: a file with its private key and certificate, where it is to speak TLS.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app, log_level="critical", lifespan="off", timeout_graceful_shutdown=0, ssl_certfile=certificate
    )
    app.server = uvicorn.Server(config)
    thread = threading.Thread(target=app.server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http{'s' if certificate else ''}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        app.server.should_exit = app.server.force_exit = True
        thread.join(20)
        listener.close()


def judge_of(folder: Path, document: Mapping[str, Any] = DOCUMENT) -> Judge:
    """A judge of the document."""
    path = folder / "shelves.yaml"
    path.write_text(yaml.safe_dump(document))
    return Judge({"document": Contract(load(path))})


def searched(app: Shelves, judge: Judge, wish: Wish, **manners: Any) -> tuple[Outcome, float]:
    """What becomes of a search, and the seconds that it took."""

    async def run(url: str) -> Outcome:
        outcome = Outcome()
        async with Target(url, Manners(headers={"Authorization": TOKEN}, **manners)) as target:
            await search(target, judge, wish, lambda *_: None, outcome)
        return outcome

    with running(app) as url:
        begun = time.monotonic()
        return asyncio.run(run(url)), time.monotonic() - begun


def hunted(app: Shelves, judge: Judge, wish: Wish) -> list[Any]:
    """The sequences of requests that a hunt brings home."""

    async def run(url: str) -> list[Any]:
        async with Target(url, Manners(headers={"Authorization": TOKEN})) as target:
            return await hunt(target, judge, wish, lambda *_: None)

    with running(app) as url:
        return asyncio.run(run(url))
