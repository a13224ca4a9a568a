"""Measures the server against a bare route and its peers: the one command of the benchmarks.

``python tests/benchmarks/run.py`` in an environment that has the project installed. Everything runs on the loopback
interface, bounded in count and time, and every process is ended whatever happens. Absolute figures are this machine's;
the ratios are the point, since contestants take turns within each round.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import affinity
import load
from cases import CASES, SINGLE, Case, Client, plant, with_examples
from contestants import PLAIN, PLAN, STOCK, Contestant, own, peers, started
from footprint import cold_start, footprint
from growth import grow
from report import Figures, markdown, targets

CACHE = Path(tempfile.gettempdir()) / "understudy-benchmark-peers"
PARTS = ("rates", "footprint", "operations", "stored", "message")
TERMINATED = 143
WARM_UP = 1.0  # seconds; Node compiles what it sees often


@dataclass(frozen=True)
class Extent:
    """How much is measured.

    Attributes:
        rounds: rounds of load.
        seconds: of load for each contestant and case in a round.
        starts: cold starts of each contestant.
        requests: how many are answered before memory is read.
        batches: for each size of what grows.
        all_forms: whether the stock engine and the route without headers take part.
        operations: sizes of documents.
        stored: numbers of stored conversations.
        message: characters of a message.
    """

    rounds: int
    seconds: float
    starts: int
    requests: int
    batches: int
    all_forms: bool = True
    operations: Sequence[int] = (1, 10, 100, 500)
    stored: Sequence[int] = (100, 10_000, 1_000_000)
    message: Sequence[int] = (10, 1_000, 10_000, 100_000)


FULL = Extent(rounds=5, seconds=3, starts=5, requests=4_000, batches=41)
QUICK = Extent(
    rounds=1, seconds=1, starts=1, requests=400, batches=7, all_forms=False, operations=(1, 500), stored=(100, 10_000)
)


def say(text: str) -> None:
    """Tell how far we are, beside the tables."""
    sys.stderr.write(f"{time.strftime('%H:%M:%S')} {text}\n")


def measure_rates(figures: Figures, contestants: Sequence[Contestant], extent: Extent, connections: int) -> None:
    """Rounds of load: all servers stand, and take turns on each case, warm; new ones for each round."""
    for number in range(extent.rounds):
        say(f"load, round {number + 1} of {extent.rounds}")
        with contextlib.ExitStack() as stack:
            ports = {}
            for contestant in contestants:
                server = stack.enter_context(started(contestant, SINGLE.path, affinity.SERVER))
                ports[contestant.name] = server.port
                with contextlib.closing(Client(server.port)) as client:
                    if contestant.keeps_state:
                        plant(client)
            turns = [
                (case, contestant)
                for case in CASES
                for contestant in _turns(contestants, number)
                if contestant.judges or not case.judged
            ]
            for case, contestant in turns:
                load.measure(ports[contestant.name], case, seconds=WARM_UP, connections=connections)
            for case, contestant in turns:
                sample = load.measure(ports[contestant.name], case, seconds=extent.seconds, connections=connections)
                figures.rates.setdefault(contestant.name, {}).setdefault(case.name, []).append(sample)


def _turns(contestants: Sequence[Contestant], number: int) -> Sequence[Contestant]:
    """The contestants in another order each round, so that none always follows the same one."""
    at = number % len(contestants)
    return (*contestants[at:], *contestants[:at])


def measure_footprints(figures: Figures, contestants: Sequence[Contestant], extent: Extent) -> None:
    """Cold starts and memory, in turn."""
    for number in range(extent.starts):
        say(f"cold start and memory, round {number + 1} of {extent.starts}")
        for contestant in _turns(contestants, number):
            figures.starts.setdefault(contestant.name, []).append(cold_start(contestant))
            if number == 0:
                figures.footprints[contestant.name] = [footprint(contestant, extent.requests)]


def document_for_peers(path: Path) -> None:
    """Write the document that our server enforces, with its own answers as examples."""
    with started(PLAN, SINGLE.path, affinity.ANY) as server, contextlib.closing(Client(server.port)) as client:
        plant(client)
        asked = Case("document", "GET", "/openapi.json", 200, "")
        path.write_text(json.dumps(with_examples(json.loads(client.ask(asked)[1]), client)))


def measure(parts: Sequence[str], extent: Extent, *, connections: int, with_peers: bool, folder: Path) -> Figures:
    """Everything that is asked for."""
    figures = Figures()
    contestants = [item for item in own() if extent.all_forms or item not in (STOCK, PLAIN)]
    if with_peers:
        document = folder / "document.json"
        document_for_peers(document)
        contestants += peers(document, CACHE, say)
    figures.conditions = {
        "machine": f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}, Python {platform.python_version()}",
        "load": f"{load.tool()}, {connections} connections, {extent.rounds} rounds of {extent.seconds:g} s; "
        + affinity.told(),
    }
    if "rates" in parts:
        measure_rates(figures, contestants, extent, connections)
    if "footprint" in parts:
        # The stock engine would take minutes to answer that many, and the plain route says nothing new.
        measure_footprints(figures, [item for item in contestants if item not in (STOCK, PLAIN)], extent)
    for kind in ("operations", "stored", "message"):
        if kind in parts:
            say(f"cost by {kind}")
            figures.growth[kind] = grow(kind, getattr(extent, kind), extent.batches)
    return figures


def main() -> int:
    """Measure and print; returns 1 with ``--strict`` where a target is missed."""
    parser = argparse.ArgumentParser(description="Measures the server against a bare route and its peers.")
    parser.add_argument("--only", nargs="+", choices=PARTS, default=PARTS, help="measure only these parts")
    parser.add_argument("--quick", action="store_true", help="everything once, in about a minute; for a rough idea")
    parser.add_argument("--rounds", type=int, help="rounds of load")
    parser.add_argument("--seconds", type=float, help="seconds of load for each contestant and case")
    parser.add_argument("--connections", type=int, default=16, help="kept connections")
    parser.add_argument("--no-peers", action="store_true", help="leave the servers on Node out")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures here")
    parser.add_argument("--strict", action="store_true", help="end with 1 where a target is missed")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(TERMINATED))  # unwinds, and so ends every process
    extent = QUICK if given.quick else FULL
    extent = replace(extent, rounds=given.rounds or extent.rounds, seconds=given.seconds or extent.seconds)
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(
            given.only,
            extent,
            connections=given.connections,
            with_peers=not given.no_peers,
            folder=Path(folder),
        )
    if given.json:
        given.json.write_text(json.dumps(figures.as_json(), indent=2))
    sys.stdout.write(markdown(figures))
    return int(given.strict and any(reached is False for *_, reached in targets(figures)))


if __name__ == "__main__":
    sys.exit(main())
