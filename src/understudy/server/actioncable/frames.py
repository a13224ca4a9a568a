"""What goes over a cable: the frames as Rails writes them, judged before they are sent, and notes on what went wrong.

Used by sockets and subscriptions. What a service tells its listeners was judged on the bus already; the frames of the
transport itself are judged here. It must not know how a frame reaches a client.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from understudy.contract.exchange import Event
from understudy.sandbox.bus import Broadcast
from understudy.sandbox.sandboxes import Sandbox
from understudy.server.actioncable.line import FramePlan
from understudy.server.call import Part
from understudy.server.gate import Policy
from understudy.server.journal import Journal

WELCOME: Mapping[str, Any] = {"type": "welcome"}
RESTART: Mapping[str, Any] = {"type": "disconnect", "reason": "server_restart", "reconnect": True}


def ping(moment: float) -> dict[str, Any]:
    """The frame that shows that the server is there; the moment in seconds since the Unix epoch."""
    return {"type": "ping", "message": int(moment)}


def confirmation(identifier: str) -> dict[str, Any]:
    """The frame that confirms a subscription, its identifier as the client wrote it."""
    return {"identifier": identifier, "type": "confirm_subscription"}


@dataclass(frozen=True, slots=True)
class Place:
    """Whom a socket listens to: a part, and one sandbox of it.

    Attributes:
        part: the part.
        name: the sandbox's name; empty for everybody's.
        sandbox: the sandbox itself; another one may stand at this name by now.
    """

    part: Part
    name: str
    sandbox: Sandbox


# Gets the sandbox's name, the event's name and the frame's text; None sends the frame as it is.
FrameFaults = Callable[[str, str, str], FramePlan | None]


class FrameGate:
    """Judges the transport's frames, and keeps in the journal what is to be said of sockets.

    Args:
        journal: where it is kept.
        policy: ``enforce`` keeps back a frame that breaks the contract; ``report`` lets it pass, noted.
    """

    def __init__(self, journal: Journal, policy: Policy) -> None:
        self.journal = journal
        self.policy = policy
        self._last: tuple[Broadcast, str] | None = None

    def text(self, place: Place, frame: Mapping[str, Any]) -> str | None:
        """A transport frame as it goes over the wire; None if it must not.

        The document of events has it under ``cable.`` and its type, if it has it.
        """
        name, events = f"cable.{frame['type']}", place.part.events
        broken = events.check_event(name, frame) if events is not None and name in events.events else ()
        if broken:
            sent = self.policy == "report"
            self._keep(Event(name, frame, violations=list(broken), sent=sent), place)
            if not sent:
                return None
        return orjson.dumps(frame).decode()

    def message(self, broadcast: Broadcast) -> str:
        """What a data frame says, written once however many sockets listen: they are told one after the other."""
        if self._last is None or self._last[0] is not broadcast:
            told = orjson.dumps({"event": broadcast.event, "data": broadcast.data}).decode()
            self._last = (broadcast, told)
        return self._last[1]

    def note(self, place: Place, note: str, *, fault: str = "") -> None:
        """Keep a sentence about a socket in the journal."""
        self._keep(Event("", note=note, fault=fault), place)

    def _keep(self, event: Event, place: Place) -> None:
        event.service, event.sandbox, event.started = place.part.name, place.name, place.sandbox.clock.time()
        self.journal.add(event)


def excerpt(text: str) -> str:
    """What a client sent, quoted and short enough for a note; no character of it can move a cursor."""
    return ascii(text if len(text) <= EXCERPT else f"{text[:EXCERPT]}…")


EXCERPT = 160
