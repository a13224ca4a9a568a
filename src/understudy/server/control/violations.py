"""Every kind of broken promise since the start, with counts: what clearing the journal does not take back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from understudy.contract.exchange import Entry, Event
from understudy.contract.violations import Violation
from understudy.server.call import Call
from understudy.server.control.journal import Filter
from understudy.server.control.served import Operations, Served
from understudy.server.journal import Journal
from understudy.services.service import Params

MOST = 10_000
"""How many kinds are counted; a document has fewer, and nobody shall fill our memory with operations it lacks."""


@dataclass(slots=True)
class Kind:
    """How often one promise was broken in one way, and the first time."""

    service: str
    number: int
    sandbox: str
    example: Violation
    count: int = 0

    def as_json(self) -> dict[str, Any]:
        """It, as JSON data."""
        return {
            "service": self.service,
            "operation_id": self.example.operation_id,
            "side": self.example.side,
            "code": self.example.code,
            "count": self.count,
            "example": {"number": self.number, "sandbox": self.sandbox, "violation": self.example.as_json()},
        }


class Tally:
    """Counts the violations of everything that comes into the journal, and of what it holds already.

    Args:
        journal: the journal.
    """

    def __init__(self, journal: Journal) -> None:
        self.kinds: dict[tuple[str, str, str, str], Kind] = {}
        for entry in journal:
            self.count(entry)
        self.close = journal.follow(self.count)

    def count(self, entry: Entry) -> None:
        """Count an entry's violations; what a fault did to an answer is nobody's fault."""
        wanted = isinstance(entry, Event) or entry.refused or not entry.fault
        for violation in entry.violations:
            if violation.side == "response" and not wanted:
                continue
            key = (entry.service, violation.operation_id, violation.side, violation.code)
            kind = self.kinds.get(key)
            if kind is None:
                if len(self.kinds) >= MOST:
                    continue
                kind = self.kinds[key] = Kind(entry.service, entry.number, entry.sandbox, violation)
            kind.count += 1


def operations(served: Served, tally: Tally) -> Operations:
    """The operation on violations."""

    def summary(call: Call, _: Params) -> Any:
        wanted = Filter.of(call)
        found = [
            kind
            for kind in tally.kinds.values()
            if (wanted.control or not served.is_control(kind.service))
            and wanted.service in (None, kind.service)
            and wanted.operation in (None, kind.example.operation_id)
            and wanted.violation in (None, "any", kind.example.code)
        ]
        return [kind.as_json() for kind in sorted(found, key=lambda kind: -kind.count)]

    return {"list-violations": summary}
