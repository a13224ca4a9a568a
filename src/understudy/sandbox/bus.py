"""The bus: how what happens in a sandbox reaches those who listen, once it has happened for good.

A service publishes while it changes the state; nobody hears of it before the transaction is over, and never if it
fails. A broadcast that nobody listens to is not even written. The bus must not know sockets, nor what an event means.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Broadcast:
    """One event on its way to those who listen.

    Attributes:
        event: its name, e.g. ``message.created``.
        streams: the streams it is for, each once.
        data: its payload, as JSON data.
    """

    event: str
    streams: tuple[str, ...]
    data: Any


@dataclass(frozen=True, slots=True)
class Delivery:
    """One webhook request that is to be sent.

    Attributes:
        event: the event's name in the service's document of events.
        url: where to.
        headers: all headers, ``Content-Type`` included.
        body: the body as it goes over the wire.
        retries: after how many seconds each to try again, if it fails.
        attempt: the how manieth try this is.
        method: the HTTP method.
    """

    event: str
    url: str
    headers: tuple[tuple[str, str], ...]
    body: bytes
    retries: tuple[float, ...] = ()
    attempt: int = 1
    method: str = "POST"

    def again(self) -> Delivery:
        """The same request, to be tried once more."""
        return replace(self, attempt=self.attempt + 1)

    def as_data(self) -> dict[str, Any]:
        """The same as JSON data, for a timer; the body must be text."""
        return {**asdict(self), "body": self.body.decode()}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Delivery:
        """What `as_data` told."""
        headers = tuple((name, value) for name, value in data["headers"])
        return cls(**{**data, "headers": headers, "retries": tuple(data["retries"]), "body": data["body"].encode()})


Listener = Callable[[Broadcast, str], None]


class Bus:
    """The bus of one sandbox.

    Attributes:
        admit: asked once for each broadcast that somebody listens to; where it says no, nobody hears it.
        post: takes the webhook requests to be sent; None where nobody sends them.
    """

    def __init__(self) -> None:
        self.admit: Callable[[Broadcast], bool] | None = None
        self.post: Callable[[Delivery], None] | None = None
        self._ears: dict[str, list[Listener]] = {}
        self._held: list[Callable[[], None]] = []
        self._open = False

    def subscribe(self, stream: str, listener: Listener) -> Callable[[], None]:
        """Listen to a stream: the listener gets each broadcast with the stream's name. Returns what ends it."""
        self._ears.setdefault(stream, []).append(listener)

        def end() -> None:
            ears = self._ears.get(stream, [])
            if listener in ears:
                ears.remove(listener)
            if not ears:
                self._ears.pop(stream, None)

        return end

    def listened(self, streams: Iterable[str]) -> bool:
        """Whether anybody listens to one of these streams."""
        return any(stream in self._ears for stream in streams)

    def publish(self, event: str, streams: tuple[str, ...], write: Callable[[], Any], *, late: bool = False) -> None:
        """Tell those who listen, once the transaction is over.

        Args:
            event: the event's name.
            streams: the streams it is for.
            write: writes its payload.
            late: whether the payload shows the state after the transaction instead of the one now.
        """
        if not self.listened(streams):
            return
        if late:
            self._hold(lambda: self._tell(Broadcast(event, streams, write())))
        else:
            broadcast = Broadcast(event, streams, write())
            self._hold(lambda: self._tell(broadcast))

    def deliver(self, delivery: Delivery) -> None:
        """Have a webhook request sent, once the transaction is over."""
        self._hold(lambda: self.post(delivery) if self.post else None)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """What is published inside is heard after it, or never if it fails. One inside another joins it."""
        if self._open:
            yield
            return
        self._open = True
        try:
            yield
        except BaseException:
            self._held.clear()
            raise
        finally:
            self._open = False
        if self._held:
            held, self._held = self._held, []
            for tell in held:
                tell()

    def _hold(self, tell: Callable[[], None]) -> None:
        if self._open:
            self._held.append(tell)
        else:
            tell()

    def _tell(self, broadcast: Broadcast) -> None:
        if self.admit is not None and not self.admit(broadcast):
            return
        for stream in broadcast.streams:
            for listener in tuple(self._ears.get(stream, ())):
                listener(broadcast, stream)
