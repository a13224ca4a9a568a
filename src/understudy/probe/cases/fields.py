"""Proves of a form's promise that no request can exercise it: its fields are read as text, whatever is sent.

Called by `explain`. It reads the document alone, and says no more than it can prove: a schema that is also reached in
another way, or below a field that is read as JSON, is left open.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from understudy.contract import pointer
from understudy.contract.keywords import speaks_of
from understudy.contract.promises import Promise
from understudy.contract.subschemas import IN_PLACE, NAMED, ONE, SUBSCHEMAS

_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")

Arrival = tuple[int, Any]
"""How far below the body a schema is reached, and the type that the schemas around it ask for; None for any."""


def only_texts(data: Any, promise: Promise, body: pointer.Parts) -> str:
    """Why no form can exercise a promise; an empty string where that is not proven.

    Args:
        data: the document.
        promise: a promise about a form's body.
        body: the place of the body's schema.
    """
    place = pointer.split(promise.schema)[:-1]
    schema = _at(data, place)
    if (promise.media_type or "").partition(";")[0].lower() not in _FORMS or promise.kind != "keyword":
        return ""
    if promise.keyword not in schema or str in speaks_of(promise.keyword, schema[promise.keyword], schema):
        return ""
    found = [arrival for at, arrival in _reached(data, body) if at == place]
    if found and all(arrival == (1, "string") for arrival in found):
        return f"its fields are of type string, which a form gives as text, and {promise.keyword} has no say in text"
    return ""


def _reached(data: Any, body: pointer.Parts) -> Iterator[tuple[pointer.Parts, Arrival]]:
    """Every schema below a body's, once for each way in which it is reached."""
    waiting: list[tuple[pointer.Parts, Arrival]] = [(body, (0, None))]
    seen = set()
    while waiting:
        place, (depth, kind) = waiting.pop()
        schema = _at(data, place)
        said = schema.get("type")
        kind = said if isinstance(said, str) else kind
        here = (place, (min(depth, 2), kind))
        if here in seen:
            continue
        seen.add(here)
        yield here
        if isinstance(schema.get("$ref"), str):
            waiting.append((pointer.split(schema["$ref"]), (depth, kind)))
        for keyword in SUBSCHEMAS & schema.keys():
            further = (depth, kind) if keyword in IN_PLACE else (depth + 1, None)
            held = schema[keyword]
            if keyword in ONE:
                waiting.append(((*place, keyword), further))
            else:
                names = held if keyword in NAMED else range(len(held))
                waiting += [((*place, keyword, str(name)), further) for name in names]


def _at(data: Any, place: pointer.Parts) -> dict[str, Any]:
    try:
        found = pointer.walk(data, place)
    except KeyError:
        return {}
    return found if isinstance(found, dict) else {}
