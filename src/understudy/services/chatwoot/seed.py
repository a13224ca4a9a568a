"""Plants the first state of a sandbox from a seed's data, and introduces it to people.

Called by the server with the parsed file; `entries` reads it. What handlers could have made is made by the
same functions here, so that a planted conversation is like any other. All times are told as spans before
the sandbox's now. It must not read a file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any
from urllib.parse import quote

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.contacts import enter
from understudy.services.chatwoot.history import CONVERSATION, inbox_named, plant_conversation
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.schedule import weekly
from understudy.services.chatwoot.script import Answerer, read_script
from understudy.services.chatwoot.speakers import Speakers, plant_speakers, speaker_named
from understudy.services.chatwoot.tables import Account, Contact, Inbox
from understudy.services.entries import Entry

SEED = ("account", "users", "agent_bots", "inboxes", "contacts", "conversations")
ACCOUNT = ("name", "locale")
INBOX = (
    "identifier", "name", "hmac_token", "hmac_mandatory", "timezone", "working_hours_enabled", "working_hours",
    "out_of_office_message", "greeting_enabled", "greeting_message", "csat_survey_enabled", "csat_message",
    "csat_display_type", "lock_to_single_conversation", "agent_bot", "avatar_url", "autoreply", "webhook_url",
    "webhook_secret",
)  # fmt: skip
CONTACT = (
    "name", "email", "phone_number", "identifier", "blocked", "custom_attributes", "additional_attributes",
    "labels", "avatar_url", "ago", "inboxes",
)  # fmt: skip
PRESENCE = ("inbox", "source_id", "pubsub_token", "hmac_verified")
DISPLAY_TYPES = ("emoji", "star")
WEB_ADDRESS = re.compile(r"https?://[^\s/?#]+(?:[/?#]\S*)?\Z")


def plant(sandbox: Sandbox, data: Mapping[str, Any]) -> None:
    """Fill a new sandbox.

    Errors: `ValueError` that names the entry at fault and the fix.
    """
    seed = Entry(data, "the seed", SEED)
    tables = tables_of(sandbox)
    account = seed.entry("account", ACCOUNT)
    owner = tables.accounts.add(
        Account(tables.next_id("accounts"), account.text("name", "Acme"), account.text("locale", "en"))
    )
    speakers = plant_speakers(sandbox, seed, owner.id)
    for entry in seed.entries("inboxes", INBOX):
        _plant_inbox(sandbox, entry, owner.id, speakers)
    for entry in seed.entries("contacts", CONTACT):
        _plant_contact(sandbox, entry, owner.id)
    for entry in seed.entries("conversations", CONVERSATION):
        plant_conversation(sandbox, entry, speakers)


def _plant_inbox(sandbox: Sandbox, entry: Entry, account_id: int, speakers: Speakers) -> None:
    tables = tables_of(sandbox)
    identifier = _addressable(entry, "identifier")
    if tables.inboxes.one("identifier", identifier) is not None:
        raise entry.fault(f"has identifier: {identifier!r}, which is taken; choose another")
    timezone, hours = weekly(entry)
    tables.inboxes.add(
        Inbox(
            id=tables.next_id("inboxes"),
            account_id=account_id,
            identifier=identifier,
            name=entry.text("name"),
            hmac_token=entry.maybe("hmac_token") or sandbox.token(),
            hmac_mandatory=entry.flag("hmac_mandatory"),
            timezone=timezone,
            working_hours_enabled=entry.flag("working_hours_enabled"),
            working_hours=hours,
            out_of_office_message=entry.maybe("out_of_office_message"),
            greeting_enabled=entry.flag("greeting_enabled"),
            greeting_message=entry.maybe("greeting_message"),
            csat_survey_enabled=entry.flag("csat_survey_enabled"),
            csat_message=entry.maybe("csat_message"),
            csat_display_type=entry.choice("csat_display_type", DISPLAY_TYPES, "emoji"),
            lock_to_single_conversation=entry.flag("lock_to_single_conversation"),
            agent_bot_id=speaker_named(speakers, entry, "agent_bot", ("AgentBot",))[2]
            if entry.has("agent_bot")
            else None,
            avatar_url=entry.text("avatar_url", ""),
            webhook_url=_webhook_url(entry),
            webhook_secret=entry.maybe("webhook_secret"),
            autoreply=read_script(entry, partial(_answerer, speakers)),
        )
    )


def _answerer(speakers: Speakers, rule: Entry) -> Answerer:
    """Who answers by a rule of a script."""
    return speaker_named(speakers, rule, "agent", ("User", "AgentBot"))[1:] if rule.has("agent") else (None, None)


def _webhook_url(entry: Entry) -> str | None:
    """Where an inbox tells another server what happens in it; None where it tells nobody."""
    url = entry.maybe("webhook_url")
    if url is not None and not WEB_ADDRESS.match(url):
        raise entry.fault(
            f"has webhook_url: {url!r}, which is no address; write one such as http://127.0.0.1:9000/hook"
        )
    return url


def _addressable(entry: Entry, key: str) -> str:
    """A text that can stand in a path."""
    value = entry.text(key)
    if not value.strip() or any(char in value for char in "./?#"):
        raise entry.fault(f"has {key}: {value!r}, which no path can name; write it without . / ? #")
    return value


def _plant_contact(sandbox: Sandbox, entry: Entry, account_id: int) -> None:
    tables = tables_of(sandbox)
    created = sandbox.clock.time() - (entry.seconds("ago") or 0.0)
    email, phone_number = entry.maybe("email"), entry.maybe("phone_number")
    contact = Contact(
        id=tables.next_id("contacts"),
        account_id=account_id,
        name=entry.text("name"),
        email=email.lower() if email else None,
        phone_number=phone_number,
        identifier=entry.maybe("identifier"),
        contact_type="lead" if email or phone_number else "visitor",
        blocked=entry.flag("blocked"),
        additional_attributes=entry.object("additional_attributes"),
        custom_attributes=entry.object("custom_attributes"),
        labels=entry.texts("labels"),
        avatar_url=entry.text("avatar_url", ""),
        last_activity_at=None,
        created_at=created,
        updated_at=created,
    )
    try:
        tables.contacts.add(contact)
    except KeyError as error:
        raise entry.fault(f"is another contact's double: {error.args[0]}; use it once") from None
    for presence in entry.entries("inboxes", PRESENCE):
        _plant_presence(sandbox, presence, contact)


def _plant_presence(sandbox: Sandbox, entry: Entry, contact: Contact) -> None:
    tables = tables_of(sandbox)
    inbox, source_id = inbox_named(sandbox, entry), _addressable(entry, "source_id")
    try:
        planted = enter(sandbox, inbox, contact, source_id, entry.maybe("pubsub_token"))
    except KeyError as error:
        raise entry.fault(f"names somebody else: {error.args[0]}; choose another") from None
    tables.contact_inboxes.update(
        planted,
        hmac_verified=entry.flag("hmac_verified"),
        created_at=contact.created_at,
        updated_at=contact.created_at,
    )


def introduce(sandbox: Sandbox) -> Mapping[str, str]:
    """An inbox, a contact in it, and a path that shows the contact; only those that exist.

    An inbox that demands proof of identity is passed over: nobody can try it without a hash.
    """
    tables = tables_of(sandbox)
    for inbox in tables.inboxes:
        if inbox.hmac_mandatory:
            continue
        path = f"/public/api/v1/inboxes/{quote(inbox.identifier, safe='')}"
        for contact_inbox in tables.contact_inboxes:
            if contact_inbox.inbox_id == inbox.id:
                source_id = contact_inbox.source_id
                contact_path = f"{path}/contacts/{quote(source_id, safe='')}"
                return {"inbox": inbox.identifier, "contact": source_id, "try": contact_path}
        return {"inbox": inbox.identifier, "try": path}
    return {}
