"""Real exchanges with the Chatwoot documents: the contracts of both releases, and messages to hold against them."""

from __future__ import annotations

from typing import Any

import orjson

from chatwoot_documents import EFFECTIVE, PUBLISHED
from real_answers import UUID
from understudy.contract.contract import Contract
from understudy.contract.document import load
from understudy.contract.exchange import Request, Response
from understudy.contract.violations import Violation

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=cut"
CONTRACTS = {release: Contract(load(PUBLISHED, overlays)) for release, overlays in EFFECTIVE.items()}
LATER = CONTRACTS["later"]
PATH = {
    "inbox_identifier": "demo-inbox",
    "contact_identifier": "demo-contact",
    "conversation_id": "1",
    "message_id": "7",
    "conversation_uuid": UUID,
    "signed_id": "c2lnbmVk",
    "key": "a2V5",
    "filename": "dot.png",
}


def ask(name: str, body: Any = None, media_type: str | None = JSON, query: bytes = b"", **path: str) -> Request:
    """A request to an operation; data becomes JSON, bytes and text go as they are."""
    operation = LATER.by_id[name]
    values = PATH | path
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else orjson.dumps(body)
    sent = b"" if body is None else raw
    headers = [(b"content-type", media_type.encode())] if media_type and body is not None else []
    return Request(
        operation.method,
        operation.template.format(**values),
        query=query,
        headers=headers,
        body=sent,
        template=operation.template,
        path_params={key: value for key, value in values.items() if f"{{{key}}}" in operation.template},
    )


def answer(status: int, body: Any = None, media_type: str = "application/json; charset=utf-8") -> Response:
    """An answer with the headers of a real one."""
    raw = b"" if body is None else body.encode() if isinstance(body, str) else orjson.dumps(body)
    headers = [
        (b"content-type", media_type.encode()),
        (b"etag", b'W/"93b885adfe0da089cdf634904fd59f71"'),
        (b"x-request-id", UUID.encode()),
    ]
    return Response(status, headers, raw)


def codes(violations: tuple[Violation, ...]) -> set[tuple[str, str]]:
    """Where and what, of each violation."""
    return {(violation.where, violation.code) for violation in violations}


WITH_A_BODY = sorted(name for name, operation in LATER.by_id.items() if "requestBody" in operation.node)
