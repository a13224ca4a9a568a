"""Gives a request its label: the contract judges the bytes as they go over the wire, and its word is the label.

Called by `assemble`, with everything that is proposed. What breaks several promises at once gets no label, nor does
what no client could send or what would end at another operation. It must not choose any value.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from understudy.contract.body import is_json
from understudy.contract.contract import Contract
from understudy.contract.coverage import Coverage
from understudy.contract.exchange import Exchange, Request
from understudy.contract.operation import Operation
from understudy.contract.templates import PARAMETER, Templates
from understudy.contract.violations import KEYWORDS, Violation
from understudy.probe.building import JSON, NO_BODY, BuildError
from understudy.probe.cases.ask import Ask
from understudy.probe.cases.case import Aim, Broken, Case, identity

# What HTTP lets stand in a header, and what every library lets stand in a cookie.
_FIELD = re.compile(rb"(?:[!-~](?:[ -~]*[!-~])?)?")
_COOKIES = re.compile(rb"[!#-+\--:<-~]+(?:; [!#-+\--:<-~]+)*")

# What a violation is about that is no keyword of a schema.
_ABOUT: Mapping[str, str] = {
    "parameter-missing": "required",
    "parameter-malformed": "type",
    "body-missing": "required",
    "body-undocumented": "body",
    "body-malformed": "body",
    "body-encoding": "encoding",
    "body-number": "number",
    "body-duplicate-key": "keys",
    "body-too-deep": "nesting",
    "charset-unknown": "charset",
    "media-type-unknown": "media-type",
    "media-type-malformed": "media-type",
    "method-unknown": "method",
    "security-missing": "security",
}


@dataclass(frozen=True, slots=True)
class Labelled:
    """A case, and what it does to the contract.

    Attributes:
        case: the case.
        bytes: stands for the request as it goes over the wire; equal where two are the same.
        reached: bits of the promises that it exercises, by its operation's numbering.
        broken: bits of those that it breaks.
    """

    case: Case
    bytes: bytes
    reached: int
    broken: int


class Labeller:
    """Labels the requests of one contract.

    Args:
        contract: the contract.

    Attributes:
        judged: how many requests were judged.
    """

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.coverage = Coverage(contract)
        self.judged = 0
        self._templates = Templates((template, PARAMETER.sub("{}", template)) for template in contract.templates())

    def violations(self, operation: Operation, ask: Ask) -> tuple[Violation, ...] | None:
        """What an ask breaks that a gate would refuse; None where no such request can be sent."""
        request = self.request(operation, ask)
        return None if request is None else self._refusing(request)

    def request(self, operation: Operation, ask: Ask) -> Request | None:
        """The request as it goes over the wire; None where it cannot be sent, or would end elsewhere."""
        try:
            request = ask.request(self.contract, operation)
        except (BuildError, TypeError, ValueError, RecursionError):
            return None
        fields = all(
            (_COOKIES if name.lower() == b"cookie" else _FIELD).fullmatch(value) for name, value in request.raw_headers
        )
        return request if fields and self._arrives(operation, request) else None

    def label(self, operation: Operation, ask: Ask, aim: Aim, *, breaks: bool | None = None) -> Labelled | None:
        """The case that an ask makes; None where it deserves no label, or not the one that is meant.

        Args:
            operation: the operation.
            ask: what is asked.
            aim: what it is to show; of what breaks something else than it aims at, the aim is put right.
            breaks: whether it is meant to break something; None where either will do.
        """
        ask = _spelled(ask)
        request = self.request(operation, ask)
        if request is None:
            return None
        found = self._refusing(request)
        promises = {(violation.code, violation.schema) for violation in found}
        if len(promises) > 1 or (breaks is not None and breaks != bool(found)):
            return None
        if any(violation.code == "contract-unable" for violation in found):
            return None
        broken = None
        if found:
            first = found[0]
            broken = Broken(first.code, first.where, first.schema)
            aim = Aim(first.schema, about(first), aim.what)
        case = Case(
            identity(operation.operation_id, ask),
            operation.operation_id,
            "invalid" if found else "valid",
            aim,
            ask,
            broken,
        )
        reached, bits = self.coverage.asked(Exchange(request, violations=list(found)))
        return Labelled(case, _digest(request), reached, bits)

    def _refusing(self, request: Request) -> tuple[Violation, ...]:
        self.judged += 1
        return tuple(violation for violation in self.contract.check_request(request) if violation.status)

    def _arrives(self, operation: Operation, request: Request) -> bool:
        """Whether a router finds the operation by the path, and no client rewrites it on the way."""
        found = self._templates.find(request.path)
        dots = any(segment in (".", "..") for segment in request.path.split("/"))
        return found is not None and found[0] == PARAMETER.sub("{}", operation.template) and not dots


def about(violation: Violation) -> str:
    """The keyword that a violation is about, or what stands for one."""
    keyword = violation.code.removeprefix("schema-")
    if violation.code == "path-malformed":
        keyword = violation.schema.rpartition("/")[2]
        return keyword if keyword in KEYWORDS else "type"
    return _ABOUT.get(keyword, keyword)


def _spelled(ask: Ask) -> Ask:
    """The ask with JSON spelled out that our writer cannot write: numbers beyond 64 bits, lone surrogates."""
    if ask.body is NO_BODY or isinstance(ask.body, bytes) or not is_json((ask.media_type or JSON).partition(";")[0]):
        return ask
    try:
        orjson.dumps(ask.body)
    except TypeError:
        return ask.with_body(json.dumps(ask.body).encode(), ask.media_type)
    return ask


def _digest(request: Request) -> bytes:
    parts = [request.verb.encode(), request.target.encode("latin-1", "replace"), request.body]
    parts += [part for pair in request.raw_headers for part in pair]
    return hashlib.sha256(b"\0".join(b"%d:%s" % (len(part), part) for part in parts)).digest()
