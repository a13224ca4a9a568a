"""The envelope: what a product's web stack adds to each answer."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from answerers import Says, client, json
from documents import operation
from understudy.services.service import Cors, Transport

RAILS = Transport(
    headers={"X-Frame-Options": "SAMEORIGIN"},
    cache_control="max-age=0, private",
    etag=True,
    request_id="X-Request-Id",
    cors=Cors("/public/", ("GET", "POST"), 7200),
)
PATHS = {"/public/a": {"get": operation("a"), "post": operation("b")}, "/private": {"get": operation("c")}}


@pytest.fixture
def api(tmp_path: Path) -> httpx.Client:
    return client(tmp_path, PATHS, Says(lambda _: json(b'{"a":1}')), transport=RAILS)[0]


def test_every_answer_carries_the_products_headers(api: httpx.Client) -> None:
    """Fixed headers, request id, entity tag and cache control stand on an answer."""
    headers = api.get("/public/a").headers
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["x-request-id"] == "1"
    assert headers["etag"].startswith('W/"')
    assert headers["cache-control"] == "max-age=0, private"


def test_an_unchanged_answer_is_304(api: httpx.Client) -> None:
    """A GET whose tag still holds has no body; a POST and another tag are answered in full."""
    tag = api.get("/public/a").headers["etag"]
    same = api.get("/public/a", headers={"If-None-Match": f'"x", {tag}'})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", tag)
    assert "content-length" not in same.headers
    assert api.get("/public/a", headers={"If-None-Match": '"other"'}).status_code == 200
    assert api.post("/public/a", headers={"If-None-Match": tag}).status_code == 200


def test_a_preflight_is_answered_as_rack_cors_does(api: httpx.Client) -> None:
    """200, empty, any origin, the methods, the asked headers echoed, no credentials."""
    asked = {"Origin": "http://x", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-a, x-b"}
    answer = api.options("/public/a", headers=asked)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["access-control-allow-methods"] == "GET, POST"
    assert answer.headers["access-control-allow-headers"] == "x-a, x-b"
    assert answer.headers["access-control-max-age"] == "7200"
    assert answer.headers["access-control-expose-headers"] == ""
    assert "access-control-allow-credentials" not in answer.headers
    assert api.options("/private", headers=asked).status_code == 405
    assert api.options("/public/a").status_code == 405


def test_other_origins_may_read_every_answer_below_the_prefix(api: httpx.Client) -> None:
    """With an Origin the answer may be read, our own refusals included; without one only `Vary` stands there."""
    origin = {"Origin": "http://x"}
    for answer in (api.get("/public/a", headers=origin), api.put("/public/a", headers=origin)):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["vary"] == "Origin"
        assert "access-control-allow-headers" not in answer.headers
    plain = api.get("/public/a")
    assert plain.headers["vary"] == "Origin"
    assert "access-control-allow-origin" not in plain.headers
    assert "vary" not in api.get("/private", headers=origin).headers
