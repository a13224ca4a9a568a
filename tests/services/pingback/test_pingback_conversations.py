"""Opening a conversation in Pingback: what is made, what is refused, and that every answer keeps the contract."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from played import Client, Serve
from understudy.services.pingback.conversations import CREATED

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
PATH = "/api/v1/conversations/"
ACME, OTHER, SILENT, BORROWED = (f"b0000000-0000-4000-8000-00000000000{n}" for n in range(1, 5))
DANA, EVE = (f"e0000000-0000-4000-8000-00000000000{n}" for n in (1, 2))
MAYA = "a0000000-0000-4000-8000-000000000001"
CHANNEL = "c0000000-0000-4000-8000-000000000001"


@pytest.fixture
def pingback(serve: Serve) -> Iterator[Client]:
    """A client on the played Pingback at a standing clock; no answer of the test may break the contract."""
    client = serve("pingback", frozen_at=NOW)
    yield client
    assert [v for exchange in client.journal for v in exchange.violations if v.side == "response"] == []


def opened(client: httpx.Client, token: str = "demo-token", **body: Any) -> httpx.Response:
    """Ask for a conversation."""
    return client.post(PATH, json=body, headers={"authorization": f"Bearer {token}"})


def made(answer: httpx.Response) -> Any:
    """The conversation, which must have been made."""
    assert answer.status_code == CREATED, answer.text
    return answer.json()


def refused(answer: httpx.Response) -> tuple[int, Any]:
    """Status and body of a refusal, which must be the product's own."""
    assert "understudy-refused" not in answer.headers, answer.text
    return answer.status_code, answer.json()


def test_a_conversation_begins_open_on_the_default_channel(pingback: Client) -> None:
    """With nothing but the business it has no customer, no message and no response yet."""
    found = made(opened(pingback, business_id=ACME))
    assert found == {
        "id": found["id"],
        "business_id": ACME,
        "customer_id": None,
        "assignee_id": None,
        "status": "open",
        "channel_type": "whatsapp",
        "channel_id": CHANNEL,
        "created_at": "2026-03-04T12:00:00.000Z",
        "updated_at": "2026-03-04T12:00:00.000Z",
        "first_response_at": None,
        "customer": None,
        "messages": [],
    }


def test_an_initial_message_is_the_agents_and_the_first_response(pingback: Client) -> None:
    """It becomes a message whose sender is the business's agent, and the first response is there at once."""
    found = made(opened(pingback, business_id=ACME, initial_message="Hello!"))
    (message,) = found["messages"]
    assert message == {
        "id": message["id"],
        "conversation_id": found["id"],
        "sender_type": "agent",
        "sender_id": MAYA,
        "content": "Hello!",
        "attachments": [],
        "created_at": "2026-03-04T12:00:00.000Z",
    }
    assert found["first_response_at"] == message["created_at"]


def test_an_empty_initial_message_is_none(pingback: Client) -> None:
    """Empty text makes no message, and so no response."""
    found = made(opened(pingback, business_id=ACME, initial_message=""))
    assert (found["messages"], found["first_response_at"]) == ([], None)


def test_a_customer_of_the_business_is_linked_and_shown(pingback: Client) -> None:
    """The customer stands inside the conversation, by the same id; letters in ids may be of either case."""
    found = made(opened(pingback, business_id=ACME.upper(), customer_id=DANA.upper()))
    assert (found["business_id"], found["customer_id"]) == (ACME, DANA)
    assert found["customer"] == {
        "id": DANA,
        "business_id": ACME,
        "name": "Dana Demo",
        "email": "dana@customer.example",
        "phone": "+15550100",
        "external_id": "user-1",
        "created_at": "2026-02-02T12:00:00.000Z",
    }


def test_every_conversation_is_a_new_one(pingback: Client) -> None:
    """The same request twice makes two conversations, and both are kept with their own messages."""
    first, second = (made(opened(pingback, business_id=ACME, initial_message=text)) for text in ("a", "b"))
    assert first["id"] != second["id"]
    tables = pingback.sandbox.tables
    assert [row.id for row in tables.conversations] == [first["id"], second["id"]]
    assert [row.content for row in tables.messages] == ["a", "b"]
    assert [message["content"] for message in second["messages"]] == ["b"]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"authorization": "Bearer wrong"},
        {"authorization": "Bearer"},
        {"authorization": "Basic ZGVtbzpkZW1v"},
        {"authorization": "demo-token"},
        {"authorization": "Bearer demo-token x"},
    ],
)
def test_without_a_valid_token_the_product_says_401(pingback: Client, headers: dict[str, str]) -> None:
    """A token that is missing, malformed or nobody's is refused in Pingback's own words, whatever the body is."""
    for body in ({"business_id": ACME}, {}):
        status, told = refused(pingback.post(PATH, json=body, headers=headers))
        assert (status, told) == (401, {"detail": "The bearer token is missing or not valid."})
    assert not len(pingback.sandbox.tables.conversations)


@pytest.mark.parametrize(("token", "business"), [("no-channel-token", SILENT), ("borrowed-channel-token", BORROWED)])
def test_a_default_channel_that_is_missing_or_anothers_is_400(pingback: Client, token: str, business: str) -> None:
    """The channel is the business's default one: gone, or another business's, it is not valid."""
    status, told = refused(opened(pingback, token, business_id=business))
    assert (status, told["detail"]) == (400, "The channel is not valid: the business has no such channel.")


def test_the_fields_are_looked_at_before_the_channel(pingback: Client) -> None:
    """A request with a missing field hears of that, also where the channel is not valid."""
    assert refused(opened(pingback, "no-channel-token"))[0] == 422


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({}, {"business_id": "is missing"}),
        ({"business_id": None}, {"business_id": "must be the id of the token's own business"}),
        ({"business_id": "acme"}, {"business_id": "must be the id of the token's own business"}),
        ({"business_id": 7}, {"business_id": "must be the id of the token's own business"}),
        ({"business_id": ACME, "customer_id": None}, {"customer_id": "must be the id of a customer of the business"}),
        ({"business_id": ACME, "customer_id": 42}, {"customer_id": "must be the id of a customer of the business"}),
        ({"business_id": ACME, "initial_message": 7}, {"initial_message": "must be a text"}),
        (
            {"customer_id": "x", "initial_message": []},
            {
                "business_id": "is missing",
                "customer_id": "must be the id of a customer of the business",
                "initial_message": "must be a text",
            },
        ),
    ],
)  # fmt: skip
def test_fields_that_are_missing_or_wrong_are_422(pingback: Client, body: Any, errors: dict[str, str]) -> None:
    """Every field at fault is told at once, in Pingback's own words."""
    assert refused(opened(pingback, **body)) == (
        422,
        {"detail": "The conversation cannot be created.", "errors": errors},
    )


def test_a_body_that_is_none_is_422(pingback: Client) -> None:
    """No body, an array, text that is no JSON and JSON that is broken lack the fields that are required."""
    headers = {"authorization": "Bearer demo-token"}
    told = {"detail": "The conversation cannot be created.", "errors": {"business_id": "is missing"}}
    assert refused(pingback.post(PATH, headers=headers)) == (422, told)
    assert refused(pingback.post(PATH, headers=headers, json=[])) == (422, told)
    assert refused(pingback.post(PATH, headers=headers | {"content-type": "text/plain"}, content="x")) == (422, told)
    broken = pingback.post(PATH, headers=headers | {"content-type": "application/json"}, content="{")
    assert refused(broken) == (422, {"detail": "The body cannot be read."})


def test_what_only_the_contract_refuses_changes_nothing(pingback: Client) -> None:
    """A form is not documented: Pingback would take it, so the gate refuses it and nothing is kept."""
    answer = pingback.post(PATH, headers={"authorization": "Bearer demo-token"}, data={"business_id": ACME})
    assert (answer.status_code, answer.headers["understudy-refused"]) == (415, "contract")
    assert not len(pingback.sandbox.tables.conversations)


def test_somebody_elses_ids_look_like_nobodys(pingback: Client) -> None:
    """A business or customer of another account is refused in the very words of one that does not exist."""
    nobody = "00000000-0000-4000-8000-000000000000"
    assert refused(opened(pingback, business_id=OTHER)) == refused(opened(pingback, business_id=nobody))
    foreign = opened(pingback, business_id=ACME, customer_id=EVE)
    assert refused(foreign) == refused(opened(pingback, business_id=ACME, customer_id=nobody))
    assert foreign.status_code == 422
    assert made(opened(pingback, "other-token", business_id=OTHER, customer_id=EVE))["customer"]["id"] == EVE


def test_the_slash_at_the_end_is_part_of_the_path(pingback: Client) -> None:
    """Without it there is no such operation, and the refusal names the one there is."""
    answer = pingback.post(PATH.rstrip("/"), json={"business_id": ACME})
    assert answer.status_code == 404
    assert PATH in answer.json()["detail"]


def test_reporting_an_unknown_path_is_the_products_404(serve: Serve) -> None:
    """With policy report, Pingback itself answers where there is nothing."""
    assert refused(serve("pingback", policy="report").get("/nowhere")) == (404, {"detail": "Not found."})


def test_as_published_the_contract_refuses_first(serve: Serve) -> None:
    """The bare page leaves nothing to the product: a missing token is the gate's 401, a wrong one the product's."""
    client = serve("pingback", profile="published")
    assert client.post(PATH, json={"business_id": ACME}).headers["understudy-refused"] == "contract"
    assert refused(opened(client, "wrong", business_id=ACME))[0] == 401
    assert opened(client).headers["understudy-refused"] == "contract"
    assert made(opened(client, business_id=ACME, customer_id=DANA, initial_message="Hi"))["status"] == "open"


def test_sandboxes_keep_conversations_apart(pingback: Client) -> None:
    """What is opened in a sandbox of one's own is in nobody else's."""
    answer = pingback.post(f"/~mine{PATH}", json={"business_id": ACME}, headers={"authorization": "Bearer demo-token"})
    made(answer)
    assert not len(pingback.sandbox.tables.conversations)
