"""Who may drive the control plane: whoever runs the fake, not a web page elsewhere nor a machine next door.

A layer of the stack. Without a token only this machine may: the `Host` that a request names must be this machine or
the address served, which a name rebound by an attacker's DNS is not, and an `Origin` must be one of ours. With a token
only who knows it may. The health check is open. It must not know what the control plane does.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Receive, Scope, Send

from understudy.contract.exchange import Response
from understudy.hosts import is_loopback
from understudy.server import problem
from understudy.server.call import SCOPE_KEY, Call

GUARDED = "/_understudy/"
OPEN = frozenset({"/_understudy/health"})
BEARER = "bearer "

# What RFC 6750 lets stand behind `Bearer`.
_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]+=*")


@dataclass(frozen=True, slots=True)
class Admission:
    """Who is let in.

    Attributes:
        host: the host that is served, as it was named.
        token: the control token, or None.
    """

    host: str = "127.0.0.1"
    token: str | None = None


class AdmissionError(Exception):
    """The control plane would be open to the wrong people; the message names the fix."""


def admission(host: str, address: str, token: str | None) -> Admission:
    """Who is to be let in.

    Args:
        host: where to listen, as it was named.
        address: the address that this turned out to be.
        token: the control token, or None.

    Errors: `AdmissionError`.
    """
    if token is None and not is_loopback(address):
        raise AdmissionError(
            f"--host {host} lets other machines drive the control plane; give it a --control-token, or leave --host out"
        )
    if token is not None and _TOKEN.fullmatch(token) is None:
        raise AdmissionError("--control-token takes letters, digits and - . _ ~ + / =; choose another token")
    return Admission(host, token)


class Guard:
    """Refuses requests to the control plane that others than its owner may have made.

    Args:
        app: the rest of the stack.
        admission: who is let in.
    """

    def __init__(self, app: ASGIApp, *, admission: Admission) -> None:
        self.app = app
        self.admission = admission

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        path = scope["path"]
        if scope["type"] == "http" and path.startswith(GUARDED) and path not in OPEN:
            call: Call = scope[SCOPE_KEY]
            call.response = self._refusal(call)
            if call.response is not None:
                call.refused = True
                return
        await self.app(scope, receive, send)

    def _refusal(self, call: Call) -> Response | None:
        fields = call.request.fields
        host, origin = _host(f"//{fields.get('host', '')}"), fields.get("origin")
        if origin is not None and not self._ours(_host(origin)) and _host(origin) != host:
            detail = (
                f"A page from {origin} may not drive this server; drive it from a page of its own, or from no page."
            )
            return problem.problem(problem.FORBIDDEN, 403, detail)
        if self.admission.token is not None:
            return self._unauthorised(fields.get("authorization", ""), self.admission.token)
        if not self._ours(host):
            detail = (
                f"The control plane does not answer to the host {fields.get('host')!r}; "
                f"call it {self.admission.host} or localhost, or start the server with --control-token."
            )
            return problem.problem(problem.FORBIDDEN, 403, detail)
        return None

    def _ours(self, host: str | None) -> bool:
        return host is not None and (is_loopback(host) or host == self.admission.host.lower())

    def _unauthorised(self, said: str, token: str) -> Response | None:
        known = said[: len(BEARER)].lower() == BEARER
        if known and secrets.compare_digest(said[len(BEARER) :].strip().encode("latin-1"), token.encode()):
            return None
        detail = "The control token is wrong." if known else "The control plane needs its token."
        detail += " Send it as `Authorization: Bearer TOKEN`; it is what --control-token was given."
        return problem.problem(problem.UNAUTHORISED, 401, detail, headers={"WWW-Authenticate": "Bearer"})


def _host(url: str) -> str | None:
    """The host of a URL, in lower case; None where there is none."""
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
