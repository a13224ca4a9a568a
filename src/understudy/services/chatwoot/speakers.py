"""Who speaks in a seed besides contacts: agents and bots, by the handle that messages name them with.

Called by `seed` and `history`. A handle is ours: with it a seed and the control plane name somebody, where Chatwoot
has ids.
"""

from __future__ import annotations

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.tables import AgentBot, MessageType, User
from understudy.services.entries import Entry

USER = ("handle", "name", "display_name", "email", "avatar_url", "availability")
BOT = ("handle", "name", "avatar_url")
AVAILABILITIES = ("online", "busy", "offline")

Speaker = tuple[MessageType, str | None, int | None]
"""The type of message they write, their own type, and their id; a contact's depends on the conversation."""
Speakers = dict[str, Speaker]


def plant_speakers(sandbox: Sandbox, seed: Entry, account_id: int) -> Speakers:
    """Users and bots, by the handle that messages name them with; besides them, three that are always there."""
    tables = tables_of(sandbox)
    speakers: Speakers = {
        "contact": (MessageType.INCOMING, "Contact", None),
        "template": (MessageType.TEMPLATE, None, None),
        "activity": (MessageType.ACTIVITY, None, None),
    }
    for entry in seed.entries("users", USER):
        user = User(
            id=tables.next_id("users"),
            account_id=account_id,
            name=entry.text("name"),
            display_name=entry.maybe("display_name"),
            email=entry.text("email", ""),
            avatar_url=entry.text("avatar_url", ""),
            availability=entry.choice("availability", AVAILABILITIES, "online"),
            handle=entry.text("handle"),
        )
        tables.users.add(user)
        _name(speakers, entry, (MessageType.OUTGOING, "User", user.id))
    for entry in seed.entries("agent_bots", BOT):
        bot_id = tables.next_id("agent_bots")
        bot = AgentBot(bot_id, account_id, entry.text("name"), entry.text("avatar_url", ""), entry.text("handle"))
        tables.agent_bots.add(bot)
        _name(speakers, entry, (MessageType.OUTGOING, "AgentBot", bot_id))
    return speakers


def _name(speakers: Speakers, entry: Entry, speaker: Speaker) -> None:
    handle = entry.text("handle")
    if handle in speakers:
        raise entry.fault(f"has handle: {handle!r}, which is taken; choose another")
    speakers[handle] = speaker


def speaker_named(speakers: Speakers, entry: Entry, key: str, kinds: tuple[str | None, ...]) -> Speaker:
    """The speaker a key names, which must be of one of these kinds."""
    handle = entry.text(key)
    if handle not in speakers or speakers[handle][1] not in kinds:
        known = ", ".join(name for name, speaker in speakers.items() if speaker[1] in kinds) or "none is planted"
        raise entry.fault(f"has {key}: {handle!r}, which nobody is called here; choose one of: {known}")
    return speakers[handle]
