"""Opening a conversation: who asks, for which business, with whom, on which channel.

The handler of Pingback's one operation. It looks at the token first, then at the fields, then at the channel, so that
a request with several faults hears of the one that must be mended first.
"""

from __future__ import annotations

import re
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.pingback.refusals import invalid_channel, unauthorized, unprocessable
from understudy.services.pingback.shapes import conversation_shape
from understudy.services.pingback.tables import Business, Channel, Conversation, Message, Tables
from understudy.services.service import Params, Reply

# The page does not state it. This is the one place that chooses; the observed document takes 200 as well.
CREATED = 201

_BEARER = re.compile(r"bearer +(\S+)", re.IGNORECASE)
UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}", re.IGNORECASE)


def tables_of(sandbox: Sandbox) -> Tables:
    """The sandbox's tables, by their type."""
    tables: Tables = sandbox.tables
    return tables


def create_conversation(sandbox: Sandbox, params: Params) -> Reply:
    """Open a conversation under the business of the token's account."""
    tables = tables_of(sandbox)
    business = _business_of(tables, params)
    body = params.body if isinstance(params.body, dict) else {}
    errors = _errors(tables, business, body)
    if errors:
        raise unprocessable(errors)
    channel = _default_channel(tables, business)
    customer_id = _uuid(body.get("customer_id"))
    conversation = open_conversation(sandbox, business, channel, customer_id, body.get("initial_message"))
    return Reply(conversation_shape(tables, conversation), CREATED)


def open_conversation(
    sandbox: Sandbox, business: Business, channel: Channel, customer_id: str | None, initial_message: str | None
) -> Conversation:
    """A new conversation; an initial message that is not empty is its agent's first response."""
    tables, now = tables_of(sandbox), sandbox.clock.time()
    conversation = tables.conversations.add(
        Conversation(
            id=sandbox.uuid(),
            business_id=business.id,
            customer_id=customer_id,
            assignee_id=None,
            status="open",
            channel_id=channel.id,
            channel_type=channel.type,
            first_response_at=now if initial_message else None,
            created_at=now,
            updated_at=now,
        )
    )
    if initial_message:
        number = len(tables.messages) + 1
        tables.messages.add(
            Message(number, sandbox.uuid(), conversation.id, "agent", business.agent_id, initial_message, now)
        )
    return conversation


def _business_of(tables: Tables, params: Params) -> Business:
    """The business that the bearer token speaks for."""
    match = _BEARER.fullmatch(params.headers.get("authorization", "").strip())
    business = tables.businesses.one("token", match.group(1)) if match else None
    if business is None:
        raise unauthorized()
    return business


def _default_channel(tables: Tables, business: Business) -> Channel:
    channel = tables.channels.get(business.default_channel_id)
    if channel is None or channel.business_id != business.id:
        raise invalid_channel()
    return channel


def _errors(tables: Tables, business: Business, body: dict[str, Any]) -> dict[str, str]:
    """What is wrong with each field.

    An id that is nobody's and one that is somebody else's are told in the same words: who asks must not learn which.
    """
    errors = {}
    if "business_id" not in body:
        errors["business_id"] = "is missing"
    elif _uuid(body["business_id"]) != business.id:
        errors["business_id"] = "must be the id of the token's own business"
    if "customer_id" in body:
        customer = tables.customers.get(_uuid(body["customer_id"]))
        if customer is None or customer.business_id != business.id:
            errors["customer_id"] = "must be the id of a customer of the business"
    if "initial_message" in body and not isinstance(body["initial_message"], str):
        errors["initial_message"] = "must be a text"
    return errors


def _uuid(value: Any) -> str | None:
    """A UUID in lower case; None for anything else."""
    return value.lower() if isinstance(value, str) and UUID.fullmatch(value) else None
