"""What `understudy replay` does, between the command line and the probe: reads what it needs, replays, reports.

Called by the command line with parsed options. Whatever the user handed in is checked before the first request is sent.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from understudy.contract.coverage import Coverage
from understudy.contract.exchange import Exchange
from understudy.loops import keep_loaded, runner
from understudy.probe import corpus, failures, recorded, report
from understudy.probe.command import Prepared, prepare, tell_unreached, write_baseline
from understudy.probe.command import Wish as Verifying
from understudy.probe.corpus import About, Item, parse_shard
from understudy.probe.fewest import fewest
from understudy.probe.minimise import Minimiser, Smallest
from understudy.probe.recorded import ANSWERS, Expectation, Recorder
from understudy.probe.replay import Order, Replay, Told
from understudy.probe.report import masking, terminal
from understudy.probe.results import Results
from understudy.probe.swift import SwiftTarget
from understudy.probe.target import UnreachableError
from understudy.services.service import service_names

MOST = 30
"""How many findings are made smaller at most."""
CONCURRENCY = 16


@dataclass(frozen=True)
class Wish:
    """What the command line asks for; see `understudy replay --help`."""

    corpus: Path
    verifying: Verifying
    concurrency: int | None = None
    shard: str = "1/1"
    failures: Path | None = None
    minimise: bool = True
    shrink_to: Path | None = None
    record: bool = False
    expect: bool = False
    reports: Mapping[str, Path] = field(default_factory=dict)
    as_json: bool = False


def replay(wish: Wish) -> int:
    """Replay a corpus and report; returns the exit code.

    Errors: `TargetError`, `CorpusError`, `UnreachableError`, `ReportError`.
    """
    report.check(wish.reports)
    read = corpus.read(wish.corpus)
    prepared = _prepare(wish, read.about)
    shard = parse_shard(wish.shard)
    items = [item for item in read.items if shard.has(item)]
    if not items:
        click.echo(f"{wish.corpus} has no case{f' in part {shard}' if read.items else ''}: nothing is sent", err=True)
    folder = wish.corpus if wish.corpus.is_dir() else wish.corpus.parent
    recorder = Recorder() if wish.record else None
    expectation = Expectation(recorded.read(folder / ANSWERS)) if wish.expect else None
    order = _order(wish, prepared, items, read.about, [one.told for one in (recorder, expectation) if one is not None])
    screen = terminal.Screen(sys.stderr if wish.as_json else sys.stdout, secrets=prepared.secrets)
    asked = SwiftTarget(wish.verifying.url, prepared.manners)
    run = Replay(asked, prepared.judge, order, screen.progress)
    try:
        keep_loaded()
        with runner() as running:
            results, smallest = running.run(_run(wish, run, expectation))
    except UnreachableError as error:
        tell_unreached(wish.verifying.url, prepared, wish.reports, str(error), as_json=wish.as_json)
        raise
    if recorder is not None:
        recorder.write(folder / ANSWERS)
    _tell(wish, prepared, results, screen)
    if expectation is not None and expectation.unknown:
        click.echo(f"{expectation.unknown} answers have nothing recorded to be held against", err=True)
    described = read.about or _described(wish, prepared)
    if smallest:
        into = wish.failures or next(iter(wish.reports.values()), folder / "any").parent / "failures"
        lines = failures.write(into, smallest, described, wish.verifying.url, masking.Mask(prepared.secrets))
        for line in lines:
            click.echo(line, err=wish.as_json)
    if wish.shrink_to is not None:
        kept = fewest(items, run.shown)
        corpus.write(wish.shrink_to, kept, failures.apart(described))
        click.echo(f"{wish.shrink_to}: {len(kept)} of {len(items)} cases show every finding", err=wish.as_json)
    return results.exit_code


def _prepare(wish: Wish, about: About | None) -> Prepared:
    """What verify prepares, for the document that the corpus was made from, unless another one is named."""
    asked = wish.verifying
    if about is not None and asked.service is None and asked.document is None:
        overlays = [*(Path(path) for path in about.overlays), *asked.overlays]
        if about.target in service_names():
            asked = replace(asked, service=about.target, overlays=overlays)
        else:
            asked = replace(asked, document=Path(about.target), overlays=overlays)
    prepared = prepare(asked)
    contract = prepared.judge.contracts.get(about.profile, prepared.judge.main) if about else None
    if about is not None and contract is not None and Coverage(contract).digest != about.document:
        click.echo(
            "the document is another one than the cases were labelled by; make them anew if labels matter", err=True
        )
    return prepared


def _order(
    wish: Wish, prepared: Prepared, items: Sequence[Item], about: About | None, listeners: Sequence[Told]
) -> Order:
    def told(item: Item, number: int, exchange: Exchange) -> None:
        for listener in listeners:
            listener(item, number, exchange)

    return Order(
        items,
        given=prepared.order.known,
        safe=prepared.order.safe,
        concurrency=wish.concurrency or (1 if listeners else CONCURRENCY),
        seconds=wish.verifying.seconds,
        seed=about.seed if about else 0,
        baseline=prepared.order.baseline,
        fails_on=prepared.order.fails_on,
        told=told,
        scenarios=prepared.order.scenarios,
        afresh=not listeners,
    )


async def _run(wish: Wish, run: Replay, expectation: Expectation | None) -> tuple[Results, list[Smallest]]:
    """Replay, then make what failed smaller."""
    started, begun = time.time(), time.monotonic()
    task = asyncio.current_task()
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGINT, task.cancel if task else loop.stop)
    async with run.target as target:
        await target.reach()
        await run.run()
        loop.remove_signal_handler(signal.SIGINT)
        for item, exchange, violation in expectation.met if expectation is not None else ():
            run.differs(item, exchange, violation)
        results = run.results(started, time.monotonic() - begun)
        smallest: list[Smallest] = []
        if wish.minimise and not results.unfinished:
            minimiser = Minimiser(run)
            for finding in results.failing[:MOST]:
                found = run.first(finding.fingerprint)
                if found is not None and not finding.violation.schema.startswith(recorded.PLACE):
                    run.progress("smaller", len(smallest), min(MOST, len(results.failing)), finding.violation.code)
                    smallest.append(await minimiser.smallest(found, finding.fingerprint))
    return results, smallest


def _tell(wish: Wish, prepared: Prepared, results: Results, screen: terminal.Screen) -> None:
    if wish.as_json:
        screen.clear()
        click.echo(report.write("json", results, prepared.secrets))
    else:
        screen.results(results)
        sent, seconds = sum(part.requests for part in results.parts), sum(part.seconds for part in results.parts)
        click.echo(f"{sent} requests, {sent / max(seconds, 0.001):,.0f} a second")
    report.write_all(results, wish.reports, prepared.secrets)
    if wish.verifying.write_baseline is not None:
        write_baseline(wish.verifying.write_baseline, results)


def _described(wish: Wish, prepared: Prepared) -> About:
    """What is said of the cases of a file that stands alone."""
    asked = wish.verifying
    target = str(asked.document) if asked.document else asked.service or "chatwoot"
    coverage = prepared.judge.coverage
    overlays = tuple(str(path) for path in asked.overlays)
    return About(target, prepared.judge.main.document.title, coverage.digest, "observed", overlays, 0)
