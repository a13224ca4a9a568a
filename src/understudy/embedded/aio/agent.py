"""The other side of a played Chatwoot, from Python: agents, bots, contacts and inboxes of a running fake.

A method an operation of `spec/chatwoot/agent.yaml`, which tells what each does and answers. Agents are named by
handle, e-mail or id; None lets the conversation's assignee act, else the first agent. It must not know how the fake
is run.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from understudy.embedded.aio.asking import AsyncAsker
from understudy.embedded.answers import text

Somebody = str | int | None
Shape = dict[str, Any]


class AsyncAgent:
    """Who sits on the other side of a sandbox.

    Args:
        asker: asks the control plane.
        service: the played service.
    """

    def __init__(self, asker: AsyncAsker, service: str) -> None:
        self._asker = asker
        self._base = f"/{service}"

    async def reply(  # noqa: PLR0913 - what a message can have
        self,
        conversation_id: int,
        content: str | None = None,
        *,
        content_type: str | None = None,
        content_attributes: Mapping[str, Any] | None = None,
        files: Sequence[tuple[str, bytes, str]] = (),
        agent: Somebody = None,
    ) -> Shape:
        """Answer the contact; returns the message.

        Args:
            conversation_id: the conversation's number.
            content: the text.
            content_type: what it is, e.g. ``input_select``.
            content_attributes: what belongs to such a message, e.g. its items.
            files: name, bytes and media type of each.
            agent: who answers.
        """
        return await self._write(conversation_id, "messages", content, content_type, content_attributes, files, agent)

    async def note(
        self,
        conversation_id: int,
        content: str,
        *,
        files: Sequence[tuple[str, bytes, str]] = (),
        agent: Somebody = None,
    ) -> Shape:
        """Write a private note; returns the message."""
        return await self._write(conversation_id, "notes", content, None, None, files, agent)

    async def delete_message(self, conversation_id: int, message_id: int, *, agent: Somebody = None) -> Shape:
        """Delete a message; returns what is left of it."""
        path = f"{self._of(conversation_id)}/messages/{message_id}"
        return await self._ask("DELETE", path, query={"agent": agent})

    async def message_status(
        self, conversation_id: int, message_id: int, status: str, *, external_error: str | None = None
    ) -> Shape:
        """Say how far a message got: ``sent``, ``delivered``, ``read`` or ``failed``."""
        path = f"{self._of(conversation_id)}/messages/{message_id}/status"
        return await self._ask("PUT", path, body={"status": status, "external_error": external_error})

    async def typing(
        self, conversation_id: int, *, on: bool = True, is_private: bool | None = None, agent: Somebody = None
    ) -> None:
        """Begin or cease to type."""
        body = {"typing_status": "on" if on else "off", "is_private": is_private, "agent": agent}
        await self._ask("POST", f"{self._of(conversation_id)}/typing", body=body)

    async def seen(self, conversation_id: int) -> Shape:
        """Look at a conversation."""
        return await self._ask("POST", f"{self._of(conversation_id)}/seen")

    async def resolve(self, conversation_id: int, *, agent: Somebody = None) -> Shape:
        """Resolve a conversation."""
        return await self._status(conversation_id, {"status": "resolved", "agent": agent})

    async def open(self, conversation_id: int, *, agent: Somebody = None) -> Shape:
        """Open a conversation."""
        return await self._status(conversation_id, {"status": "open", "agent": agent})

    async def pending(self, conversation_id: int, *, agent: Somebody = None) -> Shape:
        """Leave a conversation pending."""
        return await self._status(conversation_id, {"status": "pending", "agent": agent})

    async def snooze(
        self,
        conversation_id: int,
        *,
        until: datetime | None = None,
        span: str | None = None,
        agent: Somebody = None,
    ) -> Shape:
        """Snooze a conversation until a moment, or for a span such as ``2h``."""
        body = {"status": "snoozed", "snoozed_until": text(until), "snoozed_for": span, "agent": agent}
        return await self._status(conversation_id, body)

    async def assign(self, conversation_id: int, assignee: str | int, *, agent: Somebody = None) -> Shape:
        """Give a conversation to an agent."""
        return await self._ask(
            "PUT", f"{self._of(conversation_id)}/assignee", body={"assignee": assignee, "agent": agent}
        )

    async def unassign(self, conversation_id: int, *, agent: Somebody = None) -> Shape:
        """Take a conversation from its agent."""
        return await self._ask("DELETE", f"{self._of(conversation_id)}/assignee", query={"agent": agent})

    async def set_labels(self, conversation_id: int, labels: Sequence[str], *, agent: Somebody = None) -> Shape:
        """Give a conversation these labels and no others."""
        return await self._ask("PUT", f"{self._of(conversation_id)}/labels", body={"labels": [*labels], "agent": agent})

    async def add_labels(self, conversation_id: int, labels: Sequence[str], *, agent: Somebody = None) -> Shape:
        """Give a conversation these labels besides those it has."""
        return await self._ask(
            "POST", f"{self._of(conversation_id)}/labels", body={"labels": [*labels], "agent": agent}
        )

    async def remove_label(self, conversation_id: int, label: str, *, agent: Somebody = None) -> Shape:
        """Take a label off a conversation."""
        return await self._ask("DELETE", f"{self._of(conversation_id)}/labels/{label}", query={"agent": agent})

    async def priority(self, conversation_id: int, priority: str | None, *, agent: Somebody = None) -> Shape:
        """Say how urgent a conversation is: ``low``, ``medium``, ``high``, ``urgent``, or None."""
        query = {"agent": agent}
        return await self._ask(
            "PUT", f"{self._of(conversation_id)}/priority", exact={"priority": priority}, query=query
        )

    async def custom_attributes(
        self, conversation_id: int, custom_attributes: Mapping[str, Any], *, agent: Somebody = None
    ) -> Shape:
        """Give a conversation these custom attributes and no others."""
        body = {"custom_attributes": dict(custom_attributes), "agent": agent}
        return await self._ask("PUT", f"{self._of(conversation_id)}/custom_attributes", body=body)

    async def request_csat(self, conversation_id: int) -> Shape:
        """Ask the contact how it was; returns the message."""
        return await self._ask("POST", f"{self._of(conversation_id)}/csat")

    async def conversations(
        self, *, status: str | None = None, inbox: str | None = None, contact: str | int | None = None
    ) -> list[Shape]:
        """The conversations, oldest first."""
        query = {"status": status, "inbox": inbox, "contact": contact}
        found: list[Shape] = await self._asker.ask("GET", f"{self._base}/conversations", query=query)
        return found

    async def conversation(self, conversation_id: int) -> Shape:
        """A conversation with everything agents see."""
        return await self._ask("GET", self._of(conversation_id))

    async def contacts(
        self, *, inbox: str | None = None, source_id: str | None = None, blocked: bool | None = None
    ) -> list[Shape]:
        """The contacts, oldest first."""
        flag = None if blocked is None else str(blocked).lower()
        query = {"inbox": inbox, "source_id": source_id, "blocked": flag}
        found: list[Shape] = await self._asker.ask("GET", f"{self._base}/contacts", query=query)
        return found

    async def contact(self, contact_id: int) -> Shape:
        """A contact and where it is present."""
        return await self._ask("GET", f"/contacts/{contact_id}")

    async def block(self, contact_id: int) -> Shape:
        """Block a contact."""
        return await self._ask("POST", f"/contacts/{contact_id}/block")

    async def unblock(self, contact_id: int) -> Shape:
        """Block a contact no longer."""
        return await self._ask("POST", f"/contacts/{contact_id}/unblock")

    async def agents(self) -> list[Shape]:
        """The agents, in the seed's order."""
        found: list[Shape] = await self._asker.ask("GET", f"{self._base}/agents")
        return found

    async def availability(self, agent: str | int, availability: str) -> Shape:
        """Let an agent be ``online``, ``busy`` or ``offline``."""
        return await self._ask("PUT", f"/agents/{agent}/availability", body={"availability": availability})

    async def agent_bots(self) -> list[Shape]:
        """The bots, in the seed's order."""
        found: list[Shape] = await self._asker.ask("GET", f"{self._base}/agent_bots")
        return found

    async def inboxes(self) -> list[Shape]:
        """The inboxes, in the seed's order."""
        found: list[Shape] = await self._asker.ask("GET", f"{self._base}/inboxes")
        return found

    async def inbox(self, identifier: str) -> Shape:
        """An inbox with all its settings."""
        return await self._ask("GET", f"/inboxes/{identifier}")

    async def update_inbox(self, identifier: str, **settings: Any) -> Shape:
        """Change settings of an inbox; what is not mentioned stays."""
        return await self._ask("PATCH", f"/inboxes/{identifier}", exact=settings)

    async def _write(  # noqa: PLR0913, PLR0917 - the same
        self,
        conversation_id: int,
        what: str,
        content: str | None,
        content_type: str | None,
        content_attributes: Mapping[str, Any] | None,
        files: Sequence[tuple[str, bytes, str]],
        agent: Somebody,
    ) -> Shape:
        path = f"{self._of(conversation_id)}/{what}"
        if files:
            parts = [("attachments[]", file) for file in files]
            told: Shape = await self._asker.ask(
                "POST", self._base + path, files=parts, form={"content": content}, query={"agent": agent}
            )
            return told
        body = {"content": content, "content_type": content_type, "content_attributes": content_attributes}
        return await self._ask("POST", path, body={**body, "agent": agent})

    async def _status(self, conversation_id: int, body: Mapping[str, Any]) -> Shape:
        return await self._ask("PUT", f"{self._of(conversation_id)}/status", body=body)

    def _of(self, conversation_id: int) -> str:
        return f"/conversations/{conversation_id}"

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        exact: Mapping[str, Any] | None = None,
        query: Mapping[str, Any] | None = None,
    ) -> Shape:
        told: Shape = await self._asker.ask(method, self._base + path, body=body, exact=exact, query=query)
        return told
