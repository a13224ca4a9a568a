"""Our own voice: RFC 9457 problem details, never to be mistaken for the played product's.

Every refusal of the gate and every failure of ours is made here, with a stable `type` and the header
``Understudy-Refused``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from understudy.contract.exchange import Response
from understudy.contract.violations import Violation

MEDIA_TYPE = "application/problem+json"
REFUSED = b"understudy-refused"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: its stable type and its title."""

    type: str
    title: str


REQUEST = Kind("urn:understudy:request-breaks-contract", "The request breaks the contract")
RESPONSE = Kind("urn:understudy:response-breaks-contract", "The answer would break the contract")
UNDOCUMENTED = Kind("urn:understudy:refusal-undocumented", "The product refuses, and the document does not say so")
NOT_OFFERED = Kind("urn:understudy:answer-not-offered", "The document has no such answer")
UNKNOWN = Kind("urn:understudy:no-such-thing", "There is no such thing")
CONFLICT = Kind("urn:understudy:state-conflict", "The state does not allow this request")
CREDENTIALS = Kind("urn:understudy:credentials-refused", "The credentials are not accepted")
UNSYNTHESISABLE = Kind("urn:understudy:unsynthesisable", "No answer can be made that keeps the contract")
CONTROL = Kind("urn:understudy:not-possible-here", "The state does not allow this")
UPSTREAM = Kind("urn:understudy:deployment-failed", "The deployment behind the proxy gives no answer")
FORBIDDEN = Kind("urn:understudy:control-forbidden", "The control plane is not for whoever asks")
UNAUTHORISED = Kind("urn:understudy:control-token-missing", "The control plane needs its token")
FAULT = Kind("urn:understudy:fault", "A failure that was asked for")
CRASH = Kind("urn:understudy:handler-failed", "The handler failed")


def problem(
    kind: Kind,
    status: int,
    detail: str,
    violations: Sequence[Violation] = (),
    *,
    headers: Mapping[str, str] | None = None,
    **extra: Any,
) -> Response:
    """A problem as a response.

    Args:
        kind: what kind of problem.
        status: HTTP status code.
        detail: what happened, for the person who reads it.
        violations: the broken promises, all of them.
        headers: further headers.
        extra: further members of the problem object.
    """
    body = orjson.dumps(
        {
            "type": kind.type,
            "title": kind.title,
            "status": status,
            "detail": detail,
            **extra,
            "violations": [violation.as_json() for violation in violations],
        }
    )
    raw = [
        (b"content-type", MEDIA_TYPE.encode()),
        (b"content-length", str(len(body)).encode()),
        (REFUSED, b"contract"),
    ]
    raw += [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()]
    return Response(status, raw, body)
