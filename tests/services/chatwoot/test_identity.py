"""Proof of identity: what is checked where, what a right proof changes for good."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

import pytest

from shop import CRASH, NOT_FOUND, Shop, contact, conversation, inbox, ok, refused, said


def proof(identifier: str = "u-1", place: str = "shop") -> dict[str, str]:
    """An identifier with its hash, made with the secret of an inbox."""
    digest = hmac.new(f"{place}-token".encode(), identifier.encode(), hashlib.sha256).hexdigest()
    return {"identifier": identifier, "identifier_hash": digest}


@pytest.fixture
def safe(open_shop: Any) -> Shop:
    """A shop whose inbox demands proof of identity; Ann has a conversation there and one at the desk."""
    opened: Shop = open_shop(
        inboxes=[inbox(hmac_mandatory=True), inbox("desk")],
        contacts=[contact("ann", "shop", "desk", identifier="u-1")],
        conversations=[conversation(), conversation(inbox="desk")],
    )
    return opened


def verified(shop: Shop, number: int = 1) -> bool:
    """Whether a contact inbox counts as verified."""
    return bool(shop.tables.contact_inboxes[number].hmac_verified)


def test_a_demanded_proof_must_be_there_and_right(safe: Shop) -> None:
    """Without a proof, or with a wrong one, creating, reading and updating a contact are a plain 500."""
    wrong = proof() | {"identifier": "u-2"}
    for extra in ({}, wrong, {"identifier_hash": "x"}):
        assert refused(safe.enter(**extra)) == (500, CRASH)
        assert refused(safe.get(params=extra)) == (500, CRASH)
        assert refused(safe.patch(json=extra)) == (500, CRASH)
    assert not verified(safe)


def test_a_wrong_proof_nobody_demanded_is_an_error_too(shop: Shop) -> None:
    """A hash that is sent is checked; a blank one is not."""
    assert refused(shop.patch(json={"identifier": "u-1", "identifier_hash": "wrong"})) == (500, CRASH)
    ok(shop.patch(json={"identifier": "u-1", "identifier_hash": " "}))
    assert not verified(shop)


def test_an_unknown_contact_is_missing_before_it_is_unproven(safe: Shop) -> None:
    """The contact is looked up before its proof is checked."""
    assert refused(safe.get(safe.path(source_id="nobody"))) == (404, NOT_FOUND)


@pytest.mark.parametrize("how", ["read", "update"])
def test_a_right_proof_verifies_for_good(safe: Shop, how: str) -> None:
    """Reading or updating with a right proof marks the contact inbox as verified, permanently."""
    ok(safe.get(params=proof()) if how == "read" else safe.patch(json=proof()))
    assert verified(safe)
    assert refused(safe.get()) == (500, CRASH)
    assert verified(safe)


def test_creation_with_a_right_proof_does_not_verify(safe: Shop) -> None:
    """A proof on creation is checked but not remembered; the next request with it is."""
    made = ok(safe.enter(source_id="web", **proof("u-9")))
    assert not verified(safe, 3)
    assert ok(safe.get(safe.path(source_id="web"), params=proof("u-9"))) == made
    assert verified(safe, 3)


def test_a_proof_is_not_bound_to_the_contact(safe: Shop) -> None:
    """The proof of any identifier will do, and so will that of none at all."""
    ok(safe.get(params=proof("somebody else")))
    assert verified(safe)
    ok(safe.get(params={"identifier_hash": proof("")["identifier_hash"]}))


def test_an_identifier_that_is_a_number_is_proven_as_text(shop: Shop) -> None:
    """A number is hashed as it is written; an object has no hash that anybody could send."""
    ok(shop.patch(json={**proof("7"), "identifier": 7}))
    assert verified(shop)
    assert refused(shop.patch(json={**proof(), "identifier": {"a": 1}})) == (500, CRASH)


def test_a_refused_update_keeps_the_proof(shop: Shop) -> None:
    """The proof is remembered even where the update itself is refused."""
    assert shop.patch(json={**proof(), "email": "none"}).status_code == 422
    assert verified(shop)


def test_conversations_and_messages_never_ask_for_proof(safe: Shop) -> None:
    """Only the contact's own endpoints look at proofs."""
    assert safe.show()["status"] == "open"
    assert safe.say("hi", identifier_hash="wrong")["content"] == "hi"


def test_once_verified_all_conversations_of_the_contact_are_seen(safe: Shop) -> None:
    """List, show and actions look in the contact inbox until it is verified, then in everything of the contact."""
    assert [found["id"] for found in ok(safe.get("/conversations"))] == [1]
    for method, tail in (
        ("GET", ""),
        ("POST", "/toggle_status"),
        ("POST", "/toggle_typing"),
        ("POST", "/update_last_seen"),
    ):
        assert refused(safe.send(method, f"/conversations/2{tail}")) == (404, NOT_FOUND)
    ok(safe.get(params=proof()))
    assert [found["id"] for found in ok(safe.get("/conversations"))] == [1, 2]
    assert safe.show(2)["id"] == 2
    assert safe.resolve(2)["status"] == "resolved"


def test_verification_does_not_open_other_peoples_conversations(open_shop: Any) -> None:
    """A verified contact sees its own conversations and nobody else's."""
    shop = open_shop(
        contacts=[contact(), contact("bob")],
        conversations=[conversation(), conversation(said("contact", "mine"), source_id="bob")],
    )
    ok(shop.get(params=proof()))
    assert refused(shop.get("/conversations/2")) == (404, NOT_FOUND)
    assert refused(shop.get("/conversations/2/messages")) == (404, NOT_FOUND)
