"""Who hears an event: those it is for, once it has happened for good, if it keeps its contract."""

from __future__ import annotations

from typing import Any

import pytest

from ears import Ear
from shop import Shop, contact, conversation, inbox, ok, refused, said
from understudy.services.chatwoot import timeline

DEMO = "DemoContactPubsubTokenXY"


def test_what_is_refused_is_not_told(open_shop: Any) -> None:
    """Nobody hears of a message that was never written."""
    shop = open_shop(conversations=[conversation(*[said("contact", "x", ago="10s")] * 200, ago="1m")])
    ear = Ear(shop)
    assert refused(shop.post("/conversations/1/messages", json={"content": "x"}))[0] == 422
    assert refused(shop.post("/conversations/9/messages", json={"content": "x"}))[0] == 404
    assert ear.take() == []


def test_what_is_taken_back_is_not_told(shop: Shop) -> None:
    """A transaction that fails after it published leaves nobody told, and the next one is whole."""
    shop.begin()
    ear = Ear(shop)

    def fail() -> None:
        with shop.sandbox.transaction():
            timeline.change_status(shop.sandbox, shop.tables.conversations[1], "resolved")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert (ear.take(), shop.show()["status"]) == ([], "open")
    shop.say()
    assert ear.names() == ["message.created(0)"]


def test_only_the_conversations_own_contact_hears(open_shop: Any) -> None:
    """Neither another contact hears, nor the same one in another inbox, as long as it is not verified there."""
    shop = open_shop(
        inboxes=[inbox(), inbox("annex")],
        contacts=[contact("ann", "shop", "annex"), contact("bea")],
        conversations=[conversation()],
    )
    ear, elsewhere, other = Ear(shop), Ear(shop, place="annex"), Ear(shop, "bea")
    shop.say()
    assert ear.names() == ["message.created(0)"]
    assert elsewhere.take() == other.take() == []


def test_whoever_is_verified_hears_everywhere(open_shop: Any) -> None:
    """Once proven, a contact hears of it in every inbox where it is proven; of typing in that very inbox only."""
    verified = [{"inbox": name, "source_id": "ann", "hmac_verified": True} for name in ("shop", "annex")]
    shop = open_shop(
        inboxes=[inbox(), inbox("annex"), inbox("attic")],
        contacts=[{"name": "Ann", "inboxes": [*verified, {"inbox": "attic", "source_id": "ann"}]}],
        conversations=[conversation(), conversation(inbox="attic")],
    )
    ears = [Ear(shop, place=name) for name in ("shop", "annex", "attic")]
    shop.say()
    assert [ear.names() for ear in ears] == [["message.created(0)"], ["message.created(0)"], []]
    ok(shop.post(shop.path("/conversations/2/messages", "attic"), json={"content": "x"}))
    assert [ear.names() for ear in ears] == [[], [], ["message.created(0)"]]
    with shop.sandbox.transaction():
        timeline.type_in(shop.sandbox, shop.tables.conversations[1], shop.tables.users[1], on=True)
    assert [ear.names() for ear in ears] == [["conversation.typing_on"], [], []]


def test_two_sandboxes_do_not_hear_one_another(chatwoot: Any) -> None:
    """The same token in two sandboxes is two streams; addresses lead back into the sandbox that was asked."""
    path = "/public/api/v1/inboxes/demo-inbox/contacts/demo-contact/conversations/1/messages"
    heard: dict[str, list[Any]] = {"": [], "one": [], "two": []}
    for name, found in heard.items():
        sandbox = chatwoot.part.sandboxes.get(name)
        sandbox.bus.subscribe(DEMO, lambda broadcast, _, found=found: found.append(broadcast.data))
    for name in ("one", "two"):
        files = {"attachments[]": (f"{name}.png", b"x", "image/png")}
        ok(chatwoot.post(path, headers={"Understudy-Sandbox": name}, files=files))
    assert heard[""] == []
    for name in ("one", "two"):
        (data,) = (data for data in heard[name] if "attachments" in data)
        assert f"/~{name}/rails/" in data["attachments"][0]["data_url"]
        assert data["attachments"][0]["data_url"].endswith(f"{name}.png")


def test_an_event_that_breaks_its_contract_is_not_heard(chatwoot: Any) -> None:
    """What the document does not allow is kept back, and stands in the journal with every broken promise."""
    sandbox, heard = chatwoot.sandbox, []
    sandbox.bus.subscribe(DEMO, lambda broadcast, _: heard.append(broadcast.event))
    with sandbox.transaction():
        timeline.change(sandbox, sandbox.tables.conversations[1], priority="whatever")
        timeline.change(sandbox, sandbox.tables.conversations[2], priority="high")
    assert heard == ["conversation.updated"]
    first, second = chatwoot.journal.events
    assert (first.sent, [violation.where for violation in first.violations]) == (False, ["/body/priority"])
    assert (second.sent, second.violations) == (True, [])
