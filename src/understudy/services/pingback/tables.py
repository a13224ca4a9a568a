"""The rows Pingback keeps, and the tables they stand in.

Ids are UUIDs in lower case, times seconds since the Unix epoch. What a request is looked up by has an index here. Rows
know no JSON shape.
"""

from __future__ import annotations

from dataclasses import dataclass

from understudy.sandbox.store import Table, UndoLog


@dataclass(frozen=True, slots=True)
class Business:
    """A business, with the token of its account.

    Attributes:
        id: UUID.
        name: what people call it.
        token: the bearer token that speaks for it.
        default_channel_id: the channel of its conversations; it may name a channel that is not there, or not its own.
        agent_id: the agent in whose name initial messages are sent.
    """

    id: str
    name: str
    token: str
    default_channel_id: str | None
    agent_id: str


@dataclass(frozen=True, slots=True)
class Channel:
    """A way to reach customers, e.g. of the type ``whatsapp``."""

    id: str
    business_id: str
    type: str


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody who answers for a business."""

    id: str
    business_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Customer:
    """Somebody whom a business knows."""

    id: str
    business_id: str
    name: str
    email: str | None
    phone: str | None
    external_id: str | None
    created_at: float


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation, linked to a customer or not."""

    id: str
    business_id: str
    customer_id: str | None
    assignee_id: str | None
    status: str
    channel_id: str
    channel_type: str
    first_response_at: float | None
    created_at: float
    updated_at: float


@dataclass(frozen=True, slots=True)
class Message:
    """Something said; `number` counts the messages of all conversations, in the order they were written."""

    number: int
    id: str
    conversation_id: str
    sender_type: str
    sender_id: str
    content: str
    created_at: float


class Tables:
    """The tables of one sandbox.

    Args:
        undo: the undo log of the sandbox.
    """

    def __init__(self, undo: UndoLog) -> None:
        self.businesses: Table[Business] = Table(undo, unique=("token",))
        self.channels: Table[Channel] = Table(undo)
        self.agents: Table[Agent] = Table(undo)
        self.customers: Table[Customer] = Table(undo)
        self.conversations: Table[Conversation] = Table(undo)
        self.messages: Table[Message] = Table(undo, key="number", many=("conversation_id",))
