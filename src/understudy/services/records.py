"""Plain tables for a service of one's own: rows are JSON objects that a handler gets, makes, changes and drops.

For services that need no more than to remember what was sent; whoever needs indices or rows of their own kind makes
tables as the services that come with Understudy do. Changes are undone with the transaction they were made in.
"""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from understudy.sandbox.sandboxes import Sandbox
from understudy.sandbox.store import Sequences, Table, UndoLog
from understudy.services.service import Refusal

NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Row:
    """One JSON object; ids are compared as text, since a path carries text."""

    key: str
    data: Mapping[str, Any]


class Records:
    """The tables of one sandbox, each made when it is first named.

    Args:
        undo: the undo log of the sandbox.
    """

    def __init__(self, undo: UndoLog) -> None:
        self.undo = undo
        self.sequences = Sequences()
        self._tables: dict[str, Table[Row]] = {}

    def table(self, name: str) -> Table[Row]:
        """The rows of one kind."""
        if name not in self._tables:
            self._tables[name] = Table(self.undo, key="key")
        return self._tables[name]


class Collection:
    """Things of one kind, in every sandbox.

    Args:
        name: what they are called; the seed's key.
        key: the property that identifies one.
        number: whether ids are numbers; else they are texts.
        hidden: properties that clients send and never see.
    """

    def __init__(self, name: str, *, key: str = "id", number: bool = False, hidden: tuple[str, ...] = ()) -> None:
        self.name = name
        self.key = key
        self.number = number
        self.hidden = hidden

    def all(self, sandbox: Sandbox) -> list[dict[str, Any]]:
        """Every one, oldest first."""
        return [self._shown(row) for row in self._rows(sandbox)]

    def get(self, sandbox: Sandbox, key: Any, missing: Any = None) -> dict[str, Any]:
        """The one with this id.

        Args:
            sandbox: where.
            key: its id.
            missing: what the product says where there is none; a sentence if it is left out.

        Errors: `Refusal` with 404.
        """
        return self._shown(self._row(sandbox, key, missing))

    def create(self, sandbox: Sandbox, *parts: Any) -> dict[str, Any]:
        """Make one of these objects, the later ones first, with an id of its own."""
        rows = self._rows(sandbox)
        data = self._merged(*parts)
        while True:
            number = sandbox.tables.sequences.next(self.name)
            data[self.key] = number if self.number else str(number)
            if rows.get(str(number)) is None:
                rows.add(Row(str(number), data))
                return self._shown(rows[str(number)])

    def change(self, sandbox: Sandbox, key: Any, *parts: Any, missing: Any = None) -> dict[str, Any]:
        """Lay these objects over the one with this id; its id stays.

        Errors: `Refusal` with 404.
        """
        row = self._row(sandbox, key, missing)
        data = self._merged(row.data, *parts)
        data[self.key] = row.data[self.key]
        return self._shown(self._rows(sandbox).update(row, data=data))

    def drop(self, sandbox: Sandbox, key: Any, missing: Any = None) -> None:
        """Forget the one with this id.

        Errors: `Refusal` with 404.
        """
        self._rows(sandbox).remove(self._row(sandbox, key, missing))

    def plant(self, sandbox: Sandbox, data: Mapping[str, Any]) -> None:
        """Put the seed's rows there.

        Errors: `ValueError` that names the entry and the fix.
        """
        listed = data.get(self.name, [])
        if not isinstance(listed, list):
            raise ValueError(f"{self.name} is not a list; write one object per row")  # noqa: TRY004 - a seed's fault
        for index, entry in enumerate(listed):
            if not isinstance(entry, Mapping) or self.key not in entry:
                raise ValueError(f"{self.name}[{index}] needs {self.key!r}; write an object with one")
            try:
                self._rows(sandbox).add(Row(str(entry[self.key]), dict(entry)))
            except KeyError:
                raise ValueError(f"{self.name}[{index}] is another one's double; choose another {self.key!r}") from None

    def _rows(self, sandbox: Sandbox) -> Table[Row]:
        records: Records = sandbox.tables
        return records.table(self.name)

    def _row(self, sandbox: Sandbox, key: Any, missing: Any) -> Row:
        found = self._rows(sandbox).get(str(key))
        if found is None:
            raise Refusal(NOT_FOUND, {"message": f"There is no {self.key} {key}."} if missing is None else missing)
        return found

    def _merged(self, *parts: Any) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for part in parts:
            if isinstance(part, Mapping):
                made |= {name: value for name, value in part.items() if name not in self.hidden}
        return deepcopy(made)

    def _shown(self, row: Row) -> dict[str, Any]:
        return deepcopy(dict(row.data))
