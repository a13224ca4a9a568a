"""One client's socket: what it is sent, by a task of its own, and how it ends.

`Cables` makes one for each websocket. Whoever tells it something never waits for the client: what is told goes into a
bounded outbox, and a client that lets it overflow is cut off. It must not know what frames mean.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from starlette.types import Message, Receive, Send

from understudy.server.actioncable.frames import FrameFaults, FrameGate, Place, ping
from understudy.server.actioncable.line import Line
from understudy.server.actioncable.outbox import Outbox

NORMAL = 1000
NOTES = 50
GRACE = 0.5

Cut = Callable[[], None]


class Socket:
    """A websocket that has been accepted.

    Args:
        place: whom it listens to.
        gate: judges and notes.
        cut: cuts the connection off, whatever is still on its way.
        faults: what becomes of its data frames; None leaves them alone.
    """

    def __init__(self, place: Place, gate: FrameGate, cut: Cut, faults: FrameFaults | None = None) -> None:
        self.place = place
        self._gate = gate
        self._cut = cut
        self._faults = faults
        self._outbox = Outbox()
        self._noted: set[str] = set()
        self._line = Line(self._put)
        self._patience: asyncio.TimerHandle | None = None
        self._writer: asyncio.Task[None] | None = None

    async def run(self, receive: Receive, send: Send, heard: Callable[[Message], None]) -> None:
        """Send and listen until either side ends it.

        Args:
            receive: ASGI's.
            send: ASGI's.
            heard: gets each message of the client.
        """
        self._writer = asyncio.create_task(self._write(send))
        reader = asyncio.create_task(self._read(receive, heard))
        try:
            await asyncio.wait((self._writer, reader), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._outbox.close()
            self._line.close()
            if self._patience is not None:
                self._patience.cancel()
            for task in (self._writer, reader):
                task.cancel()
            for result in await asyncio.gather(self._writer, reader, return_exceptions=True):
                if isinstance(result, Exception):
                    raise result

    def say(self, frame: Mapping[str, Any]) -> None:
        """Send a frame of the transport."""
        text = self._gate.text(self.place, frame)
        if text is not None:
            self._put(text)

    def ping(self) -> None:
        """Show that the server is there."""
        self.say(ping(self.place.sandbox.clock.time()))

    def tell(self, event: str, frame: str) -> None:
        """Send a data frame. Every one goes through here, so this is where faults act.

        Args:
            event: the event's name.
            frame: the whole frame as text.
        """
        plan = self._faults(self.place.name, event, frame) if self._faults is not None else None
        if plan is not None:
            self._gate.note(self.place, f"{event} met a fault on its way to a socket", fault=plan.fault)
            if plan.drop:
                self.cut()
                return
        self._line.enter(frame, plan)

    def note(self, note: str) -> None:
        """Keep a sentence about this socket in the journal, each once: clients repeat themselves."""
        if note not in self._noted and len(self._noted) < NOTES:
            self._noted.add(note)
            self._gate.note(self.place, note)

    def end(self, frame: Mapping[str, Any]) -> None:
        """Send what is waiting, then this frame, then close; cut a client off that does not read it in time."""
        self._outbox.close(self._gate.text(self.place, frame))
        if self._patience is None:
            self._patience = asyncio.get_running_loop().call_later(GRACE, self.cut)

    def cut(self) -> None:
        """Cut the connection off; what is waiting is lost."""
        self._outbox.close()
        if self._writer is not None:
            self._writer.cancel()
        self._cut()

    def _put(self, text: str) -> None:
        if not self._outbox.put(text):
            self._gate.note(self.place, "a socket was cut off: its client reads more slowly than it is told things")
            self.cut()

    async def _write(self, send: Send) -> None:
        # A server may say that the client is gone by an OSError, or that the socket is closing by a RuntimeError.
        with contextlib.suppress(OSError, RuntimeError):
            while (text := await self._outbox.take()) is not None:
                await send({"type": "websocket.send", "text": text})
            await send({"type": "websocket.close", "code": NORMAL})

    async def _read(self, receive: Receive, heard: Callable[[Message], None]) -> None:
        while (message := await receive())["type"] == "websocket.receive":
            heard(message)
            await asyncio.sleep(0)  # a client that never stops talking leaves a turn to everybody else
