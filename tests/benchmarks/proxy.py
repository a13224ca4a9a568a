"""What the proxy costs: the same requests to a deployment directly and through the proxy, in turn, as a ratio.

``python tests/benchmarks/proxy.py`` in an environment that has the project installed. The deployment is our own server,
which has its core; proxy and load share another where there are two. `pass` is the yardstick: the same proxy that passes
bytes on and judges nothing, so that what judging costs can be told from what a second hop costs.
"""

from __future__ import annotations

import argparse
import asyncio
import statistics
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import affinity
import load
import sockets
from cases import CASES, SINGLE, Client, plant
from contestants import OURS, PLAN, Contestant, started

ROUNDS, SECONDS, CONNECTIONS = 5, 3, 16
SOCKETS, STEADY, HASTE, FRAMES = 50, 50, 1_000_000, 1_000
"""Websockets that listen; messages a second, steady and in haste; how many in haste."""


def pass_on(url: str, port: int) -> None:
    """A relay of bytes that reads nothing; what this file does when it is started with a URL and a port."""
    host, _, upstream = url.removeprefix("http://").partition(":")

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
        writer.close()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(host, int(upstream))
        await asyncio.gather(pump(reader, back), pump(there, writer), return_exceptions=True)

    async def listen() -> None:
        server = await asyncio.start_server(serve, "127.0.0.1", port)
        await server.serve_forever()

    import uvloop

    uvloop.run(listen())


def contestants(url: str, folder: Path) -> list[Contestant]:
    """What stands before the deployment."""

    def proxy(*options: str) -> list[str]:
        return [OURS, "proxy", url, "--log", "quiet", *options, "--port"]

    return [
        Contestant("relay of bytes", lambda port: [sys.executable, __file__, "--pass", url, str(port)]),
        Contestant("proxy", lambda port: [*proxy(), str(port)]),
        Contestant("proxy, recording", lambda port: [*proxy("--record", str(folder / "traffic.har")), str(port)]),
        Contestant("proxy, stock engine", lambda port: [*proxy("--engine", "stock"), str(port)]),
    ]


@dataclass(frozen=True)
class Listened:
    """What the websockets heard in one round: lateness in seconds at a steady rate, and frames a second in haste."""

    late: float
    rate: float
    lost: int
    overtaken: int


def listen(url: str, seconds: float) -> Listened:
    """Write messages that websockets hear of, first steadily, then as fast as it goes."""
    steady = asyncio.run(sockets.soak(url, conversations=SOCKETS, seconds=seconds, rate=STEADY))
    haste = asyncio.run(sockets.soak(url, conversations=SOCKETS, seconds=FRAMES / HASTE, rate=HASTE))
    return Listened(
        statistics.median(steady.late),
        haste.heard / haste.seconds,
        steady.lost + haste.lost,
        steady.overtaken + haste.overtaken,
    )


def measure(rounds: int, seconds: float) -> tuple[dict[str, dict[str, list[float]]], dict[str, list[Listened]]]:
    """Requests a second by what was asked and by case, and what websockets heard, one figure a round.

    All take turns within a round.
    """
    rates: dict[str, dict[str, list[float]]] = {}
    listened: dict[str, list[Listened]] = {}
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        deployment = stack.enter_context(started(PLAN, SINGLE.path, affinity.SERVER))
        client = Client(deployment.port)
        plant(client)
        client.close()
        ports = {"directly": deployment.port}
        for contestant in contestants(f"http://127.0.0.1:{deployment.port}", folder):
            ports[contestant.name] = stack.enter_context(started(contestant, SINGLE.path, affinity.LOAD)).port
        for number in range(-1, rounds):
            for case in CASES:
                for name, port in ports.items():
                    length = 1 if number < 0 else seconds  # a round to get warm
                    sample = load.measure(port, case, seconds=length, connections=CONNECTIONS)
                    if number >= 0:
                        rates.setdefault(name, {}).setdefault(case.name, []).append(sample.rate)
            for name, port in ports.items():
                if number >= 0:
                    listened.setdefault(name, []).append(listen(f"http://127.0.0.1:{port}", seconds))
    return rates, listened


def table(rates: dict[str, dict[str, list[float]]]) -> str:
    """The figures as Markdown: the median rate, and the median of each round's ratio to asking directly."""
    lines = [f"| asked | {' | '.join(rates['directly'])} |", f"|---|{'---|' * len(rates['directly'])}"]
    for name, cases in rates.items():
        cells = []
        for case, found in cases.items():
            ratio = statistics.median(a / b for a, b in zip(found, rates["directly"][case], strict=True))
            cells.append(f"{statistics.median(found):,.0f}/s, {ratio:.2f}")
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def sockets_table(listened: dict[str, list[Listened]]) -> str:
    """What websockets heard as Markdown: medians, and in brackets the median of each round's ratio to listening directly."""
    lines = ["| listened | late, ms | frames a second | lost | out of order |", "|---|---|---|---|---|"]
    for name, rounds in listened.items():
        cells = []
        for figure, unit in (("late", 1_000), ("rate", 1)):
            found = [getattr(one, figure) for one in rounds]
            direct = [getattr(one, figure) for one in listened["directly"]]
            ratio = statistics.median(a / b for a, b in zip(found, direct, strict=True))
            cells.append(f"{statistics.median(found) * unit:,.1f} ({ratio:.2f})")
        lost, overtaken = sum(one.lost for one in rounds), sum(one.overtaken for one in rounds)
        lines.append(f"| {name} | {' | '.join(cells)} | {lost} | {overtaken} |")
    return "\n".join(lines)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measures what the proxy costs.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="seconds of load in a round")
    parser.add_argument("--pass", nargs=2, dest="passed", metavar=("URL", "PORT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.passed:
        pass_on(given.passed[0], int(given.passed[1]))
        return
    sys.stdout.write(f"{load.tool()}, {CONNECTIONS} connections, {given.rounds} rounds; {affinity.told()}\n\n")
    rates, listened = measure(given.rounds, given.seconds)
    sys.stdout.write(f"{table(rates)}\n\n{SOCKETS} websockets\n\n{sockets_table(listened)}\n")
    lost = sum(one.lost + one.overtaken for rounds in listened.values() for one in rounds)
    sys.exit(int(lost > 0))


if __name__ == "__main__":
    main()
