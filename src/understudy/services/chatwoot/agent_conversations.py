"""Conversations from the agents' side: list and read them, give them a status, an agent, labels and the like.

The handlers of `agent.yaml` under ``/conversations``. What each action leaves behind is in `handling`, and what any
change brings with it in `timeline`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.agent_shapes import whole_conversation, whole_message
from understudy.services.chatwoot.conversations import attribute_problems
from understudy.services.chatwoot.handling import give_labels, give_priority, give_status, give_to
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.snooze import moment_of
from understudy.services.chatwoot.staff import actor_of, agent_named
from understudy.services.chatwoot.tables import Conversation, User
from understudy.services.chatwoot.timeline import change, seen_by_agent, type_in
from understudy.services.service import Params, Refusal

NOT_FOUND, IMPOSSIBLE = 404, 422


def conversation_of(sandbox: Sandbox, params: Params) -> Conversation:
    """The conversation that a path names by its number.

    Errors: `Refusal` where there is none.
    """
    number = int(params["conversation_id"])
    for account in tables_of(sandbox).accounts:
        found = tables_of(sandbox).conversations.one(("account_id", "display_id"), (account.id, number))
        if found is not None:
            return found
    last = max((conversation.display_id for conversation in tables_of(sandbox).conversations), default=0)
    known = f"they are numbered 1 to {last}" if last else "there is none yet"
    raise Refusal(NOT_FOUND, f"There is no conversation {number}; {known}.")


def list_conversations(sandbox: Sandbox, params: Params) -> Any:
    """The conversations that fit every filter."""
    tables = tables_of(sandbox)
    found: Iterable[Conversation] = tables.conversations
    if params.get("contact") is not None:
        found = _conversations_of(sandbox, params["contact"])
    if params.get("inbox") is not None:
        inbox = inbox_named(sandbox, params["inbox"])
        found = [conversation for conversation in found if conversation.inbox_id == inbox]
    status = params.get("status")
    return [
        whole_conversation(tables, conversation)
        for conversation in found
        if status is None or conversation.status == status
    ]


def inbox_named(sandbox: Sandbox, identifier: str) -> int:
    """The id of the inbox with this identifier.

    Errors: `Refusal` where there is none.
    """
    inboxes = tables_of(sandbox).inboxes
    found = inboxes.one("identifier", identifier)
    if found is None:
        known = ", ".join(inbox.identifier for inbox in inboxes) or "none"
        raise Refusal(NOT_FOUND, f"There is no inbox {identifier!r}; there are: {known}.")
    return found.id


def _conversations_of(sandbox: Sandbox, name: str) -> list[Conversation]:
    """Every conversation of the contact with this id, or with this source id in any inbox."""
    tables = tables_of(sandbox)
    ids = {present.contact_id for present in tables.contact_inboxes if present.source_id == name}
    if name.isdecimal() and tables.contacts.get(int(name)) is not None:
        ids.add(int(name))
    if not ids:
        raise Refusal(NOT_FOUND, f"No contact has the id or source id {name!r}; GET /contacts lists them.")
    return [found for number in sorted(ids) for found in tables.conversations.all("contact_id", number)]


def get_conversation(sandbox: Sandbox, params: Params) -> Any:
    """A conversation with everything in it."""
    tables, conversation = tables_of(sandbox), conversation_of(sandbox, params)
    messages = tables.messages.all("conversation_id", conversation.id)
    shown = [whole_message(tables, message, params.base_url) for message in messages]
    return whole_conversation(tables, conversation) | {"messages": shown}


def set_status(sandbox: Sandbox, params: Params) -> Any:
    """Another status; an agent who opens a conversation takes it over."""
    conversation = conversation_of(sandbox, params)
    actor, status = actor_of(sandbox, params, conversation), params["status"]
    changed = give_status(sandbox, conversation, status, actor, until=moment_of(sandbox, params))
    if status == "open" and isinstance(actor, User):
        give_to(sandbox, changed, actor, actor)
    return _shown(sandbox, conversation)


def assign(sandbox: Sandbox, params: Params) -> Any:
    """Give the conversation to an agent."""
    conversation = conversation_of(sandbox, params)
    assignee = agent_named(sandbox, params["assignee"])
    give_to(sandbox, conversation, assignee, actor_of(sandbox, params, conversation))
    return _shown(sandbox, conversation)


def unassign(sandbox: Sandbox, params: Params) -> Any:
    """Take the conversation from its agent."""
    conversation = conversation_of(sandbox, params)
    give_to(sandbox, conversation, None, actor_of(sandbox, params, conversation))
    return _shown(sandbox, conversation)


def set_labels(sandbox: Sandbox, params: Params) -> Any:
    """These labels and no others."""
    conversation = conversation_of(sandbox, params)
    return _labelled(sandbox, params, conversation, params["labels"])


def add_labels(sandbox: Sandbox, params: Params) -> Any:
    """These labels besides those it has."""
    conversation = conversation_of(sandbox, params)
    return _labelled(sandbox, params, conversation, [*conversation.labels, *params["labels"]])


def remove_label(sandbox: Sandbox, params: Params) -> Any:
    """One label less."""
    conversation, label = conversation_of(sandbox, params), params["label"]
    labels = list(conversation.labels)
    if label not in labels:
        known = ", ".join(labels) or "none"
        raise Refusal(NOT_FOUND, f"Conversation {conversation.display_id} has no label {label!r}; it has: {known}.")
    labels.remove(label)
    return _labelled(sandbox, params, conversation, labels)


def _labelled(sandbox: Sandbox, params: Params, conversation: Conversation, labels: list[str]) -> Any:
    give_labels(sandbox, conversation, labels, actor_of(sandbox, params, conversation))
    return _shown(sandbox, conversation)


def set_priority(sandbox: Sandbox, params: Params) -> Any:
    """How urgent the conversation is."""
    conversation = conversation_of(sandbox, params)
    give_priority(sandbox, conversation, params["priority"], actor_of(sandbox, params, conversation))
    return _shown(sandbox, conversation)


def set_custom_attributes(sandbox: Sandbox, params: Params) -> Any:
    """These custom attributes and no others, within the limits that contacts have too."""
    conversation = conversation_of(sandbox, params)
    actor_of(sandbox, params, conversation)
    custom = params["custom_attributes"]
    problems = attribute_problems(custom)
    if problems:
        raise Refusal(IMPOSSIBLE, "; ".join(sentence for _, sentence in problems) + ".")
    change(sandbox, conversation, custom_attributes=custom)
    return _shown(sandbox, conversation)


def type_(sandbox: Sandbox, params: Params) -> Any:
    """Somebody types, or no longer does: nothing that is kept."""
    conversation = conversation_of(sandbox, params)
    actor, private = actor_of(sandbox, params, conversation), bool(params.get("is_private"))
    type_in(sandbox, conversation, actor, on=params["typing_status"] == "on", is_private=private)
    return _shown(sandbox, conversation)


def see(sandbox: Sandbox, params: Params) -> Any:
    """An agent has looked at the conversation."""
    conversation = conversation_of(sandbox, params)
    seen_by_agent(sandbox, conversation)
    return _shown(sandbox, conversation)


def _shown(sandbox: Sandbox, conversation: Conversation) -> Any:
    """The conversation as it is by now."""
    tables = tables_of(sandbox)
    return whole_conversation(tables, tables.conversations[conversation.id])
