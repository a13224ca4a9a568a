"""Puts cases into the order in which they show the most: each next one exercises the most promises that none did yet.

The plainest good request of each operation leads: its answer exercises what no request can. Behind those that exercise
something new come those that break a promise for the first time, then those with a new aim, then all others, the
operations in turn. Lazily greedy: what a case adds can only shrink, so most is not reckoned again. Called by `corpus`.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Sequence

from understudy.probe.cases.label import Labelled

Gain = tuple[int, int, int]


def ordered(found: Sequence[Labelled]) -> list[Labelled]:
    """The cases in order; of equal ones the first comes first."""
    seen = _Seen()
    plainest = _plainest(found)
    result = [found[number] for number in plainest]
    for one in result:
        seen.add(one)
    left = [(number, one) for number, one in enumerate(found) if number not in plainest]
    heap = [(tuple(-part for part in seen.gain(one)), number) for number, one in left]
    heapq.heapify(heap)
    rest: list[int] = []
    while heap:
        known, number = heapq.heappop(heap)
        if not any(known):
            rest.append(number)
            continue
        gain = tuple(-part for part in seen.gain(found[number]))
        if heap and (gain, number) > heap[0]:
            heapq.heappush(heap, (gain, number))
            continue
        seen.add(found[number])
        result.append(found[number])
    return result + _in_turn([found[number] for number in sorted(rest)])


def _plainest(found: Sequence[Labelled]) -> dict[int, None]:
    """The numbers of each operation's first good request, which is the one with the least in it."""
    first: dict[str, int] = {}
    for number, one in enumerate(found):
        if one.case.kind == "valid":
            first.setdefault(one.case.operation_id, number)
    return dict.fromkeys(first.values())


class _Seen:
    """What the cases so far exercised, broke and aimed at."""

    def __init__(self) -> None:
        self.reached: dict[str, int] = defaultdict(int)
        self.broken: dict[str, int] = defaultdict(int)
        self.codes: set[tuple[str, str, str]] = set()

    def gain(self, one: Labelled) -> Gain:
        """What a case adds: promises exercised, promises broken, aims."""
        operation = one.case.operation_id
        return (
            (one.reached & ~self.reached[operation]).bit_count(),
            (one.broken & ~self.broken[operation]).bit_count(),
            int(_aim(one) not in self.codes),
        )

    def add(self, one: Labelled) -> None:
        """Count a case."""
        operation = one.case.operation_id
        self.reached[operation] |= one.reached
        self.broken[operation] |= one.broken
        self.codes.add(_aim(one))


def _aim(one: Labelled) -> tuple[str, str, str]:
    return one.case.kind, one.case.aim.keyword, one.case.aim.what


def _in_turn(found: list[Labelled]) -> list[Labelled]:
    """The cases of several operations, one of each after another."""
    queues: dict[str, list[Labelled]] = defaultdict(list)
    for one in found:
        queues[one.case.operation_id].append(one)
    longest = max(map(len, queues.values()), default=0)
    return [queue[turn] for turn in range(longest) for queue in queues.values() if turn < len(queue)]
