"""Compares schemas as sets of values, each pair once, however often and by whatever way it is met.

The pairs form a graph: a pair has differences of its own and leads to the pairs below it, possibly back to itself. At
the end every use of a pair is told all that is reached from it. Called by whoever compares what holds a schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from understudy.contract.diff import limits, objects
from understudy.contract.diff.canonical import canonical
from understudy.contract.diff.changes import Difference, Findings, Use
from understudy.contract.diff.choices import COMPARED as CHOSEN
from understudy.contract.diff.choices import Group, Matching, groups
from understudy.contract.diff.clauses import STRUCTURE, Clause, Conjunction, conjunction
from understudy.contract.diff.prose import told
from understudy.contract.diff.rules import is_prose
from understudy.contract.diff.spot import Spot

Pair = tuple[Conjunction, Conjunction]

# Keywords with a schema for the same or a smaller value: narrower below is narrower above.
_ONE = ("items", "propertyNames", "unevaluatedItems", "contentSchema")
_NAMED = ("dependentSchemas",)
# Keywords that turn round or mix what is below: any difference there is a change of the whole.
_OPAQUE = ("not", "if", "contains")
_BESIDE = {"if": ("then", "else")}
_COMPARED = (
    limits.COMPARED | objects.COMPARED | STRUCTURE | CHOSEN | {*_ONE, *_NAMED, *_OPAQUE}
    | {"then", "else", "prefixItems", "patternProperties", "$defs", "definitions"}
)  # fmt: skip


@dataclass(eq=False)
class Node:
    """A pair of schemas.

    Attributes:
        pair: the two.
        differences: its own.
        below: the pairs it leads to.
        settled: whether the two have been compared.
    """

    pair: Pair
    differences: list[Difference] = field(default_factory=list)
    below: list[Node] = field(default_factory=list)
    settled: bool = False


class Schemas:
    """All pairs of schemas of two documents.

    Args:
        findings: where differences go in the end.
    """

    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._nodes: dict[Pair, Node] = {}
        self._roots: dict[tuple[Node, Use], None] = {}

    def compare(self, a: Spot, b: Spot, use: Use) -> None:
        """Compare the schemas below the key `schema` of two spots; nothing there means that anything goes."""
        pair = (_schema(a), _schema(b))
        if pair[0].clauses or pair[1].clauses:
            self._roots[self._node(pair), use] = None

    def tell(self) -> None:
        """Hand over every difference with each of its uses."""
        for node, use in self._roots:
            for difference in self._reached(node):
                self._findings.add(difference, use)

    def differs(self, a: Conjunction, b: Conjunction) -> bool:
        """Whether the two allow different values, as far as is known while they are still being compared."""
        return any(not is_prose(difference.name) for difference in self._reached(self._node((a, b))))

    def _node(self, pair: Pair) -> Node:
        return self._nodes.setdefault(pair, Node(pair))

    def _reached(self, node: Node) -> Iterator[Difference]:
        """The differences of a pair and of all that it leads to."""
        seen = {node}
        waiting = [node]
        while waiting:
            node = waiting.pop()
            if not node.settled:
                node.settled = True
                self._settle(node)
            yield from node.differences
            for below in node.below:
                if below not in seen:
                    seen.add(below)
                    waiting.append(below)

    def _settle(self, node: Node) -> None:
        a, b = node.pair
        choices = groups(a), groups(b)
        lifted = _lifted(a, b, choices)
        if lifted is not None:
            self._choices(node, *lifted)
            return
        for comparison in limits.COMPARISONS:
            node.differences += comparison(a, b)
        differences, pairs = objects.compare(a, b)
        node.differences += differences
        pairs += self._below(a, b)
        node.below += [self._node(pair) for pair in pairs if pair[0].clauses or pair[1].clauses]
        node.differences += _listed(a, b)
        for keyword in _OPAQUE:
            self._opaque(node, keyword)
        self._choices(node, *choices)
        node.differences += _remarks(a, b)

    def _below(self, a: Conjunction, b: Conjunction) -> Iterator[Pair]:
        for keyword in _ONE:
            yield a.below(keyword), b.below(keyword)
        for keyword in _NAMED:
            for name in dict.fromkeys((*a.names(keyword), *b.names(keyword))):
                yield a.below(keyword, name), b.below(keyword, name)
        known = set(b.names("patternProperties"))
        for name in a.names("patternProperties"):
            if name in known:
                yield a.below("patternProperties", name), b.below("patternProperties", name)
        count = [min((len(held) for held in s.values("prefixItems")), default=0) for s in (a, b)]
        for index in range(min(count)):
            yield _item(a, index), _item(b, index)

    def _choices(self, node: Node, old: list[Group], new: list[Group]) -> None:
        matching = Matching(old, new, self.differs)
        node.differences += matching.differences(*node.pair)
        node.below += [self._node(pair) for pair in matching.pairs]

    def _opaque(self, node: Node, keyword: str) -> None:
        a, b = node.pair
        old, new = a.having(keyword), b.having(keyword)
        if len(old) != len(new):
            verb = "narrowed" if len(new) > len(old) else "widened"
            message = f"`{keyword}` is {'new' if verb == 'narrowed' else 'gone'}"
            node.differences.append(Difference(f"{keyword}-{verb}", a.where(keyword), b.where(keyword), message))
            return
        for one, other in zip(old, new, strict=True):
            for key in (keyword, *_BESIDE.get(keyword, ())):
                if self.differs(_at(a, one, key), _at(b, other, key)):
                    where = (*one.at, keyword), (*other.at, keyword)
                    node.differences.append(Difference(f"{keyword}-changed", *where, f"what is below `{key}` changed"))
                    break


def _schema(spot: Spot) -> Conjunction:
    places = [(*spot.at, "schema")] if spot.has("schema") else []
    return conjunction(spot.root, places, spot.at)


def _at(schema: Conjunction, clause: Clause, key: str) -> Conjunction:
    places = [(*clause.at, key)] if key in clause.node else []
    return conjunction(schema.root, places, clause.at)


def _item(schema: Conjunction, index: int) -> Conjunction:
    places = [(*clause.at, "prefixItems", str(index)) for clause in schema.having("prefixItems")]
    return conjunction(schema.root, places, schema.at)


def _lifted(
    a: Conjunction, b: Conjunction, choices: tuple[list[Group], list[Group]]
) -> tuple[list[Group], list[Group]] | None:
    """Both sides as one choice each, where one side is nothing but a choice and the other is no choice at all."""
    for mine, other, choice, none in ((a, b, *choices), (b, a, *choices[::-1])):
        bare = len(choice) == 1 and all(_is_bare(clause) for clause in mine.clauses)
        if bare and not none and other.clauses:
            group = choice[0]
            if group.nullable and "null" in limits.types(other):
                members = tuple(_nullable(member) for member in group.members)
                group = replace(group, members=members, nullable=False)
            lifted = Group(group.keyword, other.at, (other,), nullable=False, wrapped=True)
            return ([group], [lifted]) if mine is a else ([lifted], [group])
    return None


def _nullable(schema: Conjunction) -> Conjunction:
    return replace(schema, clauses=tuple(replace(clause, nullable=True) for clause in schema.clauses))


def _is_bare(clause: Clause) -> bool:
    return isinstance(clause.node, dict) and not clause.node.keys() & (_COMPARED - CHOSEN - {"discriminator"})


def _listed(a: Conjunction, b: Conjunction) -> Iterator[Difference]:
    """Lists and tables of schemas of which one side has more."""
    old, new = (sorted(len(held) for held in schema.values("prefixItems")) for schema in (a, b))
    if old != new:
        where = a.where("prefixItems"), b.where("prefixItems")
        yield Difference("prefix-items-changed", *where, f"{sum(old)} leading items were described, now {sum(new)} are")
    known_a, known_b = set(a.names("patternProperties")), set(b.names("patternProperties"))
    if known_a != known_b:
        where = a.where("patternProperties"), b.where("patternProperties")
        message = f"`patternProperties` are described for other patterns: {', '.join(sorted(known_a ^ known_b))}"
        yield Difference("pattern-properties-changed", *where, message)


def _remarks(a: Conjunction, b: Conjunction) -> Iterator[Difference]:
    """Descriptions, examples and whatever no client can feel; not where one side says nothing at all."""
    if not a.clauses or not b.clauses:
        return
    keys = dict.fromkeys(
        key for schema in (a, b) for clause in schema.clauses if isinstance(clause.node, dict) for key in clause.node
    )
    for key in keys:
        if key in _COMPARED and not (key == "nullable" and not a.dated and not b.dated):
            continue
        old, new = a.values(key), b.values(key)
        if canonical(old) != canonical(new):
            one, other = _apart(old, new)
            yield Difference("prose-changed", a.where(key), b.where(key), told(key, one, other))


def _apart(old: list[Any], new: list[Any]) -> tuple[Any, Any]:
    """The first values that are not the same."""
    for index in range(max(len(old), len(new))):
        one = old[index] if index < len(old) else None
        other = new[index] if index < len(new) else None
        if canonical(one) != canonical(other):
            return one, other
    return old, new
