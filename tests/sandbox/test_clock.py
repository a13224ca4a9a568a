"""The clock: it runs, it stands still, and it can be moved; the timers on the way ring at their moments."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.sandbox.clock import Clock
from understudy.sandbox.sandboxes import Sandbox

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Diary:
    """What rang, and when."""

    def __init__(self) -> None:
        self.lines: list[tuple[str, float]] = []

    def sandbox(self, frozen_at: datetime | None = NOON) -> Sandbox:
        return Sandbox(
            1, lambda undo: undo, {}, frozen_at, {"note": self.note, "again": self.again, "break": self.fail}
        )

    def note(self, sandbox: Sandbox, data: Mapping[str, Any]) -> None:
        self.lines.append((data["text"], sandbox.clock.time() - NOON.timestamp()))

    def again(self, sandbox: Sandbox, data: Mapping[str, Any]) -> None:
        self.note(sandbox, data)
        if data["times"] > 1:
            sandbox.timers.set(sandbox.clock.time() + 10, "again", text=data["text"], times=data["times"] - 1)

    def fail(self, sandbox: Sandbox, data: Mapping[str, Any]) -> None:
        sandbox.timers.set(sandbox.clock.time(), "note", text="never")
        raise RuntimeError(data["text"])


def test_a_clock_that_is_set_while_it_runs_goes_on_from_there() -> None:
    """Setting moves it, and it does not stand still."""
    clock = Clock()
    clock.set(1_000.0)
    assert 1_000.0 <= clock.time() < 1_060.0
    assert not clock.frozen


def test_a_frozen_clock_shows_one_moment_until_it_is_set_or_resumed() -> None:
    """Freezing keeps the moment; resuming goes on from it."""
    clock = Clock()
    clock.set(5_000.0)
    clock.freeze()
    moment = clock.time()
    assert clock.time() == moment
    clock.set(9_000.0)
    assert clock.time() == 9_000.0
    clock.resume()
    assert 9_000.0 <= clock.time() < 9_060.0


def test_timers_ring_in_order_each_at_its_own_moment() -> None:
    """Moving the clock over several timers plays them one after the other, at the time each was due."""
    diary = Diary()
    sandbox = diary.sandbox()
    now = sandbox.clock.time()
    sandbox.timers.set(now + 30, "note", text="b")
    sandbox.timers.set(now + 20, "note", text="a")
    sandbox.timers.set(now + 90, "note", text="too late")
    sandbox.set_time(now + 60)
    assert diary.lines == [("a", 20.0), ("b", 30.0)]
    assert sandbox.clock.time() == now + 60


def test_a_timer_may_set_another_that_rings_on_the_same_way() -> None:
    """What a timer sets is played too, if it is due before the clock arrives."""
    diary = Diary()
    sandbox = diary.sandbox()
    sandbox.timers.set(sandbox.clock.time() + 10, "again", text="x", times=9)
    sandbox.set_time(sandbox.clock.time() + 35)
    assert diary.lines == [("x", 10.0), ("x", 20.0), ("x", 30.0)]


def test_a_timer_set_by_a_transaction_that_fails_never_rings() -> None:
    """Timers are part of the state: they are taken back with it."""
    diary = Diary()
    sandbox = diary.sandbox()

    def fail() -> None:
        with sandbox.transaction():
            sandbox.timers.set(sandbox.clock.time() + 1, "note", text="x")
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - any will do
        fail()
    sandbox.set_time(sandbox.clock.time() + 10)
    assert diary.lines == []
    assert sandbox.timers.next_due() is None


def test_a_cancelled_timer_does_not_ring() -> None:
    """Cancelling takes it off; cancelling again does nothing."""
    diary = Diary()
    sandbox = diary.sandbox()
    timer = sandbox.timers.set(sandbox.clock.time() + 1, "note", text="x")
    sandbox.timers.cancel(timer.id)
    sandbox.timers.cancel(timer.id)
    sandbox.set_time(sandbox.clock.time() + 10)
    assert diary.lines == []


def test_a_timer_that_breaks_is_told_to_the_log_and_stops_nobody(caplog: pytest.LogCaptureFixture) -> None:
    """Its traceback is logged, what it did is taken back, and the next one rings."""
    diary = Diary()
    sandbox = diary.sandbox()
    now = sandbox.clock.time()
    sandbox.timers.set(now + 1, "break", text="boom")
    sandbox.timers.set(now + 2, "note", text="after")
    sandbox.set_time(now + 3)
    assert diary.lines == [("after", 2.0)]
    assert "boom" in caplog.text


def test_the_next_alarm_is_known_while_the_clock_runs_and_not_while_it_stands() -> None:
    """The delay is what is left until the next timer; a frozen clock has none."""
    sandbox = Diary().sandbox(frozen_at=None)
    assert sandbox.delay() is None
    sandbox.timers.set(sandbox.clock.time() + 100, "note", text="x")
    delay = sandbox.delay()
    assert delay is not None
    assert 90 < delay <= 100
    sandbox.freeze()
    assert sandbox.delay() is None


def test_whoever_rings_the_alarm_hears_of_every_change() -> None:
    """The alarm is called after a transaction that set a timer, and after the clock was moved."""
    sandbox = Diary().sandbox()
    calls: list[str] = []
    sandbox.alarm = lambda: calls.append("alarm")
    with sandbox.transaction():
        pass
    assert calls == []
    with sandbox.transaction():
        sandbox.timers.set(sandbox.clock.time() + 5, "note", text="x")
    assert calls == ["alarm"]
    sandbox.resume()
    assert calls == ["alarm", "alarm"]


@given(dues=st.lists(st.integers(0, 100), max_size=20), steps=st.lists(st.integers(0, 40), max_size=8))
def test_however_the_clock_is_moved_every_timer_rings_once_at_its_moment(dues: list[int], steps: list[int]) -> None:
    """Many small steps and one large one play the same timers in the same order."""
    diary = Diary()
    sandbox = diary.sandbox()
    now = sandbox.clock.time()
    for due in dues:
        sandbox.timers.set(now + due, "note", text=str(due))
    for step in steps:
        sandbox.set_time(sandbox.clock.time() + step)
    expected = [(str(due), float(due)) for due in sorted(dues) if steps and due <= sum(steps)]
    assert diary.lines == expected
