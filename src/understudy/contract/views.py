"""Requests and responses as openapi-core's protocols want them, with the decoded body riding on the raw one.

Called by `engine`, so that openapi-core never reads a body that we have read already. It must not judge anything.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from openapi_core.datatypes import RequestParameters

from understudy.contract.body import Body, MediaType
from understudy.contract.exchange import Request, Response
from understudy.contract.styles import Query


class Decoded(bytes):
    """Raw bytes that carry what they decode to, through openapi-core's protocols."""

    body: Body

    def __bool__(self) -> bool:
        """Whether something is there: bytes, or what no bytes are in this media type."""
        return bool(len(self)) or self.body.is_blank

    @classmethod
    def of(cls, raw: bytes, body: Body) -> Decoded:
        """Raw bytes with what they decode to."""
        self = cls(raw)
        self.body = body
        return self


class RequestView:
    """A request as openapi-core's protocol wants it, with the decoded body riding on the raw one.

    Args:
        request: the request.
        declared: the (in, name) of all its parameters, so that what is spread over the query takes none of the others.
    """

    host_url = ""

    def __init__(self, request: Request, declared: Iterable[tuple[str, str]] = ()) -> None:
        self._request = request
        self._declared = declared
        self.path = request.path
        self.path_pattern = request.path_pattern
        self.method = request.method

    @cached_property
    def parameters(self) -> RequestParameters:
        """The parameters by place."""
        request = self._request
        return RequestParameters(
            query=self._named("query", request.query_pairs),
            header=request.headers,
            cookie=self._named("cookie", request.cookies),
            path=dict(request.path_params),
        )

    def _named(self, location: str, pairs: list[tuple[str, str]]) -> Query:
        return Query.of(pairs, frozenset(name for place, name in self._declared if place == location))

    def texts(self, name: str) -> list[str]:
        """What a query parameter was given, each time."""
        return [value for key, value in self._request.query_pairs if key == name]

    @cached_property
    def content_type(self) -> str:
        """The media type, in a form that openapi-core can read."""
        return media_type_text(self._request.content.media_type) or self._request.content_type

    @cached_property
    def body(self) -> bytes:
        """The raw body, carrying what it decodes to."""
        request = self._request
        return Decoded.of(request.body, request.content) if request.body else b""

    def take_for_sent(self) -> None:
        """Let a body without a byte be one that was sent."""
        self.body = Decoded.of(b"", self._request.content)


class ResponseView:
    """A response as openapi-core's protocol wants it."""

    def __init__(self, response: Response) -> None:
        self.status_code = response.status_code
        self.headers = response.headers
        self.content_type = media_type_text(response.content.media_type) or response.content_type
        self.data = Decoded.of(response.data, response.content) if response.data else b""


def media_type_text(media_type: MediaType | None) -> str:
    """A media type without the parameters that openapi-core's own parser stumbles over."""
    if media_type is None:
        return ""
    plain = [f"; {k}={v}" for k, v in media_type.parameters.items() if not set(v) & set(";=")]
    return media_type.essence + "".join(plain)
