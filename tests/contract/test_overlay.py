"""Overlays: what an action does, and what a wrong one is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from understudy.contract.overlay import apply
from understudy.contract.source import SourceError, read


def overlay(tmp_path: Path, *actions: Any, version: str = "1.0.0") -> Any:
    path = tmp_path / "o.yaml"
    path.write_text(
        yaml.safe_dump({"overlay": version, "info": {"title": "t", "version": "1"}, "actions": list(actions)})
    )
    return read(path)


BASE: dict[str, Any] = {
    "a": {"b": 1, "list": [1, 2, {"x": 1}], "deep": {"c": {"d": 1}}},
    "e": [{"n": 1}, {"n": 2}, {"n": 3}],
}


@pytest.mark.parametrize(
    ("action", "path", "expected"),
    [
        ({"target": "$.a", "update": {"deep": {"c": {"f": 2}}}}, ("a", "deep"), {"c": {"d": 1, "f": 2}}),
        ({"target": "$.a", "update": {"list": [9]}}, ("a", "list"), [1, 2, {"x": 1}, 9]),
        ({"target": "$.a.list", "update": {"y": 1}}, ("a", "list"), [1, 2, {"x": 1}, {"y": 1}]),
        ({"target": "$.a", "update": {"b": [1]}}, ("a", "b"), [1]),
        ({"target": "$.a.b", "update": 5}, ("a", "b"), 5),
        ({"target": "$", "update": {"new": 1}}, ("new",), 1),
        ({"target": "$.e[?@.n > 1]", "remove": True}, ("e",), [{"n": 1}]),
        ({"target": "$.e[*]", "update": {"m": 0}}, ("e",), [{"n": 1, "m": 0}, {"n": 2, "m": 0}, {"n": 3, "m": 0}]),
    ],
)
def test_an_action_does_what_overlay_1_0_says(
    tmp_path: Path, action: Any, path: tuple[str, ...], expected: Any
) -> None:
    """Objects merge, lists append, the rest is replaced, every match is acted on; the original stays."""
    before = yaml.safe_dump(BASE)
    result = apply(BASE, overlay(tmp_path, action))
    for part in path:
        result = result[part]
    assert result == expected
    assert yaml.safe_dump(BASE) == before


@pytest.mark.parametrize(
    ("action", "message"),
    [
        ({"target": "$.nowhere", "update": {}}, r"\$\.nowhere matches nothing"),
        ({"target": "$.a[", "update": {}}, "not a JSONPath"),
        ({"target": "$.a"}, "needs `update` or `remove"),
        ({"update": {}}, "needs a `target`"),
        ({"target": "$", "remove": True}, "whole document"),
    ],
)
def test_a_wrong_action_is_an_error_at_its_line(tmp_path: Path, action: Any, message: str) -> None:
    """An action that cannot be applied is an error that names the overlay's line."""
    with pytest.raises(SourceError, match=message) as caught:
        apply(BASE, overlay(tmp_path, action))
    assert "o.yaml:" in str(caught.value)


@pytest.mark.parametrize("content", ["a: 1", "overlay: 2.0.0\nactions: [{target: $, update: {}}]", "overlay: 1.0.0"])
def test_a_file_that_is_no_overlay_is_told(tmp_path: Path, content: str) -> None:
    """Something that is not an Overlay 1.0 with actions is refused."""
    path = tmp_path / "o.yaml"
    path.write_text(content)
    with pytest.raises(SourceError, match=r"overlay|Overlay"):
        apply(BASE, read(path))
