"""What is asked of a resource and what came of it, as plain data; and what may stand in the way.

Made by `answerer`, played by `acting`, written by `answers`. No HTTP type is in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Any

from understudy.server.resources.pages import Page, Pairs
from understudy.server.resources.resource import Resource, Role
from understudy.server.resources.things import Scope, Thing

Dream = Callable[..., Random]
"""The random source that belongs to what is named, whenever it is asked for."""


class UnknownError(Exception):
    """There is no such thing; the message says which."""


class ConflictError(Exception):
    """The state does not allow it; the message says why."""


class UnplayableError(Exception):
    """The document does not say enough to play this; the message says what is missing."""


@dataclass(frozen=True)
class Ask:
    """What is asked for.

    Attributes:
        role: what the operation does.
        resource: to which resource.
        scope: whose things are meant.
        identity: the thing's id as the path has it; empty where it has none.
        sent: the part of the body that is the thing: an object, None without a body, anything else as it was sent.
        media_type: of the body.
        pairs: the query.
        several: which query parameters may hold several values.
        url: where the collection is.
        now: the moment.
        random: a random source that follows the order of changes; reading asks for none.
        dream: a random source that follows from what it is asked for alone.
        creates: whether the operation says that it may create a thing.
        conflicts: whether the operation speaks of conflicts.
    """

    role: Role
    resource: Resource
    scope: Scope
    identity: str
    sent: Any
    media_type: str
    pairs: Pairs
    several: Mapping[str, bool]
    url: str
    now: datetime
    random: Callable[[], Random]
    dream: Dream
    creates: bool = False
    conflicts: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it.

    Attributes:
        thing: the thing that was read or changed; None for lists.
        page: the page that was listed.
        is_new: whether the thing was made just now.
        is_gone: whether it was deleted.
    """

    thing: Thing | None = None
    page: Page | None = None
    is_new: bool = False
    is_gone: bool = False
