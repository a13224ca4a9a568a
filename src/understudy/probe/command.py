"""What `understudy verify` does, between the command line and the probe: reads what it needs, then runs and reports.

Called by `cli` with parsed options. Whatever the user handed in is checked before the first request is sent.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import click

from understudy import bundled
from understudy.contract.contract import Contract, EngineName
from understudy.effective import PROFILES, Profile, TargetError, bundled_contract, document_of, service_of
from understudy.hosts import is_loopback
from understudy.probe import baseline as baselines
from understudy.probe import owned, report
from understudy.probe.judge import LAW, Judge
from understudy.probe.report import terminal
from understudy.probe.results import KEPT, Part, Results, gather
from understudy.probe.scenario import Scenario, ScenarioError, load_all
from understudy.probe.target import Manners, Target, UnreachableError
from understudy.probe.verify import PARTS, Order, Progress, Verification
from understudy.services.service import Service


@dataclass(frozen=True)
class Wish:
    """What the command line asks for; see `understudy verify --help`."""

    url: str
    service: str | None = None
    document: Path | None = None
    overlays: Sequence[Path] = ()
    scenarios: Path | None = None
    parts: Sequence[str] = ()
    params: Sequence[tuple[str, str]] = ()
    headers: Sequence[tuple[str, str]] = ()
    headers_from: Sequence[tuple[str, str]] = ()
    headers_by: Sequence[tuple[str, str]] = ()
    safe: bool | None = None
    rate: float | None = None
    timeout: float = 10.0
    seconds: float | None = None
    max_cases: int = 1_000
    max_examples: int = 50
    database: str | None = None
    seed: int | None = None
    baseline: Path | None = None
    write_baseline: Path | None = None
    insecure: bool = False
    fail_on: str = "relied"
    reports: Mapping[str, Path] = field(default_factory=dict)
    as_json: bool = False


@dataclass
class Prepared:
    """All that a verification needs, checked.

    Attributes:
        judge: who judges.
        order: what is to be verified.
        manners: how the deployment is treated.
        secrets: what no report may show; there may be more as time goes on.
    """

    judge: Judge
    order: Order
    manners: Manners
    secrets: Sequence[str]


def prepare(wish: Wish) -> Prepared:
    """Read and check what was asked for; nothing is sent.

    Errors: `TargetError`.
    """
    judge, service = judge_for(wish.service, wish.document, wish.overlays)
    events = judge.events
    folder = wish.scenarios or (bundled.FIXTURES / service.scenarios if service and service.scenarios else None)
    try:
        scenarios = load_all(folder, judge.main.by_id, events.events if events else ()) if folder else []
    except ScenarioError as error:
        raise TargetError(str(error)) from None
    if wish.database is not None:
        from understudy.probe.searching import databases  # noqa: PLC0415 - heavy

        databases.check(wish.database)
    headers, hidden = owned.headers(wish.headers, wish.headers_from)
    known, given = owned.known(wish.params, owned.named(judge.main, scenarios))
    safe = wish.safe if wish.safe is not None else not is_loopback(Target(wish.url).host)
    order = Order(
        known=known,
        scenarios=scenarios,
        safe=safe,
        seconds=wish.seconds,
        seed=secrets.randbelow(2**32) if wish.seed is None else wish.seed,
        baseline=baseline_of(wish.baseline),
        max_cases=wish.max_cases,
        max_examples=wish.max_examples,
        database=wish.database,
        fails_on=frozenset({LAW, *judge.contracts}) if wish.fail_on == "any" else None,
        parts=[part for part in PARTS if part in (wish.parts or PARTS)],
    )
    secret = [*hidden, *given]
    manners = Manners(
        rate=wish.rate,
        patience=wish.timeout,
        headers=headers,
        renewal=owned.renewal(wish.headers_by, secret),
        verify=not wish.insecure,
    )
    return Prepared(judge, order, manners, secret)


def judge_for(
    service: str | None, document: Path | None, overlays: Sequence[Path], engine: EngineName = "plan"
) -> tuple[Judge, Service | None]:
    """Who judges a deployment of a service, or of a document, and the service.

    Errors: `TargetError`.
    """
    name = str(document) if document else service or "chatwoot"
    profiles: tuple[Profile, ...] = ("observed",) if document else PROFILES
    played = service_of(name)

    def contracts(*, ours: bool) -> dict[str, Contract]:
        found: dict[str, Contract] = {}
        for profile in profiles:
            effective, _ = document_of(name, profile, overlays if profile == "observed" else (), ours=ours)
            found[profile if played else "document"] = Contract(effective, engine)
        return found

    judged = contracts(ours=False)
    main = next(iter(judged.values()))
    # A document of one's own may say in its webhooks what its websockets tell.
    events = bundled_contract(played.events) if played and played.events else main if main.events else None
    return Judge(judged, events, lambda: contracts(ours=True)), played


def baseline_of(path: Path | None) -> baselines.Baseline:
    """The baseline of a file; one that accepts nothing where none is named.

    Errors: `TargetError`.
    """
    try:
        return baselines.load(path) if path else baselines.Baseline()
    except baselines.BaselineError as error:
        raise TargetError(str(error)) from None


def missing(prepared: Prepared) -> list[str]:
    """What the deployment's owner was not asked for yet, one line each, with the reason and how to give it."""
    wanted: dict[str, str] = {}
    for scenario in prepared.order.scenarios:
        wanted |= {name: why for name, why in scenario.needs.items() if name not in prepared.order.known}
    return [f"--param {name}=…  {why}" for name, why in wanted.items()]


def rehearse(prepared: Prepared) -> str:
    """What would be sent, for people; nothing is."""
    lines: list[str] = []
    for scenario in prepared.order.scenarios:
        told = _not_played(scenario, prepared.order)
        lines.append(f"{scenario.name}{f'  (skipped: {told})' if told else ''}")
        for step in (*scenario.steps, *scenario.cleanup):
            if step.kind == "call":
                operation = prepared.judge.main.by_id[step.name]
                times = f" x {step.data['times']}" if "times" in step.data else ""
                lines.append(f"  {operation.method.upper():<6} {operation.template}{times}  {step.name}")
            else:
                lines.append(f"  {step.kind}  {step.name}")
    return "\n".join(lines)


def _not_played(scenario: Scenario, order: Order) -> str:
    if order.safe and not scenario.harmless:
        return "it is not declared harmless"
    absent = [name for name in scenario.needs if name not in order.known]
    return f"needs {', '.join(absent)}" if absent else ""


async def run(wish: Wish, prepared: Prepared, progress: Progress) -> Results:
    """Verify the deployment.

    Errors: `understudy.probe.target.UnreachableError` where nobody answers at all.
    """
    async with Target(wish.url, prepared.manners) as target:
        await target.reach()
        return await Verification(target, prepared.judge, prepared.order, progress).run()


def verify(wish: Wish, *, dry_run: bool) -> int:
    """Verify a deployment and report, or say what would be sent; returns the exit code.

    Errors: `TargetError`, `UnreachableError`, `ReportError`.
    """
    report.check(wish.reports)
    prepared = prepare(wish)
    for line in missing(prepared):
        click.echo(f"not known: {line}", err=True)
    if dry_run:
        click.echo(rehearse(prepared))
        return KEPT
    screen = terminal.Screen(sys.stderr if wish.as_json else sys.stdout, secrets=prepared.secrets)
    try:
        results = asyncio.run(run(wish, prepared, screen.progress))
    except UnreachableError as error:
        tell_unreached(wish.url, prepared, wish.reports, str(error), as_json=wish.as_json)
        raise
    if wish.as_json:
        click.echo(report.write("json", results, prepared.secrets))
    else:
        screen.results(results)
        click.echo(f"seed: {prepared.order.seed}")
    report.write_all(results, wish.reports, prepared.secrets)
    if wish.write_baseline is not None:
        write_baseline(wish.write_baseline, results)
    return results.exit_code


def tell_unreached(url: str, prepared: Prepared, reports: Mapping[str, Path], why: str, *, as_json: bool) -> None:
    """Write what a pipeline reads, though nobody answered: that there is no verdict, and why.

    Errors: `ReportError`.
    """
    results = gather(
        prepared.judge,
        target=url,
        seed=prepared.order.seed,
        started=time.time(),
        seconds=0.0,
        parts=[Part("reach", cut_short=why)],
        baseline=baselines.Baseline(),
        fails_on=prepared.order.fails_on,
    )
    if as_json:
        click.echo(report.write("json", results, prepared.secrets))
    report.write_all(results, reports, prepared.secrets)


def write_baseline(path: Path, results: Results) -> None:
    """Write what was found as a baseline; reasons and dates of what was accepted already stay.

    Errors: `TargetError`.
    """
    try:
        known = baselines.load(path) if path.exists() else baselines.Baseline()
        found = [f for f in results.findings if f.profiles & results.fails_on]
        path.write_text(baselines.write(found, known), encoding="utf-8")
    except baselines.BaselineError as error:
        raise TargetError(str(error)) from None
    except OSError as error:
        raise TargetError(f"{path} cannot be written: {error.strerror}; choose another file") from None
