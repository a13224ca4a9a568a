"""The security schemes of a document: whether a request brings the credentials it asks for, and what they are.

Presence and form are judged, for every kind of scheme, which openapi-core does for some; whose credentials they are is
not the contract's question. Called by `checks`, by `plan`, and by whoever accepts only certain tokens.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from understudy.contract import pointer
from understudy.contract.exchange import Request
from understudy.contract.operation import Operation

Read = Callable[[Request], str | None]
"""Reads the credentials of one scheme from a request: None where they are missing or have no such form."""

TOKEN68 = re.compile(r"[A-Za-z0-9\-._~+/]+=*")


def requirements(document: Mapping[str, Any], operation: Operation) -> list[dict[str, Mapping[str, Any]]]:
    """What satisfies an operation: any of the alternatives, each with all of its schemes by name."""
    asked = operation.node.get("security", document.get("security") or [])
    known = document.get("components", {}).get("securitySchemes") or {}
    found = []
    for requirement in asked:
        schemes = {}
        for name in requirement:
            try:
                _, schemes[name] = pointer.follow(known, (name,)) if name in known else ((), {})
            except KeyError:
                schemes[name] = pointer.follow(document, ("components", "securitySchemes", name))[1]
        found.append(schemes)
    return found


def reader(scheme: Mapping[str, Any]) -> Read:
    """What reads a scheme's credentials. A scheme that no request shows, such as a client's certificate, is met."""
    kind, name = scheme.get("type"), str(scheme.get("name", ""))
    if kind == "apiKey":
        return _KEYS.get(str(scheme.get("in")), _nothing)(name)
    if kind == "http":
        return _authorization(str(scheme.get("scheme", "")).lower())
    if kind in ("oauth2", "openIdConnect"):
        return _authorization("bearer")
    return lambda _: ""


def satisfied(document: Mapping[str, Any], operation: Operation, request: Request) -> bool:
    """Whether a request brings what one of the alternatives asks for."""
    asked = requirements(document, operation)
    return not asked or any(all(reader(s)(request) is not None for s in schemes.values()) for schemes in asked)


def accepted(document: Mapping[str, Any], operation: Operation, request: Request, tokens: frozenset[str]) -> bool:
    """Whether all the credentials of an alternative are among some tokens; basic ones as ``user:password``."""
    asked = requirements(document, operation)
    read = ([reader(scheme)(request) for scheme in schemes.values()] for schemes in asked)
    return not asked or any(all(text == "" or text in tokens for text in texts) for texts in read)


def challenges(document: Mapping[str, Any], operation: Operation) -> str:
    """The value of ``WWW-Authenticate`` for an operation: one challenge for each scheme that would do."""
    found = (_challenge(scheme) for schemes in requirements(document, operation) for scheme in schemes.values())
    return ", ".join(dict.fromkeys(found))


def wanted(document: Mapping[str, Any], operation: Operation) -> str:
    """The names of the schemes, as a sentence has them."""
    return " or ".join(" with ".join(schemes) for schemes in requirements(document, operation) if schemes)


def _challenge(scheme: Mapping[str, Any]) -> str:
    if scheme.get("type") == "http":
        return f'{str(scheme.get("scheme", "")).capitalize()} realm="api"'
    return 'ApiKey realm="api"' if scheme.get("type") == "apiKey" else 'Bearer realm="api"'


def _nothing(_: str) -> Read:
    return lambda _: None


def _header(name: str) -> Read:
    field_name = name.lower()
    return lambda request: request.fields.get(field_name) or None


def _query(name: str) -> Read:
    return lambda request: _first(request.query_pairs, name)


def _cookie(name: str) -> Read:
    return lambda request: _first(request.cookies, name)


_KEYS: Mapping[str, Callable[[str], Read]] = {"header": _header, "query": _query, "cookie": _cookie}


def _first(pairs: list[tuple[str, str]], name: str) -> str | None:
    return next((value for key, value in pairs if key == name), "") or None


def _authorization(scheme: str) -> Read:
    check = _FORMS.get(scheme, _any)

    def read(request: Request) -> str | None:
        said, _, credentials = request.fields.get("authorization", "").partition(" ")
        return check(credentials.strip()) if said.lower() == scheme else None

    return read


def _any(text: str) -> str | None:
    return text or None


def _bearer(text: str) -> str | None:
    return text if TOKEN68.fullmatch(text) else None


def _basic(text: str) -> str | None:
    try:
        decoded = base64.b64decode(text, validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return None
    return decoded if ":" in decoded else None


_FORMS: Mapping[str, Callable[[str], str | None]] = {"bearer": _bearer, "basic": _basic}


def alternatives(document: Mapping[str, Any], operation: Operation) -> Iterator[list[Callable[[Request], bool]]]:
    """What satisfies each alternative, ready for many requests."""
    for schemes in requirements(document, operation):
        yield [_present(reader(scheme)) for scheme in schemes.values()]


def _present(read: Read) -> Callable[[Request], bool]:
    return lambda request: read(request) is not None
