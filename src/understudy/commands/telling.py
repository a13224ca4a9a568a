"""Tells on the terminal what was found in traffic: each finding once, what was not judged, and the verdict.

Called by `watching` and `judge` at their end. It must not judge.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import click

from understudy.probe.judge import Finding
from understudy.probe.results import Results

SHOWN = 20
VERDICTS = {0: "kept", 1: "broken", 2: "not judged to the end"}
COLOURS = {0: "green", 1: "red", 2: "yellow"}


def tell(results: Results) -> None:
    """Print what was found."""
    colour = sys.stdout.isatty()
    click.echo("\n".join(lines(results, colour=colour)))


def lines(results: Results, *, colour: bool = False) -> Iterator[str]:
    """What was found, line by line."""
    paint = click.style if colour else (lambda text, **_: text)
    for finding in results.findings:
        yield from _finding(results, finding, paint)
    for part in results.parts:
        for skipped in part.skipped[:SHOWN]:
            yield paint(f"not judged: {_plain(skipped.what)}: {_plain(skipped.reason)}", fg="cyan")
        if len(part.skipped) > SHOWN:
            yield paint(f"not judged: {len(part.skipped) - SHOWN} more", fg="cyan")
    share = results.coverage.figure
    seen = sum(part.requests for part in results.parts)
    events = sum(part.tried - part.requests for part in results.parts)
    yield f"{seen} exchange(s), {events} event(s); contract coverage {share.exercised} of {share.total} promises"
    verdict = f"{results.target}: {VERDICTS[results.exit_code]}, {len(results.failing)} finding(s) that count"
    yield paint(verdict, fg=COLOURS[results.exit_code], bold=True)


def _finding(results: Results, finding: Finding, paint: object) -> Iterator[str]:
    assert callable(paint)  # noqa: S101 - click's, or none
    violation, standing = finding.violation, results.standings[finding.fingerprint]
    told = "" if standing == "new" else f" ({standing})"
    fails = finding in results.failing
    place = violation.operation_id or "no operation"
    yield paint(f"{violation.code} {violation.side} {place} {finding.where}", fg="red" if fails else "yellow")
    yield f"    {_plain(violation.message)} [{violation.schema}]"
    yield f"    {violation.remedy}"
    yield f"    {finding.count} time(s); breaks {', '.join(sorted(finding.profiles))}; {finding.fingerprint}{told}"


def _plain(text: str) -> str:
    """Text without control characters: traffic must not move the cursor of whoever reads."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
