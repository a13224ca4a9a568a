"""Writes a sandbox as JSON data and fills a new one from it: the two answer alike from then on.

Rows are written and read by their types: a service's tables declare ``name: Table[Row]`` as class annotations, and
pydantic does the rest. Called by the control plane. It must not know whose state it is, nor how the data travels.
"""

from __future__ import annotations

import struct
import typing
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

import orjson
from pydantic import ConfigDict, NonNegativeInt, PositiveInt, TypeAdapter, ValidationError

from understudy.sandbox.sandboxes import Sandbox
from understudy.sandbox.store import Sequences, Table
from understudy.sandbox.timers import Timer, Timers

STRICT = ConfigDict(strict=True, extra="forbid", ser_json_bytes="base64", val_json_bytes="base64")

TOLD = 5
"""How many faults of a state are told at once."""

WORDS = {
    "missing": "is missing; export the state anew",
    "unexpected_keyword_argument": "is nothing that such a state has; leave it out",
}

# The state of `random.Random`, version 3: 624 words and a position.
_WORDS = struct.Struct("<625I")
_RANDOM_VERSION = 3


class SnapshotError(ValueError):
    """The data is not the state of such a sandbox.

    Args:
        where: JSON pointer into the data.
        message: what is wrong there, and the fix.
    """

    def __init__(self, where: str, message: str) -> None:
        super().__init__(f"{where}: {message}")


@dataclass(frozen=True, slots=True)
class ClockState:
    """A clock: the moment at which it stands still, or None, and by how many seconds it runs ahead."""

    frozen_at: float | None
    ahead: float


@dataclass(frozen=True, slots=True)
class RandomState:
    """Randomness: the generator's words, four bytes each, the least significant first, and what it has put aside."""

    words: bytes
    gauss: float | None


@dataclass(frozen=True, slots=True)
class TimerState:
    """Timers: the last id given away, and those that have not rung."""

    last_id: NonNegativeInt
    waiting: tuple[Timer, ...]


@dataclass(frozen=True, slots=True)
class State:
    """A sandbox, its rows aside."""

    __pydantic_config__: ClassVar[ConfigDict] = STRICT

    clock: ClockState
    settings: Mapping[str, str]
    randomness: RandomState
    sequences: Mapping[str, PositiveInt]
    timers: TimerState


_STATE: TypeAdapter[State] = TypeAdapter(State)


def write(sandbox: Sandbox) -> dict[str, Any]:
    """Everything a sandbox remembers, as JSON data: `State` and ``tables``, table name to rows in order.

    Bytes are in URL-safe base64, times in seconds since the Unix epoch.
    """
    _, words, gauss = sandbox.random.getstate()
    frozen_at = sandbox.clock.time() if sandbox.clock.frozen else None
    state = State(
        clock=ClockState(frozen_at, 0.0 if sandbox.clock.frozen else sandbox.clock.ahead),
        settings=sandbox.settings,
        randomness=RandomState(_WORDS.pack(*words), gauss),
        sequences=_sequences(sandbox).last,
        timers=TimerState(sandbox.timers.last_id, tuple(sandbox.timers)),
    )
    tables = {
        name: rows.dump_python(list(getattr(sandbox.tables, name)), mode="json")
        for name, rows in _declared(sandbox).items()
    }
    return {**_STATE.dump_python(state, mode="json"), "tables": tables}


def restore(sandbox: Sandbox, data: Mapping[str, Any]) -> None:
    """Fill a new sandbox, which nobody uses yet, from what `write` wrote; what it was planted with is gone.

    Errors: `SnapshotError`; the sandbox must not be used then.
    """
    rest = {key: value for key, value in data.items() if key != "tables"}
    state = _checked(_STATE, rest, "")
    given = data.get("tables")
    if not isinstance(given, Mapping):
        raise SnapshotError("/tables", "must be an object: the name of each table to its rows")
    adapters = _declared(sandbox)
    _same_keys("/tables", given, adapters, "table")
    _same_keys("/settings", state.settings, sandbox.settings, "setting")
    rows = {name: _checked(adapter, given[name], f"/tables/{name}") for name, adapter in adapters.items()}
    _set_random(sandbox, state.randomness)
    sandbox.settings = dict(state.settings)
    sandbox.tables = type(sandbox.tables)(sandbox.undo)
    for name, found in rows.items():
        _fill(sandbox, name, found)
    _number(sandbox, state.sequences, rows)
    _set_timers(sandbox, state.timers)
    _set_clock(sandbox, state.clock)


def _sequences(sandbox: Sandbox) -> Sequences:
    found = getattr(sandbox.tables, "sequences", None)
    return found if isinstance(found, Sequences) else Sequences()


def _declared(sandbox: Sandbox) -> Mapping[str, TypeAdapter[Any]]:
    tables: Any = type(sandbox.tables)
    return _rows(tables)


@cache
def _rows(tables: type) -> Mapping[str, TypeAdapter[Any]]:
    """What reads and writes the rows of each table that a class of tables declares."""
    declared = {
        name: typing.get_args(hint)[0]
        for name, hint in typing.get_type_hints(tables).items()
        if typing.get_origin(hint) is Table
    }
    return {name: TypeAdapter(list[row], config=STRICT) for name, row in declared.items()}  # type: ignore[valid-type]


def _checked(adapter: TypeAdapter[Any], data: Any, where: str) -> Any:
    try:
        return adapter.validate_json(orjson.dumps(data))
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        told = [f"{where}{_pointer(item['loc'])}: {_words(item['type'], item['msg'])}" for item in found[:TOLD]]
        more = [f"and {len(found) - TOLD} more"] if len(found) > TOLD else []
        raise SnapshotError(*"; ".join((*told, *more)).split(": ", 1)) from None


def _pointer(loc: tuple[int | str, ...]) -> str:
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in loc)


def _words(kind: str, message: str) -> str:
    return WORDS.get(kind) or message.replace("Input should be", "must be")


def _same_keys(where: str, given: Mapping[str, Any], known: Mapping[str, Any], noun: str) -> None:
    for name in given.keys() - known.keys():
        raise SnapshotError(f"{where}{_pointer((name,))}", f"there is no such {noun}; there are {', '.join(known)}")
    for name in known.keys() - given.keys():
        raise SnapshotError(where, f"the {noun} {name} is missing; export the state anew")


def _fill(sandbox: Sandbox, name: str, rows: list[Any]) -> None:
    table: Table[Any] = getattr(sandbox.tables, name)
    for index, row in enumerate(rows):
        try:
            table.add(row)
        except KeyError as error:
            raise SnapshotError(f"/tables/{name}/{index}", f"{error.args[0]}; leave one of the two out") from None


def _number(sandbox: Sandbox, last: Mapping[str, int], rows: Mapping[str, list[Any]]) -> None:
    """Let ids go on where they were; one that would be given away twice is refused."""
    for name, found in rows.items():
        greatest = max((row.id for row in found if isinstance(getattr(row, "id", None), int)), default=0)
        if name in last and last[name] < greatest:
            raise SnapshotError(f"/sequences/{name}", f"is {last[name]}, and a row has the id {greatest}; write that")
    _sequences(sandbox).last.update(last)


def _set_random(sandbox: Sandbox, state: RandomState) -> None:
    try:
        sandbox.random.setstate((_RANDOM_VERSION, _WORDS.unpack(state.words), state.gauss))
    except (struct.error, ValueError) as error:
        raise SnapshotError("/randomness/words", f"no generator was ever like this ({error}); export anew") from None


def _set_timers(sandbox: Sandbox, state: TimerState) -> None:
    timers = Timers(sandbox.undo)
    plays = sandbox.plays
    for index, timer in enumerate(state.waiting):
        if timer.kind not in plays:
            known = ", ".join(plays) or "nothing"
            raise SnapshotError(f"/timers/waiting/{index}/kind", f"nothing here rings as {timer.kind!r}; {known} does")
        try:
            timers.add(timer)
        except KeyError as error:
            raise SnapshotError(f"/timers/waiting/{index}", f"{error.args[0]}; leave one of the two out") from None
    timers.last_id = max(timers.last_id, state.last_id)
    sandbox.timers = timers


def _set_clock(sandbox: Sandbox, state: ClockState) -> None:
    """Show the moment without letting anything ring: the timers on the way have rung already, or will by themselves."""
    if state.frozen_at is None:
        sandbox.clock.run(state.ahead)
    else:
        sandbox.clock.freeze()
        sandbox.clock.set(state.frozen_at)
