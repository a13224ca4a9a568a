"""Who may listen to Chatwoot's events, and what a listener is told of who is there."""

from __future__ import annotations

from typing import Any

import pytest

from ears import Ear, token_of
from shop import Shop, contact, inbox, seed
from understudy.services.chatwoot import SERVICE

CABLE = SERVICE.cable
assert CABLE is not None


def identifier(shop: Shop, **other: Any) -> dict[str, Any]:
    """What a contact's subscription says."""
    return {"channel": "RoomChannel", "pubsub_token": token_of(shop), **other}


def test_a_contact_subscribes_by_its_token(shop: Shop) -> None:
    """The stream is the token's own; a blank user id, as widgets send it, makes no difference."""
    for other in ({}, {"user_id": ""}, {"user_id": None, "account_id": 1}, {"whatever": [1]}):
        assert CABLE.subscribe(shop.sandbox, identifier(shop, **other)) == token_of(shop)


@pytest.mark.parametrize(
    "wrong",
    [
        {"pubsub_token": "nobody"},
        {"pubsub_token": None},
        {"pubsub_token": ["x"]},
        {"pubsub_token": 7},
        {"channel": "OtherChannel"},
        {"channel": None},
        {"user_id": 1},
        {"user_id": "1"},
    ],
)
def test_whoever_is_not_known_hears_nothing(shop: Shop, wrong: dict[str, Any]) -> None:
    """An unknown token, another channel, or an agent: silence."""
    assert CABLE.subscribe(shop.sandbox, identifier(shop) | wrong) is None
    assert CABLE.subscribe(shop.sandbox, {}) is None


def test_joining_tells_who_is_there(open_shop: Any) -> None:
    """Each agent by id with its availability, to the one who joined alone; no contacts."""
    users = [{**user, "availability": how} for user, how in zip(seed()["users"], ("online", "busy"), strict=True)]
    users.append({"handle": "pia", "name": "Pia", "availability": "offline"})
    shop = open_shop(users=users, contacts=[contact(), contact("bea")])
    ear, other = Ear(shop), Ear(shop, "bea")
    CABLE.joined(shop.sandbox, token_of(shop))
    assert ear.take() == [("presence.update", {"account_id": 1, "users": {"1": "online", "2": "busy", "3": "offline"}})]
    assert other.take() == []


def test_saying_that_one_is_there_is_answered_the_same(shop: Shop) -> None:
    """`update_presence` is the one thing a client may do; anything else is nothing."""
    ear = Ear(shop)
    for data in ({}, {"action": "speak"}, {"action": None}, {"action": ["update_presence"]}):
        CABLE.perform(shop.sandbox, token_of(shop), data)
    assert ear.take() == []
    CABLE.perform(shop.sandbox, token_of(shop), {"action": "update_presence", "more": 1})
    assert ear.names() == ["presence.update"]
    CABLE.perform(shop.sandbox, "gone", {"action": "update_presence"})
    CABLE.joined(shop.sandbox, "gone")
    assert ear.take() == []


def test_merging_leaves_the_stream_where_it_was(open_shop: Any) -> None:
    """After two contacts became one, the token that a client holds is still its own."""
    shop = open_shop(inboxes=[inbox()], contacts=[contact(), contact("bea", email="bea@x.example")])
    stream = CABLE.subscribe(shop.sandbox, identifier(shop))
    shop.begin()
    ear = Ear(shop)
    assert shop.patch(json={"email": "bea@x.example"}).status_code == 200
    assert CABLE.subscribe(shop.sandbox, identifier(shop)) == stream
    shop.say()
    assert ear.names() == ["message.created(0)"]
