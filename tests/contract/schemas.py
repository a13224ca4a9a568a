"""Schemas with every keyword of OpenAPI 3.0 and 3.1, grown from a random source that Hypothesis gives.

Called by the differential test. What is made is valid and what nobody would write; it must not care what any engine
thinks of it. What is hard to agree upon is in the pools below: numbers that floats blur, texts that end in line feeds,
patterns that two languages of patterns read differently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from random import Random
from typing import Any

NUMBERS = (0, 1, -1, 2, 3, 7, 10, 0.0, -0.0, 1.0, 2.0, 0.1, 0.3, 0.5, 1.5, 1e-9, 3.3, 1e300, 5e-324, 2**31, -(2**31) - 1,
           2**53, 2**53 + 1, float(2**53), 2**63, 2**64 - 1, 1e19, 19.99)  # fmt: skip
TEXTS = ("", "a", "b", "ab", "abc", "aaa", "AB", "A", "é", "a\n", "\n", "AB\n", "1", "1.0", "07", "٣", "\U0001d7d9", "a b", " ",
         "true", "null", "x-a", "xx", "x\u2028", "K", "\u017f", "👍🏽", "e\u0301", "#", "-", "_", "2024-02-29", "2023-02-29",
         "2024-02-29T10:00:00Z", "2024-02-29t25:00:00z", "10:00:00", "a@b.c", "a@-", "b.example", "-.example", "127.0.0.1",
         "127.0.0.01", "::1", "::g", "https://b.example/c?d#e", "/c d", "/c", "YQ==", "YQ=", "[[a]", "(", "a++",
         "3f2b8e0a-0c3e-4a77-9f0e-0d6f3d6f9b1c", "3f2b8e0a0c3e4a779f0e0d6f3d6f9b1c", "P1D")  # fmt: skip
PATTERNS = ("^a", "a$", "^a$", r"\d", r"^\d+$", r"\w", r"^\w*$", "[a-c]+", "^[A-Z]{2}$", "(a|b)c?", "é", ".", "^.$", "a|^$",
            r"\.", "a++", "(?i)k", "(?!a)", "[!--a]", r"^\S+$", "x{2,3}", r"\x41", r"\bab\b", "[^a]", r"^[^\n]*$", "a{,2}b",
            r"\s", "^x-", "$^", "(?:ab){1,2}", "^", "a*?b", "[a||b]", r"[\w-]", "^[ab]*", "b+")  # fmt: skip
FORMATS = ("date", "date-time", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri",
           "uri-reference", "iri", "uri-template", "json-pointer", "regex", "uuid", "byte", "binary", "password", "int32",
           "int64", "float", "double", "colour")  # fmt: skip
NAMES = ("a", "b", "ab", "x-a", "é", "a\n", "1", "")
COMPONENTS = ("One", "Two", "Three")
KINDS = ("string", "integer", "number", "boolean", "array", "object")

Keyword = Callable[[Random, str, int], Mapping[str, Any]]


def one_in(random: Random, count: int) -> bool:
    """Once in so many times."""
    return random.randrange(count) == 0


def some(random: Random, pool: Sequence[Any], least: int = 0, most: int = 3) -> list[Any]:
    """Some members of a pool, each once, in any order."""
    return random.sample(pool, random.randint(least, min(most, len(pool))))


def scalar(random: Random) -> Any:
    """A value without parts."""
    return random.choice((None, True, False, random.choice(NUMBERS), text(random), random.randint(-3, 300)))


def text(random: Random) -> str:
    """A text from the pool, or a few characters of any kind."""
    if not one_in(random, 8):
        return random.choice(TEXTS)
    return "".join(random.choice("aA1 \n\té\u0000\u0661ß\U0001f600~$") for _ in range(random.randrange(4)))


def any_value(random: Random, depth: int = 2) -> Any:
    """Any JSON value."""
    if depth == 0 or not one_in(random, 3):
        return scalar(random)
    if one_in(random, 2):
        return [any_value(random, depth - 1) for _ in range(random.randrange(4))]
    return {random.choice(NAMES): any_value(random, depth - 1) for _ in range(random.randrange(4))}


def schema(random: Random, version: str, depth: int = 2) -> Any:
    """A schema: mostly of one type, with some of its keywords, sometimes composed of others or a reference."""
    odd = random.randrange(20)
    if odd == 0 and version == "3.1":
        return one_in(random, 2)
    if odd in (1, 2, 3):
        return _reference(random, version)
    kind = random.choice(KINDS)
    made: dict[str, Any] = {}
    if not one_in(random, 5):
        made |= _type(random, version, kind)
    for keyword in some(random, _known(_KEYWORDS[kind], version, depth)):
        made |= keyword(random, version, depth - 1)
    if depth > 0 and one_in(random, 3):
        made |= random.choice(_known(_COMPOSED, version, depth))(random, version, depth - 1)
    if one_in(random, 8):
        made |= random.choice(_REMARKS)
    return made


def _known(table: Mapping[Keyword, str], version: str, depth: int) -> list[Keyword]:
    """The keywords of a table that a version has and a depth allows."""
    return [
        keyword
        for keyword, needs in table.items()
        if (depth > 0 or "below" not in needs) and (version in needs or "3" not in needs)
    ]


def _type(random: Random, version: str, kind: str) -> dict[str, Any]:
    if version == "3.0":
        return {"type": kind} | ({"nullable": one_in(random, 2)} if one_in(random, 4) else {})
    if one_in(random, 6):
        return {"type": [kind, "null"]}
    return {"type": some(random, (*KINDS, "null"), 1) if one_in(random, 8) else kind}


def _reference(random: Random, version: str) -> dict[str, Any]:
    made: dict[str, Any] = {"$ref": f"#/components/schemas/{random.choice(COMPONENTS)}"}
    if version == "3.1" and one_in(random, 4):
        made |= random.choice(({"minLength": 2}, {"type": "object"}, {"description": "Beside a reference"}))
    elif version == "3.1" and one_in(random, 40):
        return {"$dynamicRef": "#node"}
    return made


def _pool(name: str, pool: Sequence[Any]) -> Keyword:
    return lambda random, _version, _depth: {name: random.choice(pool)}


def _made(name: str, make: Callable[[Random], Any]) -> Keyword:
    return lambda random, _version, _depth: {name: make(random)}


def _below(name: str) -> Keyword:
    return lambda random, version, depth: {name: schema(random, version, depth)}


def _list_below(name: str) -> Keyword:
    return lambda random, version, depth: {name: [schema(random, version, depth) for _ in range(random.randint(1, 3))]}


def _named_below(name: str, keys: Sequence[str]) -> Keyword:
    return lambda random, version, depth: {name: {key: schema(random, version, depth) for key in some(random, keys, 1)}}


def _bound_below(name: str) -> Keyword:
    """A schema for whatever is left over: most often there is to be nothing."""
    return lambda random, version, depth: {name: False if one_in(random, 2) else schema(random, version, depth)}


def _properties(random: Random, version: str, depth: int) -> dict[str, Any]:
    made = {name: schema(random, version, depth) for name in some(random, NAMES, 1)}
    for below in made.values():
        if isinstance(below, dict) and "$ref" not in below and one_in(random, 12):
            below[random.choice(("readOnly", "writeOnly"))] = True
    return {"properties": made}


def _condition(random: Random, version: str, depth: int) -> dict[str, Any]:
    return {name: schema(random, version, depth) for name in ("if", *some(random, ("then", "else")))}


def _contains(random: Random, version: str, depth: int) -> dict[str, Any]:
    bounds = {name: random.randrange(4) for name in some(random, ("minContains", "maxContains"))}
    return {"contains": schema(random, version, depth)} | bounds


def _discriminated(random: Random, _version: str, _depth: int) -> dict[str, Any]:
    """A choice of references by a property; the mapping is sometimes there, sometimes wrong."""
    mapping = random.choice(({}, {"mapping": {"a": "#/components/schemas/One"}}, {"mapping": {"a": "#/nowhere"}}))
    return {
        random.choice(("oneOf", "anyOf")): [{"$ref": f"#/components/schemas/{name}"} for name in COMPONENTS],
        "discriminator": {"propertyName": "a", **mapping},
    }


def _different(values: Iterable[Any]) -> list[Any]:
    """The values without those that Python takes for equal: an enum lists each once."""
    found: list[Any] = []
    for value in values:
        if value not in found:
            found.append(value)
    return found


def _open_end(random: Random, _version: str, _depth: int) -> dict[str, Any]:
    return {"maximum": random.choice(NUMBERS), "exclusiveMaximum": one_in(random, 2)}


_SIZES = (0, 1, 2, 3)
_STEPS = (1, 2, 3, 0.1, 0.01, 1.5, 2.0, 1e-9)

# Keywords by type, and what each needs: a version, a depth that allows schemas below it.
_NUMERIC: Mapping[Keyword, str] = {
    _pool("minimum", NUMBERS): "",
    _pool("maximum", NUMBERS): "",
    _pool("exclusiveMinimum", NUMBERS): "3.1",
    _pool("exclusiveMaximum", NUMBERS): "3.1",
    _open_end: "3.0",
    _pool("multipleOf", _STEPS): "",
    _pool("format", FORMATS): "",
    _made("enum", lambda random: _different(scalar(random) for _ in range(3))): "",
    _made("const", scalar): "3.1",
}
_KEYWORDS: Mapping[str, Mapping[Keyword, str]] = {
    "string": {
        _pool("minLength", _SIZES): "",
        _pool("maxLength", _SIZES): "",
        _pool("pattern", PATTERNS): "",
        _pool("format", FORMATS): "",
        _made("enum", lambda random: some(random, TEXTS, 1)): "",
        _made("const", text): "3.1",
    },
    "integer": _NUMERIC,
    "number": _NUMERIC,
    "boolean": {
        _made("enum", lambda random: _different(scalar(random) for _ in range(2))): "",
        _made("const", any_value): "3.1",
    },
    "array": {
        _below("items"): "below",
        _list_below("prefixItems"): "3.1 below",
        _contains: "3.1 below",
        _pool("minItems", _SIZES): "",
        _pool("maxItems", _SIZES): "",
        _pool("uniqueItems", (True, True, False)): "",
        _bound_below("unevaluatedItems"): "3.1 below",
        _made("enum", lambda random: _different(any_value(random) for _ in range(2))): "",
    },
    "object": {
        _properties: "below",
        _made("required", lambda random: some(random, NAMES, 1, 2)): "",
        _bound_below("additionalProperties"): "below",
        _named_below("patternProperties", PATTERNS): "3.1 below",
        _below("propertyNames"): "3.1 below",
        _pool("minProperties", _SIZES): "",
        _pool("maxProperties", _SIZES): "",
        _made("dependentRequired", lambda random: {name: some(random, NAMES) for name in some(random, NAMES)}): "3.1",
        _named_below("dependentSchemas", NAMES): "3.1 below",
        _bound_below("unevaluatedProperties"): "3.1 below",
        _made("const", any_value): "3.1",
    },
}
_COMPOSED: Mapping[Keyword, str] = {
    _list_below("allOf"): "below",
    _list_below("anyOf"): "below",
    _list_below("oneOf"): "below",
    _below("not"): "below",
    _condition: "3.1 below",
    _discriminated: "below",
}
_REMARKS = (
    {"title": "T"}, {"deprecated": True}, {"example": "a"}, {"x-own": {"type": 1}}, {"readOnly": True},
    {"writeOnly": True}, {"externalDocs": {"url": "https://b.example"}},
)  # fmt: skip
