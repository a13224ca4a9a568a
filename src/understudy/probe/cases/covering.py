"""Choices out of many optional things, as few as show any two of them in all four ways: both, either, neither.

The rows are those of Kleitman and Spencer (Families of k-independent sets, 1973), which no search can make fewer: one
row with nothing, and a different set of just over half of the other rows for each thing. A library that searches for
rows is slower and finds more of them. Called by `sizes` and `assemble`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, islice
from math import comb


def rows(things: Sequence[str]) -> Iterator[frozenset[str]]:
    """What is there, row by row; of one thing, it alone and nothing; of nothing, no rows."""
    if not things:
        return
    count = 2
    while comb(count - 1, -(-count // 2)) < len(things):
        count += 1
    half = -(-count // 2)
    marks = dict(zip(things, islice(combinations(range(1, count), half), len(things)), strict=True))
    for row in range(count):
        yield frozenset(thing for thing, marked in marks.items() if row in marked)
