"""Routing: Connexion decides, whatever the document's paths look like."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from answerers import Says, client, json
from documents import operation
from understudy.contract.exchange import Response


def told(call: Any) -> Response:
    import orjson

    return json(orjson.dumps({"operation": call.operation_id, **call.request.path_params}))


def path(*names: str, kind: str = "string") -> dict[str, Any]:
    return {"parameters": [{"name": name, "in": "path", "required": True, "schema": {"type": kind}} for name in names]}


@pytest.fixture
def api(tmp_path: Path) -> httpx.Client:
    paths = {
        "/pets/{id}": {"get": operation("one-pet"), **path("id")},
        "/pets/mine": {"get": operation("mine")},
        "/pets/{id}/toys/{toy-id}": {"get": operation("toy"), **path("id", "toy-id")},
        "/pets/{id}/toys/first": {"get": operation("first-toy"), **path("id")},
        "/files/{user.name}.{ext}": {"get": operation("file"), **path("user.name", "ext")},
        "/ünïcode/{ключ}": {"get": operation("unicode"), **path("ключ")},
        "/numbers/{n}": {"get": operation("number"), **path("n", kind="integer")},
    }
    return client(tmp_path, paths, Says(told))[0]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("/pets/7", {"operation": "one-pet", "id": "7"}),
        ("/pets/mine", {"operation": "mine"}),
        ("/pets/7/toys/8", {"operation": "toy", "id": "7", "toy-id": "8"}),
        ("/pets/7/toys/first", {"operation": "first-toy", "id": "7"}),
        ("/files/jo.txt", {"operation": "file", "user.name": "jo", "ext": "txt"}),
        ("/ünïcode/ж", {"operation": "unicode", "ключ": "ж"}),
        ("/pets/a%20b", {"operation": "one-pet", "id": "a b"}),
        ("/numbers/-12", {"operation": "number", "n": "-12"}),
    ],
)
def test_the_most_concrete_path_wins_whatever_the_names(api: httpx.Client, url: str, expected: dict[str, str]) -> None:
    """Concrete paths win over templates listed before them; names may be dashed, dotted or not Latin."""
    answer = api.get(url)
    assert (answer.status_code, answer.json()) == (200, expected)


@pytest.mark.parametrize("url", ["/pets", "/pets/", "/pets/7/", "/pets/7/toys", "//pets/7", "/pets//toys/8", "/Pets/7"])
def test_what_matches_no_path_is_nowhere(api: httpx.Client, url: str) -> None:
    """Empty segments, extra slashes and other capitals lead nowhere, and are never redirected."""
    answer = api.get(f"http://127.0.0.1{url}")
    assert answer.status_code == 404
    assert answer.json()["violations"][0]["code"] == "operation-unknown"


def test_the_servers_path_is_the_base_path(tmp_path: Path) -> None:
    """A document whose server has a path is served below it."""
    api = client(tmp_path, {"/a": {"get": operation("a")}}, Says(told), servers=[{"url": "https://x.example/v1"}])[0]
    assert api.get("/v1/a").status_code == 200
    assert api.get("/a").status_code == 404
    assert api.get("/_understudy/health").json()["parts"][0]["base_path"] == "/v1"
    assert api.get("/openapi.json").json()["servers"] == [{"url": "/v1"}]


def test_the_control_plane_answers_beside_the_document(api: httpx.Client) -> None:
    """Health and the effective document, with this server in it, are always there."""
    assert api.get("/_understudy/health").json()["parts"] == [
        {"name": "test", "title": "Test", "base_path": "/", "operations": 7}
    ]
    document = api.get("/openapi.json").json()
    assert document["servers"] == [{"url": "/"}]
    assert "/pets/{id}" in document["paths"]
    assert api.get("/openapi.yaml").text.startswith("openapi: 3.1.0")
    assert api.post("/_understudy/health").headers["allow"] == "GET, HEAD"
