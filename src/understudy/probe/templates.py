"""Fills in what a scenario leaves open: ``${name}`` becomes what was given, captured or worked out.

A text that is one name alone becomes the value itself, whatever its type; within a longer text it becomes text. A
mapping with the one key of a function is worked out. Called by `play`.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import unquote

import orjson

from understudy.contract.multipart import File

_NAME = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


class UnknownNameError(Exception):
    """A name that nobody gave or captured.

    Attributes:
        name: the name.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


def fill(value: Any, known: Mapping[str, Any]) -> Any:
    """The value with every name in it replaced, and every function worked out.

    Errors: `UnknownNameError`.
    """
    if isinstance(value, str):
        return _fill_text(value, known)
    if isinstance(value, list):
        return [fill(item, known) for item in value]
    if isinstance(value, Mapping):
        if len(value) == 1 and (function := FUNCTIONS.get(name := next(iter(value)))) is not None:
            return function(fill(value[name], known))
        return {key: fill(item, known) for key, item in value.items()}
    return value


def names(value: Any) -> set[str]:
    """Every name that a value leaves open."""
    if isinstance(value, str):
        return set(_NAME.findall(value))
    if isinstance(value, list):
        return {name for item in value for name in names(item)}
    if isinstance(value, Mapping):
        return {name for item in value.values() for name in names(item)}
    return set()


def _fill_text(text: str, known: Mapping[str, Any]) -> Any:
    whole = _NAME.fullmatch(text)
    if whole is not None:
        return _known(whole.group(1), known)
    return _NAME.sub(lambda match: _as_text(_known(match.group(1), known)), text)


def _known(name: str, known: Mapping[str, Any]) -> Any:
    if name not in known:
        raise UnknownNameError(name)
    return known[name]


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _hmac_sha256(given: Any) -> str:
    key, text = given
    return hmac.digest(str(key).encode(), str(text).encode(), "sha256").hex()


def _repeat(given: Any) -> str:
    text, times = given
    return str(text) * int(times)


def _file(given: Any) -> File:
    if isinstance(given, Mapping):  # as a corpus writes one
        return File(given["filename"], given["content_type"], base64.b64decode(given["base64"]))
    filename, content_type, text = given
    return File(str(filename), str(content_type), str(text).encode())


FUNCTIONS: Mapping[str, Callable[[Any], Any]] = {
    "$hmac_sha256": _hmac_sha256,
    "$repeat": _repeat,
    "$file": _file,
    "$unquote": lambda given: unquote(str(given)),
}
"""What can be worked out, by the key that asks for it: ``$hmac_sha256: [key, text]``, ``$repeat: [text, times]``,
``$file: [name, media type, text]``, which is a part of a form, and ``$unquote: text``, out of a URL."""
