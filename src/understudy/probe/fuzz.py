"""Makes a corpus, without a server: what shows the most first, then sequences, then depth drawn by chance.

Interrupt it at any moment: what was written is valid, and the same order goes on where it stopped. Called by the
command line. It must not know the formats that a corpus is also written in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from understudy.contract.contract import Contract
from understudy.probe import corpus
from understudy.probe.cases.case import Case
from understudy.probe.cases.corpus import generate
from understudy.probe.cases.label import Labeller
from understudy.probe.corpus import About, CorpusError, Item, Shard, Writer
from understudy.probe.results import Skipped
from understudy.probe.scenario import Scenario
from understudy.probe.sequences import from_scenarios
from understudy.probe.sequences.derive import Derivation
from understudy.probe.sequences.sequence import CallSequence

STALE = 3
"""After how many rounds without a new case nothing more is drawn."""
ROOM = 5
"""Sequences take at most one in so many of the cases that were asked for."""

Progress = Callable[[str, int, int, str], None]
"""Told the stage, how far it is, of how many, and what comes next."""


@dataclass
class Order:
    """What is to be made.

    Attributes:
        contract: labels the cases.
        about: what the corpus is made from.
        out: the folder.
        scenarios: scenarios whose calls become sequences.
        shard: the part that is written.
        must_go_on: whether there must be a corpus to go on with.
    """

    contract: Contract
    about: About
    out: Path
    scenarios: Sequence[Scenario] = ()
    shard: Shard = field(default_factory=Shard)
    must_go_on: bool = False


@dataclass
class Made:
    """What was made.

    Attributes:
        items: every item of the corpus, in order.
        fresh: how many of them this run wrote.
        left_out: the scenarios that make no sequence, and what could not be drawn.
        dry: whether drawing found nothing new before there were as many cases as were asked for.
    """

    items: list[Item]
    fresh: int = 0
    left_out: list[Skipped] = field(default_factory=list)
    dry: bool = False


def begun(out: Path) -> About | None:
    """What is said of the corpus that stands in a folder; None where there is none. Errors: `CorpusError`."""
    return corpus.about(out) if (out / corpus.ABOUT).exists() else None


def make(order: Order, progress: Progress) -> Made:
    """Make the corpus, or go on with it.

    Errors: `CorpusError`.
    """
    kept = _kept(order)
    if kept is None:
        return _anew(order, progress)
    made = Made(list(corpus.read(order.out).items)[: sum(kept.counts.values())])
    if not kept.complete:
        with Writer(order.out, kept) as writer:
            _deepen(order, writer, made, progress)
    return made


def _kept(order: Order) -> About | None:
    """The corpus to go on with; None to begin anew, which gives the same first cases again."""
    kept = begun(order.out)
    if kept is None:
        if order.must_go_on:
            raise CorpusError(f"{order.out} has no corpus to go on with; leave --resume out")
        return None
    if not kept.counts and not kept.complete:  # nothing but what was found on a deployment: any seed and part will do
        kept = replace(kept, seed=order.about.seed, shard=order.about.shard)
    if not kept.same_order(order.about):
        made_from = f"{kept.target}, profile {kept.profile}, seed {kept.seed}, part {kept.shard}"
        raise CorpusError(
            f"{order.out} has another corpus ({made_from}, document {kept.document[:12]}); "
            "choose another --out, or remove it"
        )
    if order.about.most is None:
        order.about = replace(order.about, most=kept.most)
    if kept.most != order.about.most:
        return None
    # Before the first batch all is made at once; and a part does not know what is in the others.
    return kept if kept.complete or (kept.batches and order.shard.of == 1) else None


def _anew(order: Order, progress: Progress) -> Made:
    cases = generate(
        order.contract, order.about.seed, progress=lambda done, total, what: progress("coverage", done, total, what)
    )
    chains, left_out = _sequences(order, cases)
    most = order.about.most
    if most is not None:
        chains = chains[: max(1, most // ROOM)] if most > 1 else []
        cases = cases[: most - len(chains)]
    whole: list[Item] = [*cases, *chains]
    with Writer(order.out, order.about) as writer:
        mine = [item for item in whole if order.shard.has(item)]
        writer.add(mine)
        writer.checkpoint()
        made = Made(whole, len(mine), left_out)
        _deepen(order, writer, made, progress)
    made.items = [item for item in made.items if order.shard.has(item)]
    return made


def _sequences(order: Order, cases: Sequence[Case]) -> tuple[list[CallSequence], list[Skipped]]:
    derived = Derivation(order.contract, cases).sequences()
    made: dict[str, object] = {}
    for case in cases:
        made = {**case.ask.open, **made}
    told, left_out = from_scenarios.sequences(order.contract, order.scenarios, made)
    return [*told, *derived], left_out


def _deepen(order: Order, writer: Writer, made: Made, progress: Progress) -> None:
    """Draw cases until there are as many as were asked for."""
    most = order.about.most
    if most is not None and len(made.items) < most and order.contract.by_id:
        from understudy.probe.depth import Depth  # noqa: PLC0415 - takes a second to load

        depth = Depth(order.contract, order.about.seed)
        seen = _seen(order.contract, made.items)
        number, idle = writer.about.batches, 0
        while len(made.items) < most and idle < STALE * len(depth):
            progress("depth", len(made.items), most, depth.operations[number % len(depth.operations)].operation_id)
            new = [one.case for one in depth.batch(number) if _is_new(one.bytes, seen) and _is_new(one.case.id, seen)]
            drawn = new[: most - len(made.items)]
            mine = [case for case in drawn if order.shard.has(case)]
            writer.add(mine)
            made.items += drawn
            made.fresh += len(mine)
            number, idle = number + 1, 0 if drawn else idle + 1
            writer.checkpoint(batches=number)
        made.left_out += [Skipped(f"depth of {name}", reason) for name, reason in depth.undrawn.items()]
        made.dry = len(made.items) < most
    writer.checkpoint(complete=True)


def _is_new(key: bytes | str, seen: set[bytes | str]) -> bool:
    if key in seen:
        return False
    seen.add(key)
    return True


def _seen(contract: Contract, items: Sequence[Item]) -> set[bytes | str]:
    """The cases so far: what they are on the wire, and their ids, in which the order of keys has no say."""
    labeller = Labeller(contract)
    found: set[bytes | str] = set()
    for item in items:
        if isinstance(item, Case):
            found.add(item.id)
            labelled = labeller.label(contract.by_id[item.operation_id], item.ask, item.aim)
            if labelled is not None:
                found.add(labelled.bytes)
    return found
