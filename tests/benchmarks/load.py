"""Load on one server: wrk where it is installed, else a generator of our own; bounded in time.

`run` calls `measure`. The generator runs as a process of its own, this file, so that it can be pinned to another core
than the server. Every answer's status is counted: a server is not fast at saying the wrong thing.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import affinity
from cases import Case, UnexpectedAnswerError

CLIENT_ERROR = 400

_LUA = """
wrk.method = {method}
wrk.body = {body}
{headers}
function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format('\\nSUMMARY {{"requests": %d, "microseconds": %d, "refused": %d, "broken": %d, "p99": %d}}\\n',
    summary.requests, summary.duration, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(99)))
end
"""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one run of load saw: requests a second, and the 99th percentile of the latency in milliseconds."""

    rate: float
    p99: float


def tool() -> str:
    """What makes the load."""
    return "wrk" if shutil.which("wrk") else "the generator in load.py"


def measure(port: int, case: Case, *, seconds: float, connections: int) -> Sample:
    """Ask one case as often as the server can answer.

    Errors: `UnexpectedAnswerError` where an answer has another status than the case is about, or does not come.
    """
    with TemporaryDirectory() as folder:
        command = _wrk(port, case, seconds, connections, Path(folder)) if shutil.which("wrk") else None
        command = command or [sys.executable, __file__, str(port), case.name, str(seconds), str(connections)]
        with affinity.on(affinity.LOAD):
            done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds * 3 + 30)
    summary = json.loads(done.stdout.rpartition("SUMMARY ")[2])
    expected = summary["requests"] if case.status >= CLIENT_ERROR else 0
    if summary["refused"] != expected or summary["broken"] or not summary["requests"]:
        raise UnexpectedAnswerError(f"{case.name} at port {port}: {summary}")
    return Sample(summary["requests"] / summary["microseconds"] * 1e6, summary["p99"] / 1e3)


def _wrk(port: int, case: Case, seconds: float, connections: int, folder: Path) -> list[str]:
    script = folder / "case.lua"
    quote = json.dumps  # a JSON string of plain text is a Lua string too
    headers = "\n".join(f"wrk.headers[{quote(name)}] = {quote(value)}" for name, value in case.headers.items())
    body = quote(case.body) if case.body is not None else "nil"
    script.write_text(_LUA.format(method=quote(case.method), body=body, headers=headers))
    url = f"http://127.0.0.1:{port}{case.path}"
    return [
        "wrk",
        "-t1",
        f"-c{connections}",
        f"-d{max(1, round(seconds))}s",
        "--timeout",
        "30s",
        "-s",
        str(script),
        url,
    ]


class _Connection(asyncio.Protocol):
    """One kept connection that asks again as soon as it is answered; answers must carry Content-Length."""

    def __init__(self, request: bytes, tally: _Tally) -> None:
        self.request = request
        self.tally = tally
        self.buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self._ask()

    def _ask(self) -> None:
        self.asked = time.perf_counter()
        self.transport.write(self.request)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, end, body = self.buffer.partition(b"\r\n\r\n")
        if not end:
            return
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        self.buffer = body[length:]
        self.tally.count(int(head[9:12]), time.perf_counter() - self.asked)
        self._ask()

    def connection_lost(self, _error: Exception | None) -> None:
        self.tally.lost += not self.tally.over


class _Tally:
    """What all connections saw."""

    def __init__(self) -> None:
        self.latencies: list[float] = []
        self.refused = self.lost = 0
        self.over = False

    def count(self, status: int, seconds: float) -> None:
        if not self.over:
            self.latencies.append(seconds)
            self.refused += status >= CLIENT_ERROR


async def generate(port: int, case: Case, seconds: float, connections: int) -> dict[str, int]:
    """Ask over several connections for some seconds; the summary has the keys that wrk's script writes."""
    body = (case.body or "").encode()
    lines = [f"{case.method} {case.path} HTTP/1.1", f"Host: 127.0.0.1:{port}", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in case.headers.items()]
    request = "\r\n".join([*lines, "", ""]).encode() + body
    loop, tally = asyncio.get_running_loop(), _Tally()
    started = time.perf_counter()
    opened = [
        await loop.create_connection(lambda: _Connection(request, tally), "127.0.0.1", port) for _ in range(connections)
    ]
    await asyncio.sleep(seconds)
    spent, tally.over = time.perf_counter() - started, True
    for transport, _ in opened:
        transport.abort()
    latencies = sorted(tally.latencies) or [0.0]
    return {
        "requests": len(tally.latencies),
        "microseconds": round(spent * 1e6),
        "refused": tally.refused,
        "broken": tally.lost,
        "p99": round(latencies[len(latencies) * 99 // 100] * 1e6),
    }


if __name__ == "__main__":
    from cases import CASES

    chosen = next(case for case in CASES if case.name == sys.argv[2])
    found = asyncio.run(generate(int(sys.argv[1]), chosen, float(sys.argv[3]), int(sys.argv[4])))
    sys.stdout.write(f"SUMMARY {json.dumps(found)}\n")
