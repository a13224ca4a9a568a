"""Lets the timers of sandboxes whose clocks run ring by themselves, without a request that asks.

Called by `App`, which tells it of every sandbox that comes and goes. A clock that stands still rings nothing: whoever
moves it does. It must not know what a timer is for.
"""

from __future__ import annotations

import asyncio
from functools import partial

from understudy.sandbox.sandboxes import Sandbox


class Timekeeper:
    """The alarms of all sandboxes; works only where an event loop runs."""

    def __init__(self) -> None:
        self._alarms: dict[int, asyncio.TimerHandle] = {}
        self._attended: dict[int, Sandbox] = {}

    def attend(self, sandbox: Sandbox) -> None:
        """Let a sandbox's timers ring from now on."""
        self._attended[id(sandbox)] = sandbox
        sandbox.alarm = partial(self._arm, sandbox)
        self._arm(sandbox)

    def leave(self, sandbox: Sandbox) -> None:
        """Let them ring no longer."""
        sandbox.alarm = None
        self._attended.pop(id(sandbox), None)
        self._disarm(sandbox)

    def start(self) -> None:
        """Set the alarms of every sandbox that came before the event loop ran."""
        for sandbox in self._attended.values():
            self._arm(sandbox)

    def stop(self) -> None:
        """Take all alarms off."""
        for sandbox in tuple(self._attended.values()):
            self._disarm(sandbox)

    def _arm(self, sandbox: Sandbox) -> None:
        self._disarm(sandbox)
        delay = sandbox.delay()
        if delay is None:
            return
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:  # nobody serves yet; `start` comes, or the next request catches up
            return
        self._alarms[id(sandbox)] = loop.call_later(delay, self._ring, sandbox)

    def _disarm(self, sandbox: Sandbox) -> None:
        alarm = self._alarms.pop(id(sandbox), None)
        if alarm is not None:
            alarm.cancel()

    def _ring(self, sandbox: Sandbox) -> None:
        sandbox.catch_up()
        self._arm(sandbox)
