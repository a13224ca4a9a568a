"""What Chatwoot tells of a message, a conversation and who is there, key by key in the order it writes them.

`events` sends these to sockets and `webhooks` to other servers. They show more than the public API does: whole
rows, who is assigned, what is unread. They must not change anything, nor know who listens.
"""

from __future__ import annotations

from itertools import islice

from understudy.services.chatwoot.parameters import blank, to_s
from understudy.services.chatwoot.shapes import (
    Shape,
    attachment_shape,
    bot_as_sender,
    contact_as_sender,
    iso,
    seconds,
    sender_shape,
    user_as_sender,
)
from understudy.services.chatwoot.tables import AgentBot, Contact, ContactInbox, Conversation, Message, Tables, User
from understudy.services.service import Upload

CHANNEL = "Channel::Api"
MOST_UNREAD = 10
"""How far Chatwoot counts what is unread."""

Person = Contact | User | AgentBot


def message_payload(tables: Tables, message: Message, base_url: str, *, signed_in: bool = False) -> Shape:
    """A message as events show it; attachments and sender are absent where there are none.

    Args:
        tables: the tables.
        message: the message.
        base_url: what the addresses of its files begin with.
        signed_in: whether an agent caused the event; only then is an agent's availability known.
    """
    conversation = tables.conversations[message.conversation_id]
    payload: Shape = {
        "id": message.id,
        "content": message.content,
        "account_id": message.account_id,
        "inbox_id": message.inbox_id,
        "conversation_id": conversation.display_id,
        "message_type": message.message_type.value,
        "created_at": seconds(message.created_at),
        "updated_at": iso(message.updated_at),
        "private": message.private,
        "status": message.status,
        "source_id": None,  # other channels number messages by themselves
        "content_type": message.content_type,
        "content_attributes": message.content_attributes,
        "sender_type": message.sender_type,
        "sender_id": message.sender_id,
        "external_source_ids": {},
        "additional_attributes": {},
        "processed_message_content": message.content,
        "sentiment": {},
        "conversation": {
            "assignee_id": conversation.assignee_id,
            "unread_count": unread_count_of(tables, conversation),
            "last_activity_at": seconds(conversation.last_activity_at),
            "contact_inbox": {"source_id": tables.contact_inboxes[conversation.contact_inbox_id].source_id},
        },
    }
    attachments = tables.attachments.all("message_id", message.id)
    if attachments:
        payload["attachments"] = [attachment_shape(attachment, base_url) for attachment in attachments]
    sender = sender_shape(tables, message, signed_in=signed_in)
    if sender is not None:
        payload["sender"] = sender
    return payload


def created_message_payload(tables: Tables, message: Message, base_url: str, *, signed_in: bool = False) -> Shape:
    """A message that was just written: here, and nowhere else, what its sender wants echoed is echoed."""
    payload = message_payload(tables, message, base_url, signed_in=signed_in)
    echo: object = message.echo_id  # any scalar that a client sent
    if blank(echo):
        return payload
    behind = {key: payload.pop(key) for key in ("attachments", "sender") if key in payload}
    return payload | {"echo_id": to_s(echo) if isinstance(echo, Upload) else echo} | behind


def conversation_payload(
    tables: Tables, conversation: Conversation, base_url: str, *, signed_in: bool = False
) -> Shape:
    """A conversation as events show it; the arguments are those of `message_payload`."""
    contact_inbox = tables.contact_inboxes[conversation.contact_inbox_id]
    newest = tables.messages.last("chat_in", conversation.id)
    assignee = None if conversation.assignee_id is None else tables.users[conversation.assignee_id]
    return {
        "additional_attributes": conversation.additional_attributes,
        "can_reply": True,
        "channel": CHANNEL,
        "contact_inbox": _contact_inbox(contact_inbox),
        "id": conversation.display_id,
        "inbox_id": conversation.inbox_id,
        "messages": [] if newest is None else [message_payload(tables, newest, base_url, signed_in=signed_in)],
        "labels": list(conversation.labels),
        "meta": {
            "sender": contact_as_sender(tables.contacts[conversation.contact_id]),
            "assignee": None if assignee is None else user_as_sender(assignee, signed_in=signed_in),
            "assignee_type": None if assignee is None else "User",
            "team": None,
            "hmac_verified": contact_inbox.hmac_verified,
        },
        "status": conversation.status,
        "custom_attributes": conversation.custom_attributes,
        "snoozed_until": iso(conversation.snoozed_until),
        "unread_count": unread_count_of(tables, conversation),
        "first_reply_created_at": iso(conversation.first_reply_created_at),
        "priority": conversation.priority,
        "waiting_since": seconds(conversation.waiting_since),
        "agent_last_seen_at": seconds(conversation.agent_last_seen_at),
        "contact_last_seen_at": seconds(conversation.contact_last_seen_at),
        "last_activity_at": seconds(conversation.last_activity_at),
        "timestamp": seconds(conversation.last_activity_at),
        "created_at": seconds(conversation.created_at),
        "updated_at": conversation.updated_at,
    }


def person_payload(person: Person, *, signed_in: bool = False) -> Shape:
    """Somebody who types or does something."""
    if isinstance(person, Contact):
        return contact_as_sender(person)
    return user_as_sender(person, signed_in=signed_in) if isinstance(person, User) else bot_as_sender(person)


def presence_payload(tables: Tables, account_id: int) -> Shape:
    """Which agents of an account are there."""
    users = {str(user.id): user.availability for user in tables.users if user.account_id == account_id}
    return {"account_id": account_id, "users": users}


def _contact_inbox(contact_inbox: ContactInbox) -> Shape:
    return {
        "id": contact_inbox.id,
        "contact_id": contact_inbox.contact_id,
        "inbox_id": contact_inbox.inbox_id,
        "source_id": contact_inbox.source_id,
        "created_at": iso(contact_inbox.created_at),
        "updated_at": iso(contact_inbox.updated_at),
        "hmac_verified": contact_inbox.hmac_verified,
        "pubsub_token": contact_inbox.pubsub_token,
    }


def unread_count_of(tables: Tables, conversation: Conversation) -> int:
    """How many of the contact's messages no agent has seen, as far as Chatwoot counts."""
    seen = conversation.agent_last_seen_at
    newest = islice(tables.messages.newest("incoming_in", conversation.id), MOST_UNREAD)
    return sum(1 for message in newest if seen is None or message.created_at > seen)
