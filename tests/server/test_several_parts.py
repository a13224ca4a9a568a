"""Several targets on one server: whose a path is, what clashes, and where a part can be moved to."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from documents import document, operation
from played import Serve
from processes import run, serving
from understudy.effective import TargetError
from understudy.server.stage import Direction, stage

ACME = {"business_id": "b0000000-0000-4000-8000-000000000001"}
TOKEN = {"authorization": "Bearer demo-token"}
PREFLIGHT = {"origin": "https://shop.example", "access-control-request-method": "POST"}


def written(tmp_path: Path, name: str, *templates: str, **more: Any) -> str:
    """The path of a document with a GET at each template."""
    path = tmp_path / f"{name}.json"
    paths = {template: {"get": operation(f"{name}{number}")} for number, template in enumerate(templates)}
    for template, item in paths.items():
        if "{" in template:
            item["parameters"] = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    path.write_text(json.dumps(document(paths, **more)))
    return str(path)


@pytest.mark.parametrize("targets", [("chatwoot", "pingback"), ("pingback", "chatwoot")])
def test_products_with_paths_of_their_own_share_the_root(serve: Serve, targets: tuple[str, ...]) -> None:
    """In either order each one answers for its paths, in its own way, and for those that look like its own."""
    client = serve(*targets)
    assert client.get("/public/api/v1/inboxes/demo-inbox").json()["name"] == "Acme support"
    assert client.post("/api/v1/conversations/", json=ACME, headers=TOKEN).status_code == 201
    assert "/api/v1/conversations/" in client.post("/api/v1/conversations").json()["detail"]
    assert "/public/api/v1/inboxes" in client.get("/public/api/v1/inbox").json()["detail"]
    there = client.options("/public/api/v1/inboxes/demo-inbox/contacts", headers=PREFLIGHT)
    assert (there.status_code, there.headers["access-control-allow-origin"]) == (200, "*")
    assert [exchange.service for exchange in client.journal][1:3] == ["pingback", "pingback"]


def test_reporting_an_unknown_path_goes_to_the_part_it_looks_like(serve: Serve) -> None:
    """Parts whose paths begin with the same segment are told apart by the longest way they have in common."""
    client = serve("chatwoot", "pingback", policy="report")
    assert client.get("/api/v1/nothing").json() == {"detail": "Not found."}
    assert client.get("/public/nothing", headers={"accept": "application/json"}).json()["error"] == "Not Found"
    assert client.get("/nothing", headers={"accept": "application/json"}).json()["error"] == "Not Found"


def test_of_parts_that_begin_alike_the_one_that_goes_further_answers(serve: Serve, tmp_path: Path) -> None:
    """An unknown path is refused by the part whose paths share the most segments with it."""
    one, other = written(tmp_path, "one", "/api/v1/things/{id}/a"), written(tmp_path, "other", "/api/v2/things")
    client = serve(one, other)
    for path, name in (("/api/v1/things/7/b", "one"), ("/api/v2/other", "other"), ("/api/v3", "one")):
        assert client.get(path).status_code == 404
        assert list(client.journal)[-1].service == name, path


@pytest.mark.parametrize(
    ("ours", "theirs", "clash"),
    [
        ("/things", "/things", True),
        ("/things/{id}", "/things/mine", True),
        ("/{id}/a", "/things/a", True),
        ("/things", "/things/", False),
        ("/things/{id}", "/things/{id}/parts", False),
        ("/a/{id}", "/b/{id}", False),
    ],
)
def test_a_path_that_two_parts_have_is_a_clash(tmp_path: Path, ours: str, theirs: str, clash: bool) -> None:  # noqa: FBT001
    """Two parts may share a base path as long as no path is both of theirs; the error names both, and the path."""
    targets = [written(tmp_path, "one", ours), written(tmp_path, "other", theirs)]
    if not clash:
        assert [item.part.base_path for item in stage(targets, Direction())] == ["", ""]
        return
    with pytest.raises(TargetError) as error:
        stage(targets, Direction())
    assert str(error.value) == (
        f"one and other both have the path {ours}; serve one of them elsewhere, e.g. with --base-path other=/other"
    )
    moved = stage(targets, Direction(base_paths={"other": "/other"}))
    assert [item.part.base_path for item in moved] == ["", "/other"]


def test_a_part_stands_where_its_document_says_unless_it_is_moved(serve: Serve, tmp_path: Path) -> None:
    """The path of the first server is the base path; --base-path replaces it, and may be the root."""
    target = written(tmp_path, "shop", "/things", servers=[{"url": "https://shop.example/v1"}])
    assert serve(target).get("/v1/things").status_code == 200
    assert serve(target, base_paths={"shop": "/deep/er"}).get("/deep/er/things").status_code == 200
    root = serve(target, base_paths={"shop": "/"})
    assert root.get("/things").status_code == 200
    assert root.get("/openapi.json").json()["servers"] == [{"url": "/"}]


@pytest.mark.parametrize(
    ("base_paths", "told"),
    [
        ({"nobody": "/x"}, "--base-path nobody=/x names nothing that is served; served are: pingback"),
        ({"pingback": "x"}, "--base-path pingback=x is no path; write it like --base-path pingback=/pingback"),
        ({"pingback": "/x/"}, "is no path"),
        ({"pingback": "/~x"}, "is no path"),
    ],
)
def test_a_base_path_that_cannot_be_is_told_with_the_fix(base_paths: dict[str, str], told: str) -> None:
    """A name that is not served, or a path that is none, is a message with the fix."""
    with pytest.raises(TargetError) as error:
        stage(["pingback"], Direction(base_paths=base_paths))
    assert told in str(error.value)


def test_each_document_is_read_below_its_base_path(serve: Serve, tmp_path: Path) -> None:
    """At the root it is the first target's; a path that a document has itself stays that document's."""
    shop = written(tmp_path, "shop", "/things", servers=[{"url": "https://shop.example/v1"}])
    docs = written(tmp_path, "docs", "/openapi.json", servers=[{"url": "/docs"}])
    client = serve("pingback", shop, docs)
    below = client.get("/v1/openapi.json").json()
    assert (below["servers"], list(below["paths"])) == ([{"url": "/v1"}], ["/things"])
    assert yaml.safe_load(client.get("/v1/openapi.yaml").text)["paths"].keys() == below["paths"].keys()
    assert "/api/v1/conversations/" in client.get("/openapi.json").json()["paths"]
    assert "paths" not in client.get("/docs/openapi.json").json()
    assert list(yaml.safe_load(client.get("/docs/openapi.yaml").text)["paths"]) == ["/openapi.json"]
    assert client.get("/v1/openapi.txt").status_code == 404


def test_documents_of_one_name_are_told_apart_by_their_folders(tmp_path: Path) -> None:
    """Each can be moved, given an overlay and asked for; what cannot be told apart is a message."""
    overlay = tmp_path / "mine.yaml"
    overlay.write_text(
        "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions: [{target: $.info, update: {x-mine: 1}}]"
    )
    targets = []
    for folder in ("a/orders", "b/orders", "b/pay ments"):
        (tmp_path / folder).mkdir(parents=True)
        targets.append(written(tmp_path / folder, "openapi", "/things"))
    names = ("a-orders-openapi", "b-orders-openapi", "pay-ments-openapi")
    moved = [option for name in names for option in ("--base-path", f"{name}=/{name}")]
    with serving(*targets, *moved, "--overlay", f"{names[1]}={overlay}") as server:
        for name, mine in zip(names, (None, 1, None), strict=True):
            assert f"{server.url}/{name}/openapi.json" in server.announced
            for place in (f"/{name}/openapi.json", f"/_understudy/services/{name}/openapi.json"):
                assert httpx.get(server.url + place).json()["info"].get("x-mine") == mine
            assert httpx.get(f"{server.url}/{name}/things").status_code == 200
    clash = run("serve", *targets[:2], "--port", "0")
    assert "a-orders-openapi and b-orders-openapi both have the path /things" in clash.stderr
    twice = run("serve", targets[0], str(Path(targets[0]).parent / ".." / "orders" / "openapi.json"), "--port", "0")
    assert (twice.returncode, "are both called openapi.json; name each once" in twice.stderr) == (2, True)
