"""Values in a form in which equal ones are equal, and short enough to be shown.

Key order is nothing, 1.0 is 1, and true is not 1. Called wherever two values of documents are held side by side.
"""

from __future__ import annotations

import json
from itertools import takewhile
from typing import Any

SHOWN = 60


def canonical(value: Any) -> str:
    """A text that is the same for equal JSON values and only for those."""
    return json.dumps(_plain(value), sort_keys=True, ensure_ascii=False)


def same(a: Any, b: Any) -> bool:
    """Whether two JSON values are equal."""
    return canonical(a) == canonical(b)


def show(value: Any) -> str:
    """A value in a message: as JSON, cut to a screen's width."""
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"


def show_apart(a: Any, b: Any) -> tuple[str, str]:
    """Two values in a message, cut so that their first difference is seen."""
    texts = [json.dumps(value, ensure_ascii=False) for value in (a, b)]
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(*texts, strict=False)))
    start = 0 if max(map(len, texts)) <= SHOWN else max(0, shared - SHOWN // 3)
    cut = [
        ("…" if start else "") + text[start : start + SHOWN] + ("…" if len(text) > start + SHOWN else "")
        for text in texts
    ]
    return cut[0], cut[1]


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {str(key): _plain(below) for key, below in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value
