"""Which of the documented answers a client is to get: by `Prefer`, by `Accept`, else the plainest success.

Called by `synthesis`. It reads the document and the request's headers; what stands in the answer is not its
business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from typing import Any

from understudy.contract import pointer
from understudy.contract.body import is_json
from understudy.contract.operation import Operation
from understudy.contract.voices import is_ours, own_schema

OK, REDIRECTS, INTERNAL_ERROR, BAD_REQUEST, NOT_ACCEPTABLE = 200, 300, 500, 400, 406
BODILESS = frozenset({204, 205, 304})
LONGEST_DELAY = 600_000  # milliseconds

# What to call a body whose documented media type is a range.
CONCRETE: Mapping[str, str] = {
    "*/*": "application/json",
    "application/*": "application/json",
    "text/*": "text/plain",
    "image/*": "image/png",
    "audio/*": "audio/mpeg",
    "video/*": "video/mp4",
}

_PREFERENCE = re.compile(r'\s*([\w-]+)\s*(?:=\s*("(?:[^"\\]|\\.)*"|[^\s;,]*))?\s*(?:[;,]|$)')


class NotOfferedError(Exception):
    """The client asks for an answer that the document does not have.

    Attributes:
        status: the status to say so with.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Wish:
    """What a client prefers (RFC 7240).

    Attributes:
        code: the status it wants to see.
        example: the name of the example it wants to see.
        dynamic: whether it wants a generated answer even where there are examples.
        delay: how many milliseconds it wants to wait.
        product: whether it wants the product's own answers alone, and none of our gate's.
    """

    code: int | None = None
    example: str | None = None
    dynamic: bool = False
    delay: int = 0
    product: bool = False

    @property
    def chooses(self) -> bool:
        """Whether it is about which answer to get."""
        return self.code is not None or self.example is not None or self.dynamic


@dataclass(frozen=True, slots=True)
class Offer:
    """One answer that the document describes.

    Attributes:
        status: its status code.
        place: where the response object stands in the document.
        response: the response object.
        media_type: its ``Content-Type``; empty where it has no body.
        key: the media type as the document writes it, perhaps a range.
        examples: the media type's examples, by name; one that has none is called ``""``.
    """

    status: int
    place: pointer.Parts
    response: Mapping[str, Any]
    media_type: str = ""
    key: str = ""
    examples: Mapping[str, Any] = field(default_factory=dict)

    @property
    def media(self) -> Mapping[str, Any]:
        """The media type object, as far as it is the product's own."""
        found: Mapping[str, Any] = self.response["content"][self.key] if self.key else {}
        own = own_schema(found.get("schema"))
        return found if own is found.get("schema") else {**found, "schema": own}

    @property
    def is_ours(self) -> bool:
        """Whether this is what our own gate refuses with."""
        return is_ours(self.media.get("schema"))


def wish(headers: Iterable[str]) -> Wish:
    """What the `Prefer` headers ask for; preferences of others are none of ours.

    Errors: `NotOfferedError` for a code that is no status, and for a delay that is none.
    """
    said: dict[str, str] = {}
    for header in headers:
        for match in _PREFERENCE.finditer(header):
            said.setdefault(match.group(1).lower(), re.sub(r"\\(.)", r"\1", (match.group(2) or "").strip('"')))
    code = said.get("code")
    if code is not None and not re.fullmatch(r"[2-5]\d\d", code):
        raise NotOfferedError(BAD_REQUEST, f"`Prefer: code={code}` is no status from 200 to 599")
    delay = said.get("delay", "0")
    if not re.fullmatch(r"\d{1,9}", delay) or int(delay) > LONGEST_DELAY:
        message = f"`Prefer: delay={delay}` is no time; give it in milliseconds, {LONGEST_DELAY} at most"
        raise NotOfferedError(BAD_REQUEST, message)
    dynamic = said.get("dynamic", "").lower() == "true"
    return Wish(int(code) if code else None, said.get("example"), dynamic, int(delay))


def offers(document: Mapping[str, Any], operation: Operation, wanted: Wish, accept: str) -> list[Offer]:
    """The answers to try, best first.

    Args:
        document: the effective document.
        operation: the operation asked.
        wanted: what the client prefers.
        accept: the `Accept` header; empty for anything.

    Errors: `NotOfferedError` where the document has no answer of that kind.
    """
    known = ", ".join(operation.node.get("responses", {})) or "none"
    if wanted.code is not None:
        if operation.response_key(wanted.code) is None:
            message = f"{operation.operation_id} documents no answer with status {wanted.code}; documented are {known}"
            raise NotOfferedError(BAD_REQUEST, message)
        statuses = [wanted.code]
    else:
        statuses = list(_statuses(operation, every=wanted.example is not None))
    found = [offer for status in statuses for offer in _of_status(document, operation, status)]
    if wanted.product:
        found = [offer for offer in found if not offer.is_ours]
    if wanted.code is None and wanted.example is None and found and found[0].status >= REDIRECTS:
        found = _best_of_the_rest(found)
    if wanted.example is not None:
        found = _with_example(operation, found, wanted.example)
    if not found:
        message = f"{operation.operation_id} documents no answer that can be sent; documented are {known}"
        raise NotOfferedError(BAD_REQUEST, message)
    return _acceptable(found, accept)


def _best_of_the_rest(found: Sequence[Offer]) -> list[Offer]:
    """Of answers that are no success those of the first status, one that the document itself has if there is one."""
    own = [offer for offer in found if not offer.is_ours] or found
    return [offer for offer in own if offer.status == own[0].status]


def _statuses(operation: Operation, *, every: bool) -> Iterator[int]:
    """The statuses to try: the successes, lowest first; where none is documented, the best of the rest."""
    keys = [str(key).upper() for key in operation.node.get("responses", {})]
    successes = sorted(int(key) for key in keys if re.fullmatch(r"2\d\d", key))
    if "2XX" in keys:
        successes.append(next(code for code in range(OK, 300) if code not in successes))
    rest = sorted(int(key.replace("XX", "00")) for key in keys if re.fullmatch(r"[345](\d\d|XX)", key))
    if "DEFAULT" in keys:
        rest = [*rest, INTERNAL_ERROR] if successes else [OK, *rest]
    if every:
        yield from dict.fromkeys([*successes, *rest])
    else:
        yield from successes or rest


def _of_status(document: Mapping[str, Any], operation: Operation, status: int) -> Iterator[Offer]:
    key = operation.response_key(status)
    if key is None:
        return
    place, response = pointer.follow(document, (*operation.place, "responses", key))
    content = response.get("content") or {}
    if not content or status in BODILESS:
        yield Offer(status, place, response)
        return
    for name in sorted(content, key=lambda name: _rank(name, content[name])):
        yield Offer(status, place, response, CONCRETE.get(name, name), name, examples(document, content[name]))


def _rank(name: str, media: Mapping[str, Any]) -> int:
    """JSON first: it is what most clients read, and what the judge sees into. Our own gate's refusals last."""
    if is_ours(media.get("schema")):
        return 2
    return 0 if is_json(name.partition(";")[0].strip().lower()) else 1


def examples(document: Mapping[str, Any], media: Mapping[str, Any]) -> dict[str, Any]:
    """The examples of a media type or a header, by name; what lies outside the document is not fetched."""
    found = {"": media["example"]} if "example" in media else {}
    for name, example in (media.get("examples") or {}).items():
        named = isinstance(example, Mapping) and "$ref" in example
        whole = pointer.find(document, example["$ref"]) if named else example
        if isinstance(whole, Mapping) and "value" in whole:
            found[name] = whole["value"]
    return found


def _with_example(operation: Operation, found: Sequence[Offer], name: str) -> list[Offer]:
    having = [
        Offer(offer.status, offer.place, offer.response, offer.media_type, offer.key, {name: offer.examples[name]})
        for offer in found
        if name in offer.examples
    ]
    if not having:
        known = ", ".join(sorted({example for offer in found for example in offer.examples if example})) or "none"
        message = f"{operation.operation_id} has no example named {name!r}; it has: {known}"
        raise NotOfferedError(BAD_REQUEST, message)
    return having


def _acceptable(found: Sequence[Offer], accept: str) -> list[Offer]:
    """The offers that a client accepts: of the same status, the ones it likes best first."""
    ranges = list(_ranges(accept or "*/*"))
    ranked = []
    for offer in found:
        named = _named(offer, ranges)
        liking = max((_liking(named.media_type, ranges)) if named.media_type else 1.0, 0.0)
        if liking > 0:
            ranked.append((liking, named))
    if not ranked:
        known = ", ".join(dict.fromkeys(offer.media_type for offer in found))
        raise NotOfferedError(NOT_ACCEPTABLE, f"`Accept: {accept}` leaves nothing; the document has {known}")
    order = {status: index for index, status in enumerate(dict.fromkeys(offer.status for offer in found))}
    return [offer for _, offer in sorted(ranked, key=lambda pair: (order[pair[1].status], -pair[0]))]


def _named(offer: Offer, ranges: Sequence[tuple[str, float]]) -> Offer:
    """The offer, its media type the one the client names where the document has only a range."""
    if "*" not in offer.key:
        return offer
    liked = (name for name, quality in ranges if quality > 0 and "*" not in name and fnmatch(name, offer.key))
    name = next(liked, offer.media_type)
    return Offer(offer.status, offer.place, offer.response, name, offer.key, offer.examples)


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept.split(","):
        name, *parameters = (piece.strip().lower() for piece in part.split(";"))
        quality = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
        try:
            yield name, float(quality)
        except ValueError:
            yield name, 1.0


def _liking(media_type: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The quality that the most specific range gives a media type (RFC 9110, 12.5.1); 0 where none fits."""
    essence = media_type.partition(";")[0].strip().lower()
    fitting = [(name.count("*"), quality) for name, quality in ranges if fnmatch(essence, name)]
    return min(fitting, key=lambda pair: pair[0])[1] if fitting else 0.0
