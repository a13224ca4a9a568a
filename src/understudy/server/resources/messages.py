"""The schemas of what an operation is sent and what it answers, as far as they are the product's own.

Called by the modules beside it. Our own refusals, which stand in every document served, are left out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from understudy.contract import pointer
from understudy.contract.body import is_json
from understudy.contract.forms import MEDIA_TYPES as FORMS
from understudy.contract.markup import is_xml
from understudy.contract.operation import Operation
from understudy.server import negotiation
from understudy.server.negotiation import NotOfferedError, Offer, Wish
from understudy.server.resources.resource import Schema

# The kinds of bodies that hold a thing, the one that says most of it first.
READABLE: tuple[Callable[[str], bool], ...] = (is_json, FORMS.__contains__, is_xml)


def essence(media_type: str) -> str:
    """A media type without its parameters."""
    return media_type.partition(";")[0].strip().lower()


def shown_schema(document: Mapping[str, Any], operation: Operation) -> Schema:
    """The schema of an operation's plainest success; true where it has none that can be read."""
    try:
        offers = negotiation.offers(document, operation, Wish(), "")
    except (NotOfferedError, KeyError):
        return True
    for offer in offers:
        if offer.key and offer.status < 300 and (is_json(kind := essence(offer.media_type)) or is_xml(kind)):  # noqa: PLR2004 - successes
            return offer.media.get("schema", True)
    return True


def sent_schema(document: Mapping[str, Any], operation: Operation) -> Schema:
    """The schema of an operation's request body, JSON before forms and XML; true where it has none that can be read."""
    return sent_media(document, operation).get("schema", True)


def sent_media(
    document: Mapping[str, Any],
    operation: Operation,
    order: Sequence[Callable[[str], bool]] = READABLE,
) -> Mapping[str, Any]:
    """What a document says of an operation's request body, in the first kind of media type that it has."""
    if "requestBody" not in operation.node:
        return {}
    try:
        _, body = pointer.follow(document, (*operation.place, "requestBody"))
    except KeyError:
        return {}
    content: Mapping[str, Any] = body.get("content") or {}
    for wanted in order:
        for name, media in content.items():
            if wanted(essence(name)) and not _is_patch(name):
                found: Mapping[str, Any] = media
                return found
    return {}


def _is_patch(name: str) -> bool:
    return essence(name) == "application/json-patch+json"


def own_offers(document: Mapping[str, Any], operation: Operation, status: int, accept: str) -> list[Offer]:
    """What the product itself answers with a status; empty where the document does not say it."""
    try:
        offers = negotiation.offers(document, operation, Wish(code=status), accept)
    except NotOfferedError:
        return []
    return [offer for offer in offers if not offer.is_ours]
