"""Writes failing cases beside a report: for each finding a corpus of one case, and the curl line that repeats it.

Called by `replay_command` once everything is as small as it gets. A corpus of one is replayed as any other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from understudy.probe import corpus
from understudy.probe.corpus import About, CorpusError
from understudy.probe.minimise import Smallest
from understudy.probe.report import curl
from understudy.probe.report.masking import Mask

CURL = "curl.sh"


def write(folder: Path, smallest: Sequence[Smallest], described: About, base: str, mask: Mask) -> list[str]:
    """Write each failing case; returns what to tell, one line each.

    Args:
        folder: each finding gets a folder in it, by its fingerprint.
        smallest: the failing cases.
        described: what the corpus was made from that they come from.
        base: the deployment's base URL.
        mask: knows what must not be written.

    Errors: `CorpusError`.
    """
    told = []
    for one in smallest:
        into = folder / one.fingerprint
        corpus.write(into, [one.item], apart(described))
        if one.request is not None:
            line = curl.line(base, one.request, mask)
            try:
                (into / CURL).write_text(f"{line}\n", encoding="utf-8")
            except OSError as error:
                raise CorpusError(f"{into} cannot be written: {error.strerror}; choose another --failures") from None
        how = f"after {one.tried} tries" if one.repeated else "as it was: it did not show again by itself"
        told.append(f"{into}: {one.item.title}, {how}")
    return told


def apart(described: About) -> About:
    """What is said of some cases taken out of a corpus."""
    return replace(described, most=None, shard="1/1", counts={}, batches=0, size=0, complete=True)
