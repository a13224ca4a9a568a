"""A sandbox's state, out and in again: the control plane's operations on it.

A state names the Understudy that wrote it and has the state of each service. It is checked whole before anything
changes. What stands in a state is `sandbox.snapshot`'s business.
"""

from __future__ import annotations

from typing import Any

from understudy import __version__
from understudy.sandbox import snapshot
from understudy.sandbox.sandboxes import Sandbox
from understudy.server.call import Call, Part
from understudy.server.control.served import CONFLICT, Operations, Served
from understudy.services.service import Params, Refusal, Reply


def operations(served: Served) -> Operations:
    """The operations on the state."""

    def export(call: Call, _: Params) -> Any:
        return {
            "version": __version__,
            "services": {name: snapshot.write(sandbox) for name, sandbox in served.meant(call).items()},
        }

    def put_back(call: Call, given: Params) -> Reply:
        if given.body["version"] != __version__:
            raise Refusal(
                CONFLICT,
                f"This state was written by Understudy {given.body['version']}, and this is {__version__}; "
                "put it back there, or export one anew.",
            )
        states, stateful = given.body["services"], served.stateful
        for name in states.keys() ^ stateful.keys():
            lacks = "this server does not play it" if name in states else "the state has nothing of it"
            raise Refusal(
                CONFLICT,
                f"/services/{name}: {lacks}; serve what the state has ({', '.join(states) or 'nothing'}), "
                f"or take a state of what is served ({', '.join(stateful) or 'nothing'}).",
            )
        parts = [part for part in served.parts if part.name in states]
        fresh = [(part, _restored(part, call.sandbox, states[part.name])) for part in parts]
        for part, sandbox in fresh:
            stateful[part.name].put(call.sandbox, sandbox)
        return Reply(status=204)

    return {"export-state": export, "import-state": put_back}


def _restored(part: Part, name: str, state: dict[str, Any]) -> Sandbox:
    """A sandbox in this state, which nobody uses yet."""
    assert part.sandboxes is not None  # noqa: S101 - only parts with state come here
    sandbox = part.sandboxes.blank(name)
    enforced = dict(sandbox.settings)
    try:
        snapshot.restore(sandbox, state)
    except snapshot.SnapshotError as error:
        raise Refusal(CONFLICT, f"/services/{part.name}{error}") from None
    for key, setting in (part.service.settings if part.service else {}).items():
        value = sandbox.settings[key]
        if setting.choices and value not in setting.choices:
            raise Refusal(
                CONFLICT,
                f"/services/{part.name}/settings/{key}: is {value!r}; choose one of: {', '.join(setting.choices)}",
            )
        if setting.overlays and value != enforced[key]:
            raise Refusal(
                CONFLICT,
                f"/services/{part.name}/settings/{key}: is {value!r}, which needs another document than the one "
                f"enforced here; start the server with --set {key}={value}.",
            )
    return sandbox
