"""Which sandbox a request is for: named by a header, or by a prefix of the path.

``Understudy-Sandbox: NAME`` for clients that can set headers, ``/~NAME/…`` for those that can only set a base URL.
Called by `Outbound` before anything else looks at the path.
"""

from __future__ import annotations

import re
from collections.abc import MutableMapping
from typing import Any

HEADER = b"understudy-sandbox"
PREFIX = "/~"
_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")

Scope = MutableMapping[str, Any]


def in_sandbox(scope: Scope) -> tuple[Scope, str | None]:
    """The request without the prefix, and the sandbox's name: empty for everybody's, None if it is no name."""
    path: str = scope["path"]
    if path.startswith(PREFIX):
        name, _, rest = path.removeprefix(PREFIX).partition("/")
        raw = scope.get("raw_path", b"").removeprefix(PREFIX.encode()).partition(b"/")[2]
        return {**scope, "path": f"/{rest}", "raw_path": b"/" + raw}, _checked(name)
    for key, value in scope["headers"]:
        if key == HEADER:
            return scope, _checked(value.decode("latin-1"))
    return scope, ""


def _checked(name: str) -> str | None:
    return name if _NAME.fullmatch(name) else None
