"""Compares what keywords with plain values allow: types, enums, bounds, sizes, patterns, formats, flags.

Each function takes what is demanded on both sides, merged over all clauses, and yields what is different. Called by
`schemas`, through the list at the end; it must not look into schemas below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from fractions import Fraction
from math import gcd, lcm
from typing import Any

from understudy.contract.diff.canonical import canonical, show
from understudy.contract.diff.changes import Difference
from understudy.contract.diff.clauses import Clause, Conjunction, target

TYPES = frozenset({"null", "boolean", "object", "array", "number", "integer", "string"})

# Keywords that bound a count: the name of the difference, and whether it is the least count.
_SIZES: Mapping[str, tuple[str, bool]] = {
    "minLength": ("min-length", True),
    "maxLength": ("max-length", False),
    "minItems": ("min-items", True),
    "maxItems": ("max-items", False),
    "minProperties": ("min-properties", True),
    "maxProperties": ("max-properties", False),
    "minContains": ("min-contains", True),
    "maxContains": ("max-contains", False),
}
# Keywords of which every value counts, and of which more is narrower.
_SETS: Mapping[str, str] = {
    "pattern": "pattern",
    "contentEncoding": "content-encoding",
    "contentMediaType": "content-media-type",
    "$dynamicRef": "dynamic-reference",
}
# Formats of which the first lies within the second.
_WITHIN = frozenset(
    {("int32", "int64"), ("float", "double"), ("email", "idn-email"), ("uri", "uri-reference"), ("uri", "iri")}
)
_ONE_WAY = {"readOnly": "read-only", "writeOnly": "write-only"}

COMPARED = frozenset({
    "type", "nullable", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "format",
    "multipleOf", "uniqueItems", "dependentRequired", "default", *_SIZES, *_SETS, *_ONE_WAY,
})  # fmt: skip


def types(schema: Conjunction) -> frozenset[str]:
    """The types that are allowed; an integer is a number too. Without a word on it, those of the enum."""
    allowed = TYPES
    for clause in schema.clauses:
        if clause.node is False:
            return frozenset()
        allowed &= _types_of(clause.node, nullable=clause.nullable, dated=schema.dated)
    if not schema.having("type"):
        values = _enumerated(schema)
        if values is not None:
            allowed &= {_type_of(value) for value in values.values()}
    return allowed


def _types_of(node: Mapping[str, Any], *, nullable: bool, dated: bool) -> frozenset[str]:
    if "type" not in node:
        return TYPES
    named = {node["type"]} if isinstance(node["type"], str) else set(node["type"])
    if "number" in named:
        named.add("integer")
    if nullable or (dated and node.get("nullable") is True):
        named.add("null")
    return frozenset(named)


def _type_of(value: Any) -> str:
    for kind, name in ((bool, "boolean"), (int, "integer"), (str, "string"), (list, "array"), (dict, "object")):
        if isinstance(value, kind):
            return name
    if value is None:
        return "null"
    return "integer" if float(value).is_integer() else "number"


def _enumerated(schema: Conjunction) -> dict[str, Any] | None:
    """The values that every enum and const allows, by canonical form; None where there is neither."""
    allowed: dict[str, Any] | None = None
    for keyword, several in (("enum", True), ("const", False)):
        for clause in schema.having(keyword):
            held = list(clause.node[keyword]) if several else [clause.node[keyword]]
            values = {canonical(value): value for value in (*held, *([None] if clause.nullable else []))}
            allowed = values if allowed is None else {key: v for key, v in allowed.items() if key in values}
    return allowed


def _named(kinds: AbstractSet[str]) -> str:
    if kinds >= TYPES:
        return "anything"
    shown = kinds - {"integer"} if "number" in kinds else kinds
    return " or ".join(sorted(shown)) or "nothing"


def _kinds(a: Conjunction, b: Conjunction) -> Iterator[Difference]:
    """Types, enum and const, which say one thing together."""
    listed_a, listed_b = _enumerated(a), _enumerated(b)
    types_a, types_b = types(a), types(b)
    if listed_a is not None and listed_b is not None:
        allowed_a = {key: value for key, value in listed_a.items() if _type_of(value) in types_a}
        allowed_b = {key: value for key, value in listed_b.items() if _type_of(value) in types_b}
        yield from _values(a, b, allowed_a, allowed_b)
        return
    if types_a != types_b:
        where = a.where("type"), b.where("type")
        if types_a ^ types_b == {"null"}:
            name, text = (
                ("null-added", "null is allowed now")
                if "null" in types_b
                else ("null-removed", "null is not allowed any more")
            )
            yield Difference(name, *where, text)
        else:
            yield Difference(
                f"type-{_verb(types_b < types_a, types_a < types_b)}",
                *where,
                f"was {_named(types_a)} and is {_named(types_b)}",
            )
    where = a.where("enum", "const"), b.where("enum", "const")
    if listed_b is not None:
        if listed_a is None:
            yield Difference("enum-added", *where, f"only these values are left: {_some(listed_b)}")
    elif listed_a is not None:
        yield Difference("enum-removed", *where, f"any value is allowed now; only these were: {_some(listed_a)}")


def _values(a: Conjunction, b: Conjunction, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Difference]:
    where = a.where("enum", "const"), b.where("enum", "const")
    gone = {key: value for key, value in old.items() if key not in new}
    more = {key: value for key, value in new.items() if key not in old}
    if gone:
        yield Difference("enum-value-removed", *where, f"no longer allowed: {_some(gone)}")
    if more:
        yield Difference("enum-value-added", *where, f"allowed now: {_some(more)}")


def _some(values: Mapping[str, Any]) -> str:
    return ", ".join(show(value) for value in values.values())


def _verb(narrower: bool, wider: bool) -> str:  # noqa: FBT001 - two facts, of which at most one holds
    return "narrowed" if narrower else "widened" if wider else "changed"


def _bounds(a: Conjunction, b: Conjunction) -> Iterator[Difference]:
    """The least and the greatest number, each with whether it is itself left out."""
    for keyword, exclusive, sign in (("minimum", "exclusiveMinimum", 1), ("maximum", "exclusiveMaximum", -1)):
        old, new = (_bound(schema, keyword, exclusive, sign) for schema in (a, b))
        if old != new:
            narrower = old is None or (new is not None and new > old)
            where = a.where(keyword, exclusive), b.where(keyword, exclusive)
            message = f"the {keyword} was {_bound_told(old, sign)} and is {_bound_told(new, sign)}"
            yield Difference(f"{keyword}-{_verb(narrower, not narrower)}", *where, message)


def _bound(schema: Conjunction, keyword: str, exclusive: str, sign: int) -> tuple[float, bool] | None:
    """The narrowest bound of all clauses: greater is narrower, whichever end it is."""
    found = [(sign * c.node[keyword], c.node.get(exclusive) is True) for c in schema.having(keyword)]
    found += [(sign * value, True) for value in schema.values(exclusive) if not isinstance(value, bool)]
    return max(found, default=None)


def _bound_told(bound: tuple[float, bool] | None, sign: int) -> str:
    if bound is None:
        return "none"
    return f"{sign * bound[0]}{' (itself left out)' if bound[1] else ''}"


def _sizes(a: Conjunction, b: Conjunction) -> Iterator[Difference]:
    for keyword, (name, least) in _SIZES.items():
        old, new = (_size(schema, keyword, least=least) for schema in (a, b))
        if old == new:
            continue
        # Of the greatest count, none said is the widest; the least always has one.
        narrower = old is None or (new is not None and (new > old if least else new < old))
        told = [("none" if value is None else str(value)) for value in (old, new)]
        message = f"`{keyword}` was {told[0]} and is {told[1]}"
        yield Difference(f"{name}-{_verb(narrower, not narrower)}", a.where(keyword), b.where(keyword), message)


def _size(schema: Conjunction, keyword: str, *, least: bool) -> float | None:
    values = schema.values(keyword)
    if least:
        # Nothing said is the same as none asked for, but for `contains`, which asks for one.
        return max(values, default=1 if keyword == "minContains" else 0)
    return min(values, default=None)


def _sets(a: Conjunction, b: Conjunction) -> Iterator[Difference]:
    """Keywords of which all values must hold: one more is narrower."""
    for keyword, name in _SETS.items():
        old, new = ({canonical(value) for value in schema.values(keyword)} for schema in (a, b))
        yield from _set(a, b, keyword, name, old, new)
    lost_a, lost_b = ({clause.node["$ref"] for clause in s.having("$ref") if not resolves(s, clause)} for s in (a, b))
    yield from _set(a, b, "$ref", "reference", lost_a, lost_b)
    yield from _set(a, b, "dependentRequired", "dependent-required", _dependent(a), _dependent(b))
    flagged_a, flagged_b = ({"true"} if True in schema.values("uniqueItems") else set() for schema in (a, b))
    yield from _set(a, b, "uniqueItems", "unique-items", flagged_a, flagged_b)


def _set(  # noqa: PLR0913, PLR0917 - two sides of what, called what, of which values
    a: Conjunction, b: Conjunction, keyword: str, name: str, old: AbstractSet[str], new: AbstractSet[str]
) -> Iterator[Difference]:
    if old != new:
        told = [", ".join(sorted(values)) or "none" for values in (old, new)]
        message = f"`{keyword}` was {told[0]} and is {told[1]}"
        yield Difference(f"{name}-{_verb(old < new, new < old)}", a.where(keyword), b.where(keyword), message)


def resolves(schema: Conjunction, clause: Clause) -> bool:
    """Whether a clause's reference leads to a schema, which then is a clause of its own."""
    return target(schema.root, clause.node) is not None


def _dependent(schema: Conjunction) -> set[str]:
    """Which property asks for which, as text."""
    return {
        f"{name} needs {other}" for held in schema.values("dependentRequired") for name in held for other in held[name]
    }


def _format(a: Conjunction, b: Conjunction) -> Iterator[Difference]:
    old, new = (frozenset(map(str, schema.values("format"))) for schema in (a, b))
    if old == new:
        return
    pairs = [(one, other) for one in old for other in new]
    narrower = old < new or (len(pairs) == 1 and pairs[0][::-1] in _WITHIN)
    wider = new < old or (len(pairs) == 1 and pairs[0] in _WITHIN)
    told = [", ".join(sorted(values)) or "none" for values in (old, new)]
    message = f"`format` was {told[0]} and is {told[1]}"
    yield Difference(f"format-{_verb(narrower, wider)}", a.where("format"), b.where("format"), message)


def _steps(a: Conjunction, b: Conjunction) -> Iterator[Difference]:
    """A multiple of a multiple is narrower."""
    old, new = _step(a), _step(b)
    if old != new:
        narrower = old is None or (new is not None and new % old == 0)
        wider = new is None or (old is not None and old % new == 0)
        told = ["none" if value is None else f"{float(value):g}" for value in (old, new)]
        message = f"`multipleOf` was {told[0]} and is {told[1]}"
        where = a.where("multipleOf"), b.where("multipleOf")
        yield Difference(f"multiple-of-{_verb(narrower, wider)}", *where, message)


def _step(schema: Conjunction) -> Fraction | None:
    """The least number that is a multiple of every step that is asked for."""
    found: Fraction | None = None
    for value in schema.values("multipleOf"):
        step = Fraction(str(value))
        found = (
            step
            if found is None
            else Fraction(lcm(found.numerator, step.numerator), gcd(found.denominator, step.denominator))
        )
    return found


def _one_way(a: Conjunction, b: Conjunction) -> Iterator[Difference]:
    for keyword, name in _ONE_WAY.items():
        old, new = (True in schema.values(keyword) for schema in (a, b))
        if old != new:
            who = "the server" if keyword == "readOnly" else "the client"
            message = f"only {who} may send it now" if new else f"not only {who} may send it now"
            verb = "added" if new else "removed"
            yield Difference(f"{name}-{verb}", a.where(keyword), b.where(keyword), message)


def _default(a: Conjunction, b: Conjunction) -> Iterator[Difference]:
    old, new = ([canonical(value) for value in schema.values("default")] for schema in (a, b))
    if old != new:
        told = [", ".join(values) or "none" for values in (old, new)]
        message = f"the default was {told[0]} and is {told[1]}"
        yield Difference("default-changed", a.where("default"), b.where("default"), message)


COMPARISONS: tuple[Callable[[Conjunction, Conjunction], Iterator[Difference]], ...] = (
    _kinds, _bounds, _sizes, _sets, _format, _steps, _one_way, _default,
)  # fmt: skip
