"""What sockets and webhooks would hear of a shop, and an agent at work in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from shop import Shop
from understudy.sandbox.bus import Broadcast, Delivery

Heard = tuple[str, Any]


def token_of(shop: Shop, source_id: str = "ann", place: str = "shop") -> str:
    """The stream of a contact in an inbox."""
    inbox = shop.tables.inboxes.one("identifier", place)
    token: str = shop.tables.contact_inboxes.one(("inbox_id", "source_id"), (inbox.id, source_id)).pubsub_token
    return token


class Ear:
    """Whoever listens to one contact's stream.

    Args:
        shop: the shop.
        source_id: the contact.
        place: the inbox.
    """

    def __init__(self, shop: Shop, source_id: str = "ann", place: str = "shop") -> None:
        self.heard: list[Heard] = []
        self.end = shop.sandbox.bus.subscribe(token_of(shop, source_id, place), self._hear)

    def _hear(self, broadcast: Broadcast, _stream: str) -> None:
        self.heard.append((broadcast.event, orjson.loads(orjson.dumps(broadcast.data))))

    def take(self) -> list[Heard]:
        """What was heard since last asked."""
        heard, self.heard = self.heard, []
        return heard

    def names(self) -> list[str]:
        """The names of what was heard since last asked; of messages their type too."""
        return [
            f"{event}({data['message_type']})" if event == "message.created" else event for event, data in self.take()
        ]

    def only(self) -> Any:
        """The data of the one event heard since last asked."""
        ((_, data),) = self.take()
        return data


def hooked(shop: Shop, place: str = "shop") -> list[Delivery]:
    """Take a shop's post: the deliveries that are to be sent, as they come."""
    found: list[Delivery] = []
    shop.sandbox.bus.post = found.append
    assert shop.tables.inboxes.one("identifier", place).webhook_url
    return found


def act(shop: Shop, do: Callable[..., Any], number: int = 1, *given: Any, **named: Any) -> Any:
    """Let something be done to a conversation by the functions that both sides use."""
    with shop.sandbox.transaction():
        return do(shop.sandbox, shop.tables.conversations[number], *given, **named)
