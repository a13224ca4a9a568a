"""Holds two answers to the same request side by side: what differs beyond ids, times and tokens.

Two deployments never agree on ids and moments. Where both sides have such a value at the same place, the two are
taken for one another from then on, and a pair that contradicts an earlier one is a difference. Called by `compare`;
it must not know what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from understudy.contract import pointer
from understudy.contract.exchange import Exchange, Response

Kind = Literal["answer", "status", "media-type", "header", "shape", "identity", "value"]

_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,}={0,2}")
_ID_NAMES = re.compile(r"(^|_)(id|ids|uid|uuid|token|key|number|etag|source_id|request_id|signed_id)$", re.IGNORECASE)
_TIME_NAMES = re.compile(r"(_at|_on|_until|_since|time|timestamp|date|seen)$", re.IGNORECASE)
EARLIEST, LATEST = 1_000_000_000, 4_102_444_800
"""Seconds since the Unix epoch between which a whole number may be a moment: 2001 to 2100."""

_TYPES = {dict: "object", list: "array", str: "string", bool: "boolean", int: "number", float: "number"}


@dataclass(frozen=True, slots=True, order=True)
class Difference:
    """One thing that the two sides do not have in common.

    Attributes:
        kind: what sort of thing.
        where: JSON pointer into the message, with ``*`` for any index.
        a: what the first side has, for people.
        b: what the second side has.
    """

    kind: Kind
    where: str
    a: str
    b: str


class Alignment:
    """Which ids, times and tokens of two deployments stand for one another."""

    def __init__(self) -> None:
        self._partners: dict[tuple[str, Any], Any] = {}

    def differences(self, a: Exchange, b: Exchange) -> list[Difference]:
        """Everything in which two answers to the same request differ, sorted, each once."""
        one, other = a.response, b.response
        if one is None or other is None:
            if one is other:
                return []
            return [Difference("answer", "/", _answer(a), _answer(b))]
        found: list[Difference] = []
        if one.status_code != other.status_code:
            found.append(Difference("status", "/status", str(one.status_code), str(other.status_code)))
            return found
        types = [_essence(side) for side in (one, other)]
        if types[0] != types[1]:
            found.append(Difference("media-type", "/header/content-type", types[0], types[1]))
            return found
        found += self._values("", "/body", one.content.value, other.content.value)
        return sorted(set(found))

    def _values(self, name: str, where: str, a: Any, b: Any) -> Iterator[Difference]:
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            for key in sorted(a.keys() | b.keys()):
                below = f"{where}/{pointer.escape(key)}"
                if key not in b:
                    yield Difference("shape", below, "there", "absent")
                elif key not in a:
                    yield Difference("shape", below, "absent", "there")
                else:
                    yield from self._values(key, below, a[key], b[key])
        elif isinstance(a, list) and isinstance(b, list):
            if len(a) != len(b):
                yield Difference("value", where, f"{len(a)} items", f"{len(b)} items")
            for one, other in zip(a, b, strict=False):
                yield from self._values(name, f"{where}/*", one, other)
        else:
            yield from self._scalars(name, where, a, b)

    def _scalars(self, name: str, where: str, a: Any, b: Any) -> Iterator[Difference]:
        kinds = _kind(a), _kind(b)
        if kinds[0] != kinds[1]:
            yield Difference("shape", where, *kinds)
        elif a == b or _volatile(name, a, b) == "time":
            return
        elif _volatile(name, a, b) == "id":
            partner = self._partners.setdefault((name, a), b)
            if partner != b:
                yield Difference("identity", where, f"{a!r}, known as {partner!r}", repr(b))
        else:
            yield Difference("value", where, _excerpt(a), _excerpt(b))


def _volatile(name: str, a: Any, b: Any) -> str:
    """Whether two values are moments (``time``), names of things (``id``), or neither."""
    sides = (a, b)
    if all(_is_moment(name, side) for side in sides):
        return "time"
    if _ID_NAMES.search(name) and not any(isinstance(side, bool) for side in sides):
        return "id"
    if all(isinstance(side, str) for side in sides):
        if all(_UUID.fullmatch(side) or _TOKEN.fullmatch(side) for side in sides):
            return "id"
        if all("://" in side for side in sides) and _path_shape(a) == _path_shape(b):
            return "id"
    return ""


def _is_moment(name: str, value: Any) -> bool:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return bool(_TIME_NAMES.search(name)) and (value == 0 or EARLIEST <= value <= LATEST)
    if not isinstance(value, str):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return len(value) >= len("2026-01-01T00")


def _path_shape(url: str) -> tuple[str, ...]:
    """A URL's path with everything that may be an id left open."""
    try:
        segments = urlsplit(url).path.split("/")
    except ValueError:
        return (url,)
    return tuple(segment if segment.isalpha() else "*" for segment in segments)


def _kind(value: Any) -> str:
    return "null" if value is None else _TYPES.get(type(value), type(value).__name__)


def _essence(response: Response) -> str:
    media_type = response.content.media_type
    return media_type.essence if media_type is not None else "none"


def _answer(exchange: Exchange) -> str:
    return f"no answer ({exchange.note})" if exchange.response is None else str(exchange.response.status_code)


def _excerpt(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:60]}…"  # noqa: PLR2004 - a line's width
