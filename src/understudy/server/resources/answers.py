"""Writes what came of a request as a documented answer that keeps the contract, or says that there is none.

Called by `answerer`. The state decides what an answer says, the document how it looks; the generator fills in what
neither tells. Every candidate is held against the contract before it leaves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import orjson

from understudy.contract import pointer
from understudy.contract.body import is_json
from understudy.contract.contract import Contract
from understudy.contract.exchange import Request, Response
from understudy.contract.markup import is_xml
from understudy.contract.operation import Operation
from understudy.generator.drawing import Detail
from understudy.generator.names import words
from understudy.generator.shape import UnsatisfiableError
from understudy.server import writing
from understudy.server.negotiation import BODILESS, NotOfferedError, Offer, Wish, offers
from understudy.server.resources.asking import Outcome, UnplayableError
from understudy.server.resources.completing import Completer, put, take
from understudy.server.resources.messages import essence
from understudy.server.resources.outline import Outlines
from understudy.server.resources.pages import Page, Wrapper
from understudy.server.resources.resource import Resource, Role, Schema
from understudy.server.resources.things import Thing
from understudy.server.synthesis import Candidate, SynthesisAnswerer

CREATED, OK, NO_CONTENT, NOT_MODIFIED = 201, 200, 204, 304
DETAILS = (
    Detail(examples=False),
    Detail(optional=0.4, examples=False),
    Detail(optional=0.0, examples=False),
)
ACKNOWLEDGED = frozenset({("deleted",), ("success",), ("ok",), ("acknowledged",), ("is", "deleted")})


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be answered, besides the outcome.

    Attributes:
        role: what the operation does.
        resource: to which resource.
        where: says the URL of a thing.
    """

    role: Role
    resource: Resource
    where: Callable[[Thing], str]


class Answers:
    """Writes answers for one contract.

    Args:
        contract: what is promised.
        synthesis: writes headers, and what the state says nothing of.
        completer: makes values whole.
        outlines: reads schemas.
    """

    def __init__(
        self, contract: Contract, synthesis: SynthesisAnswerer, completer: Completer, outlines: Outlines
    ) -> None:
        self.contract = contract
        self.synthesis = synthesis
        self.completer = completer
        self.outlines = outlines
        self.wrapper = Wrapper(outlines, completer.fits)

    def write(self, operation: Operation, request: Request, outcome: Outcome, told: Told) -> Response:
        """The answer.

        Errors: `NotOfferedError` where the client accepts none; `UnplayableError` where none keeps the contract.
        """
        reason = "no success is documented"
        for offer in self._offers(operation, request, outcome, told.role):
            for number, detail in enumerate(DETAILS):
                random = self.synthesis.random_of(operation, request, number)
                try:
                    response = self._respond(offer, outcome, told, detail, random)
                except (UnsatisfiableError, writing.UnwritableError) as error:
                    reason = str(error)
                    continue
                broken = self.contract.check_response(request, response)
                if not broken:
                    return _conditional(request, response)
                reason = f"{broken[0].where} {broken[0].message}"
        raise UnplayableError(reason)

    def _offers(self, operation: Operation, request: Request, outcome: Outcome, role: Role) -> Iterator[Offer]:
        """The documented successes, the one that says what happened first."""
        accept = ",".join(request.headers.getlist("accept"))
        keys = [str(key).upper() for key in operation.node.get("responses", {})]
        known = sorted(int(key) for key in keys if key.isdigit() and key.startswith("2"))
        likely = _LIKELY["new" if outcome.is_new else role.verb if role.verb == "delete" else "old"]
        if "2XX" in keys or (not known and "DEFAULT" in keys):
            known = list(likely[:1])
        refusal: NotOfferedError | None = None
        for status in (*(code for code in likely if code in known), *(code for code in known if code not in likely)):
            try:
                yield from (
                    offer
                    for offer in offers(self.contract.data, operation, Wish(code=status), accept)
                    if not offer.is_ours and _writable(offer)
                )
            except NotOfferedError as error:
                refusal = refusal or error
        if refusal is not None:
            raise refusal

    def _respond(self, offer: Offer, outcome: Outcome, told: Told, detail: Detail, random: Random) -> Response:
        headers = dict(self._headers(offer, outcome, told))
        if not offer.key or offer.status in BODILESS:
            return self.synthesis.respond(offer, Candidate("", b"", detail, random), headers)
        schema = offer.media.get("schema", True)
        if outcome.page is not None:
            value = self._listed(schema, outcome.page, told, detail, random)
        else:
            value = self._shown(schema, outcome, told, detail, random)
        kind = essence(offer.media_type)
        body = writing.body(value, kind, schema, self.contract.data, written=False)
        return self.synthesis.respond(offer, Candidate("", body, detail, random), headers)

    def _shown(self, schema: Schema, outcome: Outcome, told: Told, detail: Detail, random: Random) -> Any:
        """A message that shows a thing."""
        assert outcome.thing is not None  # noqa: S101 - what is no list has a thing
        inside = told.role.shown
        if schema is True or schema == {}:
            return outcome.thing.value
        if inside is None or not self.outlines.is_object(schema):
            return self.synthesis.generator.draw(schema, random, detail=detail)
        part = self.outlines.inside(schema, inside)
        value = self._linked(dict(outcome.thing.value), part, told.where(outcome.thing))
        listed = self.outlines.properties(part)
        if listed and not self.outlines.same(part, told.resource.schema):  # another view of the thing
            value = {name: item for name, item in value.items() if name in listed}
        shown: Any = self.completer.shown(part, value, random)
        if inside:
            shown = put(self.synthesis.generator.draw(schema, random, detail=detail), inside, shown)
        if outcome.is_gone and isinstance(shown, dict):
            shown |= {name: True for name in shown if words(name) in ACKNOWLEDGED and isinstance(shown[name], bool)}
        return shown

    def _linked(self, value: dict[str, Any], schema: Schema, here: str) -> dict[str, Any]:
        """A thing that says where it is, in the way of HAL and JSON:API."""
        properties = self.outlines.properties(schema)
        for name in ("_links", "links"):
            if name not in properties or "self" not in self.outlines.properties(properties[name]):
                continue
            below = self.outlines.properties(properties[name])["self"]
            old = value.get(name)
            link: Any = {"href": here} if self.outlines.is_object(below) else here
            if self.completer.fits(below, link):
                value[name] = {**(old if isinstance(old, dict) else {}), "self": link}
        return value

    def _listed(self, schema: Schema, page: Page, told: Told, detail: Detail, random: Random) -> Any:
        """A message that lists a page."""
        wanted = page.listing.items
        items = [
            self.completer.shown(wanted, self._linked(dict(thing.value), wanted, told.where(thing)), random)
            for thing in page.things
        ]
        inside = page.listing.inside
        if not inside:
            return items
        drawn = self.synthesis.generator.draw(schema, random, detail=detail)
        return self.wrapper.fill(put(drawn, inside, items), schema, page, inside)

    def _headers(self, offer: Offer, outcome: Outcome, told: Told) -> Iterator[tuple[str, str]]:
        """The headers that follow from the state."""
        documented = {name.lower(): name for name in offer.response.get("headers") or {}}
        if outcome.is_new and outcome.thing is not None:
            yield "location", told.where(outcome.thing)
        thing, page = outcome.thing, outcome.page
        if thing is not None and "etag" in documented and not outcome.is_gone:
            yield "etag", etag(thing.value)
        for name in documented if page is not None else ():
            parts = words(name.removeprefix("x-"))
            if page is not None and parts in (("total",), ("total", "count"), ("total", "items")):
                yield name, str(page.total)
            elif page is not None and name == "link":
                yield name, f'<{page.link(page.start + page.size)}>; rel="next"' if page.more else ""


_LIKELY: Mapping[str, tuple[int, ...]] = {
    "new": (CREATED, OK),
    "old": (OK, NO_CONTENT),
    "delete": (NO_CONTENT, OK),
}


def _writable(offer: Offer) -> bool:
    kind = essence(offer.media_type)
    return not offer.key or is_json(kind) or is_xml(kind)


def etag(value: Mapping[str, Any]) -> str:
    """The entity tag of a thing."""
    digest = hashlib.blake2b(orjson.dumps(value, option=orjson.OPT_SORT_KEYS), digest_size=8)
    return f'"{digest.hexdigest()}"'


def _conditional(request: Request, response: Response) -> Response:
    """304 where the client has what it would get."""
    tag, held = response.fields.get("etag"), request.fields.get("if-none-match", "")
    if tag and request.method in ("get", "head") and tag in held.split(", "):
        return Response(NOT_MODIFIED, [(b"etag", tag.encode("latin-1"))])
    return response


def samples(contract: Contract, role: Role, operation: Operation, resource: Resource) -> Iterator[Mapping[str, Any]]:
    """The things that an operation's answer shows as examples."""
    try:
        found = offers(contract.data, operation, Wish(), "application/json, application/*+json;q=0.9")
    except NotOfferedError:
        return
    for offer in found:
        schema = offer.media.get("schema") if offer.key else None
        target = (
            pointer.find(contract.data, schema["$ref"]) if isinstance(schema, dict) and "$ref" in schema else schema
        )
        examples = list(offer.examples.values())
        if isinstance(target, dict) and "example" in target:
            examples.append(target["example"])
        for example in examples:
            part = take(example, role.listing.inside if role.listing else role.shown or ())
            for thing in part if isinstance(part, list) else [part]:
                if isinstance(thing, Mapping) and resource.id_property in thing:
                    yield thing
