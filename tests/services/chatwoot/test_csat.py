"""Satisfaction surveys: when one is asked, how it is answered, until when."""

from __future__ import annotations

from typing import Any

import pytest

from shop import CRASH, NOT_FOUND, ROOT, Shop, conversation, inbox, ok, refused, said

KEYS = [
    "id", "csat_survey_response", "display_type", "content", "inbox_avatar_url", "inbox_name", "locale",
    "conversation_id", "created_at",
]  # fmt: skip
LOCKED = {"error": "You cannot update the CSAT survey after 14 days"}


def rated(rating: Any, feedback: Any = None) -> dict[str, Any]:
    """An answer to a survey, as a message takes it."""
    return {"submitted_values": {"csat_survey_response": {"rating": rating, "feedback_message": feedback}}}


@pytest.fixture
def asked(open_shop: Any) -> Shop:
    """A shop that asks for ratings; Ann's second conversation, her only one in the shop, is just resolved."""
    opened: Shop = open_shop(
        inboxes=[inbox(csat_survey_enabled=True)],
        conversations=[conversation(said("contact", "hi"), assignee="maya")],
    )
    opened.resolve()
    return opened


def survey(shop: Shop) -> str:
    """The path of the survey of the first conversation."""
    return f"{ROOT}/csat_survey/{shop.show()['uuid']}"


def test_resolving_asks_for_a_rating_once(asked: Shop) -> None:
    """A resolved conversation gets a survey, a template without sender; reopened and resolved again, no second one."""
    message = asked.read()[-1]
    assert (message["message_type"], message["content_type"]) == (3, "input_csat")
    assert message["content"] == "Please rate the conversation"
    assert message["content_attributes"] == {"display_type": "emoji"}
    assert "sender" not in message
    asked.say("one more thing")
    asked.resolve()
    assert [m["content_type"] for m in asked.read()].count("input_csat") == 1


def test_the_survey_is_worded_by_the_inbox(open_shop: Any) -> None:
    """An inbox may have words and a display of its own; one that does not ask, does not ask."""
    shop = open_shop(
        inboxes=[inbox(csat_survey_enabled=True, csat_message="And?", csat_display_type="star"), inbox("desk")],
        conversations=[conversation()],
    )
    shop.resolve()
    (message,) = shop.read()
    assert (message["content"], message["content_attributes"]) == ("And?", {"display_type": "star"})
    found = ok(shop.get(survey(shop)))
    assert (found["content"], found["display_type"]) == ("And?", "star")
    silent = open_shop(conversations=[conversation()])
    silent.resolve()
    assert silent.read() == []


def test_the_survey_is_shown_with_the_databases_id(open_shop: Any) -> None:
    """A survey names its conversation by the database's id and its time in ISO 8601; nothing is answered yet."""
    shop = open_shop(
        inboxes=[inbox(csat_survey_enabled=True, avatar_url="https://example.com/shop.png")],
        conversations=[conversation(said("contact", "hi"))],
    )
    message = shop.resolve()["messages"][-1]
    found = ok(shop.get(survey(shop)))
    assert list(found) == KEYS
    assert found == {
        "id": message["id"],
        "csat_survey_response": None,
        "display_type": "emoji",
        "content": None,
        "inbox_avatar_url": "https://example.com/shop.png",
        "inbox_name": "Shop",
        "locale": "en",
        "conversation_id": shop.tables.conversations[1].id,
        "created_at": "2026-03-04T12:00:00.000Z",
    }


@pytest.mark.parametrize("method", ["PATCH", "PUT"])
def test_a_survey_is_answered_below_message(asked: Shop, method: str) -> None:
    """The survey's own endpoint takes the answer nested in message and files a response."""
    answered = ok(asked.send(method, survey(asked), json={"message": rated(4, "Fine")}))
    assert answered["csat_survey_response"] == {
        "id": 1,
        "account_id": 1,
        "conversation_id": 1,
        "message_id": answered["id"],
        "rating": 4,
        "feedback_message": "Fine",
        "contact_id": 1,
        "assigned_agent_id": 1,
        "created_at": "2026-03-04T12:00:00.000Z",
        "updated_at": "2026-03-04T12:00:00.000Z",
        "csat_review_notes": None,
        "review_notes_updated_at": None,
        "review_notes_updated_by_id": None,
    }
    assert asked.read()[-1]["content_attributes"] == {"display_type": "emoji", **rated(4, "Fine")}
    assert ok(asked.get(survey(asked))) == answered


def test_a_survey_is_answered_as_a_message_too(asked: Shop) -> None:
    """Submitting values to the survey's message files the same response; a second answer changes it."""
    path = f"/conversations/1/messages/{asked.read()[-1]['id']}"
    ok(asked.patch(path, json=rated(2)))
    asked.wait(days=1)
    ok(asked.patch(path, json=rated(5, "Better")))
    response = ok(asked.get(survey(asked)))["csat_survey_response"]
    assert (response["id"], response["rating"], response["feedback_message"]) == (1, 5, "Better")
    assert (response["created_at"], response["updated_at"]) == ("2026-03-04T12:00:00.000Z", "2026-03-05T12:00:00.000Z")


@pytest.mark.parametrize("rating", [0, 6, -1, "many", None, "", False])
def test_a_rating_that_is_none_files_nothing(asked: Shop, rating: Any) -> None:
    """What is no rating from 1 to 5 is accepted with 200 and kept in the message, but no response is filed."""
    path = f"/conversations/1/messages/{asked.read()[-1]['id']}"
    changed = ok(asked.patch(path, json=rated(rating)))
    assert changed["content_attributes"]["submitted_values"]["csat_survey_response"]["rating"] == rating
    assert ok(asked.get(survey(asked)))["csat_survey_response"] is None


@pytest.mark.parametrize(("rating", "filed"), [("5", 5), ("3 stars", 3), (4.9, 4), (True, 1)])
def test_a_rating_is_read_as_an_integer(asked: Shop, rating: Any, filed: int) -> None:
    """A rating counts for the integer it begins with."""
    answered = ok(asked.send("PUT", survey(asked), json={"message": rated(rating)}))
    assert answered["csat_survey_response"]["rating"] == filed


def test_values_on_other_messages_file_nothing(asked: Shop) -> None:
    """A rating submitted to a message that is no survey is kept there and goes nowhere."""
    ok(asked.patch("/conversations/1/messages/1", json=rated(5)))
    assert ok(asked.get(survey(asked)))["csat_survey_response"] is None


def test_other_values_on_a_survey_file_nothing(asked: Shop) -> None:
    """What is submitted to a survey without an answer to it is kept in the message and files nothing."""
    given = {"submitted_values": {"value": "fine"}}
    assert ok(asked.send("PUT", survey(asked), json={"message": given}))["csat_survey_response"] is None
    assert asked.read()[-1]["content_attributes"]["submitted_values"] == {"value": "fine"}


def test_a_survey_can_be_answered_for_fourteen_days(asked: Shop) -> None:
    """On the 14th day after the survey, by the calendar, an answer is taken; on the 15th it is a 422."""
    message, address = f"/conversations/1/messages/{asked.read()[-1]['id']}", survey(asked)
    asked.wait(days=14, hours=11, minutes=59)
    ok(asked.patch(message, json=rated(1)))
    ok(asked.send("PUT", address, json={"message": rated(5)}))
    asked.wait(minutes=1)
    assert refused(asked.patch(message, json=rated(1))) == (422, LOCKED)
    assert refused(asked.send("PUT", address, json={"message": rated(1)})) == (422, LOCKED)
    assert refused(asked.send("PUT", address)) == (422, LOCKED)
    assert ok(asked.get(address))["csat_survey_response"]["rating"] == 5


def test_only_surveys_grow_old(asked: Shop) -> None:
    """Other messages take submitted values at any age."""
    asked.wait(days=400)
    ok(asked.patch("/conversations/1/messages/1", json={"submitted_values": {"value": "late"}}))


@pytest.mark.parametrize("body", [{}, {"message": None}, {"message": "5"}, {"message": [rated(5)]}, rated(5)])
def test_an_answer_without_message_breaks_the_product(asked: Shop, body: dict[str, Any]) -> None:
    """Without an object called message the survey's endpoint is a 500."""
    assert refused(asked.send("PATCH", survey(asked), json=body)) == (500, CRASH)


def test_an_empty_message_answers_nothing(asked: Shop) -> None:
    """A message without submitted values changes nothing."""
    assert ok(asked.send("PATCH", survey(asked), json={"message": {"x": 1}}))["csat_survey_response"] is None


@pytest.mark.parametrize("name", ["nothing", "00000000-0000-4000-8000-000000000000"])
def test_an_unknown_survey_is_missing(asked: Shop, name: str) -> None:
    """What is no UUID, or nobody's, is a 404."""
    assert refused(asked.get(f"{ROOT}/csat_survey/{name}")) == (404, NOT_FOUND)


def test_a_conversation_without_survey_is_missing(open_shop: Any) -> None:
    """A conversation in which nobody was asked has no survey, to read or to answer."""
    shop = open_shop(conversations=[conversation(said("contact", "hi"))])
    for method in ("GET", "PUT", "PATCH"):
        assert refused(shop.send(method, survey(shop))) == (404, NOT_FOUND)


def test_a_uuid_may_be_written_as_databases_take_it(asked: Shop) -> None:
    """Capitals, braces and missing dashes make no difference."""
    uuid = asked.show()["uuid"]
    for name in (uuid.upper(), uuid.replace("-", ""), f"{{{uuid}}}", f"{uuid}.json"):
        ok(asked.get(f"{ROOT}/csat_survey/{name}"))


def test_a_flooded_conversation_takes_no_answer(open_shop: Any) -> None:
    """The guard against floods makes an answer invalid: a 422 here, a 500 on the message."""
    shop = open_shop(
        conversations=[
            conversation(
                said("template", "?", ago="50s", content_type="input_csat"),
                *[said("contact", "x", ago="10s")] * 199,
                ago="1m",
            )
        ]
    )
    flood = {"message": "Too many messages", "attributes": ["base"]}
    assert refused(shop.send("PUT", survey(shop), json={"message": rated(5)})) == (422, flood)
    assert refused(shop.patch("/conversations/1/messages/1", json=rated(5))) == (500, CRASH)
