"""Whose a thing is: what its path and its body say of the things above it, and what it says of them itself.

Called by `acting`. ``/shops/7/orders`` and a `shop_id` of 7 mean the same shop.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.generator.names import singular, words
from understudy.server.resources import ids
from understudy.server.resources.outline import Outlines
from understudy.server.resources.resource import Above, Recognised, Resource
from understudy.server.resources.things import Scope


class Belonging:
    """Says whose things are.

    Args:
        recognised: the resources.
        outlines: reads schemas.
    """

    def __init__(self, recognised: Recognised, outlines: Outlines) -> None:
        self.recognised = recognised
        self.outlines = outlines

    def scope(self, resource: Resource, scope: Scope, sent: Mapping[str, Any]) -> Scope:
        """Whose a new thing is: by the path, and by the ids of things above that the body names."""
        found = dict(scope)
        for key, above in self._above(resource):
            name = _reference(above, sent)
            if key not in found and name and isinstance(sent[name], (str, int)):
                found[key] = ids.as_text(sent[name])
        return tuple(found.items())

    def told(self, resource: Resource, scope: Scope) -> dict[str, Any]:
        """The properties of a thing that name the things above it."""
        found: dict[str, Any] = {}
        properties, known = self.outlines.properties(resource.schema), dict(scope)
        for key, above in self._above(resource):
            name = _reference(above, properties)
            if key in known and name and name != resource.id_property:
                found[name] = ids.from_text(self.outlines, properties[name], known[key])
        return found

    def _above(self, resource: Resource) -> Iterator[tuple[str, Above]]:
        """The things that any path to the resource passes, with the names of their resources."""
        for role in self.recognised.roles.values():
            for above in role.above if role.resource == resource.name else ():
                yield self.recognised.collections.get(above.collection, above.collection), above


def _reference(above: Above, names: Mapping[str, Any]) -> str:
    """The property that holds the id of a thing above."""
    owner = singular(above.collection.rstrip("/{}").rpartition("/")[2])
    wanted = {(*words(owner), "id"), words(above.parameter)} - {("id",)}
    return next((name for name in names if words(name) in wanted), "")
