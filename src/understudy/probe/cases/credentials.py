"""What a request shows of itself, where the document asks for it: names to be filled in, with values that look right.

Called by `assemble`. A real secret is only known to whoever sends; the name it goes by is the security scheme's.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from understudy.contract import pointer
from understudy.contract.operation import Operation
from understudy.probe.cases.ask import Ask, left_open

TOKEN = "understudy-token"  # noqa: S105 - opens nothing
BASIC = base64.b64encode(b"understudy:understudy").decode()


def credentials(data: Mapping[str, Any], operation: Operation) -> Ask:
    """An ask with nothing but the credentials of the first way in that the document lists."""
    needed = operation.node.get("security", data.get("security")) or []
    ask = Ask()
    for name in next((names for names in needed if names), {}):
        try:
            _, scheme = pointer.follow(data, ("components", "securitySchemes", name))
        except KeyError:
            continue
        ask = _with(ask, name, scheme)
    return ask


def _with(ask: Ask, name: str, scheme: Mapping[str, Any]) -> Ask:
    kind, place = scheme.get("type"), scheme.get("in")
    basic = kind == "http" and str(scheme.get("scheme", "")).lower() == "basic"
    headers, query = dict(ask.headers), dict(ask.query)
    if kind == "apiKey" and place == "query":
        query[scheme["name"]] = left_open(name)
    elif kind == "apiKey" and place == "cookie":
        said = f"{scheme['name']}={left_open(name)}"
        headers["Cookie"] = f"{headers['Cookie']}; {said}" if "Cookie" in headers else said
    elif kind == "apiKey":
        headers[scheme["name"]] = left_open(name)
    elif kind in ("http", "oauth2", "openIdConnect"):
        word = str(scheme.get("scheme", "Bearer")).capitalize() if kind == "http" else "Bearer"
        headers["Authorization"] = f"{word} {left_open(name)}"
    return Ask(headers=headers, query=query, open={**ask.open, name: BASIC if basic else TOKEN})
