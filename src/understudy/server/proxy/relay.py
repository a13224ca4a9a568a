"""One client's connection: each request goes to the deployment, its answer comes back, neither waits to be whole.

`serving` makes one for each connection. A client that hangs up ends the request at the deployment. What passed is
judged by the court once it is over, whatever its end. It must not know what a message says.
"""

from __future__ import annotations

import asyncio
import time

from understudy.server.proxy.court import Court
from understudy.server.proxy.heads import RequestHead
from understudy.server.proxy.passage import Copy, Passage
from understudy.server.proxy.passing import Passing
from understudy.server.proxy.upstream import Upstream
from understudy.server.proxy.wire import Wire, WireError

HUNG_UP = "the client hung up before the answer was whole"


class Relay:
    """Serves one client.

    Args:
        upstream: the deployment.
        court: who judges.
        client: the client's connection.
    """

    def __init__(self, upstream: Upstream, court: Court, client: Wire) -> None:
        self.upstream = upstream
        self.court = court
        self.client = client

    async def run(self) -> None:
        """Pass requests on until a side ends the connection."""
        try:
            while await self._exchange():
                pass
        except WireError:
            pass  # the client has nothing more to say; what it did not get is in the journal
        finally:
            self.client.close()

    async def _exchange(self) -> bool:
        """Pass one request on; returns whether there may be another one."""
        head = await self.client.piece()
        if not isinstance(head, RequestHead):
            raise WireError("a request was broken off")
        target = head.target.decode("latin-1")
        passage = Passage(
            f"{self.upstream.origin}{target}", head.method, target, head.version, Copy(head.headers), time.time()
        )
        begun = time.perf_counter()
        try:
            return await Passing(self.upstream, self.court, self.client, head, passage).run()
        except asyncio.CancelledError:
            passage.note = HUNG_UP
            raise
        except WireError as error:
            passage.note = str(error) if self.client.open else HUNG_UP
            raise
        finally:
            passage.seconds = time.perf_counter() - begun
            self.court.close(passage)
