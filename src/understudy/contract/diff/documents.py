"""Compares two whole documents. The door to this package, called by whoever has loaded them.

Components are compared where they are used. One that nothing uses is no promise to anybody, so what happens to it is
prose; so is what the document says of itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.contract import pointer
from understudy.contract.bundling import FILES
from understudy.contract.diff.canonical import same
from understudy.contract.diff.changes import Change, Difference, Findings, Use
from understudy.contract.diff.messages import Messages
from understudy.contract.diff.operations import PATHS, WEBHOOKS, Operations
from understudy.contract.diff.parameters import Parameters
from understudy.contract.diff.prose import remarks, told
from understudy.contract.diff.schemas import Schemas
from understudy.contract.diff.security import Security
from understudy.contract.diff.spot import Spot
from understudy.contract.document import Document

_COMPARED = frozenset({"openapi", "info", "paths", "webhooks", "components", "security", "servers", FILES})
_NOWHERE = Use(None, "document")


def compare(a: Document, b: Document) -> list[Change]:
    """Every change from one document to another, each once, in the order of the operations, the worst first.

    Args:
        a: the document as clients know it.
        b: the document that is to take its place.
    """
    old, new = Spot(a.data, (), a.data), Spot(b.data, (), b.data)
    findings = Findings()
    schemas = Schemas(findings)
    security = Security(findings, old, new)
    for difference in _document(old, new):
        findings.add(difference, _NOWHERE)
    security.servers((old,), (new,), _NOWHERE)
    operations = Operations(findings, Parameters(findings, schemas), Messages(findings, schemas), security)
    operations.compare(old, new, "paths", PATHS)
    operations.compare(old, new, "webhooks", WEBHOOKS)
    schemas.tell()
    for difference in _unused(old, new):
        findings.add(difference, _NOWHERE)
    return findings.changes(a, b)


def _document(a: Spot, b: Spot) -> Iterator[Difference]:
    """What the documents say of themselves."""
    if a.get("openapi") != b.get("openapi"):
        message = f"was OpenAPI {a.get('openapi')} and is {b.get('openapi')}"
        yield Difference("openapi-version-changed", a.where("openapi"), b.where("openapi"), message)
    yield from remarks(a, b, _COMPARED)
    for key in ("info", "components", "paths"):
        one, other = a.child(key), b.child(key)
        if one and other:
            ours = {name for spot in (one, other) for name in spot.node if key != "info" and not name.startswith("x-")}
            yield from remarks(one, other, ours)
    yield from _server_remarks(a, b)


def _server_remarks(a: Spot, b: Spot) -> Iterator[Difference]:
    """What is told of servers that both have."""
    known = {str(server.get("url")): server for server in b.listed("servers")}
    for server in a.listed("servers"):
        other = known.get(str(server.get("url")))
        if other is not None:
            yield from remarks(server, other, {"url", "variables"})


def _unused(a: Spot, b: Spot) -> Iterator[Difference]:
    """Components that nothing leads to, on the sides that have them."""
    used_a, used_b = _used(a.node), _used(b.node)
    components_a, components_b = _components(a.node), _components(b.node)
    for at in dict.fromkeys((*components_a, *components_b)):
        here, there = components_a.get(at), components_b.get(at)
        kind, name = at[1], at[2]
        if at in used_a or at in used_b or same(here, there):
            continue
        holder = ("components", kind) if kind in (b.node if here else a.node).get("components", {}) else ()
        if there is None:
            yield Difference("component-removed", at, holder, f"{name} of {kind}, which nothing uses, is gone")
        elif here is None:
            yield Difference("component-added", holder, at, f"{name} of {kind}, which nothing uses, is new")
        else:
            yield Difference("component-changed", at, at, told(name, here, there))


def _components(data: Mapping[str, Any]) -> dict[tuple[str, ...], Any]:
    return {
        ("components", kind, name): component
        for kind, held in (data.get("components") or {}).items()
        if isinstance(held, Mapping) and not kind.startswith("x-")
        for name, component in held.items()
    }


def _used(data: Mapping[str, Any]) -> set[tuple[str, ...]]:
    """The components that paths and webhooks lead to, by reference or, security schemes, by name."""
    found: set[tuple[str, ...]] = set()
    files: set[str] = set()
    waiting: list[Any] = [value for key, value in data.items() if key not in {"components", FILES}]
    while waiting:
        node = waiting.pop()
        if isinstance(node, list):
            waiting += node
            continue
        if not isinstance(node, Mapping):
            continue
        waiting += node.values()
        for demand in node.get("security") or () if isinstance(node.get("security"), list) else ():
            found |= {("components", "securitySchemes", name) for name in demand}
        mapped = node.get("mapping")
        named = [node.get("$ref"), *(mapped.values() if isinstance(mapped, Mapping) else ())]
        for reference in named:
            _lead(data, reference, found, files, waiting)
    return found


def _lead(
    data: Mapping[str, Any], reference: Any, found: set[tuple[str, ...]], files: set[str], waiting: list[Any]
) -> None:
    """Go where a reference leads, if nobody was there."""
    if not isinstance(reference, str) or not reference.startswith("#") or reference in files:
        return
    files.add(reference)
    parts = pointer.split(reference)
    try:
        waiting.append(pointer.find(data, reference))
    except KeyError:
        return
    if parts[:1] == ("components",):
        found.add(parts[:3])
