"""The keywords of a schema that promise something by themselves, what values they speak of, and when they say nothing.

Called by `reach`. Keywords that only lead to other schemas (`properties`, `allOf`) promise nothing themselves; `leads`
knows those.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from understudy.contract.matching import CHECKED_FORMATS

Types = tuple[type, ...]

NULL = type(None)
TEXT: Types = (str,)
NUMBER: Types = (int, float)
LIST: Types = (list,)
OBJECT: Types = (dict,)
ANY: Types = (str, int, float, bool, NULL, list, dict)

# What a type of value is called, to say that none came.
NOUNS: Mapping[Types, str] = {
    TEXT: "no text came here",
    NUMBER: "no number came here",
    LIST: "no list came here",
    OBJECT: "no object came here",
    ANY: "no value came here",
}

# The keywords that a value of one of these types keeps or breaks by being there.
SPEAKS_OF: Mapping[str, Types] = {
    **dict.fromkeys(("type", "enum", "const", "not", "oneOf", "anyOf"), ANY),
    **dict.fromkeys(("minLength", "maxLength", "pattern"), TEXT),
    **dict.fromkeys(("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"), NUMBER),
    **dict.fromkeys(
        "minItems maxItems uniqueItems contains minContains maxContains items unevaluatedItems".split(),
        LIST,
    ),
    **dict.fromkeys(
        ("required", "minProperties", "maxProperties", "additionalProperties", "unevaluatedProperties"), OBJECT
    ),
}  # fmt: skip

# Formats of numbers; all others are asked of texts.
_NUMERIC = frozenset({"int32", "int64", "float", "double"})


def speaks_of(keyword: str, value: Any, schema: Mapping[str, Any]) -> Types:
    """The types of value that can break a keyword of a schema; none if nothing can.

    Args:
        keyword: the keyword.
        value: what it says.
        schema: the schema that it stands in.
    """
    if keyword == "format":
        return () if value not in CHECKED_FORMATS else NUMBER if value in _NUMERIC else TEXT
    types = SPEAKS_OF.get(keyword, ())
    return () if not types or _SAYS_NOTHING.get(keyword, _never)(value, schema) else types


def _never(_value: Any, _schema: Mapping[str, Any]) -> bool:
    return False


def _is_zero(value: Any, _schema: Mapping[str, Any]) -> bool:
    return bool(value == 0)


def _is_bool(value: Any, _schema: Mapping[str, Any]) -> bool:
    """In 3.0 it only sharpens `minimum` or `maximum`, which then is what breaks."""
    return isinstance(value, bool)


def _is_not_false(value: Any, _schema: Mapping[str, Any]) -> bool:
    """A schema here is asked of each part, and breaks there."""
    return value is not False


def _is_empty_schema(value: Any, _schema: Mapping[str, Any]) -> bool:
    return value is True or value == {}


_SAYS_NOTHING: Mapping[str, Callable[[Any, Mapping[str, Any]], bool]] = {
    **dict.fromkeys(("minLength", "minItems", "minProperties"), _is_zero),
    **dict.fromkeys(("exclusiveMinimum", "exclusiveMaximum"), _is_bool),
    **dict.fromkeys(("items", "additionalProperties"), _is_not_false),
    **dict.fromkeys(("unevaluatedItems", "unevaluatedProperties"), _is_empty_schema),
    "required": lambda value, _: not value,
    "uniqueItems": lambda value, _: value is not True,
    "contains": lambda _, schema: schema.get("minContains") == 0,
    "minContains": lambda value, schema: value <= 1 or "contains" not in schema,
    "maxContains": lambda _, schema: "contains" not in schema,
}
