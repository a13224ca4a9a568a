"""Compiles schemas into walkers that tell which promises a value reaches, as bits of a `Register`.

A promise is reached when a value came that could have broken it: `maxLength` by a text, `required` by an object, an
alternative of `oneOf` by a value that fits it. Every place of the document becomes one node per message, so recursion
ends. Called by `surfaces`. It must not judge: what is broken is in the violations.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Mapping
from typing import Any

from understudy.contract import pointer
from understudy.contract.keywords import ANY, NOUNS, Types, speaks_of
from understudy.contract.leads import LEADS, target
from understudy.contract.matching import Matcher, judged_keywords
from understudy.contract.promises import Register

Walk = Callable[[Any], int]

# The keyword that may only go the other way, by side.
ONE_WAY = {"request": "readOnly", "response": "writeOnly"}


class Node:
    """One schema: the bits that a value of each type reaches here, and how it goes on from here.

    Attributes:
        masks: bits by the value's type.
        also: walkers for the same value.
        properties: nodes by property; None where the schema says nothing of the parts of objects.
        patterns: nodes by pattern of property names.
        rest: the node of all other properties.
        head: nodes of the first items.
        items: the node of all other items.
        ends: whether it does not go on from here, which most do not.
    """

    __slots__ = ("also", "ends", "head", "items", "masks", "patterns", "properties", "rest")

    def __init__(self) -> None:
        self.masks: dict[type, int] = {}
        self.also: list[Walk] = []
        self.properties: dict[str, Node] | None = None
        self.patterns: list[tuple[re.Pattern[str], Node]] = []
        self.rest: Node | None = None
        self.head: list[Node] = []
        self.items: Node | None = None
        self.ends = False

    def mark(self, types: Types, number: int) -> None:
        """Let values of these types reach a bit."""
        for kind in types:
            self.masks[kind] = self.masks.get(kind, 0) | 1 << number

    def walk(self, value: Any) -> int:
        """The bits that a value reaches, here and below."""
        kind = type(value)
        mask = self.masks.get(kind, 0)
        if kind is dict and self.properties is not None:
            mask |= self._object(value, self.properties)
        elif kind is list and (self.items is not None or self.head):
            mask |= self._list(value)
        for walk in self.also:
            mask |= walk(value)
        return mask

    def _object(self, value: dict[str, Any], properties: dict[str, Node]) -> int:
        mask = 0
        if self.rest is None and not self.patterns:
            for name, item in value.items():
                node = properties.get(name)
                if node is not None:
                    # Most values end here, and a call costs more than what is to be done.
                    mask |= node.masks.get(type(item), 0) if node.ends else node.walk(item)
            return mask
        for name, item in value.items():
            nodes = [node for pattern, node in self.patterns if pattern.search(name)]
            if name in properties:
                nodes.append(properties[name])
            for node in nodes or ([self.rest] if self.rest else []):
                mask |= node.walk(item)
        return mask

    def _list(self, value: list[Any]) -> int:
        mask = 0
        for node, item in zip(self.head, value, strict=False):
            mask |= node.walk(item)
        if self.items is not None:
            walk = self.items.walk
            for item in value[len(self.head) :] if self.head else value:
                mask |= walk(item)
        return mask


class Builder:
    """Makes the nodes of one kind of message.

    Args:
        document: the effective document.
        version: ``3.0`` or ``3.1``.
        matcher: says which alternative a value fits.
        register: where the promises get their bits.
    """

    def __init__(self, document: Mapping[str, Any], version: str, matcher: Matcher, register: Register) -> None:
        self.document = document
        self.matcher = matcher
        self.register = register
        self.judged = judged_keywords(version)
        self.one_way = ONE_WAY.get(register.side, "")
        self._nodes: dict[tuple[str | None, pointer.Parts], Node] = {}
        self._unfinished: deque[tuple[Node, pointer.Parts, Any, int]] = deque()

    def root(self, place: pointer.Parts, needs: int, why: str) -> Walk:
        """The walker of a schema; what stands beside a reference at the very top is not judged: it promises nothing."""
        try:
            place, _ = pointer.follow(self.document, place)
        except KeyError:  # openapi-core says that it leads nowhere
            return _nothing
        root = self.node(place, needs, why)
        while self._unfinished:
            self._fill(*self._unfinished.popleft())
        return root.walk

    def node(self, place: pointer.Parts, needs: int, why: str) -> Node:
        """The node of the schema at a place; made now, filled later."""
        place, schema = self._enter(place)
        key = (self.register.media_type, place)
        if key not in self._nodes:
            self._nodes[key] = Node()
            self._unfinished.append((self._nodes[key], place, schema, self.register.step(needs, why)))
        return self._nodes[key]

    def _enter(self, place: pointer.Parts) -> tuple[pointer.Parts, Any]:
        """The schema at a place; where a reference stands alone, the one it names."""
        schema, seen = self.at(place), {place}
        while isinstance(schema, Mapping) and not (schema.keys() & self.judged) - {"$ref"}:
            named = target(schema)
            if named is None or named in seen:
                break
            seen.add(named)
            place, schema = named, self.at(named)
        return place, schema

    def at(self, place: pointer.Parts) -> Any:
        """The schema at a place; one that says nothing where there is none."""
        try:
            return pointer.walk(self.document, place)
        except KeyError:
            return True

    def one_way_owners(self, place: pointer.Parts) -> list[pointer.Parts]:
        """The places where a schema, or what it refers to, says that only the other side may send its value."""
        owners: list[pointer.Parts] = []
        named: pointer.Parts | None = place
        while self.one_way and named is not None and named not in owners:
            schema = self.at(named)
            owners.append(named)
            named = target(schema)
        return [(*owner, self.one_way) for owner in owners if _says(self.at(owner), self.one_way)]

    def _fill(self, node: Node, place: pointer.Parts, schema: Any, step: int) -> None:
        node.mark(ANY, step)
        if schema is False:
            node.mark(ANY, self.register.add(place, "false", "keyword", step, NOUNS[ANY]))
        if not isinstance(schema, Mapping):
            return
        for keyword in [keyword for keyword in schema if keyword in self.judged]:
            value = schema[keyword]
            types = ANY if keyword == self.one_way and value is True else speaks_of(keyword, value, schema)
            if types:
                node.mark(types, self.register.add((*place, keyword), keyword, "keyword", step, NOUNS[types]))
            if keyword in LEADS:
                LEADS[keyword](self, node, (*place, keyword), value, step)
        node.ends = not (node.also or node.head) and node.properties is None and node.items is None

    def below(self, node: Node, place: pointer.Parts, holder: pointer.Parts, types: Types, step: int, why: str) -> Node:  # noqa: PLR0913, PLR0917 - what there is to know of a place
        """The node of a schema below a keyword. A `false` there is a promise of the keyword: that nothing comes.

        Args:
            node: the node of the schema that the keyword stands in.
            place: the schema's place.
            holder: the keyword's place, or the schema's that a violation names in its stead.
            types: the types of value that the keyword speaks of.
            step: the bit of the schema that the keyword stands in.
            why: why no value may have come.
        """
        if self.at(place) is not False:
            return self.node(place, step, why)
        node.mark(types, self.register.add(holder, "false", "keyword", step, NOUNS[types]))
        return Node()


def _nothing(_value: Any) -> int:
    return 0


def _says(schema: Any, keyword: str) -> bool:
    return isinstance(schema, Mapping) and schema.get(keyword) is True
