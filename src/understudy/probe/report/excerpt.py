"""An excerpt of a message around the place that breaks its promise, the place marked, the rest left out with a count.

Called by `telling` with data that is masked already. It must not know the contract.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

AROUND = 2
"""How many neighbours of the place are shown on either side."""
ENTRIES = 12
"""How many entries are shown where the whole is meant."""
NEIGHBOUR = 60
"""How much of a neighbour is shown, in characters."""
PLACE = 400
"""How much of the place itself is shown, in characters."""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Some lines of a message.

    Attributes:
        before: the lines before the place.
        marked: the place; empty where the whole message is meant.
        after: the lines after it.
    """

    before: str = ""
    marked: str = ""
    after: str = ""

    @property
    def text(self) -> str:
        """The lines without a mark."""
        return self.before + self.marked + self.after


def of_data(data: Any, parts: Sequence[str]) -> Excerpt:
    """The excerpt of JSON data around a place, or around its nearest parent that is there.

    Args:
        data: the data.
        parts: the place's pointer, in parts; without any, the whole is meant.
    """
    if not parts:
        return Excerpt(_whole(data))
    before, marked, after = _around(data, list(parts), "")
    return Excerpt(before, marked, after)


def of_text(text: str) -> Excerpt:
    """The excerpt of a message that is no JSON: its beginning."""
    return Excerpt(_cut(text, PLACE))


def _around(node: Any, parts: list[str], indent: str) -> tuple[str, str, str]:
    keys = _keys(node)
    if not parts or parts[0] not in keys:
        return "", _cut(_line(node), PLACE), ""
    at = keys.index(parts[0])
    first, last = max(0, at - AROUND), min(len(keys), at + AROUND + 1)
    inner = indent + "  "
    opening, closing = "{}" if isinstance(node, Mapping) else "[]"
    head = [opening]
    if first:
        head.append(f"{inner}… {first} more")
    head += [f"{inner}{_entry(node, key)}," for key in keys[first:at]]
    before, marked, after = _around(_child(node, keys[at]), parts[1:], inner)
    tail = [f"{inner}{_entry(node, key)}," for key in keys[at + 1 : last]]
    if last < len(keys):
        tail.append(f"{inner}… {len(keys) - last} more")
    label = f"{_line(keys[at])}: " if isinstance(node, Mapping) else ""
    return (
        "\n".join(head) + f"\n{inner}{label}{before}",
        marked,
        f"{after},\n" + "".join(f"{line}\n" for line in tail) + indent + closing,
    )


def _whole(data: Any) -> str:
    """The beginning of data, an entry a line."""
    keys = _keys(data)
    if not keys:
        return _cut(_line(data), PLACE)
    opening, closing = "{}" if isinstance(data, Mapping) else "[]"
    lines = [f"  {_entry(data, key)}," for key in keys[:ENTRIES]]
    rest = [f"  … {len(keys) - ENTRIES} more"] if len(keys) > ENTRIES else []
    return "\n".join([opening, *lines, *rest, closing])


def _keys(node: Any) -> list[str]:
    if isinstance(node, Mapping):
        return [str(key) for key in node]
    return [str(index) for index in range(len(node))] if isinstance(node, list) else []


def _child(node: Any, key: str) -> Any:
    return node[key] if isinstance(node, Mapping) else node[int(key)]


def _entry(node: Any, key: str) -> str:
    text = _cut(_line(_child(node, key)), NEIGHBOUR)
    return f"{_line(key)}: {text}" if isinstance(node, Mapping) else text


def _line(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[:width]}…"
