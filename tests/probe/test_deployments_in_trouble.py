"""Deployments in trouble: whatever they do, `understudy verify` ends in time, with a verdict and its report written."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from email.utils import formatdate
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from corpora import shelves_document
from documents import document
from hostile_shop import JSON, Answer, deployed, paths
from shelves import TOKEN, Shelves, running
from understudy.cli import main

PETS = b'[{"id": 1, "name": "Ada"}]'


def verified(url: str, folder: Path, *more: str) -> tuple[Result, dict[str, Any], float]:
    """What a verification of the shop says, its report, and the seconds that it took."""
    file, scenarios, report = folder / "shop.json", folder / "scenarios", folder / "report.json"
    file.write_text(json.dumps(document(paths(30))))
    scenarios.mkdir(exist_ok=True)
    steps = [{"call": "list-pets"}, {"call": "get-pet", "with": {"id": 1}}]
    (scenarios / "shop.yaml").write_text(yaml.safe_dump({"scenario": "The pets are there", "steps": steps}))
    return _run(url, report, "--document", str(file), "--scenarios", str(scenarios), "--part", "scenarios", *more)


def _run(url: str, report: Path, *options: str) -> tuple[Result, dict[str, Any], float]:
    begun = time.monotonic()
    asked = ["verify", url, *options, "--report", f"json={report}"]
    done = CliRunner().invoke(main, asked, catch_exceptions=False)
    return done, json.loads(report.read_text()), time.monotonic() - begun


def shop(_verb: str, path: str, _headers: Mapping[str, str], _body: bytes) -> Answer:
    """What a shop in good health says."""
    return 200, JSON, PETS if path == "/pets" else b'{"id": 1, "name": "Ada"}'


@pytest.mark.parametrize("fault", [{"dies_after": 12}, {"hangs_after": 12}], ids=str)
def test_one_that_dies_or_hangs_half_way(fault: dict[str, int], tmp_path: Path) -> None:
    """The report holds what was seen until then, and says that it is a part only."""
    options = ("--document", str(shelves_document(tmp_path)), "--part", "examples", "--timeout", "0.5", "--seed", "1")
    with running(Shelves(**fault)) as url:
        done, report, seconds = _run(url, tmp_path / "report.json", *options, "--header", f"Authorization={TOKEN}")
    assert done.exit_code == report["exit_code"] == 1
    assert "the deployment no longer answers" in done.stdout
    assert "the deployment no longer answers" in report["unfinished"]
    assert any(call["status"] for call in report["exchanges"])
    assert "answer-missing" in {finding["broken"]["code"] for finding in report["findings"]}
    assert seconds < 30


def test_one_that_sends_elsewhere_is_not_followed(tmp_path: Path) -> None:
    """Another host is never asked, and the redirect is a finding with its status."""
    asked: list[str] = []

    def elsewhere(verb: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        asked.append(path)
        return shop(verb, path, headers, body)

    with (
        deployed(elsewhere) as other,
        deployed(
            lambda _verb, path, *_: (307, {"Location": other.replace("127.0.0.1", "localhost") + path}, b"")
        ) as url,
    ):
        done, report, _ = verified(url, tmp_path)
    assert asked == []
    assert done.exit_code == report["exit_code"] == 1
    assert "the status 307 is not documented" in done.stdout


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_one_that_asks_to_wait_is_waited_for(form: str, tmp_path: Path) -> None:
    """A 429 is asked again once its Retry-After is over, and is no finding then."""
    moments: list[float] = []

    def busy(verb: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        if path != "/pets":
            return shop(verb, path, headers, body)
        moments.append(time.time())
        after = "1" if form == "seconds" else formatdate(time.time() + 2, usegmt=True)
        return shop(verb, path, headers, body) if len(moments) > 1 else (429, {"Retry-After": after}, b"")

    with deployed(busy) as url:
        done, report, _ = verified(url, tmp_path)
    assert (done.exit_code, report["findings"]) == (0, []), done.output
    assert moments[1] - moments[0] >= 0.9


def test_one_that_always_asks_to_wait_ends_with_the_time(tmp_path: Path) -> None:
    """An hour is not waited for where there are two seconds; that is no verdict."""
    with deployed(lambda *_: (429, {"Retry-After": "3600"}, b"")) as url:
        done, report, seconds = verified(url, tmp_path, "--time", "1")
    assert done.exit_code == report["exit_code"] == 2
    assert "the time was over" in report["unfinished"]
    assert seconds < 10


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>Sign in</html>"), 1, "text/html"),
        ((200, {**JSON, "Content-Encoding": "gzip"}, PETS), 1, "the body is no gzip"),
        ((200, JSON, b" " * 20_000_001), 1, "more than 20,000,000 bytes"),
        ((503, {"Retry-After": "3600"}, b"down"), 1, "the status 503 is not documented"),
        (None, 2, "cannot be reached: it closed the connection without a whole answer"),
    ],
    ids=["html", "packed wrongly", "large", "down", "hangs up"],
)
def test_one_that_says_what_nobody_can_use(answer: Answer | None, code: int, words: str, tmp_path: Path) -> None:
    """Each gets a verdict with its reason, on the screen and in the report."""
    with deployed(lambda *_: answer) as url:
        done, report, seconds = verified(url, tmp_path, "--timeout", "5")
    assert done.exit_code == report["exit_code"] == code
    assert words in done.output
    assert words in json.dumps(report)
    assert seconds < 20
