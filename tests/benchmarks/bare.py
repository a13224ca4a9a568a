"""The yardstick: the played Chatwoot on plain Starlette routes, with nothing between them and the handlers.

Started by `contestants` as a process of its own: ``bare.py PORT dressed|plain``. The same handlers, sandbox, seed,
JSON writer and uvicorn settings as the real server; no contract, gate, journal or log. ``dressed`` gives the same
response headers as the real server, so that both put the same bytes on the wire; ``plain`` gives none of them.
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import orjson
import uvicorn
import yaml
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from understudy import bundled
from understudy.sandbox.sandboxes import Sandbox
from understudy.services.service import Handler, Params, Refusal, Service, discover

Endpoint = Callable[[Request], Awaitable[Response]]

CONTACTS = "/public/api/v1/inboxes/{inbox_identifier}/contacts"
ROUTES = (
    ("POST", CONTACTS, "create-a-contact"),
    ("POST", CONTACTS + "/{contact_identifier}/conversations", "create-a-conversation"),
    ("GET", CONTACTS + "/{contact_identifier}/conversations", "list-all-contact-conversations"),
    ("GET", CONTACTS + "/{contact_identifier}/conversations/{conversation_id}", "get-single-conversation"),
)


def planted(service: Service) -> Sandbox:
    """A sandbox in the service's first state."""
    sandbox = Sandbox(0, service.tables, {name: setting.default for name, setting in service.settings.items()})
    service.plant(sandbox, yaml.safe_load((bundled.FIXTURES / service.seed).read_text()))
    return sandbox


def headers_of(service: Service, sandbox: Sandbox) -> Callable[[bytes, float], Mapping[str, str]]:
    """What makes the product's headers for an answer's body, and the seconds it took."""
    transport = service.transport
    fixed = {**transport.headers, "Cache-Control": transport.cache_control or "", "Vary": "Origin"}

    def headers(body: bytes, seconds: float) -> Mapping[str, str]:
        return {
            **fixed,
            "ETag": f'W/"{hashlib.sha256(body).hexdigest()[:32]}"',
            "X-Request-Id": sandbox.uuid(),
            "X-Runtime": f"{seconds:.6f}",
        }

    return headers


def endpoint(
    handler: Handler, sandbox: Sandbox, media_type: str, headers: Callable[[bytes, float], Mapping[str, str]] | None
) -> Endpoint:
    """A route's function: reads the JSON, calls the handler, writes the JSON."""

    async def answer(request: Request) -> Response:
        started = time.perf_counter()
        raw = await request.body()
        body: Any = orjson.loads(raw) if raw else None
        merged = {**(body or {}), **request.query_params, **request.path_params}
        base_url = f"{request.url.scheme}://{request.headers['host']}"
        try:
            with sandbox.transaction():
                said = handler(sandbox, Params(merged, body=body, headers=request.headers, base_url=base_url))
        except Refusal as refusal:
            return Response(orjson.dumps(refusal.body), refusal.status, media_type=media_type)
        data = orjson.dumps(said)
        extra = headers(data, time.perf_counter() - started) if headers else None
        return Response(data, headers=extra, media_type=media_type)

    return answer


def application(*, dressed: bool) -> Starlette:
    """The routes over a planted sandbox."""
    service = discover()["chatwoot"]
    sandbox = planted(service)
    headers = headers_of(service, sandbox) if dressed else None
    routes = [
        Route(path, endpoint(service.handlers[name], sandbox, service.transport.json_type, headers), methods=[method])
        for method, path, name in ROUTES
    ]
    return Starlette(routes=routes)


if __name__ == "__main__":
    uvicorn.run(
        application(dressed=sys.argv[2] == "dressed"),
        host="127.0.0.1",
        port=int(sys.argv[1]),
        log_config=None,
        lifespan="off",
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
    )
