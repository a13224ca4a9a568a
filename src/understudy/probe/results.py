"""What a verification found, as one value that every report is made from.

Made by `verify`, `replay` and whoever judges recorded traffic. Reports show it and must not judge; it must not know
any of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from understudy.contract.coverage import Count
from understudy.contract.exchange import Exchange
from understudy.contract.promises import Promise
from understudy.contract.summary import Summary
from understudy.probe.baseline import Accepted, Baseline
from understudy.probe.judge import LAW, NOTE, Finding, Judge
from understudy.probe.promised import Promised, promised
from understudy.probe.scenario import Scenario

Standing = Literal["new", "accepted", "expired"]
KEPT, BROKEN, UNREACHABLE = 0, 1, 2


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that could not be tried, and why."""

    what: str
    reason: str


@dataclass
class Part:
    """One part of a verification.

    Attributes:
        name: ``scenarios``, ``examples`` or ``properties``.
        tried: how many scenarios, cases or properties were played.
        requests: how many requests it sent.
        seconds: how long it took.
        skipped: what could not be tried.
        cut_short: why it ended before its end; empty if it did not.
    """

    name: str
    tried: int = 0
    requests: int = 0
    seconds: float = 0.0
    skipped: list[Skipped] = field(default_factory=list)
    cut_short: str = ""


@dataclass
class Results:
    """What was found.

    Attributes:
        target: the deployment's base URL, or what was judged instead.
        title: the document's title.
        profiles: the profiles judged by, the one that clients rely on first.
        seed: the seed of all that was chosen by chance.
        started: seconds since the Unix epoch.
        seconds: how long it took.
        parts: its parts, in order.
        findings: what is broken, worst first.
        standings: each finding's standing in the baseline, by fingerprint.
        healed: what the baseline accepts and was not met.
        coverage: which promises were exercised.
        statuses: how many answers of each status, by operation.
        exchanges: every exchange with where it came from, in order.
        fails_on: the profiles, and ``law``, whose broken promises make it fail.
        promises: what each finding's promise says and where it is written, by fingerprint.
        accepted: what the baseline says of each finding that it has, by fingerprint.
        counts: every promise of the first profile and of the events, with how many messages kept and broke it.
        document: the digest of the first profile's document and the events'; two results of the same can be merged.
        events: the operationId of each event, by its name.
    """

    target: str
    title: str
    profiles: Sequence[str]
    seed: int
    started: float
    seconds: float
    parts: Sequence[Part]
    findings: Sequence[Finding]
    standings: Mapping[str, Standing]
    healed: Sequence[Accepted]
    coverage: Summary
    statuses: Mapping[str, Mapping[int, int]]
    exchanges: Sequence[tuple[str, Exchange]]
    fails_on: frozenset[str]
    promises: Mapping[str, Promised]
    accepted: Mapping[str, Accepted]
    counts: Mapping[Promise, Count]
    document: str
    events: Mapping[str, str]

    @property
    def failing(self) -> list[Finding]:
        """The findings that make it fail."""
        return [f for f in self.findings if f.profiles & self.fails_on and self.standings[f.fingerprint] != "accepted"]

    @property
    def unfinished(self) -> str:
        """Why it is no verdict on the whole; empty if it is."""
        return "; ".join(part.cut_short for part in self.parts if part.cut_short)

    @property
    def exit_code(self) -> int:
        """0 kept, 1 broken promises, 2 it could not be brought to an end."""
        if self.failing:
            return BROKEN
        return UNREACHABLE if self.unfinished else KEPT


def gather(  # noqa: PLR0913 - what a report is made of
    judge: Judge, *, target: str, seed: int, started: float, seconds: float, parts: Sequence[Part], baseline: Baseline,
    fails_on: frozenset[str] | None = None, scenarios: Sequence[Scenario] = (),
) -> Results:  # fmt: skip
    """The results of what a judge has seen."""
    profiles = tuple(judge.contracts)
    order = {profile: index for index, profile in enumerate((LAW, *profiles, NOTE))}
    findings = sorted(
        judge.findings.values(),
        key=lambda f: (min(order[p] for p in f.profiles), f.violation.operation_id, f.violation),
    )
    standings: dict[str, Standing] = {f.fingerprint: _standing(baseline, f) for f in findings}
    return Results(
        target=target,
        title=judge.main.document.title,
        profiles=profiles,
        seed=seed,
        started=started,
        seconds=seconds,
        parts=parts,
        findings=findings,
        standings=standings,
        healed=baseline.healed(standings.keys()),
        coverage=judge.summary(),
        statuses=judge.statuses,
        exchanges=judge.exchanges,
        fails_on=frozenset({LAW, profiles[0]}) if fails_on is None else fails_on,
        promises={f.fingerprint: promised(f, judge, scenarios) for f in findings},
        accepted={name: entry for name, entry in baseline.accepted.items() if name in standings},
        counts=judge.counts(),
        document=judge.digest,
        events={name: event.operation_id for name, event in judge.events.events.items()} if judge.events else {},
    )


def _standing(baseline: Baseline, finding: Finding) -> Standing:
    said = baseline.standing(finding)
    return "new" if said == "new" else "expired" if said == "expired" else "accepted"
