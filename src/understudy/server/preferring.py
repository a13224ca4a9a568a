"""What a client may prefer of any operation (RFC 7240): an answer out of the document, and a delay before it.

A played service has its answers from handlers; with ``Prefer: code=…, example=…`` or ``dynamic=true`` the document
answers in its stead, and nothing is played. Stands innermost in the stack. It must not know any service.
"""

from __future__ import annotations

import re

from starlette.types import ASGIApp, Receive, Scope, Send

from understudy.contract.exchange import Response
from understudy.server import negotiation, problem
from understudy.server.call import SCOPE_KEY, Call, NotRefusedError, Part
from understudy.server.negotiation import NotOfferedError, Wish
from understudy.server.resources.answerer import ResourceAnswerer
from understudy.server.synthesis import SynthesisAnswerer
from understudy.server.wire import Waits

APPLIED = b"preference-applied"
CLIENT_ERROR = 400

_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")


class Synthesisers:
    """An answerer out of the document for every part, made when first asked for.

    Args:
        seed: seeds all randomness.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._made: dict[int, tuple[Part, SynthesisAnswerer]] = {}

    def of(self, part: Part) -> SynthesisAnswerer:
        """The one for a part; its own, if the document answers there anyway."""
        if isinstance(part.answerer, SynthesisAnswerer):
            return part.answerer
        found = self._made.get(id(part))
        if found is None:
            found = self._made[id(part)] = part, SynthesisAnswerer(part.contract, self._seed)
        return found[1]


class Preferring:
    """Gives a client the answer that it prefers.

    Args:
        app: whoever answers.
        synthesisers: make answers from the document alone.
        waits: keep the pauses.
    """

    def __init__(self, app: ASGIApp, *, synthesisers: Synthesisers, waits: Waits) -> None:
        self.app = app
        self.synthesisers = synthesisers
        self.waits = waits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as preferred, or pass on."""
        if scope["type"] != "http" or "prefer" not in scope[SCOPE_KEY].request.fields:
            await self.app(scope, receive, send)
            return
        call: Call = scope[SCOPE_KEY]
        try:
            wanted = negotiation.wish(call.request.headers.getlist("prefer"))
            if wanted.delay:
                call.mark(f"prefer: delay={wanted.delay}")
                await self.waits.wait(wanted.delay / 1_000, receive)
            if _plays(call.part) and wanted.chooses:
                call.mark(f"prefer: {_applied(wanted, delay=False)}")
                await self._from_document(call, wanted)
            else:
                await self.app(scope, receive, send)
        except NotOfferedError as error:
            call.refused = True
            call.response = problem.problem(problem.NOT_OFFERED, error.status, str(error))
        if call.response is not None and not call.refused:
            _say(call, _applied(wanted, delay=True, choice=self._heeds(call)))

    def _heeds(self, call: Call) -> bool:
        """Whether anybody here chooses among the document's answers."""
        return _plays(call.part) or isinstance(call.part.answerer, SynthesisAnswerer)

    async def _from_document(self, call: Call, wanted: Wish) -> None:
        """Let the document answer; what the product was to refuse stays refused."""
        call.response = self.synthesisers.of(call.part).choose(call, wanted)
        call.product_refused = call.response.status_code >= CLIENT_ERROR
        if call.deferred and not call.product_refused:
            call.response = None
            raise NotRefusedError


def _plays(part: Part) -> bool:
    """Whether a state answers, which a preference leaves alone."""
    return part.service is not None or isinstance(part.answerer, ResourceAnswerer)


def _applied(wanted: Wish, *, delay: bool, choice: bool = True) -> str:
    """What of a wish came true, as the header says it."""
    said = []
    if choice and wanted.code is not None:
        said.append(f"code={wanted.code}")
    if choice and wanted.example is not None:
        name = wanted.example
        quoted = name if _TOKEN.fullmatch(name) else '"' + re.sub(r'(["\\])', r"\\\1", name) + '"'
        said.append(f"example={quoted}")
    if choice and wanted.dynamic:
        said.append("dynamic=true")
    if delay and wanted.delay:
        said.append(f"delay={wanted.delay}")
    return ", ".join(said)


def _say(call: Call, applied: str) -> None:
    response = call.response
    if response is not None and applied:
        headers = (*response.raw_headers, (APPLIED, applied.encode("latin-1")))
        call.response = Response(response.status_code, headers, response.body, response.source)
