"""What Schemathesis' own checks are worth here: which are laws, which are remarks, which the contract judges better.

Called with each failure of a check. The contract has the last word: what it has said already is not said twice, and
what Schemathesis takes for forbidden or allowed counts only if the contract says so of the bytes that were sent.
Must not know Schemathesis itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from understudy.contract.contract import Contract
from understudy.contract.exchange import Exchange
from understudy.contract.violations import Side, Violation
from understudy.probe.judge import LAW, NOTE

LEFT_TO_CONTRACT = (
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
)
"""The checks that are turned off: the contract judges the same promises, by both profiles."""
PLACE = "properties"
"""Where the laws stand, as findings name it."""
SERVER_ERRORS = range(500, 600)
REFUSALS = range(400, 500)


@dataclass(frozen=True, slots=True)
class Failure:
    """What a check found.

    Attributes:
        check: the check's name.
        message: what it says of it.
        exchange: the exchange it is about, judged.
        label: method and path template of what was asked.
    """

    check: str
    message: str
    exchange: Exchange
    label: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """A broken law, or a remark.

    Attributes:
        profile: ``law`` or ``note``.
        violation: what to say of it.
    """

    profile: str
    violation: Violation


def meaning(failure: Failure, contract: Contract) -> Meaning | None:
    """What a failure means; None if the contract has said it, or does not agree."""
    return CHECKS[failure.check](failure, contract) if failure.exchange.response is not None else None


def check_of(violation: Violation) -> str:
    """The check whose law a violation breaks; empty if it is none of these."""
    place, _, promise = violation.schema.partition("#")
    return promise.partition(" ")[0] if place == PLACE else ""


def server_errors(exchange: Exchange, contract: Contract) -> tuple[Violation, ...]:
    """The law that an answer breaks by being a server error, if it breaks it; worded as a check's failure is not."""
    if exchange.response is None or exchange.response.status_code not in SERVER_ERRORS:
        return ()
    said = meaning(Failure("not_a_server_error", "", exchange, ""), contract)
    return () if said is None else (said.violation,)


def _law(failure: Failure, _contract: Contract) -> Meaning:
    return Meaning(LAW, _violation(failure, "law-broken", "response"))


def _remark(failure: Failure, _contract: Contract) -> Meaning:
    return Meaning(NOTE, _violation(failure, "law-broken", "response"))


def _server_error(failure: Failure, contract: Contract) -> Meaning | None:
    """A server error breaks a law where the document only has it under ``default``.

    One that is documented by its number is a promise kept, and one that is not documented at all is a broken promise
    that the contract names.
    """
    operation, response = contract.operation(failure.exchange.request), failure.exchange.response
    if operation is not None and response is not None and operation.response_key(response.status_code) != "default":
        return None
    return _law(failure, contract)


def _accepted(failure: Failure, _contract: Contract) -> Meaning | None:
    """A server may take more than the document allows: no promise of its answers is broken."""
    broken = [v for v in failure.exchange.violations if v.side == "request" and v.status in REFUSALS]
    if not broken:
        return None
    first = min(broken)
    message = f"{_status(failure)} is the answer, although the document forbids the request: {first.message}"
    return Meaning(
        NOTE, Violation(first.where, "forbidden-accepted", "request", first.operation_id, first.schema, message)
    )


def _refused(failure: Failure, _contract: Contract) -> Meaning | None:
    """A document rarely says all that makes a request good; where it allows too much, people should know."""
    if any(v.side == "request" for v in failure.exchange.violations):
        return None
    message = f"{_status(failure)} is the answer, although the document allows the request"
    return Meaning(NOTE, replace(_violation(failure, "allowed-refused", "request"), message=message))


def _status(failure: Failure) -> int:
    return failure.exchange.response.status_code if failure.exchange.response is not None else 0


def _violation(failure: Failure, code: str, side: Side) -> Violation:
    operation, promise = failure.exchange.operation_id, f"{PLACE}#{failure.check}"
    if not operation:
        promise += f" {failure.label}"
    return Violation("/status", code, side, operation, promise, failure.message)


CHECKS: Mapping[str, Callable[[Failure, Contract], Meaning | None]] = {
    "not_a_server_error": _server_error,
    "use_after_free": _law,
    "ensure_resource_availability": _law,
    "ignored_auth": _law,
    "object_level_authorization": _law,
    "negative_data_rejection": _accepted,
    "missing_required_header": _accepted,
    "positive_data_acceptance": _refused,
    "unsupported_method": _remark,
    "allow_header_conformance": _remark,
}
"""The checks that are on, and what becomes of their failures."""
FOLLOWS: Mapping[str, tuple[str, ...]] = {
    "not_a_server_error": ("2XX", "3XX", "4XX"),
    "use_after_free": ("4XX",),
    "ensure_resource_availability": ("2XX", "3XX"),
    "ignored_auth": ("4XX",),
    "object_level_authorization": ("4XX",),
}
"""The statuses that must follow by each check that is a law, for whoever asks the same again."""
REMARKS = frozenset({name for name, made in CHECKS.items() if made in (_accepted, _refused, _remark)})
"""The checks whose failures break no law."""
