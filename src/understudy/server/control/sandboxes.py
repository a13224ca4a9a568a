"""Sandboxes by name: the control plane's operations that list, create, end and reset them."""

from __future__ import annotations

from itertools import count
from typing import Any

from understudy.sandbox.registry import SHARED, Sandboxes
from understudy.server.call import Call
from understudy.server.control.clock import shown
from understudy.server.control.served import CONFLICT, NOT_FOUND, Operations, Served
from understudy.services.service import Params, Refusal, Reply

CREATED, NO_CONTENT = 201, 204


def operations(served: Served) -> Operations:
    """The operations on sandboxes."""
    invented = (f"sandbox-{number}" for number in count(1))

    def exists(name: str) -> bool:
        return any(name in sandboxes for sandboxes in served.stateful.values())

    def create(call: Call, given: Params) -> Reply:
        name = (given.body or {}).get("name") or call.sandbox or next(name for name in invented if not exists(name))
        if exists(name):
            raise Refusal(CONFLICT, f"There is a sandbox {name!r} already; use it, reset it, or choose another name.")
        for sandboxes in served.stateful.values():
            sandboxes.get(name)
        return Reply(_shown(served, name), CREATED)

    def delete(call: Call, _: Params) -> Reply:
        name = call.request.path_params["name"]
        ended = [sandboxes.delete(name) for sandboxes in served.stateful.values()]
        if served.stateful and not any(ended):
            raise Refusal(NOT_FOUND, f"There is no sandbox {name!r}; the list of sandboxes names those there are.")
        return Reply(status=NO_CONTENT)

    def reset(call: Call, _: Params) -> Reply:
        for sandboxes in served.stateful.values():
            sandboxes.reset(call.sandbox)
        return Reply(status=NO_CONTENT)

    return {
        "list-sandboxes": lambda _, __: _all(served),
        "create-sandbox": create,
        "delete-sandbox": delete,
        "reset-sandbox": reset,
    }


def _all(served: Served) -> list[dict[str, Any]]:
    """Every sandbox, everybody's first."""
    names = sorted({name for sandboxes in served.stateful.values() for name in sandboxes})
    return [_shown(served, name) for name in (SHARED, *names)]


def _shown(served: Served, name: str) -> dict[str, Any]:
    """A sandbox as JSON data, in each service that has it."""
    return {
        "name": name,
        "services": {
            service: _use(sandboxes, name) for service, sandboxes in served.stateful.items() if name in sandboxes
        },
    }


def _use(sandboxes: Sandboxes, name: str) -> dict[str, Any]:
    """How a sandbox is used, without using it."""
    found = sandboxes.peek(name)
    assert found is not None  # noqa: S101 - asked of those that are there
    return {"idle": sandboxes.idle(name), "sockets": sandboxes.holders(name), "clock": shown(found)}
