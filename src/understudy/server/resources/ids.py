"""Which property is a thing's id, what kind of ids they are, and a new one where it is needed.

`find` is called by `recognition`, the rest by whoever plays a resource. Ids travel through paths as text: `as_text`
and `from_text` go there and back.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from understudy.generator import names
from understudy.generator.drawing import Detail
from understudy.generator.shape import UnsatisfiableError
from understudy.generator.values import Generator
from understudy.server.resources.outline import Outlines
from understudy.server.resources.resource import Ids, Resource, Schema

# What an id is called where neither the path parameter nor `id` is there, the most telling first.
LIKELY = ("uuid", "guid", "identifier", "key", "slug", "code", "sku", "number", "handle", "username", "login", "name")
SLUGS = frozenset({"slug", "handle", "key", "name", "code"})
TITLES = ("title", "name", "label", "subject")
TRIES = 200
LENGTH = 16


def find(outlines: Outlines, schema: Schema, parameter: str, thing: str, *, likely: bool) -> str:
    """The property of a schema that holds the id, or an empty string.

    Args:
        outlines: reads schemas.
        schema: the schema of one thing.
        parameter: the path parameter that names it, or an empty string.
        thing: what one thing is called.
        likely: whether names that only may be an id's count too.
    """
    scalars = [name for name, below in outlines.properties(schema).items() if outlines.is_scalar(below)]
    by_words = {names.words(name): name for name in reversed(scalars)}
    wanted, own = names.words(parameter), names.words(thing)
    for parts in (wanted, ("id",), (*own, "id"), (*own[-1:], "id"), wanted[-1:], (*own, *wanted)):
        if parts and parts in by_words and (parameter or parts[-1] == "id"):
            return by_words[parts]
    if likely:
        for name in LIKELY:
            for parts in ((name,), (*own, name)):
                if parts in by_words:
                    return by_words[parts]
    return ""


def kind(outlines: Outlines, schema: Schema, name: str) -> Ids:
    """What kind of ids a schema describes."""
    types, shape = outlines.types(schema), outlines.shape(schema)
    if types and types <= {"integer", "number"}:
        return "integer"
    if shape.format in ("uuid", "guid") or names.words(name)[-1:] in (("uuid",), ("guid",)):
        return "uuid"
    return "slug" if SLUGS.intersection(names.words(name)[-1:]) else "text"


def as_text(value: Any) -> str:
    """An id as a path writes it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def from_text(outlines: Outlines, schema: Schema, text: str) -> Any:
    """An id as a body writes it."""
    types = outlines.types(schema)
    if types and "string" not in types and re.fullmatch(r"-?\d{1,300}", text):
        return int(text)
    return text


class Minter:
    """Makes new ids.

    Args:
        generator: draws values.
        outlines: reads schemas.
    """

    def __init__(self, generator: Generator, outlines: Outlines) -> None:
        self.generator = generator
        self.outlines = outlines

    def mint(
        self,
        resource: Resource,
        random: Random,
        body: Mapping[str, Any],
        *,
        count: Callable[[], int],
        is_taken: Callable[[str], bool],
    ) -> Any:
        """An id that nobody has, of the kind the document asks for.

        Args:
            resource: whose.
            random: where choices come from.
            body: what the thing is made of so far; slugs are made of its title.
            count: the next number of the resource's sequence.
            is_taken: whether an id, as text, is somebody's.

        Errors: `UnsatisfiableError` where none is found.
        """
        makers: dict[Ids, Callable[[int], Any]] = {
            "integer": lambda _: count(),
            "slug": lambda attempt: self._slug(body, random, attempt),
        }
        schema = resource.id_schema
        for attempt in range(TRIES):
            maker = makers.get(resource.ids)
            found = maker(attempt) if maker and attempt < TRIES // 2 else self._draw(resource, random)
            if resource.ids in ("text", "uuid", "slug") and not isinstance(found, str):
                found = as_text(found) if self.generator.composer.fits(schema, as_text(found)) else found
            text = as_text(found)
            if text and "/" not in text and not is_taken(text) and self.generator.composer.fits(schema, found):
                return found
        raise UnsatisfiableError(f"no id was found for {resource.name} that is not taken")

    def _draw(self, resource: Resource, random: Random) -> Any:
        schema, name = resource.id_schema, resource.id_property or "id"
        shape = self.outlines.shape(schema)
        if resource.ids == "text" and not (shape.patterns or shape.format or shape.values):
            return names.token(random, min(LENGTH, int(shape.limits.get("maxLength", LENGTH))))
        found = self.generator.draw(schema, random, name=name, detail=Detail(examples=False))
        return names.uuid(random) if resource.ids == "uuid" and not isinstance(found, str) else found

    @staticmethod
    def _slug(body: Mapping[str, Any], random: Random, attempt: int) -> str:
        title = next((body[name] for name in TITLES if isinstance(body.get(name), str)), "")
        slug = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or names.slug(random)
        return slug if not attempt else f"{slug}-{attempt + 1}"
