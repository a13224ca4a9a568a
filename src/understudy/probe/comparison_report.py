"""Tells what a comparison found: for people line by line, as JSON data, and as Markdown for a CI job's summary.

Called by `commands.compare`. What a difference costs is decided in `compare`; here it is only told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict
from typing import Any

import click
import orjson

from understudy.probe.alignment import Difference
from understudy.probe.compare import WEIGHTY, Comparison, OperationComparison
from understudy.probe.report.characters import one_line, visible
from understudy.probe.report.masking import Mask, shown

MOST = 8
"""How many differences of an operation, and of what was not compared, are told; the rest is counted."""


def as_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON data."""
    return {
        "a": comparison.a,
        "b": comparison.b,
        "seed": comparison.seed,
        "fidelity": comparison.fidelity,
        "compared": comparison.compared,
        "cut_short": comparison.cut_short,
        "operations": [
            {
                "operation_id": operation.operation_id,
                "compared": operation.compared,
                "alike": operation.alike,
                "succeeded": operation.succeeded,
                "fidelity": operation.fidelity,
                "differences": [
                    {**asdict(difference), "costs": difference.kind in WEIGHTY, "count": times}
                    for difference, times in _ordered(operation)
                ],
            }
            for operation in comparison.operations.values()
        ],
        "never_compared": comparison.never,
        "laws": [{"scenario": name, "broken_by": url, "count": count} for name, url, count in comparison.laws],
        "skipped": [asdict(skipped) for skipped in comparison.skipped],
    }


def told(comparison: Comparison, *, colour: bool = False) -> Iterator[str]:
    """The comparison for people, line by line."""
    paint = click.style if colour else (lambda text, **_: text)
    yield f"A: {comparison.a}"
    yield f"B: {comparison.b}"
    for operation in comparison.operations.values():
        alike = operation.alike == operation.compared
        line = f"{_share(operation.fidelity, 0):>5}  {operation.operation_id}  {_alike(operation)}"
        yield paint(line, fg="green" if alike else "red")
        ordered = _gathered(operation)
        for difference, count in ordered[:MOST]:
            yield f"       {_difference(difference, count)}"
        if len(ordered) > MOST:
            yield f"       and {len(ordered) - MOST} more; --json lists them all"
    for name, url, count in comparison.laws:
        yield paint(f"only {url} breaks a law, {count} time(s): {name}", fg="red")
    yield from _left_out(comparison)
    if comparison.cut_short:
        yield paint(f"not finished: {comparison.cut_short}", fg="red")
    yield f"seed: {comparison.seed}"
    yield verdict(comparison)


def markdown(comparison: Comparison) -> str:
    """The comparison as Markdown: the figure, a table by operation, and each difference that costs fidelity."""
    badge = {0: "✅", 1: "❌"}.get(comparison.exit_code, "⚠️")
    lines = [f"## {badge} {verdict(comparison)}", "", f"A {_code(comparison.a)}, B {_code(comparison.b)}", ""]
    if comparison.cut_short:
        lines += [f"**Not finished**: {_code(comparison.cut_short)}", ""]
    lines += ["| operation | fidelity | answers alike | first difference |", "|---|--:|--:|---|"]
    for operation in comparison.operations.values():
        costs = [item for item in _ordered(operation) if item[0].kind in WEIGHTY]
        first = _code(_difference(*costs[0])) if costs else ""
        share, name = _share(operation.fidelity, 0), _code(operation.operation_id)
        lines.append(f"| {name} | {share} | {operation.alike} of {operation.compared} | {first} |")
    lines += [f"| {_code(name)} | never compared | | |" for name in comparison.never]
    if comparison.laws:
        lines += ["", *(f"- only {_code(url)} breaks a law: {_code(name)}" for name, url, _ in comparison.laws)]
    return "\n".join([*lines, "", f"Seed {comparison.seed}", ""])


def written(comparison: Comparison) -> str:
    """The comparison as a JSON file."""
    return orjson.dumps(as_json(comparison), option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE).decode()


FORMATS: Mapping[str, Callable[[Comparison], str]] = {"json": written, "markdown": markdown}
"""Each format of a report by name, with what writes it."""


def masked(text: str, secrets: list[str]) -> str:
    """A report without any of the secrets that were given."""
    return shown(Mask(secrets).text(text))


def verdict(comparison: Comparison) -> str:
    """The figure in one line."""
    if comparison.fidelity is None:
        return "nothing could be compared; what is missing stands above"
    if comparison.futile:
        return (
            f"neither side did what it was asked for in any of {comparison.compared} answers; is it the right "
            "--service or --document, is a --param or --header missing?"
        )
    part = " so far" if comparison.cut_short else ""
    return f"fidelity: {_share(comparison.fidelity, 1)} of {comparison.compared} answers were alike{part}"


def _left_out(comparison: Comparison) -> Iterator[str]:
    reasons: dict[str, list[str]] = {}
    for skipped in comparison.skipped:
        reasons.setdefault(skipped.reason, []).append(skipped.what)
    for reason, names in list(reasons.items())[:MOST]:
        others = f" and {len(names) - 1} more" if len(names) > 1 else ""
        yield f"not compared: {names[0]}{others} ({reason})"
    if len(reasons) > MOST:
        yield f"not compared for {len(reasons) - MOST} more reasons; --json lists them all"
    if comparison.never:
        yield f"never compared: {', '.join(comparison.never)}"


def _share(share: float, digits: int) -> str:
    """A share in per cent; never rounded up to all of it."""
    text = f"{share:.{digits}%}"
    return f"<{text}" if share < 1 and text == f"{1:.{digits}%}" else text


def _alike(operation: OperationComparison) -> str:
    only = "" if operation.succeeded else ", refusals alone"
    return f"{operation.alike} of {operation.compared} alike{only}"


def _ordered(operation: OperationComparison) -> list[tuple[Difference, int]]:
    """An operation's differences: what costs fidelity first."""
    return sorted(operation.differences.items(), key=lambda item: (item[0].kind not in WEIGHTY, item[0]))


def _gathered(operation: OperationComparison) -> list[tuple[Difference, int]]:
    """The same with one line for all that differ at one place by their values alone; the first stands for them."""
    found: dict[object, tuple[Difference, int]] = {}
    for difference, count in _ordered(operation):
        key = difference if difference.kind in WEIGHTY else (difference.kind, difference.where)
        first, before = found.get(key, (difference, 0))
        found[key] = first, before + count
    return list(found.values())


def _difference(difference: Difference, count: int) -> str:
    times = f"  ({count} times)" if count > 1 else ""
    text = f"{difference.kind} {difference.where}: A {difference.a}, B {difference.b}{times}"
    return one_line(visible(text))


def _code(text: str) -> str:
    """Text as code in a table's cell; nothing of it becomes markup."""
    return f"`{text.replace('`', chr(39)).replace('|', chr(92) + '|')}`"
