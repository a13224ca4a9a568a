"""Plants the first state of a sandbox from a seed's data, and introduces it to people.

Called by the server with the parsed file. A business's default channel is planted as it stands there, also where no
such channel is to be found: that is how a client meets the 400. It must not read a file.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Mapping
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.sandbox.store import Table
from understudy.services.entries import Entry
from understudy.services.pingback.conversations import UUID, tables_of
from understudy.services.pingback.tables import Agent, Business, Channel, Customer

SEED = ("businesses",)
BUSINESS = ("id", "name", "token", "default_channel", "channels", "agents", "customers")
CHANNEL = ("id", "type")
AGENT = ("id", "name")
CUSTOMER = ("id", "name", "email", "phone", "external_id", "ago")
PATH = "/api/v1/conversations/"


def plant(sandbox: Sandbox, data: Mapping[str, Any]) -> None:
    """Fill a new sandbox.

    Errors: `ValueError` that names the entry at fault and the fix.
    """
    for entry in Entry(data, "the seed", SEED).entries("businesses", BUSINESS):
        _plant_business(sandbox, entry)


def _plant_business(sandbox: Sandbox, entry: Entry) -> None:
    tables, business_id = tables_of(sandbox), _uuid(entry, "id")
    agents = entry.entries("agents", AGENT)
    if not agents:
        raise entry.fault("needs an agent in 'agents': initial messages are sent in the name of the first one")
    token = entry.text("token")
    if not token or any(char.isspace() for char in token) or not token.isascii():
        raise entry.fault(f"has token: {token!r}, which no header can carry; write it in ASCII without spaces")
    business = Business(
        id=business_id,
        name=entry.text("name"),
        token=token,
        default_channel_id=_uuid(entry, "default_channel") if entry.has("default_channel") else None,
        agent_id=_uuid(agents[0], "id"),
    )
    _add(entry, tables.businesses, business)
    for agent in agents:
        _add(agent, tables.agents, Agent(_uuid(agent, "id"), business_id, agent.text("name")))
    for channel in entry.entries("channels", CHANNEL):
        _add(channel, tables.channels, Channel(_uuid(channel, "id"), business_id, channel.text("type")))
    for customer in entry.entries("customers", CUSTOMER):
        _plant_customer(sandbox, customer, business_id)


def _plant_customer(sandbox: Sandbox, entry: Entry, business_id: str) -> None:
    customer = Customer(
        id=_uuid(entry, "id"),
        business_id=business_id,
        name=entry.text("name"),
        email=entry.maybe("email"),
        phone=entry.maybe("phone"),
        external_id=entry.maybe("external_id"),
        created_at=sandbox.clock.time() - (entry.seconds("ago") or 0.0),
    )
    _add(entry, tables_of(sandbox).customers, customer)


def _add(entry: Entry, table: Table[Any], row: Any) -> None:
    try:
        table.add(row)
    except KeyError as error:
        raise entry.fault(f"is another one's double: {error.args[0]}; choose another id or token") from None


def _uuid(entry: Entry, key: str) -> str:
    value = entry.text(key)
    if not UUID.fullmatch(value):
        raise entry.fault(f"has {key}: {value!r}, which is no UUID; write 32 hex digits as 8-4-4-4-12")
    return value.lower()


def introduce(sandbox: Sandbox) -> Mapping[str, str]:
    """The first business whose channel is in order, its token, and what to tell curl to open a conversation."""
    tables = tables_of(sandbox)
    for business in tables.businesses:
        channel = tables.channels.get(business.default_channel_id)
        if channel is not None and channel.business_id == business.id:
            body = json.dumps({"business_id": business.id, "initial_message": "Hello!"})
            told = ["-H", f"Authorization: Bearer {business.token}", "-H", "Content-Type: application/json", "-d", body]
            return {"business": business.id, "token": business.token, "try": f"{PATH} {shlex.join(told)}"}
    return {}
