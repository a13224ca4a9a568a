"""Contacts from the agents' side: list them, look one up, block one.

The handlers of `agent.yaml` under ``/contacts``. Agents know a contact by its id; a source id leads there too.
"""

from __future__ import annotations

from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.agent_conversations import NOT_FOUND, inbox_named
from understudy.services.chatwoot.agent_shapes import whole_contact
from understudy.services.chatwoot.identity import save
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.tables import Contact, Tables
from understudy.services.service import Params, Refusal


def list_contacts(sandbox: Sandbox, params: Params) -> Any:
    """The contacts that fit every filter."""
    tables = tables_of(sandbox)
    found = list(tables.contacts)
    if params.get("inbox") is not None:
        inbox_id = inbox_named(sandbox, params["inbox"])
        ids = {present.contact_id for present in tables.contact_inboxes if present.inbox_id == inbox_id}
        found = [contact for contact in found if contact.id in ids]
    if params.get("source_id") is not None:
        found = [contact for contact in found if _is_called(tables, contact, params["source_id"])]
    if params.get("blocked") is not None:
        found = [contact for contact in found if contact.blocked == (params["blocked"] == "true")]
    return [whole_contact(tables, contact) for contact in found]


def _is_called(tables: Tables, contact: Contact, source_id: str) -> bool:
    """Whether a contact has this source id in any inbox."""
    return any(present.source_id == source_id for present in tables.contact_inboxes.all("contact_id", contact.id))


def get_contact(sandbox: Sandbox, params: Params) -> Any:
    """A contact, and where it is present."""
    return whole_contact(tables_of(sandbox), _contact_of(sandbox, params))


def block(sandbox: Sandbox, params: Params) -> Any:
    """Block a contact."""
    return _blocked(sandbox, params, blocked=True)


def unblock(sandbox: Sandbox, params: Params) -> Any:
    """Block it no longer."""
    return _blocked(sandbox, params, blocked=False)


def _blocked(sandbox: Sandbox, params: Params, *, blocked: bool) -> Any:
    contact = save(sandbox, _contact_of(sandbox, params), {"blocked": blocked})
    return whole_contact(tables_of(sandbox), contact)


def _contact_of(sandbox: Sandbox, params: Params) -> Contact:
    """The contact that a path names by its id.

    Errors: `Refusal` where there is none.
    """
    number = int(params["contact_id"])
    found = tables_of(sandbox).contacts.get(number)
    if found is None:
        raise Refusal(NOT_FOUND, f"There is no contact {number}; GET /contacts?source_id=… finds one by its source id.")
    return found
