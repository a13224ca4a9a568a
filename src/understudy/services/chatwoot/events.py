"""The events Chatwoot sends: what happened, to whom it is told, and what is told of it.

Called by `timeline`, where things happen, and by `cable`. A contact hears of its conversations on the stream named
by its pubsub token; who listens there is the bus's business. Private notes, activities and what only agents are told
never get here. Nothing is rendered where nobody listens.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot import webhooks
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.payloads import (
    Person,
    conversation_payload,
    created_message_payload,
    message_payload,
    person_payload,
    presence_payload,
)
from understudy.services.chatwoot.shapes import Shape, iso
from understudy.services.chatwoot.tables import Contact, ContactInbox, Conversation, Message, Tables, User

CONVERSATION_COLUMNS = (
    "status", "assignee_id", "priority", "snoozed_until", "custom_attributes", "labels", "waiting_since",
    "first_reply_created_at",
)  # fmt: skip
"""Changes of a conversation that are told; any other goes by in silence."""

MESSAGE_COLUMNS = ("content", "updated_at", "status", "content_type", "content_attributes")
"""Columns of a message in the order in which an update tells their changes."""

_MOMENTS = frozenset({"snoozed_until", "waiting_since", "first_reply_created_at", "updated_at"})
_TOLD_AS = {"labels": "label_list"}


def streams_of(tables: Tables, conversation: Conversation) -> tuple[str, ...]:
    """Who hears of a conversation: its contact inbox; once that is verified, every verified one of the contact."""
    contact_inbox = tables.contact_inboxes[conversation.contact_inbox_id]
    if not contact_inbox.hmac_verified:
        return (contact_inbox.pubsub_token,)
    everywhere = tables.contact_inboxes.all("contact_id", contact_inbox.contact_id)
    return tuple(found.pubsub_token for found in everywhere if found.hmac_verified)


def conversation_created(sandbox: Sandbox, conversation: Conversation) -> None:
    """A conversation was begun."""
    tables = tables_of(sandbox)

    def write() -> Shape:
        return _addressed(conversation_payload(tables, conversation, sandbox.home), conversation.account_id, None)

    sandbox.bus.publish("conversation.created", streams_of(tables, conversation), write)
    webhooks.conversation_created(sandbox, conversation)


def conversation_changed(sandbox: Sandbox, was: Conversation, now: Conversation, columns: Collection[str]) -> None:
    """Some columns of a conversation were changed; who did it is not told, since it is read anew when it is sent."""
    changed = [name for name in CONVERSATION_COLUMNS if name in columns]
    if not changed:
        return
    tables = tables_of(sandbox)
    streams = streams_of(tables, now)

    def write() -> Shape:
        payload = conversation_payload(tables, tables.conversations[now.id], sandbox.home)
        return _addressed(payload, now.account_id, None)

    changes = _changes(was, now, (*changed, "updated_at"))
    if "status" in changed:
        sandbox.bus.publish("conversation.status_changed", streams, write, late=True)
        webhooks.conversation_changed(sandbox, now, "conversation_status_changed", {"status": changes["status"]})
    sandbox.bus.publish("conversation.updated", streams, write, late=True)
    webhooks.conversation_changed(sandbox, now, "conversation_updated", changes)


def message_created(sandbox: Sandbox, message: Message, performer: User | None = None) -> None:
    """A message was written, whoever wrote it."""
    _message(sandbox, "message.created", message, performer, created_message_payload)
    webhooks.message(sandbox, message, "message_created")


def message_updated(
    sandbox: Sandbox, was: Message, now: Message, columns: Collection[str], performer: User | None = None
) -> None:
    """Some columns of a message were changed: it was answered, delivered, read, deleted."""
    changed = [name for name in MESSAGE_COLUMNS if name in columns]

    def payload(tables: Tables, message: Message, base_url: str, *, signed_in: bool) -> Shape:
        changes = _changes(was, message, changed)
        if "content" in changes:
            changes["processed_message_content"] = changes["content"]
        return message_payload(tables, message, base_url, signed_in=signed_in) | {"previous_changes": changes}

    _message(sandbox, "message.updated", now, performer, payload)
    webhooks.message(sandbox, now, "message_updated")


def typing(sandbox: Sandbox, conversation: Conversation, person: Person, *, on: bool, is_private: bool) -> None:
    """Somebody types, or no longer does. The contact's own typing is told to agents and webhooks only."""
    tables = tables_of(sandbox)
    performer = person if isinstance(person, User) else None

    def write() -> Shape:
        signed_in = performer is not None
        payload = {
            "conversation": conversation_payload(tables, conversation, sandbox.home, signed_in=signed_in),
            "user": person_payload(person, signed_in=signed_in),
            "is_private": is_private,
        }
        return _addressed(payload, conversation.account_id, performer)

    if not isinstance(person, Contact):
        # Unlike all else it goes to the conversation's own contact inbox alone, verified or not.
        stream = tables.contact_inboxes[conversation.contact_inbox_id].pubsub_token
        sandbox.bus.publish(f"conversation.typing_{'on' if on else 'off'}", (stream,), write)
    webhooks.typing(sandbox, conversation, person, on=on, is_private=is_private)


def presence(sandbox: Sandbox, contact_inbox: ContactInbox) -> None:
    """Tell one contact inbox which agents are there."""
    tables = tables_of(sandbox)
    account_id = tables.inboxes[contact_inbox.inbox_id].account_id
    sandbox.bus.publish("presence.update", (contact_inbox.pubsub_token,), lambda: presence_payload(tables, account_id))


def _message(
    sandbox: Sandbox, event: str, message: Message, performer: User | None, payload: Callable[..., Shape]
) -> None:
    """Tell of a message, if the contact may see it."""
    if message.chat_in is None:
        return
    tables = tables_of(sandbox)
    streams = streams_of(tables, tables.conversations[message.conversation_id])

    def write() -> Shape:
        shape = payload(tables, message, sandbox.home, signed_in=performer is not None)
        return _addressed(shape, message.account_id, performer)

    sandbox.bus.publish(event, streams, write)


def _addressed(payload: Shape, account_id: int, performer: User | None) -> Shape:
    """A payload with what every event says besides: the account, and which agent did it, if one did."""
    payload["account_id"] = account_id
    if performer is not None:
        payload["performer"] = person_payload(performer, signed_in=True)
    return payload


def _changes(was: Any, now: Any, names: Collection[str]) -> dict[str, list[Any]]:
    """The old and the new value of each column, as JSON data."""
    return {_TOLD_AS.get(name, name): [_told(name, getattr(row, name)) for row in (was, now)] for name in names}


def _told(name: str, value: Any) -> Any:
    if name in _MOMENTS:
        return iso(value)
    return list(value) if isinstance(value, tuple) else dict(value) if isinstance(value, Mapping) else value
