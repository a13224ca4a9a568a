"""Who may listen to Chatwoot's events over ActionCable, and what a listener may do.

The server speaks the protocol; it asks here whose stream a subscription is for. A contact subscribes by its pubsub
token alone. Agents, who name themselves by a user id, are not served. Must not know any socket.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot import events
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.parameters import blank
from understudy.services.chatwoot.tables import ContactInbox
from understudy.services.service import Cable

CHANNEL = "RoomChannel"


def subscribe(sandbox: Sandbox, identifier: Mapping[str, Any]) -> str | None:
    """The stream of a contact's subscription; None where Chatwoot would keep silent."""
    if identifier.get("channel") != CHANNEL or not blank(identifier.get("user_id")):
        return None
    found = _contact_inbox(sandbox, identifier.get("pubsub_token"))
    return None if found is None else found.pubsub_token


def joined(sandbox: Sandbox, stream: str) -> None:
    """Whoever has just subscribed is told who is there."""
    found = _contact_inbox(sandbox, stream)
    if found is not None:  # it may be gone by now
        events.presence(sandbox, found)


def perform(sandbox: Sandbox, stream: str, data: Mapping[str, Any]) -> None:
    """A client says that it is still there, and is told who else is; it can do nothing else."""
    if data.get("action") == "update_presence":
        joined(sandbox, stream)


def _contact_inbox(sandbox: Sandbox, token: Any) -> ContactInbox | None:
    return tables_of(sandbox).contact_inboxes.one("pubsub_token", token) if isinstance(token, str) else None


CABLE = Cable(path="/cable", subscribe=subscribe, joined=joined, perform=perform)
