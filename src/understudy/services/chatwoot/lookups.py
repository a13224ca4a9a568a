"""How a path finds its records, and what else on the way makes Chatwoot stumble.

Every handler begins here. The rules differ on purpose: the conversation endpoints look inside one contact
inbox (or, once verified, the contact), the message endpoints look through everything of the contact. A
record that is not found is the product's 404.
"""

from __future__ import annotations

import re

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.parameters import blank, record_id, scalar, text
from understudy.services.chatwoot.refusals import crash, not_found
from understudy.services.chatwoot.tables import ContactInbox, Conversation, Inbox, Message, Tables
from understudy.services.service import Params

FORMAT = ".json"
_UUID = re.compile(r"\{?(?:[0-9a-fA-F]{4}-?){8}\}?")


def tables_of(sandbox: Sandbox) -> Tables:
    """The sandbox's tables, by their type."""
    tables: Tables = sandbox.tables
    return tables


def segment(params: Params, name: str, *, last: bool = False) -> str:
    """A path parameter as Rails' router reads it: a dot ends a segment and begins a format.

    Args:
        params: the call's parameters.
        name: the path parameter.
        last: whether the path ends with it; only there is a format allowed, and only JSON is spoken.
    """
    value: str = params[name]
    if last:
        value = value.removesuffix(FORMAT)
    if not value or "." in value or "\0" in value:
        raise not_found()
    return value


def inbox_of(sandbox: Sandbox, params: Params, *, last: bool = False) -> Inbox:
    """The inbox a path names by its identifier."""
    found = tables_of(sandbox).inboxes.one("identifier", segment(params, "inbox_identifier", last=last))
    if found is None:
        raise not_found()
    return found


def contact_inbox_of(sandbox: Sandbox, inbox: Inbox, params: Params, *, last: bool = False) -> ContactInbox:
    """The contact's presence in the inbox that a path names by its source id."""
    key = (inbox.id, segment(params, "contact_identifier", last=last))
    found = tables_of(sandbox).contact_inboxes.one(("inbox_id", "source_id"), key)
    if found is None:
        raise not_found()
    return found


def stumble(sandbox: Sandbox, inbox: Inbox, params: Params) -> None:
    """Ids of other paths, handed in by query or body where a path has none, are looked up all the same.

    Chatwoot's controllers share filters that read ``contact_id`` and ``conversation_id`` wherever they stand,
    and the second takes for granted that the first found something.
    """
    found = None
    if not blank(params.get("contact_id")):
        key = (inbox.id, text(scalar(params, "contact_id")))
        found = tables_of(sandbox).contact_inboxes.one(("inbox_id", "source_id"), key)
        if found is None:
            raise not_found()
    if not blank(params.get("conversation_id")):
        if found is None:
            raise crash()
        stumble_over_conversation(sandbox, found, params)


def stumble_over_conversation(sandbox: Sandbox, contact_inbox: ContactInbox, params: Params) -> None:
    """The same for a stray ``conversation_id`` where the path does name a contact."""
    if not blank(params.get("conversation_id")):
        _conversation_of_contact(sandbox, contact_inbox, text(scalar(params, "conversation_id")) or "")


def own_conversation(sandbox: Sandbox, contact_inbox: ContactInbox, params: Params, *, last: bool) -> Conversation:
    """A conversation of the contact inbox, or of the contact in any inbox once it is HMAC-verified."""
    name = segment(params, "conversation_id", last=last)
    found = _conversation_of_contact(sandbox, contact_inbox, name)
    if not contact_inbox.hmac_verified and found.contact_inbox_id != contact_inbox.id:
        raise not_found()
    return found


def any_conversation(sandbox: Sandbox, contact_inbox: ContactInbox, params: Params) -> Conversation:
    """A conversation of the contact, whatever its inbox: what the message endpoints look for."""
    return _conversation_of_contact(sandbox, contact_inbox, segment(params, "conversation_id"))


def _conversation_of_contact(sandbox: Sandbox, contact_inbox: ContactInbox, name: str) -> Conversation:
    tables = tables_of(sandbox)
    account_id = tables.inboxes[contact_inbox.inbox_id].account_id
    found = tables.conversations.one(("account_id", "display_id"), (account_id, record_id(name)))
    if found is None or found.contact_id != contact_inbox.contact_id:
        raise not_found()
    return found


def message_of(sandbox: Sandbox, conversation: Conversation, params: Params) -> Message:
    """A message of the conversation, by its id in the database."""
    found = tables_of(sandbox).messages.get(record_id(segment(params, "message_id", last=True)))
    if found is None or found.conversation_id != conversation.id:
        raise not_found()
    return found


def surveyed(sandbox: Sandbox, params: Params) -> tuple[Conversation, Message]:
    """The conversation with this UUID, and the first survey in it."""
    tables = tables_of(sandbox)
    name = segment(params, "conversation_uuid", last=True)
    digits = name.strip("{}").replace("-", "").lower() if _UUID.fullmatch(name) else ""
    uuid = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    conversation = tables.conversations.one("uuid", uuid)
    message = tables.messages.first("survey_in", conversation.id) if conversation else None
    if conversation is None or message is None:
        raise not_found()
    return conversation, message
