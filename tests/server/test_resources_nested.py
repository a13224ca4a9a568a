"""Things below things that nobody made: the one above comes into being with the one below, and both stay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from documents import document, operation
from played import Client, Serve


def parameter(name: str) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def one(kind: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{kind}"}


def answers(schema: dict[str, Any], status: int = 200) -> dict[str, Any]:
    return {str(status): {"description": "Fine", "content": {"application/json": {"schema": schema}}}}


def sent(kind: str) -> dict[str, Any]:
    return {"required": True, "content": {"application/json": {"schema": one(kind)}}}


def resource(path: str, kind: str, above: list[dict[str, Any]], own: str) -> dict[str, Any]:
    """The paths of a collection and of its things."""
    gone = {"204": {"description": "Gone"}, "404": {"description": "Unknown"}}
    unknown = {"404": {"description": "Unknown"}}
    return {
        path: {
            "parameters": above,
            "get": operation(f"list-{kind}", responses=answers({"type": "array", "items": one(kind)}) | unknown),
            "post": operation(f"create-{kind}", requestBody=sent(kind), responses=answers(one(kind), 201) | unknown),
        },
        f"{path}/{{{own}}}": {
            "parameters": [*above, parameter(own)],
            "get": operation(f"read-{kind}", responses=answers(one(kind)) | unknown),
            "patch": operation(f"change-{kind}", requestBody=sent(kind), responses=answers(one(kind)) | unknown),
            "delete": operation(f"delete-{kind}", responses=gone),
        },
    }


@pytest.fixture
def shop(tmp_path: Path) -> str:
    """A document of customers, their orders and the lines of those; the file's path."""
    customer, order = parameter("customerId"), parameter("orderId")
    paths = {
        **resource("/customers", "customer", [], "customerId"),
        **resource("/customers/{customerId}/orders", "order", [customer], "orderId"),
        **resource("/customers/{customerId}/orders/{orderId}/lines", "line", [customer, order], "lineId"),
    }
    told = {"id": {"type": "string"}, "note": {"type": "string"}}
    schemas: dict[str, Any] = {
        kind: {"type": "object", "required": ["id"], "properties": told} for kind in ("customer", "order", "line")
    }
    schemas["order"] = schemas["order"] | {"properties": {**told, "customer_id": {"type": "string"}}}
    for schema in schemas.values():
        schema["properties"] = schema["properties"] | {"id": {"type": "string", "readOnly": True}}
    path = tmp_path / "nested.yaml"
    path.write_text(yaml.safe_dump(document(paths, components={"schemas": schemas})))
    return str(path)


def listed(client: Client, path: str) -> list[str]:
    return [thing["id"] for thing in client.get(path).json()]


def test_the_thing_above_comes_into_being_with_the_one_below(serve: Serve, shop: str) -> None:
    """Any id below any id answers; the one above is there from then on, in its list too, and a change of either sticks."""
    client = serve(shop)
    order = client.get("/customers/ann/orders/o-1")
    assert (order.status_code, order.json()["id"], order.json()["customer_id"]) == (200, "o-1", "ann")
    customer = client.get("/customers/ann").json()
    assert customer["id"] == "ann"
    assert "ann" in listed(client, "/customers")
    assert "o-1" in listed(client, "/customers/ann/orders")
    for here in ("/customers/ann", "/customers/ann/orders/o-1"):
        assert client.patch(here, json={"note": "kept"}).json()["note"] == "kept"
        assert client.get(here).json()["note"] == "kept"
    assert [v for exchange in client.journal for v in exchange.violations if v.side == "response"] == []


def test_the_thing_above_outlives_the_first_creation(serve: Serve, shop: str) -> None:
    """What was made up on the way stays when its collection becomes real, and whoever is unknown from then on is 404."""
    client = serve(shop)
    assert client.get("/customers/ann/orders/o-1/lines/1").status_code == 200
    assert client.post("/customers", json={"note": "new"}).status_code == 201
    assert client.get("/customers/ann/orders/o-1").status_code == 200
    assert client.get("/customers/ann").status_code == 200
    for path in (
        "/customers/bob",
        "/customers/bob/orders",
        "/customers/bob/orders/o-1",
        "/customers/bob/orders/1/lines",
    ):
        assert client.get(path).status_code == 404
    assert client.post("/customers/bob/orders", json={}).status_code == 404
    assert "bob" not in listed(client, "/customers")


def test_something_is_created_below_a_thing_that_nobody_made(serve: Serve, shop: str) -> None:
    """A creation under an untouched collection makes the one above; the collection above stays untouched."""
    client = serve(shop)
    made = client.post("/customers/ann/orders", json={"note": "first"})
    assert (made.status_code, made.json()["customer_id"]) == (201, "ann")
    assert listed(client, "/customers/ann/orders") == [made.json()["id"]]
    assert "ann" in listed(client, "/customers")
    assert client.get("/customers/bob").status_code == 200
    assert client.get("/customers/ann/orders/unknown").status_code == 404
    assert client.delete("/customers/ann").status_code == 204
    assert client.get(f"/customers/ann/orders/{made.json()['id']}").status_code == 404


def test_a_refused_request_makes_nothing_above(serve: Serve, shop: str) -> None:
    """Where the one below is unknown, the one above did not come into being for it."""
    client = serve(shop)
    assert client.post("/customers/ann/orders", json={}).status_code == 201
    assert client.delete("/customers/ann").status_code == 204
    assert client.get("/customers/ann/orders/o-1").status_code == 404
    assert listed(client, "/customers") == []


def test_nothing_is_made_up_where_the_state_is_strict(serve: Serve, shop: str) -> None:
    """With strict state nobody is above anything until somebody was created."""
    client = serve(shop, state="strict")
    for path in ("/customers/ann/orders", "/customers/ann/orders/o-1", "/customers/ann/orders/o-1/lines/1"):
        assert client.get(path).status_code == 404
    assert client.post("/customers/ann/orders", json={}).status_code == 404
    assert listed(client, "/customers") == []
