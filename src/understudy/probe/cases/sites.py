"""Walks a schema along a value of it: every schema that has a say in the value, once, with a value that reaches it.

Where alternatives part, a value is made for each; where a property is left out or a list is empty, it is put in. So
each promise of the schema has a site, at which `edges` and `breaks` change the value. It must not judge.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from understudy.contract import pointer
from understudy.generator import patterns
from understudy.generator.joining import type_of
from understudy.generator.shape import Schema
from understudy.probe.cases.making import FULLEST, LEAST, Maker

Path = tuple[str | int, ...]

LONGEST_PATH = 24
NESTED = 12
"""How many levels of itself a schema is followed down."""


@dataclass(frozen=True, slots=True)
class Site:
    """A schema, and a value that it has a say in.

    Attributes:
        root: the whole value.
        path: where in it the schema's value is.
        value: that value.
        place: the schema's place in the document.
        schema: the schema, by its own keywords.
        whole: all that is asked of the value, by whatever schema.
        shows: the keyword and what of it, in words, that the value was made to show; None where it was made for more.
        again: whether the schema has been here before, further out: there is nothing to show but the value itself.
        outer: place and path of every schema on the way here.
        futile: whether no value is good here: only the server may send one, or something further out rules it out.
    """

    root: Any
    path: Path
    value: Any
    place: pointer.Parts
    schema: Schema
    whole: Schema
    shows: tuple[str, str] | None = None
    futile: bool = False
    again: bool = False
    outer: tuple[tuple[pointer.Parts, Path], ...] = ()

    @property
    def name(self) -> str:
        """What the value is called."""
        return next((part for part in reversed(self.path) if isinstance(part, str)), "")

    def put(self, value: Any) -> Any:
        """The whole value with another one here."""
        return put(self.root, self.path, value)


def put(root: Any, path: Path, value: Any) -> Any:
    """A value with another one at a path; only what stands on the way there is copied."""
    if not path:
        return value
    step, rest = path[0], path[1:]
    if isinstance(root, Mapping):
        return {**root, step: put(root.get(step), rest, value)}
    items = list(root)
    items[int(step) :] = [
        put(items[int(step)] if int(step) < len(items) else None, rest, value),
        *items[int(step) + 1 :],
    ]
    return items


def sites(maker: Maker, place: pointer.Parts, root: Any) -> Iterator[Site]:
    """Every site of a schema, from the outside in.

    Args:
        maker: makes values.
        place: the schema's place in the document.
        root: a value that fits it; as little as may be, so that what is changed can be seen.
    """
    yield from _Walk(maker).walk(place, root)


def _nested(site: Site) -> Iterator[Site]:
    """A site that came back to a schema further out, with a value that does so again and again."""
    for place, path in reversed(site.outer):
        way = site.path[len(path) :]
        if place == site.place and way:
            level = value = _at_path(site.root, path)
            for _ in range(NESTED):
                value = put(level, way, value)
            shows = ("nesting", f"{NESTED} levels of one schema")
            yield replace(site, root=put(site.root, path, value), path=path, value=value, shows=shows, again=True)
            return


def _at_path(root: Any, path: Path) -> Any:
    for step in path:
        root = root[step]
    return root


class _Walk:
    def __init__(self, maker: Maker) -> None:
        self.maker = maker
        self.seen: set[pointer.Parts] = set()
        self.waiting: deque[Site] = deque()

    def walk(self, place: pointer.Parts, root: Any) -> Iterator[Site]:
        schema = self._at(place)
        self.waiting.append(Site(root, (), root, place, schema, schema))
        while self.waiting:
            site = self.waiting.popleft()
            if len(site.path) > LONGEST_PATH or not isinstance(site.schema, Mapping):
                continue
            if site.place in self.seen:
                yield from _nested(site)
                continue
            self.seen.add(site.place)
            site = replace(site, outer=(*site.outer, (site.place, site.path)))
            yield site
            for formed in self._forms(site):
                self._same_value(formed)
                self._parts(formed)

    def _at(self, place: pointer.Parts) -> Schema:
        try:
            return pointer.walk(self.maker.data, place)
        except KeyError:
            return True

    def _go(self, site: Site, *steps: str | int, **changes: Any) -> None:
        """Go on to a schema below the site's; `changes` are those of the site."""
        self._jump(site, (*site.place, *map(str, steps)), **changes)

    def _jump(self, site: Site, place: pointer.Parts, **changes: Any) -> None:
        """Go on to a schema anywhere; no alternative was chosen for it unless `changes` say so."""
        self.waiting.append(replace(site, **{"place": place, "schema": self._at(place), "shows": None, **changes}))

    def _forms(self, site: Site) -> Iterator[Site]:
        """The site, and with a list or an object where its value might be one as well."""
        yield site
        said = site.schema.get("type")
        for kind in [said] if isinstance(said, str) else said or ():
            if kind in ("object", "array") and type_of(site.value) != kind:
                yield from self._remade(site, self.maker.both({"type": kind}, site.whole))

    def _remade(self, site: Site, narrowed: Schema) -> Iterator[Site]:
        """The site with a value that a narrower schema asks for."""
        for value in self.maker.fitting(site.whole, narrowed, site.name):
            yield replace(site, root=site.put(value), value=value)

    def _same_value(self, site: Site) -> None:
        """Go on to the schemas that have a say in the same value."""
        schema = site.schema
        if isinstance(schema.get("$ref"), str) and schema["$ref"].startswith("#"):
            self._jump(site, pointer.split(schema["$ref"]))
        if "discriminator" not in schema:
            for number in range(len(schema.get("allOf", ()))):
                self._go(site, "allOf", number)
        for keyword in ("oneOf", "anyOf"):
            for number in range(len(schema.get(keyword, ()))):
                self._branch(site, keyword, number)
        if not {"oneOf", "anyOf"} & schema.keys() and "discriminator" in schema:
            self._subtypes(site)
        if "if" in schema:
            self._ways(site)
        for name in schema.get("dependentSchemas", {}):
            for made in self._remade(site, self.maker.both(site.whole, {"required": [name]})):
                self._go(made, "dependentSchemas", name)

    def _branch(self, site: Site, keyword: str, number: int) -> None:
        """Go on to one alternative, with a value made for it; one without a value is passed over."""
        one = {**site.schema, keyword: [site.schema[keyword][number]]}
        narrowed = self.maker.both(one, site.whole) if self._beside(site) else one
        for made in self._remade(site, narrowed):
            self._go(made, keyword, number, whole=narrowed, shows=(keyword, f"alternative {number}"))

    def _beside(self, site: Site) -> bool:
        """Whether other schemas have a say in the site's value beside its own."""
        whole = site.whole
        while isinstance(whole, Mapping) and whole is not site.schema and whole.keys() == {"$ref"}:
            whole = self.maker.fits.target(whole["$ref"])
        return whole is not site.schema

    def _subtypes(self, site: Site) -> None:
        mapping = site.schema["discriminator"].get("mapping") or {}
        name = site.schema["discriminator"].get("propertyName")
        for tag, reference in mapping.items():
            if isinstance(reference, str) and reference.startswith("#"):
                narrowed = self.maker.both(
                    {"properties": {name: {"enum": [tag]}}, "required": [name]}, {"$ref": reference}
                )
                for value in self.maker.fitting(narrowed, narrowed, site.name):
                    changes = {
                        "root": site.put(value),
                        "value": value,
                        "whole": narrowed,
                        "shows": ("discriminator", f"{name} is {tag}"),
                    }
                    self._jump(site, pointer.split(reference), **changes)

    def _ways(self, site: Site) -> None:
        schema, both = site.schema, self.maker.both
        for keyword, asked in (("then", schema["if"]), ("else", {"not": schema["if"]})):
            if keyword in schema:
                for made in self._remade(site, both(asked, schema[keyword], site.whole)):
                    self._go(made, keyword, shows=(keyword, "a value that goes this way"))

    def _parts(self, site: Site) -> None:
        """Go on to the schemas of the value's own parts."""
        if isinstance(site.value, Mapping):
            for name in site.schema.get("properties", {}):
                self._property(site, name, "properties", name)
            for pattern in site.schema.get("patternProperties", {}):
                name = patterns.write(pattern, self.maker.random, 1)
                if name is not None:
                    self._property(site, name, "patternProperties", pattern)
            self._further(site)
        elif isinstance(site.value, list):
            first = len(site.schema.get("prefixItems", ()))
            for number in range(first):
                self._item(site, number, "prefixItems", number)
            if isinstance(site.schema.get("items"), Mapping):
                self._item(site, first, "items")

    def _further(self, site: Site) -> None:
        rest = site.schema.get("additionalProperties")
        listed = site.schema.get("properties", {})
        if not isinstance(rest, Mapping):
            return
        names = [name for name in site.value if name not in listed]
        for name in (*names, "more"):
            if self._property(site, name, "additionalProperties"):
                return

    def _property(self, site: Site, name: str, *steps: str) -> bool:
        """Go on to a property, which is put in where it is not there; whether there is one."""
        whole = self.maker.of_property(site.whole, name)
        if whole is False:
            return False
        if name not in site.value:
            site = self._with(site, name, whole)
        self._go_into(site, name, whole, *steps)
        return True

    def _with(self, site: Site, name: str, whole: Schema) -> Site:
        """The site with a property put in; if that breaks something, with a value made for it; else it is futile."""
        futile = site.futile or self.maker.composer.of_others(whole)
        value = next(self.maker.tries(whole, name, FULLEST if futile else LEAST), "understudy")
        more = {**site.value, name: value}
        if not futile and not self.maker.fits(site.whole, more):
            for made in self._remade(site, self.maker.both({"required": [name]}, site.whole)):
                if isinstance(made.value, Mapping) and name in made.value:
                    return made
            futile = True
        return replace(site, root=site.put(more), value=more, futile=futile)

    def _go_into(self, site: Site, part: str | int, whole: Schema, *steps: str | int) -> None:
        """Go on to a part of the site's value."""
        self._go(site, *steps, path=(*site.path, part), value=site.value[part], whole=whole)

    def _item(self, site: Site, number: int, *steps: str | int) -> None:
        shape = self.maker.shape(site.whole)
        whole = shape.prefix[number] if number < len(shape.prefix) else shape.items
        if number > len(site.value) or whole is False:
            return
        for value in () if number < len(site.value) else self.maker.tries(whole, site.name, LEAST):
            more = [*site.value, value]
            futile = site.futile or not self.maker.fits(site.whole, more)
            site = replace(site, root=site.put(more), value=more, futile=futile)
        if number < len(site.value):
            self._go_into(site, number, whole, *steps)
