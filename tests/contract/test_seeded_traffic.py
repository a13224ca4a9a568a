"""Ordinary good traffic costs no openapi-core: the accept plan covers every operation of the bundled documents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from pairs import bundled
from played import Client, Serve
from understudy.contract.exchange import Request, Response


def drive(client: Client, profile: str) -> Iterator[httpx.Response]:
    """What a client says to the seeded Chatwoot, operation after operation, all of it good."""
    inboxes = "/public/api/v1/inboxes/demo-inbox"
    contact = f"{inboxes}/contacts/demo-contact"
    talk = f"{contact}/conversations/1"
    yield client.post(f"{inboxes}/contacts", json={"name": "New", "email": "new@customer.example"})
    yield client.get(contact)
    yield client.patch(contact, json={"name": "Dana", "custom_attributes": {"plan": "silver"}})
    yield client.get(f"{contact}/conversations")
    yield client.post(f"{contact}/conversations", json={"custom_attributes": {"a": 1}})
    yield client.get(talk)
    sent = client.post(f"{talk}/messages", json={"content": "hello", "echo_id": "1"})
    yield sent
    yield client.get(f"{talk}/messages")
    yield client.patch(
        f"{talk}/messages/{sent.json()['id']}", json={"submitted_values": {"name": "a", "title": "b", "value": "c"}}
    )
    yield client.post(f"{talk}/toggle_typing", params={"typing_status": "on"}, json={"typing_status": "on"})
    yield client.post(f"{talk}/update_last_seen")
    yield client.post(f"{talk}/toggle_status")
    if profile == "published":
        return
    yield client.put(contact, data={"name": "Dana Demo"})
    yield client.post(f"{contact}/conversations", data={"custom_attributes[a]": "1"})
    yield client.post(f"{contact}/conversations")
    yield client.get(f"{talk}/messages", params={"before": "100"})
    yield client.post(f"{talk}/messages", data={"content": "a form"})
    file = client.post(
        f"{talk}/messages", data={"content": "a file"}, files={"attachments[]": ("a.png", b"1", "image/png")}
    )
    yield file
    redirect = client.get(file.json()["attachments"][0]["data_url"])
    yield redirect
    yield client.get(redirect.headers["location"])
    yield client.put(f"{talk}/messages/{sent.json()['id']}", json={"submitted_values": [{"title": "a", "value": "b"}]})
    yield client.get(inboxes)
    survey = f"/public/api/v1/csat_survey/{client.get(talk).json()['uuid']}"
    answer = {"message": {"submitted_values": {"csat_survey_response": {"rating": 4, "feedback_message": "good"}}}}
    yield client.put(survey, json=answer)
    yield client.patch(survey, json=answer)
    yield client.get(survey)


@pytest.mark.parametrize(
    "direction", [{}, {"settings": {"release": "4.13"}}, {"profile": "published"}], ids=["later", "4.13", "published"]
)
def test_seeded_traffic_never_asks_openapi_core(serve: Serve, direction: dict[str, Any]) -> None:
    """With openapi-core taken away, every operation of the played Chatwoot still accepts good requests and answers."""
    client = serve("chatwoot", policy="enforce", **direction)
    contract = client.part.contract
    del contract.engine
    for answer in drive(client, direction.get("profile", "observed")):
        assert answer.status_code in (200, 302), answer.text
    assert {exchange.operation_id for exchange in client.journal} == set(contract.by_id)


# These take filters that may be empty or have a default, which openapi-core reads; one of them never ends.
FILTERED = frozenset({"follow-journal", "get-journal", "list-violations"})


def test_the_control_plane_never_asks_openapi_core(serve: Serve) -> None:
    """The plan by itself accepts what the control plane is asked and what it answers."""
    client = serve("chatwoot")
    contract = bundled()["control"].plan
    asked = [operation for operation in contract.by_id.values() if operation.method == "get"]
    plain = [
        operation for operation in asked if "{" not in operation.template and operation.operation_id not in FILTERED
    ]
    assert len(plain) > 6
    for operation in plain:
        answer = client.get(operation.template)
        request = Request("GET", operation.template, template=operation.template)
        response = Response(answer.status_code, answer.headers.raw, answer.content)
        assert bundled()["control"].planned(request, None), operation.operation_id
        assert bundled()["control"].planned(request, response), operation.operation_id
