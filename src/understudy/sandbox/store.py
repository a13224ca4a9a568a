"""Tables in memory: rows by key, an index for every question asked of them, and undo.

A row is a frozen dataclass; it changes only through `Table.update`, which keeps the indices true
and notes how to undo the change. Changes are undone when the transaction they were made
in fails, so that a handler that breaks half-way leaves nothing behind. Not safe for threads: one
event loop owns a store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Any, Generic, TypeVar

from sortedcontainers import SortedDict

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


class Sequence:
    """A sequence of ids, from 1; like a database's, it is not taken back by a rollback.

    Ids handed out by a failed transaction would otherwise be handed out twice to a client that
    saw the first one.
    """

    __slots__ = ("last",)

    def __init__(self) -> None:
        self.last = 0

    def next(self) -> int:
        """The next id."""
        self.last += 1
        return self.last


class Table(Generic[Row]):
    """Rows of one kind.

    Args:
        undo: the undo log of the sandbox.
        key: the attribute that identifies a row.
        unique: attributes (or tuples of attributes) of which at most one row has a given value;
            a value that is None, or a tuple holding a None, is not indexed.
        many: attributes (or tuples of them) by which many rows are found, in order of their key;
            None is not indexed here either.

    Errors: `KeyError` on a duplicate key or a unique value that is taken.
    """

    __slots__ = ("_key", "_many", "_rows", "_undo", "_unique")

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
        self._unique: dict[str | tuple[str, ...], dict[Any, Row]] = {name: {} for name in unique}
        self._many: dict[str | tuple[str, ...], dict[Any, SortedDict]] = {name: {} for name in many}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def get(self, key: Any) -> Row | None:
        """The row with this key, or None."""
        return self._rows.get(key)

    def one(self, index: str | tuple[str, ...], value: Any) -> Row | None:
        """The row whose unique attribute has this value, or None."""
        return self._unique[index].get(value)

    def all(self, index: str | tuple[str, ...], value: Any) -> list[Row]:
        """Every row with this value, in order of their keys."""
        found = self._many[index].get(value)
        return list(found.values()) if found is not None else []

    def count(self, index: str | tuple[str, ...], value: Any) -> int:
        """How many rows have this value."""
        return len(self._many[index].get(value, ()))

    def newest(self, index: str | tuple[str, ...], value: Any, *, before: Any = None) -> Iterator[Row]:
        """The rows with this value from the greatest key down, optionally only keys below ``before``."""
        found = self._many[index].get(value)
        if found is None:
            return iter(())
        keys = found.irange(maximum=before, inclusive=(True, before is None), reverse=True)
        return (found[key] for key in keys)

    def last(self, index: str | tuple[str, ...], value: Any) -> Row | None:
        """The row with the greatest key among those with this value, or None."""
        return next(islice(self.newest(index, value), 1), None)

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
        moves = [(index, _value(old, name), _value(new, name)) for name, index in self._unique.items()]
        for index, was, value in moves:
            if value is not None and value != was and value in index:
                raise KeyError(f"{value!r} is taken")
        for index, was, value in moves:
            if was is not None and was != value:
                del index[was]
            if new is not None and value is not None:
                index[value] = new
        for name, buckets in self._many.items():
            _move(buckets, _value(old, name), _value(new, name), key, new)
        if new is None:
            del self._rows[key]
        else:
            self._rows[key] = new


def _move(buckets: dict[Any, SortedDict], was: Any, value: Any, key: Any, row: Any) -> None:
    """Take a row out of the bucket it was in and put it into the one it belongs to now."""
    if was is not None and was != value:
        del buckets[was][key]
        if not buckets[was]:
            del buckets[was]
    if row is not None and value is not None:
        buckets.setdefault(value, SortedDict())[key] = row


def _value(row: Any, name: str | tuple[str, ...]) -> Any:
    if row is None:
        return None
    if isinstance(name, str):
        return getattr(row, name)
    values = tuple(getattr(row, part) for part in name)
    return None if None in values else values


def _changed(row: Any, changes: dict[str, Any]) -> Any:
    new = object.__new__(type(row))
    for name in row.__slots__:
        object.__setattr__(new, name, changes.pop(name) if name in changes else getattr(row, name))
    if changes:
        raise AttributeError(f"{type(row).__name__} has no {', '.join(changes)}")
    return new
