"""Every kind of message that a contract speaks of, each with its promises, made on first use.

Called by `promises`, which lists them all, and by `coverage`, which asks for those of a message. It must not count.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from understudy.contract import pointer
from understudy.contract.contract import Contract
from understudy.contract.matching import Matcher
from understudy.contract.operation import Operation
from understudy.contract.promises import UNSEEN, Register
from understudy.contract.surface import EventSurface, RequestSurface, ResponseSurface, Surface
from understudy.contract.violations import Side

# What names a kind of message: side, operation or event, documented status.
Key = tuple[Side, str, str | None]


class Surfaces:
    """The surfaces of one contract, made on first use.

    Args:
        contract: the contract.
        unheard: names of events that are left out, since nobody can hear them.
    """

    def __init__(self, contract: Contract, unheard: Collection[str] = ()) -> None:
        self.contract = contract
        self._matcher = Matcher(contract.data, contract.document.version, contract.planner.compiler)
        self._made: dict[Key, Any] = {}
        self.events = {name: place for name, place in _events(contract.data) if name not in unheard}

    def request(self, operation: Operation) -> RequestSurface:
        """That of an operation's requests."""
        made: RequestSurface = self._once(
            ("request", operation.operation_id, None), lambda: RequestSurface(self.contract, operation, self._matcher)
        )
        return made

    def response(self, operation: Operation, key: str) -> ResponseSurface:
        """That of an operation's answers with a documented status."""
        made: ResponseSurface = self._once(
            ("response", operation.operation_id, key),
            lambda: ResponseSurface(self.contract, operation, key, self._matcher),
        )
        return made

    def answers(self, operation: Operation) -> Surface:
        """That of all of an operation's answers: that they have documented statuses."""

        def make() -> Surface:
            made = Surface(self.contract, Register("response", operation.operation_id), self._matcher)
            place = (*operation.place, "responses")
            made.always = 1 << made.register.add(place, "responses", "statuses", -1, UNSEEN)
            return made

        found: Surface = self._once(("response", operation.operation_id, None), make)
        return found

    def event(self, name: str) -> EventSurface | None:
        """That of an event; None if the document knows no such event."""
        if name not in self.events:
            return None
        made: EventSurface = self._once(
            ("event", name, None), lambda: EventSurface(self.contract, name, self.events[name], self._matcher)
        )
        return made

    def every(self) -> Iterator[tuple[Key, Surface]]:
        """All of them, in the document's order, the events last."""
        for operation in self.contract.operations.values():
            name = operation.operation_id
            yield ("request", name, None), self.request(operation)
            yield ("response", name, None), self.answers(operation)
            for status in operation.node.get("responses", {}):
                yield ("response", name, status), self.response(operation, status)
        for name in self.events:
            event = self.event(name)
            if event is not None:
                yield ("event", name, None), event

    def _once(self, key: Key, make: Callable[[], Any]) -> Any:
        if key not in self._made:
            self._made[key] = make()
        return self._made[key]


def _events(data: Mapping[str, Any]) -> Iterator[tuple[str, pointer.Parts]]:
    """Every webhook of a document and the place of its operation, the first if it has several."""
    for name in data.get("webhooks") or {}:
        place, item = pointer.follow(data, ("webhooks", name))
        for method in ("post", "put", "patch", "get", "delete"):
            if method in item:
                yield name, (*place, method)
                break
