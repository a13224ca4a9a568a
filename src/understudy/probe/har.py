"""Reads a HAR file, from a browser, Playwright, another tool or ourselves, as traffic that can be judged.

What writers do differently ends here: bodies as text or base64, pseudo headers of HTTP/2, bodies that were not recorded
or only in part, websocket messages. Called by `judging`; it must not judge.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import orjson

from understudy.contract.traffic import LIMIT, Sighting

NOT_RECORDED = "the body was not recorded"
# Headers that speak of the body as it went over the wire; a HAR has it unpacked.
_WIRE = frozenset({"content-encoding", "content-length", "transfer-encoding"})
_BODILESS = frozenset({204, 304})
TEXT = 1
# A byte order mark is not always part of the text.
_SLACK = 3


class HarError(Exception):
    """The file is no HAR; the message says where and what is wrong."""


@dataclass(slots=True)
class Entry:
    """One entry of a HAR.

    Attributes:
        method: as sent.
        url: the whole URL as sent, without fragment.
        asked: the request.
        status: the answer's status; 0 where none was recorded.
        answered: the answer.
        started: seconds since the Unix epoch.
        seconds: how long it took.
        note: what the record says of it.
        texts: the texts that a websocket's server sent, with their moments.
        masked: whether its credentials were masked where it was kept, so that nobody can judge them.
    """

    method: str
    url: str
    asked: Sighting
    status: int
    answered: Sighting
    started: float
    seconds: float
    note: str = ""
    texts: list[tuple[float, str]] = field(default_factory=list)
    masked: bool = False


def read(path: Path) -> list[Entry]:
    """The entries of a HAR file, in its order.

    Errors: `HarError`.
    """
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise HarError(f"{path} cannot be read: {error.strerror}") from None
    try:
        data = orjson.loads(raw.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        place = f"{path}:{error.lineno}:{error.colno}"
        raise HarError(f"{place}: this is no JSON: {error.msg}; was the file written to its end?") from None
    try:
        log = _get(_object(data, "the file"), "log", dict, "the file")
        return list(_entries(_get(log, "entries", list, "log"), path.parent))
    except _WrongError as error:
        raise HarError(f"{path}: {error}; this is no HAR 1.2, export it again") from None


class _WrongError(Exception):
    """What is wrong, and where."""


def _entries(entries: list[Any], folder: Path) -> Iterator[Entry]:
    for index, entry in enumerate(entries):
        at = f"log.entries[{index}]"
        request = _get(_object(entry, at), "request", dict, at)
        response = _get(entry, "response", dict, at)
        url = _get(request, "url", str, f"{at}.request").partition("#")[0]
        status = _get(response, "status", int, f"{at}.response")
        method = _get(request, "method", str, f"{at}.request")
        asked, answered = _headers(request, f"{at}.request"), _headers(response, f"{at}.response")
        yield Entry(
            method,
            url,
            _posted(request, asked, f"{at}.request", folder),
            status,
            _content(response, answered, method, f"{at}.response", folder),
            _moment(entry, at),
            max(0.0, _number(entry.get("time")) / 1000),
            str(entry.get("comment") or response.get("_error") or ""),
            list(_texts(entry, at)),
        )


def _posted(request: dict[str, Any], headers: list[tuple[str, str]], at: str, folder: Path) -> Sighting:
    posted, size = request.get("postData"), int(_number(request.get("bodySize")))
    if not isinstance(posted, dict):
        return _sighting(headers, b"", NOT_RECORDED if size > 0 else "")
    body = _stored(posted, f"{at}.postData", folder)
    params = posted.get("params") or []
    if body is None and params and "urlencoded" in str(posted.get("mimeType")):
        pairs = [(str(one.get("name", "")), str(one.get("value", ""))) for one in params if isinstance(one, dict)]
        body = urlencode(pairs).encode()
    elif body is None or (not body and (params or size > 0)):
        return _sighting(headers, b"", str(posted.get("comment") or NOT_RECORDED))
    packed = any(name.lower() == "content-encoding" for name, _ in headers)
    if 0 < size != len(body) and not packed and isinstance(posted.get("text"), str):
        # Some writers put each byte into one character.
        plain = posted["text"].encode("latin-1", "ignore")
        if len(plain) != size:
            return _sighting(headers, b"", f"{len(body):,} of its {size:,} bytes were recorded")
        body = plain
    return _sighting(headers, body)


def _content(response: dict[str, Any], headers: list[tuple[str, str]], method: str, at: str, folder: Path) -> Sighting:
    content = response.get("content") or {}
    status = response["status"]
    if not isinstance(content, dict):
        raise _WrongError(f"{at}.content is no object")
    if method.upper() == "HEAD" or status in _BODILESS or status < 200:  # noqa: PLR2004 - 1xx
        return _sighting(headers, b"")
    body, size = _stored(content, f"{at}.content", folder), int(_number(content.get("size")))
    comment = str(content.get("comment") or "")
    if not body:
        sent = next((value for name, value in headers if name.lower() == "content-length"), "0")
        there = size > 0 or int(_number(response.get("bodySize"))) > 0 or sent.strip() not in ("", "0")
        return _sighting(headers, b"", (comment or NOT_RECORDED) if there else "")
    if comment.startswith("the first ") or len(body) + _SLACK < size:
        return _sighting(headers, b"", comment or f"{len(body):,} of its {size:,} bytes were recorded")
    return _sighting(headers, body)


def _stored(holder: dict[str, Any], at: str, folder: Path) -> bytes | None:
    """A body as its writer stored it: as text, in base64, or in a file beside the HAR; None where it did not."""
    file, text = holder.get("_file"), holder.get("text")
    if isinstance(file, str) and Path(file).name == file and (folder / file).is_file():
        return (folder / file).read_bytes()
    if text is None:
        return None
    if not isinstance(text, str):
        raise _WrongError(f"{at}.text is no text")
    if holder.get("encoding") != "base64":
        return text.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise _WrongError(f"{at}.text is not in base64, as its encoding says") from None


def _sighting(headers: list[tuple[str, str]], body: bytes, unseen: str = "") -> Sighting:
    if len(body) > LIMIT:
        body, unseen = b"", f"it has more than {LIMIT:,} bytes"
    raw = [
        (name.encode("utf-8"), value.encode("latin-1", "replace"))
        for name, value in headers
        if name.lower() not in _WIRE
    ]
    return Sighting(raw, body, unseen)


def _texts(entry: dict[str, Any], at: str) -> Iterator[tuple[float, str]]:
    messages = entry.get("_webSocketMessages") or []
    if not isinstance(messages, list):
        raise _WrongError(f"{at}._webSocketMessages is no list")
    for message in messages:
        if isinstance(message, dict) and message.get("type") == "receive" and message.get("opcode", TEXT) == TEXT:
            yield _number(message.get("time")), str(message.get("data", ""))


def _headers(message: dict[str, Any], at: str) -> list[tuple[str, str]]:
    """The headers, without what HTTP/2 puts among them."""
    found = []
    for index, header in enumerate(_get(message, "headers", list, at)):
        place = f"{at}.headers[{index}]"
        name, value = (_get(_object(header, place), key, str, place) for key in ("name", "value"))
        if not name.startswith(":"):
            found.append((name, value))
    return found


def _moment(entry: dict[str, Any], at: str) -> float:
    said = entry.get("startedDateTime", "1970-01-01T00:00:00Z")
    try:
        return datetime.fromisoformat(said).timestamp()
    except (TypeError, ValueError):
        raise _WrongError(f"{at}.startedDateTime is {said!r}, which is no moment") from None


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0


def _object(value: Any, at: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _WrongError(f"{at} is no object")
    return value


def _get(holder: dict[str, Any], key: str, kind: type, at: str) -> Any:
    if key not in holder:
        raise _WrongError(f"{at} has no `{key}`")
    value = holder[key]
    if not isinstance(value, kind) or isinstance(value, bool):
        raise _WrongError(f"{at}.{key} is no {_KINDS[kind]}")
    return value


_KINDS = {dict: "object", list: "list", str: "text", int: "whole number"}
