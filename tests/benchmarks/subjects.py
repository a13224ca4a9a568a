"""Our server in a process of its own, asked without a socket: how long requests take as something grows.

Started by `growth`: ``subjects.py KIND SIZE``. Each line on standard input asks for one round; each line on standard
output is its CPU time in microseconds a request, by kind of request. The whole application runs, from the outermost
layer in; what is missing is uvicorn and the log. All sizes run beside each other, and none feels another's garbage.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import cycle
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from understudy.contract.contract import Contract
from understudy.contract.document import load
from understudy.sandbox.registry import Sandboxes
from understudy.sandbox.sandboxes import Sandbox
from understudy.server.app import create_app
from understudy.server.call import Part
from understudy.server.handlers import HandlerAnswerer
from understudy.server.stage import Direction, stage
from understudy.services.service import Handler, Params, Reply, Service

Ask = tuple[str, str, bytes]
Asks = dict[str, Iterator[Ask]]
App = Callable[[Any, Any, Any], Awaitable[None]]

BATCH = 200
CONTACTS = "/public/api/v1/inboxes/demo-inbox/contacts"
EACH = 20  # conversations of one contact


def ask(app: App, one: Ask) -> int:
    """Send one request through the application, without an event loop; returns the status."""
    method, path, body = one
    scope = {
        "type": "http", "method": method, "path": path, "raw_path": path.encode(), "query_string": b"",
        "root_path": "", "scheme": "http", "server": ("127.0.0.1", 8080), "client": ("127.0.0.1", 1),
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json"),
                    (b"content-length", str(len(body)).encode())] if body else [(b"host", b"127.0.0.1")],
    }  # fmt: skip
    status = 0

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body}

    async def send(message: dict[str, Any]) -> None:
        nonlocal status
        status = message.get("status", status)

    call = app(scope, receive, send).__await__()
    try:
        next(call)
    except StopIteration:
        return status
    raise RuntimeError(f"{method} {path} waited for something")


def batch(app: App, asks: Iterator[Ask]) -> float:
    """CPU microseconds a request over one batch; every answer must be a 200."""
    requests = [next(asks) for _ in range(BATCH)]
    begun = time.process_time()
    statuses = [ask(app, one) for one in requests]
    spent = time.process_time() - begun
    if set(statuses) != {200}:
        raise RuntimeError(f"{requests[0][:2]} is answered with {sorted(set(statuses))}")
    return spent / BATCH * 1e6


def operations(size: int) -> tuple[App, Asks]:
    """A document with so many operations, each asked in turn: half read one thing, half make one."""
    thing = {
        "type": "object",
        "required": ["id", "name", "tags"],
        "properties": {
            "id": {"type": "integer"},
            "name": {"type": "string", "maxLength": 80},
            "tags": {"type": "array", "items": {"type": "string"}},
        },
        "additionalProperties": False,
    }
    content = {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Thing"}}}}
    answer = {"200": {"description": "The thing.", **content}}
    number = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
    paths: dict[str, dict[str, Any]] = {}
    for at in range(size):
        make = at % 2 == 0
        node = {"operationId": f"operation-{at}", "responses": answer, "parameters": [number]}
        path = f"/places/{at // 2 % 10}/things{at // 2}/{{id}}"
        paths.setdefault(path, {})["post" if make else "get"] = {**node, **({"requestBody": content} if make else {})}
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Sized", "version": "1", "description": "A document of a given size."},
        "paths": paths,
        "components": {"schemas": {"Thing": thing}},
    }
    said = {"id": 7, "name": "a thing", "tags": ["one", "two"]}
    asks = [
        (method.upper(), path.replace("{id}", "7"), json.dumps(said).encode() if method == "post" else b"")
        for path, item in paths.items()
        for method in item
    ]
    app = _serve(document, {f"operation-{at}": lambda _sandbox, _params: said for at in range(size)})
    for one in asks:
        ask(app, one)
    return app, {"request": cycle(asks)}


def _serve(document: dict[str, Any], handlers: dict[str, Handler]) -> App:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sized.json"
        path.write_text(json.dumps(document))
        contract = Contract(load(path))
    service = Service(
        name="sized", title="Sized", document="", overlays=(), seed="", handlers=handlers, tables=lambda _: None,
        plant=lambda *_: None, introduce=lambda _: {}, unrouted=_nothing, malformed=_nothing,
    )  # fmt: skip
    sandboxes = Sandboxes(lambda seed, _: Sandbox(seed, service.tables, {}), 0)
    return create_app([Part("sized", contract, HandlerAnswerer(service, sandboxes))])


def _nothing(_params: Params) -> Reply:
    return Reply(status=404)


def stored(size: int) -> tuple[App, Asks]:
    """Chatwoot with so many conversations in its sandbox, twenty to a contact: make one, show one, list twenty."""
    part = stage(["chatwoot"], Direction())[0].part
    assert isinstance(part.answerer, HandlerAnswerer)
    sandbox, handlers = part.answerer.sandboxes.shared, part.answerer.service.handlers
    first = 0
    for number in range(size // EACH):
        at = {"inbox_identifier": "demo-inbox", "contact_identifier": f"contact-{number}"}
        with sandbox.transaction():
            handlers["create-a-contact"](sandbox, Params({**at, "source_id": f"contact-{number}"}))
        for _ in range(EACH):
            with sandbox.transaction():
                made = handlers["create-a-conversation"](sandbox, Params(at))
            first = first or made["id"]
    app = create_app([part])
    ask(app, ("POST", CONTACTS, b'{"source_id":"writer"}'))
    random = Random(0)  # noqa: S311 - which rows are asked for; the same in every run

    def show() -> Iterator[Ask]:
        while True:
            number = random.randrange(size // EACH * EACH)
            yield "GET", f"{CONTACTS}/contact-{number // EACH}/conversations/{first + number}", b""

    def listed() -> Iterator[Ask]:
        while True:
            yield "GET", f"{CONTACTS}/contact-{random.randrange(size // EACH)}/conversations", b""

    create = cycle([("POST", f"{CONTACTS}/writer/conversations", b'{"custom_attributes":{"plan":"gold"}}')])
    return app, {"create": create, "show": show(), "list of 20": listed()}


def message(size: int) -> tuple[App, Asks]:
    """Chatwoot, asked to keep a message of so many characters; a new conversation for each hundred of them."""
    app = create_app([stage(["chatwoot"], Direction())[0].part])
    body = json.dumps({"content": "word " * (size // 5)}).encode()

    def say() -> Iterator[Ask]:
        for number in cycle(range(10**9)):
            name = f"writer-{number}"
            ask(app, ("POST", CONTACTS, json.dumps({"source_id": name}).encode()))
            # Conversations are numbered through: the seed's three, then ours.
            ask(app, ("POST", f"{CONTACTS}/{name}/conversations", b""))
            for _ in range(100):
                yield "POST", f"{CONTACTS}/{name}/conversations/{4 + number}/messages", body

    return app, {"create": say()}


KINDS: dict[str, Callable[[int], tuple[App, Asks]]] = {"operations": operations, "stored": stored, "message": message}


def main(kind: str, size: int) -> None:
    """Make the subject, then run a round for every line that comes."""
    app, asks = KINDS[kind](size)
    for requests in asks.values():
        batch(app, requests)
    for _ in sys.stdin:
        sys.stdout.write(json.dumps({name: batch(app, requests) for name, requests in asks.items()}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
