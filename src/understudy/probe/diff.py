"""What `understudy diff` does, between the command line and the comparison: loads both sides and prints what changed.

Called by `cli` with parsed options. What a change means is decided in the contract; here it is only told, for people
by operation, for machines as JSON.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
import orjson

from understudy.contract.diff.changes import Change
from understudy.contract.diff.documents import compare
from understudy.contract.diff.rules import KINDS
from understudy.contract.document import Document
from understudy.effective import Profile, document_of

COLOURS = {"breaking": "red", "compatible": "green", "prose": "cyan"}

# Which kinds of change make the command fail.
FAILS: dict[str, tuple[str, ...]] = {
    "breaking": ("breaking",),
    "compatible": ("breaking", "compatible"),
    "any": KINDS,
    "none": (),
}
# More operations than these are counted, not listed.
LISTED = 4


def diff(
    targets: tuple[str, str],
    *,
    profiles: tuple[Profile, Profile],
    overlays: tuple[Sequence[Path], Sequence[Path]],
    fail_on: str,
    as_json: bool,
) -> bool:
    """Compare two documents and print the changes; returns whether any is of a kind to fail on.

    Errors: `TargetError` for a document that cannot be read.
    """
    (a, name_a), (b, name_b) = map(_side, targets, profiles, overlays)
    changes = compare(a, b)
    names = name_a, name_b
    if as_json:
        found = {"a": name_a, "b": name_b, "counts": counts(changes), "changes": [c.as_json() for c in changes]}
        click.echo(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo("\n".join(told(changes, names, colour=sys.stdout.isatty())))
    return any(change.kind in FAILS[fail_on] for change in changes)


def _side(target: str, profile: Profile, overlays: Sequence[Path]) -> tuple[Document, str]:
    """One side's document, without what our own server answers, and its name."""
    document, service = document_of(target, profile, overlays, ours=False)
    return document, f"{target} ({profile})" if service else target


def counts(changes: Sequence[Change]) -> dict[str, int]:
    """How many changes there are of each kind."""
    return {kind: sum(change.kind == kind for change in changes) for kind in KINDS}


def told(changes: Sequence[Change], names: tuple[str, str], *, colour: bool) -> list[str]:
    """The changes as lines: by operation, each with its rule, its message, its pointers and places; then the counts."""
    paint = click.style if colour else (lambda text, **_: text)
    grouped: dict[tuple[str, ...], list[Change]] = {}
    for change in changes:
        grouped.setdefault(change.operations, []).append(change)
    lines = []
    for operations, found in grouped.items():
        lines.append(paint(_heading(operations), bold=True))
        for change in found:
            kind = paint(f"{change.kind:<10}", fg=COLOURS[change.kind])
            lines.append(f"  {kind}  {change.rule}: {change.message}")
            lines += [f"              {label} {place} [{at or '/'}]" for label, place, at in _sides(change)]
        lines.append("")
    for remedy in dict.fromkeys(change.remedy for change in changes if change.remedy):
        rules = sorted({change.rule for change in changes if change.remedy == remedy})
        lines += [f"{', '.join(rules)}:", f"  {remedy}", ""]
    total = counts(changes)
    lines.append(f"{' → '.join(names)}: " + ", ".join(f"{total[kind]} {kind}" for kind in KINDS))
    return lines


def _sides(change: Change) -> list[tuple[str, str, str]]:
    return [("A", change.place_a, change.a), ("B", change.place_b, change.b)]


def _heading(operations: tuple[str, ...]) -> str:
    """Whose changes follow."""
    if not operations:
        return "the document"
    shown = ", ".join(operations[:LISTED])
    more = len(operations) - LISTED
    return f"{shown} and {more} more" if more > 0 else shown
