"""What is recognised in a document: resources, and what each operation does to one of them.

Plain values, made by `recognition`, read by `answerer` and printed by `explain`. They hold schemas of the document,
and no state.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Schema = Any
Inside = tuple[str, ...]
"""The way to a part of a message: property names, from the outside in."""

Verb = Literal["list", "create", "read", "replace", "merge", "delete", "act"]
VERBS: tuple[Verb, ...] = ("list", "create", "read", "replace", "merge", "delete", "act")
Ids = Literal["integer", "uuid", "slug", "text", "none"]


@dataclass(frozen=True, slots=True)
class Above:
    """One thing that a path passes on its way down: whose collection it is in, and which parameter names it."""

    collection: str
    parameter: str


@dataclass(frozen=True, slots=True)
class Paging:
    """The query parameters by which a list is cut into pages; an empty name where there is none.

    Attributes:
        limit: how many things a page has.
        offset: how many things are left out before it.
        page: its number.
        cursor: the token, or the id, of the thing before its first.
        size: how many things a page has where the client does not say; None for all.
        first: the number of the first page.
    """

    limit: str = ""
    offset: str = ""
    page: str = ""
    cursor: str = ""
    size: int | None = None
    first: int = 1


@dataclass(frozen=True, slots=True)
class Listing:
    """How an operation lists things.

    Attributes:
        inside: where in the answer the array stands.
        items: the schema of its items.
        paging: how it is cut into pages.
        filters: query parameter to the property it is compared with.
    """

    inside: Inside
    items: Schema
    paging: Paging
    filters: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Role:
    """What an operation does to a resource.

    Attributes:
        verb: what it does.
        resource: the name of the resource.
        above: the things that its path passes, outermost first.
        parameter: the path parameter that names the thing; empty where the path names none.
        sent: where in the request body the thing stands.
        shown: where in the answer the thing stands; None where it does not stand there.
        listing: how it lists, if it does.
    """

    verb: Verb
    resource: str
    above: tuple[Above, ...] = ()
    parameter: str = ""
    sent: Inside = ()
    shown: Inside | None = None
    listing: Listing | None = None


@dataclass(slots=True)
class Resource:
    """A kind of thing that can be asked for.

    Attributes:
        name: what it is called here: the last word of its collection's path, made longer where two are called the same.
        collection: the path of the collection, its parameters without names.
        schema: the schema of one thing, as answers show it.
        id_property: the property that holds the id; empty where the id stands in the path alone.
        id_schema: what is asked of an id, by the property and by the path parameter.
        ids: what kind of ids these are.
        singular: whether there is just one thing of it in each place.
        unique: the properties of which no two things may have the same value.
        given: the properties that clients may send.
        item_path: the path template of one thing; empty where it has none.
        why: what it was recognised by, one sentence each.
    """

    name: str
    collection: str
    schema: Schema = True
    id_property: str = ""
    id_schema: Schema = True
    ids: Ids = "text"
    singular: bool = False
    unique: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()
    item_path: str = ""
    why: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Recognised:
    """Everything recognised in a document.

    Attributes:
        resources: by name.
        roles: by operationId; an operation that is not here is answered from the document alone.
        collections: the resource that a collection's path stands for.
        parents: the things that the path of any operation passes, by operationId.
    """

    resources: Mapping[str, Resource]
    roles: Mapping[str, Role]
    collections: Mapping[str, str]
    parents: Mapping[str, tuple[Above, ...]]
