"""Messages from the agents' side: answer, note something down, delete a message, say how far one got.

The handlers of `agent.yaml` that write or change messages. What a message brings with it is in `timeline`; what its
type asks of it, the document says.
"""

from __future__ import annotations

import base64
import binascii
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.agent_conversations import IMPOSSIBLE, NOT_FOUND, conversation_of
from understudy.services.chatwoot.agent_shapes import whole_message
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.staff import actor_of, performer_of, sender_type
from understudy.services.chatwoot.tables import Conversation, Message, MessageType
from understudy.services.chatwoot.templates import survey_draft
from understudy.services.chatwoot.timeline import (
    FLOOD,
    Draft,
    add,
    change_message,
    delete_message,
    flooded,
)
from understudy.services.service import Params, Refusal, Reply, Upload

CREATED = 201


def reply(sandbox: Sandbox, params: Params) -> Reply:
    """Answer the contact."""
    content_type, attributes = params.get("content_type") or "text", params.get("content_attributes") or {}
    conversation = conversation_of(sandbox, params)
    answered = attributes.get("in_reply_to")
    if answered is not None:
        _message(sandbox, conversation, answered, IMPOSSIBLE)
    return _written(sandbox, params, conversation, content_type=content_type, content_attributes=attributes)


def write_note(sandbox: Sandbox, params: Params) -> Reply:
    """Note something down that the contact does not see."""
    return _written(sandbox, params, conversation_of(sandbox, params), private=True)


def _written(sandbox: Sandbox, params: Params, conversation: Conversation, **how: Any) -> Reply:
    actor = actor_of(sandbox, params, conversation)
    _take_no_flood(sandbox, conversation)
    draft = Draft(
        MessageType.OUTGOING,
        params.get("content"),
        sender_type=sender_type(actor),
        sender_id=actor.id,
        files=_files(params),
        **how,
    )
    message = add(sandbox, conversation, draft, performer_of(actor))
    return Reply(whole_message(tables_of(sandbox), message, params.base_url), CREATED)


def _take_no_flood(sandbox: Sandbox, conversation: Conversation) -> None:
    if flooded(sandbox, conversation):
        number = conversation.display_id
        raise Refusal(
            IMPOSSIBLE,
            f"Conversation {number} got {FLOOD} messages within a minute, and Chatwoot takes no more; "
            "move the sandbox's clock on by a minute.",
        )


def _files(params: Params) -> tuple[Upload, ...]:
    """The files of a multipart body, or of a JSON body, where they are written in base64."""
    given = params.get("attachments") or []
    return tuple(item if isinstance(item, Upload) else _decoded(item) for item in given)


def _decoded(item: Any) -> Upload:
    if isinstance(item, str):
        raise Refusal(IMPOSSIBLE, "A part of attachments[] is text; send a file there, that is a part with a filename.")
    try:
        return Upload(item["filename"], item["content_type"], base64.b64decode(item["base64"], validate=True))
    except binascii.Error:
        raise Refusal(
            IMPOSSIBLE, f"The file {item['filename']!r} is not base64; encode its bytes with it, padding included."
        ) from None


def delete(sandbox: Sandbox, params: Params) -> Any:
    """Delete a message: it stays, but what it said and carried is gone."""
    conversation = conversation_of(sandbox, params)
    message = _message(sandbox, conversation, int(params["message_id"]))
    actor = actor_of(sandbox, params, conversation)
    deleted = delete_message(sandbox, message, performer_of(actor))
    return whole_message(tables_of(sandbox), deleted, params.base_url)


def set_message_status(sandbox: Sandbox, params: Params) -> Any:
    """How far a message got; one that was read was delivered before, whoever says so later."""
    conversation = conversation_of(sandbox, params)
    message = _message(sandbox, conversation, int(params["message_id"]))
    actor, status = actor_of(sandbox, params, conversation), params["status"]
    if not (message.status == "read" and status == "delivered"):
        attributes = dict(message.content_attributes)
        error = params.get("external_error") if status == "failed" else None
        if error is not None or "external_error" in attributes:
            attributes["external_error"] = error
        message = change_message(sandbox, message, performer_of(actor), status=status, content_attributes=attributes)
    return whole_message(tables_of(sandbox), message, params.base_url)


def request_csat(sandbox: Sandbox, params: Params) -> Reply:
    """Ask the contact how it was; once, for the answer belongs to the first survey."""
    tables, conversation = tables_of(sandbox), conversation_of(sandbox, params)
    asked = tables.messages.first("survey_in", conversation.id)
    if asked is not None:
        raise Refusal(
            IMPOSSIBLE,
            f"The contact was asked already, by message {asked.id}; Chatwoot asks once in a conversation. "
            "Take another conversation, or delete the message first.",
        )
    _take_no_flood(sandbox, conversation)
    message = add(sandbox, conversation, survey_draft(tables.inboxes[conversation.inbox_id]))
    return Reply(whole_message(tables, message, params.base_url), CREATED)


def _message(sandbox: Sandbox, conversation: Conversation, number: int, status: int = NOT_FOUND) -> Message:
    """The message of a conversation with this id.

    Errors: `Refusal` with this status where there is none.
    """
    tables = tables_of(sandbox)
    found = tables.messages.get(number)
    if found is None or found.conversation_id != conversation.id:
        ids = [message.id for message in tables.messages.newest("conversation_id", conversation.id)][:10]
        known = f"its newest are {', '.join(map(str, ids))}" if ids else "it has none yet"
        raise Refusal(status, f"Conversation {conversation.display_id} has no message {number}; {known}.")
    return found
