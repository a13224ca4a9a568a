"""What happens to a conversation: messages are added, the status changes, activity is noted.

Called by the handlers, by the templates Chatwoot sends by itself, and by the seed. Here lives what every
message and every change of status brings with it, whoever caused it. It must not know any request.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.tables import Conversation, Inbox, Message, MessageType

FLOOD = 200
"""How many messages within a minute are too many for a conversation to take another."""
MINUTE = 60.0


@dataclass(frozen=True, slots=True)
class Draft:
    """A message about to be added.

    Attributes:
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
    at: float | None = None


def flooded(sandbox: Sandbox, conversation: Conversation) -> bool:
    """Whether the conversation takes no more messages for now, not even Chatwoot's own."""
    oldest = tables_of(sandbox).messages.nth_newest("conversation_id", conversation.id, FLOOD)
    return oldest is not None and oldest.created_at >= sandbox.clock.time() - MINUTE


def add(sandbox: Sandbox, conversation: Conversation, draft: Draft) -> Message:
    """Add a message, and note on conversation and contact that something happened."""
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
    current = tables.conversations[conversation.id]
    tables.conversations.update(current, last_activity_at=at, updated_at=at, **_waiting(current, message))
    if message.sender_type == "Contact":
        contact = tables.contacts[message.sender_id]
        latest = max(at, contact.last_activity_at or at)  # a seed need not tell conversations in order
        tables.contacts.update(contact, last_activity_at=latest, updated_at=max(latest, contact.updated_at))
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


def add_by_itself(sandbox: Sandbox, conversation: Conversation, draft: Draft) -> None:
    """Add a message that nobody asked for; a flooded conversation silently goes without."""
    if not flooded(sandbox, conversation):
        add(sandbox, conversation, draft)


def note_activity(sandbox: Sandbox, conversation: Conversation, content: str) -> None:
    """Note in the conversation, for agents only, what happened."""
    add_by_itself(sandbox, conversation, Draft(MessageType.ACTIVITY, content))


def change_status(sandbox: Sandbox, conversation: Conversation, status: str) -> Conversation:
    """Give the conversation another status, with what follows from it: it sleeps no longer."""
    tables = tables_of(sandbox)
    current = tables.conversations[conversation.id]
    changes: dict[str, Any] = {"status": status, "snoozed_until": None, "updated_at": sandbox.clock.time()}
    if status == "resolved":
        changes["waiting_since"] = None
    return tables.conversations.update(current, **changes)


def reopen(sandbox: Sandbox, conversation: Conversation) -> Conversation:
    """Wake a conversation the contact wrote to; a bot's conversation goes back to the bot.

    Nothing happens while the contact is blocked, nor to one that is open or pending.
    """
    tables = tables_of(sandbox)
    current = tables.conversations[conversation.id]
    inbox: Inbox = tables.inboxes[current.inbox_id]
    if tables.contacts[current.contact_id].blocked or current.status not in ("snoozed", "resolved"):
        return current
    if current.status == "resolved" and inbox.agent_bot_id is not None:
        return change_status(sandbox, current, "pending")
    changed = change_status(sandbox, current, "open")
    if current.status == "resolved":
        note_activity(sandbox, changed, "System reopened the conversation due to a new incoming message.")
    return tables.conversations[changed.id]
