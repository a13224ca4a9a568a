"""Tables: indices stay true through every change, and transactions take everything back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, invariant, rule

from understudy.sandbox.store import Sequences, Table, UndoLog


@dataclass(frozen=True, slots=True)
class Pet:
    """A row to test with."""

    id: int
    name: str | None
    owner: int | None
    kind: str = "cat"

    @property
    def is_dog(self) -> int | None:
        """The owner, if this is a dog."""
        return self.owner if self.kind == "dog" else None


def pets(undo: UndoLog) -> Table[Pet]:
    """An empty table with every sort of index."""
    return Table(undo, unique=("name", ("owner", "kind")), many=("owner", "is_dog", ("owner", "name")))


def filled() -> Table[Pet]:
    """A table with five rows of one owner and one of another."""
    table: Table[Pet] = Table(UndoLog(), unique=("name",), many=("owner",))
    for number in (3, 1, 2, 5, 4):
        table.add(Pet(number, str(number), 7))
    table.add(Pet(6, None, 8))
    return table


def ids(rows: Any) -> list[int]:
    """The keys of rows."""
    return [row.id for row in rows]


def test_rows_are_found_by_their_indices() -> None:
    """A row is found by key, by a unique value, and by a value it shares, in order of keys."""
    table = filled()
    assert (table[3].name, table.get(9)) == ("3", None)
    assert table.one("name", "4") == table[4]
    assert table.one("name", "9") is None
    assert ids(table.all("owner", 7)) == [1, 2, 3, 4, 5]
    assert (ids(table.all("owner", 9)), table.count("owner", 9), table.count("owner", 7)) == ([], 0, 5)
    assert len(table) == len(list(table)) == 6


def test_the_newest_come_first() -> None:
    """Rows are counted from the greatest key, optionally from below a key that need not exist."""
    table = filled()
    assert ids(table.newest("owner", 7)) == [5, 4, 3, 2, 1]
    assert ids(table.newest("owner", 7, before=3)) == [2, 1]
    assert ids(table.newest("owner", 7, before=99)) == [5, 4, 3, 2, 1]
    assert ids(table.newest("owner", 7, before=-1)) == ids(table.newest("owner", 9)) == []
    found = [table.first("owner", 7), table.last("owner", 7), table.nth_newest("owner", 7, 2)]
    assert ids(found) == [1, 5, 4]
    assert table.nth_newest("owner", 7, 6) is table.first("owner", 9) is table.last("owner", 9) is None


def test_none_is_not_indexed() -> None:
    """Any number of rows may have no name; a row without one is not found by it."""
    table = filled()
    table.add(Pet(7, None, None))
    assert table.one("name", None) is None
    assert table.all("owner", None) == []


def test_a_taken_value_is_refused_and_nothing_changes() -> None:
    """A key or unique value that is taken raises, and table and indices stay as they were."""
    table = filled()
    for taken in (Pet(1, "new", 7), Pet(9, "1", 7)):
        with pytest.raises(KeyError):
            table.add(taken)
    with pytest.raises(KeyError):
        table.update(table[2], name="1", owner=8)
    assert (ids(table.all("owner", 7)), ids(table.all("owner", 8))) == ([1, 2, 3, 4, 5], [6])
    assert table.one("name", "2") == Pet(2, "2", 7)


def test_an_unknown_attribute_is_refused() -> None:
    """A row has the attributes it has."""
    table = filled()
    with pytest.raises(AttributeError, match="Pet has no age"):
        table.update(table[1], age=3)
    assert table[1] == Pet(1, "1", 7)


def test_updating_while_reading_is_safe() -> None:
    """Rows may be updated while the newest are read, if they keep their value."""
    table = filled()
    for row in table.newest("owner", 7):
        table.update(row, kind="dog")
    assert {row.kind for row in table.all("owner", 7)} == {"dog"}


def test_a_failed_transaction_leaves_nothing() -> None:
    """What a transaction added, updated and removed is as it was before, indices included."""
    undo = UndoLog()
    table: Table[Pet] = Table(undo, unique=("name",), many=("owner",))
    table.add(Pet(1, "a", 7))
    table.add(Pet(2, "b", 7))

    def fail() -> None:
        with undo.transaction():
            table.update(table[1], name="c", owner=8)
            table.remove(table[2])
            table.add(Pet(3, "a", 7))
            with undo.transaction():
                table.update(table[3], name="d")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert list(map(table.get, (1, 2, 3))) == [Pet(1, "a", 7), Pet(2, "b", 7), None]
    assert (ids(table.all("owner", 7)), table.all("owner", 8)) == ([1, 2], [])
    assert [table.one("name", name) for name in "abcd"] == [Pet(1, "a", 7), Pet(2, "b", 7), None, None]


def test_a_transaction_that_succeeds_is_kept() -> None:
    """A later failure takes back only what it did itself."""
    undo = UndoLog()
    table = pets(undo)
    with undo.transaction():
        table.add(Pet(1, "a", 7))

    def fail() -> None:
        with undo.transaction():
            table.add(Pet(2, "b", 8))
            table.add(Pet(2, "c", 9))

    with pytest.raises(KeyError):
        fail()
    assert ids(table) == [1]


def test_a_sequence_never_gives_a_number_twice() -> None:
    """Numbers ascend from 1."""
    sequences = Sequences()
    assert [sequences.next("pets") for _ in range(3)] == [1, 2, 3]


class TableAgainstLists(RuleBasedStateMachine):
    """Any changes, in or out of failing transactions, leave a table that answers as a plain list would."""

    keys = Bundle("keys")

    def __init__(self) -> None:
        super().__init__()
        self.undo = UndoLog()
        self.table = pets(self.undo)
        self.rows: dict[int, Pet] = {}

    def _allowed(self, new: Pet) -> bool:
        others = [row for row in self.rows.values() if row.id != new.id]
        return not any(
            (new.name is not None and row.name == new.name)
            or (new.owner is not None and (row.owner, row.kind) == (new.owner, new.kind))
            for row in others
        )

    @rule(
        target=keys,
        key=st.integers(0, 30),
        name=st.none() | st.sampled_from("abcdef"),
        owner=st.none() | st.integers(0, 3),
        kind=st.sampled_from(["cat", "dog", "emu", "fox"]),
    )
    def put(self, key: int, name: str | None, owner: int | None, kind: str) -> int:
        """Add a row, or change the one with this key."""
        new = Pet(key, name, owner, kind)
        allowed = self._allowed(new)
        try:
            if key in self.rows:
                assert self.table.update(self.rows[key], name=name, owner=owner, kind=kind) == new
            else:
                self.table.add(new)
        except KeyError:
            assert not allowed
        else:
            assert allowed
            self.rows[key] = new
        return key

    @rule(key=keys)
    def remove(self, key: int) -> None:
        """Remove a row, if it is there."""
        if key in self.rows:
            self.table.remove(self.rows.pop(key))

    @rule(key=keys)
    def fail(self, key: int) -> None:
        """Change everything in a transaction that fails."""
        try:
            with self.undo.transaction():
                for row in list(self.table):
                    self.table.update(row, name=None, owner=None)
                if key in self.rows:
                    self.table.remove(self.table[key])
                self.table.add(Pet(99, "a", 1))
                raise RuntimeError  # noqa: TRY301 - the failure is the point
        except RuntimeError:
            pass

    @invariant()
    def answers_as_a_list_would(self) -> None:
        """Every question gets the answer that a scan gives."""
        rows = [self.rows[key] for key in sorted(self.rows)]
        assert sorted(ids(self.table)) == ids(rows)
        for owner in range(4):
            mine = [row for row in rows if row.owner == owner]
            assert self.table.all("owner", owner) == mine
            assert self.table.all("is_dog", owner) == [row for row in mine if row.kind == "dog"]
            assert list(self.table.newest("owner", owner, before=15)) == [row for row in mine if row.id < 15][::-1]
            for row in mine:
                assert self.table.one(("owner", "kind"), (owner, row.kind)) == row
        for name in "abcdef":
            assert self.table.one("name", name) == next((row for row in rows if row.name == name), None)


TestTableAgainstLists = TableAgainstLists.TestCase
