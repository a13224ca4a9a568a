"""Contract coverage: which promises the messages seen so far exercised, how often each was kept and how often broken.

A promise is exercised when a message came that could have broken it. The same measure serves scenarios, generated
cases, a journal and recorded traffic. Called by whoever reports; it must not know a server, nor how a report looks.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from understudy.contract.contract import Contract
from understudy.contract.exchange import Exchange
from understudy.contract.promises import Promise
from understudy.contract.summary import Summary, summarise
from understudy.contract.surface import Surface
from understudy.contract.surfaces import Key, Surfaces
from understudy.contract.violations import Violation

# How the JSON of a coverage is laid out; another layout has another number.
LAYOUT = 1

# So many different messages of a kind are counted by what they reached before they are counted promise by promise.
PENDING = 512


class CoverageError(Exception):
    """Two coverages that cannot be brought together; the message says why and what to do."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many messages kept a promise, and how many broke it."""

    kept: int = 0
    broken: int = 0

    @property
    def exercised(self) -> bool:
        """Whether any message could have broken it."""
        return bool(self.kept or self.broken)


class Tally:
    """Counts, bit by bit, what the messages of one kind reached and broke."""

    def __init__(self) -> None:
        self._pending: Counter[tuple[int, int]] = Counter()
        self._kept: Counter[int] = Counter()
        self._broken: Counter[int] = Counter()

    def add(self, reached: int, broken: int) -> None:
        """Count one message by its bits."""
        self._pending[reached, broken] += 1
        if len(self._pending) > PENDING:
            self._settle()

    def counts(self) -> tuple[Counter[int], Counter[int]]:
        """The messages that kept each bit, and those that broke it."""
        self._settle()
        return self._kept, self._broken

    def merge(self, kept: dict[int, int], broken: dict[int, int]) -> None:
        """Count what another one counted."""
        self._kept.update(kept)
        self._broken.update(broken)

    def _settle(self) -> None:
        for (reached, broken), times in self._pending.items():
            for number in _numbers(reached & ~broken):
                self._kept[number] += times
            for number in _numbers(broken):
                self._broken[number] += times
        self._pending.clear()


class Coverage:
    """What the messages of one contract exercised.

    Args:
        contract: the contract.
        unheard: names of events that do not count, since nobody can hear them.

    Attributes:
        outside: messages that belong to no operation or event of the contract.
    """

    def __init__(self, contract: Contract, unheard: Collection[str] = ()) -> None:
        self.contract = contract
        self.outside = 0
        self._surfaces = Surfaces(contract, unheard)
        self._tallies: dict[Key, Tally] = {}

    def add(self, exchange: Exchange) -> None:
        """Count an exchange that was judged; an answer that is our gate's own refusal exercises nothing."""
        found = False
        for key, _, reached, broken in self._messages(exchange):
            self._count(key, reached, broken)
            found = True
        self.outside += not found

    def add_event(self, name: str, data: Any, violations: Iterable[Violation] = ()) -> None:
        """Count an event that was judged.

        Args:
            name: the webhook's name in the document.
            data: the event, as JSON data.
            violations: what was found wrong with it.
        """
        surface = self._surfaces.event(name)
        if surface is None:
            self.outside += 1
            return
        self._count(("event", name, None), surface.reached(data), surface.broken(violations, None))

    def exercised_by(self, exchange: Exchange) -> tuple[Promise, ...]:
        """The promises that one exchange exercises, sorted; nothing is counted."""
        found = {
            promise
            for _, surface, reached, broken in self._messages(exchange)
            for number in _numbers(reached | broken)
            if (promise := surface.register.promises[number]) is not None
        }
        return tuple(sorted(found))

    def asked(self, exchange: Exchange) -> tuple[int, int]:
        """The promises of its operation's requests that a request exercises and those that it breaks, as bits.

        For whoever compares many requests: the bits of one operation number the same promises for as long as this
        coverage lives, and say nothing to another one.
        """
        for (side, _, _), surface, reached, broken in self._messages(exchange):
            if side == "request":
                return reached & surface.register.counted, broken
        return 0, 0

    def counts(self) -> dict[Promise, Count]:
        """Every promise of the contract, sorted, with its count."""
        found: dict[Promise, Count] = {}
        for key, surface in self._surfaces.every():
            kept, broken = self._counted(key)
            for number, promise in enumerate(surface.register.promises):
                if promise is not None:
                    found[promise] = Count(kept[number], broken[number])
        return dict(sorted(found.items()))

    def summary(self) -> Summary:
        """What was exercised and what was not, and why not: of each operation, and on the whole."""
        reached = {key: (surface.register, *self._counted(key)) for key, surface in self._surfaces.every()}
        return summarise(reached, self.outside)

    def merge(self, other: Coverage) -> None:
        """Count what another coverage of the same document counted, as when each shard has its own.

        Errors: `CoverageError` where the documents differ.
        """
        self.add_json(other.as_json())

    def as_json(self) -> dict[str, Any]:
        """All counts as JSON data, for `from_json`: bit by bit, as the registers of this document number them."""
        surfaces = []
        for key in sorted(self._tallies, key=str):
            kept, broken = self._counted(key)
            counts = {"kept": sorted(kept.items()), "broken": sorted(broken.items())}
            surfaces.append(dict(zip(("side", "operation_id", "status"), key, strict=True)) | counts)
        return {"layout": LAYOUT, "document": self.digest, "outside": self.outside, "surfaces": surfaces}

    @classmethod
    def from_json(cls, contract: Contract, data: dict[str, Any]) -> Coverage:
        """The coverage that `as_json` wrote. Errors: `CoverageError` where it is of another document."""
        made = cls(contract)
        made.add_json(data)
        return made

    def add_json(self, data: dict[str, Any]) -> None:
        """Count what stands in the JSON data of a coverage. Errors: `CoverageError` where it is of another document."""
        if data.get("layout") != LAYOUT:
            raise CoverageError("this coverage was written by another version of Understudy; measure it again")
        if data.get("document") != self.digest:
            title = self.contract.document.title
            raise CoverageError(f"this coverage is not of the document {title} as it is now; measure it again")
        self.outside += data["outside"]
        for one in data["surfaces"]:
            key = (one["side"], one["operation_id"], one["status"])
            self._tallies.setdefault(key, Tally()).merge(dict(map(tuple, one["kept"])), dict(map(tuple, one["broken"])))

    def _messages(self, exchange: Exchange) -> Iterator[tuple[Key, Surface, int, int]]:
        """The messages of an exchange: whose promises they may keep or break, the bits reached and the bits broken."""
        request, response = exchange.request, exchange.response
        operation = self.contract.operation(request)
        if operation is None:
            return
        name = operation.operation_id
        asked = self._surfaces.request(operation)
        found = [violation for violation in exchange.violations if violation.side == "request"]
        broken = asked.broken(found, request.content) if found else 0
        yield ("request", name, None), asked, asked.reached(request, broken) | broken, broken
        if response is None or exchange.refused:
            return
        found = [violation for violation in exchange.violations if violation.side == "response"]
        answers = self._surfaces.answers(operation)
        yield ("response", name, None), answers, answers.always, answers.broken(found, None) if found else 0
        key = operation.response_key(response.status_code)
        if key is not None:
            answer = self._surfaces.response(operation, key)
            broken = answer.broken(found, response.content) if found else 0
            reached = answer.reached(response, head=request.method == "head" or bool(response.unseen))
            yield ("response", name, key), answer, reached | broken, broken

    def _count(self, key: Key, reached: int, broken: int) -> None:
        tally = self._tallies.get(key)
        if tally is None:
            tally = self._tallies[key] = Tally()
        tally.add(reached, broken)

    def _counted(self, key: Key) -> tuple[Counter[int], Counter[int]]:
        tally = self._tallies.get(key)
        return tally.counts() if tally is not None else (Counter(), Counter())

    @property
    def digest(self) -> str:
        """What tells the document from others; coverages of the same one can be merged."""
        return hashlib.sha256(orjson.dumps(self.contract.data, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _numbers(mask: int) -> Iterator[int]:
    """The numbers of the bits that are set."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low
