"""What `understudy compare` does, between the command line and the comparison: prepares both sides, tells the outcome.

Called by `commands.compare`. What a difference costs is decided in `compare`; here it is only told.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import click

from understudy.probe.command import Wish, prepare
from understudy.probe.compare import WEIGHTY, Comparison, Side, compare
from understudy.probe.target import Target
from understudy.probe.verify import Progress, mark

MOST = 8
"""How many differences of an operation are told; the rest is counted."""


def run(wishes: tuple[Wish, Wish], progress: Progress) -> Comparison:
    """Play the same to both deployments.

    Errors: `TargetError`, `UnreachableError`.
    """
    prepared = [prepare(wish) for wish in wishes]
    order = prepared[0].order
    safe = any(side.order.safe for side in prepared)
    scenarios = [scenario for scenario in order.scenarios if scenario.harmless or not safe]
    shared = mark(order.seed)

    async def played() -> Comparison:
        async with (
            Target(wishes[0].url, prepared[0].manners) as one,
            Target(wishes[1].url, prepared[1].manners) as other,
        ):
            for target in (one, other):
                await target.reach()
            sides = [
                Side(target, side.judge, {"mark": shared, **side.order.known})
                for target, side in zip((one, other), prepared, strict=True)
            ]
            return await compare(sides[0], sides[1], scenarios, progress)

    return asyncio.run(played())


def as_json(comparison: Comparison) -> dict[str, Any]:
    """The comparison as JSON data."""
    return {
        "a": comparison.a,
        "b": comparison.b,
        "fidelity": comparison.fidelity,
        "compared": comparison.compared,
        "operations": [
            {
                "operation_id": operation.operation_id,
                "compared": operation.compared,
                "alike": operation.alike,
                "fidelity": operation.fidelity,
                "differences": [
                    {**asdict(difference), "count": times}
                    for difference, times in sorted(operation.differences.items())
                ],
            }
            for operation in comparison.operations.values()
        ],
        "laws": [{"scenario": name, "broken_by": url, "count": count} for name, url, count in comparison.laws],
        "skipped": [{"scenario": name, "reason": reason} for name, reason in comparison.skipped],
    }


def told(comparison: Comparison, *, colour: bool) -> Iterator[str]:
    """The comparison for people, line by line."""
    paint = click.style if colour else (lambda text, **_: text)
    yield f"A: {comparison.a}"
    yield f"B: {comparison.b}"
    for operation in comparison.operations.values():
        share = f"{operation.fidelity:.0%}"
        alike = operation.alike == operation.compared
        yield paint(
            f"{share:>5}  {operation.operation_id}  {operation.alike} of {operation.compared} alike",
            fg="green" if alike else "red",
        )
        ordered = sorted(operation.differences.items(), key=lambda item: (item[0].kind not in WEIGHTY, item[0]))
        for difference, count in ordered[:MOST]:
            times = f"  ({count} times)" if count > 1 else ""
            yield f"       {difference.kind} {difference.where}: A {difference.a}, B {difference.b}{times}"
        if len(ordered) > MOST:
            yield f"       and {len(ordered) - MOST} more; --json lists them all"
    for name, url, count in comparison.laws:
        yield paint(f"only {url} breaks a law, {count} time(s): {name}", fg="red")
    for name, reason in comparison.skipped:
        yield f"not compared: {name} ({reason})"
    yield _verdict(comparison)


def _verdict(comparison: Comparison) -> str:
    if comparison.fidelity is None:
        return "nothing could be compared; what is missing stands above"
    return f"fidelity: {comparison.fidelity:.1%} of {comparison.compared} answers were alike"
