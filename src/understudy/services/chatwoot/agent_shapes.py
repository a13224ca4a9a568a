"""What agents see, key by key: the shapes of `agent.yaml`.

The handlers of the control plane turn rows into these. All times are ISO 8601 in UTC, null where there is none.
Shapes must not change anything.
"""

from __future__ import annotations

from typing import Any

from understudy.services.chatwoot.payloads import unread_count_of
from understudy.services.chatwoot.schedule import DAYS, told_hours
from understudy.services.chatwoot.script import Rule
from understudy.services.chatwoot.shapes import Shape, iso, redirect_url
from understudy.services.chatwoot.tables import (
    AgentBot,
    Attachment,
    Contact,
    Conversation,
    Inbox,
    Message,
    Tables,
    User,
)

SENDERS = {"Contact": "contact", "User": "user", "AgentBot": "agent_bot"}


def agent_shape(user: User) -> Shape:
    """An agent."""
    return {
        "id": user.id,
        "handle": user.handle,
        "name": user.name,
        "display_name": user.display_name,
        "email": user.email,
        "availability": user.availability,
    }


def bot_shape(bot: AgentBot) -> Shape:
    """A bot."""
    return {"id": bot.id, "handle": bot.handle, "name": bot.name}


def whole_conversation(tables: Tables, conversation: Conversation) -> Shape:
    """A conversation, without what was written in it."""
    inbox = tables.inboxes[conversation.inbox_id]
    contact = tables.contacts[conversation.contact_id]
    assignee = conversation.assignee_id
    return {
        "id": conversation.display_id,
        "uuid": conversation.uuid,
        "status": conversation.status,
        "inbox": {"id": inbox.id, "identifier": inbox.identifier, "name": inbox.name},
        "contact": {
            "id": contact.id,
            "source_id": tables.contact_inboxes[conversation.contact_inbox_id].source_id,
            "name": contact.name,
            "email": contact.email,
            "phone_number": contact.phone_number,
            "identifier": contact.identifier,
            "blocked": contact.blocked,
        },
        "assignee": None if assignee is None else agent_shape(tables.users[assignee]),
        "labels": list(conversation.labels),
        "priority": conversation.priority,
        "custom_attributes": conversation.custom_attributes,
        "additional_attributes": conversation.additional_attributes,
        "unread_count": unread_count_of(tables, conversation),
        "waiting_since": iso(conversation.waiting_since),
        "first_reply_created_at": iso(conversation.first_reply_created_at),
        "snoozed_until": iso(conversation.snoozed_until),
        "agent_last_seen_at": iso(conversation.agent_last_seen_at),
        "contact_last_seen_at": iso(conversation.contact_last_seen_at),
        "last_activity_at": iso(conversation.last_activity_at),
        "created_at": iso(conversation.created_at),
        "updated_at": iso(conversation.updated_at),
        "csat": _rating(tables, conversation),
    }


def _rating(tables: Tables, conversation: Conversation) -> Shape | None:
    survey = tables.messages.first("survey_in", conversation.id)
    response = None if survey is None else tables.survey_responses.one("message_id", survey.id)
    if response is None:
        return None
    return {"rating": response.rating, "feedback_message": response.feedback_message}


def whole_message(tables: Tables, message: Message, base_url: str) -> Shape:
    """A message of any type."""
    return {
        "id": message.id,
        "conversation_id": tables.conversations[message.conversation_id].display_id,
        "message_type": message.message_type.name.lower(),
        "content": message.content,
        "content_type": message.content_type,
        "content_attributes": message.content_attributes,
        "private": message.private,
        "status": message.status,
        "sender": _sender(tables, message),
        "echo_id": message.echo_id,
        "attachments": [
            _attachment(attachment, base_url) for attachment in tables.attachments.all("message_id", message.id)
        ],
        "created_at": iso(message.created_at),
        "updated_at": iso(message.updated_at),
    }


def _sender(tables: Tables, message: Message) -> Shape | None:
    if message.sender_id is None or message.sender_type is None:
        return None
    table: Any = {"Contact": tables.contacts, "User": tables.users, "AgentBot": tables.agent_bots}[message.sender_type]
    return {
        "type": SENDERS[message.sender_type],
        "id": message.sender_id,
        "name": table[message.sender_id].name,
    }


def _attachment(attachment: Attachment, base_url: str) -> Shape:
    return {
        "id": attachment.id,
        "file_type": attachment.file_type,
        "filename": attachment.filename,
        "content_type": attachment.content_type,
        "file_size": len(attachment.data),
        "data_url": redirect_url(attachment, base_url),
    }


def whole_contact(tables: Tables, contact: Contact) -> Shape:
    """A contact, and where it is present."""
    return {
        "id": contact.id,
        "name": contact.name,
        "email": contact.email,
        "phone_number": contact.phone_number,
        "identifier": contact.identifier,
        "contact_type": contact.contact_type,
        "blocked": contact.blocked,
        "additional_attributes": contact.additional_attributes,
        "custom_attributes": contact.custom_attributes,
        "labels": list(contact.labels),
        "last_activity_at": iso(contact.last_activity_at),
        "created_at": iso(contact.created_at),
        "updated_at": iso(contact.updated_at),
        "inboxes": [
            {
                "identifier": tables.inboxes[present.inbox_id].identifier,
                "source_id": present.source_id,
                "pubsub_token": present.pubsub_token,
                "hmac_verified": present.hmac_verified,
            }
            for present in tables.contact_inboxes.all("contact_id", contact.id)
        ],
    }


def whole_inbox(tables: Tables, inbox: Inbox) -> Shape:
    """An inbox with all its settings, by the seed's keys."""
    return {
        "id": inbox.id,
        "identifier": inbox.identifier,
        "name": inbox.name,
        "avatar_url": inbox.avatar_url,
        "timezone": inbox.timezone,
        "working_hours_enabled": inbox.working_hours_enabled,
        "working_hours": {DAYS[day.day_of_week]: told_hours(day) for day in inbox.working_hours},
        "out_of_office_message": inbox.out_of_office_message,
        "greeting_enabled": inbox.greeting_enabled,
        "greeting_message": inbox.greeting_message,
        "csat_survey_enabled": inbox.csat_survey_enabled,
        "csat_message": inbox.csat_message,
        "csat_display_type": inbox.csat_display_type,
        "lock_to_single_conversation": inbox.lock_to_single_conversation,
        "hmac_mandatory": inbox.hmac_mandatory,
        "hmac_token": inbox.hmac_token,
        "agent_bot": None if inbox.agent_bot_id is None else tables.agent_bots[inbox.agent_bot_id].handle,
        "webhook_url": inbox.webhook_url,
        "webhook_secret": inbox.webhook_secret,
        "autoreply": [_rule(tables, rule) for rule in inbox.autoreply],
    }


def _rule(tables: Tables, rule: Rule) -> Shape:
    """A rule of a script, as a seed would tell it."""
    shape: Shape = {key: value for key in ("when", "submitted") if (value := getattr(rule, key)) is not None}
    shape |= {"after": f"{round(rule.after)}s", "typing": f"{round(rule.typing)}s"}
    if rule.sender_type is not None and rule.sender_id is not None:
        table = tables.users if rule.sender_type == "User" else tables.agent_bots
        shape["agent"] = table[rule.sender_id].handle
    if rule.status is not None:
        shape["status"] = rule.status
    reply: Shape = {"content_type": rule.content_type, "content_attributes": rule.content_attributes}
    return shape | {"reply": reply if rule.content is None else {"content": rule.content, **reply}}
