"""Bugs that nobody can see from outside by asking politely: they are here so that no table claims to find everything."""

from __future__ import annotations

from typing import Any

from broken.bug import Bug
from broken.playing import but, conversation_of, given
from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.service import Handler, Params

FOUR_WEEKS = 28 * 86_400


def _never_read(handler: Handler) -> Handler:
    """Agents are not told what was read."""

    def play(sandbox: Sandbox, params: Params) -> Any:
        before = conversation_of(sandbox, params)
        messages = tables_of(sandbox).messages
        unread = messages.all("unread_in", before.id) if before else []
        said = handler(sandbox, params)
        for message in unread:
            messages.update(messages[message.id], status=message.status)
        return said

    return play


def _always_young(sandbox: Sandbox, _: Params) -> None:
    """Surveys count as asked now, however old they are."""
    messages, now = tables_of(sandbox).messages, sandbox.clock.time()
    for message in [row for row in messages if row.content_type == "input_csat"]:
        if message.created_at < now - FOUR_WEEKS:
            messages.update(message, created_at=now)


def _still_waiting(sandbox: Sandbox, params: Params, said: Any) -> Any:
    conversation = conversation_of(sandbox, params)
    if conversation:
        tables_of(sandbox).conversations.update(conversation, waiting_since=conversation.created_at)
    return said


def _forgetful(_: Sandbox, params: Params) -> None:
    params.pop("echo_id", None)


UNSEEN: tuple[Bug, ...] = (
    Bug("never-read", "what a contact has seen is not marked as read for agents", "nobody", "update-last-seen",
        wrap=_never_read),
    Bug("survey-for-ever", "a survey is answered after 14 days", "nobody", "update-csat-survey",
        wrap=given(_always_young)),
    Bug("still-waiting", "a resolved conversation counts as waiting for agents", "nobody", "resolve-conversation",
        wrap=but(_still_waiting)),
    Bug("echo-lost", "a message's echo_id is not kept for its event", "nobody", "create-a-message",
        wrap=given(_forgetful)),
)  # fmt: skip
