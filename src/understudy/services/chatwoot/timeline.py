"""What happens to a conversation: messages are added and changed, it changes itself, somebody types.

Called by the handlers of both sides, by the templates Chatwoot sends by itself, by timers, and by the seed. Here
lives what every message and every change brings with it, whoever caused it, and here alone events arise: whoever
changes a conversation or message by another way changes it in silence. It must not know any request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot import events
from understudy.services.chatwoot.attachments import attach
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.payloads import Person
from understudy.services.chatwoot.tables import Conversation, Inbox, Message, MessageType, User
from understudy.services.service import Upload

FLOOD = 200
"""How many messages within a minute are too many for a conversation to take another."""
MINUTE = 60.0
DELETED = "This message was deleted"


@dataclass(frozen=True, slots=True)
class Draft:
    """A message about to be added.

    Attributes:
        files: what is attached to it.
        at: when it was written; None means now.
    """

    message_type: MessageType
    content: str | None
    content_type: str = "text"
    content_attributes: Mapping[str, Any] = field(default_factory=dict)
    private: bool = False
    sender_type: str | None = None
    sender_id: int | None = None
    echo_id: str | None = None
    files: tuple[Upload, ...] = ()
    at: float | None = None


def flooded(sandbox: Sandbox, conversation: Conversation) -> bool:
    """Whether the conversation takes no more messages for now, not even Chatwoot's own."""
    oldest = tables_of(sandbox).messages.nth_newest("conversation_id", conversation.id, FLOOD)
    return oldest is not None and oldest.created_at >= sandbox.clock.time() - MINUTE


def add(sandbox: Sandbox, conversation: Conversation, draft: Draft, performer: User | None = None) -> Message:
    """Add a message, and note on conversation and contact that something happened.

    A contact's message wakes the conversation before anybody hears of the message.

    Args:
        sandbox: the state.
        conversation: where to; it may have changed since it was read.
        draft: the message.
        performer: the agent who is signed in and does this, if one does.
    """
    tables = tables_of(sandbox)
    at = sandbox.clock.time() if draft.at is None else draft.at
    message = tables.messages.add(
        Message(
            id=tables.next_id("messages"),
            account_id=conversation.account_id,
            inbox_id=conversation.inbox_id,
            conversation_id=conversation.id,
            message_type=draft.message_type,
            content=draft.content,
            content_type=draft.content_type,
            content_attributes=draft.content_attributes,
            private=draft.private,
            status="sent",
            sender_type=draft.sender_type,
            sender_id=draft.sender_id,
            echo_id=draft.echo_id,
            created_at=at,
            updated_at=at,
        )
    )
    for file in draft.files:
        attach(sandbox, message, file)
    if message.message_type is MessageType.INCOMING:
        reopen(sandbox, conversation)
    current = tables.conversations.update(tables.conversations[conversation.id], last_activity_at=at, updated_at=at)
    if message.sender_type == "Contact":
        contact = tables.contacts[message.sender_id]
        latest = max(at, contact.last_activity_at or at)  # a seed need not tell conversations in order
        tables.contacts.update(contact, last_activity_at=latest, updated_at=max(latest, contact.updated_at))
    events.message_created(sandbox, message, performer)
    waiting = _waiting(current, message)
    if waiting:
        change(sandbox, current, at=at, **waiting)
    return message


def _waiting(conversation: Conversation, message: Message) -> dict[str, Any]:
    """Since when the contact waits for an answer: from their first message on, until somebody answers it."""
    if message.message_type is MessageType.INCOMING:
        return {} if conversation.waiting_since is not None else {"waiting_since": message.created_at}
    if message.message_type is not MessageType.OUTGOING or message.private:
        return {}
    changes: dict[str, Any] = {"waiting_since": None}
    if conversation.first_reply_created_at is None and message.sender_type == "User":
        changes["first_reply_created_at"] = message.created_at
    return changes


def add_by_itself(
    sandbox: Sandbox, conversation: Conversation, draft: Draft, performer: User | None = None
) -> Message | None:
    """Add a message that nobody asked for; a flooded conversation silently goes without."""
    return None if flooded(sandbox, conversation) else add(sandbox, conversation, draft, performer)


def note_activity(sandbox: Sandbox, conversation: Conversation, content: str) -> None:
    """Note in the conversation, for agents only, what happened."""
    add_by_itself(sandbox, conversation, Draft(MessageType.ACTIVITY, content))


def change(sandbox: Sandbox, conversation: Conversation, *, at: float | None = None, **columns: Any) -> Conversation:
    """Give columns of a conversation other values: assignee, labels, custom attributes, priority and the like.

    Args:
        sandbox: the state.
        conversation: which one; it may have changed since it was read.
        at: when; None means now.
        columns: the columns' new values; if none of them differs, nothing happens.
    """
    tables = tables_of(sandbox)
    was = tables.conversations[conversation.id]
    changed = {name: value for name, value in columns.items() if _differs(getattr(was, name), value)}
    if not changed:
        return was
    now = tables.conversations.update(was, updated_at=sandbox.clock.time() if at is None else at, **changed)
    events.conversation_changed(sandbox, was, now, changed)
    return now


def change_status(
    sandbox: Sandbox, conversation: Conversation, status: str, *, until: float | None = None
) -> Conversation:
    """Give the conversation another status, with what follows from it.

    Args:
        sandbox: the state.
        conversation: which one.
        status: the new status.
        until: until when it sleeps, if it is snoozed and to wake by itself.
    """
    changes: dict[str, Any] = {"status": status, "snoozed_until": until if status == "snoozed" else None}
    if status == "resolved":
        changes["waiting_since"] = None
    return change(sandbox, conversation, **changes)


def reopen(sandbox: Sandbox, conversation: Conversation) -> Conversation:
    """Wake a conversation the contact wrote to; a bot's conversation goes back to the bot.

    Nothing happens while the contact is blocked, nor to one that is open or pending.
    """
    tables = tables_of(sandbox)
    current = tables.conversations[conversation.id]
    if current.status not in ("snoozed", "resolved") or tables.contacts[current.contact_id].blocked:
        return current
    inbox: Inbox = tables.inboxes[current.inbox_id]
    if current.status == "resolved" and inbox.agent_bot_id is not None:
        return change_status(sandbox, current, "pending")
    changed = change_status(sandbox, current, "open")
    if current.status == "resolved":
        note_activity(sandbox, changed, "System reopened the conversation due to a new incoming message.")
    return tables.conversations[changed.id]


def change_message(sandbox: Sandbox, message: Message, performer: User | None = None, **columns: Any) -> Message:
    """Give columns of a message other values: its status, what was submitted to it.

    Args:
        sandbox: the state.
        message: which one.
        performer: the agent who is signed in and does this, if one does.
        columns: the columns' new values; if none of them differs, nothing happens.
    """
    tables = tables_of(sandbox)
    was = tables.messages[message.id]
    changed = {name: value for name, value in columns.items() if _differs(getattr(was, name), value)}
    if not changed:
        return was
    moment = sandbox.clock.time()
    if moment != was.updated_at:
        changed["updated_at"] = moment
    now = tables.messages.update(was, **changed)
    events.message_updated(sandbox, was, now, changed, performer)
    return now


def delete_message(sandbox: Sandbox, message: Message, performer: User | None = None) -> Message:
    """Delete a message as agents do: it stays, but what it said and carried is gone."""
    tables = tables_of(sandbox)
    for attachment in tables.attachments.all("message_id", message.id):
        tables.attachments.remove(attachment)
    gone = {"content": DELETED, "content_type": "text", "content_attributes": {"deleted": True}}
    return change_message(sandbox, message, performer, **gone)


def seen_by_contact(sandbox: Sandbox, conversation: Conversation) -> None:
    """The contact has seen the conversation: what agents, bots and templates wrote so far becomes read."""
    tables, now = tables_of(sandbox), sandbox.clock.time()
    tables.conversations.update(tables.conversations[conversation.id], contact_last_seen_at=now, updated_at=now)
    for message in tables.messages.all("unread_in", conversation.id):
        if message.created_at <= now:
            change_message(sandbox, message, status="read")


def seen_by_agent(sandbox: Sandbox, conversation: Conversation) -> Conversation:
    """An agent has seen the conversation; contacts are not told."""
    tables = tables_of(sandbox)
    seen = {"agent_last_seen_at": sandbox.clock.time()}
    return tables.conversations.update(tables.conversations[conversation.id], **seen)


def type_in(
    sandbox: Sandbox, conversation: Conversation, person: Person, *, on: bool, is_private: bool = False
) -> None:
    """Somebody types in the conversation, or no longer does: nothing that is kept."""
    events.typing(sandbox, tables_of(sandbox).conversations[conversation.id], person, on=on, is_private=is_private)


def _differs(old: Any, new: Any) -> bool:
    """Whether two values are different JSON; to Python alone is ``True`` the same as 1."""
    return bool(old != new) or repr(old) != repr(new)
