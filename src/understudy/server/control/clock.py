"""What time it is in a sandbox: the control plane's operations on its clock.

Moving a clock lets the timers on the way ring, in every service at once. What a timer does is the service's business.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.server.call import Call
from understudy.server.control.served import CONFLICT, Operations, Served
from understudy.services.service import Params, Refusal

EARLIEST, LATEST = 0.0, datetime(3000, 1, 1, tzinfo=UTC).timestamp()

SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}


def operations(served: Served) -> Operations:
    """The operations on the clock."""

    def acting(act: Callable[[dict[str, Sandbox], Params], None]) -> Callable[[Call, Params], Any]:
        def operation(call: Call, given: Params) -> Any:
            sandboxes = served.meant(call)
            act(sandboxes, given)
            return {name: shown(sandbox) for name, sandbox in sandboxes.items()}

        return operation

    def show(call: Call, _: Params) -> Any:
        return {name: shown(sandboxes.get(call.sandbox)) for name, sandboxes in served.stateful.items()}

    return {
        "get-clock": show,
        "set-clock": acting(_set),
        "freeze-clock": acting(_freeze),
        "advance-clock": acting(_advance),
        "resume-clock": acting(_resume),
    }


def shown(sandbox: Sandbox) -> dict[str, Any]:
    """A clock as JSON data."""
    due, now = sandbox.timers.next_due(), sandbox.clock.time()
    return {
        "time": written(now),
        "frozen": sandbox.clock.frozen,
        "next_timer": None if due is None else max(0.0, due - now),
    }


def written(moment: float) -> str:
    """A moment, in seconds since the Unix epoch, as RFC 3339 has it."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _set(sandboxes: dict[str, Sandbox], given: Params) -> None:
    moment, frozen = _moment(given), given.get("frozen")
    for sandbox in sandboxes.values():
        if frozen is not None:
            (sandbox.freeze if frozen else sandbox.resume)()
        if moment is not None:
            sandbox.set_time(moment)


def _freeze(sandboxes: dict[str, Sandbox], given: Params) -> None:
    moment = _moment(given)
    for sandbox in sandboxes.values():
        sandbox.freeze()
        if moment is not None:
            sandbox.set_time(moment)


def _advance(sandboxes: dict[str, Sandbox], given: Params) -> None:
    text = given.get("duration")
    if text is None:
        seconds = float(given["seconds"])
    else:
        seconds = sum(int(count) * SECONDS[unit] for count, unit in re.findall(r"([0-9]+)([wdhms])", text))
    moments = {name: _possible(sandbox.clock.time() + seconds) for name, sandbox in sandboxes.items()}
    for name, sandbox in sandboxes.items():
        sandbox.set_time(moments[name])


def _resume(sandboxes: dict[str, Sandbox], _: Params) -> None:
    for sandbox in sandboxes.values():
        sandbox.resume()


def _moment(given: Params) -> float | None:
    text = given.get("time")
    if text is None:
        return None
    try:
        return _possible(datetime.fromisoformat(text.upper()).timestamp())
    except (ValueError, OverflowError):
        raise Refusal(
            CONFLICT, f"{text} is no moment that a clock here can show; write it without a leap second."
        ) from None


def _possible(moment: float) -> float:
    if not EARLIEST <= moment < LATEST:
        raise Refusal(CONFLICT, "A clock here shows times from 1970 to 2999; set it to one of those.")
    return moment
