"""The observed document at work on answers: real ones keep it, and every promise in it can be broken.

What real servers say stands in `real_answers`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from chatwoot_exchanges import CONTRACTS, LATER, WITH_A_BODY, answer, ask, codes
from real_answers import (
    ACTIVITY,
    ATTACHMENTS,
    CONTACT,
    CONVERSATION,
    FAILED,
    INBOX,
    INVALID,
    MALFORMED,
    MESSAGE,
    NOT_FOUND,
    OUTGOING,
    RECORD,
    SENDERS,
    SURVEY,
    SURVEY_RESPONSE,
    TEMPLATE,
    TOO_LATE,
)
from understudy.contract.exchange import Response

ANSWERS: list[tuple[str, str, Any]] = [
    ("later", "create-a-contact", CONTACT),
    ("later", "get-details-of-a-contact", CONTACT),
    ("later", "update-a-contact", CONTACT),
    ("later", "replace-a-contact", CONTACT),
    ("4.13", "update-a-contact", RECORD),
    ("4.13", "replace-a-contact", RECORD),
    ("later", "create-a-conversation", CONVERSATION | {"messages": []}),
    ("later", "list-all-contact-conversations", [CONVERSATION]),
    ("later", "get-single-conversation", CONVERSATION),
    ("later", "resolve-conversation", CONVERSATION | {"status": "resolved"}),
    ("later", "create-a-message", MESSAGE | {"content": None}),
    ("later", "create-a-message", MESSAGE | {"attachments": [ATTACHMENTS["image"]]}),
    ("later", "list-all-conversation-messages", [MESSAGE, TEMPLATE, OUTGOING]),
    ("later", "list-all-conversation-messages", [OUTGOING | {"attachments": [ATTACHMENTS["location"]]}]),
    ("later", "list-all-conversation-messages", [OUTGOING | {"sender": SENDERS["agent_bot"]}]),
    ("later", "list-all-conversation-messages", [MESSAGE | {"attachments": [ATTACHMENTS["audio"]]}]),
    ("later", "update-a-message", ACTIVITY),
    ("later", "get-details-of-a-inbox", INBOX),
    ("later", "get-csat-survey", SURVEY),
    ("later", "update-csat-survey", SURVEY | {"csat_survey_response": SURVEY_RESPONSE}),
]


@pytest.mark.parametrize(("release", "name", "body"), ANSWERS)
def test_real_answers_keep_the_contract(release: str, name: str, body: Any) -> None:
    """D6, D13, D15, D20, D22, W9: what real servers say is what the document promises."""
    contract = CONTRACTS[release]
    assert contract.check_response(ask(name), answer(200, body)) == ()
    grown = [item | {"new": 1} for item in body] if isinstance(body, list) else body | {"new": 1}
    assert contract.check_response(ask(name), answer(200, grown)) == ()


OPTIONAL = {"sender", "attachments"}
# Keys that an attachment or a sender of this type need not have.
FREE = {"coordinates_lat", "coordinates_long", "fallback_title"}


def poorer(value: Any, where: str = "") -> Iterator[tuple[str, Any]]:
    """The value with each of its promised keys taken away in turn, at every depth."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            for at, less in poorer(item, f"{where}/{index}"):
                yield at, [*value[:index], less, *value[index + 1 :]]
    elif isinstance(value, dict):
        for key, item in value.items():
            if where.endswith("_attributes"):
                continue
            if key not in OPTIONAL | FREE and not (key == "data_url" and item is None):
                yield f"{where}/{key}", {k: v for k, v in value.items() if k != key}
            for at, less in poorer(item, f"{where}/{key}"):
                yield at, value | {key: less}


@pytest.mark.parametrize(("release", "name", "body"), ANSWERS)
def test_every_promised_key_is_missed(release: str, name: str, body: Any) -> None:
    """W9: take any key away, at any depth, and the contract names it."""
    lacking = list(poorer(body))
    assert lacking
    for where, less in lacking:
        found = CONTRACTS[release].check_response(ask(name), answer(200, less))
        assert (f"/body{where}", "schema-required") in codes(found)


WRONG: list[tuple[str, Any, str]] = [
    ("update-a-contact", CONTACT | {"identifier": None}, "/body"),
    ("get-details-of-a-contact", CONTACT | {"pubsub_token": None}, "/body/pubsub_token"),
    ("get-single-conversation", CONVERSATION | {"contact_last_seen_at": None}, "/body/contact_last_seen_at"),
    ("get-single-conversation", CONVERSATION | {"uuid": "1"}, "/body/uuid"),
    ("get-single-conversation", CONVERSATION | {"messages": [ACTIVITY]}, "/body/messages/0/message_type"),
    (
        "get-single-conversation",
        CONVERSATION | {"contact": RECORD | {"created_at": "2026-08-01T09:30:00Z"}},
        "/body/contact/created_at",
    ),
    ("create-a-message", MESSAGE | {"message_type": 1}, "/body/message_type"),
    ("create-a-message", MESSAGE | {"attachments": []}, "/body/attachments"),
    ("create-a-message", TEMPLATE | {"message_type": 0}, "/body/sender"),
    ("update-a-message", MESSAGE | {"content_type": "poem"}, "/body/content_type"),
    ("update-a-message", MESSAGE | {"created_at": "2026-08-01T09:30:00.000Z"}, "/body/created_at"),
    ("list-all-conversation-messages", [MESSAGE] * 21, "/body"),
    (
        "list-all-conversation-messages",
        [OUTGOING | {"sender": SENDERS["user"] | {"availability_status": "online"}}],
        "/body/0/sender/availability_status",
    ),
    (
        "get-details-of-a-inbox",
        INBOX | {"working_hours": [day | {"closed_all_day": False} for day in INBOX["working_hours"]]},
        "/body/working_hours/0/open_hour",
    ),
    ("get-csat-survey", SURVEY | {"created_at": 1785576600}, "/body/created_at"),
]


@pytest.mark.parametrize(("name", "body", "where"), WRONG)
def test_a_wrong_answer_is_noticed(name: str, body: Any, where: str) -> None:
    """D6, D12, D13, D15, D20, D22: each promise can be broken, and the contract says where."""
    found = LATER.check_response(ask(name), answer(200, body))
    assert where in {violation.where for violation in found}


def test_the_releases_differ_in_the_changed_contact() -> None:
    """D6: neither release's answer passes for the other's."""
    asked = ask("update-a-contact")
    assert LATER.check_response(asked, answer(200, RECORD))
    assert CONTRACTS["4.13"].check_response(asked, answer(200, CONTACT))


ERRORS: list[tuple[str, int, Any]] = [
    ("get-details-of-a-contact", 500, FAILED),
    ("create-a-contact", 422, INVALID),
    ("create-a-message", 422, {"message": "Too many messages", "attributes": ["base"]}),
    ("update-a-message", 422, TOO_LATE),
    ("replace-csat-survey", 422, TOO_LATE),
    ("replace-csat-survey", 422, INVALID),
    *((name, 404, NOT_FOUND) for name in sorted(LATER.by_id)),
    *((name, 400, MALFORMED) for name in WITH_A_BODY),
]


@pytest.mark.parametrize(("name", "status", "body"), ERRORS)
def test_real_errors_keep_the_contract(name: str, status: int, body: dict[str, Any]) -> None:
    """D2, D3: the product's error bodies are promised key by key, and no key more."""
    assert LATER.check_response(ask(name), answer(status, body)) == ()
    assert LATER.check_response(ask(name), answer(status, body | {"errors": []}))
    for key in body:
        assert LATER.check_response(ask(name), answer(status, {k: v for k, v in body.items() if k != key}))


@pytest.mark.parametrize("name", sorted(LATER.by_id))
def test_no_error_is_ever_as_published(name: str) -> None:
    """D1, D2: a 401 and the published error body break the observed contract everywhere."""
    published = {"description": "Invalid", "errors": []}
    assert codes(LATER.check_response(ask(name), answer(401, published))) == {("/status", "status-unknown")}
    assert LATER.check_response(ask(name), answer(404, published))


def test_the_rate_limit_speaks_plain_text() -> None:
    """W2: two words and a line feed."""
    asked = ask("create-a-message")
    assert LATER.check_response(asked, answer(429, "Retry later\n", "text/plain")) == ()
    assert LATER.check_response(asked, answer(429, "Later", "text/plain"))


def test_a_file_is_found_in_two_steps() -> None:
    """W7: a redirect that says where to, then bytes of any type."""
    asked = ask("redirect-to-attachment")
    location = [(b"location", b"http://127.0.0.1:8080/rails/active_storage/disk/a2V5/dot.png")]
    assert LATER.check_response(asked, Response(302, location)) == ()
    assert codes(LATER.check_response(asked, Response(302))) == {("/header/location", "header-missing")}
    assert LATER.check_response(ask("download-attachment"), answer(200, "PNG", "image/png")) == ()


@pytest.mark.parametrize("name", ["toggle-typing-status", "update-last-seen"])
def test_some_answers_have_no_body(name: str) -> None:
    """Real servers send these with a JSON type and nothing in it."""
    assert LATER.check_response(ask(name), Response(200, [(b"content-type", b"application/json")])) == ()
