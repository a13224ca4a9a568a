"""Contacts, agents and inboxes from the agents' side, and what the contact notices of it."""

from __future__ import annotations

from typing import Any

import pytest

from desk import CONTACT, STREAM, Desk
from understudy.sandbox.bus import Delivery
from understudy.services.chatwoot import SERVICE

INBOX = "/inboxes/demo-inbox"


def test_contacts_are_listed_with_where_they_are_present(desk: Desk) -> None:
    """A contact is found by inbox, source id, and whether it is blocked."""

    def listed(**query: Any) -> list[str]:
        return [found["name"] for found in desk.do("GET", "/contacts", params=query)]

    assert listed() == ["Dana Demo", "Sam Secure"]
    assert listed(inbox="secure-inbox") == listed(source_id="secure-contact") == ["Sam Secure"]
    assert listed(blocked="true") == listed(source_id="nobody") == []
    assert listed(blocked="false", inbox="demo-inbox") == ["Dana Demo"]
    dana = desk.do("GET", "/contacts/1")
    assert [place["source_id"] for place in dana["inboxes"]] == ["demo-contact"]
    status, detail = desk.refusal("GET", "/contacts/99")
    assert (status, "GET /contacts?source_id=" in detail) == (404, True)


def test_a_blocked_contact_is_not_attended_to(desk: Desk) -> None:
    """New conversations are resolved from the start and old ones stay so, until the contact is unblocked."""
    assert desk.do("POST", "/contacts/1/block")["blocked"] is True
    assert desk.ask("POST", "/conversations", {})["status"] == "resolved"
    desk.say("Hello?", 2)
    shown = desk.ask("GET", "/conversations/2")
    assert (shown["status"], shown["contact"]["blocked"]) == ("resolved", True)
    assert desk.do("POST", "/contacts/1/unblock")["blocked"] is False
    desk.say("Hello?", 2)
    assert desk.show(2)["status"] == "open"


def test_agents_come_and_go(desk: Desk) -> None:
    """An agent is online, busy or offline; everybody else stays what they were."""

    def there() -> dict[str, str]:
        return {agent["handle"]: agent["availability"] for agent in desk.do("GET", "/agents")}

    assert there() == {"maya": "online", "tomas": "busy"}
    for name, availability in (("maya", "offline"), ("tomas@acme.example", "online"), ("1", "busy")):
        told = desk.do("PUT", f"/agents/{name}/availability", {"availability": availability})
        assert told["availability"] == availability
    assert there() == {"maya": "busy", "tomas": "online"}
    assert desk.refusal("PUT", "/agents/nemo/availability", {"availability": "busy"}) == (
        404, "No agent is called 'nemo' here. Name one of: maya, tomas.",
    )  # fmt: skip
    assert [bot["handle"] for bot in desk.do("GET", "/agent_bots")] == ["porter"]


def test_a_socket_learns_who_is_there_when_it_asks(desk: Desk) -> None:
    """An agent who leaves is told of with the next presence, and not before."""
    assert SERVICE.cable
    heard = desk.listen()
    desk.do("PUT", "/agents/maya/availability", {"availability": "offline"})
    assert heard == []
    with desk.sandbox.transaction():
        SERVICE.cable.perform(desk.sandbox, STREAM, {"action": "update_presence"})
    assert [(name, data["users"]) for name, data in heard] == [("presence.update", {"1": "offline", "2": "busy"})]


def test_a_webhook_is_called_once_it_has_an_address(desk: Desk) -> None:
    """What agents write is delivered to the address that the inbox was given, signed with its secret."""
    posted: list[Delivery] = []
    desk.sandbox.bus.post = posted.append
    desk.do("POST", "/conversations/1/messages", {"content": "Before"})
    desk.do("PATCH", INBOX, {"webhook_url": "http://127.0.0.1:9/hook", "webhook_secret": "s3cret"})
    desk.do("POST", "/conversations/1/messages", {"content": "After"})
    assert [delivery.event for delivery in posted][:1] == ["message_created"]
    assert {delivery.url for delivery in posted} == {"http://127.0.0.1:9/hook"}
    assert "X-Chatwoot-Signature" in dict(posted[0].headers)


def test_an_inbox_is_shown_in_the_seeds_words(desk: Desk) -> None:
    """What is shown can be sent back, and changes nothing."""
    shown = desk.do("GET", "/inboxes/secure-inbox")
    assert shown["working_hours"]["monday"] == "08:00-18:00"
    assert (shown["timezone"], shown["working_hours"]["sunday"]) == ("Europe/Stockholm", "closed")
    fixed = {"id", "identifier"}
    settings = {key: value for key, value in shown.items() if key not in fixed}
    assert desk.do("PATCH", "/inboxes/secure-inbox", settings) == shown
    demo = desk.do("GET", INBOX)
    assert desk.do("PATCH", INBOX, {key: demo[key] for key in demo if key not in fixed}) == demo
    assert [inbox["identifier"] for inbox in desk.do("GET", "/inboxes")] == [
        "demo-inbox",
        "secure-inbox",
        "single-inbox",
    ]


@pytest.mark.parametrize(
    ("settings", "visible"),
    [
        ({"name": "Acme help"}, {"name": "Acme help"}),
        ({"hmac_mandatory": True}, {"identity_validation_enabled": True}),
        ({"csat_survey_enabled": False}, {"csat_survey_enabled": False}),
        ({"greeting_enabled": True, "greeting_message": "Welcome"}, {"greeting_enabled": True}),
        ({"working_hours_enabled": True, "timezone": "Asia/Tokyo"}, {"working_hours_enabled": True, "timezone": "Asia/Tokyo"}),
    ],
)  # fmt: skip
def test_what_visitors_know_of_an_inbox_changes_with_it(desk: Desk, settings: Any, visible: Any) -> None:
    """The client's view of the inbox shows the new settings, and all others as before."""
    path = "/public/api/v1/inboxes/demo-inbox"
    before = desk.send("GET", path).json()
    desk.do("PATCH", INBOX, settings)
    assert desk.send("GET", path).json() == {**before, **visible}


def test_an_inbox_greets_once_it_is_told_to(desk: Desk) -> None:
    """A greeting that was switched on meets the next newcomer."""
    desk.do("PATCH", INBOX, {"greeting_enabled": True, "greeting_message": "Welcome"})
    number = desk.ask("POST", "/conversations", {})["id"]
    desk.say("Hi", number)
    assert [message["content"] for message in desk.read(number)] == ["Hi", "Welcome"]


def test_an_inbox_closes_when_it_is_told_to(desk: Desk) -> None:
    """A day's hours change alone, and out of them the contact is told that nobody is in."""
    closed = {"working_hours_enabled": True, "working_hours": {"wednesday": "closed"}, "out_of_office_message": "Later"}
    hours = desk.do("PATCH", INBOX, closed)["working_hours"]
    assert (hours["wednesday"], hours["thursday"]) == ("closed", "09:00-17:00")
    number = desk.ask("POST", "/conversations", {})["id"]
    desk.say("Hi", number)
    assert desk.read(number)[-1]["content"] == "Later"


def test_a_bot_is_put_first_and_taken_away(desk: Desk) -> None:
    """With a bot conversations begin as pending, without one as open."""
    for bot, status in (("porter", "pending"), (None, "open")):
        assert desk.do("PATCH", INBOX, {"agent_bot": bot})["agent_bot"] == bot
        assert desk.ask("POST", "/conversations", {})["status"] == status


def test_a_locked_inbox_gives_the_same_conversation_again(desk: Desk) -> None:
    """The lock holds from the moment it is set."""
    desk.do("PATCH", INBOX, {"lock_to_single_conversation": True})
    assert desk.ask("POST", "/conversations", {})["id"] == 3


def test_a_proof_is_demanded_from_now_on(desk: Desk) -> None:
    """A contact without a proof of identity is turned away once the inbox demands one."""
    desk.do("PATCH", INBOX, {"hmac_mandatory": True})
    assert desk.send("GET", CONTACT).status_code == 500


@pytest.mark.parametrize(
    ("settings", "status", "detail"),
    [
        ({"timezone": "Mars/Olympus"}, 422, "The inbox has timezone: 'Mars/Olympus', which is unknown"),
        ({"working_hours": {"monday": "17:00-09:00"}}, 422, "working_hours has monday: '17:00-09:00'"),
        ({"agent_bot": "maya"}, 404, "No bot is called 'maya' here. Name one of: porter."),
        ({"autoreply": [{"reply": "Hi", "when": "/(/"}]}, 422, "which is no pattern"),
        ({"autoreply": [{"reply": "Hi", "agent": "nemo"}]}, 404, "Nobody is called 'nemo' here."),
        ({"autoreply": [{"reply": {"content_type": "cards"}}]}, 422, "autoreply[0].reply has no items"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_the_fix(desk: Desk, settings: Any, status: int, detail: str) -> None:
    """The sentence names the setting and what to write; nothing is changed."""
    before = desk.do("GET", INBOX)
    found, sentence = desk.refusal("PATCH", INBOX, {"name": "New", **settings})
    assert (found, detail in sentence) == (status, True), sentence
    assert desk.do("GET", INBOX) == before


def test_a_setting_nobody_knows_breaks_the_contract(desk: Desk) -> None:
    """A misspelt key is told, and so is a change of nothing."""
    assert desk.broken("PATCH", INBOX, {"greeting_enable": True}) == ["/body"]
    assert desk.broken("PATCH", INBOX, {}) == ["/body"]
    assert desk.refusal("PATCH", "/inboxes/demo", {"name": "New"})[0] == 404
