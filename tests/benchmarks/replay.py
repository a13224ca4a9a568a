"""Measures a replay: cases a second, judged and all, beside what wrk gets from one endpoint of the same server.

``python tests/benchmarks/replay.py`` in an environment that has the project installed. Server and replay have a core
each where the system allows it, and each replay finds a server that begins anew. Figures are this machine's; the ratio to wrk in the same round is the point.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import affinity
import httpx
import load
from cases import SINGLE

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from processes import run, serving
from understudy.loops import keep_loaded, runner
from understudy.probe import corpus
from understudy.probe.command import Prepared, Wish, prepare
from understudy.probe.replay import Order, Replay
from understudy.probe.swift import SwiftTarget
from understudy.probe.target import Target

GIVEN = (("inbox_identifier", "demo-inbox"),)
CLIENTS: dict[str, type[Target]] = {"connections of our own": SwiftTarget, "httpx": Target}


@dataclass(frozen=True)
class Sample:
    """Requests a second by the clock, and by the processor's time that the replay itself took."""

    rate: float
    per_core: float


async def replayed(
    prepared: Prepared, url: str, items: list[corpus.Item], kind: type[Target], concurrency: int
) -> Sample:
    """One replay of these items; plans that were made for an earlier one stay."""
    order = Order(items, prepared.order.known, concurrency=concurrency)
    async with kind(url, prepared.manners) as target:
        replay = Replay(target, prepared.judge, order, lambda *_: None)
        clock, processor = time.perf_counter(), time.process_time()
        await replay.run()
        clock, processor = time.perf_counter() - clock, time.process_time() - processor
    return Sample(target.asked / clock, target.asked / processor)


def main() -> None:
    """Print the rounds and their middle."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0, help="of wrk in a round")
    parser.add_argument("--concurrency", type=int, default=16)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        run("fuzz", "chatwoot", "--out", f"{folder}/corpus", "--seed", "1", patience=300)
        items = list(corpus.read(Path(folder) / "corpus").items)
        with affinity.on(affinity.SERVER):
            server = serving("--seed", "1", "--log", "quiet")
            url = server.__enter__().url
        try:
            measure(url, items, chosen)
        finally:
            server.__exit__(None, None, None)


def measure(url: str, items: list[corpus.Item], chosen: argparse.Namespace) -> None:
    """Wrk and each client take turns; the first round of each warms up and does not count."""
    port = int(url.rpartition(":")[2])
    rates: dict[str, list[Sample]] = {name: [] for name in CLIENTS}
    prepared = {name: prepare(Wish(url=url, params=GIVEN)) for name in CLIENTS}
    peers: list[float] = []
    keep_loaded()
    print(f"{len(items)} cases and sequences; {os.cpu_count()} cores, {affinity.told()}; {load.tool()}")
    for number in range(chosen.rounds + 1):
        peer = load.measure(port, SINGLE, seconds=chosen.seconds, connections=chosen.concurrency).rate
        peers += [peer] if number else []
        for name, kind in CLIENTS.items():
            # What an earlier replay has left would make answers longer.
            httpx.post(f"{url}/_understudy/reset").raise_for_status()
            with affinity.on(affinity.LOAD), runner() as running:
                sample = running.run(replayed(prepared[name], url, items, kind, chosen.concurrency))
            rates[name] += [sample] if number else []
    middle = statistics.median(peers)
    print(f"{load.tool()}, {SINGLE.name}: {middle:,.0f} a second")
    for name, samples in rates.items():
        rate, per_core = (statistics.median(getattr(s, part) for s in samples) for part in ("rate", "per_core"))
        print(f"replay, {name}: {rate:,.0f} a second, {rate / middle:.2f} of it; {per_core:,.0f} a second of its core")


if __name__ == "__main__":
    main()
