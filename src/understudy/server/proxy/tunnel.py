"""A websocket through the proxy: every byte passes as it is, both ways; what the frames say is overheard.

Frames keep their masks, fragments, compression and close codes, since nothing is taken apart but a copy. Called by
`passing` once the deployment has agreed; it must not judge.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from typing import Literal

from websockets.client import ClientProtocol
from websockets.exceptions import WebSocketException
from websockets.extensions import Extension
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.frames import DATA_OPCODES, Frame, Opcode
from websockets.headers import parse_extension
from websockets.protocol import State
from websockets.server import ServerProtocol
from websockets.uri import parse_uri

from understudy.contract.traffic import LIMIT
from understudy.server.proxy.court import Court
from understudy.server.proxy.heads import valued
from understudy.server.proxy.passage import Passage, Told
from understudy.server.proxy.wire import Wire, WireError

# How long the second side may take to end after the first, in seconds.
GRACE = 5.0
# How much of one socket's messages is kept for the record, in bytes.
KEPT = 4_000_000

Sender = Literal["client", "deployment"]


class Tunnel:
    """A websocket.

    Args:
        client: the client's connection; its handshake is answered.
        wire: the deployment's.
        court: hears what the deployment says.
        passage: the handshake, to which the messages belong.
    """

    def __init__(self, client: Wire, wire: Wire, court: Court, passage: Passage) -> None:
        self.client, self.wire, self.court, self.passage = client, wire, court, passage
        answered = passage.answered.headers if passage.answered else []
        extensions = valued(answered, b"sec-websocket-extensions").decode("latin-1")
        self._ears: dict[Sender, Ear] = {
            "client": Ear(ServerProtocol(state=State.OPEN, max_size=LIMIT), extensions),
            "deployment": Ear(
                ClientProtocol(parse_uri("ws://deployment/"), state=State.OPEN, max_size=LIMIT), extensions
            ),
        }
        self._kept = 0

    async def run(self) -> None:
        """Pass everything on until both sides have ended."""
        assert self.passage.answered is not None  # noqa: S101 - the handshake was answered
        self.passage.answered.whole = True
        self.client.become_raw()
        self.wire.become_raw()
        pumps = [
            asyncio.create_task(self._pump(self.client, self.wire, "client")),
            asyncio.create_task(self._pump(self.wire, self.client, "deployment")),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
            await asyncio.wait(pumps, timeout=GRACE)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            for sender, ear in self._ears.items():
                if ear.deaf:
                    self.court.note(f"{self.passage.target}: what the {sender} says is not judged: {ear.deaf}")

    async def _pump(self, source: Wire, sink: Wire, sender: Sender) -> None:
        try:
            while True:
                data = await source.piece()
                if isinstance(data, bytes):
                    sink.write(data)
                    self._overhear(sender, data)
                    await sink.drain()
        except WireError:
            sink.close()

    def _overhear(self, sender: Sender, data: bytes) -> None:
        for opcode, message in self._ears[sender].messages(data):
            if self._kept <= KEPT:
                self._kept += len(message)
                self.passage.messages.append(Told(sender, time.time(), opcode, message))
            if sender == "deployment" and opcode == Opcode.TEXT:
                self.court.event(message)


class Ear:
    """Puts one side's frames together to messages.

    Args:
        protocol: reads that side's frames.
        extensions: what the handshake agreed on, the header's value.

    Attributes:
        deaf: why it understands no more; empty as long as it does.
    """

    def __init__(self, protocol: ClientProtocol | ServerProtocol, extensions: str) -> None:
        self.protocol = protocol
        self.deaf = ""
        self._opcode = 0
        self._parts: list[bytes] = []
        try:
            agreed = parse_extension(extensions) if extensions else []
            protocol.extensions = [_inflating(name, dict(params), protocol) for name, params in agreed]
        except (WebSocketException, ValueError) as error:
            self.deaf = f"its extensions are not known: {error}"

    def messages(self, data: bytes) -> list[tuple[int, bytes]]:
        """The messages that end with these bytes: their opcodes, and what they say."""
        if self.deaf:
            return []
        self.protocol.receive_data(data)
        self.protocol.data_to_send()  # nobody is answered: both sides answer each other
        found = []
        for frame in self.protocol.events_received():
            if isinstance(frame, Frame) and frame.opcode in DATA_OPCODES:
                self._opcode = frame.opcode if frame.opcode != Opcode.CONT else self._opcode
                self._parts.append(bytes(frame.data))
                if frame.fin:
                    found.append((int(self._opcode), b"".join(self._parts)))
                    self._parts = []
        if self.protocol.parser_exc is not None and self.protocol.state is not State.CLOSED:
            self.deaf = str(self.protocol.parser_exc)
        return found


def _inflating(name: str, parameters: Mapping[str, str | None], protocol: ClientProtocol | ServerProtocol) -> Extension:
    """What undoes the compression of one side's messages.

    Errors: `ValueError` for an extension that is not compression.
    """
    if name != "permessage-deflate":
        raise ValueError(name)
    sender = "server" if isinstance(protocol, ClientProtocol) else "client"
    return PerMessageDeflate(
        remote_no_context_takeover=f"{sender}_no_context_takeover" in parameters,
        local_no_context_takeover=True,
        remote_max_window_bits=int(parameters.get(f"{sender}_max_window_bits") or 15),
        local_max_window_bits=15,
    )
