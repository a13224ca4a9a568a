"""Runs the application on a socket: binds, announces once it answers, reloads what is watched, ends in time.

Called by the command line. The application behind it can be exchanged while it runs, which is how a changed
document comes into force without a restart.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path

import uvicorn
import watchfiles
from starlette.types import Receive, Scope, Send

from understudy.loops import keep_loaded, runner
from understudy.server.actioncable.transport import CuttableWebSocket
from understudy.server.app import App
from understudy.server.connection import BreakableConnection

log = logging.getLogger("understudy.server")


class BindError(Exception):
    """The address cannot be had; the message names the fix."""


class Exchangeable:
    """An application that stands in for another one, which can be exchanged between two requests."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on."""
        await self.app(scope, receive, send)

    def exchange(self, app: App) -> None:
        """Let another application answer from now on; what the old one has open, it closes as at a restart."""
        old, self.app = self.app, app
        app.start()
        self._closing = asyncio.get_running_loop().create_task(old.close())


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Port 0 takes a free one.

    Errors: `BindError`.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except socket.gaierror:
        raise BindError(f"{host} is no address of this machine; use 127.0.0.1 or leave --host out") from None
    listener = socket.socket(family, kind, protocol)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(address)
        listener.listen(1024)
    except OSError as error:
        listener.close()
        reasons: Mapping[int | None, str] = {
            errno.EADDRINUSE: f"port {port} is taken; stop what runs there, or use --port 0 for a free one",
            errno.EACCES: f"port {port} needs rights this user does not have; use one above 1023",
            errno.EADDRNOTAVAIL: f"{host} is no address of this machine; use 127.0.0.1 or leave --host out",
        }
        raise BindError(reasons.get(error.errno, f"{host}:{port} cannot be had: {error.strerror}")) from None
    listener.setblocking(False)  # noqa: FBT003 - the only way to say it
    return listener


def url_of(listener: socket.socket) -> str:
    """The base URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """uvicorn's server that says so once it answers, and stops with open requests answered."""

    def __init__(
        self, config: uvicorn.Config, app: Exchangeable, announce: Callable[[], None], health: tuple[str, int]
    ) -> None:
        super().__init__(config)
        self._app = app
        self._announce = announce
        self._health = health

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin, and announce it once the server answers."""
        await super().startup(sockets)
        if self.should_exit:
            return
        self._app.app.start()
        reader, writer = await asyncio.open_connection(*self._health)
        writer.write(b"GET /_understudy/health HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answered = await reader.readline()
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        if b" 200 " in answered:
            self._announce()
        else:
            log.error("the server started, but does not answer: %s", answered.decode("latin-1").strip())
            self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End, the application's own doings first."""
        await self._app.app.close()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let SIGINT and SIGTERM end the server; unlike uvicorn's own, do not raise them again at the end."""
        if threading.current_thread() is not threading.main_thread():
            yield  # signals belong to the program that serves in a thread
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self.handle_exit, number, None)
        try:
            yield
        finally:
            for number in (signal.SIGINT, signal.SIGTERM):
                loop.remove_signal_handler(number)


def configured(app: Exchangeable) -> uvicorn.Config:
    """How uvicorn is to serve: quiet, and its websockets as Rails' are, without compression or headers of their own."""
    return uvicorn.Config(
        app,
        log_config=None,
        lifespan="off",
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=1,
        timeout_keep_alive=30,
        http=BreakableConnection,
        ws=CuttableWebSocket,
        ws_max_size=1_000_000,
        ws_per_message_deflate=False,
        # A client that is gone without a word shall not keep its sandbox; one that stands in a debugger has time.
        ws_ping_interval=30.0,
        ws_ping_timeout=120.0,
    )


def server_on(app: Exchangeable, listener: socket.socket, announce: Callable[[], None]) -> Server:
    """A server on a bound socket; it begins with `serve`, and ends when its ``should_exit`` is set.

    Args:
        app: the application.
        listener: a bound socket.
        announce: called once the server answers its own health check.
    """
    host, port = listener.getsockname()[:2]
    local = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - asked for by the user
    return Server(configured(app), app, announce, (local, port))


def run(
    app: Exchangeable,
    listener: socket.socket,
    *,
    announce: Callable[[], None],
    watched: Callable[[], Iterable[Path]] = tuple,
    changed: Callable[[set[Path]], None] | None = None,
) -> None:
    """Serve until SIGINT or SIGTERM; open requests get their answers, for less than a second.

    Args:
        app: the application.
        listener: a bound socket.
        announce: called once the server answers its own health check.
        watched: the files to watch, asked again after each change.
        changed: called with the files that changed.
    """
    server = server_on(app, listener, announce)

    async def serve() -> None:
        watcher = asyncio.create_task(_watch(watched, changed)) if changed else None
        await server.serve(sockets=[listener])
        if watcher:
            watcher.cancel()

    keep_loaded()
    with runner() as running:
        running.run(serve())


async def _watch(watched: Callable[[], Iterable[Path]], changed: Callable[[set[Path]], None]) -> None:
    """Tell of changed files until cancelled. Folders are watched, since editors replace files."""
    while True:
        files = {str(path) for path in watched()}
        folders = {os.path.dirname(path) for path in files}  # noqa: PTH120 - text in, text out
        async for changes in watchfiles.awatch(*folders, debounce=200, recursive=False):
            touched = {Path(name) for _, name in changes if name in files}
            if touched:
                changed(touched)
                break
