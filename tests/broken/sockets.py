"""Bugs of the websocket, apart from all others: they need a played Chatwoot that tells of events on `/cable`.

A bug changes the frames on their way to a client: each data frame may become none, another, or several.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from broken.bug import Answer, Asked, Bug, Frames, Real

Frame = dict[str, Any]


def event(name: str, change: Callable[[Frame], list[Frame]]) -> Frames:
    """Change the frames of one event."""

    def frames(frame: Frame, _: dict[Any, Any]) -> list[Frame]:
        return change(frame) if frame["message"].get("event") == name else [frame]

    return frames


def data(**changes: Any) -> Callable[[Frame], list[Frame]]:
    """An event whose payload says something else; a change to `...` takes the key away."""

    def change(frame: Frame) -> list[Frame]:
        said = {**frame["message"]["data"], **changes}
        kept = {key: value for key, value in said.items() if value is not ...}
        return [{**frame, "message": {**frame["message"], "data": kept}}]

    return change


def _late(frame: Frame, memory: dict[Any, Any]) -> list[Frame]:
    """Each event comes when the next one does."""
    waiting = memory.get("waiting")
    memory["waiting"] = frame
    return [waiting] if waiting else []


async def _echoed(asked: Asked, real: Real) -> Answer:
    answer = await real(asked)
    for cable in list(asked.memory["cables"]):
        await cable.tell({"event": "conversation.typing_on", "data": {"account_id": 1, "is_private": False}})
    return answer


TOLD = "create-a-message"
SOCKETS: tuple[Bug, ...] = (
    Bug("event-missing", "a message is not told", "law", TOLD, at=("message-created",),
        frames=event("message.created", lambda _: [])),
    Bug("event-twice", "a message is told twice", "law", TOLD, at=("message-created",),
        frames=event("message.created", lambda frame: [frame, frame])),
    Bug("event-late", "an event comes when the next one does", "law", TOLD, frames=_late,
        at=("conversation-created", "message-created", "conversation-status-changed")),
    Bug("event-to-all", "a message is told to everybody who listens", "law", TOLD, at=("message-created",),
        to_all=True),
    Bug("event-without-key", "a told message has no content_type", "document", TOLD, "schema-required",
        at=("message-created",), frames=event("message.created", data(content_type=...))),
    Bug("event-in-milliseconds", "a told message is of another moment than the message", "law", TOLD,
        where="/body/created_at", at=("message-created",),
        frames=event("message.created", data(created_at=1_700_000_000_000))),
    Bug("event-without-echo", "a told message has lost its echo_id", "law", TOLD, where="/body/echo_id",
        at=("message-created",), frames=event("message.created", data(echo_id=...))),
    Bug("event-stale", "a change of status tells the status before", "law", "resolve-conversation",
        where="/body/status", at=("conversation-status-changed",),
        frames=event("conversation.status_changed", data(status="open"))),
    Bug("typing-echoed", "a contact is told of their own typing", "law", "toggle-typing-status",
        at=("conversation-typing-on",), around=_echoed),
)  # fmt: skip
