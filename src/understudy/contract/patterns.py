"""Tells which patterns Python and Rust read alike, so that Rust may use them.

openapi-core searches with Python's `re`, jsonschema-rs with Rust's engine behind ECMA's rules. Both know far more than
the part of the language below, and much of the rest means one thing here and another there. Called by `rust`.
"""

from __future__ import annotations

import re
from typing import Any

# The part of the language of patterns that Python and Rust read alike: literal characters, escaped punctuation and
# control characters, explicit classes, groups, single quantifiers on any of these, anchors. No dot, no \d \w \s \b, no
# look-around, no flags, no possessive or doubled quantifier, no set operation in a class.
_ESCAPED = r"\\[/.\-+*?^$|(){}\[\]\\tnrfv]|\\x[0-9a-fA-F]{2}"
_CLASS = rf"\[\^?(?:(?!--|\|\|)(?:[^\\\[\]&~^]|{_ESCAPED}))+\]"
_QUANTIFIER = r"(?:[*+?]|\{[0-9]+(?:,[0-9]*)?\})\??(?![*+?{])"
_SAFE_PATTERN = re.compile(
    rf"(?:(?:[^\\.\[\](){{}}*+?^$|]|{_ESCAPED}|{_CLASS}|\))(?:{_QUANTIFIER})?|\((?:\?:)?(?![*+?{{])|[|^$](?![*+?{{]))*"
)
# A $ that is not escaped.
_END = re.compile(r"(?<!\\)(?:\\\\)*\$")


def safe_pattern(pattern: Any) -> bool:
    """Whether what Rust finds by a pattern, Python finds too."""
    if not isinstance(pattern, str) or _SAFE_PATTERN.fullmatch(pattern) is None:
        return False
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return False
    return True


def read_alike(pattern: Any) -> bool:
    """Whether Python by a pattern and Rust by its translation find exactly the same."""
    return safe_pattern(pattern) and all(found.end() == len(pattern) for found in _END.finditer(pattern))


def for_rust(pattern: str) -> str:
    """The pattern in Rust's words: Python's $ also matches before a line feed at the end, Rust's does not."""
    ends = [found.end() for found in _END.finditer(pattern)]
    return rf"{pattern[:-1]}\n?$" if ends == [len(pattern)] else pattern
