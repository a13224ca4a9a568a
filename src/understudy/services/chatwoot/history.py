"""What was said before a sandbox's now: a seed's conversations with their messages and files.

Called by `seed`. A planted conversation is begun and written to by the functions that handlers use, then
given the status its entry tells, so that it is like any other.
"""

from __future__ import annotations

from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.conversations import begin
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.snooze import wake_later
from understudy.services.chatwoot.speakers import Speakers, speaker_named
from understudy.services.chatwoot.tables import ContactInbox, Conversation, Inbox
from understudy.services.chatwoot.timeline import Draft, add
from understudy.services.entries import Entry
from understudy.services.service import Upload

CONVERSATION = (
    "inbox", "source_id", "status", "assignee", "custom_attributes", "labels", "ago", "contact_seen", "agent_seen",
    "snoozed_for", "messages",
)  # fmt: skip
MESSAGE = ("from", "content", "content_type", "content_attributes", "private", "ago", "attachments")
ATTACHMENT = ("filename", "content_type", "base64")

STATUSES = ("open", "pending", "resolved", "snoozed")
CONTENT_TYPES = (
    "text", "input_text", "input_textarea", "input_email", "input_select", "cards", "form", "article",
    "incoming_email", "input_csat", "integrations", "sticker", "voice_call",
)  # fmt: skip
ANYBODY = ("Contact", "User", "AgentBot", None)


def inbox_named(sandbox: Sandbox, entry: Entry) -> Inbox:
    """The inbox an entry names."""
    inboxes, name = tables_of(sandbox).inboxes, entry.text("inbox")
    found = inboxes.one("identifier", name)
    if found is None:
        known = ", ".join(inbox.identifier for inbox in inboxes) or "none is planted"
        raise entry.fault(f"has inbox: {name!r}, which is no inbox's identifier; choose one of: {known}")
    return found


def plant_conversation(sandbox: Sandbox, entry: Entry, speakers: Speakers) -> None:
    """A conversation with everything in it."""
    tables, now = tables_of(sandbox), sandbox.clock.time()
    inbox = inbox_named(sandbox, entry)
    conversation = begin(
        sandbox, inbox, _presence(sandbox, entry, inbox), entry.object("custom_attributes"), _moment(sandbox, entry)
    )
    for message in entry.entries("messages", MESSAGE):
        _plant_message(sandbox, message, conversation, speakers)
    snoozed_for = entry.seconds("snoozed_for")
    status = entry.choice("status", STATUSES, "open")
    changes: dict[str, Any] = {
        "status": status,
        "labels": entry.texts("labels"),
        "assignee_id": speaker_named(speakers, entry, "assignee", ("User",))[2] if entry.has("assignee") else None,
        "snoozed_until": now + snoozed_for if snoozed_for is not None else None,
        "contact_last_seen_at": _before(now, entry.seconds("contact_seen")),
        "agent_last_seen_at": _before(now, entry.seconds("agent_seen")),
    }
    if status == "resolved":
        changes["waiting_since"] = None
    planted = tables.conversations.update(tables.conversations[conversation.id], **changes)
    wake_later(sandbox, planted)
    _mark_read(sandbox, planted)


def _presence(sandbox: Sandbox, entry: Entry, inbox: Inbox) -> ContactInbox:
    source_id = entry.text("source_id")
    found = tables_of(sandbox).contact_inboxes.one(("inbox_id", "source_id"), (inbox.id, source_id))
    if found is None:
        raise entry.fault(
            f"has source_id: {source_id!r}, which no contact has in {inbox.identifier}; add it to a contact's inboxes"
        )
    return found


def _moment(sandbox: Sandbox, entry: Entry) -> float:
    return sandbox.clock.time() - (entry.seconds("ago") or 0.0)


def _before(now: float, span: float | None) -> float | None:
    return None if span is None else now - span


def _mark_read(sandbox: Sandbox, conversation: Conversation) -> None:
    """What was written before the contact last looked is read."""
    tables, seen = tables_of(sandbox), conversation.contact_last_seen_at
    for message in tables.messages.all("unread_in", conversation.id):
        if seen is not None and message.created_at <= seen:
            tables.messages.update(message, status="read", updated_at=seen)


def _plant_message(sandbox: Sandbox, entry: Entry, conversation: Conversation, speakers: Speakers) -> None:
    tables = tables_of(sandbox)
    message_type, sender_type, sender_id = speaker_named(speakers, entry, "from", ANYBODY)
    at = _moment(sandbox, entry)
    if at < tables.conversations[conversation.id].last_activity_at:
        raise entry.fault("is older than what stands before it; put the oldest first, none before its conversation")
    add(
        sandbox,
        conversation,
        Draft(
            message_type,
            entry.maybe("content"),
            content_type=entry.choice("content_type", CONTENT_TYPES, "text"),
            content_attributes=entry.object("content_attributes"),
            private=entry.flag("private"),
            sender_type=sender_type,
            sender_id=conversation.contact_id if sender_type == "Contact" else sender_id,
            files=tuple(
                Upload(file.text("filename"), file.text("content_type"), file.bytes("base64"))
                for file in entry.entries("attachments", ATTACHMENT)
            ),
            at=at,
        ),
    )
