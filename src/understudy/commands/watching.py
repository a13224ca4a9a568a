"""What `understudy proxy` does: the server's proxy and the probe's judge meet here, since neither may know the other.

Called by the command with parsed options. Everything a user handed in is checked before the first client is served.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from understudy.contract.contract import EngineName
from understudy.contract.traffic import Traffic
from understudy.loops import keep_loaded, runner
from understudy.probe import report
from understudy.probe.baseline import Baseline
from understudy.probe.command import baseline_of, judge_for
from understudy.probe.credentials import Credentials
from understudy.probe.judge import Judge
from understudy.probe.overhearing import Overhearing
from understudy.probe.recording import RecordError, Recording
from understudy.probe.report import terminal
from understudy.probe.results import Results, gather
from understudy.server import logs
from understudy.server.gate import Policy
from understudy.server.journal import Journal
from understudy.server.proxy.court import Court
from understudy.server.proxy.passage import Passage
from understudy.server.proxy.serving import Proxy
from understudy.server.proxy.upstream import Patience, Upstream
from understudy.server.run import bind, log, url_of


@dataclass(frozen=True)
class Wish:
    """What the command line asks for; see `understudy proxy --help`."""

    url: str
    service: str | None
    document: Path | None
    overlays: Sequence[Path]
    host: str
    port: int
    policy: Policy
    keep_host: bool
    timeout: float
    insecure: bool
    record: Path | None
    secret_names: Sequence[str]
    baseline: Path | None
    reports: Mapping[str, Path]
    engine: EngineName
    form: str


class Watch:
    """A proxy's traffic, watched: judged by every profile, and recorded.

    Args:
        wish: what is asked for.

    Errors: `TargetError`, `UrlError`.
    """

    def __init__(self, wish: Wish) -> None:
        self.wish = wish
        self.judge, service = judge_for(wish.service, wish.document, wish.overlays, wish.engine)
        self.baseline: Baseline = baseline_of(wish.baseline)
        patience = Patience(answer=wish.timeout)
        self.upstream = Upstream(wish.url, patience, keep_host=wish.keep_host, verify=not wish.insecure)
        self.overhearing = Overhearing(self.judge, "proxy")
        self.recording: Recording | None = None
        self.court = Court(
            service.name if service else Path(str(wish.document)).stem,
            Traffic(self.judge.main, [self.upstream.path]),
            self.judge.events,
            Journal(),
            wish.policy,
            passed=self.passed,
            heard=self.overhearing.event,
        )

    def passed(self, passage: Passage) -> None:
        """Keep an exchange."""
        if self.recording is not None:
            try:
                self.recording.add(passage)
            except RecordError as error:
                log.error("%s", error)
                self.recording = None
        if passage.exchange is not None:
            self.overhearing.exchange(passage.exchange)

    async def run(self, listener: socket.socket) -> Results:
        """Pass traffic on until a signal ends it."""
        loop, ended = asyncio.get_running_loop(), asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, ended.set)
        keep_loaded()
        started, begun = time.time(), time.monotonic()
        async with Proxy(self.upstream, self.court, listener):
            self._announce(url_of(listener))
            await ended.wait()
        seconds = time.monotonic() - begun
        part = self.overhearing.part(seconds)
        return gather(
            self.judge,
            target=self.upstream.url,
            seed=0,
            started=started,
            seconds=seconds,
            parts=[part],
            baseline=self.baseline,
        )

    def _announce(self, url: str) -> None:
        wish, judge = self.wish, self.judge
        click.echo(f"Understudy passes on to {self.upstream.url} at {url}{self.upstream.path}")
        profiles = ", ".join(judge.contracts)
        click.echo(f"  judged by: {judge.main.document.title} ({profiles})   policy: {wish.policy}")
        click.echo(f"  record: {wish.record or 'none'}   SIGINT ends it with a report")
        sys.stdout.flush()


@contextlib.contextmanager
def _recording(wish: Wish, judge: Judge) -> Iterator[Recording | None]:
    """The record, if one is asked for. Errors: `RecordError`."""
    if wish.record is None:
        yield None
        return
    schemes = judge.main.data.get("components", {}).get("securitySchemes", {}).values()
    keys = [scheme["name"] for scheme in schemes if scheme.get("type") == "apiKey"]
    with Recording(wish.record, Credentials([*keys, *wish.secret_names])) as recording:
        yield recording


def watch(wish: Wish) -> Results:
    """Pass traffic on until a signal ends it, then tell what was found.

    Errors: `TargetError`, `UrlError`, `BindError`, `RecordError`, `ReportError`.
    """
    logs.configure(wish.form)
    report.check(wish.reports)
    watched = Watch(wish)
    listener = bind(wish.host, wish.port)
    with _recording(wish, watched.judge) as watched.recording, runner() as running:
        results = running.run(watched.run(listener))
    secrets = _secrets(results, wish.secret_names)
    terminal.Screen(sys.stdout, secrets=secrets).results(results)
    report.write_all(results, wish.reports, secrets)
    return results


def _secrets(results: Results, names: Sequence[str]) -> set[str]:
    """What the headers said that the user calls secret; those that always carry credentials, reports know."""
    secret = {name.lower() for name in names}
    return {
        value
        for _, exchange in results.exchanges
        for message in (exchange.request, exchange.response)
        if message is not None
        for name, value in message.fields.items()
        if name in secret
    }
