"""Runtime expressions: the parts of an exchange that a callback's address is made of, such as ``$request.body#/url``.

OpenAPI 3, "Runtime Expressions". Called by `callbacks`. It must not send anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from understudy.contract import pointer
from understudy.contract.exchange import Exchange, Request, Response

_EXPRESSION = re.compile(r"\$(request|response)\.(?:(header|query|path)\.(.+)|(body)(?:#(.*))?)")
_EMBEDDED = re.compile(r"\{(\$[^{}]*)\}")


class ExpressionError(Exception):
    """An expression that names nothing in this exchange; the message says which."""


def resolve(expression: str, exchange: Exchange, url: str) -> str:
    """The text that an expression stands for.

    Args:
        expression: one expression, or a text with some in braces.
        exchange: the request and its response.
        url: the address that was asked.

    Errors: `ExpressionError`.
    """
    if expression.startswith("$"):
        return _text(expression, exchange, url)
    return _EMBEDDED.sub(lambda found: _text(found.group(1), exchange, url), expression)


def _text(expression: str, exchange: Exchange, url: str) -> str:
    value = _value(expression, exchange, url)
    if value is None or isinstance(value, dict | list):
        raise ExpressionError(f"`{expression}` names nothing in this exchange")
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def _value(expression: str, exchange: Exchange, url: str) -> Any:
    request, response = exchange.request, exchange.response
    simple = {"$url": url, "$method": request.verb, "$statusCode": response.status_code if response else None}
    if expression in simple:
        return simple[expression]
    match = _EXPRESSION.fullmatch(expression)
    if match is None:
        raise ExpressionError(f"`{expression}` is no runtime expression")
    side, place, name, body, at = match.groups()
    message: Request | Response | None = request if side == "request" else response
    if message is None or (place in ("query", "path") and message is not request):
        return None
    if body:
        return _in_body(message, at or "")
    return _PLACES[place](request, name) if message is request else message.fields.get(name.lower())


_PLACES: Mapping[str, Callable[[Request, str], Any]] = {
    "header": lambda request, name: request.fields.get(name.lower()),
    "path": lambda request, name: request.path_params.get(name),
    "query": lambda request, name: next((value for key, value in request.query_pairs if key == name), None),
}


def _in_body(message: Request | Response, at: str) -> Any:
    """What a pointer names in a body; the fields of a form by their names."""
    content = message.content
    value = content.value
    if content.pairs is not None:
        value = {name: text for name, text in content.pairs if isinstance(text, str)}
    try:
        return pointer.find(value, at)
    except KeyError:
        return None
