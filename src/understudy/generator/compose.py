"""Brings a schema down to one `Shape`: follows references, joins `allOf`, picks alternatives.

Of `oneOf`, `anyOf`, `if` and a discriminator's subtypes one is picked, in an order the caller gives; one
that contradicts what is asked already is passed over. Called by `values`, for every value it draws.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from understudy.contract import pointer
from understudy.generator.fits import Fits, of_others
from understudy.generator.joining import join
from understudy.generator.shape import SCALARS, Schema, Shape, UnsatisfiableError, own

Order = Callable[[Sequence[Schema]], Sequence[Schema]]

MAX_NESTING = 40  # references and compositions inside one another, before anything is in hand
MAX_KEPT = 50_000  # schemas remembered
HEIGHTS = (1, 3, 6, 12, 24)
SCHEMAS = "#/components/schemas/"


class Composer:
    """Settles the schemas of one document.

    Args:
        document: the effective document.
        version: ``3.0`` or ``3.1``.
        others: the keyword of what only the other side may send, ``writeOnly`` or ``readOnly``.
    """

    def __init__(self, document: Mapping[str, Any], version: str, others: str = "writeOnly") -> None:
        self.version = version
        self.fits = Fits(document, version, others)
        # Keyed by identity; each entry holds the schema itself, so that its identity stays taken.
        self._shapes: dict[int, tuple[Schema, Shape]] = {}
        self._joined: dict[tuple[int, int], tuple[Schema, Schema, Schema]] = {}
        self._finishes: dict[tuple[int, int], tuple[Schema, bool]] = {}
        self._branches: dict[tuple[int, str], tuple[Schema, Sequence[Schema]]] = {}

    def settle(self, schema: Schema, order: Order, depth: int = 0, *, tagged: bool = True) -> Shape:
        """The demands of a schema on one value.

        Args:
            schema: a schema of the document, or one made by `both`.
            order: puts alternatives into the order in which to try them.
            depth: how many compositions this one stands in.
            tagged: whether a discriminator may send on to a subtype; not where a subtype asks for its base.

        Errors: `UnsatisfiableError`.
        """
        if isinstance(schema, bool):
            return own(schema, self.version)
        kept = self._shapes.get(id(schema)) if tagged else None
        if kept is not None:
            return kept[1]
        if depth > MAX_NESTING:
            raise UnsatisfiableError("the schema refers back to itself before it asks for anything")
        shape = own(schema, self.version)
        parts = list(schema.get("allOf", ()))
        if "$ref" in schema:
            # OpenAPI 3.0 ignores what stands beside a reference, its judges do not: keeping it keeps both content.
            parts.insert(0, self.fits.target(schema["$ref"]))
            depth += 1
        through = "$ref" in schema
        for part in parts:
            shape = join(shape, self.settle(part, order, depth + 1, tagged=tagged and through), self.both)
        if through and tagged:
            shape = join(shape, own(self._own_tag(schema["$ref"]), self.version), self.both)
        for alternatives in self._choices(schema, tagged=tagged):
            shape = self._choose(shape, alternatives, order, depth)
        if tagged and not shape.chosen and len(self._shapes) < MAX_KEPT:
            self._shapes[id(schema)] = (schema, shape)
        return shape

    def both(self, one: Schema, other: Schema) -> Schema:
        """A schema that asks what two ask."""
        if one is True or one is other or other is False:
            return other
        if other is True or one is False:
            return one
        key = (id(one), id(other))
        kept = self._joined.get(key)
        if kept is None:
            if len(self._joined) >= MAX_KEPT:
                self._forget()
            kept = self._joined[key] = (one, other, {"allOf": [one, other]})
        return kept[2]

    def scalar(self, schema: Schema) -> bool:
        """Whether a schema plainly asks for a value without parts."""
        for _ in range(MAX_NESTING):
            if not isinstance(schema, Mapping):
                return False
            if "enum" in schema or "const" in schema:
                return True
            if "type" in schema:
                said = schema["type"]
                return SCALARS.issuperset({said} if isinstance(said, str) else said)
            if "$ref" not in schema:
                return "pattern" in schema or "format" in schema
            schema = self.fits.target(schema["$ref"])
        return False

    def of_others(self, schema: Schema) -> bool:
        """Whether a property is one that only the other side may send."""
        return of_others(self.fits, schema)

    def height(self, schema: Schema) -> int:
        """How deep the least value of a schema is, roughly; a great number where it has no end."""
        return next((limit for limit in HEIGHTS if self._ends(schema, limit)), 1000)

    def _ends(self, schema: Schema, within: int) -> bool:
        """Whether some value of a schema ends within so many steps down."""
        if not isinstance(schema, Mapping):
            return schema is not False
        if within < 0:
            return False
        key = (id(schema), within)
        kept = self._finishes.get(key)
        if kept is None:
            kept = self._finishes[key] = (schema, self._compute_ends(schema, within - 1))
        return kept[1]

    def _compute_ends(self, schema: Mapping[str, Any], within: int) -> bool:
        if "$ref" in schema:
            return self._ends(self.fits.target(schema["$ref"]), within)
        if not all(self._ends(part, within) for part in schema.get("allOf", ())):
            return False
        for keyword in ("oneOf", "anyOf"):
            if keyword in schema and not any(self._ends(branch, within) for branch in schema[keyword]):
                return False
        said = schema.get("type", ())
        if SCALARS & ({said} if isinstance(said, str) else set(said)) or "enum" in schema or "const" in schema:
            return True
        properties = schema.get("properties", {})
        if not all(self._ends(properties.get(name, True), within) for name in schema.get("required", ())):
            return False
        return not schema.get("minItems") or self._ends(schema.get("items", True), within)

    def _choices(self, schema: Mapping[str, Any], *, tagged: bool) -> list[Sequence[Schema]]:
        """The alternatives of a schema, one list for each keyword that has some."""
        found: list[Sequence[Schema]] = []
        if "discriminator" in schema:
            found += [branches for branches in (self._subtypes(schema, tagged=tagged),) if branches]
        else:
            found += [schema[keyword] for keyword in ("oneOf", "anyOf") if keyword in schema]
        if "if" in schema:
            found.append(self._paths(schema))
        if "dependentSchemas" in schema:
            found += [self._dependent(schema, name, then) for name, then in schema["dependentSchemas"].items()]
        return found

    def _choose(self, shape: Shape, alternatives: Sequence[Schema], order: Order, depth: int) -> Shape:
        error = UnsatisfiableError("none of the alternatives can be kept together with the rest")
        # One alternative is no choice: a settled schema may be remembered, so asking must not move the random source.
        for branch in order(alternatives) if len(alternatives) > 1 else alternatives:
            try:
                settled = self.settle(branch, order, depth + 1)
                return replace(join(shape, settled, self.both), chosen=shape.chosen or len(alternatives) > 1)
            except UnsatisfiableError as found:
                error = found
        raise error

    def _paths(self, schema: Mapping[str, Any]) -> Sequence[Schema]:
        """The two ways to keep an `if`: to meet it and `then`, or to miss it and meet `else`."""
        condition, then, otherwise = schema["if"], schema.get("then", True), schema.get("else", True)
        return self._remembered(schema, "if", lambda: [{"allOf": [condition, then]}, otherwise])

    def _dependent(self, schema: Mapping[str, Any], name: str, then: Schema) -> Sequence[Schema]:
        """The two ways to keep a dependent schema: to have the property and keep it, or not to have it.

        A tuple, because the first way is the better one: it shows more of the document.
        """
        return self._remembered(schema, f"needs {name}", lambda: (then, {"properties": {name: False}}))

    def _subtypes(self, schema: Mapping[str, Any], *, tagged: bool) -> Sequence[Schema]:
        """What a discriminator chooses among, each with the tags that choose it."""
        listed = schema.get("oneOf") or schema.get("anyOf")
        if listed is None and not tagged:
            return ()
        mapping = schema["discriminator"].get("mapping") or {}
        if listed is None:
            listed = [{"$ref": target} for target in dict.fromkeys(mapping.values()) if target.startswith("#/")]
        return self._remembered(schema, "tag", lambda: [self._tag(schema, branch, mapping) for branch in listed])

    def _tag(self, base: Mapping[str, Any], branch: Schema, mapping: Mapping[str, str]) -> Schema:
        """A branch, with the tags by which the discriminator finds it; a branch without a name has none."""
        reference = branch.get("$ref") if isinstance(branch, Mapping) else None
        if reference is None:
            return branch
        return {"allOf": [_tag_of(base, reference, mapping), branch]}

    def _own_tag(self, reference: str) -> Schema:
        """What a subtype must say of itself: the tag under which a base that it is made of knows it."""
        target = self.fits.target(reference)
        for part in target.get("allOf", ()) if isinstance(target, Mapping) else ():
            base = self.fits.target(part["$ref"]) if isinstance(part, Mapping) and "$ref" in part else part
            if isinstance(base, Mapping) and "discriminator" in base and not {"oneOf", "anyOf"} & base.keys():
                mapping = base["discriminator"].get("mapping") or {}
                return self._remembered(base, reference, lambda: [_tag_of(base, reference, mapping)])[0]  # noqa: B023 - called at once
        return True

    def _remembered(self, holder: Schema, what: str, make: Callable[[], Sequence[Schema]]) -> Sequence[Schema]:
        kept = self._branches.get((id(holder), what))
        if kept is None:
            kept = self._branches[id(holder), what] = (holder, make())
        return kept[1]

    def _forget(self) -> None:
        for cache in (self._shapes, self._joined, self._finishes, self._branches):
            cache.clear()


def _tag_of(base: Mapping[str, Any], reference: str, mapping: Mapping[str, str]) -> Schema:
    """A schema that asks for one of the tags by which a discriminator finds a reference."""
    tags = [tag for tag, target in mapping.items() if target in (reference, reference.removeprefix(SCHEMAS))]
    if not tags and reference.startswith(SCHEMAS):
        tags = list(pointer.split("#/" + reference.removeprefix(SCHEMAS)))
    prop = base["discriminator"]["propertyName"]
    return {"properties": {prop: {"enum": tags}}, "required": [prop]} if tags else True
