"""Handlers: what reaches them, what becomes of what they say, and that half a change is none."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from answerers import client
from documents import operation
from understudy.sandbox.registry import Sandboxes
from understudy.sandbox.sandboxes import Sandbox
from understudy.sandbox.store import Table, UndoLog
from understudy.server.handlers import HandlerAnswerer
from understudy.services.service import Params, Refusal, Reply, Service, Upload


@dataclass(frozen=True, slots=True)
class Thing:
    id: int
    name: str


class Tables:
    def __init__(self, undo: UndoLog) -> None:
        self.things: Table[Thing] = Table(undo, unique=("name",))


BODY = {"type": "object", "properties": {"name": {"type": "string", "maxLength": 3, "x-refused-by": "product"}}}
CONTENT = {
    kind: {"schema": BODY} for kind in ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
}
ANY = {status: {"description": "Any", "content": {"application/json": {}}} for status in ("200", "400", "422", "500")}
PATHS = {
    "/things/{name}": {
        "parameters": [{"name": "name", "in": "path", "required": True, "schema": {"type": "string"}}],
        "post": operation("make", requestBody={"content": CONTENT}) | {"responses": ANY},
    }
}


def played(tmp_path: Path, handler: Callable[[Sandbox, Params], Any], **options: Any) -> Any:
    """A client on a service with one handler, and the service's sandbox."""
    service = Service(
        name="things", title="Things", document="", overlays=(), seed="", handlers={"make": handler}, tables=Tables,
        plant=lambda *_: None, introduce=lambda _: {}, unrouted=lambda _: Reply({"lost": True}, 404),
        malformed=lambda _: Reply({"malformed": True}, 400),
    )  # fmt: skip
    sandboxes = Sandboxes(lambda seed, _: Sandbox(seed, Tables, {}), 1)
    return client(tmp_path, PATHS, HandlerAnswerer(service, sandboxes), **options)[0], sandboxes.shared


def test_body_query_and_path_are_merged_and_the_later_wins(tmp_path: Path) -> None:
    """A handler gets one set of parameters: body, overridden by query, overridden by path."""
    seen: list[Params] = []
    api, _ = played(tmp_path, lambda _, params: seen.append(params) or {})
    api.post(
        "/things/path?name=query&a=query&b[c]=1", json={"name": "bod", "a": "body", "d": [1]}, headers={"Accept": "x/y"}
    )
    assert seen[0] == {"name": "path", "a": "query", "b": {"c": "1"}, "d": [1]}
    assert seen[0].body == {"name": "bod", "a": "body", "d": [1]}
    assert seen[0].accept == "x/y"
    assert seen[0].base_url == "http://127.0.0.1"


def test_forms_and_files_reach_the_handler_nested(tmp_path: Path) -> None:
    """Bracketed names are nested, files are uploads, scalars and arrays in JSON leave the parameters alone."""
    seen: list[Params] = []
    api, _ = played(tmp_path, lambda _, params: seen.append(params) or {})
    api.post("/things/x", data={"a[b]": "1", "c[]": ["2", "3"]})
    api.post("/things/x", files=[("f[]", ("p.png", b"\x00\xff", "image/png"))], data={"a": "1"})
    api.post("/things/x", json=[1])
    assert seen[0] == {"a": {"b": "1"}, "c": ["2", "3"], "name": "x"}
    assert seen[1] == {"a": "1", "f": [Upload("p.png", "image/png", b"\x00\xff")], "name": "x"}
    assert len(seen) == 2  # an array is no object: the contract refuses it


def test_a_handler_that_fails_half_way_leaves_nothing_behind(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Rows added, changed and removed before a crash or a refusal are as they were; the next request works."""
    outcome: list[BaseException] = []

    def handler(sandbox: Sandbox, params: Params) -> Any:
        things = sandbox.tables.things
        things.add(Thing(10 + len(things), params["name"]))
        things.update(things.get(1), name="changed")
        things.remove(things.get(2))
        if outcome:
            raise outcome.pop()
        return {}

    api, sandbox = played(tmp_path, handler)
    things = sandbox.tables.things
    first, second = things.add(Thing(1, "one")), things.add(Thing(2, "two"))
    with caplog.at_level(logging.ERROR):
        for failure, status in ((RuntimeError("boom"), 500), (Refusal(422, {"no": True}), 422)):
            outcome.append(failure)
            assert api.post("/things/new", json={}).status_code == status
            assert sorted(things, key=lambda thing: thing.id) == [first, second]
            assert things.one("name", "one") == first
            assert things.one("name", "new") is None
    assert "boom" in caplog.text
    assert api.post("/things/new", json={}).status_code == 200
    assert things.one("name", "changed") == Thing(1, "changed")


def test_what_the_product_was_to_refuse_and_did_not_is_refused_and_undone(tmp_path: Path) -> None:
    """A broken promise left to the product, and accepted by it, is refused by the gate with nothing changed."""

    def handler(sandbox: Sandbox, params: Params) -> Any:
        sandbox.tables.things.add(Thing(1, params["name"]))
        return {}

    api, sandbox = played(tmp_path, handler)
    answer = api.post("/things/x", json={"name": "too long"})
    assert (answer.status_code, answer.headers["understudy-refused"]) == (422, "contract")
    assert len(sandbox.tables.things) == 0
    lenient, sandbox = played(tmp_path, handler, policy="report")
    assert lenient.post("/things/x", json={"name": "too long"}).status_code == 200
    assert len(sandbox.tables.things) == 1


def test_reporting_a_broken_body_is_the_products_to_refuse(tmp_path: Path) -> None:
    """With policy report, malformed JSON gets the product's own answer, and a key that stands twice its last value."""
    seen: list[Params] = []
    api, _ = played(tmp_path, lambda _, params: seen.append(params) or {}, policy="report")
    json = {"content-type": "application/json"}
    assert api.post("/things/x", content=b"{", headers=json).json() == {"malformed": True}
    assert api.post("/things/x", content=b'{"a": 1, "a": 2}', headers=json).status_code == 200
    assert seen[0]["a"] == 2
    assert api.get("/nowhere").json() == {"lost": True}
