"""Values that are wrong by themselves: of another type, not listed, not in the format, off the pattern.

Called by `breaks`, one function for each keyword. They propose; the contract says what is broken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.generator.fits import matches
from understudy.generator.joining import type_of
from understudy.probe.cases.making import Maker
from understudy.probe.cases.proposal import Proposal
from understudy.probe.cases.sites import Site

# One value of each type, to stand where another type is asked for; null first, since it is sent most often.
TYPED: Mapping[str, Any] = {
    "null": None, "string": "seven", "integer": 7, "boolean": True, "number": 7.5, "array": ["a", "b"], "object": {},
}  # fmt: skip
UNLISTED = "understudy"


def other_types(maker: Maker, site: Site) -> Iterator[Proposal]:
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
_NEAR = {
    "integer": "string",
    "string": "integer",
    "boolean": "string",
    "number": "string",
    "array": "object",
    "object": "array",
}


def unlisted(_maker: Maker, site: Site) -> Iterator[Proposal]:
    """Values that are not listed, some of them nearly."""
    listed = site.schema["enum"]
    texts = [value for value in listed if isinstance(value, str)]
    for text in texts[:1]:
        yield Proposal(text.swapcase(), "enum", "a listed value in other case", breaks=True)
        yield Proposal(f"{text}x", "enum", "a listed value and one character more", breaks=True)
    for value in (UNLISTED, 1_000_003, 7.25, [UNLISTED], {UNLISTED: 1}, None):
        if value not in listed:
            yield Proposal(value, "enum", "a value that is not listed", breaks=True, spare=True)


def other_constant(_maker: Maker, site: Site) -> Iterator[Proposal]:
    """Values other than the one that is asked for."""
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


def off_format(maker: Maker, site: Site) -> Iterator[Proposal]:
    """Texts and numbers that nearly keep a format, then such as keep none."""
    limits = maker.shape(site.whole).limits
    shortest, longest = int(limits.get("minLength", 0)), int(limits.get("maxLength", 1_000_000))
    near = _NOT_QUITE.get(site.schema["format"], ())
    for number, text in enumerate((*near, "not of this format", "%", "\u00e9 ", "x" * max(1, shortest))):
        if shortest <= len(text) <= longest:
            yield Proposal(text, "format", "text that does not quite keep it", breaks=True, spare=number > 1)
    for value in (2**31, 2**63, 1e39):
        yield Proposal(value, "format", f"the number {value:g}", breaks=True, spare=True)


def off_pattern(maker: Maker, site: Site) -> Iterator[Proposal]:
    """Texts that do not match a pattern and have a length that is allowed."""
    shape = maker.shape(site.whole)
    shortest, longest = int(shape.limits.get("minLength", 0)), int(shape.limits.get("maxLength", 1_000_000))
    base = site.value if isinstance(site.value, str) else ""
    filling = max(1, shortest)
    tries = (
        f"{base}!", f"!{base}", base.swapcase(), base[1:], f"{base}\n", f"{base}\x00", f"\x00{base}", " " * len(base),
        "!" * filling, "\u00e9" * filling, "0" * filling, "a" * filling, "",
    )  # fmt: skip
    for text in tries:
        if shortest <= len(text) <= longest and not matches(site.schema["pattern"], text):
            yield Proposal(text, "pattern", "text that does not match", breaks=True, spare=True)
