"""Compares paths, webhooks and callbacks, operation by operation.

Paths are one path if they differ in nothing but the names of their parameters. Called by `documents`.
"""

from __future__ import annotations

from dataclasses import dataclass

from understudy.contract.diff.changes import Difference, Findings, Use
from understudy.contract.diff.messages import Messages
from understudy.contract.diff.parameters import Parameters
from understudy.contract.diff.prose import remarks
from understudy.contract.diff.rules import Side
from understudy.contract.diff.security import Security
from understudy.contract.diff.spot import Parts, Spot
from understudy.contract.document import METHODS
from understudy.contract.templates import PARAMETER

_ITEM = frozenset({*METHODS, "parameters", "servers"})
_OPERATION = frozenset({
    "operationId", "parameters", "requestBody", "responses", "security", "servers", "deprecated", "callbacks",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Way:
    """Which way the messages of an operation go.

    Attributes:
        kind: what an operation is called here: ``operation``, ``webhook`` or ``callback``.
        prefix: what stands before its name.
        asks: the side of what is asked.
        answers: the side of what is answered.
    """

    kind: str
    prefix: str
    asks: Side
    answers: Side


PATHS = Way("operation", "", "request", "response")
WEBHOOKS = Way("webhook", "webhook ", "event", "request")


@dataclass(frozen=True, slots=True)
class Operations:
    """Compares operations.

    Attributes:
        findings: where differences go.
        parameters: compares parameters.
        messages: compares bodies and answers.
        security: compares credentials and servers.
    """

    findings: Findings
    parameters: Parameters
    messages: Messages
    security: Security

    def compare(self, a: Spot, b: Spot, key: str, way: Way) -> None:
        """Compare the path items by name below a key of two spots."""
        self._items((a.children(key), a.where(key)), (b.children(key), b.where(key)), way)

    def _items(self, a: tuple[dict[str, Spot], Parts], b: tuple[dict[str, Spot], Parts], way: Way) -> None:
        """Compare path items by name; with each side goes the place that holds them."""
        (old, at), (new, bt) = a, b
        matched = _matched([*old], [*new])
        for name, item in old.items():
            if name in matched:
                self._item((name, item), (matched[name], new[matched[name]]), way)
            else:
                for method in _methods(item):
                    self._one_sided((name, method, "removed"), item.where(method), bt, way)
        for name, item in new.items():
            if name not in matched.values():
                for method in _methods(item):
                    self._one_sided((name, method, "added"), at, item.where(method), way)

    def _item(self, a: tuple[str, Spot], b: tuple[str, Spot], way: Way) -> None:
        (template, old), (other, new) = a, b
        for method in METHODS:
            one, two = old.child(method), new.child(method)
            if one and two:
                self._operation((one, old, template), (two, new, other), method, way)
            elif one:
                self._one_sided((template, method, "removed"), one.at, new.at, way)
            elif two:
                self._one_sided((other, method, "added"), old.at, two.at, way)
        use = Use(None, "document")
        for difference in remarks(old, new, _ITEM):
            self.findings.add(difference, use)

    def _one_sided(self, what: tuple[str, str, str], at: Parts, bt: Parts, way: Way) -> None:
        name, method, verb = what
        message = f"this {way.kind} is {'new' if verb == 'added' else 'gone'}"
        use = Use(_label(name, method, way), "document")
        self.findings.add(Difference(f"{way.kind}-{verb}", at, bt, message), use)

    def _operation(self, a: tuple[Spot, Spot, str], b: tuple[Spot, Spot, str], method: str, way: Way) -> None:
        old, new = a[0], b[0]
        label = _label(a[2], method, way)
        use = Use(label, "document")
        names = _own_id(old, a[2], method), _own_id(new, b[2], method)
        if names[0] != names[1]:
            message = (
                f"the operationId was {names[0] or 'none'} and is {names[1] or 'none'}: generated clients call it so"
            )
            where = old.where("operationId"), new.where("operationId")
            self.findings.add(Difference("operation-id-changed", *where, message), use)
        if (old.get("deprecated") is True) != (new.get("deprecated") is True):
            name, text = ("deprecated", "now") if new.get("deprecated") is True else ("revived", "no longer")
            where = old.where("deprecated"), new.where("deprecated")
            self.findings.add(Difference(f"operation-{name}", *where, f"it is {text} deprecated"), use)
        self.parameters.compare(a, b, Use(label, way.asks))
        self.messages.body(old, new, Use(label, way.asks))
        self.messages.responses(old, new, Use(label, way.answers))
        if way is PATHS:
            self.security.compare(old, new, use)
            self.security.servers((old, a[1], self.security.a), (new, b[1], self.security.b), use)
        for difference in remarks(old, new, _OPERATION):
            self.findings.add(difference, use)
        self._callbacks(old, new, label)

    def _callbacks(self, a: Spot, b: Spot, label: str) -> None:
        old, new = a.children("callbacks"), b.children("callbacks")
        for name in dict.fromkeys((*old, *new)):
            way = Way("callback", f"{label} callback {name} ", "event", "request")
            sides = [
                (dict(held[name].named()) if name in held else {}, held[name].at if name in held else spot.at)
                for held, spot in ((old, a), (new, b))
            ]
            self._items(sides[0], sides[1], way)


def _methods(item: Spot) -> list[str]:
    return [method for method in METHODS if item.has(method)]


def _label(name: str, method: str, way: Way) -> str:
    return f"{way.prefix}{method.upper()} {name}"


def _own_id(operation: Spot, template: str, method: str) -> str | None:
    """The operationId that somebody wrote; those that are made on loading are no promise."""
    name = operation.get("operationId")
    return None if name == f"{method} {template}" else name


def _matched(old: list[str], new: list[str]) -> dict[str, str]:
    """Which path of the second document is which of the first."""
    matched = {name: name for name in old if name in new}
    left = {PARAMETER.sub("{}", name): name for name in new if name not in matched}
    for name in old:
        if name not in matched and PARAMETER.sub("{}", name) in left:
            matched[name] = left.pop(PARAMETER.sub("{}", name))
    return matched
