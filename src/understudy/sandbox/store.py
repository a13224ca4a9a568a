"""Tables in memory: rows by key, an index for every question asked of them, and undo.

A row is a frozen dataclass; it changes only through `Table.update`, which keeps the indices true
and notes how to undo the change. Changes are undone when the transaction they were made
in fails, so that a handler that breaks half-way leaves nothing behind. An index of many is a sorted
list of keys a value: keys come mostly in ascending order, so adding is appending, and a million small
buckets cost little. Not safe for threads: one event loop owns a store.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import Any, Generic, TypeVar

Row = TypeVar("Row")


class UndoLog:
    """The steps that take back what a transaction did, newest last."""

    __slots__ = ("_open", "_steps")

    def __init__(self) -> None:
        self._steps: list[Callable[[], None]] = []
        self._open = False

    def note(self, step: Callable[[], None]) -> None:
        """Remember how to undo a change, if a transaction is open."""
        if self._open:
            self._steps.append(step)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens, or nothing does. A transaction inside another joins it."""
        if self._open:
            yield
            return
        self._open = True
        try:
            yield
        except BaseException:
            self._open = False
            while self._steps:
                self._steps.pop()()
            raise
        finally:
            self._open = False
            self._steps.clear()


class Sequences:
    """The sequences of ids, by name, each from 1; like a database's, they are not taken back by a rollback.

    Ids handed out by a failed transaction would otherwise be handed out twice to a client that
    saw the first one.
    """

    __slots__ = ("last",)

    def __init__(self) -> None:
        self.last: dict[str, int] = {}

    def next(self, name: str) -> int:
        """The next id."""
        found = self.last[name] = self.last.get(name, 0) + 1
        return found


class Table(Generic[Row]):
    """Rows of one kind.

    Args:
        undo: the undo log of the sandbox.
        key: the attribute that identifies a row.
        unique: attributes (or tuples of attributes, or properties) of which at most one row has a
            given value; a value that is None, or a tuple holding a None, is not indexed.
        many: attributes (or tuples of them) by which many rows are found, in order of their key;
            None is not indexed here either.

    Errors: `KeyError` on a duplicate key or a unique value that is taken.
    """

    __slots__ = ("_key", "_many", "_many_of", "_rows", "_undo", "_unique", "_unique_of")

    def __init__(
        self,
        undo: UndoLog,
        *,
        key: str = "id",
        unique: tuple[str | tuple[str, ...], ...] = (),
        many: tuple[str | tuple[str, ...], ...] = (),
    ) -> None:
        self._undo = undo
        self._key = key
        self._rows: dict[Any, Row] = {}
        self._unique: dict[str | tuple[str, ...], dict[Any, Any]] = {name: {} for name in unique}
        self._many: dict[str | tuple[str, ...], dict[Any, list[Any]]] = {name: {} for name in many}
        self._unique_of = tuple((_reader(name), index) for name, index in self._unique.items())
        self._many_of = tuple((_reader(name), buckets) for name, buckets in self._many.items())

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __getitem__(self, key: Any) -> Row:
        return self._rows[key]

    def get(self, key: Any) -> Row | None:
        """The row with this key, or None."""
        return self._rows.get(key)

    def one(self, index: str | tuple[str, ...], value: Any) -> Row | None:
        """The row whose unique attribute has this value, or None."""
        key = self._unique[index].get(value)
        return None if key is None else self._rows[key]

    def all(self, index: str | tuple[str, ...], value: Any) -> list[Row]:
        """Every row with this value, in order of their keys."""
        return [self._rows[key] for key in self._many[index].get(value, ())]

    def count(self, index: str | tuple[str, ...], value: Any) -> int:
        """How many rows have this value."""
        return len(self._many[index].get(value, ()))

    def newest(self, index: str | tuple[str, ...], value: Any, *, before: Any = None) -> Iterator[Row]:
        """The rows with this value from the greatest key down, optionally only keys below ``before``.

        Rows with this value must not be added or removed while it runs; updating them is fine.
        """
        keys = self._many[index].get(value, [])
        end = len(keys) if before is None else bisect_left(keys, before)
        return (self._rows[keys[position]] for position in range(end - 1, -1, -1))

    def nth_newest(self, index: str | tuple[str, ...], value: Any, n: int) -> Row | None:
        """The row with the n-th greatest key among those with this value, from 1, or None."""
        keys = self._many[index].get(value, ())
        return self._rows[keys[-n]] if n <= len(keys) else None

    def first(self, index: str | tuple[str, ...], value: Any) -> Row | None:
        """The row with the smallest key among those with this value, or None."""
        keys = self._many[index].get(value)
        return self._rows[keys[0]] if keys else None

    def last(self, index: str | tuple[str, ...], value: Any) -> Row | None:
        """The row with the greatest key among those with this value, or None."""
        return self.nth_newest(index, value, 1)

    def add(self, row: Row) -> Row:
        """Add a new row."""
        key = getattr(row, self._key)
        if key in self._rows:
            raise KeyError(f"a row with {self._key} {key!r} exists already")
        self._put(None, row)
        self._undo.note(lambda: self._put(row, None))
        return row

    def update(self, row: Row, **changes: Any) -> Row:
        """Replace a row by one with some attributes changed; returns the new row. The key stays."""
        old = self._rows[getattr(row, self._key)]
        new: Row = _changed(old, changes)
        self._put(old, new)
        self._undo.note(lambda: self._put(new, old))
        return new

    def remove(self, row: Row) -> None:
        """Remove a row."""
        old = self._rows[getattr(row, self._key)]
        self._put(old, None)
        self._undo.note(lambda: self._put(None, old))

    def _put(self, old: Row | None, new: Row | None) -> None:
        """Let `new` stand where `old` stood, in the rows and in every index; None stands for no row."""
        key = getattr(old if new is None else new, self._key)
        moved = [(index, was, value) for read, index in self._unique_of if (was := read(old)) != (value := read(new))]
        for index, _, value in moved:
            if value is not None and value in index:
                raise KeyError(f"{value!r} is taken")
        for index, was, value in moved:
            if was is not None:
                del index[was]
            if value is not None:
                index[value] = key
        for read, buckets in self._many_of:
            if (was := read(old)) != (value := read(new)):
                _move(buckets, was, value, key)
        if new is None:
            del self._rows[key]
        else:
            self._rows[key] = new


def _move(buckets: dict[Any, list[Any]], was: Any, value: Any, key: Any) -> None:
    """Take a key out of the bucket it was in and put it into the one it belongs to now."""
    if was is not None:
        keys = buckets[was]
        del keys[bisect_left(keys, key)]
        if not keys:
            del buckets[was]
    if value is not None:
        keys = buckets.setdefault(value, [])
        if not keys or keys[-1] < key:
            keys.append(key)
        else:
            insort(keys, key)


def _reader(name: str | tuple[str, ...]) -> Callable[[Any], Any]:
    """Reads what an index is made of from a row; None where there is no row or nothing to index."""
    if isinstance(name, str):
        read = attrgetter(name)
        return lambda row: None if row is None else read(row)
    read_all = attrgetter(*name)

    def read_tuple(row: Any) -> Any:
        values = None if row is None else read_all(row)
        return None if values is None or None in values else values

    return read_tuple


def _changed(row: Any, changes: dict[str, Any]) -> Any:
    new = object.__new__(type(row))
    for name in row.__slots__:
        object.__setattr__(new, name, changes.pop(name) if name in changes else getattr(row, name))
    if changes:
        raise AttributeError(f"{type(row).__name__} has no {', '.join(changes)}")
    return new
