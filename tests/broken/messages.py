"""Bugs in what becomes of messages: each answer is as the document says, and together they cannot be true."""

from __future__ import annotations

from typing import Any

from broken.bug import Bug
from broken.playing import CONVERSATION, MESSAGES, as_owner, but, conversation_of, found_though_unknown, given
from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.parameters import to_i
from understudy.services.chatwoot.shapes import message_shape
from understudy.services.chatwoot.timeline import Draft, add
from understudy.services.service import Handler, Params, Refusal


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


def _in_milliseconds(_: Sandbox, __: Params, said: Any) -> Any:
    return said | {"created_at": said["created_at"] * 1000}


def _escaped(handler: Handler) -> Handler:
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


def _oldest(sandbox: Sandbox, params: Params) -> Any:
    tables, conversation = tables_of(sandbox), conversation_of(sandbox, params)
    rows = tables.messages.all("chat_in", conversation.id if conversation else 0)
    number = conversation.display_id if conversation else 0
    return [message_shape(tables, row, number, params.base_url) for row in rows[:20]]


MESSAGE_LAWS: tuple[Bug, ...] = (
    Bug("lost-message", "some messages are answered and never kept", "law", "create-a-message", at=(MESSAGES,),
        where="/body", wrap=but(_message_lost)),
    Bug("doubled-message", "every message is kept twice", "law", "create-a-message", at=(MESSAGES, CONVERSATION),
        where="/body", wrap=but(_message_doubled)),
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
    Bug("ids-per-conversation", "message ids begin at 1 in every conversation", "law", "create-a-message",
        where="/body/id", wrap=but(_renumbered)),
    Bug("time-in-milliseconds", "a new message's created_at is in milliseconds", "law", "create-a-message",
        where="/body/created_at", wrap=but(_in_milliseconds)),
    Bug("leak-messages", "anybody reads any conversation's messages", "law", MESSAGES, where="/status",
        wrap=given(as_owner)),
    Bug("write-anywhere", "anybody writes into any conversation", "law", "create-a-message", where="/status",
        wrap=given(as_owner)),
    Bug("answer-anywhere", "anybody answers for anybody", "law", "update-a-message", where="/status",
        wrap=given(as_owner)),
    Bug("unknown-is-empty", "an unknown conversation has no messages, and that is fine", "law", MESSAGES,
        where="/status", wrap=found_though_unknown([])),
    Bug("html-escaped", "a message's text is escaped as HTML", "law", "create-a-message", where="/body/content",
        wrap=_escaped),
    Bug("astral-lost", "characters beyond the first plane become question marks", "law", "create-a-contact",
        where="/body/name", wrap=given(_narrow)),
    Bug("astral-crash", "characters beyond the first plane crash it", "law", "create-a-message", where="/status",
        wrap=given(_fragile)),
    Bug("cut-silently", "a long message is cut without a word", "law", "create-a-message", where="/body/content",
        wrap=given(_cut)),
    Bug("limit-too-low", "a message of the greatest length is refused", "law", "create-a-message", where="/status",
        wrap=given(_strict)),
)  # fmt: skip
