"""Small documents for tests, written as data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from understudy.contract.contract import Contract
from understudy.contract.document import load


def document(paths: dict[str, Any], *, openapi: str = "3.1.0", **more: Any) -> dict[str, Any]:
    """A whole document around some paths."""
    return {"openapi": openapi, "info": {"title": "Test", "version": "1"}, "paths": paths, **more}


def operation(name: str, **more: Any) -> dict[str, Any]:
    """An operation that answers 200 with any JSON."""
    answer = {"description": "Fine", "content": {"application/json": {}}}
    return {"operationId": name, "responses": {"200": answer}, **more}


def contract(tmp_path: Path, paths: dict[str, Any], **more: Any) -> Contract:
    """A contract made of some paths, through a file as a user's would be."""
    path = tmp_path / "document.json"
    path.write_text(json.dumps(document(paths, **more)))
    return Contract(load(path))
