"""Hypothesis strategies for schemas and documents: every keyword of OpenAPI 3.0 and 3.1, in every place for schemas.

Called by the differential test. What is made is valid OpenAPI that nobody would write; it must not care what any
engine thinks of it. What is hard to agree upon is in the pools below: numbers that floats blur, texts that end in
line feeds, patterns that two languages of patterns read differently.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]

NUMBERS = (0, 1, -1, 2, 3, 7, 10, 0.0, -0.0, 1.0, 2.0, 0.1, 0.3, 0.5, 1.5, 1e-9, 3.3, 1e300, 5e-324, 2**31, -(2**31) - 1,
           2**53, 2**53 + 1, float(2**53), 2**63, 2**64 - 1, 1e19, 19.99)  # fmt: skip
TEXTS = ("", "a", "b", "ab", "abc", "aaa", "AB", "A", "é", "a\n", "\n", "AB\n", "1", "1.0", "07", "٣", "𝟙", "a b", " ",
         "true", "null", "x-a", "xx", "x\u2028", "K", "ſ", "👍🏽", "e\u0301", "#", "-", "_", "2024-02-29", "2023-02-29",
         "2024-02-29T10:00:00Z", "2024-02-29t25:00:00z", "10:00:00", "a@b.c", "a@-", "b.example", "-.example", "127.0.0.1",
         "127.0.0.01", "::1", "::g", "https://b.example/c?d#e", "/c d", "/c", "YQ==", "YQ=", "[[a]", "(", "a++",
         "3f2b8e0a-0c3e-4a77-9f0e-0d6f3d6f9b1c", "3f2b8e0a0c3e4a779f0e0d6f3d6f9b1c", "P1D")  # fmt: skip
PATTERNS = ("^a", "a$", "^a$", r"\d", r"^\d+$", r"\w", r"^\w*$", "[a-c]+", "^[A-Z]{2}$", "(a|b)c?", "é", ".", "^.$", "a|^$",
            r"\.", "a++", "(?i)k", "(?!a)", "[!--a]", r"^\S+$", "x{2,3}", r"\x41", r"\bab\b", "[^a]", r"^[^\n]*$", "a{,2}b",
            r"\s", "^x-", "$^", "(?:ab){1,2}", "^", "a*?b", "[a||b]", r"[\w-]")  # fmt: skip
FORMATS = ("date", "date-time", "time", "duration", "email", "idn-email", "hostname", "idn-hostname", "ipv4", "ipv6", "uri",
           "uri-reference", "iri", "uri-template", "json-pointer", "regex", "uuid", "byte", "binary", "password", "int32",
           "int64", "float", "double", "colour")  # fmt: skip
NAMES = ("a", "b", "ab", "x-a", "é", "a\n", "1", "")
COMPONENTS = ("One", "Two", "Three")

numbers = st.sampled_from(NUMBERS)
texts = st.sampled_from(TEXTS) | st.text(max_size=4)
names = st.sampled_from(NAMES)
sizes = st.integers(0, 3)
scalars = st.one_of(st.none(), st.booleans(), numbers, texts, st.integers(-3, 300))
json_values = st.recursive(
    scalars, lambda below: st.lists(below, max_size=3) | st.dictionaries(names, below, max_size=3), max_leaves=5
)


def schemas(version: str, depth: int = 2) -> Strategy:
    """Schemas of a version, at most so deep, with references to `COMPONENTS`."""
    return _MADE[version, depth]


@st.composite
def _schema(draw: st.DrawFn, version: str, depth: int) -> Any:
    """One schema: mostly of one type, with some of its keywords, sometimes composed of others."""
    odd = draw(st.integers(0, 19))
    if odd == 0 and version == "3.1":
        return draw(st.booleans())
    if odd in (1, 2, 3):
        return draw(_references(version))
    kind = draw(st.sampled_from(sorted(_KEYWORDS)))
    made: dict[str, Any] = {}
    if draw(st.integers(0, 4)):
        made |= draw(_types(version, kind))
    usual = _named(_KEYWORDS[kind], version, depth)
    for keyword in draw(st.lists(st.sampled_from(usual), max_size=3, unique=True)):
        made |= draw(_KEYWORDS[kind][keyword][1](version, depth - 1))
    composed = _named(_COMPOSED, version, depth)
    if composed and not draw(st.integers(0, 2)):
        made |= draw(_COMPOSED[draw(st.sampled_from(composed))][1](version, depth - 1))
    if not draw(st.integers(0, 5)):
        made |= draw(_REMARKS)
    return made


def _named(table: Table, version: str, depth: int) -> list[str]:
    """The keywords of a table that a version has and a depth allows."""
    return [name for name, (where, _) in table.items() if version in where and (depth > 0 or BELOW not in where)]


def _types(version: str, kind: str) -> Strategy:
    if version == "3.0":
        return st.fixed_dictionaries({"type": st.just(kind)}, optional={"nullable": st.booleans()})
    several = st.lists(
        st.sampled_from(("string", "number", "integer", "boolean", "object", "array", "null")), min_size=1, max_size=3,
        unique=True,
    )  # fmt: skip
    return st.one_of(
        st.just({"type": kind}), st.just({"type": kind}), st.just({"type": [kind, "null"]}), several.map(_typed)
    )


def _typed(kinds: list[str]) -> dict[str, Any]:
    return {"type": kinds}


@st.composite
def _references(draw: st.DrawFn, version: str) -> Any:
    made: dict[str, Any] = {"$ref": f"#/components/schemas/{draw(st.sampled_from(COMPONENTS))}"}
    if version == "3.1":
        if not draw(st.integers(0, 3)):
            made |= draw(st.sampled_from(({"minLength": 2}, {"type": "object"}, {"description": "Beside a reference"})))
        elif not draw(st.integers(0, 7)):
            return draw(st.sampled_from(({"$dynamicRef": "#node"}, {"$ref": "#named"})))
    return made


Made = Callable[[str, int], Strategy]
Table = Mapping[str, tuple[tuple[str, ...], Made]]
BELOW = "below"  # a keyword with schemas below it
BOTH, NEW, OLD = ("3.0", "3.1"), ("3.1",), ("3.0",)


def _plain(name: str, strategy: Strategy, versions: tuple[str, ...] = BOTH) -> tuple[tuple[str, ...], Made]:
    made = strategy.map(lambda value: {name: value})
    return versions, lambda _version, _depth: made


def _below(
    name: str, shape: Callable[[Strategy], Strategy] = lambda below: below, versions: tuple[str, ...] = BOTH
) -> tuple[tuple[str, ...], Made]:
    def made(version: str, depth: int) -> Strategy:
        return shape(schemas(version, depth)).map(lambda value: {name: value})

    return (*versions, BELOW), made


def _few(below: Strategy) -> Strategy:
    return st.lists(below, min_size=1, max_size=3)


def _by_name(keys: Strategy) -> Callable[[Strategy], Strategy]:
    return lambda below: st.dictionaries(keys, below, min_size=1, max_size=3)


def _properties(version: str, depth: int) -> Strategy:
    one_way = st.sampled_from(({}, {}, {}, {"readOnly": True}, {"writeOnly": True}))
    marked = st.tuples(schemas(version, depth), one_way).map(
        lambda pair: {**pair[0], **pair[1]} if isinstance(pair[0], dict) and "$ref" not in pair[0] else pair[0]
    )
    return st.dictionaries(names, marked, min_size=1, max_size=3).map(lambda value: {"properties": value})


def _choice(version: str, depth: int) -> Strategy:
    """A discriminated oneOf of references; the mapping is sometimes there, sometimes wrong."""
    mapping = st.sampled_from(({}, {"mapping": {"a": "#/components/schemas/One"}}, {"mapping": {"a": "#/nowhere"}}))
    del version, depth
    return st.tuples(st.sampled_from(("oneOf", "anyOf")), mapping).map(
        lambda pair: {
            pair[0]: [{"$ref": f"#/components/schemas/{name}"} for name in COMPONENTS],
            "discriminator": {"propertyName": "a", **pair[1]},
        }
    )


def _condition(version: str, depth: int) -> Strategy:
    below = schemas(version, depth)
    return st.fixed_dictionaries({"if": below}, optional={"then": below, "else": below})


def _contains(version: str, depth: int) -> Strategy:
    return st.fixed_dictionaries(
        {"contains": schemas(version, depth)}, optional={"minContains": sizes, "maxContains": sizes}
    )


_NUMERIC: Table = {
    "minimum": _plain("minimum", numbers),
    "maximum": _plain("maximum", numbers),
    "exclusiveMinimum": _plain("exclusiveMinimum", numbers, NEW),
    "exclusiveMaximum": _plain("exclusiveMaximum", numbers, NEW),
    "open end": (OLD, lambda *_: st.just({"maximum": 2, "exclusiveMaximum": True})),
    "multipleOf": _plain("multipleOf", st.sampled_from((1, 2, 3, 0.1, 0.01, 1.5, 2.0, 1e-9))),
    "format": _plain("format", st.sampled_from(FORMATS)),
    "enum": _plain("enum", st.lists(scalars, min_size=1, max_size=3)),
    "const": _plain("const", scalars, NEW),
}
_KEYWORDS: Mapping[str, Table] = {
    "string": {
        "minLength": _plain("minLength", sizes),
        "maxLength": _plain("maxLength", sizes),
        "pattern": _plain("pattern", st.sampled_from(PATTERNS)),
        "format": _plain("format", st.sampled_from(FORMATS)),
        "enum": _plain("enum", st.lists(texts, min_size=1, max_size=3)),
        "const": _plain("const", texts, NEW),
    },
    "integer": _NUMERIC,
    "number": _NUMERIC,
    "boolean": {
        "enum": _plain("enum", st.lists(scalars, min_size=1, max_size=2)),
        "const": _plain("const", json_values, NEW),
    },
    "array": {
        "items": _below("items"),
        "prefixItems": _below("prefixItems", _few, NEW),
        "contains": ((*NEW, BELOW), _contains),
        "minItems": _plain("minItems", sizes),
        "maxItems": _plain("maxItems", sizes),
        "uniqueItems": _plain("uniqueItems", st.booleans()),
        "unevaluatedItems": _below("unevaluatedItems", lambda below: st.just(value=False) | below, NEW),
        "enum": _plain("enum", st.lists(json_values, min_size=1, max_size=2)),
    },
    "object": {
        "properties": ((*BOTH, BELOW), _properties),
        "required": _plain("required", st.lists(names, min_size=1, max_size=2, unique=True)),
        "additionalProperties": _below("additionalProperties", lambda below: st.booleans() | below),
        "patternProperties": _below("patternProperties", _by_name(st.sampled_from(PATTERNS)), NEW),
        "propertyNames": _below("propertyNames", versions=NEW),
        "minProperties": _plain("minProperties", sizes),
        "maxProperties": _plain("maxProperties", sizes),
        "dependentRequired": _plain(
            "dependentRequired", st.dictionaries(names, st.lists(names, max_size=2, unique=True), max_size=2), NEW
        ),
        "dependentSchemas": _below("dependentSchemas", _by_name(names), NEW),
        "unevaluatedProperties": _below("unevaluatedProperties", lambda below: st.just(value=False) | below, NEW),
        "const": _plain("const", json_values, NEW),
    },
}
_COMPOSED: Table = {
    "allOf": _below("allOf", _few),
    "anyOf": _below("anyOf", _few),
    "oneOf": _below("oneOf", _few),
    "not": _below("not"),
    "if": ((*NEW, BELOW), _condition),
    "discriminator": ((*BOTH, BELOW), _choice),
}
_REMARKS = st.sampled_from(
    ({"title": "T"}, {"default": 1}, {"deprecated": True}, {"example": "a"}, {"x-own": {"type": 1}}, {"readOnly": True},
     {"writeOnly": True}, {"externalDocs": {"url": "https://b.example"}})
)  # fmt: skip
_MADE: dict[tuple[str, int], Strategy] = {}
for _version in BOTH:
    for _depth in range(-1, 4):
        _MADE[_version, _depth] = st.deferred(lambda version=_version, depth=_depth: _schema(version, depth))
