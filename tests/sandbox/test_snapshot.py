"""A sandbox as data: what is written is what is read, and what is no state is told where and why."""

from __future__ import annotations

import copy
import enum
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from understudy.sandbox.sandboxes import Sandbox
from understudy.sandbox.snapshot import SnapshotError, restore, write
from understudy.sandbox.store import Sequences, Table, UndoLog

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


class Size(enum.IntEnum):
    SMALL = 1
    LARGE = 2


@dataclass(frozen=True, slots=True)
class Lace:
    length: float
    ends: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Shoe:
    id: int
    name: str | None
    size: Size
    picture: bytes
    laces: tuple[Lace, ...]
    notes: Mapping[str, Any]
    bought: float
    worn: bool = True


@dataclass(frozen=True, slots=True)
class Box:
    id: int
    shoe_id: int | None


class Shelf:
    shoes: Table[Shoe]
    boxes: Table[Box]
    sequences: Sequences

    def __init__(self, undo: UndoLog) -> None:
        self.shoes = Table(undo, unique=("name",), many=("size",))
        self.boxes = Table(undo, unique=("shoe_id",))
        self.sequences = Sequences()


def sandbox(seed: int = 1, **options: Any) -> Sandbox:
    return Sandbox(seed, Shelf, {"mode": "a"}, options.get("frozen_at", NOON), {"ring": lambda *_: None})


def filled() -> Sandbox:
    made = sandbox()
    number = made.tables.sequences.next("shoes")
    made.tables.shoes.add(Shoe(number, "left", Size.LARGE, b"\xff\x00", (Lace(1.5, (1, 2)),), {"a": [1, None]}, 0.1))
    made.tables.boxes.add(Box(made.tables.sequences.next("boxes"), number))
    made.timers.set(NOON.timestamp() + 60, "ring", who="me")
    made.random.gauss(0, 1)
    return made


def travelled(data: Any) -> Any:
    return orjson.loads(orjson.dumps(data))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
numbers = st.floats(allow_nan=False, allow_infinity=False)
json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | numbers | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=5,
)
shoes = st.builds(
    Shoe,
    id=st.integers(1, 10**6),
    name=st.none() | texts,
    size=st.sampled_from(Size),
    picture=st.binary(max_size=20),
    laces=st.lists(st.builds(Lace, numbers, st.lists(st.integers(-9, 9), max_size=2).map(tuple)), max_size=2).map(
        tuple
    ),
    notes=st.dictionaries(texts, json, max_size=3),
    worn=st.booleans(),
    bought=numbers,
)


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        shoes, max_size=6, unique_by=(lambda row: row.id, lambda row: row.id if row.name is None else row.name)
    ),
    draws=st.integers(0, 50),
    timers=st.lists(
        st.tuples(numbers, st.just("ring"), st.dictionaries(st.sampled_from("abc"), json, max_size=2)), max_size=3
    ),
)
def test_a_sandbox_read_back_is_the_one_that_was_written(
    rows: list[Shoe], draws: int, timers: list[tuple[float, str, dict[str, Any]]]
) -> None:
    """Rows of every type, in their order, ids, randomness, clock and timers are the same after a journey as JSON."""
    first = sandbox()
    for row in rows:
        first.tables.shoes.add(row)
    first.tables.sequences.last["shoes"] = 10**6
    for _ in range(draws):
        first.uuid()
    for due, kind, data in timers:
        first.timers.set(due, kind, **data)
    second = sandbox(seed=2, frozen_at=None)
    restore(second, travelled(write(first)))
    assert list(second.tables.shoes) == rows
    assert list(second.timers) == list(first.timers)
    assert second.timers.next_due() == first.timers.next_due()
    assert write(second) == write(first)
    assert second.clock.time() == first.clock.time()
    assert [second.uuid() for _ in range(3)] == [first.uuid() for _ in range(3)]
    assert second.tables.sequences.next("shoes") == 10**6 + 1


def test_what_was_there_before_is_gone() -> None:
    """Neither rows nor timers of the sandbox that is filled are left, and its indices know the new rows."""
    other = filled()
    other.tables.shoes.add(Shoe(9, "right", Size.SMALL, b"", (), {}, 1.0))
    other.timers.set(5.0, "ring")
    restore(other, travelled(write(filled())))
    assert [row.name for row in other.tables.shoes] == ["left"]
    assert other.tables.shoes.one("name", "right") is None
    assert other.tables.shoes.one("name", "left") is not None
    assert len(other.timers) == 1


def test_a_running_clock_runs_on_as_far_ahead() -> None:
    """A clock that was moved and runs is, after the journey, as far from the system's as before."""
    first = sandbox(frozen_at=None)
    first.clock.set(NOON.timestamp() + 10**6)
    second = sandbox()
    restore(second, travelled(write(first)))
    assert not second.clock.frozen
    assert second.clock.time() == pytest.approx(first.clock.time(), abs=0.5)
    assert write(second)["clock"] == write(first)["clock"]


def without(key: str) -> Any:
    return lambda data: data.pop(key)


def row(**changes: Any) -> Any:
    return lambda data: data["tables"]["shoes"][0].update(changes)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (without("clock"), "/clock: is missing"),
        (without("tables"), "/tables: must be an object"),
        (lambda data: data["clock"].update(frozen_at="noon"), "/clock/frozen_at: must be a valid number"),
        (lambda data: data["tables"].pop("boxes"), "/tables: the table boxes is missing"),
        (lambda data: data["tables"].update(hats=[]), "/tables/hats: there is no such table; there are shoes, boxes"),
        (lambda data: data["tables"].update(shoes={}), "/tables/shoes: must be a valid array"),
        (lambda data: data["settings"].update(more="x"), "/settings/more: there is no such setting"),
        (lambda data: data["sequences"].update(shoes=0), "/sequences/shoes: must be greater than"),
        (lambda data: data["randomness"].update(words="AAAA"), "/randomness/words: no generator was ever like this"),
        (lambda data: data["timers"]["waiting"].append(data["timers"]["waiting"][0]), "/timers/waiting/1: a row with id 1"),
        (lambda data: data["timers"]["waiting"][0].update(kind="x"), "/timers/waiting/0/kind: nothing here rings as 'x'; ring does"),
        (lambda data: data["tables"]["shoes"].append(data["tables"]["shoes"][0]), "/tables/shoes/1: a row with id 1"),
        (lambda data: data["tables"]["shoes"].append(data["tables"]["shoes"][0] | {"id": 2}), "/tables/shoes/1: 'left' is taken"),
        (row(id=7), "/sequences/shoes: is 1, and a row has the id 7; write that"),
        (row(id="1"), "/tables/shoes/0/id: must be a valid integer"),
        (row(size=3), "/tables/shoes/0/size: must be 1 or 2"),
        (row(picture="ä"), "/tables/shoes/0/picture: Data should be valid base64"),
        (row(laces=[{"length": 1, "ends": ["x"]}]), "/tables/shoes/0/laces/0/ends/0: must be a valid integer"),
        (row(colour="red"), "/tables/shoes/0/colour: is nothing that such a state has; leave it out"),
    ],
)  # fmt: skip
def test_what_is_no_state_is_told_where_and_why(spoil: Any, told: str) -> None:
    """Every fault of a state is told with a pointer to it and what to do."""
    data = copy.deepcopy(travelled(write(filled())))
    spoil(data)
    with pytest.raises(SnapshotError) as caught:
        restore(sandbox(), data)
    assert str(caught.value).startswith(told)


def test_many_faults_are_told_together() -> None:
    """The first few faults are told at once, the rest counted."""
    data = travelled(write(filled()))
    data["tables"]["shoes"][0] = {}
    with pytest.raises(SnapshotError, match=r"/tables/shoes/0/id: is missing.*; /tables/shoes/0/name: .*and 2 more"):
        restore(sandbox(), data)
