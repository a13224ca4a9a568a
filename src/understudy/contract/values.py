"""The value that a schema is asked of: what a decoded body means, read by that schema where its media type needs one.

JSON means itself; a form and XML know only text, so the schema decides what was meant; of bytes a schema can say type
and length. Called by the engine, its plans, the checks, coverage and whoever plays, so that all of them see the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.contract import forms, pointer
from understudy.contract.body import Body
from understudy.contract.media import find_media_type
from understudy.contract.operation import Operation
from understudy.contract.styles import kinds_of
from understudy.contract.xml_mapping import Reader, RootError


def value_of(document: Mapping[str, Any], schema: Any, body: Body, encoding: Any = None) -> Any:
    """The value of a body by its schema.

    Args:
        document: the effective document.
        schema: the schema of its media type; None where there is none.
        body: the decoded body.
        encoding: the media type's `encoding`, or None.

    Errors: `RootError` for XML whose root is another element than the schema's hints name.
    """
    if body.pairs is not None:
        return forms.to_object(document, schema if isinstance(schema, Mapping) else {}, body.pairs, encoding)
    if body.tree is not None and maps_xml(document, schema):
        return Reader(document).read(body.tree, schema)
    # A schema can say nothing of bytes; one character per byte lets it speak of type and length.
    return body.value.decode("latin-1") if isinstance(body.value, bytes) else body.value


def sent_value(document: Mapping[str, Any], operation: Operation, body: Body) -> Any:
    """The value of a request's body by the schema of its media type; as it was decoded where the document has none."""
    try:
        _, content = pointer.follow(document, (*operation.place, "requestBody", "content"))
        key = find_media_type(content, body.media_type)
        media = content[key or ""]
        return value_of(document, media.get("schema"), body, media.get("encoding"))
    except (KeyError, RootError):
        return body.value


def maps_xml(document: Mapping[str, Any], schema: Any) -> bool:
    """Whether XML is read by a schema; one that speaks of text alone takes it as the text it is."""
    kinds = kinds_of(document, schema)
    return bool(kinds - {"string", "null"})
