"""Plays an inbox's script: answers a contact without anybody at work, as a person would, after a while.

Called after a contact wrote or submitted something; the rest is done by timers, and so follows the sandbox's clock:
somebody begins to type, then the answer is there. It is played where the setting `autoreply` is on. What a script says
is in `script`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.handling import give_status
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.script import Rule, answer_to, answer_to_submission
from understudy.services.chatwoot.staff import Actor, performer_of, sender_type, usual_actor
from understudy.services.chatwoot.tables import Conversation, Message, MessageType
from understudy.services.chatwoot.timeline import Draft, add_by_itself, type_in
from understudy.services.service import Setting

SETTING = Setting(
    default="off",
    attended="on",
    choices=("on", "off"),
    help="whether inboxes answer by the script that the seed has for them",
)
TYPE, ANSWER = "autoreply-type", "autoreply-answer"


def answer_message(sandbox: Sandbox, message: Message) -> None:
    """Have somebody answer what a contact wrote, if the inbox's script has an answer."""
    if sandbox.settings["autoreply"] == "on":
        script = tables_of(sandbox).inboxes[message.inbox_id].autoreply
        _answer_later(sandbox, message, answer_to(script, message.content or ""))


def answer_submission(sandbox: Sandbox, message: Message) -> None:
    """Have somebody answer what a contact chose or filled in, if the inbox's script has an answer."""
    if sandbox.settings["autoreply"] == "on":
        script = tables_of(sandbox).inboxes[message.inbox_id].autoreply
        values = ", ".join(_values(message.content_attributes.get("submitted_values")))
        _answer_later(sandbox, message, answer_to_submission(script, values))


def _values(submitted: Any) -> list[str]:
    """The values in what was submitted, wherever they stand; not the names and titles they stand for."""
    if isinstance(submitted, Mapping):
        return [text for key, item in submitted.items() if key not in ("name", "title") for text in _values(item)]
    if isinstance(submitted, list):
        return [text for item in submitted for text in _values(item)]
    return [] if submitted is None else [str(submitted)]


def _answer_later(sandbox: Sandbox, message: Message, rule: Rule | None) -> None:
    """Set the timers; they carry all there is to say, so that the script may change meanwhile."""
    tables = tables_of(sandbox)
    conversation = tables.conversations[message.conversation_id]
    if rule is None or tables.contacts[conversation.contact_id].blocked:
        return
    who = {"conversation": conversation.id, "sender_type": rule.sender_type, "sender_id": rule.sender_id}
    begins = sandbox.clock.time() + rule.after
    if rule.typing:
        sandbox.timers.set(begins, TYPE, **who)
    sandbox.timers.set(
        begins + rule.typing,
        ANSWER,
        **who,
        typing=bool(rule.typing),
        content=rule.content,
        content_type=rule.content_type,
        content_attributes=dict(rule.content_attributes),
        status=rule.status,
    )


def begin_to_type(sandbox: Sandbox, data: Mapping[str, Any]) -> None:
    """Somebody begins to type an answer."""
    conversation, actor = _at_work(sandbox, data)
    if actor is not None:
        type_in(sandbox, conversation, actor, on=True)


def answer(sandbox: Sandbox, data: Mapping[str, Any]) -> None:
    """Somebody has written the answer, and does what is to be done with the conversation then."""
    conversation, actor = _at_work(sandbox, data)
    if actor is None:
        return
    draft = Draft(
        MessageType.OUTGOING,
        data["content"],
        content_type=data["content_type"],
        content_attributes=data["content_attributes"],
        sender_type=sender_type(actor),
        sender_id=actor.id,
    )
    add_by_itself(sandbox, conversation, draft, performer_of(actor))
    if data["typing"]:
        type_in(sandbox, conversation, actor, on=False)
    if data["status"] is not None:
        current = tables_of(sandbox).conversations[conversation.id]
        give_status(sandbox, current, data["status"], actor)


def _at_work(sandbox: Sandbox, data: Mapping[str, Any]) -> tuple[Conversation, Actor | None]:
    """The conversation and who answers; nobody does where it was resolved meanwhile."""
    tables = tables_of(sandbox)
    conversation = tables.conversations[data["conversation"]]
    if conversation.status == "resolved":
        return conversation, None
    if data["sender_type"] is None:
        return conversation, usual_actor(tables, conversation)
    table: Any = tables.users if data["sender_type"] == "User" else tables.agent_bots
    return conversation, table[data["sender_id"]]
