"""The seed: what is planted, what of it is introduced, and how a mistake in it is told."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shop import NOW, ROOT, contact, conversation, inbox, ok, said, seed
from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot import SERVICE

DEMO = f"{ROOT}/inboxes/demo-inbox/contacts/demo-contact"


def planted(data: Any) -> Sandbox:
    """A sandbox planted with a seed."""
    sandbox = Sandbox(1, SERVICE.tables, {"release": "later"}, NOW)
    SERVICE.plant(sandbox, data)
    return sandbox


def test_the_shipped_seed_has_a_contact_to_begin_with(chatwoot: httpx.Client) -> None:
    """The demo contact has an open conversation with both sides in it, a resolved one, and one with a survey."""
    assert ok(chatwoot.get(DEMO))["name"] == "Dana Demo"
    first, second, third = ok(chatwoot.get(f"{DEMO}/conversations"))
    assert [(found["id"], found["status"]) for found in (first, second, third)] == [
        (1, "open"),
        (2, "resolved"),
        (3, "resolved"),
    ]
    assert {message["message_type"] for message in first["messages"]} == {0, 1}
    assert third["messages"][-1]["content_type"] == "input_csat"
    survey = ok(chatwoot.get(f"{ROOT}/csat_survey/{third['uuid']}"))
    assert survey["csat_survey_response"] is None


def test_the_shipped_seed_has_a_picture(chatwoot: httpx.Client) -> None:
    """The picture in the open conversation can be fetched and is a PNG."""
    (picture,) = (
        file
        for message in ok(chatwoot.get(f"{DEMO}/conversations/1/messages"))
        for file in message.get("attachments", ())
    )
    answer = chatwoot.get(picture["data_url"], follow_redirects=True)
    assert answer.headers["content-type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG\r\n")
    assert len(answer.content) == picture["file_size"]


def test_the_shipped_seed_has_an_inbox_that_demands_proof(chatwoot: httpx.Client) -> None:
    """The second inbox demands proof of identity and greets."""
    secure = ok(chatwoot.get(f"{ROOT}/inboxes/secure-inbox"))
    assert (secure["identity_validation_enabled"], secure["greeting_enabled"]) == (True, True)
    assert chatwoot.get(f"{ROOT}/inboxes/secure-inbox/contacts/secure-contact").status_code == 500


def test_the_shipped_seed_has_an_inbox_for_one_conversation(chatwoot: httpx.Client) -> None:
    """The third inbox keeps to a single conversation."""
    contacts = f"{ROOT}/inboxes/single-inbox/contacts"
    path = f"{contacts}/{ok(chatwoot.post(contacts))['source_id']}/conversations"
    assert ok(chatwoot.post(path))["id"] == ok(chatwoot.post(path))["id"]


def test_times_are_spans_before_now() -> None:
    """A span is told in days, hours, minutes and seconds before the sandbox's now, whatever that is."""
    tables = planted(
        seed(conversations=[conversation(said("contact", "a", ago="1d 2h 3m 4s"), ago="2d", contact_seen="1h")])
    ).tables
    now = NOW.timestamp()
    assert tables.messages[1].created_at == now - 86400 - 2 * 3600 - 3 * 60 - 4
    assert tables.conversations[1].created_at == now - 2 * 86400
    assert tables.conversations[1].contact_last_seen_at == now - 3600
    assert tables.conversations[1].last_activity_at == tables.messages[1].created_at


def test_an_agents_answer_ends_the_waiting() -> None:
    """A planted answer is the first reply, ends the contact's waiting, and is read if it was seen."""
    tables = planted(
        seed(
            conversations=[
                conversation(said("contact", "a", ago="30m"), said("maya", "b", ago="20m"), contact_seen="10m"),
                conversation(said("contact", "a", ago="30m"), said("maya", "b", ago="20m")),
            ]
        )
    ).tables
    assert tables.conversations[1].waiting_since is None
    assert tables.conversations[1].first_reply_created_at == tables.messages[2].created_at
    assert [tables.messages[number].status for number in (2, 4)] == ["read", "sent"]


def test_a_seed_may_hold_almost_nothing() -> None:
    """An inbox alone is a seed, and so is an empty object."""
    assert SERVICE.introduce(planted({})) == {}
    assert SERVICE.introduce(planted({"inboxes": [inbox()]})) == {"inbox": "shop", "try": f"{ROOT}/inboxes/shop"}


def test_the_introduction_is_what_was_planted() -> None:
    """The first inbox that asks for no proof is introduced with its first contact, and a path that answers."""
    sandbox = planted(
        seed(
            inboxes=[inbox("safe", hmac_mandatory=True), inbox("desk")],
            contacts=[contact("bob", "safe"), contact("cy", "desk"), contact("dee", "desk")],
        )
    )
    assert SERVICE.introduce(sandbox) == {
        "inbox": "desk",
        "contact": "cy",
        "try": f"{ROOT}/inboxes/desk/contacts/cy",
    }


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"inbox": []}, "the seed has the unknown key 'inbox'; did you mean 'inboxes'?"),
        ({"inboxes": {}}, "the seed has inboxes: {}, a object; write a list"),
        ({"inboxes": ["shop"]}, "inboxes[0] is a text; write an object with keys such as"),
        ({"inboxes": [{"identifier": "shop"}]}, "inboxes[0] needs 'name'"),
        ({"inboxes": [inbox(greting_message="x")]}, "did you mean 'greeting_message'?"),
        ({"inboxes": [inbox("a/b")]}, "inboxes[0] has identifier: 'a/b', which no path can name"),
        ({"inboxes": [inbox(), inbox()]}, "inboxes[1] has identifier: 'shop', which is taken"),
        ({"inboxes": [inbox(timezone="Mars/Base")]}, "inboxes[0] has timezone: 'Mars/Base', which is unknown"),
        ({"inboxes": [inbox(working_hours={"monday": "9-5"})]}, "inboxes[0].working_hours has monday: '9-5'"),
        ({"inboxes": [inbox(working_hours={"monday": "17:00-09:00"})]}, "write hours such as '09:00-17:00'"),
        ({"inboxes": [inbox(working_hours={"funday": "open"})]}, "has the unknown key 'funday'"),
        ({"inboxes": [inbox(agent_bot="maya")]}, "inboxes[0] has agent_bot: 'maya', which nobody is called"),
        ({"inboxes": [inbox(hmac_mandatory="yes")]}, "write true or false"),
        ({"inboxes": [inbox(csat_display_type="smile")]}, "choose one of: emoji, star"),
        ({"users": [{"handle": "contact", "name": "X"}]}, "users[0] has handle: 'contact', which is taken"),
        (
            {"contacts": [contact("ann", "desk")]},
            "has inbox: 'desk', which is no inbox's identifier; choose one of: shop",
        ),
        ({"contacts": [contact(), contact()]}, "contacts[1].inboxes[0] names somebody else"),
        ({"contacts": [contact(email="a@b"), contact("bob", email="A@b")]}, "contacts[1] is another contact's double"),
        ({"contacts": [contact(labels=[1])]}, "contacts[0] has labels that are not all texts"),
        ({"contacts": [contact(phone_number=46)]}, "write a text (in quotes, if it looks like a number)"),
        ({"conversations": [conversation(source_id="bob")]}, "conversations[0] has source_id: 'bob', which no contact"),
        ({"conversations": [conversation(status="closed")]}, "choose one of: open, pending, resolved, snoozed"),
        ({"conversations": [conversation(ago="an hour")]}, "has ago: 'an hour'; write a span of time"),
        ({"conversations": [conversation(assignee="porter")]}, "which nobody is called here; choose one of: maya, tom"),
        ({"conversations": [conversation(said("mya"))]}, "conversations[0].messages[0] has from: 'mya'"),
        ({"conversations": [conversation(said("maya", ago="2h"))]}, "messages[0] is older than what stands before it"),
        ({"conversations": [conversation(said("maya", content_type="poem"))]}, "has content_type: 'poem'"),
        (
            {
                "conversations": [
                    conversation(said("maya", attachments=[{"filename": "a", "content_type": "b/c", "base64": "?"}]))
                ]
            },
            "messages[0].attachments[0] has 'base64' that is not base64",
        ),
    ],
)
def test_a_mistake_is_named_with_its_fix(change: dict[str, Any], told: str) -> None:
    """A mistake in the seed is a ValueError that names the entry and what to do."""
    with pytest.raises(ValueError, match=r"^.+$") as error:
        planted(seed(**change))
    assert told in str(error.value)
