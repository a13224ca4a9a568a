"""The Chatwoot documents as tests want them: their files, their effective forms, and what these refer to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from understudy.bundled import SPEC
from understudy.contract import pointer

PUBLISHED = SPEC / "chatwoot/client_swagger.yaml"
OBSERVED = SPEC / "chatwoot/observed.overlay.yaml"
RELEASE_4_13 = SPEC / "chatwoot/release-4.13.overlay.yaml"
REFUSALS = SPEC / "understudy/refusals.overlay.yaml"
OVERLAYS = (OBSERVED, RELEASE_4_13, REFUSALS)

# What is served, by release, in the observed profile.
EFFECTIVE = {"later": (OBSERVED, REFUSALS), "4.13": (OBSERVED, RELEASE_4_13, REFUSALS)}


def references(node: Any) -> Iterator[str]:
    """Every ``$ref`` below a node."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "$ref" and isinstance(value, str):
                yield value
            else:
                yield from references(value)
    elif isinstance(node, list):
        for item in node:
            yield from references(item)


def reachable(document: dict[str, Any]) -> set[tuple[str, str]]:
    """Kind and name of every component that the paths lead to."""
    found: set[str] = set()
    waiting = list(references(document["paths"]))
    while waiting:
        reference = waiting.pop()
        if reference not in found:
            found.add(reference)
            waiting.extend(references(pointer.find(document, reference)))
    return {(parts[1], parts[2]) for parts in map(pointer.split, found)}
