"""The hunt: the requests that show each finding, as few and as small as they go, kept for others to find again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import fakeredis
import orjson
import pytest

from shelves import Shelves, hunted, judge_of
from understudy.probe.searching.databases import DatabaseError, check
from understudy.probe.searching.wish import Wish


def test_a_hunt_brings_home_a_small_request(tmp_path: Path) -> None:
    """A wrong type that begins at a size is shown by one request with hardly more than that size, without any secret."""
    judge = judge_of(tmp_path)
    found = hunted(Shelves(odd_from=1_234), judge, Wish(seed=1, max_examples=40, phases=("fuzzing",)))
    assert len(found) == 1
    (request,) = found[0]
    assert request.verb == "POST"
    assert request.path_pattern == "/shelves"
    body = orjson.loads(request.body)
    assert 1_234 <= body["size"] < 10_000
    assert len(body["name"]) == 1
    assert "authorization" not in request.fields


def test_each_finding_gets_its_own_requests(tmp_path: Path) -> None:
    """Two faults in one operation are told apart, each with the smallest request that shows it."""
    app = Shelves(odd_from=1_000, fails_beyond_ascii=True)
    found = hunted(app, judge_of(tmp_path), Wish(seed=1, max_examples=40, phases=("fuzzing",)))
    bodies = [orjson.loads(requests[-1].body) for requests in found]
    assert sorted(body["size"] for body in bodies) == [0, 1_000]
    assert [body["name"].isascii() for body in bodies if body["size"] == 0] == [False]


def test_a_law_is_shown_by_a_sequence(tmp_path: Path) -> None:
    """What only a sequence shows is brought home as one: added, removed, and shown all the same."""
    found = hunted(Shelves(keeps_what_is_removed=True), judge_of(tmp_path), Wish(seed=1, max_examples=40))
    verbs = [[request.verb for request in requests] for requests in found]
    assert ["POST", "DELETE", "GET"] in verbs


def again(folder: Path, database: str | None, seed: int, max_examples: int) -> bool:
    judge = judge_of(folder)
    wish = Wish(seed=seed, max_examples=max_examples, database=database, phases=("fuzzing",))
    hunted(Shelves(odd_rarely=True), judge, wish)
    return any(finding.violation.code == "schema-type" for finding in judge.findings.values())


@pytest.fixture
def redis(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = fakeredis.TcpFakeServer(("127.0.0.1", 0))
    # Its answers come in small pieces, which the network would hold back for 40 ms each.
    monkeypatch.setattr(server.RequestHandlerClass, "disable_nagle_algorithm", True)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"redis://127.0.0.1:{server.server_address[1]}/0"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("kind", ["directory", "redis"])
def test_what_was_found_is_found_again_at_once(kind: str, tmp_path: Path, redis: str) -> None:
    """With a database, a rare fault that one search found is the first thing that the next one looks at."""
    database = redis if kind == "redis" else str(tmp_path / "examples")
    assert not again(tmp_path, None, 2, 1)
    assert again(tmp_path, database, 1, 40)
    assert again(tmp_path, database, 2, 1)


@pytest.mark.parametrize("url", ["redis://127.0.0.1:1/0", "memcached://here"])
def test_a_database_that_cannot_be_used_is_named(url: str) -> None:
    """A database that is not there, or of no known kind, is an error that names it."""
    with pytest.raises(DatabaseError, match=url):
        check(url)
