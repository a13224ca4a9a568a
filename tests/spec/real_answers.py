"""Answers as real Chatwoot servers give them, for the documents to be held against.

Each is complete: leaving out any key that the document promises must be noticed.
"""

from __future__ import annotations

from typing import Any

UUID = "7e11ee6c-33f4-4dc1-8b1e-0d1f5c9c6c5a"
ISO = "2026-08-01T09:30:00.000Z"

CONTACT: dict[str, Any] = {
    "source_id": "demo-contact",
    "pubsub_token": "kLwVvJ6sXnD6yo3JwV9y3ZfG",
    "id": 1,
    "name": "white-shadow-394",
    "email": None,
    "phone_number": None,
}

RECORD: dict[str, Any] = {
    "id": 1,
    "name": "Alice",
    "email": "alice@acme.example",
    "phone_number": "+4930123456",
    "account_id": 1,
    "created_at": ISO,
    "updated_at": ISO,
    "additional_attributes": {},
    "identifier": None,
    "custom_attributes": {"plan": "pro"},
    "last_activity_at": None,
    "contact_type": "lead",
    "middle_name": "",
    "last_name": "",
    "location": None,
    "country_code": None,
    "blocked": False,
    "company_id": None,
    "label_list": [],
}

SENDERS: dict[str, dict[str, Any]] = {
    "contact": {
        "additional_attributes": {},
        "custom_attributes": {},
        "email": None,
        "id": 1,
        "identifier": None,
        "name": "Alice",
        "phone_number": None,
        "thumbnail": "",
        "blocked": False,
        "type": "contact",
    },
    "user": {
        "id": 3,
        "name": "Maya",
        "available_name": "Maya",
        "avatar_url": "",
        "type": "user",
        "availability_status": None,
        "thumbnail": "",
    },
    "agent_bot": {"id": 2, "name": "Robin", "avatar_url": "", "type": "agent_bot"},
}

ATTACHMENTS: dict[str, dict[str, Any]] = {
    "image": {
        "id": 1,
        "message_id": 7,
        "file_type": "image",
        "account_id": 1,
        "extension": None,
        "content_type": "image/png",
        "data_url": "http://127.0.0.1:8080/rails/active_storage/blobs/redirect/c2lnbmVk/dot.png",
        "thumb_url": "http://127.0.0.1:8080/rails/active_storage/blobs/redirect/c2lnbmVk/dot.png",
        "file_size": 68,
        "width": None,
        "height": None,
    },
    "location": {
        "id": 2,
        "message_id": 7,
        "file_type": "location",
        "account_id": 1,
        "coordinates_lat": 52.5,
        "coordinates_long": 13.4,
        "fallback_title": None,
        "data_url": None,
    },
}
ATTACHMENTS["audio"] = ATTACHMENTS["image"] | {
    "file_type": "audio",
    "content_type": "audio/mpeg",
    "thumb_url": "",
    "transcribed_text": "",
}

MESSAGE: dict[str, Any] = {
    "id": 7,
    "content": "Hello",
    "message_type": 0,
    "content_type": "text",
    "content_attributes": {},
    "created_at": 1785576600,
    "conversation_id": 1,
    "sender": SENDERS["contact"],
}
# A greeting: sent by nobody, so without a sender.
TEMPLATE = {key: value for key, value in MESSAGE.items() if key != "sender"} | {"id": 8, "message_type": 3}
OUTGOING = MESSAGE | {"id": 9, "message_type": 1, "sender": SENDERS["user"]}
ACTIVITY = TEMPLATE | {"id": 10, "message_type": 2}

CONVERSATION: dict[str, Any] = {
    "id": 1,
    "uuid": UUID,
    "inbox_id": 1,
    "contact_last_seen_at": 0,
    "status": "open",
    "agent_last_seen_at": 1785576600,
    "messages": [MESSAGE, TEMPLATE, OUTGOING],
    "contact": RECORD,
}

CLOSED: dict[str, Any] = {
    "day_of_week": 0,
    "closed_all_day": True,
    "open_hour": None,
    "open_minutes": None,
    "close_hour": None,
    "close_minutes": None,
    "open_all_day": False,
}
OPEN = CLOSED | {"closed_all_day": False, "open_hour": 9, "open_minutes": 0, "close_hour": 17, "close_minutes": 0}
INBOX: dict[str, Any] = {
    "identifier": "demo-inbox",
    "identity_validation_enabled": False,
    "name": "Demo",
    "timezone": "UTC",
    "working_hours": [(CLOSED if day in (0, 6) else OPEN) | {"day_of_week": day} for day in range(7)],
    "working_hours_enabled": False,
    "csat_survey_enabled": True,
    "greeting_enabled": False,
}

SURVEY: dict[str, Any] = {
    "id": 7,
    "csat_survey_response": None,
    "display_type": "emoji",
    "content": None,
    "inbox_avatar_url": "",
    "inbox_name": "Demo",
    "locale": "en",
    "conversation_id": 3,
    "created_at": ISO,
}
SURVEY_RESPONSE: dict[str, Any] = {
    "id": 1,
    "account_id": 1,
    "conversation_id": 3,
    "message_id": 7,
    "rating": 5,
    "feedback_message": None,
    "contact_id": 1,
    "assigned_agent_id": None,
    "created_at": ISO,
    "updated_at": ISO,
    "csat_review_notes": None,
    "review_notes_updated_at": None,
    "review_notes_updated_by_id": None,
}

NOT_FOUND = {"status": 404, "error": "Not Found"}
MALFORMED = {"status": 400, "error": "Bad Request"}
FAILED = {"status": 500, "error": "Internal Server Error"}
INVALID = {"message": "Email Invalid email", "attributes": ["email"]}
TOO_LATE = {"error": "You cannot update the CSAT survey after 14 days"}
