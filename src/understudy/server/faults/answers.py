"""Answers whose bodies faults may look into, and the same answers with other bodies."""

from __future__ import annotations

from understudy.contract import body as bodies
from understudy.contract.exchange import Response
from understudy.server.call import Call


def is_json(call: Call, response: Response) -> bool:
    """Whether a body goes to the client, and it is JSON."""
    if not response.body or call.request.method == "head":
        return False
    content = response.content
    return content.media_type is not None and bodies.is_json(content.media_type.essence) and not content.problems


def with_body(response: Response, body: bytes) -> Response:
    """The same answer with another body."""
    kept = [pair for pair in response.raw_headers if pair[0].lower() != b"content-length"]
    return Response(response.status_code, [*kept, (b"content-length", str(len(body)).encode())], body)
