"""How the cost of a request grows: with operations in the document, with stored conversations, with message size.

Used by `run`. One process of `subjects` for each size, all on the server's core, asked in turn, so that noise falls
on all of them alike; medians of CPU time.
"""

from __future__ import annotations

import contextlib
import json
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Self

import affinity

SUBJECTS = Path(__file__).parent / "subjects.py"

# Medians by size, then by kind of request, in CPU microseconds.
Growth = dict[int, dict[str, float]]


def grow(kind: str, sizes: Sequence[int], rounds: int) -> Growth:
    """The median cost at each size."""
    found: dict[int, dict[str, list[float]]] = {size: {} for size in sizes}
    with contextlib.ExitStack() as stack:
        subjects = {size: stack.enter_context(_Subject(kind, size)) for size in sizes}
        for _ in range(rounds):
            for size, subject in subjects.items():
                for name, cost in subject.round().items():
                    found[size].setdefault(name, []).append(cost)
    return {size: {name: statistics.median(costs) for name, costs in kinds.items()} for size, kinds in found.items()}


class _Subject:
    """A process of `subjects`, ended whatever happens."""

    def __init__(self, kind: str, size: int) -> None:
        command = [sys.executable, str(SUBJECTS), kind, str(size)]
        with affinity.on(affinity.SERVER):
            self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.name = f"{kind} {size}"

    def __enter__(self) -> Self:
        return self

    def round(self) -> dict[str, float]:
        """Ask for one round; returns CPU microseconds a request, by kind of request."""
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"the subject {self.name} ended by itself")
        costs: dict[str, float] = json.loads(line)
        return costs

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            if stream:
                stream.close()
