"""Asks a running fake what its journal remembers, as traffic that can be judged.

What its journal keeps otherwise than a record does ends here: paths without their base, credentials left out, requests
that the fake itself sent. Called by `understudy judge`; it must not judge.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

import httpx

from understudy import tls
from understudy.contract.exchange import Event
from understudy.contract.traffic import Sighting
from understudy.probe.har import Entry
from understudy.probe.results import Skipped
from understudy.probe.target import why_unanswered

PLAIN = "/:@!$&'()*+,;=~"
"""What a path may hold beside letters and digits."""
PATIENCE = 30.0
"""How long the journal is waited for, in seconds."""
MOST = 1_000
"""How many entries a journal holds."""
FORGOTTEN = "understudy-journal-forgotten"
LEFT_OUT = b"(left out)"
UNAUTHORIZED, FORBIDDEN, OK = 401, 403, 200


class SessionError(Exception):
    """There is no journal to be had; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Session:
    """What a fake remembers.

    Attributes:
        url: its base URL, without a slash at the end.
        entries: the exchanges, in order.
        events: the events that it told.
        left: what is there and cannot be judged as traffic, and why.
        forgotten: how many entries had to make room for later ones, in all sandboxes.
    """

    url: str
    entries: Sequence[Entry]
    events: Sequence[Event]
    left: Sequence[Skipped]
    forgotten: int


def ask(url: str, *, sandbox: str | None = None, token: str | None = None) -> Session:
    """Ask a fake.

    Args:
        url: its base URL; with ``/~NAME``, that of one sandbox.
        sandbox: only what was said in this sandbox; an empty name means everybody's.
        token: what its control plane asks for.

    Errors: `SessionError`.
    """
    url = url.rstrip("/")
    query = {"limit": str(MOST), "bodies": "whole"} | ({} if sandbox is None else {"sandbox": sandbox})
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with httpx.Client(
            timeout=PATIENCE, trust_env=False, verify=tls.context(verify=True) if url.startswith("https:") else False
        ) as client:
            answer = client.get(f"{url}/_understudy/journal", params=query, headers=headers)
    except httpx.InvalidURL as error:
        raise SessionError(f"{url} is no URL: {error}") from None
    except (httpx.HTTPError, OSError) as error:
        why = why_unanswered(error)
        raise SessionError(f"{url} cannot be asked for its journal: {why}") from None
    if answer.status_code in (UNAUTHORIZED, FORBIDDEN):
        said = f"{url} does not show its journal ({answer.status_code})"
        raise SessionError(f"{said}; give its token with --control-token")
    try:
        told = answer.json() if answer.status_code == OK else None
        forgotten = int(answer.headers[FORGOTTEN])
        assert isinstance(told, list)  # noqa: S101 - anything else is told below
        return _session(url, told, forgotten)
    except (ValueError, KeyError, TypeError, AssertionError):
        said = f"GET {url}/_understudy/journal was answered with {answer.status_code}"
        raise SessionError(f"{said}, which is no journal of this version; judge a fake, or a HAR file") from None


def _session(url: str, told: Sequence[Mapping[str, Any]], forgotten: int) -> Session:
    entries, events, left = [], [], []
    for one in told:
        name = one["name"] if one["kind"] == "event" else one["operation_id"] or one["request"]["path"]
        if one["fault"]:
            left.append(Skipped(name, f"a failure was asked for: {one['fault']}"))
        elif one["kind"] == "event":
            if one["name"] and one["sent"]:
                events.append(Event(one["name"], one["data"], started=_moment(one)))
        elif one["attempt"]:
            left.append(Skipped(name, "the fake sent it itself, as a webhook"))
        else:
            entries.append(_entry(url, one))
    return Session(url, entries, events, left, forgotten)


def _entry(url: str, told: Mapping[str, Any]) -> Entry:
    asked, answered = told["request"], told["response"]
    query = f"?{asked['query']}" if asked["query"] else ""
    seen = _sighting(asked)
    bodiless = asked["method"] == "HEAD"
    return Entry(
        asked["method"],
        f"{url}{quote(asked['path'], safe=PLAIN)}{query}",
        seen,
        answered["status"] if answered else 0,
        _sighting(answered, bodiless=bodiless) if answered else Sighting([]),
        _moment(told),
        told["milliseconds"] / 1000,
        told["note"],
        masked=any(value == LEFT_OUT for _, value in seen.headers),
    )


def _sighting(message: Mapping[str, Any], *, bodiless: bool = False) -> Sighting:
    headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in message["headers"]]
    told = message["body"]
    try:
        body = told["text"].encode() if told["text"] is not None else base64.b64decode(told["base64"], validate=True)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    announced = next((value for name, value in headers if name.lower() == b"content-length"), b"0")
    lost = not body and not bodiless and announced.strip() not in (b"", b"0")
    return Sighting(headers, body, "the journal leaves out what is too large" if lost else "")


def _moment(told: Mapping[str, Any]) -> float:
    return datetime.fromisoformat(told["started"]).timestamp()
