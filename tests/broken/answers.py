"""Bugs in what an answer says: the document alone tells them, whatever happened before."""

from __future__ import annotations

from typing import Any

from broken.bug import Answer, Asked, Bug, after, alter, drop, put

MESSAGES = "list-all-conversation-messages"
CONVERSATION = "get-single-conversation"


def _wrapped(_: Asked, answer: Answer) -> None:
    answer.json = {"data": answer.json}


def _paged(_: Asked, answer: Answer) -> None:
    answer.json = {"payload": answer.json, "meta": {"count": len(answer.json)}}


def _listed(_: Asked, answer: Answer) -> None:
    answer.json = [answer.json]


def _twice_written(_: Asked, answer: Answer) -> None:
    answer.json = answer.body.decode()


def _more(_: Asked, answer: Answer) -> None:
    answer.json = answer.json | {"account_id": 1}


def _traced(_: Asked, answer: Answer) -> None:
    answer.json = answer.json | {"exception": "RecordNotFound", "traces": []}


def _as_published(_: Asked, answer: Answer) -> None:
    answer.json = {"description": "Not Found", "errors": [{"field": "id", "message": "unknown", "code": "404"}]}


def _unexplained(_: Asked, answer: Answer) -> None:
    answer.json = {"message": answer.json["message"], "attributes": []}


def _one_too_many(_: Asked, answer: Answer) -> None:
    shown = answer.json
    if len(shown) == 20:
        answer.json = [*shown, shown[-1]]


def _empty_list(_: Asked, answer: Answer) -> None:
    answer.json = answer.json | {"attachments": answer.json.get("attachments", [])}


def _text(value: Any) -> str:
    return str(value)


ANSWERS: tuple[Bug, ...] = (
    Bug("missing-key", "a new contact has no pubsub_token", "document", "create-a-contact", "schema-required", "/body",
        around=drop("pubsub_token")),
    Bug("missing-key-deep", "a conversation's contact has no label_list", "document", CONVERSATION, "schema-required",
        "/body/contact", around=drop("contact", "label_list")),
    Bug("missing-key-in-list", "listed messages have no content_type", "document", MESSAGES, "schema-required",
        "/body/*", around=drop("*", "content_type")),
    Bug("missing-sender", "a message just sent does not say by whom", "document", "create-a-message",
        "schema-required", "/body", around=drop("sender")),
    Bug("missing-file-size", "an attachment has no file_size", "document", "create-a-message", "schema-required",
        "/body/attachments/*", around=drop("attachments", "*", "file_size")),
    Bug("id-as-text", "a contact's id is text", "document", "create-a-contact", "schema-type", "/body/id",
        around=alter("id", by=_text)),
    Bug("number-as-text-in-list", "listed messages name their conversation by text", "document", MESSAGES,
        "schema-type", "/body/*/conversation_id", around=alter("*", "conversation_id", by=_text)),
    Bug("flag-as-number", "a conversation's contact is blocked by 0", "document", CONVERSATION, "schema-type",
        "/body/contact/blocked", around=put("contact", "blocked", value=0)),
    Bug("null-token", "a contact's pubsub_token is null", "document", "get-details-of-a-contact", "schema-type",
        "/body/pubsub_token", around=put("pubsub_token", value=None)),
    Bug("null-messages", "a new conversation's messages are null, not an empty list", "document",
        "create-a-conversation", "schema-type", "/body/messages", around=put("messages", value=None)),
    Bug("null-seen", "contact_last_seen_at is null, not 0, as long as nothing was seen", "document", CONVERSATION,
        "schema-type", "/body/contact_last_seen_at", around=alter("contact_last_seen_at", by=lambda at: at or None)),
    Bug("null-attributes", "content_attributes are null, not an empty object", "document", "create-a-message",
        "schema-type", "/body/content_attributes", around=put("content_attributes", value=None)),
    Bug("status-drift", "a resolved conversation is called closed", "document", "resolve-conversation", "schema-enum",
        "/body/status", around=put("status", value="closed")),
    Bug("status-capital", "a conversation's status is written with a capital", "document", CONVERSATION,
        "schema-enum", "/body/status", around=alter("status", by=str.capitalize)),
    Bug("content-type-drift", "text messages are called markdown", "document", MESSAGES, "schema-enum",
        "/body/*/content_type", around=put("*", "content_type", value="markdown")),
    Bug("message-type-as-word", "message_type is a word, as in webhooks", "document", "create-a-message",
        "schema-type", "/body/message_type", around=put("message_type", value="incoming")),
    Bug("log-shown", "the log of activities is shown to contacts", "document", CONVERSATION, "schema-enum",
        "/body/messages/*/message_type", around=put("messages", "*", "message_type", value=2)),
    Bug("sender-drift", "a contact as sender is called visitor", "document", MESSAGES, "schema-enum",
        "/body/*/sender/type", around=put("*", "sender", "type", value="visitor")),
    Bug("file-type-drift", "a file is called document", "document", "create-a-message", "schema-enum",
        "/body/attachments/*/file_type", around=put("attachments", "*", "file_type", value="document")),
    Bug("uuid-without-dashes", "a conversation's uuid is written without dashes", "document", "create-a-conversation",
        "schema-format", "/body/uuid", around=alter("uuid", by=lambda uuid: uuid.replace("-", ""))),
    Bug("relative-address", "an attachment's address names no host", "document", "create-a-message", "schema-format",
        "/body/attachments/*/data_url", around=alter("attachments", "*", "data_url", by=lambda url: url[21:])),
    Bug("unix-time", "a contact's created_at is a number", "document", CONVERSATION, "schema-type",
        "/body/contact/created_at", around=put("contact", "created_at", value=1_700_000_000)),
    Bug("time-without-milliseconds", "a contact's created_at has no milliseconds", "document",
        "create-a-conversation", "schema-pattern", "/body/contact/created_at",
        around=alter("contact", "created_at", by=lambda at: at[:19] + "Z")),
    Bug("time-with-offset", "a contact's updated_at has an offset, not Z", "document", CONVERSATION,
        "schema-pattern", "/body/contact/updated_at",
        around=alter("contact", "updated_at", by=lambda at: at.replace("Z", "+00:00"))),
    Bug("fractional-time", "a message's created_at has a fraction", "document", "create-a-message", "schema-type",
        "/body/created_at", around=alter("created_at", by=lambda at: at + 0.5)),
    Bug("iso-time", "listed messages tell time in ISO 8601", "document", MESSAGES, "schema-type",
        "/body/*/created_at", around=put("*", "created_at", value="2026-11-20T12:00:00.000Z")),
    Bug("zero-id", "a conversation's inbox_id is 0", "document", "create-a-conversation", "schema-minimum",
        "/body/inbox_id", around=put("inbox_id", value=0)),
    Bug("extra-key", "a changed contact tells its account", "document", "update-a-contact", "schema-not", "/body",
        around=after(_more)),
    Bug("empty-attachments", "a message without files has an empty list of them", "document", "create-a-message",
        "schema-minItems", "/body/attachments", around=after(_empty_list)),
    Bug("window-of-21", "a list shows 21 messages", "document", MESSAGES, "schema-maxItems", "/body",
        around=after(_one_too_many)),
    Bug("wrapped", "a contact is wrapped in data", "document", "get-details-of-a-contact", "schema-required", "/body",
        around=after(_wrapped)),
    Bug("paged", "the list of conversations is wrapped in payload", "document", "list-all-contact-conversations",
        "schema-type", "/body", around=after(_paged)),
    Bug("list-of-one", "a new conversation comes as a list of one", "document", "create-a-conversation",
        "schema-type", "/body", around=after(_listed)),
    Bug("json-in-json", "a contact's JSON is written into a JSON text", "document", "get-details-of-a-contact",
        "schema-type", "/body", around=after(_twice_written)),
    Bug("traces-in-error", "a 404 tells the exception, as in development", "document", CONVERSATION,
        "schema-additionalProperties", "/body", around=after(_traced, 404)),
    Bug("error-as-published", "a 404 has the body that was published and never sent", "document",
        "get-details-of-a-contact", "schema-required", "/body", around=after(_as_published, 404)),
    Bug("error-says-200", "a 404's body says 200", "document", "create-a-message", "schema-const", "/body/status",
        around=after(lambda _, answer: setattr(answer, "json", {"status": 200, "error": "Not Found"}), 404)),
    Bug("unexplained-422", "a 422 names no attribute", "document", "create-a-contact", "schema-minItems",
        "/body/attributes", around=after(_unexplained, 422)),
    Bug("rating-as-text", "a survey's rating is text", "document", "get-csat-survey", "schema-type",
        "/body/csat_survey_response/rating", around=alter("csat_survey_response", "rating", by=_text)),
    Bug("survey-unix-time", "a survey's created_at is a number", "document", "get-csat-survey", "schema-type",
        "/body/created_at", around=put("created_at", value=1_700_000_000)),
    Bug("six-days", "the inbox's week has six days", "document", "get-details-of-a-inbox", "schema-minItems",
        "/body/working_hours", around=alter("working_hours", by=lambda days: days[:6])),
    Bug("null-hour", "the inbox is open from null on", "document", "get-details-of-a-inbox", "schema-type",
        "/body/working_hours/*/open_hour", around=put("working_hours", "*", "open_hour", value=None)),
)  # fmt: skip
