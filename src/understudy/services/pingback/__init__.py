"""Pingback's conversations, played with real state: businesses, their tokens, channels, agents and customers.

The server discovers `SERVICE` through its entry point. `HANDLERS` is the whole list of what is played: an operation of
the document on the left, the function that plays it on the right.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from understudy.services.pingback.conversations import create_conversation
from understudy.services.pingback.refusals import malformed, unrouted
from understudy.services.pingback.seed import introduce, plant
from understudy.services.pingback.tables import Tables
from understudy.services.service import Handler, Service

HANDLERS: Mapping[str, Handler] = MappingProxyType({"create-conversation": create_conversation})

SERVICE = Service(
    name="pingback",
    title="Pingback conversations",
    document="pingback/conversations.yaml",
    overlays=("pingback/observed.overlay.yaml",),
    seed="pingback/seed.yaml",
    handlers=HANDLERS,
    tables=Tables,
    plant=plant,
    introduce=introduce,
    unrouted=unrouted,
    malformed=malformed,
    scenarios="pingback/scenarios",
)
