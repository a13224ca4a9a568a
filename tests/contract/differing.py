"""Pairs of documents that differ in one thing, and what is said of them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from documents import document
from understudy.contract.diff.changes import Change
from understudy.contract.diff.documents import compare
from understudy.contract.document import Document, load
from understudy.contract.source import Source

Told = set[tuple[str, str]]


def load_data(tmp_path: Path, data: dict[str, Any], name: str) -> Document:
    """A document through a file, as a user's would be."""
    path = tmp_path / f"{name}.json"
    path.write_text(json.dumps(data, indent=1))
    return load(path)


def changes(tmp_path: Path, a: dict[str, Any], b: dict[str, Any]) -> list[Change]:
    """What changed from one document to another."""
    return compare(load_data(tmp_path, a, "a"), load_data(tmp_path, b, "b"))


def unread(data: dict[str, Any]) -> Document:
    """A document without a file, for thousands of them."""
    return Document(data, Source(Path("made.json"), data, json.dumps(data)))


def told(found: list[Change]) -> Told:
    """Rules and kinds."""
    return {(change.rule, change.kind) for change in found}


def carrying(schema: Any, side: str, *, openapi: str = "3.1.0", **components: Any) -> dict[str, Any]:
    """A document with a schema in a request, a response, or both."""
    media = {"content": {"application/json": {"schema": schema}}}
    operation: dict[str, Any] = {"operationId": "a", "responses": {"200": {"description": "Fine"}}}
    if side in {"request", "both"}:
        operation["requestBody"] = {"required": True, **copy.deepcopy(media)}
    if side in {"response", "both"}:
        operation["responses"]["200"] |= copy.deepcopy(media)
    more = {"components": {"schemas": components}} if components else {}
    return document({"/a": {"post": operation}}, openapi=openapi, **more)
