"""A small deployment that breaks its promises and says hostile things, and what a real verification of it finds."""

from __future__ import annotations

import asyncio
import json
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import yaml

from documents import document
from understudy.contract.contract import Contract
from understudy.contract.document import load as load_document
from understudy.probe.baseline import Accepted, Baseline
from understudy.probe.judge import Judge
from understudy.probe.results import Results
from understudy.probe.scenario import load
from understudy.probe.target import Manners, Target
from understudy.probe.verify import Order, Verification

TODAY = date(2026, 11, 21)
HOSTILE = "<script>alert(1)</script> ]]> \x1b[31m\x00 </details> | `x` ``` \u202e ![](http://evil.example) {{ 7 }}"
JSON = {"Content-Type": "application/json"}

Answer = tuple[int, Mapping[str, str], bytes]
Answers = Callable[[str, str, Mapping[str, str], bytes], Answer | None]


def answers(verb: str, path: str, _headers: Mapping[str, str], _body: bytes) -> Answer | None:
    """What the broken shop says; None closes the connection."""
    pet = {"id": 1, "name": "Ada"}
    return {
        "GET /pets": (200, JSON, json.dumps([pet, {"id": "7", "name": HOSTILE}, {"id": 3}]).encode()),
        "GET /pets?kind=big": (200, JSON, json.dumps([{"id": "big", "name": "x" * 1_000_000}]).encode()),
        "GET /pets?kind=latin": (200, JSON, b'[{"id": 1, "name": "caf\xe9"}]'),
        "GET /pets?kind=page": (200, {"Content-Type": "text/html"}, HOSTILE.encode()),
        "POST /pets": (418, {**JSON, "X-Odd": "a, b"}, json.dumps({"said": HOSTILE}).encode()),
        "GET /pets/1": (200, {**JSON, "Set-Cookie": "session=cookie-of-the-server; HttpOnly"}, b'{"id": 1, "name": "Elizabeth"}'),
        "GET /pets/2": None,
    }.get(f"{verb} {path}", (404, JSON, b"{}"))  # fmt: skip


def paths(longest_name: int) -> dict[str, Any]:
    """The shop's document; one profile allows longer names than the other."""
    pet = {
        "type": "object",
        "required": ["id", "name"],
        "properties": {"id": {"type": "integer"}, "name": {"type": "string", "maxLength": longest_name}},
    }
    fine = {"description": "Fine", "content": {"application/json": {"schema": pet}}}
    several = {"description": "All", "content": {"application/json": {"schema": {"type": "array", "items": pet}}}}
    gone = {"description": "Gone", "content": {"application/json": {}}}
    one = [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]
    kind = [{"name": "kind", "in": "query", "schema": {"type": "string"}}]
    return {
        "/pets": {
            "get": {"operationId": "list-pets", "parameters": kind, "responses": {"200": several}},
            "post": {
                "operationId": "create-pet",
                "requestBody": {"content": {"application/json": {"schema": pet}}},
                "responses": {"201": fine},
            },
        },
        "/pets/{id}": {
            "get": {"operationId": "get-pet", "parameters": one, "responses": {"200": fine, "404": gone}},
            "delete": {"operationId": "delete-pet", "parameters": one, "responses": {"204": {"description": "Gone"}}},
        },
    }


SCENARIOS: tuple[dict[str, Any], ...] = (
    {
        "scenario": "The list is sound",
        "steps": [
            {"call": "list-pets", "expect": {"body": [{"at": "$[*].id", "unique": True}, {"at": "$[0].name", "equals": "Bob"}]}},
            {"call": "list-pets"},
            *({"call": "list-pets", "with": {"kind": kind}} for kind in ("big", "latin", "page")),
        ],
    },
    {
        "scenario": f"What is made is there {HOSTILE[:30]}",
        "steps": [
            {"call": "create-pet", "body": {"id": 4, "name": "It's <b>$HOME</b> `id` \\ \"4\""}, "expect": {"status": 418}},
            {"call": "get-pet", "with": {"id": 1}},
            {"call": "get-pet", "with": {"id": 2}},
        ],
    },
    {"scenario": "Needs what nobody gave", "needs": {"colour": "the owner's own <i>"}, "steps": [{"call": "list-pets"}]},
)  # fmt: skip


def contracts(folder: Path) -> dict[str, Contract]:
    """The shop's document, by profile."""
    made = {}
    for profile, longest in (("observed", 3_000_000), ("published", 5)):
        file = folder / f"{profile}.json"
        file.write_text(json.dumps(document(paths(longest)), indent=1))
        made[profile] = Contract(load_document(file))
    return made


@contextmanager
def deployed(say: Answers = answers) -> Iterator[str]:
    """The deployment's base URL, while it runs."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            said = say(self.command, self.path, dict(self.headers.items()), body)
            if said is None:
                self.close_connection = True
                return
            status, headers, content = said
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(content))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content if self.command != "HEAD" else b"")

        do_GET = do_POST = do_HEAD = do_PUT = do_DELETE = do_PATCH = _answer  # noqa: N815 - the library's names

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def verify(
    folder: Path,
    say: Answers = answers,
    *,
    manners: Manners | None = None,
    scenarios: tuple[dict[str, Any], ...] = SCENARIOS,
    accepted: tuple[Accepted, ...] = (),
) -> Results:
    """What a verification of the shop finds."""
    judge = Judge(contracts(folder))
    files = []
    for index, scenario in enumerate(scenarios):
        files.append(folder / f"scenario_{index}.yaml")
        files[-1].write_text(yaml.safe_dump(scenario, allow_unicode=True))

    async def run(url: str) -> Results:
        async with Target(url, manners) as target:
            order = Order(
                scenarios=[load(path, judge.main.by_id) for path in files], baseline=Baseline(accepted, TODAY), seed=7
            )
            return await Verification(target, judge, order, lambda *_: None).run()

    with deployed(say) as url:
        return asyncio.run(run(url))


@cache
def found() -> Results:
    """What is found of the broken shop, once for all tests: new, accepted, expired and healed."""
    with tempfile.TemporaryDirectory() as folder:
        first = verify(Path(folder))
        names = [finding.fingerprint for finding in first.findings]
        accepted = (
            Accepted(names[0], "known <b>", date(2027, 1, 1)),
            Accepted(names[1], "was known", date(2026, 1, 1)),
            Accepted("0123456789ab", "long gone | <i>"),
        )
        return verify(Path(folder), accepted=accepted)
