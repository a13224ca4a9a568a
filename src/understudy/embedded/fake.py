"""A fake inside the program that uses it: served on a free port by a thread of its own, ended with its block.

`understudy.serve` makes one. The program talks to it over HTTP like to any other, so what works here works against
`understudy serve`. It must not reach into the server it runs.
"""

from __future__ import annotations

import asyncio
import secrets
import threading
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from understudy.effective import Profile
from understudy.embedded.aio.control import AsyncControl
from understudy.embedded.sync.control import Control
from understudy.loops import runner
from understudy.server.app import create_app
from understudy.server.faults.registry import Faults
from understudy.server.gate import Policy
from understudy.server.run import Exchangeable, Server, bind, server_on, url_of
from understudy.server.stage import Direction, stage

PATIENCE = 30.0
"""How long a fake may take to begin, and to end, in seconds."""


class Fake(Control):
    """A fake that is served by this program.

    Args:
        targets: services' names or documents' paths.
        direction: how it is played.
        policy: what a broken promise costs.
        port: where; 0 takes a free port.
        callbacks_to: the hosts besides this machine that webhook requests may go to.

    Attributes:
        seed: what seeds its randomness.
        service: the first played service that has another side.
    """

    def __init__(
        self, targets: Sequence[str], direction: Direction, policy: Policy, port: int, callbacks_to: Sequence[str]
    ) -> None:
        staged = stage(targets, direction)
        self.seed = direction.seed
        played = [item.part.name for item in staged if item.part.control is not None]
        self.service = played[0] if played else "chatwoot"
        self._app = Exchangeable(
            create_app(
                [item.part for item in staged],
                policy=policy,
                faults=Faults(direction.seed),
                callbacks_to=callbacks_to,
            )
        )
        self._listener = bind("127.0.0.1", port)
        self._answers = threading.Event()
        self._server: Server = server_on(self._app, self._listener, self._answers.set)
        self._thread = threading.Thread(target=self._run, name="understudy", daemon=True)
        self._thread.start()
        if not self._answers.wait(PATIENCE):
            self._end()
            raise RuntimeError("the fake does not answer; its log says why")
        super().__init__(url_of(self._listener), service=self.service)

    def close(self) -> None:
        """End it: open requests are answered, sockets are told."""
        super().close()
        self._end()

    def _end(self) -> None:
        self._server.should_exit = True
        self._thread.join(PATIENCE)
        self._listener.close()

    def _run(self) -> None:
        try:
            with runner() as running:
                running.run(self._server.serve(sockets=[self._listener]))
        finally:
            self._answers.set()


@asynccontextmanager
async def aserve(*targets: str, **options: Any) -> AsyncIterator[AsyncControl]:
    """The same for programs that wait with ``await``: ``async with understudy.aserve("chatwoot") as fake``.

    Takes what `serve` takes, and hands out an `AsyncControl`.
    """
    fake = await asyncio.to_thread(serve, *targets, **options)
    try:
        async with AsyncControl(fake.url, service=fake.service) as control:
            yield control
    finally:
        await asyncio.to_thread(fake.close)


def serve(  # noqa: PLR0913 - what `understudy serve` can be told
    *targets: str,
    profile: Profile = "observed",
    policy: Policy = "enforce",
    overlays: Sequence[Path] = (),
    fixtures: Path | None = None,
    settings: Mapping[str, str] | None = None,
    seed: int | None = None,
    clock: datetime | None = None,
    port: int = 0,
    callbacks_to: Sequence[str] = (),
) -> Fake:
    """Serve services or documents from this program, as `understudy serve` would.

    Args:
        targets: services' names or documents' paths; without one, chatwoot.
        profile: ``observed`` or ``published``.
        policy: ``enforce`` refuses what breaks the contract; ``report`` lets it pass, noted.
        overlays: overlays applied last, in order.
        fixtures: the seed to plant instead of the service's own.
        settings: the services' settings, by name.
        seed: seeds all randomness; chosen by chance if not given.
        clock: the moment at which the clock stands still; one without an offset is in UTC.
        port: where; 0 takes a free port.
        callbacks_to: the hosts besides this machine that webhook requests may go to.

    Errors: `understudy.effective.TargetError` for what cannot be served; the message names the fix.
    """
    if clock is not None and clock.tzinfo is None:
        clock = clock.replace(tzinfo=UTC)
    direction = Direction(
        profile=profile,
        overlays=overlays,
        fixtures=fixtures,
        seed=secrets.randbelow(2**32) if seed is None else seed,
        frozen_at=clock,
        settings=settings or {},
    )
    return Fake(targets or ("chatwoot",), direction, policy, port, callbacks_to)
