"""What a client says on its socket, and what it has subscribed to by saying so: the commands of ActionCable.

`Cables` hands each message over. What Rails would put into its log and ignore is noted in the journal and ignored
here; no message ends the socket. It must not know any service: the service's `Cable` says who a subscription is for.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson

from understudy.sandbox.bus import Broadcast
from understudy.server.actioncable.frames import FrameGate, confirmation, excerpt
from understudy.server.actioncable.socket import Socket
from understudy.services.service import Cable, Refusal

log = logging.getLogger("understudy.server")


class NotUnderstoodError(Exception):
    """A message that Rails would log and ignore; the text says what is wrong with it, and the fix."""


@dataclass(slots=True)
class Subscription:
    """One subscription of a socket.

    Attributes:
        stream: the stream it listens to; None if the product keeps silent.
        end: ends the listening.
    """

    stream: str | None = None
    end: Callable[[], None] | None = None


class Subscriptions:
    """The subscriptions of one socket, by identifier.

    Args:
        cable: the service's.
        socket: the socket.
        gate: writes what the socket is told.
    """

    def __init__(self, cable: Cable, socket: Socket, gate: FrameGate) -> None:
        self._cable = cable
        self._socket = socket
        self._gate = gate
        self._sandbox = socket.place.sandbox
        self._by_identifier: dict[str, Subscription] = {}
        self._commands: Mapping[str, Callable[[Mapping[str, Any]], None]] = {
            "subscribe": self._subscribe,
            "unsubscribe": self._unsubscribe,
            "message": self._perform,
        }

    def heard(self, message: Mapping[str, Any]) -> None:
        """Do what a client's message asks for; what makes no sense is noted."""
        text: str | None = message.get("text")
        if text is None:
            self._socket.note("a binary frame was ignored: send text frames")
            return
        try:
            command = _object(text, "the frame")
            self._commands.get(str(command.get("command")), self._unknown)(command)
        except NotUnderstoodError as error:
            self._socket.note(f"a frame was ignored: {error}; it was {excerpt(text)}")
        except Refusal as refusal:
            self._socket.note(f"{self._socket.place.part.name} refused {excerpt(text)}: {refusal.body}")
        except Exception:
            log.exception("a frame failed; nothing was changed: %s", excerpt(text))
            self._socket.note(f"a frame failed, which is a bug of ours; the log has the traceback: {excerpt(text)}")

    def end(self) -> None:
        """End them all."""
        for subscription in self._by_identifier.values():
            if subscription.end is not None:
                subscription.end()
        self._by_identifier.clear()

    def _subscribe(self, command: Mapping[str, Any]) -> None:
        """Subscribe, unless it is so already. What was met with silence counts too, as it does in Rails."""
        identifier = _text(command, "identifier")
        asked = _object(identifier, "`identifier`")
        if identifier in self._by_identifier:
            return
        subscription = self._by_identifier[identifier] = Subscription()
        with self._transaction():
            stream = subscription.stream = self._cable.subscribe(self._sandbox, asked)
        if stream is None:
            raise NotUnderstoodError(
                "nobody is known by its `identifier`, which is met with silence; on this socket that stays so, even "
                "once there is somebody: unsubscribe first, or open another socket"
            )
        self._socket.say(confirmation(identifier))
        head = f'{{"identifier":{orjson.dumps(identifier).decode()},"message":'

        def listen(broadcast: Broadcast, _stream: str) -> None:
            self._socket.tell(broadcast.event, f"{head}{self._gate.message(broadcast)}}}")

        subscription.end = self._sandbox.bus.subscribe(stream, listen)
        with self._transaction():
            self._cable.joined(self._sandbox, stream)

    def _unsubscribe(self, command: Mapping[str, Any]) -> None:
        subscription = self._find(command)
        del self._by_identifier[command["identifier"]]
        if subscription.end is not None:
            subscription.end()

    def _perform(self, command: Mapping[str, Any]) -> None:
        """Play what the client does; its data may be JSON text, as Rails wants it, or an object, as some send it."""
        subscription = self._find(command)
        data = command.get("data")
        asked = data if isinstance(data, dict) else _object(_text(command, "data"), "`data`")
        if subscription.stream is None:
            raise NotUnderstoodError("the subscription was met with silence and cannot perform anything")
        with self._transaction():
            self._cable.perform(self._sandbox, subscription.stream, asked)

    def _unknown(self, _command: Mapping[str, Any]) -> None:
        raise NotUnderstoodError(f"its `command` must be one of {', '.join(self._commands)}")

    def _find(self, command: Mapping[str, Any]) -> Subscription:
        found = self._by_identifier.get(_text(command, "identifier"))
        if found is None:
            raise NotUnderstoodError("there is no subscription with its `identifier`; subscribe first")
        return found

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._sandbox.catch_up()
        with self._sandbox.transaction():
            yield


def _text(command: Mapping[str, Any], key: str) -> str:
    """A text of a command.

    Errors: `NotUnderstoodError`.
    """
    value = command.get(key)
    if not isinstance(value, str):
        raise NotUnderstoodError(f"its `{key}` must be JSON as text")
    return value


def _object(text: str, what: str) -> dict[str, Any]:
    """The JSON object in a text.

    Errors: `NotUnderstoodError`.
    """
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise NotUnderstoodError(f"{what} is not JSON ({error})") from None
    if not isinstance(value, dict):
        raise NotUnderstoodError(f"{what} must be a JSON object")
    return value
