"""The sentences that several reports share: the verdict, a finding's line, what was promised and never seen.

Called by the formats. It must not know how any of them looks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

from understudy.probe.report.characters import one_line
from understudy.probe.report.content import Exercised, Found, Report

TIMES = "\N{MULTIPLICATION SIGN}"
HEARD = "heard"


def verdict(report: Report) -> str:
    """The verdict as one line."""
    failing = [finding for finding in report.findings if finding.failing]
    asked = counted(report.requests, "request")
    if failing:
        times = sum(finding.count for finding in failing)
        said = f"broken: {counted(len(failing), 'finding')}, met {counted(times, 'time')} in {asked}"
    else:
        said = f"kept: no promise that counts was broken in {asked}"
    if report.unfinished:
        return f"{said}; unfinished: {report.unfinished}" if failing else f"unfinished: {report.unfinished}"
    return said


def coverage(report: Report) -> str:
    """Contract coverage as one number, with what it is made of."""
    told = report.coverage
    return f"{told.percent:.1f} % ({told.exercised:,} of {told.total:,} promises)"


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 finding``, ``2 findings``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def standing(finding: Found) -> str:
    """What the baseline makes of a finding, for people; empty where it is new."""
    entry = finding.accepted
    if entry is None:
        return ""
    until = f" until {entry.until}" if entry.until else ""
    if finding.standing == "expired":
        return f"accepted{until}, which is over: {entry.reason}"
    return f"accepted{until}: {entry.reason}"


def operation_of(finding: Found) -> str:
    """The operation of a finding; words where there is none."""
    return finding.broken.operation_id or "(no operation)"


def rows(report: Report) -> Iterator[tuple[str, str, str, str]]:
    """The table by operation: operation, statuses seen, violations by code, statuses promised and never seen.

    An event is heard or not.
    """
    codes: dict[str, Counter[str]] = {}
    for finding in report.findings:
        codes.setdefault(finding.broken.operation_id, Counter())[finding.broken.code] += finding.count
    promised = {operation.operation_id: operation.statuses for operation in report.coverage.operations}
    events = {one.operation_id: one.messages for one in report.coverage.operations if one.is_event}
    names = [*promised, *(name for name in {**report.statuses, **codes} if name not in promised)]
    for name in names:
        seen, broken = report.statuses.get(name, {}), codes.get(name, Counter())
        unseen = sorted(status for status, times in promised.get(name, {}).items() if not times)
        if name in events:
            seen, unseen = ({HEARD: events[name]}, []) if events[name] else ({}, [HEARD])
        yield name or "(no operation)", _times(seen), _times(broken), ", ".join(unseen)


def _times(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {TIMES}{times}" if times > 1 else name for name, times in counts.items())


def promise_name(promise: Exercised) -> str:
    """A promise in a few words: whose message, and what of it."""
    whose = "request" if promise.side == "request" else f"answer {promise.status}" if promise.status else promise.side
    return f"{whose}: {promise.keyword or promise.kind} at {promise.schema}"


def missing_by_reason(promises: list[Exercised]) -> dict[str, list[Exercised]]:
    """Promises that nothing exercised, by why not, in the order in which they are listed."""
    found: dict[str, list[Exercised]] = {}
    for promise in promises:
        found.setdefault(f"{promise_name(promise).partition(':')[0]}: {promise.reason}", []).append(promise)
    return found


def headline(finding: Found, width: int = 0) -> str:
    """A finding as one line: operation, place, message."""
    return one_line(f"{operation_of(finding)} {finding.broken.where}: {finding.broken.message}", width)


def promise_place(finding: Found) -> str:
    """Where the promise is written: file and line, then the pointer."""
    promise = finding.promise
    if not finding.broken.schema:
        return "of every document"
    file = f"{promise.file}:{promise.line}" if promise.line else promise.file
    return f"{finding.broken.schema} ({file})" if file else finding.broken.schema
