"""One request on its way through the server: what each layer learns, the next one finds here.

`Outbound` makes a `Call` and puts it into the ASGI scope; routing and `Inbound` fill it in; an answerer
gives it a response. A `Part` is one contract served at one base path, with whoever answers for it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Any, Protocol

from understudy.contract.contract import Contract
from understudy.contract.exchange import Exchange, Request, Response
from understudy.contract.violations import Violation
from understudy.sandbox.registry import Sandboxes
from understudy.server.wire import Wire
from understudy.services.service import Service, Transport

SCOPE_KEY = "understudy.call"


class Answerer(Protocol):
    """Whoever answers a judged request: a service's handlers, a deployment, or the document itself."""

    async def answer(self, call: Call) -> Response:
        """The answer to a routed request."""

    def unrouted(self, call: Call) -> Response | None:
        """The answer to a path or method the document does not know; None leaves it to the gate."""

    def now(self, call: Call) -> float:
        """The time by the clock that the answer is made by, seconds since the Unix epoch."""

    def marks(self, call: Call, seconds: float) -> list[tuple[bytes, bytes]]:
        """Headers that tell one answer from another: a request id, the seconds spent."""


class Door(Protocol):
    """Whoever refuses credentials in the product's stead."""

    def refuse(self, call: Call, broken: Sequence[Violation], *, enforce: bool) -> Response | None:
        """The refusal; None for a request that may pass, or that the gate is to refuse."""


class NotRefusedError(Exception):
    """The product accepted what it was to refuse; what it did in accepting is taken back."""


@dataclass
class Part:
    """One contract, served.

    Attributes:
        name: the service's or document's name.
        contract: what is promised.
        answerer: who answers.
        base_path: where it is served, without a slash at the end.
        service: the played service, if one is.
        transport: what the product's web stack adds to each answer.
        sandboxes: the service's states, if a service plays.
        events: the contract of the events it sends, if it sends any.
        control: the part that offers the service's other side on the control plane, if it has one.
        door: who refuses credentials in the document's own words, if anybody does.
        prefix: what the paths that are its own begin with, also those it does not document; what is below the base
            path, if not given.
        max_body: how many bytes a request may have.
        enforced: whether its contract is enforced whatever the policy, as that of our own operations is.
        also_below: templates of it that stand below other parts' base paths, too, with these base paths.
        is_open: whether pages of any origin may use it, where its product has no rules about them.
        fixed_headers: the headers that stand on every answer, as they go over the wire.
    """

    name: str
    contract: Contract
    answerer: Answerer
    base_path: str = ""
    service: Service | None = None
    transport: Transport = field(default_factory=Transport)
    sandboxes: Sandboxes | None = None
    events: Contract | None = None
    control: Part | None = None
    door: Door | None = None
    prefix: str = ""
    max_body: int = 10_000_000
    enforced: bool = False
    is_open: bool = False
    also_below: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed_headers: tuple[tuple[bytes, bytes], ...] = field(init=False)

    def __post_init__(self) -> None:
        self.prefix = self.prefix or f"{self.base_path}/"
        given = self.transport.headers.items()
        self.fixed_headers = tuple((name.lower().encode(), value.encode("latin-1")) for name, value in given)


class Call:
    """One request on its way.

    Attributes:
        scope: the ASGI scope.
        body: the raw request body.
        part: the part that answers: at first the one at this path's base path, then what routing says.
        request: the request as the contract judges it; set by routing.
        sandbox: the name of the sandbox that the request is for; empty for everybody's.
        operation_id: the operation; empty where none was found.
        violations: every broken promise found so far.
        response: the answer, once there is one.
        deferred: broken promises that the product is to refuse; if it does not, the gate will.
        preflight: whether this is a CORS preflight, which belongs to no operation.
        refused: whether the answer is our gate's own.
        product_refused: whether the played product itself said no.
        fault: in words, the fault that was asked for and came to pass; what it did to the answer is nobody's bug.
        faults: the names of the faults that came to pass.
        altered: whether a fault made or changed the answer, which is then not enforced.
        unanswered: whether a fault has it that nobody answers.
        wire: how the answer is to be sent; None for at once and whole.
        stream: what follows the answer, chunk by chunk, until either side ends it; the answer is its beginning then.
        bulky: whether the bodies are too large for a journal.
    """

    __slots__ = (
        "altered", "body", "bulky", "deferred", "fault", "faults", "operation_id", "part", "preflight",
        "product_refused", "refused", "request", "response", "sandbox", "scope", "stream", "unanswered", "violations",
        "wire",
    )  # fmt: skip

    def __init__(self, scope: MutableMapping[str, Any], body: bytes, part: Part, sandbox: str = "") -> None:
        self.scope = scope
        self.sandbox = sandbox
        self.body = body
        self.part = part
        self.operation_id = ""
        self.violations: list[Violation] = []
        self.response: Response | None = None
        self.deferred: list[Violation] = []
        self.preflight = False
        self.refused = False
        self.product_refused = False
        self.fault = ""
        self.faults: list[str] = []
        self.altered = False
        self.unanswered = False
        self.wire: Wire | None = None
        self.stream: AsyncGenerator[bytes, None] | None = None
        self.bulky = False
        self.request = Request(
            scope["method"],
            scope["path"].removeprefix(part.base_path),
            query=scope.get("query_string", b""),
            headers=scope["headers"],
            body=body,
        )

    def route(self, part: Part, template: str, params: Mapping[str, str], operation_id: str) -> None:
        """Say where the request belongs."""
        self.part = part
        self.operation_id = operation_id
        self.request.path = self.scope["path"].removeprefix(part.base_path)
        self.request.path_pattern = template
        self.request.path_params = params

    def mark(self, fault: str) -> None:
        """Note what was asked for and came to pass, beside what is noted already."""
        self.fault = f"{self.fault}; {fault}" if self.fault else fault

    def exchange(self, started: float, seconds: float) -> Exchange:
        """What the journal keeps of this call."""
        request, response = self.request, self.response
        if self.bulky:
            request = Request(
                request.verb,
                request.path,
                query=request.query,
                headers=request.raw_headers,
                template=request.path_pattern,
            )
            response = response and Response(response.status_code, response.raw_headers)
        return Exchange(
            request=request,
            response=response,
            service=self.part.name,
            sandbox=self.sandbox,
            operation_id=self.operation_id,
            violations=self.violations,
            refused=self.refused,
            started=started,
            seconds=seconds,
            fault=self.fault,
        )


class Directory:
    """Says which part speaks for a path, also for one that nobody documented.

    The longest base path wins; of parts that share one, the one whose paths begin alike; failing that, the first.

    Args:
        parts: the parts served.
    """

    def __init__(self, parts: Sequence[Part]) -> None:
        self._first = parts[0]
        groups: dict[str, tuple[Part, dict[str, list[Part]]]] = {}
        for part in parts:
            heads = groups.setdefault(part.prefix, (part, {}))[1]
            for head in dict.fromkeys(template.split("/")[1] for template in part.contract.templates()):
                heads.setdefault(head, []).append(part)
        self._groups = sorted(groups.items(), key=lambda group: -len(group[0]))

    def part_at(self, path: str) -> Part:
        """The part that speaks for a path."""
        for prefix, (first, heads) in self._groups:
            if path.startswith(prefix):
                found = heads.get(path[len(prefix) :].partition("/")[0], (first,))
                return found[0] if len(found) == 1 else max(found, key=lambda part: _likeness(part, path))
        return self._first


def _likeness(part: Part, path: str) -> int:
    """How many segments a path has in common with the part's most similar path."""
    segments = path.removeprefix(part.base_path).split("/")
    return max(
        sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1] or "{" in pair[0], zip(known, segments, strict=False)))
        for known in (template.split("/") for template in part.contract.templates())
    )


def base_url(call: Call) -> str:
    """Where the part begins: scheme and authority as the client used them, the way back into its sandbox, base path."""
    scope = call.scope
    server = scope.get("server") or ("127.0.0.1", None)
    fallback = server[0] if server[1] is None else f"{server[0]}:{server[1]}"
    authority = call.request.fields.get("host") or fallback
    way_back = f"/~{call.sandbox}" if call.sandbox else ""
    return f"{scope.get('scheme', 'http')}://{authority}{way_back}{call.part.base_path}"
