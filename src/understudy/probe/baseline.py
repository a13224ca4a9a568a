"""The baseline: findings that a team knows of and lives with for now, each with a reason and a date to look again.

A YAML file kept beside the team's code. `verify` fails on what is not in it, and on what has outlived its date; it
says what has healed. It must not know how anything was found.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from understudy.contract.source import Source, SourceError, read
from understudy.probe.judge import Finding

KEYS = ("finding", "code", "operation_id", "reason", "until")
NO_REASON = "say why this is accepted"


class BaselineError(Exception):
    """A baseline that cannot be used; every line tells place, fault and fix."""


@dataclass(frozen=True, slots=True)
class Accepted:
    """One finding that is accepted.

    Attributes:
        fingerprint: the finding's.
        reason: why it is accepted.
        until: the last day on which it is; None for as long as nobody changes the file.
    """

    fingerprint: str
    reason: str
    until: date | None = None


class Baseline:
    """The accepted findings.

    Args:
        accepted: each of them.
        today: the day it is.
    """

    def __init__(self, accepted: Collection[Accepted] = (), today: date | None = None) -> None:
        self.accepted = {entry.fingerprint: entry for entry in accepted}
        self.today = today or datetime.now(UTC).date()

    def standing(self, finding: Finding) -> str:
        """``new``, ``accepted``, or ``expired`` for one that was accepted once."""
        entry = self.accepted.get(finding.fingerprint)
        if entry is None:
            return "new"
        return "expired" if entry.until is not None and entry.until < self.today else "accepted"

    def healed(self, met: Collection[str]) -> list[Accepted]:
        """The accepted findings that were not met, by the fingerprints of those that were."""
        return [entry for fingerprint, entry in self.accepted.items() if fingerprint not in met]


def load(path: Path, today: date | None = None) -> Baseline:
    """Read a baseline.

    Errors: `BaselineError`.
    """
    try:
        source = read(path)
    except SourceError as error:
        raise BaselineError(str(error)) from None
    faults = list(_faults(source))
    if faults:
        raise BaselineError("\n".join(faults))
    entries = (source.data or {}).get("accepted") or []
    return Baseline([Accepted(e["finding"], e["reason"], _day(e.get("until"))) for e in entries], today)


def write(findings: Collection[Finding], known: Baseline) -> str:
    """A baseline of these findings as YAML; what was accepted already keeps its reason and date."""
    entries: list[dict[str, Any]] = []
    for finding in findings:
        entry = known.accepted.get(finding.fingerprint)
        told: dict[str, Any] = {
            "finding": finding.fingerprint,
            "code": finding.violation.code,
            "operation_id": finding.violation.operation_id,
            "reason": entry.reason if entry else NO_REASON,
        }
        if entry and entry.until:
            told["until"] = entry.until.isoformat()
        entries.append(told)
    return yaml.safe_dump({"accepted": entries}, sort_keys=False, allow_unicode=True)


def _day(text: Any) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _faults(source: Source) -> Iterator[str]:
    data = source.data or {}
    if not isinstance(data, Mapping) or not isinstance(data.get("accepted", []), list):
        yield f"{source.path}: a baseline is an object with `accepted`, a list; write one with --write-baseline"
        return
    for index, entry in enumerate(data.get("accepted") or []):
        at = source.place(f"/accepted/{index}") or source.path
        if not isinstance(entry, Mapping) or not isinstance(entry.get("finding"), str):
            yield f"{at}: an entry needs `finding`, the fingerprint that the report shows"
            continue
        odd = [key for key in entry if key not in KEYS]
        if odd:
            yield f"{at}: the key {odd[0]!r} is unknown; an entry may have: {', '.join(KEYS)}"
        if not str(entry.get("reason") or "").strip():
            yield f"{at}: `reason` is missing; say why {entry['finding']} is accepted"
        try:
            _day(entry.get("until"))
        except (TypeError, ValueError):
            yield f"{at}: until: {entry['until']!r} is no day; write it like 2026-12-31"
