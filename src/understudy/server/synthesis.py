"""The answerer for operations that nobody plays: an answer made from the document, example or schema.

Called by the stack like any other answerer. Every answer is held against the contract before it leaves:
what does not keep it is made anew, and where nothing keeps it the client hears which promise stands in the
way. The same seed and request give the same bytes. It must not know any service.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import orjson

from understudy.contract import pointer
from understudy.contract.body import is_json
from understudy.contract.contract import Contract
from understudy.contract.exchange import Request, Response
from understudy.contract.operation import Operation
from understudy.contract.violations import Violation
from understudy.generator.drawing import Detail
from understudy.generator.shape import UnsatisfiableError
from understudy.generator.values import Generator
from understudy.server import negotiation, origins, problem, samples, writing
from understudy.server.call import Call
from understudy.server.negotiation import NotOfferedError, Offer, Wish
from understudy.server.pairing import Pairing

MARK = b"understudy-synthesised"
NOT_IMPLEMENTED = 501

# How each generated candidate is made, in turn: first all there is, in the end the least that must be.
DETAILS = (
    Detail(),
    Detail(examples=False),
    Detail(examples=False, of_others=True),
    Detail(optional=0.6, examples=False),
    Detail(optional=0.3, examples=False, of_others=True),
    Detail(optional=0.3, examples=False),
    Detail(optional=0.0, examples=False),
    Detail(optional=0.0, examples=False, of_others=True),
)

# Headers that belong to the connection, follow from the body, or are our gate's own: never made from a schema.
OWN_HEADERS = frozenset(
    {
        "content-type", "content-length", "content-encoding", "transfer-encoding", "connection", "keep-alive",
        "trailer", "upgrade", "te", "date", "understudy-refused",
    }
)  # fmt: skip

# Headers whose name means something else than a property of that name.
HEADER_NAMES: Mapping[str, str] = {"location": "url", "content-location": "url", "retry-after": "age", "etag": "hash"}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A body to try, and where it comes from: ``example`` or ``schema``; empty for what is no synthesis."""

    source: str
    body: bytes
    detail: Detail
    random: Random


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an offer came to nothing."""

    offer: Offer
    reason: str
    violations: tuple[Violation, ...] = ()


class SynthesisAnswerer:
    """Answers from the document alone.

    Args:
        contract: what is promised.
        seed: seeds all randomness, together with the request.
    """

    def __init__(self, contract: Contract, seed: int) -> None:
        self.contract = contract
        self.seed = seed
        self.generator = Generator(contract.data, contract.document.version)
        self.pairing = Pairing(contract)

    async def answer(self, call: Call) -> Response:
        """The first candidate that keeps the contract, of the answers that the client accepts."""
        try:
            wanted = negotiation.wish(call.request.headers.getlist("prefer"))
            return (None if wanted.chooses else self.paired(call)) or self.choose(call, wanted)
        except NotOfferedError as error:
            call.refused = True
            return problem.problem(problem.NOT_OFFERED, error.status, str(error))

    def paired(self, call: Call, *, refusals: bool = False) -> Response | None:
        """The answer, or ``refusals`` alone, whose example is called as the one that the request is; None for none."""
        name = self.pairing.name(self.contract.by_id[call.operation_id], call.request, refusals=refusals)
        try:
            made = self.attempt(call, Wish(example=name)) if name is not None else None
        except NotOfferedError:  # not in any media type that the client accepts
            return None
        return made if isinstance(made, Response) else None

    def choose(self, call: Call, wanted: Wish) -> Response:
        """The answer that fits a wish, or a problem that says why none can be made.

        Errors: `NotOfferedError` where the document has no such answer.
        """
        made = self.attempt(call, wanted)
        if isinstance(made, Response):
            return made
        call.refused = True
        return _unsynthesisable(self.contract.by_id[call.operation_id], made)

    def attempt(self, call: Call, wanted: Wish) -> Response | Failure:
        """The answer that fits a wish, or why none can be made.

        Errors: `NotOfferedError` where the document has no such answer.
        """
        operation = self.contract.by_id[call.operation_id]
        request = call.request
        accept = ",".join(request.headers.getlist("accept"))
        failures = []
        for offer in negotiation.offers(self.contract.data, operation, wanted, accept):
            made = self._try(operation, request, offer, dynamic=wanted.dynamic, named=wanted.example is not None)
            if isinstance(made, Response):
                return made
            failures.append(made)
        return failures[0]

    def unrouted(self, call: Call) -> Response | None:  # noqa: ARG002 - the interface of an answerer
        """Nothing: the document does not say what is not in it."""
        return None

    def now(self, call: Call) -> float:  # noqa: ARG002 - the interface's
        """The time of day."""
        return time.time()

    def marks(self, call: Call, seconds: float) -> list[tuple[bytes, bytes]]:  # noqa: ARG002 - the interface
        """Nothing: the same request has the same answer."""
        return []

    def _try(
        self, operation: Operation, request: Request, offer: Offer, *, dynamic: bool, named: bool
    ) -> Response | Failure:
        """An answer that keeps the contract, or why there is none; told of the candidate that came closest."""
        closest: Failure | None = None
        for make in self._candidates(operation, request, offer, dynamic=dynamic, named=named):
            try:
                response = self.respond(offer, make())
            except (UnsatisfiableError, writing.UnwritableError) as error:
                closest = closest or Failure(offer, str(error))
                continue
            broken = self.contract.check_response(request, response)
            if not broken:
                return response
            if closest is None or not closest.violations or len(broken) < len(closest.violations):
                closest = Failure(offer, f"{broken[0].message} ({broken[0].where or 'the whole'})", broken)
        return closest or Failure(offer, "nothing is documented")

    def _candidates(
        self, operation: Operation, request: Request, offer: Offer, *, dynamic: bool, named: bool
    ) -> Iterator[Any]:
        """What makes each candidate, best first; nothing is made before it is asked for."""
        schema = offer.media.get("schema", True)
        essence = offer.media_type.partition(";")[0].strip().lower()
        randoms = (self.random_of(operation, request, number) for number in range(1_000))
        if not offer.key:
            for detail in DETAILS:
                yield lambda detail=detail: Candidate("schema", b"", detail, next(randoms))
            return
        if not dynamic:
            for example in self._examples(offer, schema, essence, named=named):
                yield lambda example=example: self._from_example(example, essence, schema, next(randoms))
        if named:
            return
        if samples.suits(essence, self._target(schema)):
            yield lambda: self._from_sample(essence, next(randoms))
        for detail in DETAILS:
            kept = Detail(detail.optional, detail.examples and not dynamic, detail.of_others)
            yield lambda detail=kept: self._from_schema(essence, schema, detail, next(randoms))

    def _examples(self, offer: Offer, schema: Any, essence: str, *, named: bool) -> Iterator[Any]:
        """The examples of the media type, then those of the schema; JSON in quotes is also read as JSON."""
        found = list(offer.examples.values())
        for holder in () if named else (schema, self._target(schema)):
            if "example" in _mapping(holder):
                found.append(holder["example"])
            if isinstance(_mapping(holder).get("examples"), list):
                found += holder["examples"]
        for example in found:
            yield example
            if isinstance(example, str) and is_json(essence):
                try:
                    yield orjson.loads(example)
                except orjson.JSONDecodeError:
                    continue

    def _target(self, schema: Any) -> Any:
        return self.generator.composer.fits.target(schema["$ref"]) if "$ref" in _mapping(schema) else schema

    def _from_example(self, example: Any, essence: str, schema: Any, random: Random) -> Candidate:
        return Candidate(
            "example", writing.body(example, essence, schema, self.contract.data, written=True), Detail(), random
        )

    def _from_sample(self, essence: str, random: Random) -> Candidate:
        return Candidate("schema", samples.sample(essence, random), Detail(), random)

    def _from_schema(self, essence: str, schema: Any, detail: Detail, random: Random) -> Candidate:
        value = self.generator.draw(schema, random, detail=detail)
        body = writing.body(value, essence, schema, self.contract.data, written=False)
        return Candidate("schema", body, detail, random)

    def respond(self, offer: Offer, candidate: Candidate, told: Mapping[str, str] | None = None) -> Response:
        """A candidate as a response, with the headers that the document promises.

        Args:
            offer: what is answered.
            candidate: the body.
            told: headers whose values are known, by name in lower case; an empty value leaves one out.

        Errors: `UnsatisfiableError`, `writing.UnwritableError` for a required header that has no value.
        """
        told = told or {}
        headers = [(b"content-type", offer.media_type.encode("latin-1"))] if offer.key else []
        if offer.status not in negotiation.BODILESS:
            headers.append((b"content-length", str(len(candidate.body)).encode()))
        for name in offer.response.get("headers", {}):
            if name.lower() not in OWN_HEADERS and name.lower() not in told:
                headers += self._header(offer, name, candidate)
        headers += [
            (name.encode("latin-1"), value.encode("latin-1", "replace")) for name, value in told.items() if value
        ]
        if candidate.source:
            headers.append((MARK, candidate.source.encode()))
        return Response(offer.status, headers, candidate.body)

    def _header(self, offer: Offer, name: str, candidate: Candidate) -> list[tuple[bytes, bytes]]:
        """A promised header; an optional one is left out where no value is found, or in a sparing candidate."""
        _, header = pointer.follow(self.contract.data, (*offer.place, "headers", name))
        required = header.get("required") is True
        if not required and candidate.random.random() >= candidate.detail.optional:
            return []
        content = next(iter((header.get("content") or {}).items()), None)
        media: Mapping[str, Any] = content[1] if content else header
        try:
            value = self._header_value(media, name, candidate)
            text = writing.as_json(value).decode() if content and is_json(content[0]) else writing.header(value)
        except (UnsatisfiableError, writing.UnwritableError):
            if required:
                raise
            return []
        return [(name.lower().encode("latin-1"), text.encode("latin-1", "replace"))]

    def _header_value(self, media: Mapping[str, Any], name: str, candidate: Candidate) -> Any:
        if candidate.detail.examples:
            offered = negotiation.examples(self.contract.data, media)
            if offered:
                return next(iter(offered.values()))
        fixed = origins.VALUES.get(name.lower())
        if fixed is not None and self.generator.composer.fits(media.get("schema", True), fixed):
            return fixed
        called = HEADER_NAMES.get(name.lower(), name)
        return self.generator.draw(media.get("schema", True), candidate.random, name=called, detail=candidate.detail)

    def random_of(self, operation: Operation, request: Request, number: int) -> Random:
        """The random source of one candidate: of the seed, the operation, the request, and nothing else."""
        digest = hashlib.blake2b(digest_size=16)
        texts = (str(self.seed), operation.operation_id, str(number), request.path)
        encoded = (text.encode("utf-8", "surrogateescape") for text in texts)
        for part in (*encoded, request.query, request.body):
            digest.update(len(part).to_bytes(8) + part)
        return Random(digest.digest())  # noqa: S311 - sample data, no secrets


def _mapping(schema: Any) -> Mapping[str, Any]:
    return schema if isinstance(schema, Mapping) else {}


def _unsynthesisable(operation: Operation, failure: Failure) -> Response:
    offer = failure.offer
    what = f"{offer.status} {offer.media_type}".strip()
    detail = (
        f"No answer to {operation.operation_id} ({what}) keeps the contract: {failure.reason}. Give this response "
        "an `example` that does, in the document or in an overlay, or correct the promise."
    )
    place = pointer.join((*offer.place, "content", offer.key) if offer.key else offer.place, "#")
    return problem.problem(problem.UNSYNTHESISABLE, NOT_IMPLEMENTED, detail, failure.violations, schema=place)
