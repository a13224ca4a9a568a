"""What was measured, as Markdown for people and as JSON for machines, and held against the targets.

`run` fills `Figures`; nothing is measured here. Ratios are medians of the ratios within each round, so that noise
which falls on a whole round cancels out.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from cases import CASES, INVALID, LIST, VALID
from contestants import BACKEND, BARE, PLAN, PRISM
from footprint import Footprint
from growth import Growth
from load import Sample

NONE = "-"


@dataclass
class Figures:
    """Everything that was measured.

    Attributes:
        conditions: how it was measured, label to value.
        rates: samples by contestant and case, one a round.
        starts: seconds to the first 200 by contestant, one a round.
        footprints: memory by contestant, one a round.
        growth: median costs by what grew.
    """

    conditions: dict[str, str] = field(default_factory=dict)
    rates: dict[str, dict[str, list[Sample]]] = field(default_factory=dict)
    starts: dict[str, list[float]] = field(default_factory=dict)
    footprints: dict[str, list[Footprint]] = field(default_factory=dict)
    growth: dict[str, Growth] = field(default_factory=dict)

    def name(self, beginning: str) -> str | None:
        """The contestant whose name begins so; a peer's name ends with its version."""
        return next((name for name in (*self.rates, *self.starts) if name.startswith(beginning)), None)

    def ratio(self, case: str, other: str) -> float | None:
        """Our requests a second over another contestant's; None where it did not take part."""
        theirs, ours = self.rates.get(self.name(other) or "", {}).get(case), self.rates.get(PLAN.name, {}).get(case)
        if not theirs or not ours:
            return None
        return statistics.median(our.rate / their.rate for our, their in zip(ours, theirs, strict=True))

    def memory(self, contestant: str, read: Callable[[Footprint], float | None]) -> float | None:
        """The median of one figure of memory, megabytes."""
        found = [value for item in self.footprints.get(contestant, ()) if (value := read(item)) is not None]
        return statistics.median(found) if found else None

    def grown(self, kind: str, request: str) -> float | None:
        """The cost at the largest size over the cost at the smallest."""
        sizes = self.growth.get(kind)
        return sizes[max(sizes)][request] / sizes[min(sizes)][request] if sizes else None

    def as_json(self) -> dict[str, Any]:
        """Everything, every round of it."""
        return {
            "conditions": self.conditions,
            "requests_per_second": {
                name: {case: [round(sample.rate, 1) for sample in samples] for case, samples in cases.items()}
                for name, cases in self.rates.items()
            },
            "p99_milliseconds": {
                name: {case: [sample.p99 for sample in samples] for case, samples in cases.items()}
                for name, cases in self.rates.items()
            },
            "cold_start_seconds": self.starts,
            "megabytes": {
                name: [{"rest": item.rest, "mixed": item.mixed, "lists": item.lists} for item in items]
                for name, items in self.footprints.items()
            },
            "cpu_microseconds": {
                kind: {str(size): costs for size, costs in growth.items()} for kind, growth in self.growth.items()
            },
            "targets": [
                {"what": what, "target": f"{sign} {wanted:g}", "measured": measured, "reached": reached}
                for what, sign, wanted, measured, reached in targets(self)
            ],
        }


def targets(figures: Figures) -> list[tuple[str, str, float, float | None, bool | None]]:
    """What was promised: what, at least or at most, how much, what was measured, whether it is reached."""
    prism = figures.name(PRISM)
    ours = figures.starts.get(PLAN.name)
    start = statistics.median(ours) if ours else None
    theirs = statistics.median(figures.starts[prism]) if prism and figures.starts.get(prism) else None
    table: list[tuple[str, str, float, float | None]] = [
        (f"{VALID.name} / {BARE.name}", "≥", 0.8, figures.ratio(VALID.name, BARE.name)),
        (f"{VALID.name} / {PRISM}", "≥", 4, figures.ratio(VALID.name, PRISM)),
        (f"{VALID.name} / {BACKEND}", "≥", 2, figures.ratio(VALID.name, BACKEND)),
        (f"{INVALID.name} / {PRISM}", "≥", 1, figures.ratio(INVALID.name, PRISM)),
        (f"{LIST.name} / {BARE.name}", "≥", 0.7, figures.ratio(LIST.name, BARE.name)),
        ("cost, most operations / fewest", "≤", 1.15, figures.grown("operations", "request")),
        ("cost of create, most stored / fewest", "≤", 1.3, figures.grown("stored", "create")),
        ("cost of show, most stored / fewest", "≤", 1.3, figures.grown("stored", "show")),
        ("cost of list of 20, most stored / fewest", "≤", 1.3, figures.grown("stored", "list of 20")),
        (f"cold start / {PRISM}", "≤", 1, start / theirs if start and theirs else None),
        ("cold start, s", "≤", 1.2, start),
        ("memory at rest, MB", "≤", 90, figures.memory(PLAN.name, lambda item: item.rest)),
        ("memory under mixed load, MB", "≤", 120, figures.memory(PLAN.name, lambda item: item.mixed)),
    ]
    return [
        (what, sign, wanted, got, None if got is None else (got >= wanted if sign == "≥" else got <= wanted))
        for what, sign, wanted, got in table
    ]


def markdown(figures: Figures) -> str:
    """Every table."""
    parts = ["\n".join(f"- {label}: {value}" for label, value in figures.conditions.items())]
    if figures.rates:
        parts += ["### Requests a second (in brackets: ours / theirs)", _rates(figures)]
    if figures.starts:
        parts += ["### Cold start and memory", _footprints(figures)]
    for kind, growth in figures.growth.items():
        parts += [f"### Cost by {kind}, CPU µs a request, in process without a socket", _growth(growth)]
    rows = [
        (what, f"{sign} {wanted:g}", _number(got, 2), {True: "yes", False: "**no**", None: "not measured"}[reached])
        for what, sign, wanted, got, reached in targets(figures)
    ]
    parts += ["### Targets", _table(("what", "target", "measured", "reached"), rows)]
    return "\n\n".join(parts) + "\n"


def _rates(figures: Figures) -> str:
    rows = []
    for name, measured in figures.rates.items():
        cells = []
        for case in CASES:
            rates = [sample.rate for sample in measured.get(case.name, ())]
            ratio = figures.ratio(case.name, name)
            cells.append(f"{statistics.median(rates):,.0f} ({_number(ratio, 2)})" if rates else NONE)
        rows.append((name, *cells))
    return _table(("server", *(case.name for case in CASES)), rows)


def _footprints(figures: Figures) -> str:
    rows = [
        (
            name,
            _number(statistics.median(seconds), 2),
            _number(figures.memory(name, lambda item: item.rest), 0),
            _number(figures.memory(name, lambda item: item.mixed), 0),
            _number(figures.memory(name, lambda item: item.lists), 0),
        )
        for name, seconds in figures.starts.items()
    ]
    heads = ("server", "first 200, s", "MB at rest", "MB, mixed load", f"MB, then {LIST.name} alone")
    return _table(heads, rows)


def _growth(growth: Growth) -> str:
    least = min(growth)
    names = list(growth[least])
    rows = [
        (f"{size:,}", *(f"{costs[name]:.1f} ({costs[name] / growth[least][name]:.2f})" for name in names))
        for size, costs in sorted(growth.items())
    ]
    return _table(("size", *names), rows)


def _number(value: float | None, digits: int) -> str:
    return NONE if value is None else f"{value:,.{digits}f}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
