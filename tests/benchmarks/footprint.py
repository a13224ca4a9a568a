"""What a server takes before and besides its speed: seconds to the first 200, and resident memory.

Used by `run`. Memory is read from /proc, of the process and all it started; elsewhere it is left out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import affinity
from cases import CASES, LIST, SINGLE, Case, Client, plant
from contestants import Contestant, started

PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Footprint:
    """One start of one contestant.

    Attributes:
        seconds: from the start of the process to its first 200.
        rest: resident megabytes after that first answer; None where nothing tells.
        mixed: the highest resident megabytes until the mixed requests were answered.
        lists: the highest until the same number of long lists was answered on top.
    """

    seconds: float
    rest: float | None
    mixed: float | None
    lists: float | None


def cold_start(contestant: Contestant) -> float:
    """Seconds from the start of the process to its first 200, on whatever cores it likes."""
    with started(contestant, SINGLE.path, affinity.ANY) as server:
        return server.seconds


def footprint(contestant: Contestant, requests: int) -> Footprint:
    """Start a contestant, ask it a number of times in a bounded mix, and read its memory between."""
    with started(contestant, SINGLE.path, affinity.SERVER) as server:
        rest = resident(server.process.pid, "VmRSS")
        client = Client(server.port)
        if contestant.keeps_state:
            plant(client)
        cases: Sequence[Case] = [case for case in CASES if contestant.judges or not case.judged]
        for number in range(requests):
            client.ask(cases[number % len(cases)])
        mixed = resident(server.process.pid, "VmHWM")
        for _ in range(requests):
            client.ask(LIST)
        lists = resident(server.process.pid, "VmHWM")
        client.close()
        return Footprint(server.seconds, rest, mixed, lists)


def resident(pid: int, field: str) -> float | None:
    """Megabytes of a process and its descendants, by a field of /proc/PID/status; None without /proc."""
    found = re.search(rf"^{field}:\s+(\d+) kB", _read(PROC / str(pid) / "status"), re.MULTILINE)
    if not found:
        return None
    children = _read(PROC / str(pid) / "task" / str(pid) / "children").split()
    return int(found[1]) / 1024 + sum(resident(int(child), field) or 0.0 for child in children)


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""
