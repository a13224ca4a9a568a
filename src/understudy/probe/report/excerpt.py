"""An excerpt of a message around the place that breaks its promise, the place marked, the rest left out with a count.

Called by `telling`. Only what is shown is masked, since a message may be large. It must not know the contract.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
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


def of_data(data: Any, parts: Sequence[str], clean: Callable[[Any], Any]) -> Excerpt:
    """The excerpt of JSON data around a place, or around its nearest parent that is there.

    Args:
        data: the data.
        parts: the place's pointer, in parts; without any, the whole is meant.
        clean: masks the secrets in some of the data, before anything of it is cut.
    """
    excerpting = _Excerpting(clean)
    return Excerpt(*excerpting.around(data, list(parts), "")) if parts else Excerpt(excerpting.whole(data))


def of_text(text: str) -> Excerpt:
    """The excerpt of a message that is no JSON: its beginning."""
    return Excerpt(_cut(text, PLACE))


class _Excerpting:
    """Writes parts of data, each cleaned before it is cut."""

    def __init__(self, clean: Callable[[Any], Any]) -> None:
        self.clean = clean

    def around(self, node: Any, parts: list[str], indent: str) -> tuple[str, str, str]:
        """The lines before a place, the place, and the lines after it."""
        keys = _keys(node)
        if not parts or parts[0] not in keys:
            return "", _cut(self.line(node), PLACE), ""
        at = keys.index(parts[0])
        first, last = max(0, at - AROUND), min(len(keys), at + AROUND + 1)
        inner = indent + "  "
        opening, closing = _brackets(node)
        head = [opening]
        if first:
            head.append(f"{inner}… {first} more")
        head += [f"{inner}{self.entry(node, key)}," for key in keys[first:at]]
        before, marked, after = self.around(_child(node, keys[at]), parts[1:], inner)
        tail = [f"{inner}{self.entry(node, key)}," for key in keys[at + 1 : last]]
        if last < len(keys):
            tail.append(f"{inner}… {len(keys) - last} more")
        label = f"{self.line(keys[at])}: " if isinstance(node, Mapping) else ""
        return (
            "\n".join(head) + f"\n{inner}{label}{before}",
            marked,
            f"{after},\n" + "".join(f"{line}\n" for line in tail) + indent + closing,
        )

    def whole(self, data: Any) -> str:
        """The beginning of data, an entry a line."""
        keys = _keys(data)
        if not keys:
            return _cut(self.line(data), PLACE)
        opening, closing = _brackets(data)
        lines = [f"  {self.entry(data, key)}," for key in keys[:ENTRIES]]
        rest = [f"  … {len(keys) - ENTRIES} more"] if len(keys) > ENTRIES else []
        return "\n".join([opening, *lines, *rest, closing])

    def entry(self, node: Any, key: str) -> str:
        """One entry, cut to fit a line."""
        text = _cut(self.line(_child(node, key)), NEIGHBOUR)
        return f"{self.line(key)}: {text}" if isinstance(node, Mapping) else text

    def line(self, value: Any) -> str:
        """Data on one line."""
        return json.dumps(self.clean(value), ensure_ascii=False)


def _brackets(node: Any) -> tuple[str, str]:
    return ("{", "}") if isinstance(node, Mapping) else ("[", "]")


def _keys(node: Any) -> list[str]:
    if isinstance(node, Mapping):
        return [str(key) for key in node]
    return [str(index) for index in range(len(node))] if isinstance(node, list) else []


def _child(node: Any, key: str) -> Any:
    return node[key] if isinstance(node, Mapping) else node[int(key)]


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[:width]}…"
