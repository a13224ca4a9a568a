"""The JSON shapes of Pingback's API, key by key in the order its page shows them.

Handlers turn rows into these. Times are ISO 8601 in UTC. Shapes must not change anything.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from understudy.services.pingback.tables import Conversation, Customer, Message, Tables

Shape = dict[str, Any]


def iso(moment: float) -> str:
    """A time as ISO 8601 in UTC, with milliseconds."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def conversation_shape(tables: Tables, conversation: Conversation) -> Shape:
    """A conversation with its customer and its messages."""
    customer = tables.customers.get(conversation.customer_id)
    responded = conversation.first_response_at
    return {
        "id": conversation.id,
        "business_id": conversation.business_id,
        "customer_id": conversation.customer_id,
        "assignee_id": conversation.assignee_id,
        "status": conversation.status,
        "channel_type": conversation.channel_type,
        "channel_id": conversation.channel_id,
        "created_at": iso(conversation.created_at),
        "updated_at": iso(conversation.updated_at),
        "first_response_at": None if responded is None else iso(responded),
        "customer": None if customer is None else customer_shape(customer),
        "messages": [message_shape(message) for message in tables.messages.all("conversation_id", conversation.id)],
    }


def customer_shape(customer: Customer) -> Shape:
    """A customer, as they stand inside a conversation."""
    return {
        "id": customer.id,
        "business_id": customer.business_id,
        "name": customer.name,
        "email": customer.email,
        "phone": customer.phone,
        "external_id": customer.external_id,
        "created_at": iso(customer.created_at),
    }


def message_shape(message: Message) -> Shape:
    """A message."""
    return {
        "id": message.id,
        "conversation_id": message.conversation_id,
        "sender_type": message.sender_type,
        "sender_id": message.sender_id,
        "content": message.content,
        "attachments": [],
        "created_at": iso(message.created_at),
    }
