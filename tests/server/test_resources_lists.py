"""Lists of inferred resources: pages, cursors, totals, links and filters, in the ways that documents have them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from played import Client, Serve

DOCUMENTS = Path(__file__).parents[1] / "made_documents"
SHOP, ODDITIES = (str(DOCUMENTS / f"{name}.yaml") for name in ("shop", "oddities"))


def filled(shop: Client, count: int) -> list[dict[str, Any]]:
    """So many customers, every second one of them gold."""
    return [
        shop.post(
            "/customers",
            json={"name": f"N{n}", "email": f"n{n}@a.example", "tier": ("plain", "gold")[n % 2], "city": "Oslo"},
        ).json()
        for n in range(count)
    ]


def test_pages_by_limit_and_offset(serve: Serve) -> None:
    """Every thing is on just one page, the total is the same on all of them, and `next` leads to the end."""
    shop = serve(SHOP)
    made = filled(shop, 7)
    url, seen = "/customers?limit=3", []
    while url:
        page = shop.get(url).json()
        assert (page["total"], page["limit"], page["offset"]) == (7, 3, len(seen))
        seen += page["data"]
        url = page["next"]
    assert seen == made
    assert shop.get("/customers?offset=99").json()["data"] == []
    assert len(shop.get("/customers").json()["data"]) == 7


def test_filters_compare_properties(serve: Serve) -> None:
    """A parameter that is called like a property lets through what has this value; together they narrow; totals follow."""
    shop = serve(SHOP)
    filled(shop, 5)
    gold = shop.get("/customers?tier=gold&limit=1").json()
    assert (gold["total"], [thing["tier"] for thing in gold["data"]]) == (2, ["gold"])
    assert "tier=gold" in gold["next"]
    assert shop.get("/customers?tier=gold&city=Rome").json()["data"] == []


def test_pages_by_number_with_headers(serve: Serve) -> None:
    """A bare array tells its total and its next page in headers; the last page has no link."""
    shop = serve(SHOP)
    here = f"/customers/{filled(shop, 1)[0]['id']}/orders"
    for quantity in range(1, 8):
        shop.post(here, json={"lines": [{"sku": "ABC-1234", "quantity": quantity}]})
    first = shop.get(here)
    assert (len(first.json()), first.headers["x-total-count"]) == (5, "7")
    assert first.headers["link"] == f'<http://127.0.0.1:8080{here}?page=2>; rel="next"'
    second = shop.get(f"{here}?page=2")
    assert [order["lines"][0]["quantity"] for order in second.json()] == [6, 7]
    assert "link" not in second.headers
    assert shop.get(f"{here}?status=open,paid,cancelled&per_page=20").headers["x-total-count"] == "7"


def test_pages_by_cursor(serve: Serve) -> None:
    """The cursor leads on until there is no more, also past a thing that went meanwhile; an unknown one leads nowhere."""
    shop = serve(SHOP)
    skus = [f"ABC-{n:04}" for n in range(5)]
    for sku in skus:
        shop.put(f"/products/{sku}", json={"name": sku, "price": 1})
    first = shop.get("/products?limit=2").json()
    assert first["page"]["has_more"]
    shop.delete(f"/products/{skus[1]}")
    rest = shop.get("/products", params={"limit": 9, "cursor": first["page"]["next_cursor"]}).json()
    assert [thing["sku"] for thing in first["items"] + rest["items"]] == skus
    assert rest["page"] == {"has_more": False, "next_cursor": None}
    assert shop.get("/products?cursor=nonsense").json()["items"] == []


def test_pages_after_an_id(serve: Serve) -> None:
    """`after` takes the last thing's id, as the wrapper tells it."""
    odd = serve(ODDITIES)
    for number in range(4):
        odd.post("/api/v2/animals", json={"animal": {"kind": "cat", "name": str(number), "lives": 9}})
    first = odd.get("/api/v2/animals").json()
    assert (len(first["data"]), first["has_more"], first["first_id"]) == (3, True, first["data"][0]["ref"])
    rest = odd.get("/api/v2/animals", params={"after": first["last_id"]}).json()
    assert [thing["name"] for thing in rest["data"]] == ["3"]
    assert not rest["has_more"]


def test_hal_pages_count_from_nought_and_link(serve: Serve) -> None:
    """The page object tells size, totals and number; the links lead on and back, and every thing says where it is."""
    odd = serve(ODDITIES)
    for number in range(3):
        odd.post("/api/v2/pages", data={"title": f"Page {number}"})
    first = odd.get("/api/v2/pages?size=2").json()
    assert first["page"] == {"size": 2, "totalElements": 3, "totalPages": 2, "number": 0}
    assert set(first["_links"]) == {"self", "next"}
    last = odd.get(first["_links"]["next"]["href"]).json()
    assert (last["page"]["number"], set(last["_links"])) == (1, {"self", "prev"})
    assert odd.get(last["_embedded"]["pages"][0]["_links"]["self"]["href"]).json()["title"] == "Page 2"


@pytest.mark.parametrize("path", ["/customers", "/products"])
def test_an_untouched_list_is_the_same_each_time(serve: Serve, path: str) -> None:
    """The few things that a list comes with stay, and each can be read by its id."""
    shop = serve(SHOP)
    first = shop.get(path).json()
    assert shop.get(path).json() == first
    for thing in first.get("data", first.get("items")):
        assert shop.get(f"{path}/{thing.get('id', thing.get('sku'))}").json() == thing
