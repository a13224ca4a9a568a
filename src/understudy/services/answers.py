"""Answers written down in a file, for the operations of a service of one's own that nobody has played yet.

The file is JSON: a name, and below it ``status``, ``headers``, ``media_type``, and ``body`` as data or ``base64``.
Called by handlers, which say the name. It must not know what an answer means.
"""

from __future__ import annotations

import base64
import json
from copy import deepcopy
from pathlib import Path
from typing import Any

from understudy.services.service import Empty, Refusal, Reply


class Answers:
    """The answers of one file.

    Args:
        path: the file.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.written: dict[str, dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))

    def reply(self, name: str) -> Reply:
        """The answer of this name."""
        found = self._of(name)
        body: Any = Empty.BODY
        if "base64" in found:
            body = base64.b64decode(found["base64"])
        elif "body" in found:
            body = deepcopy(found["body"])
        media_type = found.get("media_type")
        if body is Empty.BODY and media_type is None:
            return Reply(b"", found["status"], headers=found.get("headers", {}))
        return Reply(body, found["status"], media_type, found.get("headers", {}))

    def data(self, name: str) -> Any:
        """The body of this name's answer, as data to change."""
        return deepcopy(self._of(name)["body"])

    def refusal(self, name: str) -> Refusal:
        """The answer of this name, to be raised."""
        found = self._of(name)
        return Refusal(found["status"], self.data(name), found.get("media_type", "application/json"))

    def _of(self, name: str) -> dict[str, Any]:
        if name not in self.written:
            raise LookupError(f"{self.path} has no answer {name!r}; write one, or say another name")
        return self.written[name]
