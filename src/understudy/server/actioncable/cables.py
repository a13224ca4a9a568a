"""Every cable that is served, and every socket on them: takes websockets in, keeps them alive, ends them in time.

`App` passes websockets on, and tells of sandboxes that end. A websocket to a path that has no cable is refused before
it is one. It must not know what is said on a socket.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

from starlette.types import Receive, Scope, Send

from understudy.contract.violations import Violation
from understudy.sandbox.sandboxes import Sandbox
from understudy.server import problem
from understudy.server.actioncable.frames import RESTART, WELCOME, FrameFaults, FrameGate, Place
from understudy.server.actioncable.socket import GRACE, Socket
from understudy.server.actioncable.subscriptions import Subscriptions
from understudy.server.call import Call, Directory, Part, base_url
from understudy.server.gate import Policy
from understudy.server.journal import Journal
from understudy.server.naming import in_sandbox
from understudy.server.wire import EXTENSION
from understudy.services.service import Cable

# What Rails selects of the protocols a client offers: the client's first that is one of these.
SUBPROTOCOLS = frozenset({"actioncable-v1-json", "actioncable-unsupported"})
SCHEMES = {"ws": "http", "wss": "https"}
PING = 3.0

REFUSABLE = "websocket.http.response"


class Cables:
    """The cables of all parts.

    Args:
        parts: what is served.
        journal: where refused handshakes and notes about sockets are kept.
        policy: ``enforce`` or ``report``, see `gate`.
        frame_faults: what becomes of data frames; None leaves them alone.
        interval: seconds between two pings.

    Attributes:
        frame_faults: as above; may be set later, for the sockets to come.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        journal: Journal,
        policy: Policy,
        *,
        frame_faults: FrameFaults | None = None,
        interval: float = PING,
    ) -> None:
        self.frame_faults = frame_faults
        self._directory = Directory(parts)
        self._journal = journal
        self._gate = FrameGate(journal, policy)
        self._interval = interval
        self._at: dict[str, tuple[Part, Cable]] = {}
        for part in parts:
            if part.service is not None and part.service.cable is not None and part.sandboxes is not None:
                self._at.setdefault(f"{part.base_path}{part.service.cable.path}", (part, part.service.cable))
        self._sockets: set[Socket] = set()
        self._none = asyncio.Event()
        self._closed = False
        self._beating: asyncio.Task[None] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one websocket until it ends."""
        if (await receive())["type"] != "websocket.connect":
            return
        scope, name = in_sandbox(scope)
        found = self._at.get(scope["path"])
        part = found[0] if found else self._directory.part_at(scope["path"])
        call = Call({**scope, "method": "GET", "scheme": SCHEMES[scope["scheme"]]}, b"", part, name or "")
        if self._closed:
            await send({"type": "websocket.close"})
            return
        if found is None or name is None:
            await self._refuse(call, self._reason(name), send)
            return
        offered = scope.get("subprotocols", ())
        await send(
            {"type": "websocket.accept", "subprotocol": next((one for one in offered if one in SUBPROTOCOLS), None)}
        )
        await self._serve(call, found[1], receive, send)

    def ended(self, sandbox: Sandbox) -> None:
        """A sandbox has ended, or begins anew: its clients are told to connect again."""
        for socket in tuple(self._sockets):
            if socket.place.sandbox is sandbox:
                socket.end(RESTART)

    async def close(self) -> None:
        """Tell every client that the server restarts, and close; whoever does not read by then is cut off."""
        self._closed = True
        if self._beating is not None:
            self._beating.cancel()
        for socket in tuple(self._sockets):
            socket.end(RESTART)
        if self._sockets:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._none.wait(), 2 * GRACE)

    async def _serve(self, call: Call, cable: Cable, receive: Receive, send: Send) -> None:
        assert call.part.sandboxes is not None  # noqa: S101 - only such parts have a cable
        with call.part.sandboxes.held(call.sandbox) as sandbox:
            sandbox.home = base_url(call)
            cut = (call.scope.get("extensions") or {}).get(EXTENSION, {}).get("abort", _leave)
            socket = Socket(Place(call.part, call.sandbox, sandbox), self._gate, cut, self.frame_faults)
            subscriptions = Subscriptions(cable, socket, self._gate)
            self._take_in(socket)
            try:
                socket.say(WELCOME)
                await socket.run(receive, send, subscriptions.heard)
            finally:
                subscriptions.end()
                self._let_go(socket)

    def _take_in(self, socket: Socket) -> None:
        self._sockets.add(socket)
        self._none.clear()
        if self._beating is None or self._beating.done():
            self._beating = asyncio.create_task(self._beat())

    def _let_go(self, socket: Socket) -> None:
        self._sockets.discard(socket)
        if not self._sockets:
            self._none.set()

    async def _beat(self) -> None:
        """Ping every socket again and again, as long as there are any; one timer serves them all."""
        while self._sockets:
            await asyncio.sleep(self._interval)
            for socket in tuple(self._sockets):
                socket.ping()

    def _reason(self, name: str | None) -> Violation:
        """The promise that a handshake breaks."""
        if name is None:
            rule = "a sandbox's name has 1 to 64 letters, digits, . _ -"
            return Violation("/path", "sandbox-malformed", "request", "", "", rule)
        known = ", ".join(self._at) or "no path: nothing that is served here has one"
        message = f"there is no websocket at this path; there is one at {known}"
        return Violation("/path", "operation-unknown", "request", "", "", message)

    async def _refuse(self, call: Call, reason: Violation, send: Send) -> None:
        """Answer a handshake with a problem instead, where the server can; else close before accepting."""
        call.violations, call.refused = [reason], True
        call.response = problem.problem(problem.REQUEST, reason.status, reason.message, call.violations)
        self._journal.add(call.exchange(call.part.answerer.now(call), 0.0))
        if REFUSABLE in (call.scope.get("extensions") or {}):
            start = {"status": call.response.status_code, "headers": list(call.response.raw_headers)}
            await send({"type": f"{REFUSABLE}.start", **start})
            await send({"type": f"{REFUSABLE}.body", "body": call.response.body})
        else:
            await send({"type": "websocket.close"})


def _leave() -> None:
    """Nothing to do: where a connection cannot be cut off, the server closes it once its application has ended."""
