"""Webhooks: the signed requests an inbox's ``webhook_url`` gets when something happens in it.

Called by `events`. Their payloads differ from the sockets': types are words, times ISO 8601, people are told with
other keys. Private notes are among them, activities are not. Built and signed here, sent by whoever took the bus's
post; where nobody did, or the inbox has no address, nothing is built.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from typing import Any

import orjson

from understudy.sandbox.bus import Delivery
from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.payloads import Person, conversation_payload
from understudy.services.chatwoot.shapes import Shape, attachment_shape, iso
from understudy.services.chatwoot.tables import AgentBot, Contact, Conversation, Inbox, Message, MessageType, Tables

RETRIES = (1.0, 5.0, 25.0, 125.0)
"""After how many seconds each a delivery is tried again. Chatwoot itself tries once; a receiver that is being worked
on comes and goes."""


def message(sandbox: Sandbox, row: Message, event: str) -> None:
    """Tell of a message that was written or changed; activities are nobody's business."""
    if row.message_type is not MessageType.ACTIVITY:
        _deliver(sandbox, row.inbox_id, event, lambda tables: _message(tables, row, sandbox.home))


def conversation_created(sandbox: Sandbox, conversation: Conversation) -> None:
    """Tell of a conversation that was begun."""
    _deliver(
        sandbox,
        conversation.inbox_id,
        "conversation_created",
        lambda tables: conversation_payload(tables, conversation, sandbox.home),
    )


def conversation_changed(
    sandbox: Sandbox, conversation: Conversation, event: str, changes: Mapping[str, list[Any]]
) -> None:
    """Tell of a change of a conversation, with the old and the new value of what changed."""

    def write(tables: Tables) -> Shape:
        changed = [{name: {"previous_value": old, "current_value": new}} for name, (old, new) in changes.items()]
        return conversation_payload(tables, conversation, sandbox.home) | {
            "event": event,
            "changed_attributes": changed,
        }

    _deliver(sandbox, conversation.inbox_id, event, write)


def typing(sandbox: Sandbox, conversation: Conversation, person: Person, *, on: bool, is_private: bool) -> None:
    """Tell that somebody types or no longer does, the contact included."""
    event = f"conversation_typing_{'on' if on else 'off'}"

    def write(tables: Tables) -> Shape:
        return {
            "event": event,
            "user": _person(tables, person),
            "conversation": conversation_payload(tables, conversation, sandbox.home),
            "is_private": is_private,
        }

    _deliver(sandbox, conversation.inbox_id, event, write)


def _deliver(sandbox: Sandbox, inbox_id: int, event: str, write: Callable[[Tables], Shape]) -> None:
    """Have a payload sent to the inbox's webhook, where it has one."""
    tables = tables_of(sandbox)
    inbox = tables.inboxes[inbox_id]
    if not inbox.webhook_url or sandbox.bus.post is None:
        return
    payload = write(tables)
    payload.setdefault("event", event)
    body = orjson.dumps(payload)
    sandbox.bus.deliver(Delivery(event, inbox.webhook_url, _headers(sandbox, inbox, body), body, RETRIES))


def _headers(sandbox: Sandbox, inbox: Inbox, body: bytes) -> tuple[tuple[str, str], ...]:
    """What a delivery is known by; without a secret it has neither signature nor timestamp."""
    known = (
        ("Content-Type", "application/json"),
        ("Accept", "application/json"),
        ("X-Chatwoot-Delivery", sandbox.uuid()),
    )
    if not inbox.webhook_secret:
        return known
    timestamp = str(int(sandbox.clock.time()))
    return (
        *known,
        ("X-Chatwoot-Timestamp", timestamp),
        ("X-Chatwoot-Signature", f"sha256={signature(inbox.webhook_secret, timestamp, body)}"),
    )


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """The hex HMAC-SHA256 of a delivery: over its timestamp, a dot, and its body."""
    return hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256").hex()


def _message(tables: Tables, row: Message, base_url: str) -> Shape:
    """A message as webhooks tell of it."""
    conversation = tables.conversations[row.conversation_id]
    payload: Shape = {
        "account": _named(tables.accounts[row.account_id]),
        "additional_attributes": {},
        "content_attributes": row.content_attributes,
        "content_type": row.content_type,
        "content": _content(tables, row, conversation, base_url),
        "conversation": conversation_payload(tables, conversation, base_url),
        "created_at": iso(row.created_at),
        "id": row.id,
        "inbox": _named(tables.inboxes[row.inbox_id]),
        "message_type": row.message_type.name.lower(),
        "private": row.private,
        "sender": _sender(tables, row),
        "source_id": None,
    }
    attachments = tables.attachments.all("message_id", row.id)
    if attachments:
        payload["attachments"] = [attachment_shape(attachment, base_url) for attachment in attachments]
    return payload


def _content(tables: Tables, row: Message, conversation: Conversation, base_url: str) -> str | None:
    """What a message says; a survey leads to the page where it is answered."""
    if row.content_type != "input_csat":
        return row.content
    link = f"{base_url}/survey/responses/{conversation.uuid}"
    question = tables.inboxes[row.inbox_id].csat_message
    return f"{question} {link}" if question else f"Please rate this conversation, {link}"


def _sender(tables: Tables, row: Message) -> Shape | None:
    if row.sender_id is None:
        return None
    table: Any = {"Contact": tables.contacts, "User": tables.users}.get(row.sender_type or "", tables.agent_bots)
    return _person(tables, table[row.sender_id])


def _person(tables: Tables, person: Person) -> Shape:
    """Somebody as webhooks tell of them."""
    if isinstance(person, Contact):
        return {
            "account": _named(tables.accounts[person.account_id]),
            "additional_attributes": person.additional_attributes,
            "avatar": person.avatar_url,
            "custom_attributes": person.custom_attributes,
            "email": person.email,
            "id": person.id,
            "identifier": person.identifier,
            "name": person.name,
            "phone_number": person.phone_number,
            "thumbnail": person.avatar_url,
            "blocked": person.blocked,
        }
    if isinstance(person, AgentBot):
        return {**_named(person), "type": "agent_bot"}
    return {**_named(person), "email": person.email, "type": "user"}


def _named(row: Any) -> Shape:
    return {"id": row.id, "name": row.name}
