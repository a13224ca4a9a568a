"""Sandboxes by name: born on first use, isolated, repeatable, bounded."""

from __future__ import annotations

from understudy.sandbox.registry import Sandboxes
from understudy.sandbox.sandboxes import Sandbox


def made(**options: object) -> Sandboxes:
    return Sandboxes(lambda seed, _: Sandbox(seed, lambda _: {}, {}), 7, **options)  # type: ignore[arg-type] # options vary


def test_a_name_leads_to_one_sandbox_and_another_name_to_another() -> None:
    """The same name is the same state; no two names share one; the nameless one is everybody's."""
    boxes = made()
    boxes.get("a").tables["x"] = 1
    assert boxes.get("a").tables == {"x": 1}
    assert boxes.get("b").tables == {}
    assert boxes.get("") is boxes.shared
    assert list(boxes) == ["a", "b"]


def test_randomness_depends_on_seed_and_name_alone() -> None:
    """The same seed and name give the same ids, whoever was there before; other names give others."""
    first, second = made(), made()
    second.get("other").uuid()
    assert first.get("a").uuid() == second.get("a").uuid()
    assert first.get("a").uuid() != first.get("b").uuid()


def test_the_longest_unused_ends_first() -> None:
    """Over the limit, the one that was used longest ago ends, but never one that is held or was just asked for."""
    boxes = made(limit=2)
    for name in ("a", "b"):
        boxes.get(name)
    with boxes.held("a"):
        boxes.get("b")
        boxes.get("c")
        assert list(boxes) == ["a", "c"]
        with boxes.held("c"):
            boxes.get("d")
            assert list(boxes) == ["a", "c", "d"]
    boxes.get("e")
    assert list(boxes) == ["d", "e"]


def test_idle_ones_end() -> None:
    """A named sandbox that nobody used for long ends when another is asked for."""
    clock = [0.0]
    boxes = made(idle=10.0, now=lambda: clock[0])
    boxes.get("a")
    clock[0] = 10.0
    boxes.get("b")
    assert list(boxes) == ["a", "b"]
    clock[0] = 20.1
    boxes.get("c")
    assert list(boxes) == ["c"]


def test_reset_and_delete_begin_anew() -> None:
    """A reset sandbox is in its first state, a deleted one is gone; the nameless one begins anew either way."""
    boxes = made()
    ids = boxes.get("a").uuid()
    assert boxes.reset("a").uuid() == ids
    assert boxes.delete("a")
    assert not boxes.delete("a")
    assert "a" not in boxes
    boxes.shared.tables["x"] = 1
    assert boxes.delete("")
    assert boxes.shared.tables == {}
