"""What `understudy fuzz --against` does, between the command line and the probe: reads what it needs, searches, tells.

Called by the command line with parsed options. Whatever the user handed in is checked before the first request is sent;
the corpus is one that a replay takes, whenever this ends.
"""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import click

from understudy.contract.contract import Contract
from understudy.probe import corpus, fuzz_command, report
from understudy.probe.cases.case import Case
from understudy.probe.cases.corpus import generate
from understudy.probe.cases.label import Labeller
from understudy.probe.command import Prepared, prepare, write_baseline
from understudy.probe.command import Wish as Verifying
from understudy.probe.corpus import About, Corpus, CorpusError, Writer
from understudy.probe.fuzz import begun
from understudy.probe.keeper import Keeper, Kept
from understudy.probe.live import Live, Order
from understudy.probe.minimise import Minimiser
from understudy.probe.rebuilding import UNASKED, Rebuilder, given_headers
from understudy.probe.replay import Order as Replaying
from understudy.probe.replay import Replay
from understudy.probe.report import masking, terminal
from understudy.probe.results import Results
from understudy.probe.searching.laws import check_of
from understudy.probe.searching.wish import Wish as Searching
from understudy.probe.sequences.derive import Derivation
from understudy.probe.target import Target
from understudy.services.service import service_names


@dataclass(frozen=True)
class Wish:
    """What the command line asks for; see `understudy fuzz --help`.

    Attributes:
        making: the corpus.
        verifying: the deployment, and how it is treated.
    """

    making: fuzz_command.Wish
    verifying: Verifying = field(default_factory=lambda: Verifying(""))


@dataclass(frozen=True)
class _Place:
    """The corpus that is added to."""

    contract: Contract
    about: About
    read: Corpus


def run(wish: Wish) -> int:
    """Search a deployment, keep what is found, and report; returns the exit code.

    Errors: `TargetError`, `CorpusError`, `UnreachableError`, `ReportError`.
    """
    asked = wish.verifying
    report.check(asked.reports)
    shard = corpus.parse_shard(wish.making.shard)
    if shard.of > 1 and asked.seed is None:
        raise CorpusError("--shard needs --seed with --against: all parts must be parts of the same search")
    target = wish.making.target
    played = target in service_names()
    asked = replace(asked, service=target) if played else replace(asked, document=Path(target))
    prepared = prepare(replace(asked, overlays=wish.making.overlays))
    place = _place(wish.making)
    click.echo(f"seed: {prepared.order.seed}", err=asked.as_json)
    screen = terminal.Screen(sys.stderr if asked.as_json else sys.stdout, secrets=prepared.secrets)
    results, live = asyncio.run(_run(wish, prepared, place, screen, shard))
    _tell(wish, prepared, results, screen)
    mask = masking.Mask(prepared.secrets)
    for line in told(live.keeper.told, wish.making.out):
        click.echo(mask.text(line), err=asked.as_json)
    items = [*live.keeper.items, *live.keeper.found]
    fuzz_command.show(wish.making, place.contract, items, aside=asked.as_json)
    return results.exit_code


def _place(making: fuzz_command.Wish) -> _Place:
    """The corpus to add to; it is begun where there is none.

    Errors: `TargetError`, `CorpusError`.
    """
    order = fuzz_command.prepare(making)
    there = begun(making.out)
    if there is None:
        if making.resume:
            raise CorpusError(f"{making.out} has no corpus to go on with; leave --resume out")
        if (making.out / corpus.CASES).exists():
            raise CorpusError(
                f"{making.out} has cases, and no {corpus.ABOUT} to say of what they are; choose another --out"
            )
        with Writer(making.out, replace(order.about, shard="1/1", seed=0)):
            pass
    elif not replace(there, seed=0, shard="1/1").same_order(replace(order.about, seed=0, shard="1/1")):
        raise CorpusError(
            f"{making.out} has another corpus ({there.target}, profile {there.profile}, document "
            f"{there.document[:12]}); choose another --out, or remove it"
        )
    read = corpus.read(making.out)
    corpus.keep_found(making.out, read.found)  # whether it can be written is known before anything is sent
    return _Place(order.contract, there or order.about, read)


async def _run(
    wish: Wish, prepared: Prepared, place: _Place, screen: terminal.Screen, shard: corpus.Shard
) -> tuple[Results, Live]:
    started, begun = time.time(), time.monotonic()
    url, order, judge = wish.verifying.url, prepared.order, prepared.judge
    shown = given_headers(place.contract.data, list(place.contract.by_id.values()), order.known)
    manners = replace(prepared.manners, headers={**shown, **prepared.manners.headers})
    async with Target(url, manners) as target, Target(url, prepared.manners) as again:
        await target.reach()
        made = place.read.items[: len(place.read.items) - len(place.read.found)]
        cases = [item for item in made if isinstance(item, Case)]
        if not cases:
            cases = generate(place.contract, progress=lambda *said: screen.progress("cases", *said))
        made_values = {name: value for case in reversed(cases) for name, value in case.ask.open.items()}
        replaying = Replaying(
            [], given=order.known, safe=order.safe, seed=order.seed, baseline=order.baseline, fails_on=order.fails_on
        )
        replay = Replay(again, judge, replaying, screen.progress)
        rebuilder = Rebuilder(Labeller(place.contract), replay.known, Derivation(place.contract, cases), made_values)
        keeper = Keeper(wish.making.out, made, list(place.read.found), Minimiser(replay), rebuilder)
        searching = Searching(order.seed, order.max_examples, None, order.database, safe=order.safe)
        live = Live(target, replay, keeper, Order(searching, cases, shard, order.seconds))
        await _interruptible(live)
    return live.results(started, time.monotonic() - begun), live


async def _interruptible(live: Live) -> None:
    """Search; the first Ctrl-C ends it with what was found, the second one at once."""
    loop, task = asyncio.get_running_loop(), asyncio.ensure_future(live.run())

    def interrupt() -> None:
        loop.remove_signal_handler(signal.SIGINT)
        live.interrupted = True
        task.cancel()

    loop.add_signal_handler(signal.SIGINT, interrupt)
    try:
        await task
    finally:
        loop.remove_signal_handler(signal.SIGINT)


def _tell(wish: Wish, prepared: Prepared, results: Results, screen: terminal.Screen) -> None:
    asked = wish.verifying
    screen.clear()
    if asked.as_json:
        click.echo(report.write("json", results, prepared.secrets))
    else:
        screen.results(results)
    report.write_all(results, asked.reports, prepared.secrets)
    if asked.write_baseline is not None:
        write_baseline(asked.write_baseline, results)


def told(kept: Sequence[Kept], folder: Path) -> Iterator[str]:
    """What became of each finding, one line each, and what is in the corpus now."""
    for one in kept:
        name = f"{one.finding.fingerprint} {one.finding.violation.code} {one.finding.violation.operation_id}"
        if one.item is None:
            yield f"not kept: {name}: {_no_case(one)}"
        elif one.there:
            yield f"there already: {name}: case {one.item.id}"
        elif one.repeated:
            yield f"kept: {name}: {one.item.kind} {one.item.id}"
        else:
            yield f"kept as it was met: {name}: {one.item.kind} {one.item.id} did not show it again by itself"
    new = sum(one.item is not None and not one.there for one in kept)
    yield f"{folder}: {new} new finding{'' if new == 1 else 's'} kept"


def _no_case(kept: Kept) -> str:
    """Why nothing can be sent again that shows a finding."""
    if check_of(kept.finding.violation) == UNASKED:
        return "a case can go without credentials only where they are given by the scheme's name, with --param NAME=…"
    return "the document has no such path"
