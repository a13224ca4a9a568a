"""Cuts a list into pages, and says in its wrapper what a client must know to go on.

Called by whoever plays a list. Which parameters page is the `Listing`'s; what a wrapper's properties are called is in
the table here. Filters compare text: that is how a query writes values.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from understudy.generator.fits import Fits
from understudy.generator.names import words
from understudy.server.resources.ids import as_text
from understudy.server.resources.outline import Outlines
from understudy.server.resources.resource import Inside, Listing, Schema
from understudy.server.resources.things import Thing

Pairs = Sequence[tuple[str, str]]

# What the properties of a wrapper mean, by all of their words.
MEANINGS: Mapping[tuple[str, ...], str] = {
    **dict.fromkeys([("total",), ("total", "count"), ("total", "items"), ("total", "results"), ("total", "elements"),
                     ("total", "records"), ("odata", "count"), ("items", "total"), ("total", "rows"),
                     ("results", "total"), ("number", "of", "results")], "total"),
    **dict.fromkeys([("count",), ("num", "results"), ("number", "of", "elements"), ("length",)], "count"),
    **dict.fromkeys([("page",), ("current", "page"), ("page", "number"), ("page", "index"), ("number",)], "page"),
    **dict.fromkeys([("per", "page"), ("page", "size"), ("limit",), ("size",), ("pagesize",), ("items", "per", "page"),
                     ("max", "results")], "size"),
    **dict.fromkeys([("offset",), ("skip",), ("start",), ("start", "index")], "offset"),
    **dict.fromkeys([("total", "pages"), ("pages",), ("page", "count"), ("last", "page"), ("num", "pages"),
                     ("pages", "total")], "pages"),
    **dict.fromkeys([("has", "more"), ("has", "next"), ("has", "next", "page"), ("more",)], "more"),
    **dict.fromkeys([("has", "previous"), ("has", "prev"), ("has", "previous", "page"), ("has", "prev", "page")],
                    "less"),
    **dict.fromkeys([("next", "cursor"), ("next", "page", "token"), ("cursor",), ("end", "cursor"), ("next", "token"),
                     ("after",), ("continuation", "token"), ("next", "page", "cursor"), ("next", "marker")], "cursor"),
    **dict.fromkeys([("next",), ("next", "page"), ("next", "url"), ("next", "link"), ("odata", "next", "link"),
                     ("next", "page", "url")], "next"),
    **dict.fromkeys([("previous",), ("prev",), ("prev", "page"), ("previous", "page"), ("previous", "url"),
                     ("prev", "url"), ("prev", "page", "url"), ("previous", "page", "url")], "previous"),
    **dict.fromkeys([("self",), ("self", "url")], "self"),
    **dict.fromkeys([("first",), ("first", "page", "url")], "first"),
    **dict.fromkeys([("last",), ("last", "page", "url")], "last"),
    ("first", "id"): "first_id",
    ("last", "id"): "last_id",
}  # fmt: skip
LINKS = frozenset({"next", "previous", "self", "first", "last"})
NOTHING = object()  # a property to be left out


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list.

    Attributes:
        things: what is on it.
        total: how many things there are on all pages.
        start: how many come before it.
        size: how many a page has.
        number: its number.
        listing: how the list is paged.
        url: where the list is, without a query.
        pairs: the query.
    """

    things: Sequence[Thing]
    total: int
    start: int
    size: int
    number: int
    listing: Listing
    url: str
    pairs: Pairs

    @property
    def more(self) -> bool:
        """Whether there is a page after it."""
        return self.start + len(self.things) < self.total

    @property
    def cursor(self) -> str | None:
        """What leads to the next page; None on the last."""
        return token(self.things[-1]) if self.more and self.things else None

    def link(self, start: int) -> str:
        """The URL of the page that begins after so many things."""
        paging = self.listing.paging
        changed: dict[str, str] = {}
        if paging.page:
            changed[paging.page] = str(start // self.size + paging.first)
        elif paging.offset:
            changed[paging.offset] = str(start)
        elif paging.cursor and self.cursor and start > self.start:
            changed[paging.cursor] = self.cursor
        kept = [(name, value) for name, value in self.pairs if name not in changed]
        query = urlencode([*kept, *changed.items()])
        return f"{self.url}?{query}" if query else self.url


def token(thing: Thing) -> str:
    """The cursor that leads past a thing."""
    return base64.urlsafe_b64encode(f"after {thing.number}".encode()).decode().rstrip("=")


def chosen(things: Sequence[Thing], listing: Listing, pairs: Pairs, *, is_array: Mapping[str, bool]) -> list[Thing]:
    """The things that every filter in the query lets through.

    Args:
        things: all of them.
        listing: how they are listed.
        pairs: the query.
        is_array: which parameters may hold several values, in any of which a thing may agree.
    """
    wanted: dict[str, set[str]] = {}
    for name, value in pairs:
        if name in listing.filters:
            values = value.split(",") if is_array.get(name) else [value]
            wanted.setdefault(name, set()).update(values)
    return [
        thing
        for thing in things
        if all(_agrees(thing.value.get(listing.filters[name]), values) for name, values in wanted.items())
    ]


def _agrees(value: Any, wanted: set[str]) -> bool:
    if isinstance(value, list):
        return any(_agrees(item, wanted) for item in value)
    return value is not None and as_text(value) in wanted


def cut(things: Sequence[Thing], listing: Listing, pairs: Pairs, url: str) -> Page:
    """The page that a query asks for; a cursor that was never given out leads past the end."""
    paging, said = listing.paging, dict(pairs)
    size = _whole(said.get(paging.limit), paging.size if paging.size is not None else len(things))
    size = max(size, 0)
    start = 0
    if paging.offset and paging.offset in said:
        start = _whole(said[paging.offset], 0)
    elif paging.page and paging.page in said:
        start = (_whole(said[paging.page], paging.first) - paging.first) * size
    elif paging.cursor and said.get(paging.cursor):
        start = _after(things, said[paging.cursor])
    start = min(max(start, 0), len(things))
    number = (start // size if size else 0) + paging.first
    found = things[start : start + size]
    return Page(found, len(things), start, max(size, 1), number, listing, url, pairs)


def _whole(text: str | None, otherwise: int) -> int:
    try:
        return int(text) if text else otherwise
    except ValueError:
        return otherwise


def _after(things: Sequence[Thing], cursor: str) -> int:
    """How many things stand up to the one that a cursor names: by its token, or by its id."""
    try:
        said = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        if said.startswith("after "):
            return sum(thing.number <= int(said[6:]) for thing in things)
    except (binascii.Error, ValueError):
        pass
    return next((index + 1 for index, thing in enumerate(things) if thing.id == cursor), len(things))


class Wrapper:
    """Fills in what the wrapper of a list says.

    Args:
        outlines: reads schemas.
        fits: says whether a value fits.
    """

    def __init__(self, outlines: Outlines, fits: Fits) -> None:
        self.outlines = outlines
        self.fits = fits

    def fill(self, drawn: Any, schema: Schema, page: Page, inside: Inside) -> Any:
        """What was drawn for a wrapper, with every property whose meaning is known told truly; the array stays."""
        if not isinstance(drawn, Mapping):
            return drawn
        properties = self.outlines.properties(schema)
        meant = {MEANINGS.get(words(name)) for name in properties}
        required = self.outlines.shape(schema).required
        result: dict[str, Any] = {}
        for name, value in drawn.items():
            below = properties.get(name, True)
            meaning = MEANINGS.get(words(name))
            if inside and name == inside[0]:
                result[name] = self.fill(value, below, page, inside[1:]) if inside[1:] else value
            elif isinstance(value, Mapping) and meaning not in LINKS:
                result[name] = self.fill(value, below, page, ())
            elif meaning:
                told = self._told(meaning, below, page, counts="total" in meant, old=value)
                if told is not NOTHING or name in required:
                    result[name] = value if told is NOTHING else told
            else:
                result[name] = value
        return result

    def _told(self, meaning: str, schema: Schema, page: Page, *, counts: bool, old: Any) -> Any:
        """What a property says; `NOTHING` where it had better not be there."""
        for value in _values(meaning, page, counts=counts):
            for form in (value, {"href": value}, str(value)) if value is not None else (None,):
                if form == {"href": value} and not isinstance(old, Mapping):
                    continue
                if self.fits(schema, form):
                    return form
        if meaning in LINKS | {"cursor", "first_id", "last_id"}:
            return NOTHING
        return old


def _values(meaning: str, page: Page, *, counts: bool) -> tuple[Any, ...]:
    """What a meaning comes to on a page, the best first."""
    size, things = page.size, page.things
    last = (max(page.total - 1, 0) // size) * size
    following, before = page.start + size, max(page.start - size, 0)
    table: Mapping[str, tuple[Any, ...]] = {
        "total": (page.total,),
        "count": (len(things) if counts else page.total,),
        "page": (page.number,),
        "size": (size,),
        "offset": (page.start,),
        "pages": (-(-page.total // size),),
        "more": (page.more,),
        "less": (page.start > 0,),
        "cursor": (page.cursor,) if page.cursor else (None, ""),
        "next": (page.link(following),) if page.more else (None,),
        "previous": (page.link(before),) if page.start else (None,),
        "self": (page.link(page.start),),
        "first": (page.link(0),),
        "last": (page.link(last),),
        "first_id": (things[0].id,) if things else (None,),
        "last_id": (things[-1].id,) if things else (None,),
    }
    return table[meaning]
