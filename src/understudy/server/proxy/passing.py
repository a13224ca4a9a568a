"""One request and its answer on their way, both at once, each as fast as its reader takes it.

A deployment that breaks an answer off is passed on as that, a closed connection; one that gives none becomes a problem
of ours. With the policy `enforce` a message is held until it was judged, as far as it is judged at all. Called by
`relay`; it must not judge.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from http import HTTPStatus

from understudy.contract.exchange import Response
from understudy.contract.traffic import LIMIT
from understudy.server import problem
from understudy.server.proxy.answering import Answering
from understudy.server.proxy.court import Court
from understudy.server.proxy.heads import RequestHead, ResponseHead, chunk, last_chunk, valued
from understudy.server.proxy.passage import Copy, Passage
from understudy.server.proxy.tunnel import Tunnel
from understudy.server.proxy.upstream import GATEWAY_TIMEOUT, Upstream, UpstreamError
from understudy.server.proxy.wire import End, Wire, WireError

SWITCHING, FINAL = 101, 200
SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# How long a client may go on sending a body that is answered already, in seconds.
LINGER = 5.0
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


class Passing:
    """One request and its answer.

    Args:
        upstream: the deployment.
        court: who judges, and by which policy.
        client: the client's connection.
        head: the request's head.
        passage: what is seen.
    """

    def __init__(self, upstream: Upstream, court: Court, client: Wire, head: RequestHead, passage: Passage) -> None:
        self.upstream, self.court, self.client = upstream, court, client
        self.head, self.passage = head, passage
        self.enforced = court.policy == "enforce" and not head.upgrade
        self.last = not head.keep_alive
        self._begun = time.perf_counter()
        self._asked_pieces: list[bytes] = []

    async def run(self) -> bool:
        """Pass it on; returns whether the client's connection may be used again."""
        if self.head.framing == "none":
            self.passage.asked.whole = isinstance(await self.client.piece(), End)
        if self.enforced and not await self._admitted():
            return not self.last
        while True:
            try:
                wire, used = await self.upstream.take(safe=self.head.method in SAFE)
            except UpstreamError as error:
                return await self._failed(error)
            kept, before = False, wire.received
            try:
                kept = await self._through(wire)
            except UpstreamError as error:
                unheard = used and wire.received == before and self.head.method in SAFE
                if unheard and self.head.framing == "none":
                    continue  # it was closed while it was kept, and the request was never read
                return await self._failed(error)
            finally:
                if kept:
                    self.upstream.give_back(wire)
                else:
                    wire.abort()
            return not self.last and self.client.open

    async def _admitted(self) -> bool:
        """Hold the request until it was judged; returns whether it may pass, and answers it where it may not."""
        if valued(self.head.headers, b"expect"):
            self.client.write(CONTINUE)
            self.head.headers = [pair for pair in self.head.headers if pair[0].lower() != b"expect"]
        asked = self.passage.asked
        while asked.size <= LIMIT and not asked.whole:
            piece = await self.client.piece()
            if isinstance(piece, bytes):
                asked.take(piece)
                self._asked_pieces.append(piece)
            asked.whole = isinstance(piece, End)
        refused = self.court.refusal(self.passage) if asked.whole else None
        if refused is not None:
            await self._say(refused)
        return refused is None

    async def _through(self, wire: Wire) -> bool:
        """Send the request, pass the answer on; returns whether the deployment's connection may be used again."""
        wire.expect(self.head.method)
        wire.write(self.head.written(self.upstream.host))
        upload: asyncio.Task[None] | None = None
        try:
            if self.head.framing != "none":
                upload = asyncio.create_task(self._upload(wire))
            answer = await self._answer_head(wire)
            if answer.status == SWITCHING:
                self.last = True
                self.client.write(answer.written(upgrade=True))
                await Tunnel(self.client, wire, self.court, self.passage).run()
                return False
            if self.head.upgrade:
                self.client.resume()
            answering = Answering(self.court, self.client, self.head, self.passage, hold=self.enforced)
            whole = await answering.run(wire, answer, last=self.last)
            self.last = answering.last
            if upload is not None and not self.passage.asked.whole:
                await self._linger(upload)
                return False
            return whole and answer.keep_alive and wire.open
        finally:
            if upload is not None:
                upload.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await upload

    async def _upload(self, wire: Wire) -> None:
        """Pass the request's body on as it comes. A deployment that takes no more is heard where its answer is read."""
        chunked, asked = self.head.framing == "chunked", self.passage.asked
        trailers: list[tuple[bytes, bytes]] = []
        with contextlib.suppress(WireError):
            for piece in self._asked_pieces:
                wire.write(chunk(piece) if chunked else piece)
                await wire.drain()
            self._asked_pieces = []
            while not asked.whole:
                found = await self.client.piece()
                if isinstance(found, bytes):
                    asked.take(found)
                    wire.write(chunk(found) if chunked else found)
                    await wire.drain()
                elif isinstance(found, End):
                    asked.whole, trailers = True, found.trailers
            if chunked:
                wire.write(last_chunk(trailers))

    async def _answer_head(self, wire: Wire) -> ResponseHead:
        """The head of the final answer; those of 1xx answers are passed on."""
        patience = self.upstream.patience.answer
        try:
            async with asyncio.timeout(patience) as limit:
                while True:
                    head = await wire.piece()
                    if not isinstance(head, ResponseHead):
                        raise UpstreamError("the deployment's answer has no beginning")
                    if head.status >= FINAL or head.status == SWITCHING:
                        break
                    if self.head.version != "1.0":
                        self.client.write(head.written())
                    limit.reschedule(asyncio.get_running_loop().time() + patience)
        except TimeoutError:
            raise UpstreamError(f"no answer within {patience:g} s", GATEWAY_TIMEOUT) from None
        except WireError as error:
            raise UpstreamError(f"no answer: {error}") from None
        self.passage.status, self.passage.reason = head.status, head.reason.decode("latin-1")
        self.passage.answered = Copy(head.headers)
        self.passage.waited = time.perf_counter() - self._begun
        return head

    async def _linger(self, upload: asyncio.Task[None]) -> None:
        """Let a client finish a body whose answer it has, so that it gets to read it; then the connection ends."""
        self.last = True
        with contextlib.suppress(TimeoutError, WireError):
            async with asyncio.timeout(LINGER):
                await upload
                while not self.passage.asked.whole:
                    self.passage.asked.whole = isinstance(await self.client.piece(), End)

    async def _failed(self, error: UpstreamError) -> bool:
        """Say that the deployment gives no answer."""
        self.passage.failure = str(error)
        await self._say(problem.problem(problem.UPSTREAM, error.status, f"{self.upstream.origin}: {error}"))
        return not self.last

    async def _say(self, response: Response) -> None:
        """Answer in our own voice; a client that is still sending is not heard to its end."""
        passage, headers = self.passage, list(response.raw_headers)
        passage.refused, passage.status = True, response.status_code
        passage.reason = HTTPStatus(response.status_code).phrase
        passage.answered = Copy(headers, bytearray(response.body), len(response.body), whole=True)
        self.last = self.last or not passage.asked.whole
        head = ResponseHead(response.status_code, passage.reason.encode(), "1.1", headers)
        body = b"" if self.head.method == "HEAD" else response.body
        self.client.write(head.written(last=self.last, version=self.head.version) + body)
        await self.client.drain()
