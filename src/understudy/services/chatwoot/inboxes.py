"""The inbox as its visitors see it: name, working hours, what it does by itself."""

from __future__ import annotations

from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.services.chatwoot.lookups import inbox_of, stumble
from understudy.services.chatwoot.shapes import inbox_shape
from understudy.services.service import Params


def get_inbox(sandbox: Sandbox, params: Params) -> Any:
    """The inbox with this identifier."""
    inbox = inbox_of(sandbox, params, last=True)
    stumble(sandbox, inbox, params)
    return inbox_shape(inbox)
