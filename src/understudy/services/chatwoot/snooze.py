"""Snoozed conversations wake by themselves: a timer that rings at the moment they sleep until.

Set wherever a conversation is snoozed, by an agent or by a seed. One that was woken before, or snoozed anew, is left
alone when its old timer rings.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.shapes import iso
from understudy.services.chatwoot.tables import Conversation
from understudy.services.chatwoot.timeline import change_status
from understudy.services.entries import Entry
from understudy.services.service import Params, Refusal

WAKE = "wake-conversation"

IMPOSSIBLE = 422


def moment_of(sandbox: Sandbox, params: Params) -> float | None:
    """Until when a conversation is to sleep, as a request tells it; None where it does not.

    Errors: `Refusal` for a moment that is none, or is over.
    """
    now, until, span = sandbox.clock.time(), params.get("snoozed_until"), params.get("snoozed_for")
    if span is not None:
        asked = Entry({"snoozed_for": span}, "The request", ("snoozed_for",))
        return now + (asked.seconds("snoozed_for") or 0.0)
    if until is None:
        return None
    try:
        moment = datetime.fromisoformat(until.upper()).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Refusal(
            IMPOSSIBLE, f"{until!r} is no moment here; write one before the year 9999, such as {iso(now + 3600)}."
        ) from None
    if moment.timestamp() <= now:
        raise Refusal(IMPOSSIBLE, f"{until} is over: the sandbox's clock shows {iso(now)}. Name a later moment.")
    return moment.timestamp()


def wake_later(sandbox: Sandbox, conversation: Conversation) -> None:
    """Let a snoozed conversation wake in time; one that sleeps until the contact writes needs no timer."""
    if conversation.status == "snoozed" and conversation.snoozed_until is not None:
        sandbox.timers.set(conversation.snoozed_until, WAKE, conversation=conversation.id)


def wake(sandbox: Sandbox, data: Mapping[str, Any]) -> None:
    """Open a conversation whose time has come. Nobody did it, so nothing is noted."""
    conversation = tables_of(sandbox).conversations[data["conversation"]]
    until = conversation.snoozed_until
    if conversation.status == "snoozed" and until is not None and until <= sandbox.clock.time():
        change_status(sandbox, conversation, "open")
