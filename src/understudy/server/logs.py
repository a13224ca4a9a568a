"""What the server's log looks like: a line an exchange for people, a JSON object a line for machines, or neither.

Colour only on a terminal. The record's `entry` is put into words here and nowhere else.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime

import click
import orjson

from understudy.contract.exchange import Event, Exchange

FORMATS = ("text", "json", "quiet")


def configure(form: str) -> None:
    """Send the server's log to standard error, as ``text`` or ``json``; ``quiet`` leaves out the exchanges."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_JsonLines() if form == "json" else _Lines(colour=sys.stderr.isatty()))
    root = logging.getLogger("understudy")
    root.handlers[:] = [handler]
    root.setLevel(logging.INFO)
    root.propagate = False
    logging.getLogger("understudy.exchange").setLevel(logging.WARNING if form == "quiet" else logging.INFO)
    for name in ("uvicorn.error", "connexion"):
        logging.getLogger(name).handlers[:] = [handler]
        logging.getLogger(name).setLevel(logging.WARNING)


class _Lines(logging.Formatter):
    """Lines for people."""

    def __init__(self, *, colour: bool) -> None:
        super().__init__()
        self.colour = colour

    def format(self, record: logging.LogRecord) -> str:
        entry = getattr(record, "entry", None)
        if isinstance(entry, Event):
            return self._event(entry)
        if not isinstance(entry, Exchange):
            text = f"{record.levelname.lower()}: {record.getMessage()}"
            return f"{text}\n{self.formatException(record.exc_info)}" if record.exc_info else text
        request, status = entry.request, entry.response.status_code if entry.response else 0
        query = f"?{request.query.decode('latin-1')}" if request.query else ""
        line = " ".join(
            (
                request.verb.ljust(5),
                _printable(request.path + query),
                self._paint(str(status), _colour(status)),
                f"{entry.seconds * 1000:.1f}ms",
                entry.operation_id or "-",
            )
        )
        if entry.refused:
            line += self._paint("  refused by the contract", "yellow")
        if entry.fault:
            line += self._paint(_printable(f"  fault asked for: {entry.fault}"), "magenta")
        for violation in entry.violations:
            told = f"    {violation.code} {violation.where}: {violation.message} [{violation.schema}]"
            line += "\n" + self._paint(_printable(told), "yellow" if violation.side == "request" else "red")
        return line

    def _event(self, event: Event) -> str:
        fault = self._paint(_printable(f"fault asked for: {event.fault}"), "magenta") if event.fault else ""
        words = ("EVENT", event.name, event.note, "" if event.sent else self._paint("kept back", "red"), fault)
        lines = [" ".join(word for word in words if word)]
        lines += [f"    {v.code} {v.where}: {v.message} [{v.schema}]" for v in event.violations]
        return "\n".join((lines[0], *(self._paint(_printable(line), "red") for line in lines[1:])))

    def _paint(self, text: str, colour: str) -> str:
        return click.style(text, fg=colour) if self.colour else text


class _JsonLines(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        told: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "message": record.getMessage(),
        }
        entry = getattr(record, "entry", None)
        if isinstance(entry, Exchange):
            told |= {
                "method": entry.request.verb,
                "path": entry.request.path,
                "query": entry.request.query.decode("latin-1"),
                "status": entry.response.status_code if entry.response else None,
                "milliseconds": round(entry.seconds * 1000, 3),
                "service": entry.service,
                "operation_id": entry.operation_id,
                "refused": entry.refused,
                "fault": entry.fault,
                "violations": [violation.as_json() for violation in entry.violations],
            }
        elif isinstance(entry, Event):
            told |= {
                "event": entry.name,
                "note": entry.note,
                "sent": entry.sent,
                "fault": entry.fault,
                "service": entry.service,
                "violations": [violation.as_json() for violation in entry.violations],
            }
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return orjson.dumps(told).decode()


def _colour(status: int) -> str:
    return {2: "green", 3: "cyan", 4: "yellow"}.get(status // 100, "red")


def _printable(text: str) -> str:
    """Text without control characters: what a client sends must not move the cursor of whoever reads the log."""
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
