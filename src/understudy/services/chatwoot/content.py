"""What a message that is more than text must carry: the content types an agent's side writes, and their items.

Asked of a script's answers when they are read; what agents write is held to the same by `agent.yaml`. The rules for
items of a choice and of cards are Chatwoot's own; it takes forms and articles as they come, and so a little more is
asked here: what its widget needs to show them. It must not know who writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Items:
    """The items of a content type: the keys each must have, and the keys it may have besides."""

    needed: tuple[str, ...]
    allowed: tuple[str, ...] = ()


# None: a message of this type has no items.
KINDS: Mapping[str, Items | None] = {
    "text": None,
    "input_email": None,
    "input_select": Items(("title", "value")),
    "cards": Items(("title", "actions"), ("description", "media_url")),
    "form": Items(
        ("name", "type", "label"),
        ("placeholder", "default", "options", "required", "pattern", "pattern_error", "title", "value"),
    ),
    "article": Items(("title", "link"), ("description",)),
}
ACTION = Items(("type", "text"), ("uri", "payload"))


def faults(content_type: str, attributes: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with a message's attributes, each as the end of a sentence.

    Args:
        content_type: a key of `KINDS`.
        attributes: the content attributes.
    """
    kind, items = KINDS[content_type], attributes.get("items")
    if kind is None:
        if items:
            yield f"has items, which a message of type {content_type} does not show; leave them out"
        return
    if not isinstance(items, list) or not items:
        yield f"has no items; a message of type {content_type} needs at least one, with {', '.join(kind.needed)}"
        return
    for index, item in enumerate(items):
        yield from _item(item, kind, f"items[{index}]")
        if content_type == "cards" and isinstance(item, Mapping) and "actions" in item:
            yield from _actions(item["actions"], f"items[{index}].actions")


def _actions(actions: Any, where: str) -> Iterator[str]:
    if not isinstance(actions, list) or not actions:
        yield f"has no {where}; a card needs at least one action, with {', '.join(ACTION.needed)}"
        return
    for index, action in enumerate(actions):
        yield from _item(action, ACTION, f"{where}[{index}]")


def _item(item: Any, kind: Items, where: str) -> Iterator[str]:
    if not isinstance(item, Mapping):
        yield f"has {where} that is no object; write one with {', '.join(kind.needed)}"
        return
    for key in kind.needed:
        if key not in item:
            yield f"has {where} without {key!r}"
    for key in item:
        if key not in kind.needed + kind.allowed:
            yield f"has {where} with {key!r}; it may have {', '.join(kind.needed + kind.allowed)}"
