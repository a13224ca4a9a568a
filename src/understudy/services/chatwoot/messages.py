"""Messages from the contact's side: write one, read the newest, answer what a message asks.

The handlers of the operations under ``…/messages``. They find conversations the wide way: any of the
contact's, whatever the inbox in the path.
"""

from __future__ import annotations

from itertools import islice
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.attachments import uploads
from understudy.services.chatwoot.autoreply import answer_message, answer_submission
from understudy.services.chatwoot.csat import ANSWERS, is_locked, record_answer
from understudy.services.chatwoot.lookups import (
    any_conversation,
    contact_inbox_of,
    inbox_of,
    message_of,
    tables_of,
)
from understudy.services.chatwoot.parameters import blank, permitted, scalar, text, to_i, to_s
from understudy.services.chatwoot.refusals import Problem, crash, invalid, survey_locked
from understudy.services.chatwoot.shapes import message_shape
from understudy.services.chatwoot.tables import ContactInbox, Conversation, MessageType
from understudy.services.chatwoot.templates import answer_contact
from understudy.services.chatwoot.timeline import Draft, add, flooded
from understudy.services.service import Params

LONGEST_CONTENT = 150_000
WINDOW = 20
"""How many messages a list shows."""


def create_message(sandbox: Sandbox, params: Params) -> Any:
    """Write a message: nothing is required of it; it wakes the conversation and may be answered at once."""
    contact_inbox, conversation = _found(sandbox, params)
    tables = tables_of(sandbox)
    files = uploads(params)
    content = scalar(params, "content")
    problems: list[Problem] = []
    if flooded(sandbox, conversation):
        problems.append(("base", "Too many messages"))
    if content is not None and len(to_s(content)) > LONGEST_CONTENT:
        problems.append(("content", f"Content is too long (maximum is {LONGEST_CONTENT} characters)"))
    if problems:
        raise invalid(problems)
    message = add(
        sandbox,
        conversation,
        Draft(
            MessageType.INCOMING,
            text(content),
            sender_type="Contact",
            sender_id=contact_inbox.contact_id,
            echo_id=scalar(params, "echo_id"),
            files=tuple(files),
        ),
    )
    answer_contact(sandbox, conversation)
    answer_message(sandbox, message)
    return message_shape(tables, message, conversation.display_id, params.base_url)


def list_messages(sandbox: Sandbox, params: Params) -> Any:
    """The newest messages the contact may see, oldest first; optionally only those before an id."""
    _, conversation = _found(sandbox, params)
    tables = tables_of(sandbox)
    given = scalar(params, "before")
    before = None if blank(given) else to_i(given)
    newest = list(islice(tables.messages.newest("chat_in", conversation.id, before=before), WINDOW))
    return [message_shape(tables, message, conversation.display_id, params.base_url) for message in reversed(newest)]


def update_message(sandbox: Sandbox, params: Params) -> Any:
    """Keep what was submitted to a message, in place of what was submitted before; ignore all else."""
    _, conversation = _found(sandbox, params)
    tables = tables_of(sandbox)
    message = message_of(sandbox, conversation, params)
    if message.content_type == "input_csat" and is_locked(sandbox, message):
        raise survey_locked()
    if flooded(sandbox, conversation):
        raise crash()  # an update that is not valid meets a rescue that fails itself
    submitted = permitted(params.get("submitted_values"), ANSWERS)
    if submitted is not None:
        message = record_answer(sandbox, message, submitted)
        answer_submission(sandbox, message)
    return message_shape(tables, message, conversation.display_id, params.base_url)


def _found(sandbox: Sandbox, params: Params) -> tuple[ContactInbox, Conversation]:
    contact_inbox = contact_inbox_of(sandbox, inbox_of(sandbox, params), params)
    return contact_inbox, any_conversation(sandbox, contact_inbox, params)
