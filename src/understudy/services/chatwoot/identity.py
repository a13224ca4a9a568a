"""Who a contact is: proof by HMAC, and the merging of contacts that turn out to be one person.

Called by `contacts`. An update that names another contact's email or phone number makes the two one: the
older acquaintance survives, the one who wrote goes. It must not read a request beyond what it is given.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.parameters import blank, deep_merge, to_s
from understudy.services.chatwoot.refusals import crash
from understudy.services.chatwoot.tables import Contact, ContactInbox, Inbox, Tables
from understudy.services.service import Params, Upload

_MERGED_TEXTS = ("identifier", "name", "email", "phone_number")
_MERGED_OBJECTS = ("additional_attributes", "custom_attributes")


@dataclass(frozen=True, slots=True)
class Claims:
    """What a contact says of themselves; None where they say nothing."""

    name: str | None
    email: str | None
    phone_number: str | None
    custom_attributes: dict[str, Any] | None
    avatar_url: str | None


def digest(inbox: Inbox, identifier: Any) -> str | None:
    """The hash that proves an identifier in this inbox; None for what has no text of its own."""
    if isinstance(identifier, dict | list | Upload):
        return None
    words = "" if identifier is None else to_s(identifier)
    return hmac.digest(inbox.hmac_token.encode(), words.encode(), "sha256").hex()


def verify(sandbox: Sandbox, inbox: Inbox, params: Params, contact_inbox: ContactInbox | None) -> None:
    """Check the proof of identity, where one is given or demanded, and remember that it was right.

    The proof is not bound to the contact's own identifier: any identifier with its hash will do. On
    creation there is no contact inbox yet, so nothing is remembered.
    """
    given = params.get("identifier_hash")
    if blank(given) and not inbox.hmac_mandatory:
        return
    if given != digest(inbox, params.get("identifier")):
        raise crash()
    if contact_inbox is not None and not contact_inbox.hmac_verified:
        tables_of(sandbox).contact_inboxes.update(contact_inbox, hmac_verified=True, updated_at=sandbox.clock.time())


def identify(sandbox: Sandbox, contact: Contact, claims: Claims) -> Contact:
    """Apply what a contact says of themselves, and be one with whoever that was before."""
    tables = tables_of(sandbox)
    phone_number = claims.phone_number
    if claims.email is not None:
        owner = tables.contacts.one(("account_id", "email"), (contact.account_id, claims.email.lower()))
        contact = contact if owner is None else merge(sandbox, owner, contact)
    if phone_number is not None:
        owner = tables.contacts.one("phone_key", (contact.account_id, phone_number))
        if owner is not None and claims.email and owner.email and owner.email != claims.email:
            phone_number = None  # the email has the say: the number stays with who had it
        elif owner is not None:
            contact = merge(sandbox, owner, contact)
    said = {"name": claims.name, "email": claims.email and claims.email.lower(), "phone_number": phone_number}
    changes: dict[str, Any] = {key: value for key, value in said.items() if value is not None}
    if claims.custom_attributes is not None:
        changes["custom_attributes"] = deep_merge(contact.custom_attributes, claims.custom_attributes)
    return save(sandbox, contact, changes, claims.avatar_url)


def save(sandbox: Sandbox, contact: Contact, changes: dict[str, Any], avatar_url: str | None = None) -> Contact:
    """Write changes to a contact, and what Chatwoot derives from them."""
    if avatar_url and not contact.avatar_url:
        changes["avatar_url"] = avatar_url
    email, phone = (changes.get(key, getattr(contact, key)) for key in ("email", "phone_number"))
    if contact.contact_type == "visitor" and (not blank(email) or not blank(phone)):
        changes["contact_type"] = "lead"
    changed = {key: value for key, value in changes.items() if getattr(contact, key) != value}
    if not changed:
        return contact
    return tables_of(sandbox).contacts.update(contact, updated_at=sandbox.clock.time(), **changed)


def merge(sandbox: Sandbox, base: Contact, other: Contact) -> Contact:
    """Make two contacts one: `base` stays and keeps what it has, `other` leaves it everything and goes."""
    if base.id == other.id:
        return base
    tables, now = tables_of(sandbox), sandbox.clock.time()
    for conversation in tables.conversations.all("contact_id", other.id):
        tables.conversations.update(conversation, contact_id=base.id, updated_at=now)
        _move_messages(tables, conversation.id, other.id, base.id)
    for contact_inbox in tables.contact_inboxes.all("contact_id", other.id):
        tables.contact_inboxes.update(contact_inbox, contact_id=base.id, updated_at=now)
    for response in tables.survey_responses.all("contact_id", other.id):
        tables.survey_responses.remove(response)  # they go with the contact, as they do in Chatwoot
    tables.contacts.remove(other)
    changes: dict[str, Any] = {
        key: getattr(other, key)
        for key in _MERGED_TEXTS
        if blank(getattr(base, key)) and not blank(getattr(other, key))
    }
    for key in _MERGED_OBJECTS:
        changes[key] = deep_merge(getattr(other, key), getattr(base, key))
    return save(sandbox, base, changes)


def _move_messages(tables: Tables, conversation_id: int, old: int, new: int) -> None:
    for message in tables.messages.all("conversation_id", conversation_id):
        if message.sender_type == "Contact" and message.sender_id == old:
            tables.messages.update(message, sender_id=new)
