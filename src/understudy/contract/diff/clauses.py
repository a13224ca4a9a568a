"""Takes a schema apart into clauses: flat schemas that a value must all satisfy.

References are followed, `allOf` is dissolved, so is a choice with one member, and a choice between something and
null becomes that something with null allowed. What is written in different ways is then compared as one. Called by
`schemas`; it must not know what the keywords of a clause demand.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy.contract import pointer
from understudy.contract.diff.spot import Parts

CHOICES = ("oneOf", "anyOf")
STRUCTURE = frozenset({"$ref", "allOf"})
_REMARKS = frozenset({"description", "title", "$comment"})


@dataclass(frozen=True, slots=True)
class Clause:
    """A flat schema.

    Attributes:
        at: where it stands.
        nullable: whether null is allowed whatever it says.
        node: the schema: an object, or False.
    """

    at: Parts
    nullable: bool
    node: Any = field(compare=False)


@dataclass(frozen=True, slots=True)
class Conjunction:
    """What is demanded of one value: all of the clauses.

    Attributes:
        root: the document.
        at: the schema's place, or that of what would hold it where nothing is demanded.
        clauses: the demands, outermost first.
    """

    root: Mapping[str, Any] = field(compare=False)
    at: Parts
    clauses: tuple[Clause, ...]

    @property
    def dated(self) -> bool:
        """Whether the document is OpenAPI 3.0."""
        return str(self.root.get("openapi", "")).startswith("3.0")

    @property
    def component(self) -> str | None:
        """The name of the component that the schema is, if it is one."""
        at = self.clauses[0].at if self.clauses else self.at
        return at[2] if len(at) == 3 and at[:2] == ("components", "schemas") else None  # noqa: PLR2004 - components/schemas/name

    def having(self, keyword: str) -> list[Clause]:
        """The clauses with a keyword."""
        return [clause for clause in self.clauses if isinstance(clause.node, dict) and keyword in clause.node]

    def values(self, keyword: str) -> list[Any]:
        """What the clauses say by a keyword."""
        return [clause.node[keyword] for clause in self.having(keyword)]

    def where(self, *keywords: str) -> Parts:
        """The place of the first keyword that stands here, or of the schema."""
        for keyword in keywords:
            for clause in self.having(keyword):
                return (*clause.at, keyword)
        return self.at

    def names(self, keyword: str) -> list[str]:
        """The names below a keyword that holds schemas by name."""
        return list(dict.fromkeys(name for held in self.values(keyword) for name in held))

    def below(self, keyword: str, name: str | None = None) -> Conjunction:
        """What is demanded of the values that a keyword is about."""
        places = []
        for clause in self.having(keyword):
            if name is None:
                places.append((*clause.at, keyword))
            elif name in clause.node[keyword]:
                places.append((*clause.at, keyword, name))
        return conjunction(self.root, places, self.at)


def conjunction(root: Mapping[str, Any], places: Iterable[Parts], otherwise: Parts) -> Conjunction:
    """Everything that schemas at some places demand together.

    Args:
        root: the document.
        places: where the schemas stand.
        otherwise: the place to name where nothing is demanded.
    """
    taking = _Taking(root)
    places = list(places)
    for place in places:
        taking.schema(place)
    clauses = tuple(taking.clauses)
    return Conjunction(root, clauses[0].at if clauses else (*places, otherwise)[0], clauses)


class _Taking:
    """Takes schemas apart.

    Attributes:
        clauses: what was found.
    """

    def __init__(self, root: Mapping[str, Any]) -> None:
        self.root = root
        self.clauses: list[Clause] = []
        self._seen: set[tuple[Parts, bool]] = set()
        self._dated = str(root.get("openapi", "")).startswith("3.0")

    def schema(self, start: Parts) -> None:
        # A list of work instead of a recursion: references may be chained without end.
        waiting = [(start, False)]
        while waiting:
            place, nullable = waiting.pop()
            if (place, nullable) in self._seen:
                continue
            self._seen.add((place, nullable))
            node = pointer.walk(self.root, place)
            if node is True:
                continue
            if isinstance(node, Mapping):
                reference = target(self.root, node)
                if reference is not None and self._dated:
                    waiting.append((reference, nullable))
                    continue
                inside = list(self._inside(place, node, reference))
                waiting += [(below, nullable or with_null) for below, with_null in reversed(inside)]
                if not node.keys() - (STRUCTURE if reference is not None else {"allOf"}):
                    continue
            self.clauses.append(Clause(place, nullable, node))

    def _inside(self, place: Parts, node: Mapping[str, Any], reference: Parts | None) -> Iterator[tuple[Parts, bool]]:
        """The schemas that count as if they stood in this one, and whether null is allowed beside them."""
        if reference is not None:
            yield reference, False
        for index in range(len(node.get("allOf", ()))):
            yield (*place, "allOf", str(index)), False
        for keyword in CHOICES:
            members, with_null = choice(self.root, place, node, keyword)
            if len(members) == 1:
                yield members[0], with_null


def target(root: Mapping[str, Any], node: Any) -> Parts | None:
    """The place that a schema refers to, or None where it refers to nothing that can be found."""
    reference = node.get("$ref") if isinstance(node, Mapping) else None
    if not isinstance(reference, str) or not reference.startswith("#"):
        return None
    try:
        pointer.find(root, reference)
    except KeyError:
        return None
    return pointer.split(reference)


def choice(root: Mapping[str, Any], place: Parts, node: Mapping[str, Any], keyword: str) -> tuple[list[Parts], bool]:
    """The members of a choice other than null, and whether null is one."""
    members = []
    with_null = False
    for index, member in enumerate(node.get(keyword, ())):
        below = member
        reference = target(root, member)
        if reference is not None and len(member) == 1:
            below = pointer.walk(root, reference)
        if _only_null(below):
            with_null = True
        else:
            members.append((*place, keyword, str(index)))
    return members, with_null


def _only_null(node: Any) -> bool:
    if not isinstance(node, Mapping):
        return False
    demands = {key: value for key, value in node.items() if key not in _REMARKS}
    return demands in ({"type": "null"}, {"type": ["null"]}, {"const": None}, {"enum": [None]})
