"""Many sockets and steady writes: whether a frame is lost or overtaken, how late it comes, what memory does.

``python tests/benchmarks/sockets.py`` by hand; a short run of `soak` stands in the suite. Each socket is a contact's, in
one sandbox; each write is a message of a contact, which its own socket hears. Ends with 1 where a frame was lost.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from functools import partial

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

CONTACTS = "/public/api/v1/inboxes/demo-inbox/contacts"
SANDBOX = "/~soak"
PATIENCE = 20.0
WRITERS = 8
WARM_UP = 1_500  # writes, after which the journal is full and grows no more
SAMPLES = 6


@dataclass
class Soak:
    """What was found.

    Attributes:
        sockets: how many listened.
        planned: how many messages are to be written.
        seconds: how long was written steadily.
        written: messages.
        heard: frames that told of one.
        overtaken: frames that came after a later one of the same conversation, or twice.
        late: seconds from the beginning of each request to its frame.
        memory: the server's resident megabytes after so many writes.
        complete: set once every message was heard of.
    """

    sockets: int
    planned: int
    seconds: float = 0.0
    written: int = 0
    heard: int = 0
    overtaken: int = 0
    late: list[float] = field(default_factory=list)
    memory: list[tuple[int, float]] = field(default_factory=list)
    complete: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def lost(self) -> int:
        """Messages that no frame told of."""
        return self.written - self.heard if self.sockets else 0


class Conversation:
    """One contact with a conversation to write in, and maybe a socket that listens."""

    def __init__(self, client: httpx.AsyncClient, found: Soak) -> None:
        self.client = client
        self.found = found
        self.begun: list[float] = []
        self.expected = 0
        self.path = self.token = ""

    async def begin(self, number: int) -> None:
        """Make the contact and the conversation."""
        answer = await self.client.post(CONTACTS, json={"source_id": f"soak-{number}", "name": f"Soak {number}"})
        self.token = answer.raise_for_status().json()["pubsub_token"]
        path = f"{CONTACTS}/soak-{number}/conversations"
        answer = await self.client.post(path, json={})
        self.path = f"{path}/{answer.raise_for_status().json()['id']}/messages"

    async def write(self) -> None:
        """Send the next message."""
        content = str(len(self.begun))
        self.begun.append(time.perf_counter())
        (await self.client.post(self.path, json={"content": content})).raise_for_status()
        self.found.written += 1

    async def listen(self, connection: ClientConnection, ready: asyncio.Event) -> None:
        """Subscribe, and hold every message against what was written."""
        identifier = json.dumps({"channel": "RoomChannel", "pubsub_token": self.token})
        await connection.send(json.dumps({"command": "subscribe", "identifier": identifier}))
        async for text in connection:
            now, frame = time.perf_counter(), json.loads(text)
            if frame.get("type") == "confirm_subscription":
                ready.set()
            told = frame.get("message")
            if isinstance(told, dict) and told["event"] == "message.created":
                number = int(told["data"]["content"])
                self.found.heard += 1
                self.found.overtaken += number != self.expected
                self.expected = number + 1
                self.found.late.append(now - self.begun[number])
                if self.found.heard >= self.found.planned:
                    self.found.complete.set()


async def soak(  # noqa: PLR0913 - what there is to choose
    url: str,
    *,
    conversations: int,
    listening: bool = True,
    seconds: float,
    rate: float,
    warm_up: int = 0,
    memory: Callable[[], float | None] = lambda: None,
) -> Soak:
    """Write steadily while sockets listen.

    Args:
        url: the server's base URL.
        conversations: how many are written in, one after the other.
        listening: whether a socket listens to each.
        seconds: how long.
        rate: writes a second.
        warm_up: writes before that.
        memory: the server's resident megabytes, where something tells.
    """
    total = warm_up + round(seconds * rate)
    found = Soak(conversations if listening else 0, total)
    async with AsyncExitStack() as stack:
        limits = httpx.Limits(max_connections=WRITERS)
        client = await stack.enter_async_context(httpx.AsyncClient(base_url=url + SANDBOX, limits=limits, timeout=60))
        there = [Conversation(client, found) for _ in range(conversations)]
        for number, conversation in enumerate(there):
            await conversation.begin(number)
        tasks: list[asyncio.Task[None]] = []
        for conversation in there[: found.sockets]:
            protocol = [Subprotocol("actioncable-v1-json")]
            cable = connect(f"ws{url.removeprefix('http')}{SANDBOX}/cable", subprotocols=protocol)
            ready, connection = asyncio.Event(), await stack.enter_async_context(cable)
            tasks.append(asyncio.create_task(conversation.listen(connection, ready)))
            await asyncio.wait_for(ready.wait(), PATIENCE)
        every = max(1, (total - warm_up) // SAMPLES)
        started = await _write(there, found, warm_up=warm_up, rate=rate, every=every, memory=memory)
        found.seconds = time.perf_counter() - started
        if found.sockets:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(found.complete.wait(), PATIENCE)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return found


async def _write(  # noqa: PLR0913 - as above
    there: Sequence[Conversation],
    found: Soak,
    *,
    warm_up: int,
    rate: float,
    every: int,
    memory: Callable[[], float | None],
) -> float:
    """Write in all conversations in turn, by several writers, each of which has its own; returns when it became steady."""
    started = time.perf_counter()
    issued = 0

    async def write(own: Sequence[Conversation]) -> None:
        nonlocal issued, started
        turn = 0
        while issued < found.planned:
            number, issued = issued, issued + 1
            if number == warm_up:
                started = time.perf_counter()
            if number > warm_up:
                await asyncio.sleep(max(0.0, started + (number - warm_up) / rate - time.perf_counter()))
            if number >= warm_up and (number - warm_up) % every == 0 and (resident := memory()) is not None:
                found.memory.append((number, resident))
            await own[turn % len(own)].write()
            turn += 1

    writers = min(WRITERS, len(there))
    await asyncio.gather(*(write(there[first::writers]) for first in range(writers)))
    return started


def told(found: Soak) -> str:
    """The figures for people."""
    lines = [
        f"{found.sockets} sockets, {found.written} messages, steadily for {found.seconds:.1f} s",
        f"  frames lost: {found.lost}   out of order: {found.overtaken}",
    ]
    if found.late:
        cuts = statistics.quantiles(found.late, n=100)
        lines.append(f"  request to frame: median {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms")
    if len(found.memory) > 1:
        samples = "  ".join(f"{resident:.1f}" for _, resident in found.memory)
        (first, low), (last, high) = found.memory[0], found.memory[-1]
        lines.append(f"  resident MB: {samples}   ({(high - low) * 1024 / (last - first):.2f} KB a stored message)")
    return "\n".join(lines)


def main() -> int:
    """Measure and print; returns 1 where a frame was lost or overtaken."""
    # Only by hand: the suite has a server of its own, and these modules are found beside this script.
    import affinity
    from cases import SINGLE
    from contestants import PLAN, started
    from footprint import resident

    parser = argparse.ArgumentParser(description="Many sockets and steady writes.")
    parser.add_argument("--sockets", type=int, default=200, help="sockets, each a contact's")
    parser.add_argument("--seconds", type=float, default=30.0, help="how long is written")
    parser.add_argument("--rate", type=float, default=200.0, help="messages a second")
    given = parser.parse_args()
    bad = 0
    # The same writes with nobody listening show what the stored messages themselves take.
    for listening in (True, False):
        with started(PLAN, SINGLE.path, affinity.SERVER) as server, affinity.on(affinity.LOAD):
            found = asyncio.run(
                soak(
                    f"http://127.0.0.1:{server.port}",
                    conversations=given.sockets,
                    listening=listening,
                    seconds=given.seconds,
                    rate=given.rate,
                    warm_up=WARM_UP,
                    memory=partial(resident, server.process.pid, "VmRSS"),
                )
            )
        sys.stdout.write(told(found) + "\n")
        bad += found.lost + found.overtaken
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main())
