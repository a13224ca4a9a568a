"""A sandbox: its clock, its randomness, its transactions."""

from __future__ import annotations

import time
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from understudy.sandbox.clock import Clock
from understudy.sandbox.sandboxes import BASE58, Sandbox

MOMENT = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)


def sandbox(seed: int = 1) -> Sandbox:
    """A sandbox without tables worth the name."""
    return Sandbox(seed, lambda undo: undo, {})


def test_a_frozen_clock_stands_still() -> None:
    """A frozen clock tells its moment, again and again."""
    clock = Clock(MOMENT)
    assert (clock.frozen, clock.now(), clock.time()) == (True, MOMENT, MOMENT.timestamp())
    assert clock.now() == clock.now()


def test_a_running_clock_is_the_systems() -> None:
    """A clock that nobody froze runs with the system, in UTC."""
    clock = Clock()
    before = time.time()
    assert before <= clock.time() <= clock.now().timestamp() <= time.time()
    assert not clock.frozen
    assert clock.now().tzinfo is UTC


def test_the_same_seed_gives_the_same_randomness() -> None:
    """Ids and tokens repeat with the seed, and differ with another."""

    def draw(box: Sandbox) -> list[Any]:
        return [box.uuid(), box.token(), box.token(40), box.random.random()]

    assert draw(sandbox()) == draw(sandbox())
    assert not set(draw(sandbox())) & set(draw(sandbox(2)))


def test_ids_have_their_usual_form() -> None:
    """A uuid is of version 4, a token is base58 of the wanted length."""
    box = sandbox()
    assert uuid.UUID(box.uuid()).version == 4
    assert len(box.token()) == 24
    assert set(box.token(500)) <= set(BASE58)


def test_a_sandbox_takes_its_tables_changes_back() -> None:
    """Tables made on the sandbox's undo log are part of its transactions."""
    box = sandbox()
    taken_back: list[str] = []

    def fail() -> None:
        with box.transaction():
            box.tables.note(lambda: taken_back.append("first"))
            box.tables.note(lambda: taken_back.append("second"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert taken_back == ["second", "first"]
