"""Merges reports of the same document, as when shards of one run report apart.

Identical findings become one, counts are added; a promise is exercised if it was in any of them, and healed is what
none of them met. Called by the command line. It must not know any format but the content itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from understudy.contract.promises import UNSEEN
from understudy.probe.judge import EXAMPLES, LAW, NOTE
from understudy.probe.report.content import (
    Accepted,
    Call,
    ContentError,
    Coverage,
    Exercised,
    Found,
    Operation,
    Part,
    Report,
)  # fmt: skip
from understudy.probe.report.telling import VERDICTS
from understudy.probe.results import BROKEN, KEPT, UNREACHABLE

_WORST = ("new", "expired", "accepted")


def merge(reports: Sequence[Report]) -> Report:
    """One report of several.

    Args:
        reports: at least one; each of the same document and profiles.

    Errors: `ContentError` where they cannot be brought together.
    """
    if not reports:
        raise ContentError("there is no report to merge; name at least one")
    first = reports[0]
    for other in reports[1:]:
        if (other.document, other.profiles) != (first.document, first.profiles):
            raise ContentError(
                f"the reports of {first.target} and of {other.target} judge by different documents or profiles; "
                "merge only reports of the same"
            )
    findings = _findings(reports)
    unfinished = "; ".join(dict.fromkeys(report.unfinished for report in reports if report.unfinished))
    failing = any(finding.failing for finding in findings)
    code = BROKEN if failing else UNREACHABLE if unfinished else KEPT
    started = min(report.started for report in reports)
    return replace(
        first,
        target=", ".join(dict.fromkeys(report.target for report in reports)),
        fails_on=tuple(sorted({name for report in reports for name in report.fails_on})),
        started=started,
        seconds=max(report.started + report.seconds for report in reports) - started,
        exit_code=code,
        verdict=VERDICTS[code],
        unfinished=unfinished,
        parts=_parts(reports),
        statuses=_statuses(reports),
        findings=findings,
        healed=_healed(reports, findings),
        coverage=_coverage([report.coverage for report in reports]),
        exchanges=tuple(call for report in reports for call in report.exchanges),
    )


def _findings(reports: Sequence[Report]) -> tuple[Found, ...]:
    merged: dict[str, Found] = {}
    calls: list[Call] = []
    for report in reports:
        before = len(calls)
        calls += report.exchanges
        for finding in report.findings:
            moved = replace(finding, calls=tuple(before + number for number in finding.calls))
            known = merged.get(finding.fingerprint)
            merged[finding.fingerprint] = moved if known is None else _together(known, moved)
    order = {profile: rank for rank, profile in enumerate((LAW, *reports[0].profiles, NOTE))}

    def rank(finding: Found) -> tuple[int, str, str, str, str]:
        broken = finding.broken
        return min(order[p] for p in finding.profiles), broken.operation_id, broken.where, broken.code, broken.schema

    return tuple(sorted(merged.values(), key=rank))


def _together(one: Found, other: Found) -> Found:
    """Two findings of the same fingerprint."""
    kept, worse = (one, other) if _WORST.index(one.standing) <= _WORST.index(other.standing) else (other, one)
    return replace(
        one,
        standing=kept.standing,
        accepted=kept.accepted or worse.accepted,
        failing=one.failing or other.failing,
        profiles=_each(one.profiles, other.profiles),
        breaks=min(one.breaks, other.breaks),
        count=one.count + other.count,
        origins=_each(one.origins, other.origins),
        calls=(one.calls + other.calls)[:EXAMPLES],
    )


def _each(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(one + other))


def _parts(reports: Sequence[Report]) -> tuple[Part, ...]:
    merged: dict[str, Part] = {}
    for part in (part for report in reports for part in report.parts):
        known = merged.get(part.name)
        merged[part.name] = part if known is None else Part(
            part.name,
            known.tried + part.tried,
            known.requests + part.requests,
            known.seconds + part.seconds,
            tuple(dict.fromkeys(known.skipped + part.skipped)),
            "; ".join(dict.fromkeys(said for said in (known.cut_short, part.cut_short) if said)),
        )  # fmt: skip
    return tuple(merged.values())


def _statuses(reports: Sequence[Report]) -> dict[str, dict[str, int]]:
    merged: dict[str, Counter[str]] = {}
    for report in reports:
        for operation_id, seen in report.statuses.items():
            merged.setdefault(operation_id, Counter()).update(seen)
    return {name: dict(sorted(seen.items())) for name, seen in sorted(merged.items())}


def _healed(reports: Sequence[Report], findings: Sequence[Found]) -> tuple[Accepted, ...]:
    met = {finding.fingerprint for finding in findings}
    told = {entry.finding: entry for report in reports for entry in report.healed}
    return tuple(entry for name, entry in told.items() if name not in met)


def _coverage(coverages: Sequence[Coverage]) -> Coverage:
    operations = tuple(
        _operation([coverage.operations[index] for coverage in coverages])
        for index in range(len(coverages[0].operations))
    )
    places: dict[tuple[bool, str, str], bool] = {}
    for promise in (promise for operation in operations for promise in operation.promises):
        place = (promise.side == "event", promise.schema, promise.keyword)  # events may have a document of their own
        places[place] = places.get(place, False) or bool(promise.kept + promise.broken)
    return Coverage(
        sum(operation.exercised for operation in operations),
        sum(operation.total for operation in operations),
        sum(places.values()),
        len(places),
        sum(coverage.outside for coverage in coverages),
        operations,
    )


def _operation(operations: Sequence[Operation]) -> Operation:
    first = operations[0]
    statuses: Counter[str] = Counter()
    for operation in operations:
        statuses.update(operation.statuses)
    promises = tuple(_promise(same) for same in zip(*(one.promises for one in operations), strict=True))
    return Operation(
        first.operation_id,
        sum(operation.messages for operation in operations),
        sum(bool(promise.kept + promise.broken) for promise in promises),
        first.total,
        {status: statuses[status] for status in first.statuses},
        promises,
    )


def _promise(same: Sequence[Exercised]) -> Exercised:
    """One promise of several reports; of reasons the first that says more than that the operation was never met."""
    kept, broken = sum(one.kept for one in same), sum(one.broken for one in same)
    reasons = sorted((one.reason for one in same), key=lambda reason: reason == UNSEEN)
    return replace(same[0], kept=kept, broken=broken, reason="" if kept + broken else reasons[0])
