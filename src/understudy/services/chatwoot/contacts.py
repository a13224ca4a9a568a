"""Contacts: make oneself known to an inbox, look oneself up, say more about oneself.

The handlers of the operations on contacts. A contact belongs to the whole account; what a client holds is
its presence in one inbox, the contact inbox, named by a source id. Who is who is decided in `identity`.
"""

from __future__ import annotations

import re
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot import names
from understudy.services.chatwoot.identity import Claims, identify, save, verify
from understudy.services.chatwoot.lookups import contact_inbox_of, inbox_of, stumble, tables_of
from understudy.services.chatwoot.parameters import attributes, blank, scalar, text
from understudy.services.chatwoot.refusals import Problem, committed, crash, invalid
from understudy.services.chatwoot.shapes import contact_record, contact_shape
from understudy.services.chatwoot.tables import Contact, ContactInbox, Inbox
from understudy.services.service import Params, Refusal

EMAIL = re.compile(r"[^@ \t\r\n\f\v]+@[^@ \t\r\n\f\v]+")
PHONE_NUMBER = re.compile(r"\+[1-9][0-9]{1,14}\Z")
URL = re.compile(r"https?://[^/]", re.IGNORECASE)

FULL_RECORD_RELEASE = "4.13"
"""The last release in which an update answers with the contact's whole row."""


def create_contact(sandbox: Sandbox, params: Params) -> Any:
    """Make oneself known: an acquaintance is found again, unchanged, a stranger becomes a contact."""
    inbox = inbox_of(sandbox, params)
    stumble(sandbox, inbox, params)
    verify(sandbox, inbox, params, None)
    tables = tables_of(sandbox)
    source_id = _source_id(sandbox, params)
    present = tables.contact_inboxes.one(("inbox_id", "source_id"), (inbox.id, source_id))
    if present is not None:
        return contact_shape(tables.contacts[present.contact_id], present)
    contact = _acquaintance(sandbox, inbox, params) or _stranger(sandbox, inbox, params)
    if blank(source_id):
        return committed(crash())  # the contact is there by now, its presence in the inbox is not
    contact = save(sandbox, contact, {}, _avatar_url(params))
    return contact_shape(contact, enter(sandbox, inbox, contact, source_id))


def _source_id(sandbox: Sandbox, params: Params) -> str:
    """The source id a client chose, else a fresh one."""
    given = params.get("source_id")
    if given is None or given is False:
        return sandbox.uuid()
    chosen = text(scalar(params, "source_id"))
    if chosen is None:
        raise crash()
    return chosen


def _acquaintance(sandbox: Sandbox, inbox: Inbox, params: Params) -> Contact | None:
    """The account's contact with this identifier, else with this email, else with this phone number."""
    contacts, account_id = tables_of(sandbox).contacts, inbox.account_id
    identifier = scalar(params, "identifier")
    if not blank(identifier):
        found = contacts.one("identifier_key", (account_id, text(identifier)))
        if found is not None:
            return found
    email = _email(params)
    if email is not None:
        found = contacts.one(("account_id", "email"), (account_id, email.lower()))
        if found is not None:
            return found
    phone_number = scalar(params, "phone_number")
    return None if blank(phone_number) else contacts.one("phone_key", (account_id, text(phone_number)))


def _stranger(sandbox: Sandbox, inbox: Inbox, params: Params) -> Contact:
    """A new contact, as the parameters describe it."""
    email, phone_number = _email(params), text(scalar(params, "phone_number"))
    _check(text(scalar(params, "email")), phone_number)
    name = scalar(params, "name")
    tables, now = tables_of(sandbox), sandbox.clock.time()
    contact = Contact(
        id=tables.next_id("contacts"),
        account_id=inbox.account_id,
        name=names.invent(sandbox.random) if name is None or name is False else text(name) or "",
        email=email and email.lower(),
        phone_number=phone_number,
        identifier=text(scalar(params, "identifier")),
        contact_type="visitor" if blank(email) and blank(phone_number) else "lead",
        blocked=False,
        additional_attributes={},
        custom_attributes=attributes(params, "custom_attributes") or {},
        labels=(),
        avatar_url="",
        last_activity_at=None,
        created_at=now,
        updated_at=now,
    )
    return tables.contacts.add(contact)


def enter(
    sandbox: Sandbox, inbox: Inbox, contact: Contact, source_id: str, pubsub_token: str | None = None
) -> ContactInbox:
    """The presence of a contact in an inbox."""
    tables, now = tables_of(sandbox), sandbox.clock.time()
    return tables.contact_inboxes.add(
        ContactInbox(
            id=tables.next_id("contact_inboxes"),
            contact_id=contact.id,
            inbox_id=inbox.id,
            source_id=source_id,
            pubsub_token=pubsub_token or sandbox.token(),
            hmac_verified=False,
            created_at=now,
            updated_at=now,
        )
    )


def get_contact(sandbox: Sandbox, params: Params) -> Any:
    """A contact, by the source id of its presence in the inbox."""
    _, contact_inbox = _known(sandbox, params)
    return contact_shape(tables_of(sandbox).contacts[contact_inbox.contact_id], contact_inbox)


def update_contact(sandbox: Sandbox, params: Params) -> Any:
    """Say more about oneself; nothing can be cleared, and the identifier is only looked at for its proof."""
    _, contact_inbox = _known(sandbox, params)
    tables = tables_of(sandbox)
    try:
        claims = _claims(params)
    except Refusal as refusal:
        return committed(refusal)  # a proof that was right stays remembered
    contact = identify(sandbox, tables.contacts[contact_inbox.contact_id], claims)
    if sandbox.settings["release"] == FULL_RECORD_RELEASE:
        return contact_record(contact)
    return contact_shape(contact, tables.contact_inboxes[contact_inbox.id])


def _known(sandbox: Sandbox, params: Params) -> tuple[Inbox, ContactInbox]:
    """The inbox and the contact inbox of a path that ends with the contact, the proof of identity checked."""
    inbox = inbox_of(sandbox, params)
    stumble(sandbox, inbox, params)
    contact_inbox = contact_inbox_of(sandbox, inbox, params, last=True)
    verify(sandbox, inbox, params, contact_inbox)
    return inbox, contact_inbox


def _claims(params: Params) -> Claims:
    """What an update says; blank values say nothing."""
    email, phone_number, name = _email(params), _present(params, "phone_number"), scalar(params, "name")
    _check(email, phone_number)
    return Claims(
        name=None if blank(name) else text(name),
        email=email,
        phone_number=phone_number,
        custom_attributes=attributes(params, "custom_attributes"),
        avatar_url=_avatar_url(params),
    )


def _present(params: Params, name: str) -> str | None:
    value = scalar(params, name)
    return None if blank(value) else text(value)


def _email(params: Params) -> str | None:
    """The email as it was sent, None if blank. Chatwoot trusts it to be text and crashes where it is not."""
    value = scalar(params, "email")
    if blank(value):
        return None
    if not isinstance(value, str):
        raise crash()
    return text(value)


def _check(email: str | None, phone_number: str | None) -> None:
    """Refuse an email or phone number that is none; blank ones are left alone."""
    problems: list[Problem] = []
    if not blank(email) and not EMAIL.fullmatch(email or ""):
        problems.append(("email", "Email Invalid email"))
    if not blank(phone_number) and not PHONE_NUMBER.search(phone_number or ""):
        problems.append(("phone_number", "Phone number should be in e164 format"))
    if problems:
        raise invalid(problems)


def _avatar_url(params: Params) -> str | None:
    """The picture's address; the real server fetches it later and serves it from its own storage."""
    value = scalar(params, "avatar_url")
    return value if isinstance(value, str) and URL.match(value) else None
