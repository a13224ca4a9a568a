"""One answer on its way to the client, as fast as the client takes it; held until it was judged where that is asked.

An answer that the deployment breaks off is broken off here too, where its head says how long it is or it comes in
chunks. Called by `passing`; it must not judge.
"""

from __future__ import annotations

from understudy.contract.exchange import Response
from understudy.contract.traffic import LIMIT
from understudy.server.proxy.court import Court
from understudy.server.proxy.heads import RequestHead, ResponseHead, chunk, last_chunk, valued
from understudy.server.proxy.passage import Passage
from understudy.server.proxy.wire import End, Wire, WireError

KEPT_BACK = "the answer was kept back"
STREAM = b"text/event-stream"  # it has no end to wait for


class Answering:
    """One answer.

    Args:
        court: who judges.
        client: the client's connection.
        head: the request's head.
        passage: what is seen; its ``answered`` is there.
        hold: whether the answer is judged before it is passed on.

    Attributes:
        last: whether the client's connection ends with this answer.
    """

    def __init__(self, court: Court, client: Wire, head: RequestHead, passage: Passage, *, hold: bool) -> None:
        assert passage.answered is not None  # noqa: S101 - the head was read
        self.court, self.client, self.asked, self.passage = court, client, head, passage
        self.copy = passage.answered
        self.hold = hold
        self.last = False
        self._out: list[bytes] = []

    async def run(self, wire: Wire, head: ResponseHead, *, last: bool) -> bool:
        """Pass the answer on; returns whether it came whole.

        Args:
            wire: the deployment's connection, the answer's body next.
            head: the answer's head.
            last: whether the client's connection ends with this answer anyway.

        Errors: `WireError` where the client is gone.
        """
        framing, old = head.framing(self.asked.method), self.asked.version == "1.0"
        self.hold = self.hold and not valued(head.headers, b"content-type").startswith(STREAM)
        self.last = last or framing == "close" or (framing == "chunked" and old)
        self._out.append(head.written(last=self.last, version=self.asked.version))
        chunked = framing == "chunked" and not old
        while not self.copy.whole:
            if not wire.waits():
                await self._pass_on()
            try:
                piece = await wire.piece()
            except WireError as error:
                await self._broken_off(str(error))
                return False
            if isinstance(piece, bytes):
                self.copy.take(piece)
                self._out.append(chunk(piece) if chunked else piece)
            elif isinstance(piece, End):
                self.copy.whole = True
                self._out.append(last_chunk(piece.trailers) if chunked else b"")
            if len(self._out) > 64:  # noqa: PLR2004 - enough to be worth a system call
                await self._pass_on()
        objection = self.court.objection(self.passage) if self.hold and self.copy.size <= LIMIT else None
        if objection is not None:
            self._object(objection)
        self.hold = False
        await self._pass_on()
        return True

    async def _pass_on(self) -> None:
        """Send what is there, unless it is to be judged first."""
        if self.hold and self.copy.size <= LIMIT:
            return
        out, self._out = self._out, []
        self.client.write(b"".join(out))
        await self.client.drain()

    async def _broken_off(self, why: str) -> None:
        """Pass on what came; the closed connection says the rest."""
        self.last, self.hold = True, False
        self.copy.broken_off = f"the answer was broken off after {self.copy.size:,} bytes of its body: {why}"
        self.passage.failure = self.copy.broken_off
        await self._pass_on()

    def _object(self, response: Response) -> None:
        """Say our own word instead of the answer."""
        self.passage.note = KEPT_BACK
        head = ResponseHead(response.status_code, b"Internal Server Error", "1.1", list(response.raw_headers))
        body = b"" if self.asked.method == "HEAD" else response.body
        self._out = [head.written(last=self.last, version=self.asked.version), body]
