"""Webhooks of an inbox: what is sent to its address, how it is signed, and what is not sent."""

from __future__ import annotations

import hashlib
import hmac
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ears import act, hooked
from shop import NOW, Shop, contact, conversation, inbox, ok, refused, said
from understudy import bundled
from understudy.contract.contract import Contract
from understudy.contract.document import load
from understudy.sandbox.bus import Delivery
from understudy.services.chatwoot import timeline
from understudy.services.chatwoot.tables import MessageType
from understudy.services.chatwoot.timeline import Draft

URL = "http://hooks.example/chatwoot?x=1"
ISO = "2026-03-04T12:00:00.000Z"
HOOKED = inbox(webhook_url=URL, webhook_secret="s3cret", csat_survey_enabled=True)

OpenShop = Callable[..., Shop]


@pytest.fixture(scope="session")
def realtime() -> Contract:
    """The contract of what Chatwoot sends by itself."""
    return Contract(load(bundled.SPEC / "chatwoot/realtime.yaml"))


@pytest.fixture
def told(open_shop: OpenShop, realtime: Contract) -> Iterator[tuple[Shop, Callable[[], list[Any]]]]:
    """A shop with a webhook, and what it has sent since last asked; all of it must keep the contract."""
    waiting = conversation(said("contact", "hi"))
    shop = open_shop(
        inboxes=[HOOKED, inbox("quiet")], conversations=[waiting], contacts=[contact("ann", "shop", "quiet")]
    )
    deliveries = hooked(shop)
    taken: list[Delivery] = []

    def take() -> list[Any]:
        taken.extend(deliveries)
        found = [json.loads(delivery.body) for delivery in deliveries]
        deliveries.clear()
        return found

    yield shop, take
    take()
    broken = [(d.event, realtime.check_event(d.event, json.loads(d.body))) for d in taken]
    assert [found for found in broken if found[1]] == []
    assert all(json.loads(delivery.body)["event"] == delivery.event for delivery in taken)


def test_a_delivery_is_signed(open_shop: OpenShop) -> None:
    """The signature is over timestamp, dot and body; the timestamp is the sandbox's; the id is a uuid."""
    shop = open_shop(inboxes=[HOOKED])
    deliveries = hooked(shop)
    shop.begin()
    (delivery,) = deliveries
    headers = dict(delivery.headers)
    assert (delivery.event, delivery.url, delivery.retries) == ("conversation_created", URL, (1, 5, 25, 125))
    assert (headers["Content-Type"], headers["X-Chatwoot-Timestamp"]) == ("application/json", str(int(NOW.timestamp())))
    signed = headers["X-Chatwoot-Timestamp"].encode() + b"." + delivery.body
    expected = hmac.new(b"s3cret", signed, hashlib.sha256).hexdigest()
    assert headers["X-Chatwoot-Signature"] == f"sha256={expected}"
    assert uuid.UUID(headers["X-Chatwoot-Delivery"]).version == 4


def test_without_a_secret_nothing_is_signed(open_shop: OpenShop) -> None:
    """A delivery still has an id, and each its own."""
    shop = open_shop(inboxes=[inbox(webhook_url=URL)])
    deliveries = hooked(shop)
    shop.begin()
    shop.say()
    assert [[name for name, _ in delivery.headers] for delivery in deliveries] == [
        ["Content-Type", "Accept", "X-Chatwoot-Delivery"]
    ] * 2
    assert len({dict(delivery.headers)["X-Chatwoot-Delivery"] for delivery in deliveries}) == 2


def test_a_message_is_told_in_words(told: Any) -> None:
    """Its type is a word, its time ISO 8601, its conversation whole, its sender a contact with its account."""
    shop, take = told
    shop.say("hello", echo_id="e")
    (data,) = take()
    assert list(data) == [
        "account", "additional_attributes", "content_attributes", "content_type", "content", "conversation",
        "created_at", "id", "inbox", "message_type", "private", "sender", "source_id", "event",
    ]  # fmt: skip
    assert (data["event"], data["message_type"], data["created_at"]) == ("message_created", "incoming", ISO)
    assert (data["account"], data["inbox"]) == ({"id": 1, "name": "Acme"}, {"id": 1, "name": "Shop"})
    assert data["conversation"]["id"] == 1
    assert "account_id" not in data["conversation"]
    assert data["sender"] == {
        "account": {"id": 1, "name": "Acme"},
        "additional_attributes": {},
        "avatar": "",
        "custom_attributes": {},
        "email": None,
        "id": 1,
        "identifier": None,
        "name": "Ann",
        "phone_number": None,
        "thumbnail": "",
        "blocked": False,
    }


def test_notes_are_told_and_activities_are_not(told: Any) -> None:
    """A webhook is on the agents' side: it hears private notes; of an activity it hears nothing."""
    shop, take = told
    act(shop, timeline.note_activity, 1, "Assigned to Maya")
    assert take() == []
    note = Draft(MessageType.OUTGOING, "psst", private=True, sender_type="User", sender_id=1)
    act(shop, timeline.add, 1, note, shop.tables.users[1])
    (data,) = take()
    assert (data["private"], data["message_type"]) == (True, "outgoing")
    assert data["sender"] == {"id": 1, "name": "Maya Lind", "email": "", "type": "user"}


def test_a_change_is_told_with_what_was_before(told: Any) -> None:
    """The status by itself, then the whole change; the survey leads to the page that answers it."""
    shop, take = told
    shop.resolve()
    status, updated, survey = take()
    changed = {"status": {"previous_value": "open", "current_value": "resolved"}}
    assert (status["event"], status["changed_attributes"]) == ("conversation_status_changed", [changed])
    assert (updated["event"], updated["changed_attributes"][0]) == ("conversation_updated", changed)
    assert updated["changed_attributes"][1:] == [
        {"waiting_since": {"previous_value": "2026-03-04T11:00:00.000Z", "current_value": None}},
        {"updated_at": {"previous_value": "2026-03-04T11:00:00.000Z", "current_value": ISO}},
    ]
    assert survey["message_type"] == "template"
    assert survey["sender"] is None
    page = f"http://127.0.0.1:8080/survey/responses/{shop.show()['uuid']}"
    assert survey["content"] == f"Please rate this conversation, {page}"


def test_a_surveys_own_words_are_kept(open_shop: OpenShop) -> None:
    """An inbox with a question of its own asks that."""
    shop = open_shop(inboxes=[{**HOOKED, "csat_message": "How was it?"}], conversations=[conversation()])
    deliveries = hooked(shop)
    shop.resolve()
    assert json.loads(deliveries[-1].body)["content"].startswith("How was it? http://127.0.0.1:8080/survey/responses/")


@pytest.mark.parametrize(
    ("columns", "attribute", "values"),
    [
        ({"labels": ("vip",)}, "label_list", [[], ["vip"]]),
        ({"assignee_id": 2}, "assignee_id", [None, 2]),
        ({"priority": "low"}, "priority", [None, "low"]),
        ({"custom_attributes": {"a": 1}}, "custom_attributes", [{}, {"a": 1}]),
    ],
)
def test_each_change_has_its_name(told: Any, columns: dict[str, Any], attribute: str, values: list[Any]) -> None:
    """Old and new value stand under the column's name; labels are called a list."""
    shop, take = told
    act(shop, timeline.change, 1, **columns)
    (data,) = take()
    assert data["changed_attributes"][0] == {attribute: {"previous_value": values[0], "current_value": values[1]}}


def test_everybodys_typing_is_told(told: Any) -> None:
    """The contact's too, which no contact's socket hears of."""
    shop, take = told
    for status in ("on", "off", "maybe", ["on"]):
        shop.post("/conversations/1/toggle_typing", json={"typing_status": status})
    act(shop, timeline.type_in, 1, shop.tables.agent_bots[1], on=True, is_private=True)
    heard = take()
    assert [(data["event"], data["user"]["name"], data["is_private"]) for data in heard] == [
        ("conversation_typing_on", "Ann", False),
        ("conversation_typing_off", "Ann", False),
        ("conversation_typing_on", "Porter", True),
    ]
    assert list(heard[0]) == ["event", "user", "conversation", "is_private"]


def test_a_message_that_is_read_or_carries_a_file_is_told(told: Any) -> None:
    """Reading tells each message; files stand in the payload."""
    shop, take = told
    reply = Draft(MessageType.OUTGOING, "hello", sender_type="AgentBot", sender_id=1)
    act(shop, timeline.add, 1, reply)
    shop.post("/conversations/1/update_last_seen")
    assert [data["event"] for data in take()] == ["message_created", "conversation_updated", "message_updated"]
    ok(shop.post("/conversations/1/messages", files={"attachments[]": ("a.txt", b"x", "text/plain")}))
    assert take()[0]["attachments"][0]["file_size"] == 1


def test_other_inboxes_and_failures_tell_nothing(told: Any) -> None:
    """An inbox without an address is silent, and so is a request that is refused."""
    shop, take = told
    ok(shop.post(shop.path("/conversations", "quiet")))
    assert refused(shop.post("/conversations/1/messages", json={"content": "x" * 150_001}))[0] == 422
    assert take() == []


def test_nobody_to_send_costs_no_randomness(open_shop: OpenShop) -> None:
    """Where nobody takes the post nothing is built: the same seed gives the same ids as without a webhook."""
    uuids = []
    for settings in (inbox(), HOOKED):
        shop = open_shop(inboxes=[{**settings, "csat_survey_enabled": False}])
        shop.sandbox.bus.post = None
        shop.begin()
        shop.begin()
        uuids.append(shop.show(2)["uuid"])
    assert uuids[0] == uuids[1]


@pytest.mark.parametrize("url", ["hooks.example", "ftp://hooks.example", "http://", "http://a b", ""])
def test_an_address_that_is_none_is_refused_in_the_seed(open_shop: OpenShop, url: str) -> None:
    """The seed's mistake is named, with an address as it should be."""
    with pytest.raises(ValueError, match=r"inboxes\[0\] has webhook_url: .* write one such as http"):
        open_shop(inboxes=[inbox(webhook_url=url)])
