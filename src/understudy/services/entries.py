"""Reads the entries of a seed and says precisely what is wrong with one.

Called by every service that plants one. A fault is a `ValueError` that names the entry, the key and the fix, since the
file was written by hand by somebody who wants to go on. It must not know what the entries mean.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any, TypeVar

Value = TypeVar("Value")

_DURATION = re.compile(r"(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?")
_UNITS = (86400, 3600, 60, 1)


class Entry:
    """One object of the seed.

    Args:
        data: what stands there.
        where: how to name it to people, e.g. ``inboxes[0]``.
        keys: the keys it may have.

    Errors: `ValueError` where it is no object, or has a key it may not have.
    """

    def __init__(self, data: Any, where: str, keys: tuple[str, ...]) -> None:
        if not isinstance(data, Mapping):
            raise ValueError(  # noqa: TRY004 - to who wrote the file, every fault in it is of one kind
                f"{where} is a {_kind(data)}; write an object with keys such as {', '.join(keys[:3])}"
            )
        self.data = data
        self.where = where
        for key in data:
            if key not in keys:
                close = get_close_matches(str(key), keys, 1)
                hint = f"did you mean {close[0]!r}?" if close else f"it may have: {', '.join(keys)}"
                raise self.fault(f"has the unknown key {key!r}; {hint}")

    def fault(self, what: str) -> ValueError:
        """An error about this entry."""
        return ValueError(f"{self.where} {what}")

    def has(self, key: str) -> bool:
        """Whether the key is there with a value."""
        return self.data.get(key) is not None

    def text(self, key: str, default: str | None = None) -> str:
        """A text; without a default it must be there."""
        value = self.optional(key, str, "a text (in quotes, if it looks like a number)")
        if value is None:
            if default is None:
                raise self.fault(f"needs {key!r}")
            return default
        return value

    def maybe(self, key: str) -> str | None:
        """A text, or None where there is none."""
        return self.optional(key, str, "a text (in quotes, if it looks like a number)")

    def flag(self, key: str, *, default: bool = False) -> bool:
        """True or false."""
        value = self.optional(key, bool, "true or false")
        return default if value is None else value

    def object(self, key: str) -> dict[str, Any]:
        """An object with free keys; empty where there is none."""
        return self.optional(key, dict, "an object") or {}

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where there is none."""
        value = self.optional(key, list, "a list of texts") or []
        if not all(isinstance(item, str) for item in value):
            raise self.fault(f"has {key} that are not all texts; put them in quotes")
        return tuple(value)

    def choice(self, key: str, choices: tuple[str, ...], default: str) -> str:
        """One of some texts."""
        value = self.text(key, default)
        if value not in choices:
            raise self.fault(f"has {key}: {value!r}; choose one of: {', '.join(choices)}")
        return value

    def seconds(self, key: str, default: float | None = None) -> float | None:
        """A span of time such as ``2h 5m``, in seconds."""
        value = self.maybe(key)
        if value is None:
            return default
        match = _DURATION.fullmatch(value.strip())
        if match is None or not any(match.groups()):
            raise self.fault(f"has {key}: {value!r}; write a span of time such as 45s, 10m, 2h or '3d 4h'")
        return float(sum(int(count) * unit for count, unit in zip(match.groups(), _UNITS, strict=True) if count))

    def bytes(self, key: str) -> bytes:
        """Bytes, written in base64."""
        value = self.text(key)
        try:
            return base64.b64decode("".join(value.split()), validate=True)
        except (binascii.Error, ValueError):
            raise self.fault(f"has {key!r} that is not base64; encode the file's bytes with it") from None

    def entries(self, key: str, keys: tuple[str, ...]) -> list[Entry]:
        """The entries of a list; empty where there is none."""
        value = self.optional(key, list, "a list")
        return [Entry(item, f"{self._prefix()}{key}[{index}]", keys) for index, item in enumerate(value or [])]

    def entry(self, key: str, keys: tuple[str, ...]) -> Entry:
        """An entry below this one; empty where there is none."""
        return Entry(self.object(key), f"{self._prefix()}{key}", keys)

    def optional(self, key: str, kind: type[Value], wanted: str) -> Value | None:
        """A value of a type, or None where there is none."""
        value = self.data.get(key)
        if value is not None and not isinstance(value, kind):
            raise self.fault(f"has {key}: {value!r}, a {_kind(value)}; write {wanted}")
        return value

    def _prefix(self) -> str:
        return "" if self.where == "the seed" else f"{self.where}."


_KINDS = {dict: "object", list: "list", str: "text", bool: "boolean", int: "number", float: "number"}


def _kind(value: Any) -> str:
    return _KINDS.get(type(value), "null" if value is None else type(value).__name__)
