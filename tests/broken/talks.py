"""Bugs in what becomes of a conversation: each answer is as the document says, and together they cannot be true."""

from __future__ import annotations

from typing import Any

from broken.bug import Bug, Wrap
from broken.playing import (
    CONVERSATION,
    CONVERSATIONS,
    MESSAGES,
    as_owner,
    but,
    conversation_of,
    found_though_unknown,
    given,
)
from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.shapes import conversation_shape
from understudy.services.chatwoot.tables import MessageType
from understudy.services.chatwoot.timeline import Draft, add, change_status
from understudy.services.service import Handler, Params


def _everybodys(sandbox: Sandbox, params: Params, _: Any) -> Any:
    tables = tables_of(sandbox)
    return [conversation_shape(tables, each, params.base_url) for each in list(tables.conversations)[-5:]]


def _another_survey(sandbox: Sandbox, params: Params, said: Any) -> Any:
    conversation = conversation_of(sandbox, params)
    if conversation and said["messages"]:
        attributes = {"display_type": "emoji"}
        draft = Draft(MessageType.TEMPLATE, "Rate us", content_type="input_csat", content_attributes=attributes)
        add(sandbox, conversation, draft)
    return said


def _toggled(handler: Handler) -> Handler:
    def play(sandbox: Sandbox, params: Params) -> Any:
        conversation = conversation_of(sandbox, params)
        if conversation is None or conversation.status != "resolved":
            return handler(sandbox, params)
        handler(sandbox, params)
        return conversation_shape(tables_of(sandbox), change_status(sandbox, conversation, "open"), params.base_url)

    return play


def _not_resolved(sandbox: Sandbox, params: Params, said: Any) -> Any:
    change_status(sandbox, conversation_of(sandbox, params), "open")  # type: ignore[arg-type]
    return said


def _all_resolved(sandbox: Sandbox, params: Params, said: Any) -> Any:
    mine = conversation_of(sandbox, params)
    for other in tables_of(sandbox).conversations.all("contact_id", mine.contact_id if mine else 0):
        change_status(sandbox, other, "resolved")
    return said


def _stays_resolved(handler: Handler) -> Handler:
    def play(sandbox: Sandbox, params: Params) -> Any:
        before = conversation_of(sandbox, params)
        said = handler(sandbox, params)
        if before and before.status == "resolved":
            change_status(sandbox, before, "resolved")
        return said

    return play


def _all_opened(sandbox: Sandbox, params: Params, said: Any) -> Any:
    mine = conversation_of(sandbox, params)
    for other in tables_of(sandbox).conversations.all("contact_id", mine.contact_id if mine else 0):
        change_status(sandbox, other, "open")
    return said


def _typed(sandbox: Sandbox, params: Params, said: Any) -> Any:
    conversation = conversation_of(sandbox, params)
    if conversation:
        draft = Draft(MessageType.INCOMING, "…", sender_type="Contact", sender_id=conversation.contact_id)
        add(sandbox, conversation, draft)
    return said


def _seen(at: Any) -> Wrap:
    """What was seen is remembered as another moment, made from the one before and the one that is."""

    def wrap(handler: Handler) -> Handler:
        def play(sandbox: Sandbox, params: Params) -> Any:
            before = conversation_of(sandbox, params)
            said = handler(sandbox, params)
            conversations = tables_of(sandbox).conversations
            if before:
                now = conversations[before.id]
                moment = at(before.contact_last_seen_at, now.contact_last_seen_at)
                conversations.update(now, contact_last_seen_at=moment)
            return said

        return play

    return wrap


def _all_seen(sandbox: Sandbox, params: Params, said: Any) -> Any:
    tables, mine = tables_of(sandbox), conversation_of(sandbox, params)
    for other in tables.conversations.all("contact_id", mine.contact_id if mine else 0):
        tables.conversations.update(other, contact_last_seen_at=sandbox.clock.time())
    return said


def _fresh_uuid(sandbox: Sandbox, _: Params, said: Any) -> Any:
    return said | {"uuid": sandbox.uuid()}


def _foreign_sender(_: Sandbox, __: Params, said: Any) -> Any:
    for message in said["messages"]:
        if message.get("sender", {}).get("type") == "contact":
            message["sender"] = message["sender"] | {"id": 1}
    return said


TALKS: tuple[Bug, ...] = (
    Bug("no-reopening", "a message leaves a resolved conversation resolved", "law", "create-a-message",
        at=(CONVERSATION,), where="/body/status", wrap=_stays_resolved),
    Bug("all-reopened", "a message opens every conversation of its contact", "law", "create-a-message",
        at=(CONVERSATION,), where="/body/status", wrap=but(_all_opened)),
    Bug("survey-each-time", "every resolving asks for a rating again", "law", "resolve-conversation",
        at=(CONVERSATION, MESSAGES), where="/body", wrap=but(_another_survey)),
    Bug("toggled", "resolving twice opens again, as the path's name says", "law", "resolve-conversation",
        where="/body/status", wrap=_toggled),
    Bug("not-resolved", "resolving is answered and not done", "law", "resolve-conversation", at=(CONVERSATION,),
        where="/body/status", wrap=but(_not_resolved)),
    Bug("all-resolved", "resolving one conversation resolves all of the contact's", "law", "resolve-conversation",
        at=(CONVERSATION,), where="/body/status", wrap=but(_all_resolved)),
    Bug("seen-goes-back", "having seen again sets the mark a minute back", "law", "update-last-seen",
        at=(CONVERSATION,), where="/body/contact_last_seen_at",
        wrap=_seen(lambda before, now: before - 60 if before else now)),
    Bug("seen-not-kept", "having seen is not remembered", "law", "update-last-seen", at=(CONVERSATION,),
        where="/body/contact_last_seen_at", wrap=_seen(lambda before, _: before)),
    Bug("seen-in-milliseconds", "the mark of what was seen is in milliseconds", "law", "update-last-seen",
        at=(CONVERSATION,), where="/body/contact_last_seen_at", wrap=_seen(lambda _, now: now * 1000)),
    Bug("all-seen", "having seen one conversation is having seen all", "law", "update-last-seen", at=(CONVERSATION,),
        where="/body/contact_last_seen_at", wrap=but(_all_seen)),
    Bug("typing-seen", "typing counts as having seen", "law", "toggle-typing-status", at=(CONVERSATION,),
        where="/body/contact_last_seen_at", wrap=but(_all_seen)),
    Bug("typing-kept", "typing leaves a message", "law", "toggle-typing-status", at=(CONVERSATION, MESSAGES),
        where="/body", wrap=but(_typed)),
    Bug("shown-backwards", "a conversation shows its newest message first", "law", CONVERSATION,
        where="/body/messages", wrap=but(lambda _, __, said: said | {"messages": said["messages"][::-1]})),
    Bug("uuid-each-time", "a conversation's uuid is another one each time", "law", CONVERSATION, where="/body/uuid",
        at=(CONVERSATION,), wrap=but(_fresh_uuid)),
    Bug("foreign-sender", "a conversation shows another contact as the sender", "law", CONVERSATION,
        where="/body/messages", wrap=but(_foreign_sender)),
    Bug("leak-conversation", "anybody finds any conversation by its number", "law", CONVERSATION, where="/status",
        wrap=given(as_owner)),
    Bug("leak-list", "everybody's conversations are listed", "law", CONVERSATIONS, where="/body",
        wrap=but(_everybodys)),
    Bug("resolve-anywhere", "anybody resolves any conversation", "law", "resolve-conversation", where="/status",
        wrap=given(as_owner)),
    Bug("see-anywhere", "anybody has seen any conversation", "law", "update-last-seen", where="/status",
        wrap=given(as_owner)),
    Bug("type-anywhere", "anybody types in any conversation", "law", "toggle-typing-status", where="/status",
        wrap=given(as_owner)),
    Bug("unknown-has-none", "an unknown contact has no conversations, and that is fine", "law", CONVERSATIONS,
        where="/status", wrap=found_though_unknown([])),
)  # fmt: skip
