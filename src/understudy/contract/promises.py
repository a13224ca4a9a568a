"""The promise: one thing that a document says of messages and that a message can break.

`promises` lists all of a contract's. One that two operations share by `$ref` is two promises, since one may keep it and
the other break it; *the* number of promises counts them so. Its `schema` is the pointer that a violation of it names.
Called by whoever measures coverage or makes cases; what a message exercises is `coverage`'s business.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from understudy.contract import pointer
from understudy.contract.violations import Side

if TYPE_CHECKING:
    from understudy.contract.contract import Contract

# What a promise is about. The last two are parts of a keyword's promise that count by themselves: each value of an
# enum, each alternative of oneOf and anyOf and each way on from an `if`.
Kind = Literal[
    "operation", "security", "parameter", "body", "media-type", "schema", "statuses", "status", "header", "event",
    "keyword", "value", "branch",
]  # fmt: skip


# Why nothing of an operation was reached.
UNSEEN = "no exchange of this operation"


@dataclass(frozen=True, slots=True)
class Promise:
    """One promise of a document.

    Attributes:
        side: whose message: ``request``, ``response`` or ``event``.
        operation_id: the operation; of an event, its name.
        status: the documented status as the document spells it (``200``, ``4XX``, ``default``), or None.
        media_type: the documented media type of the body that it speaks of, or None.
        schema: JSON pointer into the effective document, references followed.
        keyword: the schema's keyword; ``required``, ``present`` or ``absent`` of a parameter, header or body, of which
            the optional have the latter two; else an empty string.
        kind: what it is about.
    """

    side: Side
    operation_id: str
    status: str | None
    media_type: str | None
    schema: str
    keyword: str
    kind: Kind

    def __lt__(self, other: Promise) -> bool:
        return self._order() < other._order()

    def _order(self) -> tuple[str, ...]:
        return (
            self.operation_id,
            self.side,
            self.status or "",
            self.media_type or "",
            self.schema,
            self.keyword,
            self.kind,
        )

    def as_json(self) -> dict[str, Any]:
        """The promise as JSON data, one key per attribute."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> Promise:
        """The promise that `as_json` wrote; other keys are left alone. Errors: `KeyError` where one is missing."""
        return cls(*(data[field.name] for field in fields(cls)))


class Register:
    """Gives every promise of one kind of message a bit, and knows what must be reached before it can be.

    Steps get a bit too: places in a schema that a value must come to, which are no promises themselves.

    Args:
        side: whose messages.
        operation_id: the operation, or the event's name.
        status: the documented status of the answers, or None.

    Attributes:
        promises: the promise of each bit; None for a step.
        needs: for each bit, the one that must be set before it can be; -1 where nothing must.
        why: for each bit, why it is not set although what it needs is.
        masks: the bits of the promises that a violation's schema pointer names.
        counted: the bits of promises, those of steps left out.
        media_type: the media type that promises are of from here on.
    """

    def __init__(self, side: Side, operation_id: str, status: str | None = None) -> None:
        self.side: Side = side
        self.operation_id = operation_id
        self.status = status
        self.media_type: str | None = None
        self.promises: list[Promise | None] = []
        self.needs: list[int] = []
        self.why: list[str] = []
        self.masks: dict[str, int] = {}
        self.counted = 0
        self._known: dict[Promise, int] = {}

    def add(self, place: pointer.Parts, keyword: str, kind: Kind, needs: int, why: str) -> int:
        """The number of a promise's bit; one that is there already keeps its own."""
        schema = pointer.join(place, "#")
        promise = Promise(self.side, self.operation_id, self.status, self.media_type, schema, keyword, kind)
        if promise not in self._known:
            self._known[promise] = self._append(promise, needs, why)
            if keyword != "absent":  # leaving out what is optional breaks nothing
                self.masks[schema] = self.masks.get(schema, 0) | 1 << self._known[promise]
        return self._known[promise]

    def step(self, needs: int, why: str) -> int:
        """The number of a new step's bit."""
        return self._append(None, needs, why)

    def reason(self, number: int, reached: int) -> str:
        """Why a bit was never set: what was missing on the way to it, seen from outside.

        Args:
            number: the bit.
            reached: every bit that was ever set.
        """
        found = ""
        while number >= 0:
            if not reached >> number & 1:
                found = self.why[number]
            number = self.needs[number]
        return found

    def _append(self, promise: Promise | None, needs: int, why: str) -> int:
        self.counted |= int(promise is not None) << len(self.promises)
        self.promises.append(promise)
        self.needs.append(needs)
        self.why.append(why)
        return len(self.promises) - 1


def promises(contract: Contract) -> tuple[Promise, ...]:
    """Every promise of a contract, sorted: those of each operation's requests and answers, and of each event.

    What cannot be broken is none: an empty schema, ``minLength: 0``, a format that nobody checks, a keyword that the
    document's version does not have. Recursion ends, since a component's promises are listed once per message.
    """
    from understudy.contract.surfaces import Surfaces  # noqa: PLC0415 - surfaces are made of promises

    every = Surfaces(contract).every()
    return tuple(
        sorted(promise for _, surface in every for promise in surface.register.promises if promise is not None)
    )
