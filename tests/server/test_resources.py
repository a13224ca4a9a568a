"""State inferred from documents: what a generic client may do with no line of scripting, and how it shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from played import Client, Serve

DOCUMENTS = Path(__file__).parents[1] / "made_documents"
SHOP, PETS, ODDITIES, TREE = (str(DOCUMENTS / f"{name}.yaml") for name in ("shop", "petstore", "oddities", "tree"))
MERGE = {"content-type": "application/merge-patch+json"}
STEPS = {"content-type": "application/json-patch+json"}
LINES = [{"sku": "ABC-1234", "quantity": 2}]
NOBODY = "3f2b8e0a-0c3e-4a77-9f0e-0d6f3d6f9b1c"
KEY = {"api_key": "k"}


def kept(client: Client) -> None:
    """Every answer kept the contract."""
    assert [v for exchange in client.journal for v in exchange.violations if v.side == "response"] == []


def ann(shop: Client, **more: Any) -> dict[str, Any]:
    """A new customer."""
    made = shop.post("/customers", json={"name": "Ann", "email": "ann@a.example", **more})
    assert made.status_code == 201, made.text
    found: dict[str, Any] = made.json()
    return found


def crud(client: Client, collection: str, new: dict[str, Any], patch: dict[str, Any]) -> None:
    """What any client does with any collection: it follows Location and knows nothing else."""
    made = client.post(collection, json=new)
    assert made.status_code == 201
    here = made.headers["location"]
    assert new.items() <= made.json().items()
    assert client.get(here).json() == made.json()
    assert client.patch(here, json=patch, headers=MERGE).json() | patch == client.get(here).json()
    assert client.put(here, json=new).json().items() >= new.items()
    assert client.delete(here).status_code == 204
    assert client.get(here).status_code == client.delete(here).status_code == 404


def test_a_generic_client_creates_reads_updates_and_deletes(serve: Serve) -> None:
    """Create, read, change, replace, delete and read again behave as on a real server; every answer keeps the contract."""
    shop = serve(SHOP)
    crud(shop, "/customers", {"name": "Ann", "email": "ann@a.example", "city": "Oslo"}, {"city": "Rome"})
    kept(shop)


def test_what_only_the_server_knows_is_filled_in(serve: Serve) -> None:
    """Ids, times by the sandbox's clock, defaults and links are made; what only clients send is not told again."""
    shop = serve(SHOP)
    made = ann(shop, password="secret")
    assert set(made) == {"id", "name", "email", "tier", "created_at", "updated_at"}
    assert (made["tier"], made["created_at"]) == ("plain", made["updated_at"])
    shop.sandbox.set_time(shop.sandbox.clock.time() + 3600)
    changed = shop.patch(f"/customers/{made['id']}", json={"city": "Rome"}, headers=MERGE).json()
    assert changed["created_at"] == made["created_at"]
    assert changed["updated_at"] > made["updated_at"]


def test_a_new_thing_is_alone(serve: Serve) -> None:
    """A new folder has no folders in it and none above: they would have to be there to be read."""
    assert serve(TREE).post("/folders", json={"name": "New"}).json() == {
        "id": 1,
        "name": "New",
        "parent": None,
        "children": [],
    }


def test_put_forgets_what_it_does_not_say_and_merge_patch_removes_nulls(serve: Serve) -> None:
    """A replaced thing has what was sent alone; null in a merge patch removes; JSON Patch goes step by step."""
    shop = serve(SHOP)
    here = f"/customers/{ann(shop, city='Oslo', tier='gold')['id']}"
    assert "city" not in shop.patch(here, json={"city": None}, headers=MERGE).json()
    assert (
        shop.patch(here, json=[{"op": "add", "path": "/city", "value": "gold"}], headers=STEPS).json()["city"] == "gold"
    )
    wrong = shop.patch(here, json=[{"op": "test", "path": "/city", "value": "plain"}], headers=STEPS)
    assert wrong.status_code == 409
    replaced = shop.put(here, json={"name": "Bob", "email": "bob@a.example"}).json()
    assert (replaced["name"], replaced["tier"]) == ("Bob", "plain")
    assert "city" not in replaced
    kept(shop)


def test_conflicts_are_the_documents_own(serve: Serve) -> None:
    """A unique name given twice is the documented 409, told in the product's own body, and changes nothing."""
    shop = serve(SHOP)
    ann(shop)
    again = shop.post("/customers", json={"name": "Ann", "email": "ann@a.example"})
    assert again.status_code == 409
    assert "ann@a.example" in again.json()["error"]["message"]
    assert shop.get("/customers").json()["total"] == 1
    other = shop.post("/customers", json={"name": "Bob", "email": "bob@a.example"}).json()
    taken = shop.put(f"/customers/{other['id']}", json={"name": "Bob", "email": "ann@a.example"})
    assert taken.status_code == 409


def test_an_untouched_collection_has_whatever_is_asked_for(serve: Serve) -> None:
    """Any id names a thing, always the same one, marked as made up; a change sticks, and the list shows it."""
    shop = serve(SHOP)
    first = shop.get(f"/customers/{NOBODY}")
    assert (first.status_code, first.headers["understudy-synthesised"]) == (200, "schema")
    assert first.json()["id"] == NOBODY
    assert serve(SHOP).get(f"/customers/{NOBODY}").json() == first.json()
    assert serve(SHOP, seed=2).get(f"/customers/{NOBODY}").json() != first.json()
    changed = shop.patch(f"/customers/{NOBODY}", json={"city": "Rome"}, headers=MERGE)
    assert "understudy-synthesised" not in changed.headers
    listed = shop.get("/customers").json()["data"]
    assert changed.json() in listed
    assert len(listed) > 1
    ann(shop)
    assert shop.get(f"/customers/{NOBODY}").status_code == 200
    assert shop.get(f"/customers/{NOBODY[::-1]}").status_code in (404, 422)
    assert shop.get(f"/customers/{NOBODY[:-1]}0").status_code == 404


@pytest.mark.parametrize(("state", "status"), [("infer", 200), ("strict", 404), ("none", 200)])
def test_the_state_may_be_strict_or_none(serve: Serve, state: str, status: int) -> None:
    """Strict knows nothing from the start; none remembers nothing."""
    shop = serve(SHOP, state=state)
    assert shop.get(f"/customers/{NOBODY}").status_code == status
    made = ann(shop)
    read = shop.get(f"/customers/{made['id']}").json()
    assert (read == made) is (state != "none")


def test_a_real_collection_is_empty_where_nothing_was_made(serve: Serve) -> None:
    """With strict state a list is empty; wherever the last thing goes, an empty list is left."""
    shop = serve(SHOP, state="strict")
    assert shop.get("/customers").json()["data"] == []
    shop.delete(f"/customers/{ann(shop)['id']}")
    assert shop.get("/customers").json() | {"data": [], "total": 0} == shop.get("/customers").json()


def test_nested_things_belong_to_the_thing_above(serve: Serve) -> None:
    """Orders are listed under their customer, found by their own number, and go with the customer."""
    shop = serve(SHOP)
    one, other = ann(shop)["id"], ann(shop, email="b@a.example")["id"]
    order = shop.post(f"/customers/{one}/orders", json={"lines": LINES}).json()
    assert order["customer_id"] == one
    assert shop.get(f"/orders/{order['number']}").json() == order
    assert order in shop.get(f"/customers/{one}/orders").json()
    assert order not in shop.get(f"/customers/{other}/orders").json()
    assert shop.post(f"/customers/{NOBODY}/orders", json={"lines": LINES}).status_code == 404
    assert shop.delete(f"/customers/{one}").status_code == 204
    assert shop.get(f"/orders/{order['number']}").status_code == 404
    assert shop.get(f"/customers/{one}/orders").status_code == 404
    kept(shop)


def test_actions_need_the_thing_and_change_nothing(serve: Serve) -> None:
    """Cancelling shows the order as it is; an unknown order is 404."""
    shop = serve(SHOP)
    order = shop.post(f"/customers/{ann(shop)['id']}/orders", json={"lines": LINES}).json()
    assert shop.post(f"/orders/{order['number']}/cancel").json() == order
    assert shop.post("/orders/999/cancel").status_code == 404


def test_a_singular_resource_is_there_once(serve: Serve) -> None:
    """The address of an order is set and read, each order has its own."""
    shop = serve(SHOP)
    customer = ann(shop)["id"]
    one, other = (shop.post(f"/customers/{customer}/orders", json={"lines": LINES}).json()["number"] for _ in "ab")
    told = {"street": "A 1", "city": "Oslo"}
    assert shop.put(f"/orders/{one}/address", json=told).json() == told
    assert shop.get(f"/orders/{one}/address").json() == told
    assert shop.get(f"/orders/{other}/address").json() != told


def test_put_creates_where_that_is_documented(serve: Serve) -> None:
    """The first PUT of an id is 201 and says where, the second 200; the 404 without a body is told in our voice."""
    shop = serve(SHOP)
    first = shop.put("/products/ABC-1234", json={"name": "Cup", "price": 2.5})
    assert (first.status_code, first.headers["location"]) == (201, "http://127.0.0.1:8080/products/ABC-1234")
    assert shop.put("/products/ABC-1234", json={"name": "Mug", "price": 3}).status_code == 200
    assert shop.get("/products/ABC-1234").json() == {"sku": "ABC-1234", "name": "Mug", "price": 3}
    unknown = shop.get("/products/ABC-9999")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "urn:understudy:no-such-thing")


def test_a_thing_that_has_changed_since_is_not_overwritten(serve: Serve) -> None:
    """If-Match holds the client's copy against the thing; If-None-Match saves the answer."""
    shop = serve(SHOP)
    here = f"/customers/{ann(shop)['id']}"
    tag = shop.get(here).headers["etag"]
    assert shop.get(here, headers={"if-none-match": tag}).status_code == 304
    assert shop.patch(here, json={"city": "Rome"}, headers={**MERGE, "if-match": tag}).status_code == 200
    assert shop.patch(here, json={"city": "Oslo"}, headers={**MERGE, "if-match": tag}).status_code == 412
    assert shop.get(here).json()["city"] == "Rome"


def test_prefer_asks_the_document_and_leaves_the_state_alone(serve: Serve) -> None:
    """A preferred status is answered from the document; nothing is created."""
    shop = serve(SHOP, state="strict")
    new = {"name": "Ann", "email": "ann@a.example"}
    assert shop.post("/customers", json=new, headers={"prefer": "code=409"}).status_code == 409
    assert shop.post("/customers", json=new, headers={"prefer": "dynamic=true"}).status_code == 201
    assert shop.get("/customers").json()["total"] == 0


def test_each_sandbox_has_its_own_things(serve: Serve) -> None:
    """What is made in a named sandbox is there alone, and links lead back into it."""
    shop = serve(SHOP, state="strict")
    made = shop.post("/~mine/customers", json={"name": "Ann", "email": "ann@a.example"})
    assert made.headers["location"].startswith("http://127.0.0.1:8080/~mine/customers/")
    assert shop.get(made.headers["location"]).status_code == 200
    assert shop.get("/customers").json()["total"] == 0


def test_the_same_seed_and_requests_give_the_same_answers(serve: Serve) -> None:
    """With a frozen clock and a seed, a whole conversation is repeated byte for byte."""

    def talk(shop: Client) -> list[bytes]:
        shop.sandbox.clock.freeze()
        shop.sandbox.set_time(1_700_000_000)
        customer = shop.post("/customers", json={"name": "Ann", "email": "ann@a.example"})
        order = shop.post(f"/customers/{customer.json()['id']}/orders", json={"lines": LINES})
        return [customer.content, order.content, shop.get("/customers").content, shop.get("/products").content]

    assert talk(serve(SHOP)) == talk(serve(SHOP))


def test_an_id_in_the_body_is_taken(serve: Serve) -> None:
    """A document that lets clients choose ids gets them; PUT of the collection finds its thing by the body."""
    pets = serve(PETS)
    pets.headers.update(KEY)
    assert pets.post("/pet", json={"id": 7, "name": "Rex", "status": "sold"}).json()["id"] == 7
    assert pets.put("/pet", json={"id": 7, "name": "Max", "status": "pending"}).status_code == 200
    assert pets.get("/pet/7").json()["name"] == "Max"
    assert pets.put("/pet", json={"id": 8, "name": "Max"}).status_code == 404
    assert pets.post("/pet", json={"name": "Ida"}).json()["id"] not in (7, None)
    assert [pet["id"] for pet in pets.get("/pet/findByStatus", params={"status": "pending,available"}).json()][:1] == [
        7
    ]
    kept(pets)


def test_documented_examples_are_things_of_an_untouched_collection(serve: Serve) -> None:
    """The thing that the document shows is found under its own id; other ids are other things."""
    pets = serve(PETS)
    pets.headers.update(KEY)
    assert pets.get("/pet/10").json() == {"id": 10, "name": "doggie", "status": "sold"}
    assert pets.get("/pet/11").json()["id"] == 11


def test_envelopes_polymorphism_and_recursion(serve: Serve) -> None:
    """A thing in an envelope keeps its kind through changes; a tree comes back as it was sent, its ids filled in."""
    odd = serve(ODDITIES)
    made = odd.post("/api/v2/animals", json={"animal": {"kind": "dog", "name": "Rex", "breed": "pug"}}).json()["animal"]
    assert (made["kind"], made["breed"]) == ("dog", "pug")
    here = f"/api/v2/animals/{made['ref']}"
    assert odd.patch(here, json={"animal": {"name": "Max"}}).json()["animal"] == {**made, "name": "Max"}
    tree = {"label": "a", "children": [{"label": "b", "children": [{"label": "c"}]}]}
    node = odd.post("/api/v2/nodes", json=tree).json()
    assert node["children"][0]["children"][0]["label"] == "c"
    assert odd.get(f"/api/v2/nodes/{node['nodeId']}.json").json() == node
    kept(odd)


def test_plain_json_sets_null_where_null_may_stand(serve: Serve) -> None:
    """A PATCH that is no merge patch does not remove what can be null, and leaves alone what cannot be missing."""
    odd = serve(ODDITIES)
    made = odd.post("/api/v2/animals", json={"animal": {"kind": "cat", "name": "Tom", "lives": 9, "owner": "Ann"}})
    got = odd.patch(made.headers["location"], json={"animal": {"owner": None}}).json()["animal"]
    assert got == {**made.json()["animal"], "owner": None}


@pytest.mark.parametrize("how", [{"data": {"title": "My Page", "stars": "4"}},
                                 {"data": {"title": "My Page", "stars": "4"}, "files": {"cover": b"x"}}])  # fmt: skip
def test_forms_create_things(serve: Serve, how: dict[str, Any]) -> None:
    """A form or a multipart body makes a thing with typed values; files are not shown; HAL links say where it is."""
    odd = serve(ODDITIES)
    made = odd.post("/api/v2/pages", **how)
    assert made.status_code == 201
    page = made.json()
    assert (page["slug"], page["stars"]) == ("my-page", 4)
    assert "cover" not in page
    assert page["_links"]["self"]["href"] == made.headers["location"]
    assert odd.get(page["_links"]["self"]["href"]).json() == page
    gone = odd.delete(page["_links"]["self"]["href"])
    assert gone.json() == {"slug": "my-page", "deleted": True}
    kept(odd)


def test_an_extension_overrides_what_is_recognised(serve: Serve) -> None:
    """Paths that look like nothing become one resource by `x-understudy`, and one that looks like something does not."""
    odd = serve(ODDITIES)
    made = odd.post("/api/v2/things/make", json={"label": "a"}).json()
    assert odd.post("/api/v2/things/make", json={"label": "a"}).status_code == 409
    assert odd.get(f"/api/v2/things/show/{made['code']}").json() == made
    assert odd.post(f"/api/v2/things/{made['code']}/remove").status_code == 204
    assert odd.get(f"/api/v2/things/show/{made['code']}").status_code == 404
    assert odd.get("/api/v2/reports/today").headers["understudy-synthesised"] == "schema"


def test_what_cannot_be_told_within_the_contract_is_synthesised(serve: Serve, tmp_path: Path) -> None:
    """A list that may not be empty, and is, is made up instead; a header gives the reason."""
    text = (DOCUMENTS / "shop.yaml").read_text()
    path = tmp_path / "shop.yaml"
    path.write_text(text.replace("data: {type: array, items:", "data: {type: array, minItems: 1, items:"))
    shop = serve(str(path), state="strict")
    told = shop.get("/customers")
    assert (told.status_code, told.headers["understudy-synthesised"]) == (200, "schema")
    assert "/body/data" in told.headers["understudy-stateless"]
    made = ann(shop)
    listed = shop.get("/customers")
    assert listed.json()["data"] == [made]
    assert listed.headers["understudy-resource"] == "customers"
    kept(shop)


def test_the_state_goes_out_and_comes_back(serve: Serve) -> None:
    """The control plane exports what was created; another server that takes it answers the same from then on."""
    one, other = serve(SHOP, state="strict"), serve(SHOP, state="strict", seed=2)
    made = ann(one)
    one.post(f"/customers/{made['id']}/orders", json={"lines": LINES})
    state = one.get("/_understudy/state").json()
    assert made in [thing["value"] for thing in state["services"]["shop"]["tables"]["things"]]
    assert other.put("/_understudy/state", json=state).status_code == 204
    for path in ("/customers", "/orders/1", f"/customers/{made['id']}/orders"):
        assert other.get(path).content == one.get(path).content
    assert other.get(f"/customers/{NOBODY}").status_code == 404
    new = {"name": "Bob", "email": "bob@a.example"}
    assert other.post("/customers", json=new).json()["id"] == one.post("/customers", json=new).json()["id"]
