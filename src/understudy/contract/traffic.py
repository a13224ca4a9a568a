"""Traffic between others, as a contract judges it: what was seen on the wire becomes an exchange with its violations.

Called by the proxy and by whoever reads recorded traffic, so that both come to the same verdicts. What was not seen
whole is judged as far as it was, and its note says so. It must not know where the traffic was seen.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from understudy.contract.coding import Opened, opened
from understudy.contract.contract import Contract
from understudy.contract.exchange import Exchange, Request, Response
from understudy.contract.templates import PARAMETER, Templates

LIMIT = 10_000_000
"""How many bytes of a body are judged."""
PREFLIGHT = "a CORS preflight, which belongs to no operation"
HANDSHAKE = "a websocket, which belongs to no operation"
SWITCHING = 101
PACKED = frozenset({b"content-encoding", b"content-length"})
"""The headers that hold only for a body in its content coding."""

RawHeaders = Sequence[tuple[bytes, bytes]]
Seen = TypeVar("Seen", Request, Response)


@dataclass(slots=True)
class Sighting:
    """A message as it was seen: its headers in order, its body as it was sent, and why the body is not known."""

    headers: RawHeaders
    body: bytes = b""
    unseen: str = ""


class Traffic:
    """Judges traffic by one contract.

    Args:
        contract: the contract.
        bases: the paths below which the document's paths may stand, e.g. ``/api``, or below those the document's own
            server path; they may stand at the root too.
    """

    def __init__(self, contract: Contract, bases: Collection[str] = ()) -> None:
        self.contract = contract
        roots = {"", *(base.rstrip("/") for base in bases)}
        self.bases = sorted(
            {root + more for root in roots for more in ("", server_path(contract))}, key=len, reverse=True
        )
        self._templates = Templates((template, template) for template in contract.templates())

    def request(self, method: str, target: str, seen: Sighting) -> Request:
        """A request that was seen, routed.

        Args:
            method: as sent.
            target: path and query as they were sent.
            seen: the message.
        """
        raw, _, query = target.partition("?")
        path, template, params = self._route(unquote(raw))
        headers, found = _opened(seen)
        request = Request(
            method,
            path,
            query=query.encode("latin-1", "replace"),
            headers=headers,
            body=found.body,
            template=template,
            path_params=params,
            raw_path=raw,
        )
        return _told(request, found)

    def response(self, status: int, seen: Sighting) -> Response:
        """A response that was seen."""
        headers, found = _opened(seen)
        return _told(Response(status, headers, found.body), found)

    def judge(self, exchange: Exchange) -> None:
        """Judge both sides of an exchange: what is found is added to it, and what could not be judged is noted."""
        request, response = exchange.request, exchange.response
        operation = self.contract.operation(request)
        switched = response is not None and response.status_code == SWITCHING
        if operation is None and (switched or is_preflight(request)):
            exchange.note = _joined(exchange.note, HANDSHAKE if switched else PREFLIGHT)
            return
        exchange.operation_id = operation.operation_id if operation else ""
        exchange.violations += self.contract.check_request(request)
        if response is not None and not exchange.refused:
            exchange.violations += self.contract.check_response(request, response)
        for what, message in (("request", request), ("answer", response)):
            if message is not None and message.unseen:
                exchange.note = _joined(exchange.note, unjudged(what, message.unseen))

    def _route(self, path: str) -> tuple[str, str | None, dict[str, str]]:
        """The path as the document has it, its template, and the path parameters; a path of nobody's stays as it is."""
        for base in self.bases:
            below = path.removeprefix(base)
            found = self._templates.find(below) if path.startswith(f"{base}/") else None
            if found is not None:
                template, values = found
                return below, template, dict(zip(PARAMETER.findall(template), values, strict=True))
        return path, None, {}


def unjudged(what: str, why: str) -> str:
    """The sentence that says why the body of a request, or of an answer, was not judged."""
    return f"the {what}'s body was not judged: {why}"


def server_path(contract: Contract) -> str:
    """Where a document says its paths begin: the path of its first server, variables at their defaults."""
    servers = contract.data.get("servers") or [{}]
    variables = servers[0].get("variables", {})
    url = PARAMETER.sub(lambda found: str(variables.get(found[1], {}).get("default", "")), servers[0].get("url", ""))
    return urlsplit(url).path.rstrip("/")


def is_preflight(request: Request) -> bool:
    """Whether a browser asks for leave to ask."""
    fields = request.fields
    return request.method == "options" and "origin" in fields and "access-control-request-method" in fields


def _opened(seen: Sighting) -> tuple[RawHeaders, Opened]:
    """Headers and body as the contract speaks of them: without content coding, nor headers that only hold for it."""
    coding = next((value for name, value in seen.headers if name.lower() == b"content-encoding"), b"")
    if not coding or seen.unseen:
        return seen.headers, Opened(b"" if seen.unseen else seen.body, seen.unseen)
    found = opened(coding.decode("latin-1"), seen.body, LIMIT)
    return [pair for pair in seen.headers if pair[0].lower() not in PACKED], found


def _told(message: Seen, found: Opened) -> Seen:
    """The message, with what is to be said of its body."""
    message.unseen = found.unseen
    if found.spoilt:
        message.spoil(found.spoilt)
    return message


def _joined(note: str, more: str) -> str:
    return f"{note}; {more}" if note else more
