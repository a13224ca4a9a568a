"""What agents write: answers of every kind, notes, files, deletions, and how far a message got."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from desk import Desk, events

ITEMS: dict[str, list[dict[str, Any]]] = {
    "input_select": [{"title": "Round", "value": "round"}],
    "cards": [{"title": "Round", "actions": [{"type": "postback", "text": "Take it", "payload": "round"}]}],
    "form": [{"name": "email", "type": "email", "label": "E-mail"}],
    "article": [{"title": "Returns", "link": "https://acme.example/returns"}],
}


def test_an_answer_reaches_the_contact_and_ends_its_waiting(desk: Desk) -> None:
    """The contact reads the answer with its sender; it waits no longer, and hears both in this order."""
    desk.say("Anybody there?")
    assert desk.show()["waiting_since"] == "2026-03-04T12:00:00.000Z"
    heard = desk.listen()
    told = desk.do("POST", "/conversations/1/messages", {"content": "Yes!", "agent": "tomas"})
    assert told["sender"] == {"type": "user", "id": 2, "name": "Tomas Ferreira"}
    last = desk.read()[-1]
    assert (last["id"], last["content"], last["message_type"]) == (told["id"], "Yes!", 1)
    assert last["sender"]["available_name"] == "Tomas Ferreira"
    assert desk.show()["waiting_since"] is None
    assert events(heard) == ["message.created", "conversation.updated"]
    assert heard[0][1]["performer"]["name"] == "Tomas Ferreira"


def test_the_first_answer_of_a_human_is_remembered(desk: Desk) -> None:
    """A bot's answer ends the waiting; only an agent's is the first reply."""
    number = desk.ask("POST", "/conversations", {})["id"]
    path = f"/conversations/{number}/messages"
    bot = desk.do("POST", path, {"content": "Beep", "agent": "porter"})
    assert bot["sender"] == {"type": "agent_bot", "id": 1, "name": "Porter"}
    shown = desk.show(number)
    assert (shown["first_reply_created_at"], shown["waiting_since"]) == (None, None)
    desk.wait(60)
    desk.do("POST", path, {"content": "Hello"})
    assert desk.show(number)["first_reply_created_at"] == "2026-03-04T12:01:00.000Z"


@pytest.mark.parametrize("content_type", ITEMS)
def test_messages_with_items_reach_the_contact_as_they_are(desk: Desk, content_type: str) -> None:
    """Choices, cards, forms and articles keep their items."""
    attributes = {"items": ITEMS[content_type]}
    body = {"content": "Look", "content_type": content_type, "content_attributes": attributes}
    desk.do("POST", "/conversations/1/messages", body)
    last = desk.read()[-1]
    assert (last["content_type"], last["content_attributes"]) == (content_type, attributes)


def test_an_address_can_be_asked_for_without_items(desk: Desk) -> None:
    """A message that asks for an e-mail address has no items."""
    desk.do("POST", "/conversations/1/messages", {"content": "Your address?", "content_type": "input_email"})
    assert desk.read()[-1]["content_type"] == "input_email"


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "/body"),
        ({"content": "Hi", "colour": "red"}, "/body"),
        ({"content_type": "cards"}, "/body"),
        ({"content_type": "input_select", "content_attributes": {"items": []}}, "/body/content_attributes/items"),
        ({"content_type": "cards", "content_attributes": {"items": [{"title": "x"}]}}, "/body/content_attributes/items/0"),
        ({"content_type": "form", "content_attributes": {"items": [{"name": "x", "label": "X", "type": "sound"}]}}, "/body/content_attributes/items/0/type"),
        ({"content": 7}, "/body/content"),
    ],
)  # fmt: skip
def test_an_answer_that_is_not_as_documented_breaks_the_contract(desk: Desk, body: Any, where: str) -> None:
    """The contract of the agents' side names what is wrong with a message of its type; nothing is written."""
    before = len(desk.show()["messages"])
    assert any(found.startswith(where) for found in desk.broken("POST", "/conversations/1/messages", body))
    assert len(desk.show()["messages"]) == before


def test_a_message_can_answer_another(desk: Desk) -> None:
    """The message that is answered must be one of the conversation."""
    first = desk.read()[0]["id"]
    path = "/conversations/1/messages"
    body = {"content": "That one", "content_attributes": {"in_reply_to": first}}
    desk.do("POST", path, body)
    assert desk.read()[-1]["content_attributes"] == {"in_reply_to": first}
    foreign = desk.read(2)[0]["id"]
    status, detail = desk.refusal("POST", path, {**body, "content_attributes": {"in_reply_to": foreign}})
    assert status == 422
    assert f"has no message {foreign}; its newest are" in detail


def test_files_come_in_multipart_and_in_json(desk: Desk) -> None:
    """The contact can fetch both files, whichever way they came."""
    path = "/conversations/1/messages"
    desk.do("POST", path, files=[("attachments[]", ("a.png", b"\x89PNG", "image/png"))], data={"content": "As form"})
    encoded = base64.b64encode(b"hello").decode()
    file = {"filename": "b.txt", "content_type": "text/plain", "base64": encoded}
    told = desk.do("POST", path, {"attachments": [file]})
    assert told["attachments"][0]["file_size"] == 5
    form, data = desk.read()[-2:]
    assert (form["content"], form["attachments"][0]["file_type"]) == ("As form", "image")
    address = data["attachments"][0]["data_url"].removeprefix("http://127.0.0.1:8080")
    prefix = f"/~{desk.headers['Understudy-Sandbox']}"
    redirect = desk.send("GET", address.removeprefix(prefix))
    location = redirect.headers["location"].removeprefix("http://127.0.0.1:8080").removeprefix(prefix)
    assert desk.send("GET", location).content == b"hello"


def test_what_is_no_file_is_not_attached(desk: Desk) -> None:
    """Text where a file belongs is refused with the fix, whether in multipart or in JSON."""
    path = "/conversations/1/messages"
    text = {"attachments[]": (None, "no file")}
    assert desk.refusal("POST", path, files=text) == (
        422,
        "A part of attachments[] is text; send a file there, that is a part with a filename.",
    )
    file = {"filename": "b.txt", "content_type": "text/plain", "base64": "?"}
    assert desk.broken("POST", path, {"attachments": [file]}) == ["/body/attachments/0/base64"]
    status, detail = desk.refusal("POST", path, {"attachments": [{**file, "base64": "aGVsbG8=\n"}]})
    assert (status, "'b.txt' is not base64" in detail) == (422, True)


def test_a_note_is_for_agents_only(desk: Desk) -> None:
    """The contact neither reads a private note nor hears of it, and goes on waiting."""
    desk.say("Anybody there?")
    heard = desk.listen()
    note = desk.do("POST", "/conversations/1/notes", {"content": "Is it Dana again?", "agent": "tomas"})
    assert note["private"] is True
    shown = desk.show()
    assert shown["messages"][-1]["content"] == "Is it Dana again?"
    assert shown["waiting_since"] is not None
    assert desk.read()[-1]["content"] == "Anybody there?"
    assert heard == []


def test_a_deleted_message_says_so_and_has_lost_its_files(desk: Desk) -> None:
    """What a message said and carried is gone, and the contact is told what it was."""
    file = {"filename": "b.txt", "content_type": "text/plain", "base64": "aGVsbG8="}
    told = desk.do("POST", "/conversations/1/messages", {"content": "Oops", "attachments": [file]})
    heard = desk.listen()
    gone = desk.do("DELETE", f"/conversations/1/messages/{told['id']}", params={"agent": "tomas"})
    assert (gone["content"], gone["attachments"]) == ("This message was deleted", [])
    last = desk.read()[-1]
    assert (last["content"], last["content_attributes"]) == ("This message was deleted", {"deleted": True})
    assert "attachments" not in last
    assert events(heard) == ["message.updated"]
    assert heard[0][1]["previous_changes"]["content"] == ["Oops", "This message was deleted"]
    assert heard[0][1]["performer"]["id"] == 2


def test_a_message_gets_delivered_and_read_but_not_back(desk: Desk) -> None:
    """A message that was read stays read when it is said to be delivered."""
    told = desk.do("POST", "/conversations/1/messages", {"content": "Hi"})
    path = f"/conversations/1/messages/{told['id']}/status"
    heard = desk.listen()
    assert [desk.do("PUT", path, {"status": s})["status"] for s in ("delivered", "read", "delivered")] == [
        "delivered", "read", "read",
    ]  # fmt: skip
    assert [data["previous_changes"]["status"] for _, data in heard] == [["sent", "delivered"], ["delivered", "read"]]


def test_a_message_that_failed_says_why(desk: Desk) -> None:
    """The reason of a failure is kept with the message until it gets through."""
    told = desk.do("POST", "/conversations/1/messages", {"content": "Hi"})
    path = f"/conversations/1/messages/{told['id']}/status"
    failed = desk.do("PUT", path, {"status": "failed", "external_error": "No such number"})
    assert (failed["status"], failed["content_attributes"]) == ("failed", {"external_error": "No such number"})
    assert desk.do("PUT", path, {"status": "sent"})["content_attributes"] == {"external_error": None}


def test_what_is_not_there_is_refused_with_what_is(desk: Desk) -> None:
    """A refusal names the conversations, messages and people there are."""
    assert desk.refusal("POST", "/conversations/99/messages", {"content": "Hi"}) == (
        404, "There is no conversation 99; they are numbered 1 to 3.",
    )  # fmt: skip
    status, detail = desk.refusal("DELETE", "/conversations/1/messages/99")
    assert (status, detail.startswith("Conversation 1 has no message 99; its newest are")) == (404, True)
    assert desk.refusal("POST", "/conversations/1/messages", {"content": "Hi", "agent": "nemo"}) == (
        404, "Nobody is called 'nemo' here. Name one of: maya, tomas, porter.",
    )  # fmt: skip


def test_a_flooded_conversation_takes_no_answer_until_time_passes(desk: Desk) -> None:
    """Two hundred messages within a minute are enough; a minute later there is room again."""
    for _ in range(200):
        desk.do("POST", "/conversations/2/notes", {"content": "x"})
    status, detail = desk.refusal("POST", "/conversations/2/messages", {"content": "Hi"})
    assert (status, "move the sandbox's clock on by a minute" in detail) == (422, True)
    desk.wait(61)
    desk.do("POST", "/conversations/2/messages", {"content": "Hi"})


def test_the_survey_is_asked_for_once(desk: Desk) -> None:
    """A survey can be asked for at any time, and the contact's rating is there for agents; a second one is refused."""
    asked = desk.do("POST", "/conversations/1/csat")
    assert (asked["message_type"], asked["content_type"]) == ("template", "input_csat")
    answer = {"submitted_values": {"csat_survey_response": {"rating": 4, "feedback_message": "Fine"}}}
    desk.ask("PATCH", f"/conversations/1/messages/{asked['id']}", answer)
    assert desk.show()["csat"] == {"rating": 4, "feedback_message": "Fine"}
    status, detail = desk.refusal("POST", "/conversations/1/csat")
    assert (status, f"by message {asked['id']}" in detail) == (422, True)
