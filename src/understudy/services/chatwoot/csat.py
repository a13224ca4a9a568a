"""Satisfaction surveys: what was asked, what was answered, and until when it may be.

The handlers of ``/csat_survey/{conversation_uuid}``, and what the message endpoint shares with them. The
real server writes the response row from a background job, which fails unseen; here it is there at once.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import surveyed, tables_of
from understudy.services.chatwoot.parameters import Filter, blank, permitted, text, to_i
from understudy.services.chatwoot.refusals import crash, invalid, survey_locked
from understudy.services.chatwoot.shapes import survey_shape
from understudy.services.chatwoot.tables import Message, SurveyResponse
from understudy.services.chatwoot.timeline import change_message, flooded
from understudy.services.service import Params

LOCKED_AFTER = 14
"""Days, by the calendar in UTC."""
RATINGS = range(1, 6)

ANSWERS: Filter = {
    "name": None,
    "title": None,
    "value": None,
    "csat_survey_response": {"feedback_message": None, "rating": None},
}
"""What may be submitted to a message."""


def get_survey(sandbox: Sandbox, params: Params) -> Any:
    """The survey of a conversation, with its answer."""
    conversation, message = surveyed(sandbox, params)
    tables = tables_of(sandbox)
    return survey_shape(tables, conversation, message, tables.inboxes[conversation.inbox_id])


def update_survey(sandbox: Sandbox, params: Params) -> Any:
    """Answer the survey of a conversation; the answer is nested in ``message``, which must be there."""
    conversation, message = surveyed(sandbox, params)
    if is_locked(sandbox, message):
        raise survey_locked()
    nested = permitted(params.get("message"), {"submitted_values": ANSWERS})
    if not isinstance(nested, dict):
        raise crash()
    if flooded(sandbox, conversation):
        raise invalid([("base", "Too many messages")])
    if "submitted_values" in nested:
        record_answer(sandbox, message, nested["submitted_values"])
    return get_survey(sandbox, params)


def is_locked(sandbox: Sandbox, message: Message) -> bool:
    """Whether a survey is too old to be answered."""
    asked = datetime.fromtimestamp(message.created_at, UTC).date()
    return (sandbox.clock.now().date() - asked).days > LOCKED_AFTER


def record_answer(sandbox: Sandbox, message: Message, submitted: Any) -> Message:
    """Keep what was submitted to a message; if it answers a survey, its response too."""
    attributes = {**message.content_attributes, "submitted_values": submitted}
    changed = change_message(sandbox, message, content_attributes=attributes)
    if changed.content_type == "input_csat" and isinstance(submitted, Mapping):
        answer = submitted.get("csat_survey_response")
        if isinstance(answer, Mapping):
            _respond(sandbox, changed, answer)
    return changed


def _respond(sandbox: Sandbox, message: Message, answer: Mapping[str, Any]) -> None:
    """The response row; a rating that is none leaves it as it was, and nobody hears of it."""
    tables, now = tables_of(sandbox), sandbox.clock.time()
    given, feedback = answer.get("rating"), answer.get("feedback_message")
    if blank(given):
        return
    rating = to_i(given)
    if rating not in RATINGS:
        return
    said: dict[str, Any] = {"rating": rating, "feedback_message": text(feedback), "updated_at": now}
    response = tables.survey_responses.one("message_id", message.id)
    if response is not None:
        tables.survey_responses.update(response, **said)
        return
    conversation = tables.conversations[message.conversation_id]
    tables.survey_responses.add(
        SurveyResponse(
            id=tables.next_id("survey_responses"),
            account_id=message.account_id,
            conversation_id=conversation.id,
            message_id=message.id,
            contact_id=conversation.contact_id,
            assigned_agent_id=conversation.assignee_id,
            created_at=now,
            **said,
        )
    )
