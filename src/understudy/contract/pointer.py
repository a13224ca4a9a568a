"""JSON pointers (RFC 6901), and walking a document with them.

Used wherever a place in a document or in a message is named or found.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote

Parts = tuple[str | int, ...]


def escape(part: str | int) -> str:
    """One reference token, escaped."""
    return str(part).replace("~", "~0").replace("/", "~1")


def join(parts: Iterable[str | int], start: str = "") -> str:
    """A pointer from its parts: ``join(("paths", "/pets"))`` is ``/paths/~1pets``."""
    return start + "".join("/" + escape(part) for part in parts)


def split(pointer: str) -> tuple[str, ...]:
    """The parts of a pointer; a leading ``#`` and percent-encoding, as in a ``$ref``, are understood."""
    if pointer.startswith("#"):
        pointer = unquote(pointer[1:])
    if not pointer:
        return ()
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in pointer.lstrip("/").split("/"))


def child(node: Any, part: str | int) -> Any:
    """The value of a key or index. Errors: `KeyError` where there is none."""
    if isinstance(node, (dict, Mapping)):  # most of them are plain, which is quickly seen
        return node[part if part in node else str(part)]
    if isinstance(node, list):
        try:
            return node[int(part)]
        except (ValueError, IndexError) as error:
            raise KeyError(part) from error
    raise KeyError(part)


def find(document: Any, pointer: str) -> Any:
    """The value a pointer names. Errors: `KeyError` where it names nothing."""
    return walk(document, split(pointer))


def walk(document: Any, parts: Parts) -> Any:
    """The value at a place; a reference is no way on. Errors: `KeyError` where there is none."""
    node = document
    for part in parts:
        node = child(node, part)
    return node


def follow(document: Mapping[str, Any], parts: Parts) -> tuple[Parts, Any]:
    """Walk down the parts, going through every ``$ref`` met on the way.

    Returns:
        The parts of the place where the walk ends, and the value there (never itself a reference).

    Errors: `KeyError` where the walk leads nowhere, or a chain of references never ends.
    """
    at, node = _dereference(document, (), document)
    for part in parts:
        at, node = (*at, part), child(node, part)
        if isinstance(node, Mapping) and "$ref" in node:
            at, node = _dereference(document, at, node)
    return at, node


def _dereference(document: Mapping[str, Any], at: Parts, node: Any) -> tuple[Parts, Any]:
    seen: set[str] = set()
    while isinstance(node, Mapping) and isinstance(node.get("$ref"), str):
        reference = node["$ref"]
        if reference in seen or not reference.startswith("#"):
            raise KeyError(reference)
        seen.add(reference)
        at, node = split(reference), find(document, reference)
    return at, node
