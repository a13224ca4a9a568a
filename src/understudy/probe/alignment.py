"""Holds two answers to the same request side by side: what differs beyond ids, times and tokens.

Two deployments never agree on ids and moments. Where both sides have such a value at the same place, the two are
taken for one another from then on, and a pair that contradicts an earlier one is a difference. Called by `compare`;
it must not know what was asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Literal
from urllib.parse import urlsplit

from understudy.contract import pointer
from understudy.contract.exchange import Exchange, Response
from understudy.probe.judge import OWN_VOICE

Kind = Literal[
    "answer", "status", "media-type", "promise", "refusal", "shape", "identity", "sorting", "drawn", "order", "value"
]

_UUID = re.compile(r"[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{16,}={0,2}")
_ID_NAMES = re.compile(r"(^|_)(id|ids|uid|uuid|token|key|number|etag|source_id|request_id|signed_id)$", re.IGNORECASE)
_TIME_NAMES = re.compile(r"(_at|_on|_until|_since|time|timestamp|date|seen)$", re.IGNORECASE)
_FRESH_NAMES = re.compile(r"(^|_)(token|etag|request_id|signed_id)$", re.IGNORECASE)
_SORTED = re.compile(rb"(^|&|_)(sort|order)", re.IGNORECASE)
_INDEX = re.compile(r"/\d+(?=/|$)")
MISFITS: frozenset[Kind] = frozenset({"shape", "identity"})
"""The kinds of difference that may come of an order alone."""
LONGEST_LIST = 60
"""Up to how many items a list is also compared in whatever order it fits: each is held beside each."""
CHANCE: Mapping[str, frozenset[Kind]] = {"understudy-synthesised": MISFITS, "understudy-resource": frozenset({"shape"})}
"""By headers with which a fake of ours marks what it made up, or keeps without having been told all of it: the kinds of
difference that mean nothing there as long as the document is kept."""
REFUSALS = range(400, 500)
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


@dataclass(frozen=True, slots=True)
class _Place:
    """Where in an answer something stands: what it belongs to, its name, its pointer, and how an order is called."""

    thing: str
    name: str
    where: str
    order: Kind

    def below(self, key: str) -> _Place:
        """The place of a property."""
        return _Place(self.name or self.thing, key, f"{self.where}/{pointer.escape(key)}", self.order)

    @property
    def item(self) -> _Place:
        """The place of a list's items."""
        return _Place(self.thing, self.name, f"{self.where}/*", self.order)


Partners = dict[tuple[str, str, str, Any], Any]
"""What stands for what: of which side, of which thing, under which name, which value; the other side's value."""


class Alignment:
    """Which ids, times and tokens of two deployments stand for one another."""

    def __init__(self) -> None:
        self._partners: Partners = {}

    def differences(self, a: Exchange, b: Exchange) -> list[Difference]:
        """Everything in which two answers to the same request differ, sorted, each once."""
        one, other = a.response, b.response
        if one is None or other is None:
            return [] if one is other else [Difference("answer", "/", _answer(a), _answer(b))]
        if _own_voice(one) != _own_voice(other) and one.status_code in REFUSALS and other.status_code in REFUSALS:
            return [Difference("refusal", "/status", _refusal(one), _refusal(other))]
        if one.status_code != other.status_code:
            return [Difference("status", "/status", str(one.status_code), str(other.status_code))]
        found = set(_promises(a, b))
        types = [_essence(side) for side in (one, other)]
        if types[0] != types[1]:
            found.add(Difference("media-type", "/header/content-type", types[0], types[1]))
        elif (chance := _chance(one) | _chance(other)) and not found:
            found.update(self._drawn(a, b, chance))
        else:
            found.update(self._bodies(a, b))
        return sorted(found)

    def _bodies(self, a: Exchange, b: Exchange) -> Iterator[Difference]:
        order: Kind = "sorting" if _SORTED.search(a.request.query) else "order"
        place = _Place(_thing(a), "", "/body", order)
        one, other = (side.response.content.value if side.response else None for side in (a, b))
        return self._values(place, one, other)

    def _drawn(self, a: Exchange, b: Exchange, chance: frozenset[Kind]) -> Iterator[Difference]:
        """What differs where a side made its answer up: by chance in what the document leaves open."""
        before = dict(self._partners)
        for difference in self._bodies(a, b):
            yield replace(difference, kind="drawn") if difference.kind in chance else difference
        if "identity" in chance:
            self._partners = before

    def _values(self, place: _Place, a: Any, b: Any) -> Iterator[Difference]:
        if isinstance(a, Mapping) and isinstance(b, Mapping):
            for key in sorted(a.keys() | b.keys()):
                below = place.below(key)
                if key not in b:
                    yield Difference("shape", below.where, "there", "absent")
                elif key not in a:
                    yield Difference("shape", below.where, "absent", "there")
                else:
                    yield from self._values(below, a[key], b[key])
        elif isinstance(a, list) and isinstance(b, list):
            yield from self._lists(place, a, b)
        else:
            yield from self._scalars(place, a, b)

    def _lists(self, place: _Place, a: list[Any], b: list[Any]) -> Iterator[Difference]:
        """Item by item; where these do not fit, in whatever order they do."""
        before = dict(self._partners)
        found = [one for pair in zip(a, b, strict=False) for one in self._values(place.item, *pair)]
        if any(one.kind in MISFITS for one in found) and max(len(a), len(b)) <= LONGEST_LIST:
            after, self._partners = self._partners, before
            matched = self._match(place, a, b)
            if matched is None:
                self._partners = after
            else:
                found = matched
                if len(a) == len(b):
                    found.append(Difference(place.order, place.where, "in one order", "in another"))
        if len(a) != len(b):
            found.append(Difference("value", place.where, f"{len(a)} items", f"{len(b)} items"))
        yield from found

    def _match(self, place: _Place, a: list[Any], b: list[Any]) -> list[Difference] | None:
        """What still differs with a partner for every item of the shorter list; None where one has none."""
        turned, found = len(a) > len(b), []
        few, many = (b, a) if turned else (a, b)
        free = list(range(len(many)))
        for item in few:
            best: tuple[int, list[Difference], Partners] | None = None
            before = self._partners
            for index in free:
                self._partners = dict(before)
                pair = (many[index], item) if turned else (item, many[index])
                left = list(self._values(place.item, *pair))
                fits = not any(one.kind in MISFITS for one in left)
                if fits and (best is None or len(left) < len(best[1])):
                    best = index, left, self._partners
                if fits and not left:
                    break
            if best is None:
                return None
            free.remove(best[0])
            found += best[1]
            self._partners = best[2]
        return found

    def _scalars(self, place: _Place, a: Any, b: Any) -> Iterator[Difference]:
        kinds = _kind(a), _kind(b)
        if kinds[0] != kinds[1]:
            yield Difference("shape", place.where, *kinds)
        elif (volatile := _volatile(place.name, a, b)) == "id":
            name = (place.thing, place.name)
            partner = self._partners.setdefault(("a", *name, a), b)
            back = self._partners.setdefault(("b", *name, b), a)
            if partner != b:
                yield Difference("identity", place.where, f"{a!r}, known as {partner!r}", repr(b))
            elif back != a:
                yield Difference("identity", place.where, repr(a), f"{b!r}, known as {back!r}")
        elif a != b and not volatile:
            yield Difference("value", place.where, _excerpt(a), _excerpt(b))


def _promises(a: Exchange, b: Exchange) -> Iterator[Difference]:
    """The documented promises that one answer breaks and the other keeps."""
    sides = [
        {
            (_INDEX.sub("/*", v.where), v.code)
            for v in side.violations
            if v.side == "response" and v.code != "law-broken"
        }
        for side in (a, b)
    ]
    for where, code in sides[0] ^ sides[1]:
        told = (code, "kept") if (where, code) in sides[0] else ("kept", code)
        yield Difference("promise", where, *told)


def _thing(exchange: Exchange) -> str:
    """What an answer is of, by its path: ``contacts`` for ``/contacts`` and for ``/contacts/{id}``."""
    segments = (exchange.request.path_pattern or "").split("/")
    return next((segment for segment in reversed(segments) if not segment.startswith("{")), "")


def _chance(response: Response) -> frozenset[Kind]:
    return frozenset().union(*(kinds for header, kinds in CHANCE.items() if header in response.fields))


def _own_voice(response: Response) -> bool:
    return OWN_VOICE in response.fields


def _refusal(response: Response) -> str:
    return f"{response.status_code}{', by the contract' if _own_voice(response) else ''}"


def _volatile(name: str, a: Any, b: Any) -> str:
    """Whether two values hold for a moment only (``time``), are names of things (``id``), or neither."""
    sides = (a, b)
    if all(_is_moment(name, side) for side in sides):
        return "time"
    if _FRESH_NAMES.search(name):
        return "time"  # drawn anew for each answer
    if _ID_NAMES.search(name) and not any(isinstance(side, bool) for side in sides):
        return "id"
    if all(isinstance(side, str) for side in sides):
        if all(_UUID.fullmatch(side) or _TOKEN.fullmatch(side) for side in sides):
            return "id"
        if all("://" in side for side in sides) and _path_shape(a) == _path_shape(b):
            return "time"  # hosts differ, and what is signed is signed anew
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
