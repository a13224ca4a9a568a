"""The JSON shapes of Chatwoot's public API, key by key in the order it writes them.

Handlers turn rows into these. Two kinds of time live here: messages and conversations speak whole
seconds, contacts and surveys ISO 8601 with milliseconds. Shapes must not change anything.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

from understudy.services.chatwoot.tables import (
    AgentBot,
    Attachment,
    Contact,
    ContactInbox,
    Conversation,
    Inbox,
    Message,
    SurveyResponse,
    Tables,
    User,
)

Shape = dict[str, Any]

HOURS = (
    "day_of_week",
    "closed_all_day",
    "open_hour",
    "open_minutes",
    "close_hour",
    "close_minutes",
    "open_all_day",
)


def iso(moment: float | None) -> str | None:
    """A time as ISO 8601 in UTC, with milliseconds."""
    if moment is None:
        return None
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds(moment: float | None) -> int:
    """A time in whole seconds; 0 where there is none."""
    return int(moment or 0)


def inbox_shape(inbox: Inbox) -> Shape:
    """What anybody may know of an inbox."""
    return {
        "identifier": inbox.identifier,
        "identity_validation_enabled": inbox.hmac_mandatory,
        "name": inbox.name,
        "timezone": inbox.timezone,
        "working_hours": [{key: getattr(day, key) for key in HOURS} for day in inbox.working_hours],
        "working_hours_enabled": inbox.working_hours_enabled,
        "csat_survey_enabled": inbox.csat_survey_enabled,
        "greeting_enabled": inbox.greeting_enabled,
    }


def contact_shape(contact: Contact, contact_inbox: ContactInbox) -> Shape:
    """A contact as its own client sees it."""
    return {
        "source_id": contact_inbox.source_id,
        "pubsub_token": contact_inbox.pubsub_token,
        "id": contact.id,
        "name": contact.name,
        "email": contact.email,
        "phone_number": contact.phone_number,
    }


def contact_record(contact: Contact) -> Shape:
    """A contact's whole row, which conversations carry."""
    return {
        "id": contact.id,
        "name": contact.name,
        "email": contact.email,
        "phone_number": contact.phone_number,
        "account_id": contact.account_id,
        "created_at": iso(contact.created_at),
        "updated_at": iso(contact.updated_at),
        "additional_attributes": contact.additional_attributes,
        "identifier": contact.identifier,
        "custom_attributes": contact.custom_attributes,
        "last_activity_at": iso(contact.last_activity_at),
        "contact_type": contact.contact_type,
        "middle_name": contact.middle_name,
        "last_name": contact.last_name,
        "location": contact.location,
        "country_code": contact.country_code,
        "blocked": contact.blocked,
        "company_id": contact.company_id,
        "label_list": list(contact.labels),
    }


def conversation_shape(tables: Tables, conversation: Conversation, base_url: str) -> Shape:
    """A conversation with every message the contact may see, however many there are."""
    return {
        "id": conversation.display_id,
        "uuid": conversation.uuid,
        "inbox_id": conversation.inbox_id,
        "contact_last_seen_at": seconds(conversation.contact_last_seen_at),
        "status": conversation.status,
        "agent_last_seen_at": seconds(conversation.agent_last_seen_at),
        "messages": [
            message_shape(tables, message, conversation.display_id, base_url)
            for message in tables.messages.all("chat_in", conversation.id)
        ],
        "contact": contact_record(tables.contacts[conversation.contact_id]),
    }


def message_shape(tables: Tables, message: Message, display_id: int, base_url: str) -> Shape:
    """A message; attachments and sender are absent where there are none."""
    shape: Shape = {
        "id": message.id,
        "content": message.content,
        "message_type": message.message_type.value,
        "content_type": message.content_type,
        "content_attributes": message.content_attributes,
        "created_at": seconds(message.created_at),
        "conversation_id": display_id,
    }
    attachments = tables.attachments.all("message_id", message.id)
    if attachments:
        shape["attachments"] = [attachment_shape(attachment, base_url) for attachment in attachments]
    sender = sender_shape(tables, message)
    if sender is not None:
        shape["sender"] = sender
    return shape


def sender_shape(tables: Tables, message: Message, *, signed_in: bool = False) -> Shape | None:
    """Who wrote a message: contact, agent or bot, each with keys of its own; None where nobody did."""
    if message.sender_id is None:
        return None
    if message.sender_type == "Contact":
        return contact_as_sender(tables.contacts[message.sender_id])
    if message.sender_type == "User":
        return user_as_sender(tables.users[message.sender_id], signed_in=signed_in)
    return bot_as_sender(tables.agent_bots[message.sender_id])


def contact_as_sender(contact: Contact) -> Shape:
    """A contact as messages and events show it."""
    return {
        "additional_attributes": contact.additional_attributes,
        "custom_attributes": contact.custom_attributes,
        "email": contact.email,
        "id": contact.id,
        "identifier": contact.identifier,
        "name": contact.name,
        "phone_number": contact.phone_number,
        "thumbnail": contact.avatar_url,
        "blocked": contact.blocked,
        "type": "contact",
    }


def user_as_sender(user: User, *, signed_in: bool = False) -> Shape:
    """An agent as messages and events show them.

    Availability is known per account: it stands there only where an agent, signed in to one, caused it.
    """
    return {
        "id": user.id,
        "name": user.name,
        "available_name": user.display_name or user.name,
        "avatar_url": user.avatar_url,
        "type": "user",
        "availability_status": user.availability if signed_in else None,
        "thumbnail": user.avatar_url,
    }


def bot_as_sender(bot: AgentBot) -> Shape:
    """A bot as messages and events show it."""
    return {"id": bot.id, "name": bot.name, "avatar_url": bot.avatar_url, "type": "agent_bot"}


def redirect_url(attachment: Attachment, base_url: str) -> str:
    """Where a client is told a file is; it redirects to where it lies."""
    name = quote(attachment.filename, safe="")
    return f"{base_url}/rails/active_storage/blobs/redirect/{attachment.signed_id}/{name}"


def attachment_shape(attachment: Attachment, base_url: str) -> Shape:
    """An attached file; measures stay unknown, and an image is its own thumbnail."""
    url = redirect_url(attachment, base_url)
    shape: Shape = {
        "id": attachment.id,
        "message_id": attachment.message_id,
        "file_type": attachment.file_type,
        "account_id": attachment.account_id,
        "extension": attachment.extension,
        "content_type": attachment.content_type,
        "data_url": url,
        "thumb_url": url if attachment.file_type == "image" else "",
        "file_size": len(attachment.data),
        "width": None,
        "height": None,
    }
    if attachment.file_type == "audio":
        shape["transcribed_text"] = ""
    return shape


def survey_shape(tables: Tables, conversation: Conversation, message: Message, inbox: Inbox) -> Shape:
    """A satisfaction survey; unlike everywhere else its conversation id is the database's."""
    response = tables.survey_responses.one("message_id", message.id)
    return {
        "id": message.id,
        "csat_survey_response": None if response is None else _survey_response(response),
        "display_type": inbox.csat_display_type,
        "content": inbox.csat_message,
        "inbox_avatar_url": inbox.avatar_url,
        "inbox_name": inbox.name,
        "locale": tables.accounts[conversation.account_id].locale,
        "conversation_id": conversation.id,
        "created_at": iso(message.created_at),
    }


def _survey_response(response: SurveyResponse) -> Shape:
    return {
        "id": response.id,
        "account_id": response.account_id,
        "conversation_id": response.conversation_id,
        "message_id": response.message_id,
        "rating": response.rating,
        "feedback_message": response.feedback_message,
        "contact_id": response.contact_id,
        "assigned_agent_id": response.assigned_agent_id,
        "created_at": iso(response.created_at),
        "updated_at": iso(response.updated_at),
        "csat_review_notes": None,  # review notes are written by agents, whom this API does not serve
        "review_notes_updated_at": None,
        "review_notes_updated_by_id": None,
    }
