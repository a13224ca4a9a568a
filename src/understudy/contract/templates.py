"""Finds the path template of a path, in time that does not depend on how many templates there are.

A tree over path segments: at each level a literal segment wins over one that mixes text and parameters, and that
over a bare parameter; a branch that leads nowhere is left again. Used for routing and wherever traffic is judged
that no router has seen. It must not know what stands behind a template.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Generic, TypeVar
from urllib.parse import quote

PARAMETER = re.compile(r"\{([^{}]*)\}")
# What no URL can hold as it is; all else in a template is as its author encoded it.
_UNWRITABLE = re.compile(r'(?:[^!-~]|["<>\\^`|])+')

Found = TypeVar("Found")


def encoded(template: str) -> str:
    """A template as it stands in a URL; its parameters stay as they are, to be replaced."""
    pieces = re.split(r"(\{[^{}]*\})", template)
    return "".join(
        piece if index % 2 else _UNWRITABLE.sub(lambda found: quote(found[0]), piece)
        for index, piece in enumerate(pieces)
    )


def specificity(template: str) -> tuple[tuple[int, str], ...]:
    """Sorts templates so that the one that says more comes first: literal, mixed, parameter; by segment."""
    return tuple((_rank(segment), _nameless(segment)) for segment in template.split("/"))


def _nameless(segment: str) -> str:
    """A segment without its parameters' names, which have no say in anything."""
    return PARAMETER.sub("{}", segment)


def _rank(segment: str) -> int:
    if not PARAMETER.search(segment):
        return 0
    return 2 if PARAMETER.fullmatch(segment) else 1


class _Node(Generic[Found]):
    __slots__ = ("found", "literal", "mixed", "parameter")

    def __init__(self) -> None:
        self.literal: dict[str, _Node[Found]] = {}
        self.mixed: list[tuple[str, re.Pattern[str], _Node[Found]]] = []
        self.parameter: _Node[Found] | None = None
        self.found: Found | None = None


class Templates(Generic[Found]):
    """Path templates, and what each of them stands for.

    Args:
        templates: pairs of a template and what it stands for; of equal ones the first counts.
    """

    def __init__(self, templates: Iterable[tuple[str, Found]] = ()) -> None:
        self._root: _Node[Found] = _Node()
        # Clients ask for the same few paths again and again.
        self._remembered = lru_cache(maxsize=4_096)(self._search)
        for template, found in templates:
            self.add(template, found)

    def add(self, template: str, found: Found) -> None:
        """Let a template stand for something."""
        node = self._root
        for segment in template.split("/"):
            node = self._below(node, segment)
        if node.found is None:
            node.found = found
        self._remembered.cache_clear()

    @staticmethod
    def _below(node: _Node[Found], segment: str) -> _Node[Found]:
        rank = _rank(segment)
        if rank == 0:
            return node.literal.setdefault(segment, _Node())
        if rank == 2:  # noqa: PLR2004 - a bare parameter
            if node.parameter is None:
                node.parameter = _Node()
            return node.parameter
        key = _nameless(segment)
        for known, _, below in node.mixed:
            if known == key:
                return below
        parts = PARAMETER.split(segment)
        pattern = "".join(re.escape(part) if index % 2 == 0 else "([^/]+)" for index, part in enumerate(parts))
        below = _Node[Found]()
        node.mixed.append((key, re.compile(pattern), below))
        node.mixed.sort(key=lambda item: item[0])
        return below

    def find(self, path: str) -> tuple[Found, tuple[str, ...]] | None:
        """What the path's template stands for, and the values of its parameters in order; None if there is none."""
        return self._remembered(path)

    def _search(self, path: str) -> tuple[Found, tuple[str, ...]] | None:
        segments = path.split("/")
        values: list[str] = []
        found = self._find(self._root, segments, 0, values)
        return None if found is None else (found, tuple(values))

    def _find(self, node: _Node[Found], segments: list[str], at: int, values: list[str]) -> Found | None:
        if at == len(segments):
            return node.found
        segment = segments[at]
        below = node.literal.get(segment)
        if below is not None:
            found = self._find(below, segments, at + 1, values)
            if found is not None:
                return found
        for _, pattern, below in node.mixed:
            match = pattern.fullmatch(segment)
            if match is not None:
                mark = len(values)
                values.extend(match.groups())
                found = self._find(below, segments, at + 1, values)
                if found is not None:
                    return found
                del values[mark:]
        if node.parameter is not None and segment:
            values.append(segment)
            found = self._find(node.parameter, segments, at + 1, values)
            if found is not None:
                return found
            values.pop()
        return None
