"""Replays the corpus against a deployment until what is planted in it is found, and says how many requests it took."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from broken.bug import Bug, Correct
from broken.deployment import KNOWN, SERVICE, contract, deployed, events, release_of
from broken.verifying import Verdict, is_planted
from understudy import bundled
from understudy.contract.coverage import Coverage
from understudy.contract.exchange import Exchange
from understudy.probe import fuzz
from understudy.probe.corpus import About, Item
from understudy.probe.judge import Finding, Judge
from understudy.probe.replay import Order, Replay
from understudy.probe.scenario import load_all
from understudy.probe.swift import SwiftTarget
from understudy.probe.target import Manners

SEED = 1
COUNTS = frozenset({"law", "observed"})
"""The profiles whose findings make a replay fail."""


class _EnoughError(Exception):
    """The bug is found."""


@lru_cache
def items(release: str = "later") -> Sequence[Item]:
    """The corpus, as ``understudy fuzz chatwoot --seed 1`` writes it."""
    judging, heard = contract(release, ours=False), events()
    scenarios = load_all(bundled.FIXTURES / SERVICE / "scenarios", judging.by_id, heard.events if heard else ())
    about = About(SERVICE, judging.document.title, Coverage(judging).digest, "observed", (), SEED)
    with TemporaryDirectory() as folder:
        return fuzz.make(fuzz.Order(judging, about, Path(folder) / "corpus", scenarios), lambda *_: None).items


async def replay(of: Bug | Correct, sent: Sequence[Item] | None = None) -> Verdict:
    """Replay against a deployment, one request at a time.

    Args:
        of: the deployment.
        sent: the cases; the whole corpus if not given.
    """
    verdict, judge = Verdict(), Judge({"observed": contract(release_of(of), ours=False)})

    def told(_item: Item, _number: int, _exchange: Exchange) -> None:
        if judge.met and any(is_planted(of, finding) for finding in counted(judge)):
            raise _EnoughError

    async with deployed(of) as (url, app), SwiftTarget(url, Manners(patience=1.0)) as target:
        order = Order(items(release_of(of)) if sent is None else sent, KNOWN, concurrency=1, seed=SEED, told=told)
        run = Replay(target, judge, order, lambda *_: None)
        with contextlib.suppress(_EnoughError):
            await run.run()
        verdict.requests = target.asked
        verdict.skipped = [f"{one.what}: {one.reason}" for part in run.parts for one in part.skipped]
        verdict.skipped += [part.cut_short for part in run.parts if part.cut_short]
        assert not app.crashed, app.crashed
    for finding in counted(judge):
        if is_planted(of, finding):
            verdict.found = verdict.found or finding
        else:
            (verdict.laws if finding.violation.code == "law-broken" else verdict.others).append(finding)
    if verdict.found:
        first = verdict.found.exchanges[0]
        verdict.requests = next(n for n, (_, exchange) in enumerate(judge.exchanges, 1) if exchange is first)
    return verdict


def counted(judge: Judge) -> list[Finding]:
    """The findings that make a replay fail."""
    return [finding for finding in judge.findings.values() if finding.profiles & COUNTS]
