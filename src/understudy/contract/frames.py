"""Which event a websocket's text frame carries, as the document of events names it.

ActionCable puts an event into `message`, and marks the frames of the cable itself by `type`; a document may describe
the latter under ``cable.`` and that type. Called wherever sockets between others are judged. It must not judge.
"""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import orjson


def event_of(text: str | bytes, documented: Container[str]) -> tuple[str, Any] | None:
    """The event's name and its data; None for a frame that carries none.

    Args:
        text: the frame's text, as the deployment sent it.
        documented: the names of the documented events.
    """
    try:
        frame = orjson.loads(text)
    except orjson.JSONDecodeError:
        return None
    if not isinstance(frame, dict):
        return None
    kind, message = frame.get("type"), frame.get("message")
    if isinstance(kind, str):
        return (name, frame) if (name := f"cable.{kind}") in documented else None
    if isinstance(message, dict) and isinstance(message.get("event"), str):
        return message["event"], message.get("data")
    return None
