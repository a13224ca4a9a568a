"""A service of one's own: written from a document, served from its folder, and its mistakes told with their lines."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from documents import document, operation
from played import Serve
from processes import run, serving
from understudy.effective import TargetError
from understudy.probe.scenario import load_all
from understudy.server.check import findings
from understudy.server.scaffold.folder import create
from understudy.server.stage import Direction, stage

BOOK: dict[str, Any] = {
    "type": "object",
    "required": ["id", "title"],
    "properties": {
        "id": {"type": "integer", "readOnly": True},
        "title": {"type": "string"},
        "pages": {"type": "integer", "minimum": 1},
        "secret": {"type": "string", "writeOnly": True},
    },
}
REF = {"$ref": "#/components/schemas/Book"}
GONE = {"type": "object", "required": ["error"], "properties": {"error": {"const": "gone"}}}


def content(schema: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}}


def answers(status: int, schema: Any = None) -> dict[str, Any]:
    return {str(status): {"description": "An answer", **(content(schema) if schema is not None else {})}}


def shop() -> dict[str, Any]:
    """A document with one plain resource, and operations that are none."""
    page = {
        "type": "object",
        "required": ["items", "total"],
        "properties": {"total": {"type": "integer"}, "items": {"type": "array", "items": REF}},
    }
    place = {"name": "bookId", "in": "path", "required": True, "example": 7, "schema": {"type": "integer"}}
    one = {
        "parameters": [place],
        "get": {"operationId": "import", "responses": {**answers(200, REF), **answers(404, GONE)}},
        "patch": {
            "operationId": "change-book",
            "requestBody": content(REF),
            "responses": {**answers(200, REF), **answers(404, GONE)},
        },
        "put": {
            "operationId": "putBook",
            "requestBody": content(REF),
            "responses": {**answers(204), **answers(404, GONE)},
        },
        "delete": {"operationId": "drop", "responses": {**answers(204), **answers(404, GONE)}},
    }
    return document(
        {
            "/books": {
                "get": {"operationId": "listBooks", "summary": 'Every "book"', "responses": answers(200, page)},
                "post": {"operationId": "addBook", "requestBody": content(REF), "responses": answers(201, REF)},
            },
            "/books/{bookId}": one,
            "/books/{bookId}/cover": {
                "parameters": [place],
                "get": {"responses": {"200": {"description": "", "content": {"image/png": {}}}}},
            },
            "/search": {
                "get": operation("search", responses=answers(200, {"type": "array", "items": {"type": "string"}}))
            },
            "/ping": {"delete": operation("7 pings!", responses=answers(204))},
        },
        components={"schemas": {"Book": BOOK}},
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as `understudy new` writes it."""
    source = tmp_path / "shop.json"
    source.write_text(json.dumps(shop()))
    return create(str(tmp_path / "my_shop"), source)


def test_what_is_plain_is_remembered(folder: Path, serve: Serve) -> None:
    """What is created can be listed, read, changed and deleted; what is not there is refused as documented."""
    api = serve(str(folder))
    made = api.post("/books", json={"title": "Emma", "secret": "x"})
    assert (made.status_code, made.json()["title"], "secret" in made.json()) == (201, "Emma", False)
    path = f"/books/{made.json()['id']}"
    assert api.get(path).json() == made.json()
    assert made.json() in api.get("/books").json()["items"]
    assert api.patch(path, json={"title": "Emma", "pages": 474}).json()["pages"] == 474
    assert api.put(path, json={"title": "Persuasion"}).status_code == 204
    assert api.get(path).json()["title"] == "Persuasion"
    assert api.delete(path).status_code == 204
    for gone in (api.get(path), api.delete(path), api.put(path, json={"title": "x"})):
        assert (gone.status_code, gone.json()) == (404, {"error": "gone"})


def test_what_is_not_plain_is_answered_by_example(folder: Path, serve: Serve) -> None:
    """Texts, pictures and answers without a body are what the document describes, until somebody writes a function."""
    api = serve(str(folder))
    assert api.get("/search").status_code == 200
    assert api.get("/books/7/cover").content[:4] == b"\x89PNG"
    assert api.get("/books/8/cover").status_code == 404
    assert (api.delete("/ping").status_code, api.delete("/ping").content) == (204, b"")


def test_what_is_written_passes_the_check(folder: Path) -> None:
    """Nothing is wrong with it: every operation is played, the seed has what the examples name, the scenario can be played."""
    assert [finding for finding in findings(str(folder), Direction()) if finding.level == "error"] == []
    (scenario,) = load_all(folder / "scenarios", ["import"])
    assert scenario.steps[0].name == "import"
    assert len((folder / "README.md").read_text().splitlines()) <= 12


@pytest.mark.parametrize("version", ["2.0", "3.0.4"])
def test_any_version_can_be_started_from(tmp_path: Path, serve: Serve, version: str) -> None:
    """A folder is written from a document of an older version too, with the files that it refers to."""
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts/pen.yaml").write_text(
        yaml.safe_dump({"type": "object", "required": ["ink"], "properties": {"ink": {"enum": ["blue"]}}})
    )
    reference = {"$ref": "parts/pen.yaml"}
    answer = {"schema": reference} if version == "2.0" else content(reference)
    key = "swagger" if version == "2.0" else "openapi"
    data = {
        key: version,
        "info": {"title": "Pens", "version": "1"},
        "paths": {"/pen": {"get": {"responses": {"200": {"description": "", **answer}}}}},
    }
    (tmp_path / "pens.yaml").write_text(yaml.safe_dump(data))
    api = serve(str(create(str(tmp_path / "pens"), tmp_path / "pens.yaml")))
    assert api.get("/pen").json() == {"ink": "blue"}


def test_a_folder_that_is_there_is_not_overwritten(folder: Path, tmp_path: Path) -> None:
    """Writing into something that exists is refused."""
    with pytest.raises(TargetError, match="there already"):
        create(str(folder), tmp_path / "shop.json")


def test_sandboxes_are_apart(folder: Path, serve: Serve) -> None:
    """A service of one's own has a state per sandbox, like any other."""
    api = serve(str(folder))
    made = api.post("/~one/books", json={"title": "Emma"}).json()
    assert api.get(f"/~one/books/{made['id']}").status_code == 200
    assert api.get(f"/~two/books/{made['id']}").status_code == 404


def test_overlay_events_and_modules_beside_are_used(folder: Path, serve: Serve) -> None:
    """An overlay changes what is promised, a module beside the handlers is imported with a dot, `unrouted` speaks its own way."""
    actions = [
        {
            "target": "$.paths['/search'].get.responses['200'].content['application/json'].schema",
            "update": {"minItems": 9},
        }
    ]
    (folder / "overlay.yaml").write_text(
        yaml.safe_dump({"overlay": "1.0.0", "info": {"title": "Real", "version": "1"}, "actions": actions})
    )
    (folder / "prices.py").write_text("FOUND = ['x'] * 9\n")
    path = folder / "handlers.py"
    text = path.read_text().replace("from typing import Any\n", "from typing import Any\n\nfrom . import prices\n")
    text = text.replace("return answers.reply('search')", "return prices.FOUND")
    path.write_text(text + "\n\ndef unrouted(params):\n    return Reply({'lost': True}, 404)\n")
    assert serve(str(folder)).get("/search").json() == ["x"] * 9
    assert serve(str(folder), policy="report").get("/nowhere").json() == {"lost": True}


MISTAKES: list[tuple[str, str, str, str]] = [
    ("a syntax error", "def search(", "def search((", "handlers.py:{line}:"),
    ("an import that fails", "from typing import Any\n", "from typing import Any\nimport nowhere_to_be_found\n", "No module named 'nowhere_to_be_found'"),
    ("no list of handlers", "HANDLERS = {", "HANDLER = {", "handlers.py:1: there is no HANDLERS"),
    ("a wrong signature", "def search(sandbox: Sandbox, params: Params)", "def search(sandbox: Sandbox)", "handlers.py:{line}: search(sandbox"),
    ("an async function", "def search(", "async def search(", "handlers.py:{line}: search is async"),
    ("no function", "'search': search,", "'search': 7,", "the handler of search is 7"),
    ("a missing handler", "    'search': search,\n", "", "has no handler for search"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("said", "instead", "told"), [case[1:] for case in MISTAKES], ids=[case[0] for case in MISTAKES]
)
def test_a_mistake_is_told_with_its_line(folder: Path, said: str, instead: str, told: str) -> None:
    """What is wrong with the user's module is told with file, line and fix, and is no traceback."""
    path = folder / "handlers.py"
    text = path.read_text()
    assert said in text
    line = text[: text.index(said)].count("\n") + 1
    path.write_text(text.replace(said, instead, 1))
    with pytest.raises(TargetError) as caught:
        stage([str(folder)], Direction())
    assert str(path) in str(caught.value)
    assert told.format(line=line) in str(caught.value)


@pytest.mark.parametrize(
    ("seed", "told"),
    [
        ("boks: []", "unknown key 'boks'"),
        ("books: 7", "books is not a list"),
        ("books: [{title: x}]", "books[0] needs 'id'"),
        ("books: [{id: 1}, {id: 1}]", "books[1] is another one's double"),
    ],
)
def test_a_mistake_in_the_seed_is_told(folder: Path, seed: str, told: str) -> None:
    """The seed's file, entry and fix are named."""
    (folder / "seed.yaml").write_text(seed)
    with pytest.raises(TargetError) as caught:
        stage([str(folder)], Direction())
    assert str(folder / "seed.yaml") in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.parametrize("name", ["document.json", "handlers.py", "seed.yaml"])
def test_a_folder_that_lacks_something_is_told(folder: Path, name: str) -> None:
    """A folder without one of the three files is no service, and the missing one is named."""
    (folder / name).unlink()
    with pytest.raises(TargetError, match=name.partition(".")[0]):
        stage([str(folder)], Direction())


def test_it_is_written_checked_served_and_reloaded_by_command(tmp_path: Path) -> None:
    """`new` writes it, `check` passes, `serve --watch` plays it and takes a changed handler in, keeping what was created."""
    (tmp_path / "shop.json").write_text(json.dumps(shop()))
    written = run("new", "my_shop", "--document", "shop.json", cwd=tmp_path)
    assert (written.returncode, written.stderr) == (0, "")
    checked = run("check", "./my_shop", cwd=tmp_path)
    assert checked.returncode == 0, checked.stdout
    handlers = tmp_path / "my_shop/handlers.py"
    with serving("./my_shop", "--watch", cwd=tmp_path) as server:
        made = httpx.post(f"{server.url}/books", json={"title": "Emma"}).json()
        text = handlers.read_text()
        handlers.write_text(text.replace("return answers.reply('search')", "return ['changed']"))
        server.logged("reloaded: handlers.py")
        assert httpx.get(f"{server.url}/search").json() == ["changed"]
        assert httpx.get(f"{server.url}/books/{made['id']}").json() == made
        handlers.write_text("def broken(:")
        server.logged("cannot be served, so the old one stays")
        assert httpx.get(f"{server.url}/search").json() == ["changed"]


def test_new_says_what_it_cannot_start_from(tmp_path: Path) -> None:
    """A document without operations, or none at all, is refused with exit code 2, and nothing is written."""
    (tmp_path / "hooks.json").write_text(json.dumps(document({})))
    for name in ("hooks.json", "gone.json"):
        done = run("new", "my_shop", "--document", name, cwd=tmp_path)
        assert (done.returncode, (tmp_path / "my_shop").exists()) == (2, False)
        assert name.partition(".")[0] in done.stderr
    shutil.rmtree(tmp_path / "my_shop", ignore_errors=True)
