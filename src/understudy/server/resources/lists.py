"""How a document's lists look: where the array stands in its wrapper, how it is paged, what it is filtered by.

Called by `recognition`. The tables here are what the field calls these things; `pages` cuts the pages.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.contract import pointer
from understudy.contract.operation import Operation
from understudy.generator.names import singular, words
from understudy.server.resources.outline import Outlines
from understudy.server.resources.resource import Inside, Listing, Paging, Schema

# What holds the things of a list, the usual names first; a HAL document puts them one step further down.
WRAPPERS = ("data", "items", "results", "records", "entries", "content", "values", "value", "rows", "list", "objects",
            "nodes", "elements", "result", "hits")  # fmt: skip
EMBEDDED = ("_embedded", "data", "result", "response")

# What the query parameters of paging are called: by all of their words.
PAGING: Mapping[tuple[str, ...], str] = {
    **dict.fromkeys([("limit",), ("per", "page"), ("page", "size"), ("pagesize",), ("size",), ("count",), ("take",),
                     ("max", "results"), ("max",), ("rows",), ("top",), ("page", "limit"), ("num", "results"),
                     ("perpage",), ("first",)], "limit"),
    **dict.fromkeys([("offset",), ("skip",), ("start",), ("page", "offset"), ("start", "index"), ("from",)], "offset"),
    **dict.fromkeys([("page",), ("page", "number"), ("p",), ("page", "no"), ("page", "index")], "page"),
    **dict.fromkeys([("cursor",), ("after",), ("page", "token"), ("next", "token"), ("starting", "after"),
                     ("page", "cursor"), ("start", "cursor"), ("page", "after"), ("continuation", "token"),
                     ("next", "page", "token"), ("marker",), ("next", "cursor")], "cursor"),
}  # fmt: skip
USUAL_SIZE = 20
OBVIOUS = frozenset({"limit", "page", "offset", "cursor"})


def listing(
    outlines: Outlines, document: Mapping[str, Any], operation: Operation, answer: Schema, name: str
) -> Listing | None:
    """How an operation lists things; None where its answer is no list.

    Args:
        outlines: reads schemas.
        document: the document.
        operation: a GET of a collection.
        answer: the schema of its answer.
        name: the last word of the collection's path.
    """
    inside = _array(outlines, answer, name)
    if inside is None:
        return None
    items = outlines.items(outlines.inside(answer, inside))
    paging = _paging(outlines, document, operation)
    return Listing(inside, items, paging, _filters(outlines, document, operation, items, paging))


def _array(outlines: Outlines, schema: Schema, name: str, depth: int = 2) -> Inside | None:
    """Where the things stand: the schema itself, a property with a usual name, the only array of objects there is."""
    if _of_objects(outlines, schema):
        return ()
    if not outlines.is_object(schema) or not depth:
        return None
    properties = outlines.properties(schema)
    arrays = [key for key, below in properties.items() if _of_objects(outlines, below)]
    own = {name.lower(), name.lower().replace("-", "_"), singular(name).lower()}
    for key in (*(key for key in arrays if key.lower() in own), *WRAPPERS):
        if key in arrays:
            return (key,)
    if len(arrays) == 1 and "id" not in properties:
        return (arrays[0],)
    for key in (*EMBEDDED, name):
        below = _array(outlines, properties[key], name, depth - 1) if key in properties else None
        if below is not None:
            return (key, *below)
    return None


def _of_objects(outlines: Outlines, schema: Schema) -> bool:
    items = outlines.items(schema)
    return items is not None and items is not True and outlines.is_object(items)


def _query(document: Mapping[str, Any], operation: Operation) -> Mapping[str, Mapping[str, Any]]:
    """The query parameters of an operation, by name."""
    return {
        name: pointer.walk(document, place)
        for (location, name), place in operation.parameters.items()
        if location == "query"
    }


def _paging(outlines: Outlines, document: Mapping[str, Any], operation: Operation) -> Paging:
    found: dict[str, str] = {}
    parameters = _query(document, operation)
    for name, parameter in parameters.items():
        role = PAGING.get(words(name))
        types = outlines.types(parameter.get("schema", True))
        if role in ("limit", "offset", "page") and types and not types & {"integer", "number"}:
            role = "cursor" if role == "page" or words(name) == ("start",) else None
        if role:
            found.setdefault(role, name)
    if not found:
        return Paging()
    limit = parameters.get(found.get("limit", ""), {}).get("schema", {})
    page = outlines.shape(parameters.get(found.get("page", ""), {}).get("schema", {}))
    default = outlines.target(limit).get("default") if isinstance(outlines.target(limit), Mapping) else None
    most = outlines.shape(limit).limits.get("maximum")
    size = default if isinstance(default, int) else min(USUAL_SIZE, int(most) if most else USUAL_SIZE)
    first = 0 if page.limits.get("minimum", 1) == 0 else 1
    return Paging(**found, size=size, first=first)


def _filters(
    outlines: Outlines, document: Mapping[str, Any], operation: Operation, items: Schema, paging: Paging
) -> dict[str, str]:
    """Query parameters that are called like a property of the things."""
    properties = outlines.properties(items)
    by_words = {words(key): key for key in reversed(list(properties))}
    by_words |= {words(singular(key)): key for key in properties if outlines.items(properties[key]) is not None}
    used = {paging.limit, paging.offset, paging.page, paging.cursor}
    found = {}
    for name, parameter in _query(document, operation).items():
        key = by_words.get(words(name)) or by_words.get(words(singular(name)))
        if key and name not in used and _comparable(outlines, properties[key]):
            schema = parameter.get("schema", True)
            inner = outlines.items(schema)
            if not outlines.is_object(schema if inner is None else inner):
                found[name] = key
    return found


def _comparable(outlines: Outlines, schema: Schema) -> bool:
    """Whether a property can be compared with a parameter: a scalar, or an array of them."""
    inner = outlines.items(schema)
    types = outlines.types(schema if inner is None else inner)
    return bool(types) and types <= {"string", "integer", "number", "boolean"}
