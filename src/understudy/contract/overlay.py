"""Applies an OpenAPI Overlay 1.0 to a document's data.

An overlay says in data what real servers do and the document does not. Called by `document`. Targets are
RFC 9535 JSONPaths; a target that matches nothing is an error, because an overlay that silently does
nothing is a promise nobody keeps.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jsonpath_rfc9535
from jsonpath_rfc9535 import JSONPathError

from understudy.contract.source import Source, SourceError

VERSIONS = ("1.0",)
# Lets a target match nothing: for an overlay over documents that nobody has seen.
OPTIONAL = "x-understudy-optional"


Location = tuple[int | str, ...]


def apply(data: Any, overlay: Source, told: Callable[[Location, int], None] = lambda *_: None) -> Any:
    """Apply every action in order; returns a new document.

    ``update`` merges objects, appends to lists and replaces anything else; ``remove: true`` deletes.

    Args:
        data: the document.
        overlay: the overlay.
        told: told each place that an action meets, and the how manieth action it is, from 0.

    Errors: `SourceError`, at the overlay's line, for a malformed overlay or a target without a match.
    """
    data = _copied(data, {})
    for index, action in enumerate(_actions(overlay)):
        where = f"/actions/{index}"
        if not isinstance(action, dict) or not isinstance(action.get("target"), str):
            raise _error(overlay, where, "an action needs a `target`, a JSONPath such as $.paths")
        try:
            nodes = list(jsonpath_rfc9535.find(action["target"], data))
        except JSONPathError as error:
            raise _error(overlay, f"{where}/target", f"the target is not a JSONPath: {error}") from None
        if not nodes and action.get(OPTIONAL) is not True:
            raise _error(
                overlay,
                f"{where}/target",
                f"the target {action['target']} matches nothing in the document; correct it or drop the action",
            )
        # The last match first, so that removing an item does not move the ones still to come.
        for location in sorted((node.location for node in nodes), key=_order, reverse=True):
            _act(data, location, action, overlay, where)
            told(location, index)
    return data


def _actions(overlay: Source) -> list[Any]:
    content = overlay.data
    if not isinstance(content, dict) or not isinstance(content.get("overlay"), str):
        raise _error(overlay, "", "an overlay begins with `overlay: 1.0.0`; is this file one?")
    if not content["overlay"].startswith(VERSIONS):
        raise _error(overlay, "/overlay", f"Overlay {content['overlay']} is not known; use 1.0.0")
    actions = content.get("actions")
    if not isinstance(actions, list) or not actions:
        raise _error(overlay, "/actions", "an overlay needs at least one action in `actions`")
    return actions


def _order(location: Location) -> tuple[tuple[int, int | str], ...]:
    return tuple((0, part) if isinstance(part, int) else (1, part) for part in location)


def _act(data: Any, location: Location, action: dict[str, Any], overlay: Source, where: str) -> None:
    if not location:
        if action.get("remove") is True or not isinstance(action.get("update"), dict):
            raise _error(overlay, where, "the whole document can be updated with an object, and no more")
        merge(data, action["update"])
        return
    parent = data
    for part in location[:-1]:
        parent = parent[part]
    if action.get("remove") is True:
        del parent[location[-1]]
    elif "update" in action:
        target = parent[location[-1]]
        update = action["update"]
        if isinstance(target, list):
            target.append(_copied(update, {}))
        elif isinstance(target, dict) and isinstance(update, dict):
            merge(target, update)
        else:
            parent[location[-1]] = _copied(update, {})
    else:
        raise _error(overlay, where, "an action needs `update` or `remove: true`")


def merge(target: dict[str, Any], update: dict[str, Any]) -> None:
    """Merge an object into another, as Overlay 1.0 says: objects merge, lists append, the rest is replaced."""
    for key, value in update.items():
        present = target.get(key)
        if isinstance(present, dict) and isinstance(value, dict):
            merge(present, value)
        elif isinstance(present, list) and isinstance(value, list):
            present.extend(_copied(value, {}))
        else:
            target[key] = _copied(value, {})


def _copied(node: Any, known: dict[int, Any]) -> Any:
    """A copy of data as a file has it, many times faster than one of anything; what stood twice stands twice."""
    if not isinstance(node, dict | list):
        return node
    found = known.get(id(node))
    if found is None:
        if isinstance(node, dict):
            found = known[id(node)] = {}
            found.update((key, _copied(value, known)) for key, value in node.items())
        else:
            found = known[id(node)] = []
            found.extend(_copied(value, known) for value in node)
    return found


def _error(overlay: Source, where: str, message: str) -> SourceError:
    return SourceError(message, overlay.place(where) or overlay.path)
