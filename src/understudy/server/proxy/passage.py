"""What passed the proxy in one exchange: both heads as they were sent, the bodies as far as they are judged, the times.

Filled in by `relay` and `tunnel`, judged by `court`, told to whoever records. It must not know how it came.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from understudy.contract.exchange import Exchange
from understudy.contract.traffic import LIMIT, Sighting

TOO_LARGE = f"it has more than {LIMIT:,} bytes"


@dataclass(slots=True)
class Copy:
    """What was seen of one message.

    Attributes:
        headers: raw pairs as sent.
        body: the body so far; empty once it is too large to be judged.
        size: how many bytes of the body passed.
        broken_off: why the body has no end; empty where it has.
        whole: whether the body's end was seen.
    """

    headers: list[tuple[bytes, bytes]]
    body: bytearray = field(default_factory=bytearray)
    size: int = 0
    broken_off: str = ""
    whole: bool = False

    def take(self, piece: bytes) -> None:
        """Look at a piece of the body on its way."""
        self.size += len(piece)
        if self.size <= LIMIT:
            self.body += piece
        elif self.body:
            self.body = bytearray()

    def sighting(self) -> Sighting:
        """The message as it is judged."""
        if self.size > LIMIT:
            return Sighting(self.headers, unseen=TOO_LARGE)
        if not self.whole:
            return Sighting(self.headers, unseen=self.broken_off or "its end was not seen")
        return Sighting(self.headers, bytes(self.body))


@dataclass(frozen=True, slots=True)
class Told:
    """One message of a websocket.

    Attributes:
        sender: who sent it.
        moment: seconds since the Unix epoch.
        opcode: 1 for text, 2 for bytes.
        data: what it says, without masking and compression.
    """

    sender: Literal["client", "deployment"]
    moment: float
    opcode: int
    data: bytes


@dataclass(slots=True)
class Passage:
    """One exchange on its way.

    Attributes:
        url: what was asked for, at the deployment.
        method: as sent.
        target: path and query as sent.
        version: the client's HTTP version.
        asked: the request.
        started: seconds since the Unix epoch.
        status: the answer's status; 0 while there is none.
        reason: its reason phrase.
        answered: the answer; None where none came.
        waited: seconds until its head came.
        seconds: seconds until its end.
        failure: why there is no whole answer; empty where there is.
        note: what else is to be said.
        refused: whether the answer is our own.
        messages: what a websocket said, both ways.
        exchange: the exchange with its verdict, once it was judged.
    """

    url: str
    method: str
    target: str
    version: str
    asked: Copy
    started: float
    status: int = 0
    reason: str = ""
    answered: Copy | None = None
    waited: float = 0.0
    seconds: float = 0.0
    failure: str = ""
    note: str = ""
    refused: bool = False
    messages: list[Told] = field(default_factory=list)
    exchange: Exchange | None = None
