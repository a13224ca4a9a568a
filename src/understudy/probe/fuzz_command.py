"""What `understudy fuzz` does, between the command line and the probe: reads what it needs, makes the corpus, tells.

Called by the command line with parsed options. Whatever the user handed in is checked before anything is made.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from understudy import bundled
from understudy.contract.contract import Contract
from understudy.contract.coverage import Coverage
from understudy.effective import Profile, TargetError, bundled_contract, document_of
from understudy.probe import corpus, fuzz
from understudy.probe.cases.case import Case
from understudy.probe.cases.explain import Explained, explain
from understudy.probe.corpus import About, CorpusError, Item, parse_shard
from understudy.probe.formats import write_all
from understudy.probe.formats.script import script
from understudy.probe.report.terminal import Screen
from understudy.probe.scenario import Scenario, ScenarioError, load_all


@dataclass(frozen=True)
class Wish:
    """What the command line asks for; see `understudy fuzz --help`."""

    target: str
    out: Path
    profile: Profile
    overlays: Sequence[Path]
    seed: int | None
    most: int | None
    formats: Sequence[str]
    shard: str
    scenarios: Path | None
    url: str
    params: Sequence[tuple[str, str]]
    resume: bool
    explain: bool


def run(wish: Wish) -> None:
    """Make a corpus, or go on with one.

    Errors: `TargetError` and `CorpusError`; `KeyboardInterrupt` where the user has enough.
    """
    order = prepare(wish)
    click.echo(f"seed: {order.about.seed}")
    screen = Screen(sys.stderr)
    made = fuzz.make(order, screen.progress)
    screen.clear()
    about = fuzz.begun(wish.out)
    counts = ", ".join(f"{count} {kind}" for kind, count in (about.counts if about else {}).items())
    click.echo(f"{wish.out}: {len(made.items)} cases ({counts})")
    for skipped in made.left_out:
        click.echo(f"left out: {skipped.what}: {skipped.reason}", err=True)
    if made.dry:
        click.echo(f"nothing new was drawn any more: {len(made.items)} cases instead of {order.about.most}", err=True)
    show(wish, order.contract, [*made.items, *corpus.found(wish.out)])


def show(wish: Wish, contract: Contract, items: Sequence[Item], *, aside: bool = False) -> None:
    """Write a corpus in the formats that were asked for, and explain it if that was.

    Args:
        wish: says which.
        contract: labels the cases.
        items: all of the corpus.
        aside: whether standard output belongs to something else.

    Errors: `CorpusError`.
    """
    wanted = set(wish.formats) - {"ndjson"}
    if wanted:
        for file in write_all(wish.out, wanted, script(contract, items, wish.url, dict(wish.params))):
            click.echo(str(file), err=aside)
    if wish.explain:
        for line in told(explain(contract, [item for item in items if isinstance(item, Case)])):
            click.echo(line, err=aside)


def prepare(wish: Wish) -> fuzz.Order:
    """Read and check what was asked for.

    Errors: `TargetError`, `CorpusError`.
    """
    document, service = document_of(wish.target, wish.profile, wish.overlays, ours=False)
    contract = Contract(document)
    shard = parse_shard(wish.shard)
    events = bundled_contract(service.events) if service and service.events else None
    folder = wish.scenarios or (bundled.FIXTURES / service.scenarios if service and service.scenarios else None)
    if wish.out.exists() and not wish.out.is_dir():
        raise CorpusError(f"{wish.out} is a file; name a folder with --out")
    there = fuzz.begun(wish.out)
    seed = wish.seed if wish.seed is not None else there.seed if there else secrets.randbelow(2**32)
    about = About(
        wish.target,
        document.title,
        Coverage(contract).digest,
        wish.profile,
        tuple(str(path) for path in wish.overlays),
        seed,
        wish.most,
        str(shard),
    )
    return fuzz.Order(contract, about, wish.out, _scenarios(folder, contract, events), shard, wish.resume)


def _scenarios(folder: Path | None, contract: Contract, events: Contract | None) -> list[Scenario]:
    """The scenarios of a folder; without the operations of a profile, none can be played."""
    if folder is None:
        return []
    try:
        return load_all(folder, contract.by_id, events.events if events else ())
    except ScenarioError as error:
        raise TargetError(str(error)) from None


def told(explained: Sequence[Explained]) -> Iterator[str]:
    """The promises, one a line: the case that exercises it and the one that breaks it, or why none does."""
    asked = [one for one in explained if one.promise.side == "request"]
    covered = [one for one in asked if one.case]
    never = sum(one.never for one in asked)
    possible = len(asked) - never
    yield f"{len(covered)} of {possible} promises about requests are covered, {_share(len(covered), possible)}"
    if never:
        yield f"{never} more no request can exercise; their lines say why"
    for one in asked:
        cases = f"{one.case:<12} {one.broken:<12}" if one.case else f"{'-':<12} {'-':<12}"
        yield f"{cases} {one.promise.schema}{f'  ({one.why})' if one.why else ''}"
    others = len(explained) - len(asked)
    if others:
        yield f"{others} more are kept or broken by answers and events; `understudy replay` counts them"


def _share(part: int, whole: int) -> str:
    """A part in percent, rounded down, so that only the whole is 100 %."""
    return f"{part * 1000 // whole / 10 if whole else 100:g} %"
