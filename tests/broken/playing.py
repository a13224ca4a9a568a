"""Ways to play an operation wrongly: rightly with other parameters, or rightly and then otherwise.

The bugs in `talks`, `messages` and `people` are made of these.
"""

from __future__ import annotations

from typing import Any

from broken.bug import Wrap
from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.parameters import record_id
from understudy.services.chatwoot.tables import Contact, Conversation
from understudy.services.service import Handler, Params, Refusal

MESSAGES = "list-all-conversation-messages"
CONVERSATION = "get-single-conversation"
CONVERSATIONS = "list-all-contact-conversations"
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


def as_owner(sandbox: Sandbox, params: Params) -> None:
    """Whoever asks is taken for the owner."""
    conversation = conversation_of(sandbox, params)
    if conversation is not None:
        tables = tables_of(sandbox)
        params["contact_identifier"] = tables.contact_inboxes[conversation.contact_inbox_id].source_id


def found_though_unknown(answer: Any) -> Wrap:
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
