"""Makes a thing whole: what a client sent, and what only the server makes, as a schema asks for it.

Called by whoever plays a resource, for values to remember and for answers to show. The generator makes what is
missing; ids, times and links follow from the state. Whether a whole answer keeps the contract is the judge's question.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

from understudy.generator.drawing import Detail
from understudy.generator.names import words
from understudy.generator.shape import UnsatisfiableError
from understudy.generator.values import Generator
from understudy.server.resources.outline import Outlines
from understudy.server.resources.resource import Inside, Schema

CREATED = frozenset({"created", "creation", "inserted", "added"})
UPDATED = frozenset({"updated", "modified", "changed", "edited"})
TIMES = frozenset({"at", "on", "time", "date", "timestamp", "datetime", "last"})
DETAILS = (Detail(), Detail(examples=False), Detail(optional=0.0, examples=False))
MILLISECONDS = frozenset({"ms", "millis", "milliseconds"})


@dataclass(frozen=True)
class Known:
    """What is known of a thing before it is whole.

    Attributes:
        value: properties by name.
        keep_out: properties that are not to be made up: a client could have sent them, and did not.
        now: the moment, for the times that a server notes; None leaves them to the generator.
        is_new: whether the thing is being made, not changed.
        before: what the thing was; what must be there and is not known stays as it was.
        stamped: known properties that are only what they were before.
    """

    value: Mapping[str, Any]
    keep_out: frozenset[str] = frozenset()
    now: datetime | None = None
    is_new: bool = True
    before: Mapping[str, Any] = field(default_factory=dict)
    stamped: frozenset[str] = frozenset()


class Completer:
    """Completes values by the schemas of one document.

    Args:
        generator: draws values.
        outlines: reads schemas.
        document: the document, for draws that remember nothing.
        version: ``3.0`` or ``3.1``.
    """

    def __init__(self, generator: Generator, outlines: Outlines, document: Mapping[str, Any], version: str) -> None:
        self.generator = generator
        self.outlines = outlines
        self.fits = generator.composer.fits
        self.document = document
        self.version = version

    def whole(self, schema: Schema, known: Known, random: Random) -> dict[str, Any]:
        """A whole thing of a schema that says what is known of it.

        Errors: `UnsatisfiableError` where the schema has no object at all.
        """
        value = self._project(schema, known.value)
        first: dict[str, Any] | None = None
        for drawn in self._draws(schema, value, random):
            base = {name: known.before.get(name, item) for name, item in drawn.items()}
            overlaid = self._overlay(schema, base, value, random)
            made = self._times(schema, overlaid, known)
            lean = {name: item for name, item in made.items() if name in value or name not in known.keep_out}
            lean = self._defaults(schema, lean, known)
            alone = self._alone(schema, lean, known) if known.is_new and known.now is not None else lean
            for found in (alone, lean, made):
                if self.fits(schema, found):
                    return found
            first = first or made
        if first is None:
            raise UnsatisfiableError("the schema has no object")
        return first

    def _alone(self, schema: Schema, value: dict[str, Any], known: Known) -> dict[str, Any]:
        """A new thing without others of its kind around it: those would have to be there, too."""
        found = dict(value)
        for name, below in self.outlines.properties(schema).items():
            if name in found and name not in known.value and self.outlines.leads_to(below, schema):
                empty: tuple[Any, ...] = ([], None)
                fitting = [nothing for nothing in empty if self.fits(below, nothing)]
                if fitting:
                    found[name] = fitting[0]
        return found

    def shown(self, schema: Schema, value: Mapping[str, Any], random: Random) -> dict[str, Any]:
        """A thing as another schema shows it: as it is where that fits, else cut down and made whole."""
        projected = self._project(schema, value)
        return projected if self.fits(schema, projected) else self.whole(schema, Known(projected), random)

    def _draws(self, schema: Schema, value: Mapping[str, Any], random: Random) -> Iterator[dict[str, Any]]:
        """Objects to build on: of the alternative that the known properties belong to, else of any."""
        pins = {name: {"const": item} for name, item in value.items()}
        for pinned in ({"properties": pins, "required": list(pins)}, {"properties": pins}, None):
            if pinned is not None and not pins:
                continue
            for detail in DETAILS:
                generator = self.generator if pinned is None else Generator(self.document, self.version)
                try:
                    found = generator.draw(
                        schema if pinned is None else {"allOf": [schema, pinned]}, random, detail=detail
                    )
                except UnsatisfiableError:
                    continue
                if isinstance(found, dict):
                    yield found

    def _project(self, schema: Schema, value: Mapping[str, Any]) -> dict[str, Any]:
        """The properties that a schema shows: not what only clients send, nor what a closed schema does not list."""
        properties = self.outlines.properties(schema)
        closed = any(closure.rest is False for closure in self.outlines.shape(schema).closures)
        return {
            name: item
            for name, item in value.items()
            if (name in properties or not closed)
            and not (name in properties and self.outlines.composer.of_others(properties[name]))
        }

    def _overlay(
        self, schema: Schema, drawn: Mapping[str, Any], value: Mapping[str, Any], random: Random
    ) -> dict[str, Any]:
        """What was drawn, what is known laid over it; parts are made whole where the known one alone does not fit."""
        result = dict(drawn)
        properties = self.outlines.properties(schema)
        for name, item in value.items():
            below = properties.get(name, True)
            if self.fits(below, item):
                result[name] = item
            elif isinstance(item, Mapping):
                base = drawn.get(name)
                merged = self._overlay(below, base if isinstance(base, Mapping) else {}, item, random)
                if self.fits(below, merged):
                    result[name] = merged
            elif isinstance(item, list):
                items = self._items(below, item, random)
                if self.fits(below, items):
                    result[name] = items
        return result

    def _items(self, schema: Schema, items: Sequence[Any], random: Random) -> list[Any]:
        """The items of an array, each made whole."""
        wanted = self.outlines.items(schema)
        out = frozenset(self.outlines.properties(wanted)) - frozenset(self.outlines.shape(wanted).required)
        return [
            self.whole(wanted, Known(item, out), random)
            if isinstance(item, Mapping) and not self.fits(wanted, item)
            else item
            for item in items
        ]

    def _times(self, schema: Schema, value: dict[str, Any], known: Known) -> dict[str, Any]:
        """The times that a server notes, by its clock."""
        if known.now is None:
            return value
        result = dict(value)
        for name, below in self.outlines.properties(schema).items():
            parts = frozenset(words(name))
            is_made, is_changed = bool(parts & CREATED), bool(parts & UPDATED)
            noted = (is_made and known.is_new) or is_changed
            if name not in result or not noted or (name in known.value and not self._noted(below, known, name)):
                continue
            if (moment := self._moment(below, name, known.now)) is not None:
                result[name] = moment
        return result

    def _noted(self, schema: Schema, known: Known, name: str) -> bool:
        """Whether a known time is the server's all the same: it was noted before, or clients may not send it."""
        return name in known.stamped or self.outlines.marked(schema, "readOnly")

    def _moment(self, schema: Schema, name: str, now: datetime) -> Any:
        """A moment as a schema writes it; None where it writes none."""
        stamp = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        seconds = int(now.timestamp())
        numbers: tuple[Any, ...] = (seconds,)
        if MILLISECONDS & set(words(name)):
            numbers = (seconds * 1000,)
        form = self.outlines.shape(schema).format
        texts = (now.date().isoformat(),) if form == "date" else (stamp, stamp[:19] + "Z")
        types = self.outlines.types(schema)
        candidates = texts if "string" in types else numbers if types & {"integer", "number"} else ()
        return next((found for found in candidates if self.fits(schema, found)), None)

    def _defaults(self, schema: Schema, value: dict[str, Any], known: Known) -> dict[str, Any]:
        """The documented defaults of what a client left out."""
        properties = self.outlines.properties(schema)
        found = dict(value)
        for name in properties:
            below = self.outlines.target(properties[name])
            if name in known.keep_out and name not in known.value and isinstance(below, Mapping) and "default" in below:
                found[name] = below["default"]
        return found


def put(message: Any, inside: Inside, value: Any) -> Any:
    """A message with a part replaced."""
    if not inside:
        return value
    base = dict(message) if isinstance(message, Mapping) else {}
    base[inside[0]] = put(base.get(inside[0]), inside[1:], value)
    return base


def take(message: Any, inside: Iterable[str]) -> Any:
    """A part of a message; None where it is not there."""
    for name in inside:
        message = message.get(name) if isinstance(message, Mapping) else None
    return message
