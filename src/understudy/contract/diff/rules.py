"""The one table of rules: what each difference means to a client, by the way its message goes.

A difference has a name; what it breaks depends on who sends the message. Where that is worth saying, the side stands
in front: `property-removed` is reported as `response-property-removed`. Names come in pairs (added and removed,
narrowed and widened), so that comparing the other way round tells the opposite. Called by `changes`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Kind = Literal["breaking", "compatible", "prose"]
KINDS: tuple[Kind, ...] = ("breaking", "compatible", "prose")

# Whose message: the client's request (also its answer to a webhook), the server's response, a webhook's or a
# callback's event, or nobody's.
Side = Literal["request", "response", "event", "document"]
SIDES: tuple[Side, ...] = ("request", "response", "event", "document")

_B: Kind = "breaking"
_C: Kind = "compatible"
_P: Kind = "prose"

# Keywords that make a set of values smaller, larger, or another one.
_LIMITS = (
    "type", "minimum", "maximum", "min-length", "max-length", "min-items", "max-items", "min-properties",
    "max-properties", "min-contains", "max-contains", "unique-items", "pattern", "format", "multiple-of",
    "content-encoding", "content-media-type", "reference", "dynamic-reference", "additional-properties",
    "unevaluated-properties", "dependent-required", "contains", "not", "if", "alternatives", "discriminator",
    "prefix-items", "pattern-properties",
)  # fmt: skip

# What it means where the client sends, and where it receives.
SIDED: Mapping[str, tuple[Kind, Kind]] = {
    **{f"{name}-narrowed": (_B, _C) for name in _LIMITS},
    **{f"{name}-widened": (_C, _B) for name in _LIMITS},
    **{f"{name}-changed": (_B, _B) for name in _LIMITS},
    "null-added": (_C, _B),
    "null-removed": (_B, _C),
    "enum-added": (_B, _C),
    "enum-removed": (_C, _B),
    "enum-value-added": (_C, _B),
    "enum-value-removed": (_B, _C),
    "alternative-added": (_C, _B),
    "alternative-removed": (_B, _C),
    # A reader skips what it does not know, unless the schema is closed; nobody does without what was promised.
    "property-added": (_C, _C),
    "property-removed": (_C, _B),
    "required-property-added": (_B, _C),
    "required-property-removed": (_C, _B),
    "closed-property-added": (_C, _B),
    "closed-property-removed": (_B, _B),
    "closed-required-property-added": (_B, _B),
    "closed-required-property-removed": (_B, _B),
    "property-listed": (_P, _P),
    "property-unlisted": (_P, _P),
    "required-added": (_B, _C),
    "required-removed": (_C, _B),
    # What only one side may send is required of that side alone.
    "read-only-required-added": (_C, _C),
    "read-only-required-removed": (_C, _B),
    "write-only-required-added": (_B, _C),
    "write-only-required-removed": (_C, _C),
    "read-only-added": (_B, _C),
    "read-only-removed": (_C, _C),
    "write-only-added": (_C, _B),
    "write-only-removed": (_C, _C),
    "default-changed": (_C, _C),
    # An Accept header protects from a new media type, not from the loss of the old one.
    "media-type-added": (_C, _C),
    "media-type-removed": (_B, _B),
    "encoding-changed": (_B, _B),
    "parameter-added": (_C, _C),
    "parameter-removed": (_B, _B),
    "required-parameter-added": (_B, _C),
    "required-parameter-removed": (_B, _B),
    "parameter-moved": (_B, _B),
    "parameter-required-added": (_B, _C),
    "parameter-required-removed": (_C, _B),
    "parameter-serialisation-changed": (_B, _B),
    "path-parameter-renamed": (_C, _C),
    "empty-value-added": (_C, _B),
    "empty-value-removed": (_B, _C),
    "body-added": (_C, _C),
    "body-removed": (_B, _B),
    "required-body-added": (_B, _C),
    "required-body-removed": (_B, _B),
    "body-required-added": (_B, _C),
    "body-required-removed": (_C, _B),
    "header-added": (_C, _C),
    "header-removed": (_C, _B),
    "header-required-added": (_B, _C),
    "header-required-removed": (_C, _B),
    "header-serialisation-changed": (_B, _B),
    # Clients live with failures anyhow; they wait for the success they know.
    "status-added": (_C, _B),
    "status-removed": (_B, _B),
    "error-status-added": (_C, _C),
    "error-status-removed": (_B, _C),
}  # fmt: skip

# The same wherever it happens.
PLAIN: Mapping[str, Kind] = {
    "operation-added": _C,
    "operation-removed": _B,
    "webhook-added": _C,
    "webhook-removed": _B,
    "callback-added": _C,
    "callback-removed": _B,
    "operation-deprecated": _C,
    "operation-revived": _C,
    "operation-id-changed": _B,
    "security-narrowed": _B,
    "security-widened": _C,
    "security-changed": _B,
    "security-scheme-changed": _B,
    "server-added": _C,
    "server-removed": _B,
    "component-added": _P,
    "component-removed": _P,
    "component-changed": _P,
    "openapi-version-changed": _P,
    "prose-changed": _P,
}

# What follows from a breaking change, and what to do.
REMEDIES: Mapping[Side, str] = {
    "request": "What clients send today may be refused: keep taking it, or publish a new version beside the old one.",
    "response": "Clients may get what they cannot read: keep what was promised, or publish a new version beside it.",
    "event": "Receivers may get what they cannot read: keep what was promised, or publish a new version beside it.",
    "document": "Clients cannot go on as they are: keep the old way beside the new one until they have moved.",
}


def judge(name: str, side: Side) -> Kind:
    """What a difference means to a client whose message goes this way. Errors: `KeyError` for an unknown name."""
    if name in PLAIN:
        return PLAIN[name]
    return SIDED[name][0 if side == "request" else 1]


def code(name: str, side: Side) -> str:
    """The stable code under which a difference is reported."""
    return name if name in PLAIN else f"{side}-{name}"


def is_prose(name: str) -> bool:
    """Whether a difference means nothing to any client, whichever way the message goes."""
    return {judge(name, "request"), judge(name, "response")} == {_P}


def remedy(name: str, side: Side) -> str:
    """What to do about a difference; empty unless it breaks something."""
    if judge(name, side) != "breaking":
        return ""
    return REMEDIES["document" if name in PLAIN else side]
