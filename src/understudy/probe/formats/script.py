"""What every format writes from: the requests of a corpus as text, with names where values are filled in.

Made once for all formats. A format turns the names into its own variables and says what it cannot express; it must not
know how a request is built.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import chain, count
from typing import Any
from urllib.parse import quote

import orjson

from understudy.contract.contract import Contract
from understudy.contract.exchange import Request
from understudy.contract.operation import Operation
from understudy.probe.cases.ask import Ask
from understudy.probe.cases.case import Case
from understudy.probe.corpus import Item
from understudy.probe.owned import in_capitals
from understudy.probe.results import Skipped
from understudy.probe.scenario import MARK
from understudy.probe.sequences.sequence import CallSequence

# Stands for a name while the request is built: letters and digits only, which nothing on the way encodes.
_MARK = re.compile(r"Xq7open(\d+)7qX")
_MEMBER = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d+)\]|\[\"((?:[^\"\\]|\\.)*)\"\]|\['([^'\\]*)'\]")

Text = tuple["str | Name", ...]
"""Text with names in it."""


@dataclass(frozen=True, slots=True)
class Name:
    """A value that is filled in when the request is sent; its name is one of `Script.names`."""

    name: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    Attributes:
        title: what it does, in one line.
        method: upper case.
        target: path and query, encoded; a name's value must be percent-encoded.
        headers: names and values.
        body: as it goes over the wire.
        statuses: what may follow, as ``200``, ``4XX`` or ``default``.
        capture: the keys and indexes that lead to each value that later requests use, by name.
        lane: see `Step.lane`.
    """

    title: str
    method: str
    target: Text
    headers: tuple[tuple[str, Text], ...]
    body: bytes
    statuses: tuple[str, ...]
    capture: Mapping[str, tuple[str | int, ...]] = field(default_factory=dict)
    lane: int = 0

    @property
    def text(self) -> str | None:
        """The body as text; None where it is none."""
        try:
            return self.body.decode()
        except UnicodeDecodeError:
            return None


@dataclass(frozen=True, slots=True)
class Play:
    """A case, or a sequence.

    Attributes:
        id: the case's.
        title: what it shows, in one line.
        calls: its requests; one of a case.
        is_sequence: whether the requests belong together.
    """

    id: str
    title: str
    calls: tuple[Call, ...]
    is_sequence: bool = False

    def blocks(self) -> list[list[list[Call]]]:
        """The requests in the order of sending: blocks of lanes that run at once."""
        found: list[list[list[Call]]] = []
        previous: Call | None = None
        for call in self.calls:
            if call.lane == 0 or previous is None or previous.lane == 0:
                found.append([])
            lane = next((lane for lane in found[-1] if lane[0].lane == call.lane), None)
            if lane is None:
                found[-1].append([call])
            else:
                lane.append(call)
            previous = call
        return found


@dataclass(frozen=True, slots=True)
class Script:
    """A corpus to be written.

    Attributes:
        title: the document's title.
        base: the deployment's base URL, which whoever runs it can change.
        made: what is filled in where nobody says otherwise, by name; as it is.
        names: what each name of the corpus is called here: capitals, digits and underscores, which every format takes.
        plays: cases and sequences, in order.
        left_out: what no format but ndjson can express, and why.
    """

    title: str
    base: str
    made: Mapping[str, str]
    names: Mapping[str, str]
    plays: tuple[Play, ...]
    left_out: tuple[Skipped, ...] = ()

    def encoded(self) -> dict[str, str]:
        """What is filled in, for formats that fill it in as it is: encoded where it stands in a target."""
        in_targets = {
            piece.name for play in self.plays for call in play.calls for piece in call.target if isinstance(piece, Name)
        }
        return {name: quote(value, safe="") if name in in_targets else value for name, value in self.made.items()}


def spelled(text: Text, spell: Callable[[str], str], literal: Callable[[str], str] = str) -> str:
    """Text with each name, and what stands between names, in a format's own spelling."""
    return "".join(spell(piece.name) if isinstance(piece, Name) else literal(piece) for piece in text)


def script(contract: Contract, items: Iterable[Item], base: str, given: Mapping[str, Any]) -> Script:
    """A corpus as every format writes it.

    Args:
        contract: builds the requests.
        items: cases and sequences.
        base: the deployment's base URL.
        given: values that are known, by name.
    """
    maker = _Maker(contract)
    plays: list[Play] = []
    left_out: list[Skipped] = []
    for item in items:
        play = maker.sequence(item) if isinstance(item, CallSequence) else maker.case(item)
        if isinstance(play, Play):
            plays.append(play)
        else:
            left_out.append(Skipped(f"{item.id} {item.title}", play))
    made = {**maker.made, **{name: value for name, value in given.items() if name in maker.made}}
    texts = {
        maker.name(name): value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in made.items()
    }
    return Script(contract.document.title, base.rstrip("/"), texts, maker.names, tuple(plays), tuple(left_out))


class _Maker:
    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.made: dict[str, Any] = {}
        self.names: dict[str, str] = {}
        self._numbers: dict[str, int] = {}

    def case(self, case: Case) -> Play | str:
        operation = self.contract.by_id[case.operation_id]
        filled = case.ask.filled(self._open(case.ask.open, case.ask.open))
        call = self._call(operation, filled, case.title, _statuses(operation, refused=case.kind == "invalid"))
        if isinstance(call, str):
            return call
        return Play(case.id, f"{case.kind} {case.operation_id}, {case.title}", (call,))

    def sequence(self, sequence: CallSequence) -> Play | str:
        calls: list[Call] = []
        for step in sequence.steps:
            operation = self.contract.by_id[step.operation_id]
            filled = step.filled(self._open(step.names() - {MARK}, step.ask.open))
            capture = {name: keys for name, said in step.capture.items() if (keys := keys_of(said)) is not None}
            if len(capture) < len(step.capture):
                return "what it captures is found by a search"
            statuses = step.expect or _statuses(operation, refused=False)
            taken = {self.name(name): keys for name, keys in capture.items()}
            call = self._call(operation, filled, step.operation_id, statuses, taken, step.lane)
            if isinstance(call, str):
                return call
            calls.append(call)
        return Play(sequence.id, f"sequence: {sequence.title}", tuple(calls), is_sequence=True)

    def _call(  # noqa: PLR0913, PLR0917 - a request has that many parts
        self, operation: Operation, ask: Ask, title: str, statuses: tuple[str, ...],
        capture: Mapping[str, tuple[str | int, ...]] | None = None, lane: int = 0,
    ) -> Call | str:  # fmt: skip
        request: Request = ask.request(self.contract, operation)
        if _MARK.search(request.body.decode("latin-1")):
            return "a value that is filled in stands in its body"
        headers = tuple(
            (name.decode("latin-1"), self._text(value.decode("utf-8", "replace")))
            for name, value in request.raw_headers
        )
        target = self._text(request.target)
        return Call(title, request.verb, target, headers, request.body, statuses, capture or {}, lane)

    def _open(self, names: Iterable[str], made: Mapping[str, Any]) -> dict[str, Any]:
        """What stands for names: a mark, or a list or an object as it was made, which only its style can write."""
        whole = {name: value for name, value in made.items() if isinstance(value, list | dict)}
        for name in (name for name in made if name not in whole):
            self.made.setdefault(name, made[name])
        return {name: whole[name] if name in whole else self._mark(name) for name in names}

    def name(self, name: str) -> str:
        """What a name of the corpus is called: no two alike."""
        if name not in self.names:
            plain = in_capitals(name)
            taken = set(self.names.values())
            numbered = (f"{plain}_{number}" for number in count(2))
            self.names[name] = next(free for free in chain([plain], numbered) if free not in taken)
        return self.names[name]

    def _mark(self, name: str) -> str:
        return f"Xq7open{self._numbers.setdefault(name, len(self._numbers))}7qX"

    def _text(self, text: str) -> Text:
        names = list(self._numbers)
        pieces = _MARK.split(text)
        return tuple(
            Name(self.name(names[int(piece)])) if index % 2 else piece for index, piece in enumerate(pieces) if piece
        )


def _statuses(operation: Operation, *, refused: bool) -> tuple[str, ...]:
    """What may follow: what is documented, and for what is to be refused any refusal, but no failure."""
    documented = [str(status).upper().replace("DEFAULT", "default") for status in operation.node.get("responses", {})]
    if not refused:
        return tuple(documented)
    return (*(status for status in documented if status[0] in "123"), "4XX")


def keys_of(path: Any) -> tuple[str | int, ...] | None:
    """The keys and indexes of a JSONPath that leads to one place; None for a capture that searches."""
    if not isinstance(path, str):
        return None
    keys: list[str | int] = []
    at = 1
    while at < len(path):
        match = _MEMBER.match(path, at)
        if match is None:
            return None
        plain, index, double, single = match.groups()
        keys.append(
            int(index) if index is not None else orjson.loads(f'"{double}"') if double is not None else plain or single
        )
        at = match.end()
    return tuple(keys)
