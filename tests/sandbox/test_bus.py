"""The bus: who listens hears what happened, once it has happened for good."""

from __future__ import annotations

from typing import Any

import pytest

from understudy.sandbox.bus import Broadcast, Bus, Delivery
from understudy.sandbox.sandboxes import Sandbox


def heard(bus: Bus, *streams: str) -> list[tuple[str, str, Any]]:
    """What will have been heard on these streams."""
    lines: list[tuple[str, str, Any]] = []
    for stream in streams:
        bus.subscribe(stream, lambda broadcast, at: lines.append((at, broadcast.event, broadcast.data)))
    return lines


def never() -> Any:
    raise AssertionError("written for nobody")


def test_a_broadcast_is_heard_on_each_of_its_streams_once() -> None:
    """Every listener of every stream gets it, with the stream's name."""
    bus = Bus()
    lines = heard(bus, "a", "b", "c")
    bus.publish("greeting", ("a", "b"), lambda: 1)
    assert lines == [("a", "greeting", 1), ("b", "greeting", 1)]


def test_what_nobody_listens_to_is_not_even_written() -> None:
    """The payload's writer is not called."""
    Bus().publish("greeting", ("a",), never)


def test_nothing_is_heard_before_the_transaction_is_over() -> None:
    """Within it there is silence; after it everything comes, in order."""
    sandbox = Sandbox(1, lambda undo: undo, {})
    lines = heard(sandbox.bus, "a")
    with sandbox.transaction():
        sandbox.bus.publish("one", ("a",), lambda: 1)
        with sandbox.transaction():
            sandbox.bus.publish("two", ("a",), lambda: 2)
        assert lines == []
    assert [event for _, event, _ in lines] == ["one", "two"]


def test_a_transaction_that_fails_is_never_heard_of() -> None:
    """Neither are its webhook requests sent."""
    sandbox = Sandbox(1, lambda undo: undo, {})
    lines = heard(sandbox.bus, "a")
    posted: list[Delivery] = []
    sandbox.bus.post = posted.append

    def fail() -> None:
        with sandbox.transaction():
            sandbox.bus.publish("one", ("a",), lambda: 1)
            sandbox.bus.deliver(Delivery("one", "http://127.0.0.1", (), b""))
            raise ValueError

    with pytest.raises(ValueError):  # noqa: PT011 - any will do
        fail()
    with sandbox.transaction():
        pass
    assert lines == []
    assert posted == []


def test_a_late_payload_shows_the_state_at_the_end() -> None:
    """One is written at once, the other when the transaction is over."""
    sandbox = Sandbox(1, lambda undo: undo, {})
    lines = heard(sandbox.bus, "a")
    state = {"n": 0}
    with sandbox.transaction():
        sandbox.bus.publish("early", ("a",), lambda: dict(state))
        sandbox.bus.publish("late", ("a",), lambda: dict(state), late=True)
        state["n"] = 7
    assert [(event, data["n"]) for _, event, data in lines] == [("early", 0), ("late", 7)]


def test_who_guards_the_bus_is_asked_once_and_may_say_no() -> None:
    """What is not admitted nobody hears."""
    bus = Bus()
    lines = heard(bus, "a", "b")
    asked: list[Broadcast] = []

    def admit(broadcast: Broadcast) -> bool:
        asked.append(broadcast)
        return broadcast.event == "good"

    bus.admit = admit
    bus.publish("good", ("a", "b"), lambda: 1)
    bus.publish("bad", ("a", "b"), lambda: 2)
    assert [event for _, event, _ in lines] == ["good", "good"]
    assert [broadcast.event for broadcast in asked] == ["good", "bad"]


def test_who_has_stopped_listening_hears_nothing() -> None:
    """Ending twice does no harm, and other listeners stay."""
    bus = Bus()
    lines: list[str] = []
    end = bus.subscribe("a", lambda *_: lines.append("first"))
    bus.subscribe("a", lambda *_: lines.append("second"))
    end()
    end()
    bus.publish("x", ("a",), lambda: 1)
    assert lines == ["second"]
    assert not bus.listened(("b",))
