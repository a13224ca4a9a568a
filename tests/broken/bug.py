"""One planted bug: what is wrong, where, who can see it, and how it is done to a server that is correct."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson

from understudy.services.service import Handler

Seen = Literal["document", "law", "nobody"]
SUCCESS = 200


@dataclass
class Asked:
    """A request as the server gets it.

    Attributes:
        operation: the operationId; empty where no operation of the document is meant.
        number: how manieth request it is, from 1.
        memory: what the deployment remembers from one request to the next.
    """

    method: str
    path: str
    query: bytes
    headers: dict[str, str]
    body: bytes
    operation: str
    number: int
    memory: dict[Any, Any]


@dataclass
class Answer:
    """An answer before it goes out.

    Attributes:
        headers: names in lower case, without `Content-Length`.
        length: what `Content-Length` says instead of the body's length.
        chunks: how the body is cut up, if it goes out without a length.
    """

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    length: int | None = None
    chunks: int = 0

    @property
    def json(self) -> Any:
        """The body's data."""
        return orjson.loads(self.body)

    @json.setter
    def json(self, value: Any) -> None:
        self.body = orjson.dumps(value)

    def header(self, name: str, value: str | None) -> None:
        """Set a header; None takes it away."""
        self.headers = [pair for pair in self.headers if pair[0] != name]
        if value is not None:
            self.headers.append((name, value))


class HangError(Exception):
    """The server never answers."""


Real = Callable[[Asked], Awaitable[Answer]]
"""The correct server."""
Around = Callable[[Asked, Real], Awaitable[Answer]]
"""What stands between a client and the correct server."""
Wrap = Callable[[Handler], Handler]
"""What makes of the function that plays an operation one that plays it wrongly."""


Frames = Callable[[dict[str, Any], dict[Any, Any]], list[dict[str, Any]]]
"""What becomes of a data frame on its way to a client; gets the deployment's memory, too."""


@dataclass(frozen=True)
class Bug:
    """A server that is one bug away from correct.

    Attributes:
        name: its name, in dashes.
        sentence: what it does.
        seen: what tells: the document, a law that no document says, or nothing that can be asked from outside.
        operation: the operation that is broken; several in words where the bug is one.
        code: the code of the finding; a broken law has one code.
        where: what the finding's pointer begins with.
        at: the operations whose answers tell, if not the broken one's own.
        around: how the answers are changed.
        wrap: how the operation is played wrongly.
        frames: how the frames of the websocket are changed.
        to_all: whether each of them goes to every websocket.
        service: the product that is played.
    """

    name: str
    sentence: str
    seen: Seen
    operation: str
    code: str = "law-broken"
    where: str = ""
    at: tuple[str, ...] = ()
    around: Around | None = None
    wrap: Wrap | None = None
    frames: Frames | None = None
    to_all: bool = False
    service: str = "chatwoot"

    @property
    def operations(self) -> tuple[str, ...]:
        """The broken operations."""
        return tuple(self.operation.split())

    @property
    def tells(self) -> tuple[str, ...]:
        """The operations whose answers tell of it."""
        return self.at or self.operations

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Correct:
    """A server that keeps every promise, in a way of its own.

    Attributes:
        name: its name, in dashes.
        sentence: what is its own way.
        settings: the settings of the service.
        seed: the seed of its randomness.
        inbox: what its first inbox has besides the usual, by key of the seed.
        around: how its answers look.
        first_id: where its ids begin.
        skips: the scenarios that say that they are not meant for it.
        service: the product that is played.
    """

    name: str
    sentence: str
    settings: dict[str, str] = field(default_factory=dict)
    seed: int = 1
    inbox: dict[str, Any] = field(default_factory=dict)
    around: Around | None = None
    first_id: int = 1
    skips: tuple[str, ...] = ()
    service: str = "chatwoot"

    def __str__(self) -> str:
        return self.name


Change = Callable[[Asked, Answer], None]


def after(change: Change, status: int | None = SUCCESS) -> Around:
    """Change answers of a status; None changes all."""

    async def around(asked: Asked, real: Real) -> Answer:
        answer = await real(asked)
        if status is None or answer.status == status:
            change(asked, answer)
        return answer

    return around


def places(value: Any, path: tuple[str | int, ...]) -> Iterator[tuple[Any, Any]]:
    """Every place that a path leads to, as its container and its key; ``*`` stands for every index."""
    *way, last = path
    found = [value]
    for part in way:
        found = [item for node in found for item in _below(node, part)]
    for node in found:
        if isinstance(node, list):
            yield from ((node, index) for index in (range(len(node)) if last == "*" else (last,)))
        elif isinstance(node, dict):
            yield node, last


def _below(node: Any, part: str | int) -> list[Any]:
    if isinstance(node, list):
        return node if part == "*" else node[part : int(part) + 1]
    return [node[part]] if isinstance(node, dict) and part in node else []


def drop(*path: str | int) -> Around:
    """A key is missing."""

    def change(_: Asked, answer: Answer) -> None:
        value = answer.json
        for node, key in places(value, path):
            node.pop(key, None)
        answer.json = value

    return after(change)


def alter(*path: str | int, by: Callable[[Any], Any]) -> Around:
    """A value is another."""

    def change(_: Asked, answer: Answer) -> None:
        value = answer.json
        for node, key in places(value, path):
            node[key] = by(node.get(key) if isinstance(node, dict) else node[key])
        answer.json = value

    return after(change)


def put(*path: str | int, value: Any) -> Around:
    """A value is always this one."""
    return alter(*path, by=lambda _: value)
