"""Sequences: derived from links and names, run at once where they say so, and judged to their end."""

from __future__ import annotations

import asyncio
import copy
import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import uvicorn
import yaml

from shelves import DOCUMENT, TOKEN, Shelves, judge_of, running
from understudy.contract.contract import Contract
from understudy.contract.document import load
from understudy.effective import document_of
from understudy.probe.cases.corpus import generate
from understudy.probe.judge import Judge
from understudy.probe.replay import Order, Replay
from understudy.probe.scenario import load as load_scenario
from understudy.probe.sequences.derive import Derivation
from understudy.probe.sequences.from_scenarios import sequences
from understudy.probe.sequences.sequence import CallSequence
from understudy.probe.sequences.sources import Sources
from understudy.probe.swift import SwiftTarget
from understudy.probe.target import Manners


def contract_with(folder: Path, **changes: Any) -> Contract:
    """The shelves' contract with other paths."""
    data = copy.deepcopy(DOCUMENT)
    data["paths"].update(changes.get("paths", {}))
    if "links" in changes:
        data["paths"]["/shelves"]["post"]["responses"]["201"]["links"] = changes["links"]
    path = folder / "changed.yaml"
    path.write_text(yaml.safe_dump(data))
    return Contract(load(path))


def derived(contract: Contract) -> list[CallSequence]:
    return Derivation(contract, generate(contract, 1)).sequences()


def test_chatwoots_conversations_are_led_to_by_links() -> None:
    """From a contact to its conversation, its messages and its end, each by what the one before answered."""
    contract = Contract(document_of("chatwoot", ours=False)[0])
    found = {tuple(step.operation_id for step in sequence.steps) for sequence in derived(contract)}
    assert ("create-a-contact", "create-a-conversation", "create-a-message", "list-all-conversation-messages") in found
    assert ("create-a-contact", "create-a-conversation", "resolve-conversation") in found
    at_once = [sequence for sequence in derived(contract) if any(step.lane for step in sequence.steps)]
    message = next(sequence for sequence in at_once if sequence.title.startswith("two create-a-message"))
    assert [len(lanes) for lanes in message.blocks()] == [1, 1, 3, 1]
    assert message.steps[-1].expect


def test_names_lead_where_no_link_does(tmp_path: Path) -> None:
    """Without links, a collection that answers with an `id` is the source of `/collection/{…_id}`."""
    contract = contract_with(tmp_path, links={})
    source = Sources(contract).by_resource["/shelves/{shelf_id}"]
    assert (source.operation_id, source.at, source.origin) == ("add-shelf", "$.id", "names")
    linked = Sources(judge_of(tmp_path).main).by_resource["/shelves/{shelf_id}"]
    assert (linked.at, linked.origin) == ("$.id", "links")


def test_two_things_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """`{id}` of one collection is not that of another."""
    one = {"type": "object", "properties": {"id": {"type": "integer"}}}
    said = {"200": {"description": "it", "content": {"application/json": {"schema": one}}}}
    several = {
        "200": {"description": "all", "content": {"application/json": {"schema": {"type": "array", "items": one}}}}
    }
    number = {"parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}]}
    paths = {
        "/books": {"get": {"operationId": "books", "responses": several}},
        "/books/{id}": {**number, "get": {"operationId": "book", "responses": said}},
        "/cats": {"post": {"operationId": "add-cat", "responses": said}},
        "/cats/{id}": {**number, "get": {"operationId": "cat", "responses": said}},
    }
    sources = Sources(contract_with(tmp_path, paths=paths)).by_resource
    assert (sources["/books/{id}"].operation_id, sources["/books/{id}"].at) == ("books", "$[0].id")
    assert (sources["/cats/{id}"].operation_id, sources["/cats/{id}"].at) == ("add-cat", "$.id")
    assert sources["/books/{id}"].name != sources["/cats/{id}"].name


class Counter:
    """A counter that lets writers through only once two of them are there: who sends one by one waits for ever."""

    def __init__(self) -> None:
        self.waiting = 0
        self.both = asyncio.Event()
        self.reads = 0

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        if scope["method"] == "PUT":
            self.waiting += 1
            if self.waiting >= 2:
                self.both.set()
            await self.both.wait()
        self.reads += scope["method"] == "GET"
        body = json.dumps({"id": 1, "name": "x", "size": 1}).encode()
        status = 201 if scope["method"] == "POST" else 200
        head = {"type": "http.response.start", "status": status, "headers": [(b"content-type", b"application/json")]}
        await send(head)
        await send({"type": "http.response.body", "body": body})


def test_names_of_any_letters_are_filled_in() -> None:
    """What a parameter beyond ASCII is captured as can be used by later steps, and its path goes as a URL."""
    document = Path(__file__).resolve().parents[1] / "made_documents" / "unicode.yaml"
    contract = Contract(load(document))
    steps = [(sequence, step) for sequence in derived(contract) for step in sequence.steps if step.names()]
    assert steps
    for sequence, step in steps:
        assert step.names() <= {name for one in sequence.steps for name in (*one.capture, *one.ask.open)}
        asked = step.filled(dict.fromkeys(step.names(), 7)).request(contract, contract.by_id[step.operation_id])
        assert asked.target == "/k%C3%A4se/7"


@contextmanager
def served(app: Any) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="critical", lifespan="off", timeout_graceful_shutdown=0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join(20)
        listener.close()


def replayed(url: str, contract: Contract, items: list[CallSequence], **given: str) -> Replay:
    async def run() -> Replay:
        async with SwiftTarget(url, Manners(headers={"Authorization": TOKEN}, patience=10)) as target:
            replay = Replay(target, Judge({"document": contract}), Order(items, given), lambda *_: None)
            await replay.run()
            return replay

    return asyncio.run(run())


def test_lanes_run_at_once(tmp_path: Path) -> None:
    """Two writers are under way together, and a reader in between."""
    written = {"$ref": "#/components/schemas/New"}
    shelf = {"$ref": "#/components/schemas/Shelf"}
    put = {
        "operationId": "change-shelf",
        "requestBody": {"required": True, "content": {"application/json": {"schema": written}}},
        "responses": {"200": {"description": "it", "content": {"application/json": {"schema": shelf}}}},
    }
    one = {**DOCUMENT["paths"]["/shelves/{shelf_id}"], "put": put}
    contract = contract_with(tmp_path, paths={"/shelves/{shelf_id}": one})
    found = [sequence for sequence in derived(contract) if sequence.title.startswith("two change-shelf")]
    assert len(found) == 1
    app = Counter()
    with served(app) as url:
        replay = replayed(url, contract, found)
    assert not replay.parts[-1].skipped
    assert not replay.judge.findings
    assert (app.waiting, app.reads) == (4, 3)


def test_what_was_just_made_must_be_found(tmp_path: Path) -> None:
    """A deployment that forgets what it made breaks a law, however well 404 is documented."""
    judge = judge_of(tmp_path)
    app = Shelves()
    app.shelves = Forgetful(app.shelves)
    with running(app) as url:
        replay = replayed(url, judge.main, derived(judge.main))
    codes = {(f.violation.code, f.violation.operation_id) for f in replay.judge.findings.values()}
    assert ("law-broken", "show-shelf") in codes


class Forgetful(dict[int, Any]):
    """Keeps nothing that is put into it."""

    def __setitem__(self, key: int, value: Any) -> None:
        """Forget it."""


def test_scenarios_become_sequences(tmp_path: Path) -> None:
    """Calls, what they capture and the statuses they ask for are kept; what an owner must say stays a name."""
    contract = judge_of(tmp_path).main
    path = tmp_path / "lives.yaml"
    path.write_text("""
scenario: A shelf can be seen
needs: {size: how big shelves are}
let: {label: "${mark}-shelf"}
steps:
  - call: add-shelf
    body: {name: "${label}", size: "${size}"}
    expect: {status: 201}
    capture: {shelf: $.id}
  - call: show-shelf
    with: {shelf_id: "${shelf}"}
""")
    (found,), left_out = sequences(contract, [load_scenario(path, contract.by_id)], {"size": 7})
    assert not left_out
    add, show = found.steps
    assert add.ask.body == {"name": "${mark}-shelf", "size": "${size}"}
    assert (add.expect, add.ask.open, show.expect) == (("201",), {"mark": "understudy", "size": 7}, ("2XX",))
    assert CallSequence.from_json(found.as_json()) == found
    with running(Shelves()) as url:
        assert "--param size" in replayed(url, contract, [found]).parts[-1].skipped[0].reason
    path.write_text(path.read_text().replace("shelf: $.id", "shelf_: $.id"))
    _, left_out = sequences(contract, [load_scenario(path, contract.by_id)], {})
    assert "shelf" in left_out[0].reason
