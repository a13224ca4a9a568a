"""Headers whose values a command prints: asked for at the beginning, and again when the deployment takes them no more.

Tokens run out in the middle of a long run. Made by `command`, used by `target`. It must not know what the values mean.
"""

from __future__ import annotations

import asyncio
import shlex
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

PATIENCE = 60.0
"""How long a command may take, in seconds."""
PAUSE, LONGEST = 1.0, 60.0
"""Seconds after which values may be asked for again: doubled each time that fresh ones are refused as well, for then it
is for another reason; the most."""


class RenewalError(Exception):
    """A command that gives no value; the message says why."""


@dataclass
class Renewal:
    """The headers by command.

    Attributes:
        commands: the command of each header, as a shell's user writes it; no shell runs it.
        told: told each value that was printed, for it is a secret.
        values: what the headers have by now.
    """

    commands: Mapping[str, str]
    told: Callable[[str], None] = lambda _: None
    values: dict[str, str] = field(default_factory=dict)
    _pause: float = PAUSE
    _asked: float = 0.0
    _lock: asyncio.Lock = field(default_factory=asyncio.Lock)

    def ask(self) -> None:
        """Run every command. Errors: `RenewalError`; the values stay as they were then."""
        self._asked = time.monotonic()
        fresh = {name: _printed(name, command) for name, command in self.commands.items()}
        for value in fresh.values():
            self.told(value)
        self.values = fresh

    async def again(self, used: Mapping[str, str]) -> bool:
        """Whether there are other values than a refused request had, after asking for them if need be.

        Args:
            used: the headers of the refused request.

        Errors: `RenewalError`.
        """
        async with self._lock:
            if time.monotonic() - self._asked > self._pause and self._hold(used):
                await asyncio.to_thread(self.ask)
            return not self._hold(used)

    def tried(self, *, helped: bool) -> None:
        """Hear whether the deployment took the values that `again` gave."""
        self._pause = PAUSE if helped else min(self._pause * 2, LONGEST)

    def _hold(self, used: Mapping[str, str]) -> bool:
        """Whether the refused request had the values that are known."""
        return all(used.get(name, value) == value for name, value in self.values.items())


def _printed(name: str, command: str) -> str:
    """The first line of what a command prints. Errors: `RenewalError`."""
    told = f"--header-command {name}={command}:"
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise RenewalError(f"{told} it cannot be read: {error}; mind the quotes") from None
    try:
        ended = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)  # noqa: S603 - the user's own
    except (OSError, IndexError) as error:
        raise RenewalError(f"{told} it cannot be run: {error}; name a program, with its path or in PATH") from None
    except subprocess.TimeoutExpired:
        raise RenewalError(f"{told} it did not end within {PATIENCE:g} s; name a quicker one") from None
    except UnicodeDecodeError:
        raise RenewalError(f"{told} what it prints is no text; let it print the header's value") from None
    if ended.returncode:
        said = (ended.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise RenewalError(f"{told} it ended with {ended.returncode}: {said}; run it by hand, and mend it")
    line = next(iter(ended.stdout.strip().splitlines()), "")
    if not line:
        raise RenewalError(f"{told} it printed nothing; let it print the header's value")
    return line.strip()
