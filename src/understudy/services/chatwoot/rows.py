"""The rows Chatwoot keeps.

Properties named ``…_in`` and ``…_key`` exist for the indices of `tables`: they are None where a row must not be
found. Times are seconds since the Unix epoch. Rows know no JSON shape.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy.services.chatwoot.script import Rule


class MessageType(enum.IntEnum):
    """Who a message comes from; the numbers are the API's."""

    INCOMING = 0
    OUTGOING = 1
    ACTIVITY = 2
    TEMPLATE = 3


UNREAD = ("sent", "delivered")


@dataclass(frozen=True, slots=True)
class Account:
    """A customer of Chatwoot: everything below belongs to one."""

    id: int
    name: str
    locale: str


@dataclass(frozen=True, slots=True)
class User:
    """A human agent; the handle is the name that a seed and the control plane have for somebody."""

    id: int
    account_id: int
    name: str
    display_name: str | None
    email: str
    avatar_url: str
    availability: str = "online"
    handle: str | None = None


@dataclass(frozen=True, slots=True)
class AgentBot:
    """A bot that answers in the agents' place."""

    id: int
    account_id: int
    name: str
    avatar_url: str
    handle: str | None = None


@dataclass(frozen=True, slots=True)
class WorkingHours:
    """One weekday (0 is Sunday) of an inbox, in the inbox's time zone; no hours when closed all day."""

    day_of_week: int
    closed_all_day: bool = False
    open_all_day: bool = False
    open_hour: int | None = None
    open_minutes: int | None = None
    close_hour: int | None = None
    close_minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Inbox:
    """An inbox with its API channel, which Chatwoot keeps in two rows."""

    id: int
    account_id: int
    identifier: str
    name: str
    hmac_token: str
    hmac_mandatory: bool
    timezone: str
    working_hours_enabled: bool
    working_hours: tuple[WorkingHours, ...]
    out_of_office_message: str | None
    greeting_enabled: bool
    greeting_message: str | None
    csat_survey_enabled: bool
    csat_message: str | None
    csat_display_type: str
    lock_to_single_conversation: bool
    agent_bot_id: int | None
    avatar_url: str
    webhook_url: str | None = None
    webhook_secret: str | None = None
    autoreply: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Contact:
    """A person, known to the whole account."""

    id: int
    account_id: int
    name: str
    email: str | None
    phone_number: str | None
    identifier: str | None
    contact_type: str
    blocked: bool
    additional_attributes: Mapping[str, Any]
    custom_attributes: Mapping[str, Any]
    labels: tuple[str, ...]
    avatar_url: str
    last_activity_at: float | None
    created_at: float
    updated_at: float
    location: str | None = None
    country_code: str | None = None
    middle_name: str = ""
    last_name: str = ""
    company_id: int | None = None

    @property
    def identifier_key(self) -> tuple[int, str] | None:
        """What the lookup by identifier asks for; blank identifiers are nobody's."""
        return (self.account_id, self.identifier) if self.identifier and self.identifier.strip() else None

    @property
    def phone_key(self) -> tuple[int, str] | None:
        """What the lookup by phone number asks for; blank numbers are nobody's."""
        return (self.account_id, self.phone_number) if self.phone_number and self.phone_number.strip() else None


@dataclass(frozen=True, slots=True)
class ContactInbox:
    """A contact's presence in one inbox; its source id is what paths name."""

    id: int
    contact_id: int
    inbox_id: int
    source_id: str
    pubsub_token: str
    hmac_verified: bool
    created_at: float
    updated_at: float


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation; the API shows `display_id` as its id."""

    id: int
    account_id: int
    inbox_id: int
    contact_id: int
    contact_inbox_id: int
    display_id: int
    uuid: str
    status: str
    custom_attributes: Mapping[str, Any]
    waiting_since: float | None
    last_activity_at: float
    created_at: float
    updated_at: float
    additional_attributes: Mapping[str, Any] = field(default_factory=dict)
    assignee_id: int | None = None
    snoozed_until: float | None = None
    priority: str | None = None
    first_reply_created_at: float | None = None
    agent_last_seen_at: float | None = None
    contact_last_seen_at: float | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Message:
    """A message of any type, private notes and activities included."""

    id: int
    account_id: int
    inbox_id: int
    conversation_id: int
    message_type: MessageType
    content: str | None
    content_type: str
    content_attributes: Mapping[str, Any]
    private: bool
    status: str
    sender_type: str | None
    sender_id: int | None
    echo_id: str | None
    created_at: float
    updated_at: float

    @property
    def chat_in(self) -> int | None:
        """The conversation, if the contact may see this message in it."""
        hidden = self.private or self.message_type is MessageType.ACTIVITY
        return None if hidden else self.conversation_id

    @property
    def incoming_in(self) -> int | None:
        """The conversation, if the contact wrote this message."""
        return self.conversation_id if self.message_type is MessageType.INCOMING else None

    @property
    def outgoing_in(self) -> int | None:
        """The conversation, if an agent's side wrote this message, private notes included."""
        return self.conversation_id if self.message_type is MessageType.OUTGOING else None

    @property
    def template_in(self) -> int | None:
        """The conversation, if Chatwoot itself wrote this message."""
        return self.conversation_id if self.message_type is MessageType.TEMPLATE else None

    @property
    def survey_in(self) -> int | None:
        """The conversation, if this message asks how it was."""
        return self.conversation_id if self.content_type == "input_csat" else None

    @property
    def unread_in(self) -> int | None:
        """The conversation, if the contact has not read this message yet."""
        unread = self.message_type is not MessageType.INCOMING and self.status in UNREAD
        return self.conversation_id if unread else None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a message, with its bytes."""

    id: int
    message_id: int
    account_id: int
    file_type: str
    filename: str
    extension: str | None
    content_type: str
    data: bytes
    signed_id: str
    key: str
    created_at: float


@dataclass(frozen=True, slots=True)
class SurveyResponse:
    """What a contact answered to a satisfaction survey."""

    id: int
    account_id: int
    conversation_id: int
    message_id: int
    contact_id: int
    rating: int
    feedback_message: str | None
    assigned_agent_id: int | None
    created_at: float
    updated_at: float
