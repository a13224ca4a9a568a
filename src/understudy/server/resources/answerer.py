"""The answerer that remembers: plays the resources recognised in a document, and leaves the rest to synthesis.

Called by the stack like any other answerer. What a request changes happens whole or not at all: where no answer
would keep the contract, the change is taken back, the answer is synthesised, and a header says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache, partial
from random import Random
from typing import Any
from urllib.parse import quote

from understudy.contract import forms, pointer
from understudy.contract.contract import Contract
from understudy.contract.exchange import Response
from understudy.contract.multipart import File
from understudy.contract.operation import Operation
from understudy.contract.templates import PARAMETER
from understudy.contract.values import sent_value
from understudy.sandbox.registry import Sandboxes
from understudy.sandbox.sandboxes import Sandbox
from understudy.server import problem
from understudy.server.call import Call, NotRefusedError, base_url
from understudy.server.negotiation import NotOfferedError
from understudy.server.resources import answers, messages
from understudy.server.resources.acting import Player
from understudy.server.resources.answers import Answers, Told
from understudy.server.resources.asking import Ask, ConflictError, Dream, UnknownError, UnplayableError
from understudy.server.resources.completing import Completer, take
from understudy.server.resources.ids import Minter, as_text
from understudy.server.resources.outline import Outlines
from understudy.server.resources.patches import PatchError
from understudy.server.resources.recognition import recognise
from understudy.server.resources.refusing import Refused, Refuser
from understudy.server.resources.resource import Resource, Role
from understudy.server.resources.things import Scope, Thing, Things
from understudy.server.synthesis import SynthesisAnswerer

RESOURCE, STATELESS, SYNTHESISED = b"understudy-resource", b"understudy-stateless", b"understudy-synthesised"
NOT_FOUND, CONFLICT, PRECONDITION, CREATED, UNPROCESSABLE, BAD_REQUEST = 404, 409, 412, 201, 422, 400
WRITES = frozenset({"replace", "merge", "delete"})
LONGEST_REASON = 200


class ResourceAnswerer:
    """Answers from a state that the document implies.

    Args:
        contract: what is promised.
        seed: seeds all randomness.
        sandboxes: the states; their tables are `Things`.
        strict: whether what nobody created is unknown from the start.
    """

    def __init__(self, contract: Contract, seed: int, sandboxes: Sandboxes, *, strict: bool) -> None:
        self.contract = contract
        self.seed = seed
        self.sandboxes = sandboxes
        self.synthesis = SynthesisAnswerer(contract, seed)
        generator = self.synthesis.generator
        self.recognised = recognise(contract, generator.composer)
        outlines = Outlines(generator.composer)
        completer = Completer(generator, outlines, contract.data, contract.document.version)
        minter = Minter(generator, outlines)
        self.player = Player(self.recognised, completer, minter, strict=strict, samples=cache(self._samples_of))
        self.answers = Answers(contract, self.synthesis, completer, outlines)
        self.refuser = Refuser(contract, self.synthesis)

    async def answer(self, call: Call) -> Response:
        """What the state says, else what the document does.

        Errors: `NotRefusedError` for a request that the document leaves to the product to refuse: nobody plays it.
        """
        if call.deferred:
            raise NotRefusedError
        operation = self.contract.by_id[call.operation_id]
        sandbox = self.sandboxes.get(call.sandbox)
        sandbox.catch_up()
        refusal = self.synthesis.paired(call, refusals=True)
        if refusal is not None:
            return refusal
        try:
            with sandbox.transaction():
                response = self._played(call, operation, sandbox)
        except (UnknownError, ConflictError, PatchError) as error:
            statuses, kind = _REFUSALS[type(error)]
            return self.refuser.refuse(call, Refused(statuses, kind, str(error)))
        except NotOfferedError as error:
            call.refused = True
            return problem.problem(problem.NOT_OFFERED, error.status, str(error))
        except UnplayableError as error:
            return _marked(await self.synthesis.answer(call), STATELESS, str(error))
        return response or await self.synthesis.answer(call)

    def unrouted(self, call: Call) -> Response | None:  # noqa: ARG002 - the interface of an answerer
        """Nothing: the document does not say what is not in it."""
        return None

    def now(self, call: Call) -> float:
        """The sandbox's time."""
        return self.sandboxes.get(call.sandbox).clock.time()

    def marks(self, call: Call, seconds: float) -> list[tuple[bytes, bytes]]:  # noqa: ARG002 - the interface's
        """None."""
        return []

    def _played(self, call: Call, operation: Operation, sandbox: Sandbox) -> Response | None:
        """The answer from the state; None where the state has no say in it."""
        things: Things = sandbox.tables
        scope = self._scope(call, operation, things)
        role = self.recognised.roles.get(operation.operation_id)
        if role is None:
            return None
        resource = self.recognised.resources[role.resource]
        ask = self._ask(call, operation, sandbox, role, scope)
        self._precondition(call, operation, ask, things)
        outcome = self.player.play(things, ask)
        if role.verb == "act" and role.shown is None:
            return None
        told = Told(role, resource, partial(self._where, call, resource))
        response = self.answers.write(operation, call.request, outcome, told)
        response = _marked(response, RESOURCE, resource.name)
        imagined = outcome.thing is not None and outcome.thing.imagined
        return _marked(response, SYNTHESISED, "schema") if imagined else response

    def _scope(self, call: Call, operation: Operation, things: Things) -> Scope:
        """Whose things are meant; what is above them must be there, or comes into being with them.

        Errors: `UnknownError`.
        """
        above = self.recognised.parents[operation.operation_id]
        role = self.recognised.roles.get(operation.operation_id)
        scope: list[tuple[str, str]] = []
        for step in above:
            name = self.recognised.collections.get(step.collection, step.collection)
            identity = call.request.path_params[step.parameter]
            resource = self.recognised.resources.get(name)
            if resource is not None:
                self.player.pass_by(things, resource, tuple(scope), identity, self._dream(call))
            scope.append((name, identity))
        return tuple(scope if role is None else scope[: len(role.above)])

    def _ask(self, call: Call, operation: Operation, sandbox: Sandbox, role: Role, scope: Scope) -> Ask:
        request = call.request
        kind = request.content.media_type.essence if request.content.media_type and request.body else ""
        return Ask(
            role=role,
            resource=self.recognised.resources[role.resource],
            scope=scope,
            identity=request.path_params.get(role.parameter, ""),
            sent=self._sent(call, operation, role),
            media_type=kind,
            pairs=request.query_pairs if request.query else (),
            several=self._several(operation),
            url=base_url(call) + quote(request.path),
            now=sandbox.clock.now(),
            random=lambda: Random(sandbox.random.getrandbits(64)),  # noqa: S311 - sample data, no secrets
            dream=self._dream(call),
            creates=CREATED in self._statuses(operation),
            conflicts=CONFLICT in self._statuses(operation),
        )

    def _dream(self, call: Call) -> Dream:
        return partial(_random, self.seed, call.sandbox)

    @staticmethod
    def _statuses(operation: Operation) -> set[int]:
        return {int(key) for key in map(str, operation.node.get("responses", {})) if key.isdigit()}

    def _several(self, operation: Operation) -> Mapping[str, bool]:
        """Which query parameters are arrays."""
        found = {}
        for (location, name), place in operation.parameters.items():
            if location == "query":
                parameter = pointer.walk(self.contract.data, place)
                found[name] = self.player.outlines.items(parameter.get("schema", True)) is not None
        return found

    def _sent(self, call: Call, operation: Operation, role: Role) -> Any:
        """The part of the body that is the thing; files are left out, since no answer shows them so."""
        content = call.request.content
        if not call.request.body:
            return None
        value = content.value
        if content.pairs is not None:
            kind = content.media_type.essence if content.media_type else ""
            media = messages.sent_media(self.contract.data, operation, (kind.__eq__, *messages.READABLE))
            texts: list[tuple[str, str | File]] = [
                (name, part) for name, part in content.pairs if not isinstance(part, File)
            ]
            value = forms.to_object(self.contract.data, media.get("schema"), texts, media.get("encoding"))
        elif content.tree is not None:
            value = sent_value(self.contract.data, operation, content)
        inside = take(value, role.sent) if role.sent else value
        return value if inside is None else inside

    def _precondition(self, call: Call, operation: Operation, ask: Ask, things: Things) -> None:
        """Hold `If-Match` against the thing, where the document knows 412.

        Errors: `ConflictError`, told as 412.
        """
        wanted = call.request.fields.get("if-match")
        if not wanted or wanted == "*" or ask.role.verb not in WRITES or PRECONDITION not in self._statuses(operation):
            return
        thing = things.find(ask.resource.name, ask.scope, ask.identity)
        if thing is not None and answers.etag(thing.value) not in wanted.split(", "):
            raise StaleError(f"{ask.resource.name} {ask.identity} has changed since")

    def _where(self, call: Call, resource: Resource, thing: Thing) -> str:
        """The URL of the thing, by the path that one thing of its resource has."""
        template = resource.item_path
        if not template:
            return base_url(call) + quote(call.request.path)
        names = PARAMETER.findall(template)
        known = dict.fromkeys(names, thing.id) | dict(call.request.path_params)
        if names and not resource.singular:
            known[names[-1]] = thing.id
        path = PARAMETER.sub(lambda match: quote(known[match.group(1)], safe=""), template)
        return base_url(call) + path

    def _samples_of(self, name: str) -> Mapping[str, Mapping[str, Any]]:
        """The things that the document shows as examples, by id."""
        resource = self.recognised.resources[name]
        found: dict[str, Mapping[str, Any]] = {}
        for verb in ("list", "read"):
            for oid, role in self.recognised.roles.items():
                if role.resource == name and role.verb == verb and resource.id_property:
                    for thing in answers.samples(self.contract, role, self.contract.by_id[oid], resource):
                        found.setdefault(as_text(thing[resource.id_property]), thing)
        return found


class StaleError(ConflictError):
    """The thing has changed since the client saw it."""


_REFUSALS: Mapping[type[Exception], tuple[tuple[int, ...], problem.Kind]] = {
    UnknownError: ((NOT_FOUND,), problem.UNKNOWN),
    ConflictError: ((CONFLICT,), problem.CONFLICT),
    StaleError: ((PRECONDITION,), problem.CONFLICT),
    PatchError: ((CONFLICT, UNPROCESSABLE, BAD_REQUEST), problem.CONFLICT),
}


def _random(*parts: Any) -> Random:
    """The random source that belongs to what is named, and to nothing else."""
    return Random(hashlib.blake2b(repr(parts).encode("utf-8", "surrogateescape"), digest_size=16).digest())  # noqa: S311


def _marked(response: Response, name: bytes, value: str) -> Response:
    text = " ".join(value.split())[:LONGEST_REASON].encode("ascii", "replace")
    return Response(response.status_code, (*response.raw_headers, (name, text)), response.body)
