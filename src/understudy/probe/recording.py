"""Records traffic as HAR 1.2 while it goes on: after every entry the file is whole, so that a crash loses none.

Credentials are masked before anything is written. Called by whoever watches traffic; read back by `har`. It must not
judge.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, Self
from urllib.parse import parse_qsl, urlsplit

import orjson

from understudy import __version__
from understudy.contract.coding import opened
from understudy.contract.traffic import LIMIT
from understudy.probe.credentials import Credentials

TAIL = b"\n]}}\n"
BINARY = 2


class RecordError(Exception):
    """The record cannot be written; the message says why and what to do."""


class Message(Protocol):
    """What a record is told of a message: raw headers, the body as sent, its size, and whether that is all of it."""

    headers: list[tuple[bytes, bytes]]
    body: bytearray
    size: int
    broken_off: str
    whole: bool


class Frame(Protocol):
    """What a record is told of a websocket's message."""

    @property
    def sender(self) -> str:
        """``client`` or ``deployment``."""

    @property
    def moment(self) -> float:
        """Seconds since the Unix epoch."""

    @property
    def opcode(self) -> int:
        """1 for text, 2 for bytes."""

    @property
    def data(self) -> bytes:
        """What it says."""


class Seen(Protocol):
    """What a record is told of an exchange; times in seconds, ``waited`` until the answer began."""

    url: str
    method: str
    version: str
    started: float
    status: int
    reason: str
    waited: float
    seconds: float
    failure: str
    note: str

    @property
    def asked(self) -> Message:
        """The request."""

    @property
    def answered(self) -> Message | None:
        """The answer; None where none came."""

    @property
    def messages(self) -> Sequence[Frame]:
        """What a websocket said."""


class Recording:
    """A HAR file that is being written.

    Args:
        path: where.
        credentials: what is masked.

    Errors: `RecordError`.
    """

    def __init__(self, path: Path, credentials: Credentials) -> None:
        self.path = path
        self.credentials = credentials
        self.entries = 0
        creator = {"name": "understudy", "version": __version__}
        head = orjson.dumps({"log": {"version": "1.2", "creator": creator, "entries": []}})
        try:
            self._file = path.open("wb")
            self._file.write(head.removesuffix(b"]}}"))
            self._end = self._file.tell()
            self._file.write(TAIL)
            self._file.flush()
        except OSError as error:
            raise RecordError(f"{path} cannot be written: {error.strerror}; choose another file") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def add(self, seen: Seen) -> None:
        """Write an exchange. Errors: `RecordError`."""
        entry = orjson.dumps(self._entry(seen))
        try:
            self._file.seek(self._end)
            self._file.write((b",\n" if self.entries else b"\n") + entry)
            self._end = self._file.tell()
            self._file.write(TAIL)
            self._file.flush()
        except OSError as error:
            raise RecordError(f"{self.path} cannot be written: {error.strerror}; the record ends here") from None
        self.entries += 1

    def _entry(self, seen: Seen) -> dict[str, Any]:
        request = self._request(seen)  # first: what it carries is masked in the answer too
        response = self._response(seen)
        waited = round(seen.waited * 1000, 3)
        entry: dict[str, Any] = {
            "startedDateTime": datetime.fromtimestamp(seen.started, UTC).isoformat(timespec="milliseconds"),
            "time": round(seen.seconds * 1000, 3),
            "request": request,
            "response": response,
            "cache": {},
            "timings": {"send": 0, "wait": waited, "receive": max(0.0, round(seen.seconds * 1000 - waited, 3))},
        }
        note = "; ".join(text for text in (seen.failure, seen.note) if text)
        if note:
            entry["comment"] = note
        if seen.messages:
            entry["_webSocketMessages"] = [self._frame(frame) for frame in seen.messages]
        return entry

    def _request(self, seen: Seen) -> dict[str, Any]:
        url = self.credentials.url(seen.url)
        request: dict[str, Any] = {
            "method": seen.method,
            "url": url,
            "httpVersion": f"HTTP/{seen.version}",
            "cookies": [],
            "headers": self._headers(seen.asked),
            "queryString": [
                {"name": name, "value": value} for name, value in parse_qsl(urlsplit(url).query, keep_blank_values=True)
            ],
            "headersSize": -1,
            "bodySize": seen.asked.size,
        }
        if seen.asked.size:
            body = self._body(seen.asked)
            body.pop("_size", None)
            request["postData"] = {"mimeType": _value(seen.asked, b"content-type"), "params": [], **body}
        return request

    def _response(self, seen: Seen) -> dict[str, Any]:
        """The answer; a HAR says with the status 0 that there is none."""
        answered = seen.answered
        response: dict[str, Any] = {
            "status": seen.status,
            "statusText": seen.reason,
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": self._headers(answered) if answered else [],
            "content": {"size": 0, "mimeType": ""},
            "redirectURL": self.credentials.url(_value(answered, b"location")) if answered else "",
            "headersSize": -1,
            "bodySize": answered.size if answered else -1,
        }
        if answered is not None:
            content = self._body(answered)
            size = content.pop("_size", answered.size)
            response["content"] = {"size": size, "mimeType": _value(answered, b"content-type"), **content}
        return response

    def _body(self, message: Message) -> dict[str, Any]:
        """The body without its content coding, as text where it is UTF-8; why there is none, where there is none."""
        if message.size > LIMIT:
            return {"comment": f"not recorded: it has more than {LIMIT:,} bytes"}
        if not message.whole:
            return {"comment": f"not recorded: {message.broken_off or 'its end was not seen'}"}
        found = opened(_value(message, b"content-encoding"), bytes(message.body), LIMIT)
        if found.unseen:
            return {"comment": f"not recorded: {found.unseen}"}
        try:
            text = self.credentials.text(found.body.decode())
        except UnicodeDecodeError:
            return {"text": base64.b64encode(found.body).decode(), "encoding": "base64", "_size": len(found.body)}
        return {"text": text, "_size": len(text.encode())} if text or message.size else {}

    def _headers(self, message: Message) -> list[dict[str, str]]:
        pairs = ((name.decode("latin-1"), value.decode("latin-1")) for name, value in message.headers)
        return [{"name": name, "value": self.credentials.header(name, value)} for name, value in pairs]

    def _frame(self, frame: Frame) -> dict[str, Any]:
        data = base64.b64encode(frame.data) if frame.opcode == BINARY else frame.data
        return {
            "type": "send" if frame.sender == "client" else "receive",
            "time": round(frame.moment, 6),
            "opcode": frame.opcode,
            "data": self.credentials.text(data.decode("utf-8", "replace")),
        }


def _value(message: Message, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in message.headers if key.lower() == name), "")
