"""Failures on demand: the control plane's operations on the rules that say which fault meets whom.

What a rule may say is the faults' business; the document lists it, and a test holds the two together.
"""

from __future__ import annotations

from typing import Any

from understudy.server.call import Call
from understudy.server.control.served import CONFLICT, NOT_FOUND, Operations, Served
from understudy.services.service import Params, Refusal, Reply

UNPROCESSABLE = 422


def operations(served: Served) -> Operations:
    """The operations on faults."""

    def add(call: Call, given: Params) -> Reply:
        try:
            rule = served.faults.add(call.sandbox, given.body)
        except ValueError as error:
            # A rule that the document does not allow is left to us, because we have the better words for it.
            raise Refusal(UNPROCESSABLE if call.deferred else CONFLICT, f"{_upper(str(error))}.") from None
        if call.deferred:  # no fault finds anything wrong with it, so the gate will refuse it
            served.faults.remove(call.sandbox, rule.id)
        return Reply(rule.as_json(), 201)

    def remove(call: Call, _: Params) -> Reply:
        number = call.request.path_params["id"]
        if not served.faults.remove(call.sandbox, number):
            known = ", ".join(rule.id for rule in served.faults.list(call.sandbox)) or "none"
            raise Refusal(NOT_FOUND, f"This sandbox has no fault {number!r}; it has: {known}.")
        return Reply(status=204)

    def clear(call: Call, _: Params) -> Any:
        return {"ended": served.faults.clear(call.sandbox)}

    return {
        "list-faults": lambda call, _: [rule.as_json() for rule in served.faults.list(call.sandbox)],
        "add-fault": add,
        "remove-fault": remove,
        "clear-faults": clear,
    }


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
