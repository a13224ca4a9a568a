"""uvicorn's HTTP connection, with a handle for whoever must break it: an ASGI extension with `abort` and `close`.

Given to uvicorn by whoever serves on a socket. ASGI has no message that resets a connection or ends a body early, and
leaving an answer unfinished would be logged as a bug. It must not know why somebody breaks it.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable
from functools import partial
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from understudy.server.wire import EXTENSION

# Linger on, for no time: closing throws away what is unsent, and tells the other side by a reset.
_RESET = struct.pack("ii", 1, 0)


class BreakableConnection(HttpToolsProtocol):
    """One connection; each request's scope has the extension ``understudy.connection``.

    ``abort()`` resets the connection at once. ``close()`` sends what is written and closes it.
    """

    def on_headers_complete(self) -> None:
        """Hand the request over, with the handle."""
        super().on_headers_complete()
        if self.cycle is not None and self.cycle.scope is self.scope:
            scope: Any = self.scope
            handle: dict[str, Callable[[], None]] = {
                "abort": partial(self._abort, self.cycle),
                "close": partial(self._close, self.cycle),
            }
            scope["extensions"] = {EXTENSION: handle}

    def _abort(self, cycle: RequestResponseCycle) -> None:
        cycle.disconnected = True  # nobody is owed an answer any more
        found = self.transport.get_extra_info("socket")
        if found is not None:
            found.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.transport.abort()

    def _close(self, cycle: RequestResponseCycle) -> None:
        cycle.disconnected = True
        self.transport.close()
