"""An inbox's script: what is answered to a contact without anybody at work, and when.

A script is a row's attribute and a seed's list; `autoreply` plays it. Of its rules the first that fits a message
answers it. It must not know any table.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy.services.chatwoot.content import KINDS, faults
from understudy.services.entries import Entry

RULE = ("when", "submitted", "after", "typing", "reply", "agent", "status")
REPLY = ("content", "content_type", "content_attributes")
STATUSES = ("open", "pending", "resolved")

Answerer = tuple[str | None, int | None]
"""Whether an agent or a bot answers, ``User`` or ``AgentBot``, and which one; None leaves it to the conversation."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One answer of a script.

    Attributes:
        when: what a message must contain, in any case of letters, or a pattern between slashes; None fits any message.
        submitted: the same of what was submitted to a message, e.g. the value that was chosen; such a rule is not for
            messages.
        after: seconds until somebody begins to type.
        typing: seconds until the answer is written.
        content: what is answered.
        content_type: as what.
        content_attributes: with which items.
        sender_type: whether an agent or a bot answers, ``User`` or ``AgentBot``; None leaves it to the conversation.
        sender_id: which one.
        status: the status the conversation is given then, or None.
    """

    after: float
    typing: float
    content: str | None
    content_type: str = "text"
    content_attributes: Mapping[str, Any] = field(default_factory=dict)
    when: str | None = None
    submitted: str | None = None
    sender_type: str | None = None
    sender_id: int | None = None
    status: str | None = None


def read_script(entry: Entry, answerer: Callable[[Entry], Answerer]) -> tuple[Rule, ...]:
    """The script that an inbox's entry tells.

    Args:
        entry: the inbox.
        answerer: who answers by a rule.

    Errors: `ValueError` that names the rule at fault and the fix.
    """
    return tuple(_rule(rule, answerer) for rule in entry.entries("autoreply", RULE))


def _rule(entry: Entry, answerer: Callable[[Entry], Answerer]) -> Rule:
    said = entry.data.get("reply")
    reply = Entry({"content": said} if isinstance(said, str) else said, f"{entry.where}.reply", REPLY)
    content_type = reply.choice("content_type", tuple(KINDS), "text")
    attributes = reply.object("content_attributes")
    for fault in faults(content_type, attributes):
        raise reply.fault(fault)
    if entry.has("when") and entry.has("submitted"):
        raise entry.fault("has 'when' and 'submitted'; make it two rules, one for messages and one for what is chosen")
    sender_type, sender_id = answerer(entry)
    return Rule(
        after=entry.seconds("after", 2.0) or 0.0,
        typing=entry.seconds("typing", 1.0) or 0.0,
        content=reply.text("content") if content_type == "text" else reply.maybe("content"),
        content_type=content_type,
        content_attributes=attributes,
        when=_wanted(entry, "when"),
        submitted=_wanted(entry, "submitted"),
        sender_type=sender_type,
        sender_id=sender_id,
        status=entry.choice("status", STATUSES, "") if entry.has("status") else None,
    )


def _wanted(entry: Entry, key: str) -> str | None:
    wanted = entry.maybe(key)
    try:
        if wanted is not None:
            pattern(wanted)
    except re.error as error:
        raise entry.fault(f"has {key}: {wanted!r}, which is no pattern: {error}; correct what is between /") from None
    return wanted


def pattern(wanted: str) -> re.Pattern[str]:
    """What a rule looks for: a pattern between slashes, else the text itself; the case of letters does not matter.

    Errors: `re.error` for a pattern that is none.
    """
    if len(wanted) > 1 and wanted.startswith("/") and wanted.endswith("/"):
        return re.compile(wanted[1:-1], re.IGNORECASE)
    return re.compile(re.escape(wanted), re.IGNORECASE)


def answer_to(script: tuple[Rule, ...], content: str) -> Rule | None:
    """The first rule that fits a message."""
    return next((rule for rule in script if rule.submitted is None and _fits(rule.when, content)), None)


def answer_to_submission(script: tuple[Rule, ...], values: str) -> Rule | None:
    """The first rule that fits what was submitted to a message."""
    return next((rule for rule in script if rule.submitted is not None and _fits(rule.submitted, values)), None)


def _fits(wanted: str | None, said: str) -> bool:
    return wanted is None or pattern(wanted).search(said) is not None
