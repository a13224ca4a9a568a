"""Judges what has been said: a HAR's traffic, its deployment found among the hosts, or the journal of a running fake.

What `understudy judge` does, between the command line and the report. It must not print.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from understudy.contract.contract import Contract
from understudy.contract.exchange import Event, Exchange
from understudy.contract.frames import event_of
from understudy.contract.traffic import Traffic
from understudy.probe.baseline import Baseline
from understudy.probe.har import Entry, HarError, read
from understudy.probe.judge import Judge
from understudy.probe.overhearing import Overhearing
from understudy.probe.results import Results, gather
from understudy.probe.session import Session

SCHEMES = {"ws": "http", "wss": "https"}
# So many segments of a path may stand before the document's own paths.
DEEPEST = 4
CREDENTIALS = frozenset({b"authorization", b"cookie"})
FORGOTTEN = "the journal had no room for them any more; judge sooner, or a record by `understudy proxy --record`"
NO_CREDENTIALS = "whether credentials were sent is not judged: the record has none, as browsers leave them out"


def judge_har(path: Path, judge: Judge, base_urls: Sequence[str], baseline: Baseline) -> Results:
    """Judge a HAR file.

    Args:
        path: the file.
        judge: who judges.
        base_urls: where the deployment's paths begin; found in the file if not given.
        baseline: the accepted findings.

    Errors: `HarError`.
    """
    entries = read(path)
    bases = [url.rstrip("/") for url in base_urls] or found_bases(entries, judge.main)
    if not bases:
        hosts = ", ".join(sorted({_origin(entry.url) for entry in entries})) or "nothing at all"
        raise HarError(f"{path} has no request to any path of the document; it has {hosts}; is it another document's?")
    overheard = Overhearing(judge, path.name)
    secretive = _without_credentials(entries)
    if secretive and judge.main.data.get("components", {}).get("securitySchemes"):
        overheard.leave("credentials", NO_CREDENTIALS)
    return _judged(entries, judge, bases, baseline, overheard, secretive=lambda _: secretive)


def judge_session(session: Session, judge: Judge, baseline: Baseline) -> Results:
    """Judge what a running fake remembers, by the way that a HAR goes; credentials it keeps to itself."""
    overheard = Overhearing(judge, "journal")
    if session.forgotten:
        overheard.leave(f"{session.forgotten:,} earlier entries", FORGOTTEN)
    for skipped in session.left:
        overheard.leave(skipped.what, skipped.reason)
    for event in session.events:
        overheard.event(event)
    return _judged(session.entries, judge, [session.url], baseline, overheard, secretive=lambda entry: entry.masked)


def _judged(  # noqa: PLR0913 - both ways in have them all
    entries: Sequence[Entry],
    judge: Judge,
    bases: Sequence[str],
    baseline: Baseline,
    overheard: Overhearing,
    *,
    secretive: Callable[[Entry], bool],
) -> Results:
    """Judge entries; of those that are secretive nobody knows whether credentials were sent."""
    started, begun = time.time(), time.monotonic()
    traffics = {base: Traffic(judge.main, [urlsplit(base).path]) for base in bases}
    for entry in entries:
        ignoring = frozenset({"security-missing"}) if secretive(entry) else frozenset()
        plain = _plain(entry.url)
        base = next((base for base in sorted(bases, key=len, reverse=True) if _below(plain, base)), None)
        # A websocket may stand beside the base path, at the same host.
        beside = any(_origin(plain) == _origin(base) for base in bases)
        if base is not None:
            overheard.exchange(_exchange(entry, traffics[base], ignoring), ignoring=ignoring)
        elif not (beside and entry.texts):
            overheard.leave(_origin(entry.url), "another host, or beside the base URL")
        if base is not None or beside:
            _hear(entry, judge, overheard)
    seconds = time.monotonic() - begun
    return gather(
        judge,
        target=", ".join(bases),
        seed=0,
        started=started,
        seconds=seconds,
        parts=[overheard.part(seconds)],
        baseline=baseline,
    )


def found_bases(entries: Sequence[Entry], contract: Contract) -> list[str]:
    """Where the document's paths begin in this traffic: of each host the path below which most requests belong."""
    traffic = Traffic(contract)
    votes: dict[str, Counter[str]] = {}
    for entry in entries:
        parts = urlsplit(_plain(entry.url))
        segments = parts.path.split("/")
        for depth in range(1, min(DEEPEST, len(segments)) + 1):
            below = "/" + "/".join(segments[depth:])
            request = traffic.request(entry.method, below, entry.asked)
            if contract.operation(request) is not None:
                votes.setdefault(_origin(entry.url), Counter())["/".join(segments[:depth])] += 1
                break
    return [origin + counted.most_common(1)[0][0] for origin, counted in votes.items()]


def _exchange(entry: Entry, traffic: Traffic, ignoring: frozenset[str]) -> Exchange:
    target = _plain(entry.url).removeprefix(_origin(entry.url)) or "/"
    request = traffic.request(entry.method, target, entry.asked)
    response = traffic.response(entry.status, entry.answered) if entry.status else None
    note = entry.note if response is not None else entry.note or "no answer was recorded"
    exchange = Exchange(request, response, started=entry.started, seconds=entry.seconds, note=note)
    traffic.judge(exchange)
    exchange.violations = [violation for violation in exchange.violations if violation.code not in ignoring]
    return exchange


def _hear(entry: Entry, judge: Judge, overheard: Overhearing) -> None:
    for moment, text in entry.texts:
        found = event_of(text, judge.events.events) if judge.events is not None else None
        if found is not None:
            overheard.event(Event(*found, started=moment))


def _without_credentials(entries: Sequence[Entry]) -> bool:
    """Whether the record leaves credentials out."""
    return not any(name.lower() in CREDENTIALS for entry in entries for name, _ in entry.asked.headers)


def _plain(url: str) -> str:
    """A URL with HTTP's scheme, which a websocket's handshake has too."""
    scheme, colon, rest = url.partition(":")
    return SCHEMES.get(scheme, scheme) + colon + rest


def _origin(url: str) -> str:
    parts = urlsplit(_plain(url))
    return f"{parts.scheme}://{parts.netloc}"


def _below(url: str, base: str) -> bool:
    return url == base or url.startswith((f"{base}/", f"{base}?"))
