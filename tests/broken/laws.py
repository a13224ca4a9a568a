"""Bugs in what the server does: every single answer is as the document says, and together they cannot be true."""

from __future__ import annotations

from typing import Any

from broken.bug import Bug, Wrap
from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.parameters import record_id, to_i
from understudy.services.chatwoot.shapes import conversation_shape, message_shape
from understudy.services.chatwoot.tables import Contact, Conversation, MessageType
from understudy.services.chatwoot.timeline import Draft, add, change_status
from understudy.services.service import Handler, Params, Refusal

MESSAGES = "list-all-conversation-messages"
CONVERSATION = "get-single-conversation"
CONVERSATIONS = "list-all-contact-conversations"
CONTACT = "get-details-of-a-contact"
ACCOUNT = 1


def conversation_of(sandbox: Sandbox, params: Params) -> Conversation | None:
    """The conversation that a path names, whoever it belongs to."""
    number = record_id(str(params["conversation_id"]))
    return tables_of(sandbox).conversations.one(("account_id", "display_id"), (ACCOUNT, number))


def contact_of(sandbox: Sandbox, params: Params) -> Contact | None:
    """The contact that a path names."""
    tables = tables_of(sandbox)
    inbox = tables.inboxes.one("identifier", params["inbox_identifier"])
    name = str(params["contact_identifier"]).removesuffix(".json")
    found = tables.contact_inboxes.one(("inbox_id", "source_id"), (inbox.id if inbox else 0, name))
    return tables.contacts[found.contact_id] if found else None


def but(then: Any) -> Wrap:
    """Play it rightly, and then do or say something else: gets sandbox, parameters and what was said."""

    def wrap(handler: Handler) -> Handler:
        def play(sandbox: Sandbox, params: Params) -> Any:
            return then(sandbox, params, handler(sandbox, params))

        return play

    return wrap


def given(change: Any) -> Wrap:
    """Play it rightly with other parameters."""

    def wrap(handler: Handler) -> Handler:
        def play(sandbox: Sandbox, params: Params) -> Any:
            change(sandbox, params)
            return handler(sandbox, params)

        return play

    return wrap


def _as_owner(sandbox: Sandbox, params: Params) -> None:
    """Whoever asks is taken for the owner."""
    conversation = conversation_of(sandbox, params)
    if conversation is not None:
        tables = tables_of(sandbox)
        params["contact_identifier"] = tables.contact_inboxes[conversation.contact_inbox_id].source_id


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


def _message_lost(sandbox: Sandbox, params: Params, said: Any) -> Any:
    if params.get("content") == "The second thing.":
        messages = tables_of(sandbox).messages
        messages.remove(messages[said["id"]])
    return said


def _message_doubled(sandbox: Sandbox, params: Params, said: Any) -> Any:
    message = tables_of(sandbox).messages[said["id"]]
    draft = Draft(message.message_type, message.content, sender_type="Contact", sender_id=message.sender_id)
    add(sandbox, conversation_of(sandbox, params), draft)  # type: ignore[arg-type]
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


def _inclusive(_: Sandbox, params: Params) -> None:
    if isinstance(params.get("before"), str) and params["before"].strip():
        params["before"] = str(to_i(params["before"]) + 1)


def _with_notes(sandbox: Sandbox, params: Params, said: Any) -> Any:
    tables, conversation = tables_of(sandbox), conversation_of(sandbox, params)
    if conversation is None:
        return said
    shown = [m for m in tables.messages.all("conversation_id", conversation.id) if m.message_type in (0, 1, 3)]
    return [message_shape(tables, m, conversation.display_id, params.base_url) for m in shown[-20:]]


def _renumbered(sandbox: Sandbox, params: Params, said: Any) -> Any:
    """Message ids begin anew in each conversation."""
    conversation = conversation_of(sandbox, params)
    rows = tables_of(sandbox).messages.all("conversation_id", conversation.id if conversation else 0)
    number = {message.id: index for index, message in enumerate(rows, 1)}
    shown = said if isinstance(said, list) else said.get("messages", [said])
    for message in shown:
        message["id"] = number[message["id"]]
    return said


def _fresh_uuid(sandbox: Sandbox, _: Params, said: Any) -> Any:
    return said | {"uuid": sandbox.uuid()}


def _foreign_sender(_: Sandbox, __: Params, said: Any) -> Any:
    for message in said["messages"]:
        if message.get("sender", {}).get("type") == "contact":
            message["sender"] = message["sender"] | {"id": 1}
    return said


def _in_milliseconds(_: Sandbox, __: Params, said: Any) -> Any:
    return said | {"created_at": said["created_at"] * 1000}


def _found_though_unknown(answer: Any) -> Wrap:
    """What is unknown is answered as if it were known, and empty."""

    def wrap(handler: Handler) -> Handler:
        def play(sandbox: Sandbox, params: Params) -> Any:
            try:
                return handler(sandbox, params)
            except Refusal as refusal:
                if refusal.status != 404:
                    raise
                return answer

        return play

    return wrap


def _nobody_else(handler: Handler) -> Handler:
    """The message's text goes through an HTML escaper on its way in."""

    def play(sandbox: Sandbox, params: Params) -> Any:
        if isinstance(params.get("content"), str):
            params["content"] = params["content"].replace("&", "&amp;").replace("<", "&lt;")
        return handler(sandbox, params)

    return play


def _cut(_: Sandbox, params: Params) -> None:
    if isinstance(params.get("content"), str):
        params["content"] = params["content"][:65_535]


def _narrow(_: Sandbox, params: Params) -> None:
    for key in ("content", "name"):
        if isinstance(params.get(key), str):
            params[key] = "".join(char if ord(char) < 0x10000 else "?" for char in params[key])


def _strict(_: Sandbox, params: Params) -> None:
    text = params.get("content")
    if isinstance(text, str) and len(text) >= 150_000:
        params["content"] = text + "x" * 2


def _fragile(_: Sandbox, params: Params) -> None:
    if any(ord(char) > 0xFFFF for char in str(params.get("content"))):
        raise Refusal(500, {"status": 500, "error": "Internal Server Error"})


CONVERSED = "create-a-message get-single-conversation list-all-conversation-messages list-all-contact-conversations"

LAWS: tuple[Bug, ...] = (
    Bug("lost-message", "some messages are answered and never kept", "law", "create-a-message", at=(MESSAGES,),
        where="/body", wrap=but(_message_lost)),
    Bug("doubled-message", "every message is kept twice", "law", "create-a-message", at=(MESSAGES, CONVERSATION),
        where="/body", wrap=but(_message_doubled)),
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
    Bug("window-of-19", "a list shows the newest 19", "law", MESSAGES, where="/body",
        wrap=but(lambda _, __, said: said[-19:])),
    Bug("oldest-first", "a list shows the oldest twenty instead of the newest", "law", MESSAGES, where="/body",
        wrap=but(lambda sandbox, params, _: _with_notes(sandbox, params, [])[:20] if "before" in params
                 else _oldest(sandbox, params))),
    Bug("newest-on-top", "a list shows the newest message first", "law", MESSAGES, where="/body",
        wrap=but(lambda _, __, said: said[::-1])),
    Bug("sorted-by-text", "a list is sorted by what the messages say", "law", MESSAGES, where="/body",
        wrap=but(lambda _, __, said: sorted(said, key=lambda message: str(message["content"])))),
    Bug("before-inclusive", "before shows the message that it names, too", "law", MESSAGES, where="/body",
        wrap=given(_inclusive)),
    Bug("before-ignored", "before is not read", "law", MESSAGES, where="/body",
        wrap=given(lambda _, params: params.pop("before", None))),
    Bug("notes-shown", "private notes are listed", "law", MESSAGES, where="/body", wrap=but(_with_notes)),
    Bug("shown-backwards", "a conversation shows its newest message first", "law", CONVERSATION,
        where="/body/messages", wrap=but(lambda _, __, said: said | {"messages": said["messages"][::-1]})),
    Bug("ids-per-conversation", "message ids begin at 1 in every conversation", "law", "create-a-message",
        where="/body/id", wrap=but(_renumbered)),
    Bug("uuid-each-time", "a conversation's uuid is another one each time", "law", CONVERSATION, where="/body/uuid",
        at=(CONVERSATION,), wrap=but(_fresh_uuid)),
    Bug("foreign-sender", "a conversation shows another contact as the sender", "law", CONVERSATION,
        where="/body/messages", wrap=but(_foreign_sender)),
    Bug("time-in-milliseconds", "a new message's created_at is in milliseconds", "law", "create-a-message",
        where="/body/created_at", wrap=but(_in_milliseconds)),
    Bug("leak-conversation", "anybody finds any conversation by its number", "law", CONVERSATION, where="/status",
        wrap=given(_as_owner)),
    Bug("leak-messages", "anybody reads any conversation's messages", "law", MESSAGES, where="/status",
        wrap=given(_as_owner)),
    Bug("leak-list", "everybody's conversations are listed", "law", CONVERSATIONS, where="/body",
        wrap=but(_everybodys)),
    Bug("write-anywhere", "anybody writes into any conversation", "law", "create-a-message", where="/status",
        wrap=given(_as_owner)),
    Bug("resolve-anywhere", "anybody resolves any conversation", "law", "resolve-conversation", where="/status",
        wrap=given(_as_owner)),
    Bug("see-anywhere", "anybody has seen any conversation", "law", "update-last-seen", where="/status",
        wrap=given(_as_owner)),
    Bug("type-anywhere", "anybody types in any conversation", "law", "toggle-typing-status", where="/status",
        wrap=given(_as_owner)),
    Bug("answer-anywhere", "anybody answers for anybody", "law", "update-a-message", where="/status",
        wrap=given(_as_owner)),
    Bug("unknown-is-empty", "an unknown conversation has no messages, and that is fine", "law", MESSAGES,
        where="/status", wrap=_found_though_unknown([])),
    Bug("unknown-has-none", "an unknown contact has no conversations, and that is fine", "law", CONVERSATIONS,
        where="/status", wrap=_found_though_unknown([])),
    Bug("html-escaped", "a message's text is escaped as HTML", "law", "create-a-message", where="/body/content",
        wrap=_nobody_else),
    Bug("astral-lost", "characters beyond the first plane become question marks", "law", "create-a-contact",
        where="/body/name", wrap=given(_narrow)),
    Bug("astral-crash", "characters beyond the first plane crash it", "law", "create-a-message", where="/status",
        wrap=given(_fragile)),
    Bug("cut-silently", "a long message is cut without a word", "law", "create-a-message", where="/body/content",
        wrap=given(_cut)),
    Bug("limit-too-low", "a message of the greatest length is refused", "law", "create-a-message", where="/status",
        wrap=given(_strict)),
)  # fmt: skip


def _oldest(sandbox: Sandbox, params: Params) -> Any:
    tables, conversation = tables_of(sandbox), conversation_of(sandbox, params)
    rows = tables.messages.all("chat_in", conversation.id if conversation else 0)
    number = conversation.display_id if conversation else 0
    return [message_shape(tables, row, number, params.base_url) for row in rows[:20]]
