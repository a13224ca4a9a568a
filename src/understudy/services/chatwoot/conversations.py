"""Conversations from the contact's side: begin one, look at them, resolve one, say what was seen.

The handlers of the operations under ``…/conversations``. What a status or a message brings with it is in
`timeline`; which conversations a contact gets to see is in `lookups`.
"""

from __future__ import annotations

from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot import events
from understudy.services.chatwoot.lookups import (
    contact_inbox_of,
    inbox_of,
    own_conversation,
    stumble_over_conversation,
    tables_of,
)
from understudy.services.chatwoot.parameters import attributes, scalar
from understudy.services.chatwoot.refusals import Problem, invalid
from understudy.services.chatwoot.shapes import conversation_shape
from understudy.services.chatwoot.tables import Contact, ContactInbox, Conversation, Inbox
from understudy.services.chatwoot.templates import ask_for_rating
from understudy.services.chatwoot.timeline import change_status, note_activity, seen_by_contact, type_in
from understudy.services.service import Params, Reply

LONGEST_TEXT = 1500
LARGEST_INTEGER = 9_999_999_999
TYPING = ("on", "off")


def create_conversation(sandbox: Sandbox, params: Params) -> Any:
    """Begin a conversation; where the inbox keeps to a single one, return the newest, as it is."""
    inbox = inbox_of(sandbox, params)
    contact_inbox = contact_inbox_of(sandbox, inbox, params)
    stumble_over_conversation(sandbox, contact_inbox, params)
    tables = tables_of(sandbox)
    newest = tables.conversations.last("contact_inbox_id", contact_inbox.id)
    if inbox.lock_to_single_conversation and newest is not None:
        return conversation_shape(tables, newest, params.base_url)
    custom = attributes(params, "custom_attributes") or {}
    problems = attribute_problems(custom)
    if problems:
        raise invalid(problems)
    return conversation_shape(tables, begin(sandbox, inbox, contact_inbox, custom), params.base_url)


def attribute_problems(custom: dict[str, Any]) -> list[Problem]:
    """What is wrong with a conversation's attributes: texts too long, integers too large; top level only."""
    found: list[Problem] = []
    for key, value in custom.items():
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            found.append(("custom_attributes", f"Custom attributes {key} length should be < {LONGEST_TEXT}"))
        elif isinstance(value, int) and not isinstance(value, bool) and value > LARGEST_INTEGER:
            found.append(("custom_attributes", f"Custom attributes {key} value should be < {LARGEST_INTEGER}"))
    return found


def begin(
    sandbox: Sandbox, inbox: Inbox, contact_inbox: ContactInbox, custom: dict[str, Any], at: float | None = None
) -> Conversation:
    """A new conversation: a bot's is pending, a blocked contact's is resolved from the start.

    Args:
        sandbox: the state.
        inbox: the inbox it belongs to.
        contact_inbox: the contact's presence there.
        custom: its custom attributes.
        at: when it began; None means now.
    """
    tables = tables_of(sandbox)
    contact = tables.contacts[contact_inbox.contact_id]
    moment = sandbox.clock.time() if at is None else at
    conversation = tables.conversations.add(
        Conversation(
            id=tables.next_id("conversations"),
            account_id=inbox.account_id,
            inbox_id=inbox.id,
            contact_id=contact.id,
            contact_inbox_id=contact_inbox.id,
            display_id=tables.next_display_id(inbox.account_id),
            uuid=sandbox.uuid(),
            status=_first_status(inbox, contact),
            custom_attributes=custom,
            waiting_since=moment,
            last_activity_at=moment,
            created_at=moment,
            updated_at=moment,
        )
    )
    events.conversation_created(sandbox, conversation)
    return conversation


def _first_status(inbox: Inbox, contact: Contact) -> str:
    if contact.blocked:
        return "resolved"
    return "open" if inbox.agent_bot_id is None else "pending"


def list_conversations(sandbox: Sandbox, params: Params) -> Any:
    """Every conversation of the contact inbox, or of the contact once it is verified."""
    contact_inbox = contact_inbox_of(sandbox, inbox_of(sandbox, params), params)
    stumble_over_conversation(sandbox, contact_inbox, params)
    tables = tables_of(sandbox)
    if contact_inbox.hmac_verified:
        found = tables.conversations.all("contact_id", contact_inbox.contact_id)
    else:
        found = tables.conversations.all("contact_inbox_id", contact_inbox.id)
    return [conversation_shape(tables, conversation, params.base_url) for conversation in found]


def get_conversation(sandbox: Sandbox, params: Params) -> Any:
    """One conversation."""
    return conversation_shape(tables_of(sandbox), _found(sandbox, params, last=True), params.base_url)


def resolve_conversation(sandbox: Sandbox, params: Params) -> Any:
    """Resolve a conversation; one that is resolved stays so, whatever the path's name says."""
    tables = tables_of(sandbox)
    conversation = _found(sandbox, params)
    if conversation.status != "resolved":
        conversation = change_status(sandbox, conversation, "resolved")
        name = tables.contacts[conversation.contact_id].name.capitalize()
        note_activity(sandbox, conversation, f"Conversation was resolved by {name}")
        ask_for_rating(sandbox, conversation)
        conversation = tables.conversations[conversation.id]
    return conversation_shape(tables, conversation, params.base_url)


def toggle_typing(sandbox: Sandbox, params: Params) -> Reply:
    """The contact types, or no longer does: nothing that is kept, and any other status says nothing."""
    conversation = _found(sandbox, params)
    status = scalar(params, "typing_status")
    if status in TYPING:
        contact = tables_of(sandbox).contacts[conversation.contact_id]
        type_in(sandbox, conversation, contact, on=status == "on")
    return Reply(media_type="application/json")


def update_last_seen(sandbox: Sandbox, params: Params) -> Reply:
    """The contact has seen the conversation; what agents, bots and templates wrote so far becomes read."""
    seen_by_contact(sandbox, _found(sandbox, params))
    return Reply(media_type="application/json")


def _found(sandbox: Sandbox, params: Params, *, last: bool = False) -> Conversation:
    contact_inbox = contact_inbox_of(sandbox, inbox_of(sandbox, params), params)
    return own_conversation(sandbox, contact_inbox, params, last=last)
