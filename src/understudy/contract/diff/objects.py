"""Compares the properties of objects: which there are, which must be there, and whether others may be.

A property that nobody documents is taken for one that nobody uses, unless the schema says what the others are. Called
by `schemas`, which compares what is said of properties that both sides have.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from understudy.contract.diff.changes import Difference
from understudy.contract.diff.clauses import Conjunction, conjunction
from understudy.contract.diff.spot import Parts

Pair = tuple[Conjunction, Conjunction]

COMPARED = frozenset({"properties", "required", "additionalProperties", "unevaluatedProperties"})


@dataclass(frozen=True, slots=True)
class Object:
    """What a schema says of an object.

    Attributes:
        schema: the schema.
        properties: what is demanded of each documented property.
        required: the names that must be there.
        closed: whether other properties are forbidden.
        others: what is demanded of other properties.
    """

    schema: Conjunction
    properties: dict[str, Conjunction]
    required: frozenset[str]
    closed: bool
    others: Conjunction

    def place(self, name: str) -> Parts:
        """Where a property stands, or what would hold it."""
        return self.properties[name].at if name in self.properties else self.schema.at

    def one_way(self, name: str) -> str:
        """The prefix of a property's differences that only one side may send."""
        held = self.properties.get(name)
        if held is not None and True in held.values("readOnly"):
            return "read-only-"
        return "write-only-" if held is not None and True in held.values("writeOnly") else ""


def read(schema: Conjunction) -> Object:
    """What a schema says of an object, over all its clauses."""
    names = schema.names("properties")
    closing = [
        clause for clause in schema.having("additionalProperties") if clause.node["additionalProperties"] is False
    ]
    # A clause that forbids other properties forbids those that only the other clauses know.
    for clause in closing:
        if "patternProperties" not in clause.node:
            names = [name for name in names if name in clause.node.get("properties", {})]
    closed = bool(closing) or False in schema.values("unevaluatedProperties")
    required = frozenset(str(name) for held in schema.values("required") for name in held)
    properties = {name: _property(schema, name) for name in names}
    return Object(schema, properties, required, closed, schema.below("additionalProperties"))


def _property(schema: Conjunction, name: str) -> Conjunction:
    """What all clauses demand of a property, those too that only know it as one of the others."""
    places = [(*c.at, "properties", name) for c in schema.having("properties") if name in c.node["properties"]]
    places += [
        (*clause.at, "additionalProperties")
        for clause in schema.having("additionalProperties")
        if name not in clause.node.get("properties", {}) and "patternProperties" not in clause.node
    ]
    return conjunction(schema.root, places, schema.at)


def compare(a: Conjunction, b: Conjunction) -> tuple[list[Difference], list[Pair]]:
    """What is different between two objects, and the schemas still to be compared."""
    old, new = read(a), read(b)
    found = [*_required(old, new), *_openness(old, new)]
    pairs = []
    for name in dict.fromkeys((*old.properties, *new.properties)):
        if name in old.properties and name in new.properties:
            pairs.append((old.properties[name], new.properties[name]))
        elif name in new.properties:
            found.append(_one_sided(old, new, name, "added"))
            if _said(old):
                pairs.append((old.others, new.properties[name]))
        else:
            found.append(_one_sided(new, old, name, "removed"))
            if _said(new):
                pairs.append((old.properties[name], new.others))
    if not (old.closed or new.closed):
        pairs.append((old.others, new.others))
    return found, pairs


def _said(side: Object) -> bool:
    """Whether the schema says what other properties are, without forbidding them."""
    return bool(side.others.clauses) and not side.closed


def _one_sided(without: Object, having: Object, name: str, verb: str) -> Difference:
    """A property that only one side has."""
    message = f"the property `{name}` is {'new' if verb == 'added' else 'gone'}"
    if _said(without):
        rule = "property-listed" if verb == "added" else "property-unlisted"
        message += ", and falls under `additionalProperties` on the other side"
    else:
        needed = name in having.required and having.one_way(name) != "read-only-"
        closed = "closed-" if without.closed else ""
        rule = f"{closed}{'required-' if needed else ''}property-{verb}"
        message += " and required" if needed and verb == "added" else ""
        message += "; the other side forbids properties that it does not list" if closed else ""
    places = (without.schema.at, having.place(name))
    return Difference(rule, *(places if verb == "added" else places[::-1]), message)


def _required(old: Object, new: Object) -> Iterator[Difference]:
    """Names that must be there on one side only; those of new and lost properties are told with these."""
    for name in sorted(old.required ^ new.required):
        verb, side = ("added", new) if name in new.required else ("removed", old)
        known = (name in old.properties, name in new.properties)
        only = (False, True) if verb == "added" else (True, False)
        other = old if verb == "added" else new
        if known == only and not _said(other):
            continue
        message = f"`{name}` must be there now" if verb == "added" else f"`{name}` need not be there any more"
        yield Difference(f"{side.one_way(name)}required-{verb}", old.place(name), new.place(name), message)


def _openness(old: Object, new: Object) -> Iterator[Difference]:
    for keyword, name in (("additionalProperties", "additional"), ("unevaluatedProperties", "unevaluated")):
        closed_a, closed_b = (False in side.schema.values(keyword) for side in (old, new))
        if closed_a != closed_b:
            verb, text = ("narrowed", "forbidden") if closed_b else ("widened", "allowed")
            where = old.schema.where(keyword), new.schema.where(keyword)
            yield Difference(f"{name}-properties-{verb}", *where, f"properties that are not listed are {text} now")
