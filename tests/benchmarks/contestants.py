"""The servers that are compared: how each is installed, started, found ready, and ended whatever happens.

Used by `run` and `footprint`. The peers run on Node and are installed by npm into a folder outside the repository,
at pinned versions; without npm they are left out. Nothing is known here of what is asked of a server.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import affinity

HERE = Path(__file__).parent
OURS = str(Path(sys.executable).parent / "understudy")
PATIENCE = 60.0
INSTALLING = 300.0
POLL = 0.004

# The newest release of each peer that says it runs on a Node of at least this version, newest first.
RELEASES: Mapping[str, tuple[tuple[tuple[int, int], str], ...]] = {
    "@stoplight/prism-cli": (((24, 18), "5.16.0"), ((18, 20), "5.14.2")),
    "openapi-backend": (((22, 19), "5.21.2"), ((20, 0), "5.20.1")),
}


@dataclass(frozen=True)
class Contestant:
    """A server to compare.

    Attributes:
        name: what the tables call it.
        command: what starts it on a port of the loopback interface.
        keeps_state: whether it plays the product; else it repeats the document's examples.
        judges: whether it judges requests.
        environment: what to add to the environment.
    """

    name: str
    command: Callable[[int], list[str]]
    keeps_state: bool = True
    judges: bool = True
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Started:
    """A running contestant: its process, its port, and the seconds from its start to its first 200."""

    process: subprocess.Popen[bytes]
    port: int
    seconds: float


def _ours(*options: str) -> Callable[[int], list[str]]:
    return lambda port: [
        OURS,
        "serve",
        "chatwoot",
        "--policy",
        "enforce",
        "--port",
        str(port),
        "--log",
        "quiet",
        *options,
    ]


def _bare(form: str) -> Callable[[int], list[str]]:
    return lambda port: [sys.executable, str(HERE / "bare.py"), str(port), form]


PLAN = Contestant("understudy", _ours())
STOCK = Contestant("understudy, stock engine", _ours("--engine", "stock"))
BARE = Contestant("bare Starlette", _bare("dressed"), judges=False)
PLAIN = Contestant("bare Starlette, no product headers", _bare("plain"), judges=False)
PRISM, BACKEND = "Prism", "openapi-backend"


def own() -> list[Contestant]:
    """Ours, in both engines if there are two, and the yardsticks."""
    known = subprocess.run([OURS, "serve", "--help"], capture_output=True, text=True, check=True, timeout=PATIENCE)
    return [PLAN, *([STOCK] if "--engine" in known.stdout else []), BARE, PLAIN]


def peers(document: Path, folder: Path, say: Callable[[str], None]) -> list[Contestant]:
    """The servers on Node, installed into a folder; none without npm, or where they cannot be installed."""
    wanted = _releases()
    if not wanted:
        say("no npm, or a Node older than the peers need: they are left out")
        return []
    folder.mkdir(parents=True, exist_ok=True)
    packages = [f"{name}@{version}" for name, version in wanted.items()]
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
    if any(_installed(folder, name) != version for name, version in wanted.items()):
        say(f"installing {', '.join(packages)} into {folder}")
        command = ["npm", "install", *options, *packages]
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=INSTALLING)
        if done.returncode:
            say(f"npm could not install them, so they are left out:\n{done.stderr[-1000:]}")
            return []
    node = shutil.which("node") or "node"
    prism = str(folder / "node_modules/@stoplight/prism-cli/dist/index.js")
    backend = str(HERE / "openapi_backend.cjs")
    return [
        Contestant(
            f"{PRISM} {wanted['@stoplight/prism-cli']}",
            lambda port: [node, prism, "mock", "--errors", "-v", "silent", "-p", str(port), str(document)],
            keeps_state=False,
        ),
        Contestant(
            f"{BACKEND} {wanted['openapi-backend']}",
            lambda port: [node, backend, str(port), str(document)],
            keeps_state=False,
            environment={"NODE_PATH": str(folder / "node_modules")},
        ),
    ]


def _releases() -> dict[str, str]:
    """The release of each peer that runs on the Node at hand; empty where one has none."""
    if not shutil.which("npm") or not shutil.which("node"):
        return {}
    told = subprocess.run(["node", "--version"], capture_output=True, text=True, check=True, timeout=PATIENCE).stdout
    major, minor = (int(number) for number in told.strip().lstrip("v").split(".")[:2])
    found = {
        name: next((release for least, release in releases if (major, minor) >= least), "")
        for name, releases in RELEASES.items()
    }
    return found if all(found.values()) else {}


def _installed(folder: Path, name: str) -> str:
    manifest = folder / "node_modules" / name / "package.json"
    return str(json.loads(manifest.read_text())["version"]) if manifest.exists() else ""


@contextmanager
def started(contestant: Contestant, path: str, cores: frozenset[int]) -> Iterator[Started]:
    """A contestant on a free port, answering 200 at a path; ended whatever happens. What it prints is thrown away.

    Errors: `RuntimeError` if it ends, or does not answer in time.
    """
    port = _free_port()
    begun = time.perf_counter()
    with affinity.on(cores):
        process = subprocess.Popen(
            contestant.command(port),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **contestant.environment},
            start_new_session=True,
        )
    try:
        _await_answer(contestant, process, port, path)
        yield Started(process, port, time.perf_counter() - begun)
    finally:
        _end(process)


def _await_answer(contestant: Contestant, process: subprocess.Popen[bytes], port: int, path: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _answers(port, path):
        if process.poll() is not None:
            raise RuntimeError(f"{contestant.name} ended by itself: {' '.join(contestant.command(port))}")
        if time.monotonic() > deadline:
            raise RuntimeError(f"{contestant.name} does not answer 200 at {path}")
        time.sleep(POLL)


def _answers(port: int, path: str) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def _end(process: subprocess.Popen[bytes]) -> None:
    """End a process and all it started."""
    with contextlib.suppress(ProcessLookupError, subprocess.TimeoutExpired):
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(5)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(5)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
