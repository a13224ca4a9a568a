"""Requests that a document's server sends: callbacks once their operation has answered, webhooks when they are asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from documents import document
from understudy.contract.exchange import Event, Exchange, Request, Response
from understudy.server.app import App, create_app
from understudy.server.expressions import ExpressionError, resolve
from understudy.server.journal import Journal
from understudy.server.stage import Direction, stage

PAID: dict[str, Any] = {
    "type": "object",
    "required": ["amount", "state"],
    "properties": {"amount": {"type": "integer", "minimum": 1}, "state": {"enum": ["paid", "failed"]}},
}
HEARD = {"200": {"description": "Heard"}}


def json_body(schema: Any, **more: Any) -> dict[str, Any]:
    return {"content": {"application/json": {"schema": schema}}, **more}


def shop(callbacks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A document whose one operation takes an address to call back."""
    order = {
        "operationId": "order",
        "parameters": [{"name": "shop", "in": "path", "required": True, "schema": {"type": "string"}}],
        "requestBody": json_body({"type": "object", "properties": {"url": {"type": "string"}}}),
        "responses": {
            "202": {
                "description": "Taken",
                "headers": {"Location": {"required": True, "schema": {"const": "/orders/7"}}},
            }
        },
        "callbacks": callbacks,
    }
    return document({"/shops/{shop}/orders": {"post": order}}, **more)


class Receiver:
    """A server that remembers what it is sent."""

    def __init__(self) -> None:
        self.got: list[tuple[str, str, dict[str, str], bytes]] = []
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, path, _ = head[0].split(" ")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
        self.got.append((method, path, headers, body))
        writer.write(b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def receiving() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook"
    async with server:
        yield receiver


class Shop:
    """An application that serves a document, and what its receiver got."""

    def __init__(self, app: App, receiver: Receiver) -> None:
        self.app = app
        self.receiver = receiver
        self.api = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1")  # type: ignore[arg-type] # an ASGI application

    @property
    def hook(self) -> str:
        return self.receiver.url

    async def post(self, path: str, data: Any, **more: Any) -> httpx.Response:
        """Ask, and wait until what follows from it is sent."""
        answer = await self.api.post(path, json=data, **more)
        await self.app.deliveries.settle()
        return answer

    def sent(self) -> list[Exchange]:
        return [exchange for exchange in self.app.journal.exchanges if exchange.attempt]

    def kept_back(self) -> list[Event]:
        return [event for event in self.app.journal.events if not event.sent]


def played(folder: Path, data: dict[str, Any], act: Callable[[Shop], Any], **options: Any) -> None:
    path = folder / "shop.json"
    path.write_text(json.dumps(data))

    async def play() -> None:
        async with receiving() as receiver:
            staged = stage([str(path)], Direction(seed=1))
            app = create_app([item.part for item in staged], journal=Journal(), **options)
            shop = Shop(app, receiver)
            try:
                await act(shop)
            finally:
                await shop.api.aclose()
                await app.close()

    asyncio.run(play())


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        ("{$request.body#/url}", "/hook"),
        ("$request.body#/url", "/hook"),
        ("{$request.body#/url}/{$request.path.shop}?of={$response.header.Location}&as={$method}", "/hook/acme?of=/orders/7&as=POST"),
        ("{$request.query.to}/{$statusCode}", "/hook/202"),
        ("{$request.header.X-Hook}", "/hook"),
    ],
)  # fmt: skip
def test_a_callback_follows_the_answer(tmp_path: Path, expression: str, path: str) -> None:
    """Its address is made of the exchange, its body of the schema; it is judged, sent, and in the journal."""

    async def act(shop: Shop) -> None:
        answer = await shop.post(
            f"/shops/acme/orders?to={shop.hook}", {"url": shop.hook}, headers={"X-Hook": shop.hook}
        )
        assert answer.status_code == 202
        ((method, asked, headers, body),) = shop.receiver.got
        assert (method, asked, headers["content-type"]) == ("POST", path, "application/json")
        assert json.loads(body)["state"] in ("paid", "failed")
        (exchange,) = shop.sent()
        assert (exchange.violations, exchange.response and exchange.response.status_code) == ([], 204)

    callback = {expression: {"post": {"requestBody": json_body(PAID), "responses": HEARD}}}
    data = shop({"paid": callback})
    parameters = data["paths"]["/shops/{shop}/orders"]["post"]["parameters"]
    parameters.append({"name": "to", "in": "query", "schema": {"type": "string"}})
    played(tmp_path, data, act)


def test_a_callback_may_be_any_request(tmp_path: Path) -> None:
    """The method, the form and the absence of a body are the document's; references to callbacks are followed."""

    async def act(shop: Shop) -> None:
        await shop.post("/shops/acme/orders", {"url": shop.hook})
        got = sorted((method, headers.get("content-type", ""), body) for method, _, headers, body in shop.receiver.got)
        assert got == [("GET", "", b""), ("PUT", "application/x-www-form-urlencoded", b"n=7")]

    form = {
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {"type": "object", "required": ["n"], "properties": {"n": {"type": "integer", "const": 7}}}
            }
        }
    }
    put = {"{$request.body#/url}": {"put": {"requestBody": form, "responses": HEARD}}}
    get = {"{$request.body#/url}": {"get": {"responses": HEARD}}}
    components = {"callbacks": {"seen": get}}
    played(tmp_path, shop({"paid": put, "seen": {"$ref": "#/components/callbacks/seen"}}, components=components), act)


def test_a_callback_without_an_address_is_told(tmp_path: Path) -> None:
    """Where the exchange does not say where to, nothing is sent, and the journal says what was missing."""

    async def act(shop: Shop) -> None:
        assert (await shop.post("/shops/acme/orders", {})).status_code == 202
        assert shop.receiver.got == []
        (event,) = shop.kept_back()
        assert "`$request.body#/url` names nothing" in event.note

    played(tmp_path, shop({"paid": {"{$request.body#/url}": {"post": {"responses": HEARD}}}}), act)


@pytest.mark.parametrize("url", ["http://hooks.example/x", "http://10.0.0.1/x"])
def test_a_callback_stays_on_this_machine(tmp_path: Path, url: str) -> None:
    """Another machine is not called, unless it is allowed by name."""

    async def act(shop: Shop) -> None:
        await shop.post("/shops/acme/orders", {"url": url})
        (event,) = shop.kept_back()
        assert "--callbacks-to" in event.note

    played(tmp_path, shop({"paid": {"{$request.body#/url}": {"post": {"responses": HEARD}}}}), act)


def test_a_refused_request_is_not_called_back(tmp_path: Path) -> None:
    """What the contract refuses has no consequences."""

    async def act(shop: Shop) -> None:
        assert (await shop.post("/shops/acme/orders", {"url": 7})).status_code == 422
        assert (shop.receiver.got, shop.kept_back()) == ([], [])

    played(tmp_path, shop({"paid": {"{$request.body#/url}": {"post": {"responses": HEARD}}}}), act)


def test_a_callback_that_nothing_satisfies_is_kept_back(tmp_path: Path) -> None:
    """A body that breaks the callback's own schema is not sent; the journal names the broken promise."""

    async def act(shop: Shop) -> None:
        await shop.post("/shops/acme/orders", {"url": shop.hook})
        assert shop.receiver.got == []
        (event,) = shop.kept_back()
        assert [violation.code for violation in event.violations]

    body = {"content": {"application/json": {"schema": {"type": "string"}, "example": 7}}}
    body["content"]["application/json"]["schema"] = {"allOf": [{"type": "string"}, {"pattern": "^(?!)"}]}
    played(tmp_path, shop({"paid": {"{$request.body#/url}": {"post": {"requestBody": body, "responses": HEARD}}}}), act)


WEBHOOKS = {"order.paid": {"post": {"requestBody": json_body(PAID), "responses": HEARD}}}
ORDER = "/_understudy/webhooks/order.paid"


def test_a_webhook_is_sent_when_it_is_asked_for(tmp_path: Path) -> None:
    """The control plane sends a webhook with a payload made from the document, or with the one given."""

    async def act(shop: Shop) -> None:
        told = (await shop.post(ORDER, {"url": shop.hook})).json()
        assert (told["service"], told["webhook"], told["sent"]) == ("shop", "order.paid", True)
        await shop.post(ORDER, {"url": shop.hook, "data": {"amount": 3, "state": "paid"}, "service": "shop"})
        made, given = (json.loads(body) for _, _, _, body in shop.receiver.got)
        assert made == json.loads(told["body"])
        assert given == {"amount": 3, "state": "paid"}
        assert [exchange.operation_id for exchange in shop.sent()] == ["order.paid", "order.paid"]

    played(tmp_path, document({}, webhooks=WEBHOOKS), act)


def test_a_webhook_that_breaks_the_contract_is_not_sent(tmp_path: Path) -> None:
    """A given payload is judged like any event: enforced, it stays here and the answer says why."""

    async def act(shop: Shop) -> None:
        answer = await shop.post(ORDER, {"url": shop.hook, "data": {"amount": 0, "state": "paid"}})
        told = answer.json()
        assert (answer.status_code, told["sent"], told["note"]) == (200, False, "it breaks the contract")
        assert [violation["code"] for violation in told["violations"]] == ["schema-minimum"]
        assert shop.receiver.got == []

    played(tmp_path, document({}, webhooks=WEBHOOKS), act)


@pytest.mark.parametrize(
    ("name", "body", "status", "told"),
    [
        ("order.payd", {"url": "http://127.0.0.1:1/x"}, 404, "there are: order.paid"),
        ("order.paid", {"url": "http://127.0.0.1:1/x", "service": "shp"}, 404, "served are: shop"),
        ("order.paid", {"url": "mailto:me"}, 422, "url"),
        ("order.paid", {}, 422, "url"),
    ],
)
def test_a_webhook_that_cannot_be_meant_is_told(tmp_path: Path, name: str, body: Any, status: int, told: str) -> None:
    """A wrong name, service or address is refused with what there is."""

    async def act(shop: Shop) -> None:
        answer = await shop.post(f"/_understudy/webhooks/{name}", body)
        assert answer.status_code == status
        assert told in answer.text

    played(tmp_path, document({}, webhooks=WEBHOOKS), act)


@pytest.mark.parametrize("expression", ["$request.cookie.a", "$nothing", "$response.path.a", "$request.body#/a"])
def test_an_expression_that_names_nothing_is_an_error(expression: str) -> None:
    """What OpenAPI does not know, and what the exchange does not have, is told by its name."""
    asked = Request("POST", "/a", headers=[(b"content-type", b"application/json")], body=b'{"a": {"b": 1}}')
    with pytest.raises(ExpressionError, match=r"\$"):
        resolve(expression, Exchange(asked, Response(200, [])), "http://127.0.0.1/a")
