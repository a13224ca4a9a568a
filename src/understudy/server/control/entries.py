"""Entries of the journal as JSON data, as `spec/understudy/control.yaml` promises them.

Bodies are told as text where they are text, and no longer than people read, unless the whole is asked for.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

from understudy.contract.exchange import Entry, Event, Exchange, Message
from understudy.server.control.clock import written

EXCERPT = 10_000
"""How many characters of a body are told."""

SECRET = frozenset({b"authorization", b"proxy-authorization"})
CONTROL = "/_understudy/"


def as_json(entry: Entry, *, whole: bool = False) -> dict[str, Any]:
    """An entry as JSON data.

    Args:
        entry: the entry.
        whole: whether bodies are told whole, those that are no text in base64.
    """
    told: dict[str, Any] = {
        "number": entry.number,
        "kind": "event" if isinstance(entry, Event) else "exchange",
        "service": entry.service,
        "sandbox": entry.sandbox,
        "started": written(entry.started),
        "fault": entry.fault,
        "violations": [violation.as_json() for violation in entry.violations],
    }
    if isinstance(entry, Event):
        return told | {"name": entry.name, "sent": entry.sent, "note": entry.note, "data": entry.data}
    return told | _exchange(entry, _whole if whole else _body)


def _exchange(exchange: Exchange, body: Callable[[bytes], dict[str, Any]]) -> dict[str, Any]:
    request, response = exchange.request, exchange.response
    return {
        "operation_id": exchange.operation_id,
        "milliseconds": round(exchange.seconds * 1000, 3),
        "refused": exchange.refused,
        "attempt": exchange.attempt,
        "note": exchange.note,
        "request": {
            "method": request.verb,
            "path": request.path,
            "query": request.query.decode("latin-1"),
            "headers": _headers(request),
            "body": body(request.body),
        },
        "response": response
        and {"status": response.status_code, "headers": _headers(response), "body": body(response.body)},
    }


def _headers(message: Message) -> list[list[str]]:
    return [
        [name.decode("latin-1"), "(left out)" if name.lower() in SECRET else value.decode("latin-1")]
        for name, value in message.raw_headers
    ]


def _whole(raw: bytes) -> dict[str, Any]:
    """A body, whatever its size."""
    try:
        return {"size": len(raw), "text": raw.decode(), "truncated": False}
    except UnicodeDecodeError:
        return {"size": len(raw), "text": None, "truncated": False, "base64": base64.b64encode(raw).decode()}


def _body(raw: bytes) -> dict[str, Any]:
    """A body: its size, and its beginning if it is text."""
    try:
        text = None if b"\0" in raw else raw[: EXCERPT * 4].decode()
    except UnicodeDecodeError as error:
        # A character cut in two by the limit is no fault of the body's.
        text = raw[: error.start].decode() if error.start > EXCERPT else None
    told = None if text is None else text[:EXCERPT]
    return {"size": len(raw), "text": told, "truncated": told is not None and len(told.encode()) < len(raw)}
