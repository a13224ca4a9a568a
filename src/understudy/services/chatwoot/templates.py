"""The messages Chatwoot writes by itself: out-of-office, greeting, satisfaction survey.

Called after a contact's message and after a conversation was resolved. The real server sends the survey
from a background job; here it is there at once. It must not know any request.
"""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.tables import Conversation, Inbox, MessageType, Tables
from understudy.services.chatwoot.timeline import Draft, add_by_itself

RECENT = 5 * 60.0
"""For how long an agent who wrote counts as still there, in seconds."""
SURVEY_QUESTION = "Please rate the conversation"


def answer_contact(sandbox: Sandbox, conversation: Conversation) -> None:
    """After a contact's message: say that nobody is in, else greet a newcomer, where the inbox does so."""
    inbox = tables_of(sandbox).inboxes[conversation.inbox_id]
    if inbox.out_of_office_message and _nobody_is_in(sandbox, inbox, conversation):
        _send(sandbox, conversation, inbox.out_of_office_message)
    if inbox.greeting_enabled and inbox.greeting_message and _nobody_answered(tables_of(sandbox), conversation):
        _send(sandbox, conversation, inbox.greeting_message)


def ask_for_rating(sandbox: Sandbox, conversation: Conversation) -> None:
    """After a conversation was resolved: ask how it was, once, where the inbox does so."""
    tables = tables_of(sandbox)
    inbox = tables.inboxes[conversation.inbox_id]
    if not inbox.csat_survey_enabled or tables.messages.count("survey_in", conversation.id):
        return
    add_by_itself(sandbox, conversation, survey_draft(inbox))


def survey_draft(inbox: Inbox) -> Draft:
    """The message that asks how it was, as the inbox words it."""
    return Draft(
        MessageType.TEMPLATE,
        inbox.csat_message or SURVEY_QUESTION,
        content_type="input_csat",
        content_attributes={"display_type": inbox.csat_display_type},
    )


def _send(sandbox: Sandbox, conversation: Conversation, content: str) -> None:
    add_by_itself(sandbox, conversation, Draft(MessageType.TEMPLATE, content))


def _nobody_answered(tables: Tables, conversation: Conversation) -> bool:
    """Whether neither an agent nor Chatwoot has written yet, private notes included."""
    answers = ("outgoing_in", "template_in")
    return not any(tables.messages.count(index, conversation.id) for index in answers)


def _nobody_is_in(sandbox: Sandbox, inbox: Inbox, conversation: Conversation) -> bool:
    """Whether the inbox is closed, nobody was told so today, and no agent wrote just now."""
    tables, now = tables_of(sandbox), sandbox.clock.now()
    if not inbox.working_hours_enabled or is_open(inbox, now):
        return False
    told = tables.messages.last("template_in", conversation.id)
    if told is not None and datetime.fromtimestamp(told.created_at, UTC).date() == now.date():
        return False
    for message in tables.messages.newest("outgoing_in", conversation.id):
        if message.created_at <= now.timestamp() - RECENT:
            break
        if not message.private:
            return False
    return True


def is_open(inbox: Inbox, moment: datetime) -> bool:
    """Whether the inbox's working hours, in its time zone, hold this moment; both ends belong to them."""
    local = moment.astimezone(UTC if inbox.timezone == "UTC" else ZoneInfo(inbox.timezone))
    weekday = local.isoweekday() % 7
    day = next((day for day in inbox.working_hours if day.day_of_week == weekday), None)
    if day is None or day.closed_all_day:
        return False
    if day.open_all_day:
        return True
    opens = local.replace(hour=day.open_hour or 0, minute=day.open_minutes or 0, second=0, microsecond=0)
    closes = local.replace(hour=day.close_hour or 0, minute=day.close_minutes or 0, second=0, microsecond=0)
    return opens <= local <= closes
