"""Starts our own command as a user would, reads what it prints, and always ends it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from queue import Empty, Queue

COMMAND = str(Path(sys.executable).parent / "understudy")
PATIENCE = 30


def hear_interrupts() -> None:
    """Let a process about to begin hear of Ctrl-C, even where whoever started the tests does not."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


class Server:
    """A running `understudy serve`, or another command that serves.

    Attributes:
        url: the base URL it announced.
        announced: everything it printed up to and including the line with the seed.
    """

    def __init__(self, process: subprocess.Popen[str], last: str = r"^  seed: ") -> None:
        self.process = process
        self._lines: Queue[str] = Queue()
        self._log: Queue[str] = Queue()
        self._reader = threading.Thread(target=self._read, args=(process.stdout, self._lines), daemon=True)
        self._reader.start()
        threading.Thread(target=self._read, args=(process.stderr, self._log), daemon=True).start()
        self.announced = self._until(self._lines, last)
        match = re.search(r"at (http://\S+)", self.announced)
        assert match, self.announced
        self.url = match.group(1)

    @staticmethod
    def _read(stream: object, queue: Queue[str]) -> None:
        for line in stream:  # type: ignore[attr-defined] # a text stream
            queue.put(line)

    def _until(self, queue: Queue[str], pattern: str) -> str:
        seen = ""
        while True:
            try:
                line = queue.get(timeout=PATIENCE)
            except Empty:
                raise AssertionError(f"{pattern!r} was never printed; printed was:\n{seen}") from None
            seen += line
            if re.search(pattern, line):
                return seen

    def logged(self, pattern: str) -> str:
        """Wait for a line in the log; returns the log up to it."""
        return self._until(self._log, pattern)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """End it by a signal and wait; returns the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)

    def rest(self) -> str:
        """All that it still printed, once it has ended."""
        self._reader.join(PATIENCE)
        lines = []
        while not self._lines.empty():
            lines.append(self._lines.get())
        return "".join(lines)


def run(*arguments: str, cwd: Path | None = None, patience: int = PATIENCE) -> subprocess.CompletedProcess[str]:
    """Run our command to its end."""
    return subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=patience, cwd=cwd)


def interrupted(arguments: list[str], sign: str, line: str) -> tuple[int, str, str]:
    """Run our command until a line begins so on a stream, then press Ctrl-C; returns exit code, output, errors.

    Args:
        arguments: the command's.
        sign: what the line begins with.
        line: the stream that is read until then: ``stdout`` or ``stderr``.
    """
    process = subprocess.Popen(
        [COMMAND, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hear_interrupts
    )
    try:
        next(text for text in getattr(process, line) if text.startswith(sign))
        process.send_signal(signal.SIGINT)
        said, errors = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
        process.wait(PATIENCE)
    return process.returncode, said, errors


@contextmanager
def proxying(url: str, *arguments: str) -> Iterator[Server]:
    """A proxy on a free port, ended whatever happens."""
    with _started([COMMAND, "proxy", url, *arguments, "--port", "0"], r"^  record: ") as server:
        yield server


@contextmanager
def serving(*arguments: str, command: str = COMMAND, cwd: Path | None = None, port: int = 0) -> Iterator[Server]:
    """A server on a free port, or on one that was free just now, ended whatever happens."""
    with _started([command, "serve", *arguments, "--port", str(port)], r"^  seed: ", cwd) as server:
        yield server


@contextmanager
def _started(command: list[str], last: str, cwd: Path | None = None) -> Iterator[Server]:
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=cwd,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield Server(process, last)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(PATIENCE)
        for stream in (process.stdout, process.stderr):
            if stream:
                stream.close()
