"""The requests that a server sends by itself, as its document describes them: webhooks, and callbacks of operations.

Called by `contract`, which judges them, and by `engine`, which must find them. It must not know who sends them, nor
where to.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from understudy.contract import pointer
from understudy.contract.document import METHODS, operations
from understudy.contract.operation import Operation, parameters_at


def webhooks(data: Mapping[str, Any]) -> Iterator[Operation]:
    """The webhooks of a document; its name in the document is the operation's template."""
    for name, method, node, _ in operations(data, "webhooks"):
        place = ("webhooks", name, method)
        yield Operation(node.get("operationId", name), method, name, node, parameters_at(data, place), "webhooks")


@dataclass(frozen=True, slots=True)
class Callback:
    """A request that is sent once an operation has answered.

    Attributes:
        operation_id: the operation.
        expression: the runtime expression that says where it goes.
        sent: the request as an operation; its id is the name that the callback is judged by.
    """

    operation_id: str
    expression: str
    sent: Operation


def callbacks(data: Mapping[str, Any]) -> Iterator[Callback]:
    """The callbacks of every operation."""
    for template, method, node, _ in operations(data):
        place = ("paths", template, method)
        for callback in node.get("callbacks") or ():
            try:
                at, expressions = pointer.follow(data, (*place, "callbacks", callback))
            except KeyError:
                continue
            for expression in expressions:
                if not expression.startswith("x-"):
                    name = f"{node['operationId']} {callback} {expression}"
                    for sent in _sent(data, name, (*at, expression)):
                        yield Callback(node["operationId"], expression, sent)


def _sent(data: Mapping[str, Any], name: str, place: pointer.Parts) -> Iterator[Operation]:
    try:
        at, item = pointer.follow(data, place)
    except KeyError:
        return
    for method in METHODS:
        if method in item:
            parameters = parameters_at(data, (*at, method))
            yield Operation(name, method, name, item[method], parameters, "callbacks", (*at, method))
