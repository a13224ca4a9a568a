"""Reads a request back into what a case asks: values by place and name, so that it can be kept, and made smaller.

Called by whoever keeps requests that others have made. What it makes may differ in bytes that mean nothing, such as
spaces in JSON; whoever keeps it looks whether it still shows what it is kept for. It must not choose any value.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl

import orjson

from understudy.contract.body import is_json
from understudy.contract.contract import Contract
from understudy.contract.exchange import Request
from understudy.contract.operation import Operation
from understudy.probe.building import NO_BODY
from understudy.probe.cases.ask import Ask, left_open

# What belongs to the connection, or follows from the rest.
_NOT_ASKED = frozenset({"host", "connection", "content-length", "content-type", "accept-encoding", "transfer-encoding"})


def operation_of(contract: Contract, request: Request) -> Operation | None:
    """The operation that a request is for; for a method that its path does not have, another one of the path."""
    found = contract.operation(request)
    if found is not None or request.path_pattern is None:
        return found
    return next((one for one in contract.by_id.values() if one.template == request.path_pattern), None)


def ask_of(contract: Contract, operation: Operation, request: Request) -> Ask:
    """The request as an ask; nothing in it is left open."""
    declared = {name for place, name in operation.parameters if place == "query"}
    query: dict[str, list[str]] = {}
    for name, value in parse_qsl(request.query.decode("latin-1"), keep_blank_values=True):
        query.setdefault(name, []).append(value)
    parameters: dict[str, Mapping[str, Any]] = {
        "path": dict(request.path_params),
        "query": {
            name: values[0] if len(values) == 1 else values for name, values in query.items() if name in declared
        },
    }
    headers = {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in request.raw_headers
        if name.decode("latin-1").lower() not in _NOT_ASKED
    }
    own = contract.operation(request) is operation
    body, media_type = _body(request)
    return Ask(
        {place: named for place, named in parameters.items() if named},
        body,
        media_type,
        headers,
        {name: values[-1] for name, values in query.items() if name not in declared},
        "" if own else request.verb,
    )


def opened(ask: Ask, values: Mapping[str, str]) -> Ask:
    """The ask with path parameters left open, by parameter the name that stands there."""
    path = dict(ask.parameters.get("path", {}))
    made = {name: path[parameter] for parameter, name in values.items()}
    path |= {parameter: left_open(name) for parameter, name in values.items()}
    return replace(ask, parameters={**ask.parameters, "path": path}, open={**ask.open, **made}) if values else ask


def with_credentials(ask: Ask, credentials: Ask) -> Ask:
    """The ask with credentials beside what it says of itself."""
    said = {name.lower() for name in credentials.headers}
    headers = {name: value for name, value in ask.headers.items() if name.lower() not in said}
    return replace(
        ask,
        headers={**headers, **credentials.headers},
        query={**ask.query, **credentials.query},
        open={**ask.open, **credentials.open},
    )


def _body(request: Request) -> tuple[Any, str | None]:
    if not request.body:
        return NO_BODY, None
    media_type = next((v.decode("latin-1") for n, v in request.raw_headers if n.lower() == b"content-type"), None)
    return next(_read(request.body, media_type), request.body), media_type


def _read(body: bytes, media_type: str | None) -> Iterator[Any]:
    """The data of a body, where it is JSON that says the same when it is written again."""
    if media_type is None or not is_json(media_type.partition(";")[0].strip().lower()):
        return
    try:
        data = orjson.loads(body)
    except ValueError:
        return
    if data is not None and len(orjson.dumps(data)) <= len(body):
        yield data
