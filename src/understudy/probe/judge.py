"""Judges what a deployment said, by every profile at once, and gathers identical violations into findings.

Every part of a verification hands its exchanges in here, and nothing else counts. The contract's verdicts are the
same that guard our own server. It must not send anything, nor print.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from understudy.contract.contract import Contract
from understudy.contract.coverage import Count, Coverage
from understudy.contract.exchange import Event, Exchange
from understudy.contract.promises import Promise
from understudy.contract.summary import Summary, together
from understudy.contract.violations import Violation

KEPT, SMALLEST = 50_000_000, 2_000
"""How many bytes of traffic between others are kept, beside what findings show; the least that an exchange counts."""
OWN_VOICE = "understudy-refused"
"""The header of an answer that a fake of ours gives in its own voice."""
EXAMPLES = 3
"""How many exchanges a finding shows."""
LAW = "law"
"""Stands for a profile where no document, but a law of a scenario or a property was broken."""
NOTE = "note"
"""Stands for a profile where no promise was broken, and somebody should know all the same; it never fails a run."""
WEBHOOKS = "Webhooks"
"""The tag of the events that are sent to an address of the client's, beside those that a socket tells."""
DEAD_AFTER = 5
"""After how many requests in a row without an answer a deployment counts as gone."""
_NUMBERS = re.compile(r"/\d+(?=/|$)")


@dataclass
class Finding:
    """One thing that is broken, however often it was met.

    Attributes:
        violation: the first violation of this kind.
        profiles: the profiles whose promise it breaks; ``law`` for a scenario's or a property's, ``note`` for a remark.
        count: how often it was met.
        exchanges: the first exchanges in which it was met.
        origins: where the exchanges came from: a scenario's name, or a part's.
    """

    violation: Violation
    profiles: set[str] = field(default_factory=set)
    count: int = 0
    exchanges: list[Exchange | Event] = field(default_factory=list)
    origins: list[str] = field(default_factory=list)

    @property
    def fingerprint(self) -> str:
        """What tells this finding from others, in this run and the next: 12 hexadecimal digits."""
        v = self.violation
        text = "\n".join((v.code, v.side, v.operation_id, v.schema, _NUMBERS.sub("/*", v.where)))
        return hashlib.sha256(text.encode()).hexdigest()[:12]

    @property
    def where(self) -> str:
        """The place in the message, whatever the index in a list."""
        return _NUMBERS.sub("/*", self.violation.where)


class Judge:
    """What was found so far.

    Args:
        contracts: the contracts by profile, the one that clients rely on first.
        events: the contract of the events, if there are any.
        voices: makes the contracts of an Understudy, by profile too: a fake of ours refuses in a voice of its own what
            breaks the contract, and such an answer is judged by what it promises for that voice.

    Attributes:
        met: fingerprints of the findings met since somebody emptied it: who asks sees what one request has shown.
    """

    def __init__(
        self,
        contracts: Mapping[str, Contract],
        events: Contract | None = None,
        voices: Callable[[], Mapping[str, Contract]] | None = None,
    ) -> None:
        self.contracts = contracts
        self._voices = cache(voices) if voices is not None else None
        self.events = events
        self.main = next(iter(contracts.values()))
        self.coverage = Coverage(self.main)
        # A document may say itself what events tell; then they are among its own promises.
        self.event_coverage = self.coverage if events is None or events is self.main else _heard(events)
        self.findings: dict[str, Finding] = {}
        self.statuses: dict[str, dict[int, int]] = {}
        self.exchanges: list[tuple[str, Exchange]] = []
        self.met: set[str] = set()
        self.overheard = 0
        self._kept = 0

    def overhear(self, exchange: Exchange, origin: str, *, ignoring: frozenset[str] = frozenset()) -> None:
        """Judge both sides of an exchange between others by every profile.

        `Traffic.judge` has judged it by the first profile. One that belongs to no path of the document counts for
        nothing. There may be more of them than memory: findings show theirs, and others are kept up to `KEPT`.

        Args:
            exchange: what was seen.
            origin: where.
            ignoring: codes of violations that nobody can know of, where something is left out of a record.
        """
        request, response = exchange.request, exchange.response
        missing = tuple(violation for violation in exchange.violations if violation.code == "answer-missing")
        self._note(missing, LAW, exchange, origin)
        self.overheard += 1
        if request.path_pattern is not None and (exchange.operation_id or exchange.violations):
            voices = self._voices if response is not None and OWN_VOICE in response.fields else None
            for profile, contract in (self.contracts if voices is None else voices()).items():
                if contract is self.main:
                    broken = [violation for violation in exchange.violations if violation not in missing]
                else:
                    broken = list(contract.check_request(request))
                    if response is not None and not exchange.refused:
                        broken += contract.check_response(request, response)
                if voices is not None and contract is next(iter(voices().values())):
                    exchange.violations = [*broken, *missing]
                self._note([one for one in broken if one.code not in ignoring], profile, exchange, origin)
            if response is not None and not exchange.refused:
                seen = self.statuses.setdefault(exchange.operation_id, {})
                seen[response.status_code] = seen.get(response.status_code, 0) + 1
        self.coverage.add(exchange)
        self._kept += SMALLEST + len(request.body) + (len(response.body) if response else 0)
        shown = (one for finding in self.findings.values() for one in finding.exchanges)
        if self._kept <= KEPT or any(one is exchange for one in shown):
            self.exchanges.append((origin, exchange))

    def judge(self, exchange: Exchange, origin: str, asked: Sequence[Violation] | None = None) -> tuple[Violation, ...]:
        """Judge an answer by every profile, and keep the exchange; returns what the first profile says of it.

        Args:
            exchange: what was asked and answered.
            origin: where it came from.
            asked: what the request breaks, where that is known already.
        """
        own = tuple(exchange.violations)
        self._note(own, LAW, exchange, origin)
        first: tuple[Violation, ...] = own
        if exchange.response is not None:
            voices = self._voices if OWN_VOICE in exchange.response.fields else None
            contracts = self.contracts if voices is None else voices()
            for index, (profile, contract) in enumerate(contracts.items()):
                broken = contract.check_response(exchange.request, exchange.response)
                self._note(broken, profile, exchange, origin)
                if index == 0:
                    first += broken
                    if asked is None:
                        asked = self.main.check_request(exchange.request)
                    exchange.violations = [*own, *asked, *broken]
            self._count(exchange)
        self.coverage.add(exchange)
        self.exchanges.append((origin, exchange))
        return first

    def judge_event(self, event: Event, origin: str) -> tuple[Violation, ...]:
        """Judge an event that was heard."""
        if self.events is None:
            return ()
        broken = self.events.check_event(event.name, event.data)
        event.violations = list(broken)
        self.event_coverage.add_event(event.name, event.data, broken)
        self._note(broken, next(iter(self.contracts)), event, origin)
        return broken

    def law(self, violation: Violation, exchange: Exchange | Event, origin: str) -> None:
        """Keep a law that an exchange broke."""
        exchange.violations.append(violation)
        self._note((violation,), LAW, exchange, origin)

    def note(self, violation: Violation, exchange: Exchange, origin: str) -> None:
        """Keep what breaks no promise of the deployment's, yet should be known."""
        self._note((violation,), NOTE, exchange, origin)

    def summary(self) -> Summary:
        """What was exercised, operations and events together."""
        summary = self.coverage.summary()
        return summary if self._together else together(summary, self.event_coverage.summary())

    def counts(self) -> dict[Promise, Count]:
        """Every promise, operations' and events' alike, with how many messages kept and broke it."""
        return self.coverage.counts() | ({} if self._together else self.event_coverage.counts())

    @property
    def digest(self) -> str:
        """What tells the documents that are judged by from others."""
        if self._together:
            return self.coverage.digest
        return hashlib.sha256(f"{self.coverage.digest}{self.event_coverage.digest}".encode()).hexdigest()

    @property
    def _together(self) -> bool:
        """Whether one document promises both answers and events."""
        return self.event_coverage is self.coverage

    def silence(self) -> str:
        """Why the last requests all went without an answer; empty as long as the deployment answers."""
        last = [exchange for _, exchange in self.exchanges[-DEAD_AFTER:]]
        gone = len(last) == DEAD_AFTER and all(exchange.response is None for exchange in last)
        return last[-1].note or "no answer" if gone else ""

    def _count(self, exchange: Exchange) -> None:
        if exchange.response is not None:
            seen = self.statuses.setdefault(exchange.operation_id, {})
            seen[exchange.response.status_code] = seen.get(exchange.response.status_code, 0) + 1

    def _note(self, broken: Sequence[Violation], profile: str, exchange: Exchange | Event, origin: str) -> None:
        for violation in broken:
            fresh = Finding(violation)
            fingerprint = fresh.fingerprint
            finding = self.findings.setdefault(fingerprint, fresh)
            self.met.add(fingerprint)
            finding.profiles.add(profile)
            if len(finding.exchanges) < EXAMPLES and exchange not in finding.exchanges:
                finding.exchanges.append(exchange)
            if origin not in finding.origins:
                finding.origins.append(origin)
            if profile in (LAW, min(finding.profiles)):
                finding.count += 1


def _heard(events: Contract) -> Coverage:
    """The coverage of what sockets tell; what goes to a client's own address reaches no judge."""
    return Coverage(events, [name for name, event in events.events.items() if WEBHOOKS in event.node.get("tags", ())])


def json_of(exchange: Exchange) -> Any:
    """An answer's body as JSON data; None where it is none."""
    if exchange.response is None or exchange.response.content.problems:
        return None
    return exchange.response.content.value
