"""Which of the document's named examples a request is, so that the answer of the same name may follow.

An author who calls a request's values and an answer alike says that the one gets the other. Called by `synthesis`, and
through it by the answerer that remembers. It must not write any answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson

from understudy.contract import pointer
from understudy.contract.contract import Contract
from understudy.contract.exchange import Request
from understudy.contract.media import find_media_type
from understudy.contract.operation import Operation, schema_place
from understudy.contract.texts import Reader, reader
from understudy.contract.values import value_of
from understudy.contract.xml_mapping import RootError
from understudy.server import negotiation

Fits = Callable[[Request], bool]


@dataclass(frozen=True, slots=True)
class _Pair:
    """A name that a request's values and an answer have.

    Attributes:
        name: the name.
        refuses: whether the answer is a refusal or a failure, whatever the media type.
        asked: what fits the request's values, one for each parameter and for the body that has such an example.
    """

    name: str
    refuses: bool
    asked: tuple[Fits, ...]


class Pairing:
    """Answers for one document.

    Args:
        contract: its contract.
    """

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._pairs: dict[str, list[_Pair]] = {}

    def name(self, operation: Operation, request: Request, *, refusals: bool) -> str | None:
        """The name of the example that a request is: of several, the one with the most values; None for none.

        Args:
            operation: the operation.
            request: the request.
            refusals: whether only names of refusals and failures count.
        """
        if operation.operation_id not in self._pairs:
            found = self._found(operation)
            self._pairs[operation.operation_id] = sorted(found, key=lambda pair: -len(pair.asked))
        for pair in self._pairs[operation.operation_id]:
            if (pair.refuses or not refusals) and all(fits(request) for fits in pair.asked):
                return pair.name
        return None

    def _found(self, operation: Operation) -> Iterator[_Pair]:
        answered = self._answered(operation)
        asked: dict[str, list[Fits]] = {}
        for name, fits in (*self._parameters(operation), *self._bodies(operation)):
            if name in answered:
                asked.setdefault(name, []).append(fits)
        for name, values in asked.items():
            yield _Pair(name, all(status[0] not in "123" for status in answered[name]), tuple(values))

    def _answered(self, operation: Operation) -> dict[str, list[str]]:
        """The statuses of the answers that have an example of each name."""
        found: dict[str, list[str]] = {}
        for status in operation.node.get("responses", {}):
            _, response = pointer.follow(self.contract.data, (*operation.place, "responses", status))
            for media in response.get("content", {}).values():
                for name in negotiation.examples(self.contract.data, media):
                    found.setdefault(name, []).append(str(status))
        found.pop("", None)  # an example without a name
        return found

    def _parameters(self, operation: Operation) -> Iterator[tuple[str, Fits]]:
        data = self.contract.data
        for place in operation.parameters.values():
            node = pointer.walk(data, place)
            try:
                _, schema = pointer.follow(data, schema_place(place, node))
            except KeyError:
                schema = True
            read = reader(data, node, schema, operation.parameters)
            media = next(iter(node.get("content", {}).values()), node)
            for name, value in negotiation.examples(data, media).items():
                yield name, partial(_has, read, value)

    def _bodies(self, operation: Operation) -> Iterator[tuple[str, Fits]]:
        if "requestBody" not in operation.node:
            return
        _, body = pointer.follow(self.contract.data, (*operation.place, "requestBody"))
        content = body.get("content", {})
        named: dict[str, dict[str, Any]] = {}
        for key, media in content.items():
            for name, value in negotiation.examples(self.contract.data, media).items():
                named.setdefault(name, {})[key] = value
        for name, values in named.items():
            yield name, partial(self._is_sent, content, values)

    def _is_sent(self, content: Mapping[str, Any], values: Mapping[str, Any], request: Request) -> bool:
        """Whether a body is the value that its media type has."""
        key = find_media_type(content, request.content.media_type)
        if key is None or key not in values or not request.body:
            return False
        media = content[key]
        try:
            sent = value_of(self.contract.data, media.get("schema"), request.content, media.get("encoding"))
        except RootError:
            return False
        return _same(sent, values[key])


def _has(read: Reader, value: Any, request: Request) -> bool:
    """Whether a parameter came with this value."""
    came, known, sent = read(request)
    return came and known and _same(sent, value)


def _same(sent: Any, value: Any) -> bool:
    """Whether a value is an example's, which may be written as a text or as what it means."""
    texts = [one if isinstance(one, str) else _text(one) for one in (sent, value)]
    return texts[0] == texts[1]


def _text(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS, default=str).decode()
