"""Keeps what showed a finding on a deployment: tried again, made small, written beside the cases of a corpus.

A finding that is there already is not kept twice, and a request that shows two is one item. Called by `live`, part by
part, so that what is in the folder is whole whenever it ends. It must not judge by other rules than a replay.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from understudy.contract.exchange import Request
from understudy.probe import corpus
from understudy.probe.corpus import Item
from understudy.probe.judge import Finding
from understudy.probe.minimise import TRIES, Minimiser
from understudy.probe.rebuilding import ALONE, Rebuilder
from understudy.probe.searching.laws import check_of

MOST = 30
"""How many findings are made smaller at most; the others are tried again and kept as they are."""
GRACE = 5.0
"""How long is tried again what was found, in seconds, where nothing else is to be sent any more."""


@dataclass
class Kept:
    """What is told of one finding.

    Attributes:
        finding: the finding.
        item: what is kept of it; None where it can be no case.
        repeated: whether it showed the finding again, by itself.
        there: whether the corpus had the same case before.
    """

    finding: Finding
    item: Item | None = None
    repeated: bool = False
    there: bool = False


@dataclass
class Keeper:
    """Keeps what showed a finding.

    Args:
        folder: the corpus' folder.
        items: the corpus' items that were made.
        found: its items that showed a finding before.
        minimiser: sends them, and makes them smaller.
        rebuilder: makes items of requests.

    Attributes:
        told: what became of each finding, in order.
    """

    folder: Path
    items: Sequence[Item]
    found: list[Item]
    minimiser: Minimiser
    rebuilder: Rebuilder
    told: list[Kept] = field(default_factory=list)

    def known(self) -> frozenset[str]:
        """The fingerprints of the findings that are kept."""
        return frozenset(one.finding for item in self.found for one in item.found)

    async def keep(
        self, findings: Collection[Finding], shown: Mapping[str, Sequence[Request]], ends: float | None, *, asked: bool
    ) -> None:
        """Keep what is not kept yet. However this ends, what it was given is written.

        Args:
            findings: what is to be kept.
            shown: the requests that showed each, by fingerprint.
            ends: until when may be sent, by the loop's clock; None for as long as it takes.
            asked: whether the deployment may be asked at all.
        """
        loop, tries = asyncio.get_running_loop(), TRIES
        latest = None if ends is None else max(ends, loop.time()) + GRACE
        told = {kept.finding.fingerprint for kept in self.told} | self.known()
        new = [one for one in findings if one.fingerprint not in told and shown.get(one.fingerprint)]
        for number, finding in enumerate(new):
            requests = shown[finding.fingerprint]
            self.minimiser.replay.progress("keeping", number, len(new), finding.violation.code)
            if number >= MOST or (ends is not None and loop.time() > ends):
                tries = 1
            item, repeated = None, False
            if asked:
                try:
                    async with asyncio.timeout_at(latest):
                        item, repeated = await self._smallest(finding, requests, tries)
                except (TimeoutError, asyncio.CancelledError):
                    asked = False
            if item is None:
                item = next(self.rebuilder.items(finding.violation, requests), None)
            self._add(Kept(finding, item, repeated))

    async def _smallest(self, finding: Finding, requests: Sequence[Request], tries: int) -> tuple[Item | None, bool]:
        """The smallest item that shows a finding; the first that was tried where none does."""
        first = None
        # What a law says of several requests is no longer said of fewer.
        tries = tries if check_of(finding.violation) in ALONE else 1
        for item in self.rebuilder.items(finding.violation, requests):
            first = first or item
            smallest = await self.minimiser.smallest(item, finding.fingerprint, tries)
            if smallest.repeated:
                return smallest.item, True
        return first, False

    def _add(self, kept: Kept) -> None:
        self.told.append(kept)
        item = kept.item
        if item is None:
            return
        if any(item.id == one.id for one in self.items):
            kept.there = True
            return
        for number, one in enumerate(self.found):
            if one.id == item.id:
                self.found[number] = replace(one, found=(*one.found, *item.found))
                break
        else:
            self.found.append(item)
        corpus.keep_found(self.folder, self.found)
