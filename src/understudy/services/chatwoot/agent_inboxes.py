"""Inboxes and staff from the agents' side: look them up, change an inbox's settings, say who is there.

The handlers of `agent.yaml` under ``/inboxes``, ``/agents`` and ``/agent_bots``. An inbox is changed in the words
that a seed has for it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.agent_conversations import IMPOSSIBLE, inbox_named
from understudy.services.chatwoot.agent_shapes import agent_shape, bot_shape, whole_inbox
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.schedule import weekly
from understudy.services.chatwoot.script import Answerer, read_script
from understudy.services.chatwoot.staff import agent_named, bot_named, sender_type, somebody_named
from understudy.services.chatwoot.tables import Inbox
from understudy.services.entries import Entry
from understudy.services.service import Params, Refusal

PLAIN = (
    "name", "avatar_url", "working_hours_enabled", "out_of_office_message", "greeting_enabled", "greeting_message",
    "csat_survey_enabled", "csat_message", "csat_display_type", "lock_to_single_conversation", "hmac_mandatory",
    "hmac_token", "webhook_url", "webhook_secret",
)  # fmt: skip
"""Settings that are kept as they are told; the others are read."""
READ = ("timezone", "working_hours", "agent_bot", "autoreply")


def list_inboxes(sandbox: Sandbox, _params: Params) -> Any:
    """Every inbox."""
    tables = tables_of(sandbox)
    return [whole_inbox(tables, inbox) for inbox in tables.inboxes]


def get_inbox(sandbox: Sandbox, params: Params) -> Any:
    """One inbox with all its settings."""
    return whole_inbox(tables_of(sandbox), _inbox_of(sandbox, params))


def update_inbox(sandbox: Sandbox, params: Params) -> Any:
    """Change what is mentioned."""
    tables, inbox = tables_of(sandbox), _inbox_of(sandbox, params)
    changes: dict[str, Any] = {key: params[key] for key in PLAIN if key in params}
    try:
        changes |= _read(sandbox, inbox, {key: params[key] for key in READ if key in params})
    except ValueError as error:
        raise Refusal(IMPOSSIBLE, f"{error}.") from None
    return whole_inbox(tables, tables.inboxes.update(inbox, **changes))


def _read(sandbox: Sandbox, inbox: Inbox, asked: dict[str, Any]) -> dict[str, Any]:
    """The settings that are told in a seed's words.

    Errors: `ValueError` that says what is wrong and what to write.
    """
    changes: dict[str, Any] = {}
    now = whole_inbox(tables_of(sandbox), inbox)
    if "timezone" in asked or "working_hours" in asked:
        hours = now["working_hours"] | asked.get("working_hours", {})
        week = Entry({"timezone": asked.get("timezone", inbox.timezone), "working_hours": hours}, "The inbox", READ)
        changes["timezone"], changes["working_hours"] = weekly(week)
    if "agent_bot" in asked:
        named = asked["agent_bot"]
        changes["agent_bot_id"] = None if named is None else bot_named(sandbox, named).id
    if "autoreply" in asked:
        changes["autoreply"] = read_script(Entry(asked, "The inbox", READ), partial(_answerer, sandbox))
    return changes


def _answerer(sandbox: Sandbox, rule: Entry) -> Answerer:
    """Who answers by a rule of a script."""
    if not rule.has("agent"):
        return None, None
    actor = somebody_named(sandbox, rule.text("agent"))
    return sender_type(actor), actor.id


def _inbox_of(sandbox: Sandbox, params: Params) -> Inbox:
    return tables_of(sandbox).inboxes[inbox_named(sandbox, params["inbox_identifier"])]


def list_agents(sandbox: Sandbox, _params: Params) -> Any:
    """Every agent."""
    return [agent_shape(user) for user in tables_of(sandbox).users]


def list_bots(sandbox: Sandbox, _params: Params) -> Any:
    """Every bot."""
    return [bot_shape(bot) for bot in tables_of(sandbox).agent_bots]


def set_availability(sandbox: Sandbox, params: Params) -> Any:
    """Let an agent be there, busy or gone; a socket hears of it when it next asks."""
    user = agent_named(sandbox, params["agent"])
    return agent_shape(tables_of(sandbox).users.update(user, availability=params["availability"]))
