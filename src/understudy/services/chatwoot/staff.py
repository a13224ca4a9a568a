"""Who acts on the agents' side: an agent or a bot, found by what people call them.

Called by the handlers of the control plane and by scripts. Chatwoot knows whom a token belongs to; here a request
says who acts, and if it does not, it is the one who would most likely be at it.
"""

from __future__ import annotations

from collections.abc import Iterable

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import tables_of
from understudy.services.chatwoot.tables import AgentBot, Conversation, Tables, User
from understudy.services.service import Params, Refusal

Actor = User | AgentBot

NOT_FOUND, IMPOSSIBLE = 404, 422


def actor_of(sandbox: Sandbox, params: Params, conversation: Conversation) -> Actor:
    """Who acts: whom ``agent`` names, else the conversation's assignee, else the first agent, else the first bot.

    Errors: `Refusal` where nobody has that name, or nobody is there at all.
    """
    named = params.get("agent")
    if named is not None:
        return somebody_named(sandbox, named)
    found = usual_actor(tables_of(sandbox), conversation)
    if found is None:
        raise Refusal(IMPOSSIBLE, "Nobody can act here: the seed has no agents. Add one to its users, with a handle.")
    return found


def usual_actor(tables: Tables, conversation: Conversation) -> Actor | None:
    """The conversation's assignee, else the first agent, else the first bot; None where nobody is there."""
    if conversation.assignee_id is not None:
        return tables.users[conversation.assignee_id]
    return next(iter((*tables.users, *tables.agent_bots)), None)


def somebody_named(sandbox: Sandbox, name: object) -> Actor:
    """The agent or bot with this handle, e-mail or id; ids are agents'.

    Errors: `Refusal` where nobody is called so.
    """
    tables = tables_of(sandbox)
    found = _agent(tables, name) or _handled(tables.agent_bots, name)
    if found is None:
        raise Refusal(NOT_FOUND, _nobody("Nobody", name, (*tables.users, *tables.agent_bots)))
    return found


def agent_named(sandbox: Sandbox, name: object) -> User:
    """The agent with this handle, e-mail or id.

    Errors: `Refusal` where no agent is called so.
    """
    users = tables_of(sandbox).users
    found = _agent(tables_of(sandbox), name)
    if found is None:
        raise Refusal(NOT_FOUND, _nobody("No agent", name, users))
    return found


def bot_named(sandbox: Sandbox, name: object) -> AgentBot:
    """The bot with this handle.

    Errors: `Refusal` where no bot is called so.
    """
    bots = tables_of(sandbox).agent_bots
    found = _handled(bots, name)
    if found is None:
        raise Refusal(NOT_FOUND, _nobody("No bot", name, bots))
    return found


def performer_of(actor: Actor) -> User | None:
    """Who is told to have done it: agents are, bots are not."""
    return actor if isinstance(actor, User) else None


def sender_type(actor: Actor) -> str:
    """What a message says of who wrote it."""
    return "User" if isinstance(actor, User) else "AgentBot"


def _agent(tables: Tables, name: object) -> User | None:
    said = str(name)
    for user in tables.users:  # a handful, however many conversations there are
        if said in (user.handle, str(user.id)) or (user.email and said.lower() == user.email.lower()):
            return user
    return None


def _handled(bots: Iterable[AgentBot], name: object) -> AgentBot | None:
    return next((bot for bot in bots if bot.handle == name), None)


def _nobody(what: str, name: object, known: Iterable[Actor]) -> str:
    handles = ", ".join(actor.handle or f"id {actor.id}" for actor in known)
    return f"{what} is called {name!r} here. " + (f"Name one of: {handles}." if handles else "The seed has none.")
