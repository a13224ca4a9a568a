"""Chooses few items that together still show every finding.

Greedily, the one that shows the most first; then what others make needless is left out. Called after a replay for
``--shrink-to``. It must not know what a finding is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

from understudy.probe.corpus import Item


def fewest(items: Sequence[Item], shown: Mapping[str, AbstractSet[str]]) -> list[Item]:
    """The items, in their order.

    Args:
        items: all there are.
        shown: what each of them shows, by its id; one that shows nothing is not in it.
    """
    left = set().union(*shown.values()) if shown else set()
    chosen: list[Item] = []
    while left:
        best = max(items, key=lambda item: len(left & shown.get(item.id, frozenset())))
        chosen.append(best)
        left -= shown[best.id]
    for item in list(chosen):
        others = set().union(*(shown[one.id] for one in chosen if one is not item))
        if shown[item.id] <= others:
            chosen.remove(item)
    kept = {item.id for item in chosen}
    return [item for item in items if item.id in kept]
