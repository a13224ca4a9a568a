"""Writes text that matches a regular expression, by walking the tree that Python's own parser makes of it.

Repetitions share the length that is asked for; look-aheads are woven in and the result checked. No library
is used because the kept one writes unreadable characters, repeats up to a hundred times and knows nothing
of lengths. Called by `text`; it must not know any schema.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from importlib import import_module
from random import Random
from typing import Any

from understudy.generator.fits import compiled

TRIES = 24
LONGEST = 20_000  # characters; an expression that asks for more is given up
PLEASANT = string.ascii_lowercase + string.digits + string.ascii_uppercase
PLAIN = PLEASANT + "".join(sorted(set(string.punctuation))) + " "
SURROGATES = range(0xD800, 0xE000)

_parser: Any = import_module("re._parser")  # the tree is not public, and has not changed since Python 3.11


@lru_cache(maxsize=1024)
def _tree(pattern: str) -> Any:
    return _parser.parse(pattern)


def write(pattern: str, random: Random, shortest: int = 0, longest: int | None = None) -> str | None:
    """Text that matches a pattern and has a length between two bounds; None where none was found.

    Args:
        pattern: a regular expression, searched for as JSON Schema does: anywhere in the text.
        random: where choices come from.
        shortest: the least number of characters.
        longest: the greatest.
    """
    expression = compiled(pattern)
    most = LONGEST if longest is None else min(LONGEST, longest)
    if expression is None or max(shortest, _tree(pattern).getwidth()[0]) > most:
        return None
    for attempt in range(TRIES):
        ease = min(most, max(shortest, 6 * (attempt // 2)))
        text = _Walk(random, ease, greedy=attempt % 2 == 0, weave=attempt % 4 > 1).text(_tree(pattern))
        padding = "".join(random.choices(string.ascii_lowercase, k=max(0, shortest - len(text))))
        for candidate in (text, text + padding, f"{text} {padding[1:]}"):
            if shortest <= len(candidate) <= most and expression.search(candidate):
                return candidate
    return None


class _Walk:
    """One walk over the tree of an expression.

    Args:
        random: where choices come from.
        length: how long the text should become.
        greedy: whether a repetition takes all the length that is left, or some of it.
        weave: whether a look-ahead leaves its text in place.
    """

    def __init__(self, random: Random, length: int, *, greedy: bool, weave: bool) -> None:
        self.random = random
        self.slack = length
        self.greedy = greedy
        self.weave = weave
        self.groups: dict[int, str] = {}

    def text(self, tree: Any) -> str:
        """Text for a whole expression."""
        self.slack = max(0, self.slack - tree.getwidth()[0])
        return self.sequence(tree)

    def sequence(self, items: Iterable[tuple[Any, Any]]) -> str:
        """Text for a sequence of nodes."""
        return "".join(_WRITERS[str(code)](self, argument) for code, argument in items if str(code) in _WRITERS)

    def repeat(self, argument: tuple[int, Any, Any]) -> str:
        """Text for a repetition: the least there must be, and some of the length that is left."""
        least, most, item = argument
        width = max(1, item.getwidth()[0])
        extra = min(int(most) - least, self.slack // width)
        if not self.greedy and extra > 0:
            extra = self.random.randint(0, extra)
        self.slack -= extra * width
        return "".join(self.sequence(item) for _ in range(min(least + extra, LONGEST)))

    def group(self, argument: tuple[int | None, int, int, Any]) -> str:
        """Text for a group, kept for the references to it."""
        number, _, _, item = argument
        text = self.sequence(item)
        if number is not None:
            self.groups[number] = text
        return text

    def branch(self, argument: tuple[Any, list[Any]]) -> str:
        """Text for one of the alternatives."""
        return self.sequence(self.random.choice(argument[1]))

    def ahead(self, argument: tuple[int, Any]) -> str:
        """Text for a look-ahead, where it is to be left in place."""
        direction, item = argument
        return self.sequence(item) if self.weave and direction > 0 else ""

    def conditional(self, argument: tuple[int, Any, Any]) -> str:
        """Text for what depends on whether a group has matched."""
        number, then, otherwise = argument
        return self.sequence((then if number in self.groups else otherwise) or ())

    def one_of(self, items: list[tuple[Any, Any]]) -> str:
        """A character of a set."""
        return self.random.choice(_characters(tuple(items)))

    def none_of(self, point: int) -> str:
        """Any character but one."""
        return self.random.choice(PLEASANT.replace(chr(point), ""))


@lru_cache(maxsize=2048)
def _characters(items: tuple[tuple[Any, Any], ...]) -> str:
    """The characters to choose from for a set: pleasant ones if it has any, else what it names."""
    for alphabet in (PLEASANT, PLAIN, "\t\n\r\v\f"):
        fitting = "".join(character for character in alphabet if _member(character, items))
        if fitting:
            return fitting
    points = [
        point
        for code, argument in items
        for point in (argument if str(code) == "RANGE" else (argument,))
        if str(code) in ("RANGE", "LITERAL") and point not in SURROGATES
    ]
    return "".join(chr(point) for point in points if _member(chr(point), items)) or "¡"


def _member(character: str, items: tuple[tuple[Any, Any], ...]) -> bool:
    """Whether a character is in a set such as ``[^a-z]``."""
    negated = bool(items) and str(items[0][0]) == "NEGATE"
    return any(_MEMBERS[str(code)](character, argument) for code, argument in items[negated:]) != negated


def _category(character: str, category: Any) -> bool:
    name = str(category)
    return _CATEGORIES[name.replace("NOT_", "")](character) != ("NOT_" in name)


_CATEGORIES: Mapping[str, Callable[[str], bool]] = {
    "CATEGORY_DIGIT": lambda character: character in string.digits,
    "CATEGORY_SPACE": str.isspace,
    "CATEGORY_WORD": lambda character: character.isalnum() or character == "_",
}
_MEMBERS: Mapping[str, Callable[[str, Any], bool]] = {
    "LITERAL": lambda character, point: ord(character) == point,
    "NOT_LITERAL": lambda character, point: ord(character) != point,
    "RANGE": lambda character, bounds: bounds[0] <= ord(character) <= bounds[1],
    "CATEGORY": _category,
}
# Anchors and word boundaries write nothing; neither do negative look-arounds, which the final check sees to.
_WRITERS: Mapping[str, Callable[[_Walk, Any], str]] = {
    "LITERAL": lambda _, point: chr(point),
    "NOT_LITERAL": _Walk.none_of,
    "ANY": lambda walk, _: walk.random.choice(string.ascii_lowercase),
    "IN": _Walk.one_of,
    "CATEGORY": lambda walk, category: walk.one_of([(_parser.CATEGORY, category)]),
    "MAX_REPEAT": _Walk.repeat,
    "MIN_REPEAT": _Walk.repeat,
    "POSSESSIVE_REPEAT": _Walk.repeat,
    "SUBPATTERN": _Walk.group,
    "ATOMIC_GROUP": _Walk.sequence,
    "BRANCH": _Walk.branch,
    "ASSERT": _Walk.ahead,
    "GROUPREF": lambda walk, number: walk.groups.get(number, ""),
    "GROUPREF_EXISTS": _Walk.conditional,
}
