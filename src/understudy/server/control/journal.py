"""The journal, asked: the control plane's operations that look into it, clear it, and follow it.

Without `control=true` the control plane's own entries stay out, so that a test sees what its client did.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from understudy.contract.exchange import Entry, Event
from understudy.server.call import Call
from understudy.server.control.entries import as_json
from understudy.server.control.served import Operations, Served
from understudy.server.control.stream import OPENING, Followers
from understudy.services.service import Params, Reply

LIMIT = 100
ANY = "any"
FORGOTTEN = "Understudy-Journal-Forgotten"
"""Says how many entries are no longer there."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Which entries are wanted; None means all.

    Attributes:
        sandbox: of this sandbox; empty for everybody's.
        service: of this service.
        operation: of this operation, or this event.
        violation: with a violation of this code; ``any`` for every code.
        fault: with a fault whose mark begins like this; ``any`` for every fault.
        since: after this number.
        control: whether the control plane's own are wanted too.
        limit: how many at most, the newest; None means no limit of the client's.
        whole: whether bodies are told whole.
    """

    sandbox: str | None = None
    service: str | None = None
    operation: str | None = None
    violation: str | None = None
    fault: str | None = None
    since: int = 0
    control: bool = False
    limit: int | None = None
    whole: bool = False

    @classmethod
    def of(cls, call: Call) -> Filter:
        """What a request asks for."""
        asked = dict(reversed(call.request.query_pairs))
        return cls(
            sandbox=asked.get("sandbox", call.sandbox or None),
            service=asked.get("service"),
            operation=asked.get("operation"),
            violation=asked.get("violation"),
            fault=asked.get("fault"),
            since=int(asked.get("since", 0)),
            control=asked.get("control") == "true",
            limit=int(asked["limit"]) if "limit" in asked else None,
            whole=asked.get("bodies") == "whole",
        )

    def takes(self, entry: Entry) -> bool:
        """Whether an entry is wanted, be it the control plane's or not."""
        about = entry.name if isinstance(entry, Event) else entry.operation_id
        codes = {violation.code for violation in entry.violations}
        return (
            entry.number > self.since
            and self.sandbox in (None, entry.sandbox)
            and self.service in (None, entry.service)
            and self.operation in (None, about)
            and (self.violation is None or bool(codes if self.violation == ANY else self.violation in codes))
            and (self.fault is None or bool(entry.fault if self.fault == ANY else entry.fault.startswith(self.fault)))
        )


def operations(served: Served, followers: Followers) -> Operations:
    """The operations on the journal.

    Args:
        served: what is served.
        followers: those who follow it live.
    """

    def wanted(filter_: Filter) -> Callable[[Entry], bool]:
        return lambda entry: filter_.takes(entry) and (filter_.control or not served.is_control(entry.service))

    def show(call: Call, _: Params) -> Any:
        asked = Filter.of(call)
        newest = islice(filter(wanted(asked), reversed(served.journal.entries)), asked.limit or LIMIT)
        told = [as_json(entry, whole=asked.whole) for entry in reversed(list(newest))]
        forgotten = sum(
            count
            for service, count in served.journal.forgotten.items()
            if asked.service in (None, service) and (asked.control or not served.is_control(service))
        )
        return Reply(told, headers={FORGOTTEN: str(forgotten)})

    def clear(call: Call, _: Params) -> Any:
        return {"forgotten": served.journal.clear(wanted(Filter.of(call)))}

    def follow(call: Call, _: Params) -> Reply:
        asked = Filter.of(call)
        last = call.request.fields.get("last-event-id")
        begin = asked.since if "since" in dict(call.request.query_pairs) else served.journal.total
        call.stream = followers.follow(wanted(asked), int(last) if last is not None else begin)
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return Reply(OPENING, media_type="text/event-stream", headers=headers)

    return {"get-journal": show, "clear-journal": clear, "follow-journal": follow}
