"""An answer whose body goes on: its beginning is judged like any other answer, then chunks follow until a side ends it.

Called by `Outbound` for a call with a stream. It must not know what the chunks say.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from understudy.contract.exchange import Response


async def stream(
    response: Response, chunks: AsyncGenerator[bytes, None], scope: Scope, receive: Receive, send: Send
) -> None:
    """Send an answer, then the chunks as they come; a client that hangs up ends them.

    Args:
        response: the answer's beginning.
        chunks: what follows.
        scope: the request's scope.
        receive: hears of a client that hangs up; the request's body has been read.
        send: the way out.
    """

    async def whole() -> AsyncGenerator[bytes, None]:
        yield response.data
        async for chunk in chunks:
            yield chunk

    async with aclosing(chunks), aclosing(whole()) as body:
        answer = StreamingResponse(body, response.status_code)
        answer.raw_headers = [pair for pair in response.raw_headers if pair[0] != b"content-length"]
        await answer(scope, receive, send)
