"""What a scenario expects of an answer beyond its document: laws about values, each an operator from one table.

An expectation finds values by a JSONPath and says one thing of them. Called by `play`, and by `sequences.play` for what
a replay keeps of scenarios; it must not know how the answer came.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import jsonpath_rfc9535
import orjson
from jsonpath_rfc9535 import JSONPathError
from jsonpath_rfc9535.segments import JSONPathChildSegment
from jsonpath_rfc9535.selectors import IndexSelector, NameSelector

from understudy.contract import pointer

WIDTH = 80
PARTS = ("header", "body")
"""The parts of an answer that expectations speak of."""

Unmet = tuple[str, str, str]
"""What is not as expected: its pointer into the message, what is wrong, and the expectation's pointer in its step."""


def unmet(expect: Mapping[str, Any], headers: Mapping[str, str], value: Any) -> Iterator[Unmet]:
    """What is not as a step expects it of an answer's headers and body.

    Args:
        expect: a list of expectations for each of `PARTS`, with no name left open; None stands for one left out.
        headers: the answer's headers, names in lower case.
        value: the JSON data of its body, or of an event.
    """
    for part, data in zip(PARTS, (dict(headers), value), strict=True):
        for index, expectation in enumerate(expect.get(part) or ()):
            message = broken(expectation, data) if expectation is not None else ""
            if message:
                yield f"/{part}{place(expectation['at'])}", message, f"/expect/{part}/{index}"


def broken(expectation: Mapping[str, Any], value: Any) -> str:
    """Why a value is not as expected; empty where it is.

    Args:
        expectation: ``at``, a JSONPath, and operators of `OPERATORS` with what they need.
        value: the JSON data it speaks of.
    """
    found = [node.value for node in jsonpath_rfc9535.find(expectation["at"], value)]
    for name, wanted in expectation.items():
        if name != "at" and not _holds(OPERATORS[name], found, wanted):
            shown = found[0] if len(found) == 1 else found
            return f"{expectation['at']} is {excerpt(shown)}, and must {WORDS[name].format(excerpt(wanted))}"
    return ""


def place(path: str) -> str:
    """Where a JSONPath looks, as a JSON pointer; it ends where the path goes several ways."""
    parts: list[str | int] = []
    for segment in jsonpath_rfc9535.compile(path).segments:
        selector = segment.selectors[0]
        if not isinstance(segment, JSONPathChildSegment) or len(segment.selectors) > 1:
            break
        if isinstance(selector, NameSelector):
            parts.append(selector.name)
        elif isinstance(selector, IndexSelector):
            parts.append(selector.index)
        else:
            break
    return pointer.join(parts)


def fault(expectation: Any) -> str:
    """What is wrong with an expectation as it is written; empty where nothing is."""
    if not isinstance(expectation, Mapping) or not isinstance(expectation.get("at"), str):
        return "an expectation is an object with `at`, a JSONPath, and an operator, such as {at: $.id, equals: 7}"
    try:
        jsonpath_rfc9535.compile(expectation["at"])
    except JSONPathError as error:
        return f"{expectation['at']!r} is no JSONPath: {error}"
    odd = [name for name in expectation if name != "at" and name not in OPERATORS]
    if odd:
        return f"{odd[0]!r} is no operator; choose one of: {', '.join(OPERATORS)}"
    if "matches" in expectation:
        try:
            re.compile(expectation["matches"])
        except (re.error, TypeError) as error:
            return f"{expectation['matches']!r} is no regular expression: {error}"
    return "" if len(expectation) > 1 else f"nothing is expected; add one of: {', '.join(OPERATORS)}"


def excerpt(value: Any) -> str:
    """A value as JSON, cut to fit a line."""
    text = orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS, default=repr).decode()
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}…"


def _holds(operator: Callable[[list[Any], Any], bool], found: list[Any], wanted: Any) -> bool:
    """Whether it is so; values that cannot be compared, such as text and numbers, are not as expected."""
    try:
        return operator(found, wanted)
    except TypeError:
        return False


def _ordered(found: Sequence[Any], wanted: Any, holds: Callable[[Any, Any], bool]) -> bool:
    return all(holds(a, b) for a, b in pairwise(found)) is bool(wanted)


OPERATORS: Mapping[str, Callable[[list[Any], Any], bool]] = {
    "equals": lambda found, wanted: found == [wanted],
    "not_equals": lambda found, wanted: found != [wanted],
    "one_of": lambda found, wanted: len(found) == 1 and found[0] in wanted,
    "list": lambda found, wanted: found == wanted,
    "contains": lambda found, wanted: wanted in found,
    "lacks": lambda found, wanted: wanted not in found,
    "present": lambda found, wanted: bool(found) is bool(wanted),
    "each": lambda found, wanted: all(item == wanted for item in found),
    "count": lambda found, wanted: len(found) == wanted,
    "count_at_most": lambda found, wanted: len(found) <= wanted,
    "greater_than": lambda found, wanted: len(found) == 1 and found[0] > wanted,
    "less_than": lambda found, wanted: len(found) == 1 and found[0] < wanted,
    "at_least": lambda found, wanted: len(found) == 1 and found[0] >= wanted,
    "at_most": lambda found, wanted: len(found) == 1 and found[0] <= wanted,
    "ascending": lambda found, wanted: _ordered(found, wanted, lambda a, b: a < b),
    "not_descending": lambda found, wanted: _ordered(found, wanted, lambda a, b: a <= b),
    "unique": lambda found, wanted: (
        (len({orjson.dumps(item, default=repr) for item in found}) == len(found)) is bool(wanted)
    ),
    "matches": lambda found, wanted: (
        len(found) == 1 and isinstance(found[0], str) and re.search(wanted, found[0]) is not None
    ),
}
"""What can be said of the values found: each operator gets them, and what was written beside its name."""

WORDS: Mapping[str, str] = {
    "equals": "be {}",
    "not_equals": "not be {}",
    "one_of": "be one of {}",
    "list": "be the list {}",
    "contains": "hold {}",
    "lacks": "not hold {}",
    "present": "be there: {}",
    "each": "all be {}",
    "count": "be {} in number",
    "count_at_most": "be at most {} in number",
    "greater_than": "be greater than {}",
    "less_than": "be less than {}",
    "at_least": "be at least {}",
    "at_most": "be at most {}",
    "ascending": "ascend: {}",
    "not_descending": "never descend: {}",
    "unique": "each be there once: {}",
    "matches": "match {}",
}
