"""uvicorn's websocket, with a handle for whoever must cut it off: an ASGI extension with `abort`.

Given to uvicorn by whoever serves on a socket. ASGI can only close, which waits until the client has read what is on
its way; one that reads nothing can be told nothing either. It must not know why somebody cuts it off.
"""

from __future__ import annotations

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

from understudy.server.wire import EXTENSION


class CuttableWebSocket(WebSocketsSansIOProtocol):
    """A websocket whose scope has the extension ``understudy.connection``; ``abort()`` cuts it off at once."""

    def handle_connect(self, event: Request) -> None:
        """Add to the scope, which the application gets only once the event loop turns."""
        super().handle_connect(event)
        if not self.close_sent:
            extensions: dict[str, object] = self.scope["extensions"]  # type: ignore[assignment] # ours is not a standard one
            extensions[EXTENSION] = {"abort": self.transport.abort}
