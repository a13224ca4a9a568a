"""How a search ends: by its budget, by a deployment that is gone, and with what it has found."""

from __future__ import annotations

import asyncio
from pathlib import Path

from shelves import Shelves, judge_of, running, searched
from understudy.probe.properties import GRACE
from understudy.probe.searching.wish import Wish
from understudy.probe.target import Manners, Target
from understudy.probe.verify import Order, Verification


def test_a_budget_is_kept(tmp_path: Path) -> None:
    """A search that could go on for hours ends when its time is over, with all operations asked."""
    # pytest rewrites what a search loads at first use, which takes longer than many a search.
    searched(Shelves(), judge_of(tmp_path), Wish(seed=1, max_examples=1, phases=("fuzzing", "stateful")))
    outcome, seconds = searched(Shelves(), judge_of(tmp_path), Wish(seed=1, max_examples=100_000, seconds=4.0))
    assert seconds < 4.0 + GRACE
    assert outcome.sent > 10
    assert outcome.unasked == []
    assert outcome.gone == ""


def test_what_there_was_no_time_for_is_told(tmp_path: Path) -> None:
    """A search without time asks nothing, and names what it did not ask."""
    outcome, seconds = searched(Shelves(), judge_of(tmp_path), Wish(seed=1, seconds=0.0))
    assert outcome.unasked == ["add-shelf", "show-shelf", "remove-shelf"]
    assert seconds < GRACE + 1.0


def test_a_server_that_dies_ends_the_search(tmp_path: Path) -> None:
    """When nobody listens any more, the search ends soon, says why, and keeps what was found before."""
    judge = judge_of(tmp_path)
    outcome, seconds = searched(Shelves(dies_after=40), judge, Wish(seed=1, max_examples=1_000))
    assert outcome.gone
    assert seconds < 15.0
    assert 40 <= outcome.sent < 60
    assert "answer-missing" in {finding.violation.code for finding in judge.findings.values()}


def test_a_server_that_hangs_ends_the_search(tmp_path: Path) -> None:
    """When no answer comes any more, the search ends after a few requests' patience."""
    app = Shelves(hangs_after=40)
    outcome, seconds = searched(app, judge_of(tmp_path), Wish(seed=1, max_examples=1_000), patience=0.2)
    assert outcome.gone == "no answer in time"
    assert seconds < 15.0
    assert outcome.sent < 60


def test_a_verification_tells_of_the_end(tmp_path: Path) -> None:
    """The part of a verification is cut short by a deployment that is gone, and the report is no verdict."""
    app = Shelves(dies_after=20)
    order = Order(seed=1, parts=("properties",), max_examples=1_000)

    async def run(url: str) -> tuple[str, int]:
        async with Target(url, Manners()) as target:
            results = await Verification(target, judge_of(tmp_path), order, lambda *_: None).run()
        return results.unfinished, results.parts[0].tried

    with running(app) as url:
        unfinished, tried = asyncio.run(run(url))
    assert "no longer answers" in unfinished
    assert tried >= 20


def test_progress_is_told(tmp_path: Path) -> None:
    """A search tells which phase and operation it is at, and how many there are."""
    said: list[tuple[str, int, int, str]] = []
    order = Order(seed=1, parts=("properties",), max_examples=2)

    async def run(url: str) -> None:
        async with Target(url) as target:
            await Verification(target, judge_of(tmp_path), order, lambda *told: said.append(told)).run()

    with running(Shelves()) as url:
        asyncio.run(run(url))
    assert {what.partition(":")[0] for _, _, _, what in said} >= {"coverage", "fuzzing", "stateful"}
    assert {total for _, _, total, _ in said} == {10}
    assert all(part == "properties" and 0 <= done < total for part, done, total, _ in said)
