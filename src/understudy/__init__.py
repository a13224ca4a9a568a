"""Understudy plays an API from its OpenAPI document, and judges every message by it.

`serve` serves a fake from a program of one's own; `Control` and `AsyncControl` speak to one that runs, also elsewhere.
Each is loaded when it is first asked for, so that the command line starts at once.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
__all__ = ["AsyncControl", "AsyncSandbox", "Control", "ControlError", "Fake", "Sandbox", "aserve", "serve"]

if TYPE_CHECKING:
    from understudy.embedded.aio.control import AsyncControl, AsyncSandbox
    from understudy.embedded.answers import ControlError
    from understudy.embedded.fake import Fake, aserve, serve
    from understudy.embedded.sync.control import Control, Sandbox

_MODULES = {
    "AsyncControl": "aio.control",
    "AsyncSandbox": "aio.control",
    "Control": "sync.control",
    "ControlError": "answers",
    "Fake": "fake",
    "Sandbox": "sync.control",
    "aserve": "fake",
    "serve": "fake",
}


def __getattr__(name: str) -> Any:
    """What is loaded when it is first asked for."""
    if name not in _MODULES:
        raise AttributeError(f"module 'understudy' has no attribute {name!r}")
    return getattr(import_module(f"understudy.embedded.{_MODULES[name]}"), name)
