"""Deployments that answer with the very bytes they are told to, and a proxy in front of them, all in one event loop."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from understudy.contract.contract import Contract
from understudy.contract.traffic import Traffic
from understudy.effective import document_of
from understudy.server.journal import Journal
from understudy.server.proxy.court import Court
from understudy.server.proxy.passage import Passage
from understudy.server.proxy.serving import Proxy
from understudy.server.proxy.upstream import Patience, Upstream
from understudy.server.run import bind

PATIENCE = 10

DOCUMENT = """
openapi: 3.1.0
info: {title: Things, version: "1"}
servers: [{url: "https://things.example/api"}]
paths:
  /things/{id}:
    get:
      operationId: get-thing
      parameters: [{name: id, in: path, required: true, schema: {type: integer}}]
      responses:
        "200":
          description: a thing
          content:
            application/json:
              schema: {type: object, required: [name], properties: {name: {type: string}}}
  /things:
    post:
      operationId: make-thing
      requestBody:
        required: true
        content:
          application/json: {schema: {type: object, required: [name]}}
      responses:
        "201": {description: made}
webhooks:
  thing.made:
    post:
      operationId: thing-made
      requestBody:
        content:
          application/json: {schema: {type: object, required: [id]}}
      responses: {"200": {description: heard}}
"""

Behaviour = Callable[["Visit"], Awaitable[None]]


@dataclass
class Visit:
    """One request that came to a deployment, and the way to answer it."""

    head: bytes
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def say(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()


@dataclass
class Door:
    """A proxy before a deployment."""

    host: str
    port: int
    journal: Journal
    passages: list[Passage] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self.host, self.port, limit=1 << 26)

    async def ask(self, request: bytes, size: int = -1) -> bytes:
        """Send a request and read so many bytes; all until the connection ends, if no number is given."""
        reader, writer = await self.open()
        writer.write(request)
        async with asyncio.timeout(PATIENCE):
            answer = await (reader.readexactly(size) if size >= 0 else reader.read(-1))
        writer.close()
        await writer.wait_closed()
        return answer

    async def judged(self, number: int = 1) -> list[Any]:
        """Wait until so many entries are in the journal; the entries."""
        async with asyncio.timeout(PATIENCE):
            while len(self.journal) < number:
                self.news.clear()
                await self.news.wait()
        return list(self.journal)


def contract(folder: Path, engine: Any = "plan") -> Contract:
    path = folder / "things.yaml"
    path.write_text(DOCUMENT)
    return Contract(document_of(str(path), ours=False)[0], engine)


@asynccontextmanager
async def deployment(behaviour: Behaviour) -> AsyncIterator[str]:
    """A deployment that answers every request by a behaviour; its URL."""
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                await behaviour(Visit(head, reader, writer))
                if writer.is_closing():
                    return
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    def come(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.create_task(serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(come, "127.0.0.1", 0, limit=1 << 26)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def proxy(
    url: str, judge: Contract, *, policy: Any = "report", answer: float = PATIENCE, **options: bool
) -> AsyncIterator[Door]:
    """A proxy in front of a deployment, judging by a contract; it may be told what an `Upstream` takes."""
    upstream = Upstream(url, Patience(connect=PATIENCE, answer=answer), **options)
    journal = Journal()
    listener = bind("127.0.0.1", 0)
    door = Door(*listener.getsockname()[:2], journal)
    journal.follow(lambda _: door.news.set())
    court = Court("things", Traffic(judge, [upstream.path]), judge, journal, policy, passed=door.passages.append)
    async with Proxy(upstream, court, listener):
        yield door


def answering(raw: bytes) -> Behaviour:
    """A behaviour: these bytes, whatever is asked; they end the connection where they say so."""

    async def behave(visit: Visit) -> None:
        await visit.say(raw)
        if b"Connection: close" in raw:
            visit.writer.close()

    return behave


def get(path: str, *headers: str) -> bytes:
    return "\r\n".join([f"GET {path} HTTP/1.1", "Host: proxy", *headers, "", ""]).encode("latin-1")
