"""Values that break one promise and keep the others, as far as construction can tell: one function for each keyword.

Called by `assemble`. What is proposed here is dropped unless the contract finds just one promise broken; where a promise
is hard to break alone, several are proposed, and those marked `spare` are left out once one has done it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.generator import patterns
from understudy.generator.fits import matches
from understudy.generator.joining import type_of
from understudy.generator.shape import SCALARS, UnsatisfiableError
from understudy.probe.cases.making import LEAST, Maker
from understudy.probe.cases.proposal import Propose, Proposal
from understudy.probe.cases.sites import Site
from understudy.probe.cases.sizes import list_of

# One value of each type, to stand where another type is asked for; null first, since it is sent most often.
TYPED: Mapping[str, Any] = {
    "null": None, "string": "seven", "integer": 7, "boolean": True, "number": 7.5, "array": [], "object": {},
}  # fmt: skip
UNLISTED = "understudy"


def breaks(maker: Maker, site: Site) -> Iterator[Proposal]:
    """Values that break what a site's schema says."""
    for keyword, propose in BREAKS.items():
        if keyword in site.schema:
            yield from propose(maker, site)


def _types(maker: Maker, site: Site) -> Iterator[Proposal]:
    """Values of other types: null, one of the same family of types, one of the other."""
    said = site.schema["type"]
    allowed = {said} if isinstance(said, str) else set(said)
    allowed |= {"integer"} if "number" in allowed else set()
    if maker.version == "3.0" and site.schema.get("nullable") is True:
        allowed.add("null")
    wrong = [kind for kind in TYPED if kind not in allowed]
    for number, kind in enumerate(sorted(wrong, key=lambda kind: kind not in ("null", _NEAR.get(min(allowed))))):
        yield Proposal(TYPED[kind], "type", f"{kind} instead", breaks=True, spare=number > 1)
    if site.schema.get("type") == "string":
        yield Proposal(7, "type", "a number instead of text", breaks=True, spare=True)


# What is most often mistaken for a type.
_NEAR = {"integer": "string", "string": "integer", "boolean": "string", "number": "string", "array": "object", "object": "array"}


def _enum(_maker: Maker, site: Site) -> Iterator[Proposal]:
    listed = site.schema["enum"]
    texts = [value for value in listed if isinstance(value, str)]
    for text in texts[:1]:
        yield Proposal(text.swapcase(), "enum", "a listed value in other case", breaks=True)
        yield Proposal(f"{text}x", "enum", "a listed value and one character more", breaks=True)
    for value in (UNLISTED, 1_000_003, 7.25, [UNLISTED], {UNLISTED: 1}, None):
        if value not in listed:
            yield Proposal(value, "enum", "a value that is not listed", breaks=True, spare=True)


def _const(_maker: Maker, site: Site) -> Iterator[Proposal]:
    const = site.schema["const"]
    for value in _changed(const):
        yield Proposal(value, "const", "another value", breaks=True, spare=True)


def _changed(value: Any) -> Iterator[Any]:
    """Values much like one, of the same type first."""
    kind = type_of(value)
    if kind == "string":
        yield f"{value}x"
    elif kind in ("integer", "number"):
        yield value + 1
    elif kind == "boolean":
        yield not value
    elif kind == "array":
        yield [*value, UNLISTED]
    elif kind == "object":
        yield {**value, UNLISTED: 1}
    yield from (TYPED[other] for other in TYPED if other != kind)


# Texts that nearly keep a format.
_NOT_QUITE: Mapping[str, tuple[str, ...]] = {
    "date": ("2023-02-29", "2024-1-1"),
    "date-time": ("2024-01-01", "2024-01-01 25:00:00Z"),
    "time": ("25:00:00Z", "10 o'clock"),
    "duration": ("1 hour", "P"),
    "email": ("a.example.com", "a@", "a@b@example.com"),
    "idn-email": ("a.example.com",),
    "hostname": ("-a.example.com", "a_b.example.com", "a b"),
    "ipv4": ("256.0.0.1", "1.2.3"),
    "ipv6": ("12345::", "::g"),
    "uri": ("/only/a/path", "http://a b"),
    "uri-reference": ("a b", "\\"),
    "uuid": ("00000000-0000-0000-0000-00000000000g", "0" * 32),
    "byte": ("A", "****"),
    "regex": ("[", "("),
    "json-pointer": ("a", "/~2"),
}


def _format(maker: Maker, site: Site) -> Iterator[Proposal]:
    limits = maker.shape(site.whole).limits
    shortest, longest = int(limits.get("minLength", 0)), int(limits.get("maxLength", 1_000_000))
    near = _NOT_QUITE.get(site.schema["format"], ())
    for number, text in enumerate((*near, "not of this format", "%", "\u00e9 ", "x" * max(1, shortest))):
        if shortest <= len(text) <= longest:
            yield Proposal(text, "format", "text that does not quite keep it", breaks=True, spare=number > 1)
    for value in (2**31, 2**63, 1e39):
        yield Proposal(value, "format", f"the number {value:g}", breaks=True, spare=True)


def _pattern(maker: Maker, site: Site) -> Iterator[Proposal]:
    shape = maker.shape(site.whole)
    shortest, longest = int(shape.limits.get("minLength", 0)), int(shape.limits.get("maxLength", 1_000_000))
    base = site.value if isinstance(site.value, str) else ""
    tries = (f"{base}!", f"!{base}", base.swapcase(), base[1:], f"{base}\n", " " * len(base), "!" * max(1, shortest),
             "\u00e9" * max(1, shortest), "0" * max(1, shortest), "a" * max(1, shortest), "")  # fmt: skip
    for text in tries:
        if shortest <= len(text) <= longest and not matches(site.schema["pattern"], text):
            yield Proposal(text, "pattern", "text that does not match", breaks=True, spare=True)


def _required(_maker: Maker, site: Site) -> Iterator[Proposal]:
    if isinstance(site.value, dict):
        for name in site.schema["required"]:
            if name in site.value:
                left = {key: item for key, item in site.value.items() if key != name}
                yield Proposal(left, "required", f"without `{name}`", breaks=True)


def _further(keyword: str) -> Propose:
    """An object with a property that nobody knows."""

    def propose(_maker: Maker, site: Site) -> Iterator[Proposal]:
        if isinstance(site.value, dict) and not site.schema[keyword]:
            for value in (UNLISTED, 1, None):
                more = {**site.value, UNLISTED: value}
                yield Proposal(more, keyword, "a property that is not listed", breaks=True, spare=True)

    return propose


def _further_items(keyword: str) -> Propose:
    """A list with an item that nobody knows."""

    def propose(_maker: Maker, site: Site) -> Iterator[Proposal]:
        if isinstance(site.value, list) and site.schema[keyword] is False:
            head = [*site.value, *([UNLISTED] * (len(site.schema.get("prefixItems", ())) - len(site.value)))]
            yield Proposal([*head, UNLISTED], keyword, "an item too many", breaks=True)

    return propose


def _properties(maker: Maker, site: Site) -> Iterator[Proposal]:
    """A property that the schema forbids, or that only the server may send."""
    if not isinstance(site.value, dict):
        return
    for name, schema in site.schema["properties"].items():
        if schema is False:
            yield Proposal({**site.value, name: 1}, "false", f"with `{name}`", breaks=True)
        elif name not in site.value and maker.composer.of_others(schema):
            for value in maker.tries(maker.of_property(site.whole, name), name):
                yield Proposal({**site.value, name: value}, "readOnly", f"with `{name}`", breaks=True)


def _pattern_properties(maker: Maker, site: Site) -> Iterator[Proposal]:
    for pattern, schema in site.schema["patternProperties"].items():
        name = patterns.write(pattern, maker.random, 1)
        if schema is False and name is not None and isinstance(site.value, dict):
            yield Proposal({**site.value, name: 1}, "false", f"with `{name}`", breaks=True)


def _names(maker: Maker, site: Site) -> Iterator[Proposal]:
    if not isinstance(site.value, dict):
        return
    names = site.schema["propertyNames"]
    rest = next(maker.tries(maker.of_property(site.whole, "more"), "more", LEAST), 1)
    for name in ("", "Not a Name!", "\u00e9", "0", "a", "A", "x" * 200):
        if not maker.fits(names, name):
            yield Proposal({**site.value, name: rest}, "propertyNames", f"with the name {name[:20]!r}", breaks=True, spare=True)


def _needs(_maker: Maker, site: Site) -> Iterator[Proposal]:
    """A property without one that it needs."""
    for name, needed in site.schema["dependentRequired"].items():
        for need in needed:
            if isinstance(site.value, dict) and need != name:
                left = {key: item for key, item in {name: UNLISTED, **site.value}.items() if key != need}
                yield Proposal(left, "dependentRequired", f"`{name}` without `{need}`", breaks=True)


def _unique(maker: Maker, site: Site) -> Iterator[Proposal]:
    if site.schema["uniqueItems"] is True and isinstance(site.value, list):
        items = site.value or next(list_of(maker, site, 1), [1])
        yield Proposal([*items, items[-1]], "uniqueItems", "an item twice", breaks=True)
        yield Proposal([items[0], *items[: len(items) - 1], items[0]], "uniqueItems", "an item twice", breaks=True, spare=True)
        yield Proposal([items[0], items[0]], "uniqueItems", "an item twice", breaks=True, spare=True)


def _contains(maker: Maker, site: Site) -> Iterator[Proposal]:
    """A list with too few or too many of what it must hold."""
    contained, rest = site.schema["contains"], maker.shape(site.whole).items
    least, most = site.schema.get("minContains", 1), site.schema.get("maxContains")
    others = next(maker.tries(maker.both(rest, {"not": contained})), None)
    held = next(maker.tries(maker.both(rest, contained)), None)
    for filling in ([], [others], [others, others]):
        yield Proposal([*filling, *[held] * (least - 1)], "contains", "too few of what it must hold", breaks=True, spare=True)
    if most is not None:
        yield Proposal([held] * (most + 1), "contains", "too many of what it may hold", breaks=True)


def _alternatives(maker: Maker, site: Site) -> Iterator[Proposal]:
    """Values that fit no alternative, or of `oneOf` more than one."""
    keyword = "oneOf" if "oneOf" in site.schema else "anyOf"
    branches = site.schema[keyword]
    if keyword == "oneOf":
        for number, one in enumerate(branches):
            for other in branches[number + 1 :]:
                for value in maker.tries(maker.both(one, other)):
                    yield Proposal(value, keyword, "a value that fits two alternatives", breaks=True, spare=True)
    for kind, value in TYPED.items():
        yield Proposal(value, keyword, f"{kind}, which fits no alternative", breaks=True, spare=True)
    yield Proposal({UNLISTED: 1}, keyword, "an object that fits no alternative", breaks=True, spare=True)


def _not(maker: Maker, site: Site) -> Iterator[Proposal]:
    """A value that the schema rules out, and that keeps the rest."""
    kept = {name: said for name, said in site.schema.items() if name != "not"}
    for schema in (maker.both(site.schema["not"], kept), site.schema["not"]):
        for value in maker.tries(schema, site.name):
            yield Proposal(value, "not", "a value that is ruled out", breaks=True, spare=True)


def _condition(maker: Maker, site: Site) -> Iterator[Proposal]:
    """A value that goes a way where nothing is allowed."""
    for keyword, asked in (("then", site.schema["if"]), ("else", {"not": site.schema["if"]})):
        if site.schema.get(keyword) is False:
            kept = {name: said for name, said in site.schema.items() if name not in ("if", "then", "else")}
            for value in maker.tries(maker.both(asked, kept), site.name):
                yield Proposal(value, "false", f"a value that goes the way of `{keyword}`", breaks=True)


def _tags(_maker: Maker, site: Site) -> Iterator[Proposal]:
    """An object whose tag names no subtype, and one without a tag."""
    name = site.schema["discriminator"].get("propertyName")
    if isinstance(site.value, dict) and name:
        yield Proposal({**site.value, name: UNLISTED}, "discriminator", "a tag that nobody has", breaks=True)
        left = {key: item for key, item in site.value.items() if key != name}
        yield Proposal(left, "discriminator", "no tag", breaks=True)


BREAKS: Mapping[str, Propose] = {
    "type": _types,
    "enum": _enum,
    "const": _const,
    "format": _format,
    "pattern": _pattern,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _further("additionalProperties"),
    "unevaluatedProperties": _further("unevaluatedProperties"),
    "patternProperties": _pattern_properties,
    "propertyNames": _names,
    "dependentRequired": _needs,
    "uniqueItems": _unique,
    "items": _further_items("items"),
    "unevaluatedItems": _further_items("unevaluatedItems"),
    "contains": _contains,
    "oneOf": _alternatives,
    "anyOf": _alternatives,
    "not": _not,
    "if": _condition,
    "discriminator": _tags,
}
