"""Which of the documented media types a message's is: exactly that one, or the first range that holds it.

The rule of openapi-core's own finder, said once for plans and for pointers. And whether a schema can be asked of a body
at all: what is neither JSON, a form nor XML stays text or bytes, and a schema of objects says nothing of those. It must
not know what the media type is to be used for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from typing import Any

from understudy.contract import pointer
from understudy.contract.body import Body, MediaType, is_json

# How many references and compositions inside one another are followed to learn whether a text will do.
DEPTH = 16

# Statuses whose answers never have a body.
CONTENT_FREE = frozenset({204, 304})


def find_media_type(documented: Iterable[str], media_type: MediaType | None) -> str | None:
    """The documented media type (or range, such as ``image/*``) that a message's falls under, or None.

    A message without a media type is taken for bytes, as RFC 9110 has it.
    """
    essence = media_type.essence if media_type is not None else "application/octet-stream"
    known = list(documented) if not isinstance(documented, dict) else documented
    if essence in known:
        return essence
    return next((key for key in known if fnmatchcase(essence, key)), None)


def is_opaque(document: Mapping[str, Any], schema: Any, body: Body) -> bool:
    """Whether a body is not looked into: JSON lines or bytes, described by a schema that takes no text.

    Args:
        document: the effective document.
        schema: the schema of the media type; None where there is none.
        body: the decoded body.
    """
    if (
        body.pairs is not None
        or body.tree is not None
        or (body.media_type is not None and is_json(body.media_type.essence))
    ):
        return False
    return isinstance(body.value, str | bytes) and not body.is_blank and not takes_text(document, schema)


def takes_text(document: Mapping[str, Any], schema: Any, depth: int = DEPTH) -> bool:
    """Whether a schema may take a text, as far as its types say."""
    if not isinstance(schema, Mapping) or not depth:
        return True
    said = schema.get("type")
    if said is not None and "string" not in ([said] if isinstance(said, str) else said):
        return False
    if isinstance(schema.get("$ref"), str):
        try:
            if not takes_text(document, pointer.find(document, schema["$ref"]), depth - 1):
                return False
        except KeyError:
            return True
    if not all(takes_text(document, part, depth - 1) for part in schema.get("allOf", ())):
        return False
    return all(
        any(takes_text(document, branch, depth - 1) for branch in schema[keyword])
        for keyword in ("anyOf", "oneOf")
        if schema.get(keyword)
    )
