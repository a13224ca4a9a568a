"""The tables Chatwoot's rows stand in.

Every lookup a handler makes has an index here, so that a sandbox with a million conversations answers as
fast as one with three. Whoever needs a row's type takes it from here, with the tables.
"""

from __future__ import annotations

from understudy.sandbox.store import Sequences, Table, UndoLog
from understudy.services.chatwoot.rows import (
    UNREAD,
    Account,
    AgentBot,
    Attachment,
    Contact,
    ContactInbox,
    Conversation,
    Inbox,
    Message,
    MessageType,
    SurveyResponse,
    User,
    WorkingHours,
)

__all__ = [
    "UNREAD",
    "Account",
    "AgentBot",
    "Attachment",
    "Contact",
    "ContactInbox",
    "Conversation",
    "Inbox",
    "Message",
    "MessageType",
    "SurveyResponse",
    "Tables",
    "User",
    "WorkingHours",
]


class Tables:
    """The tables of one sandbox and the sequences of their ids.

    Args:
        undo: the undo log of the sandbox.
    """

    accounts: Table[Account]
    users: Table[User]
    agent_bots: Table[AgentBot]
    inboxes: Table[Inbox]
    contacts: Table[Contact]
    contact_inboxes: Table[ContactInbox]
    conversations: Table[Conversation]
    messages: Table[Message]
    attachments: Table[Attachment]
    survey_responses: Table[SurveyResponse]
    sequences: Sequences

    def __init__(self, undo: UndoLog) -> None:
        self.accounts = Table(undo)
        self.users = Table(undo)
        self.agent_bots = Table(undo)
        self.inboxes = Table(undo, unique=("identifier",))
        self.contacts = Table(undo, unique=(("account_id", "email"), "identifier_key", "phone_key"))
        self.contact_inboxes = Table(undo, unique=(("inbox_id", "source_id"), "pubsub_token"), many=("contact_id",))
        self.conversations = Table(
            undo, unique=(("account_id", "display_id"), "uuid"), many=("contact_id", "contact_inbox_id")
        )
        self.messages = Table(
            undo,
            many=("conversation_id", "chat_in", "incoming_in", "outgoing_in", "template_in", "survey_in", "unread_in"),
        )
        self.attachments = Table(undo, unique=("signed_id", "key"), many=("message_id",))
        self.survey_responses = Table(undo, unique=("message_id",), many=("contact_id",))
        self.sequences = Sequences()

    def next_id(self, table: str) -> int:
        """The next id of a table, by the table's name."""
        return self.sequences.next(table)

    def next_display_id(self, account_id: int) -> int:
        """The next conversation number of an account, shared by all its inboxes."""
        return self.sequences.next(f"display/{account_id}")
