"""A frontend in a browser on another origin: what it may ask, and what it may read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from documents import document, operation
from played import Client, Serve

PAGE = "http://localhost:5173"
ASKED = {"origin": PAGE, "access-control-request-method": "PUT", "access-control-request-headers": "content-type,x-key"}
THING = {"content": {"application/json": {"schema": {"type": "object", "required": ["name"]}}}, "required": True}


@pytest.fixture
def shop(tmp_path: Path, serve: Serve) -> Any:
    """Serves a small document, with anything else in its only path item."""

    def make(paths: dict[str, Any] | None = None, **direction: Any) -> Client:
        key = {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        responses = {
            "200": {"description": "Fine", "headers": {"X-Left": {"required": True, "schema": {"type": "integer"}}}}
        }
        item = {"parameters": [key], "put": operation("put", requestBody=THING, responses=responses), **(paths or {})}
        path = tmp_path / "shop.json"
        path.write_text(json.dumps(document({"/things/{id}": item})))
        return serve(str(path), **direction)

    return make


@pytest.mark.parametrize("state", ["infer", "none"])
def test_any_page_may_use_any_document(shop: Any, state: str) -> None:
    """Its preflight is answered, its cookies may come along, and it may read every header of the answer."""
    client = shop(state=state)
    asked = client.options("/things/7", headers=ASKED)
    assert (asked.status_code, asked.content) == (200, b"")
    assert asked.headers["access-control-allow-origin"] == PAGE
    assert asked.headers["access-control-allow-credentials"] == "true"
    assert "PUT" in asked.headers["access-control-allow-methods"]
    assert asked.headers["access-control-allow-headers"] == "content-type,x-key"
    answer = client.put("/things/7", json={"name": "a"}, headers={"origin": PAGE})
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (200, PAGE)
    assert "x-left" in answer.headers["access-control-expose-headers"].split(", ")
    assert answer.headers["vary"] == "Origin"
    assert "access-control-allow-origin" not in client.put("/things/7", json={"name": "a"}).headers


def test_a_page_may_read_what_is_refused(shop: Any) -> None:
    """Our own refusals, and those of paths that nobody documented, can be read by a page as well."""
    client = shop()
    for path, body in (("/things/7", {}), ("/things/seven", {"name": "a"}), ("/nowhere", {})):
        answer = client.put(path, json=body, headers={"origin": PAGE})
        assert answer.headers["understudy-refused"] == "contract"
        assert answer.headers["access-control-allow-origin"] == PAGE
        assert "understudy-refused" in answer.headers["access-control-expose-headers"]


def test_a_preflight_breaks_no_promise(shop: Any) -> None:
    """It is in the journal without a violation, and of a documented OPTIONS the document answers."""
    client = shop()
    client.options("/things/7", headers=ASKED)
    assert client.options("/things/7").status_code == 405
    assert [len(exchange.violations) for exchange in client.journal] == [0, 1]
    own = {"204": {"description": "Mine", "headers": {"Access-Control-Allow-Origin": {"required": True, "schema": {"type": "string"}}}}}  # fmt: skip
    answer = shop({"options": operation("ask", responses=own)}).options("/things/7", headers=ASKED)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, "*")
    assert answer.headers["access-control-allow-headers"] == "content-type,x-key"


def test_a_product_without_rules_is_open_and_one_with_rules_keeps_them(serve: Serve) -> None:
    """Pingback's page says nothing of origins, so any may use it; Chatwoot exposes no header, as the real one."""
    asked = serve("pingback").options("/api/v1/conversations/", headers=ASKED)
    assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, PAGE)
    answer = serve("chatwoot").get("/public/api/v1/inboxes/demo-inbox", headers={"origin": PAGE})
    assert (answer.headers["access-control-allow-origin"], answer.headers["access-control-expose-headers"]) == ("*", "")


@pytest.mark.parametrize("path", ["/_understudy/reset", "/~mine/_understudy/reset", "/_understudy/state"])
def test_no_page_elsewhere_gets_at_the_control_plane(shop: Any, path: str) -> None:
    """What is open are the documents: a page of a foreign host is neither let in nor told anything it could read."""
    client, foreign = shop(), {**ASKED, "origin": "https://evil.example"}
    for answer in (client.options(path, headers=foreign), client.post(path, headers={"origin": foreign["origin"]})):
        assert answer.status_code in (403, 405)
        assert "access-control-allow-origin" not in answer.headers


def test_head_is_answered_as_get_without_a_body(tmp_path: Path, serve: Serve) -> None:
    """HEAD has the headers of GET; a path with another slash at its end is another path, and the nearest is named."""
    path = tmp_path / "a.json"
    path.write_text(json.dumps(document({"/things": {"get": operation("list")}})))
    client = serve(str(path))
    head, get = client.head("/things"), client.get("/things")
    assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", get.headers["content-length"])
    other = client.get("/things/")
    assert other.status_code == 404
    assert "nearest are /things" in other.json()["detail"]
