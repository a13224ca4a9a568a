"""What a report says, as plain values with every secret masked already: the one source that every format writes from.

The JSON report is this and nothing else, so a report read back is as good as one just made. Made by `telling` and
`merge`; documented by `spec/understudy/report.schema.json`. It must not know any format.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from understudy.probe.report.excerpt import Excerpt

LAYOUT = 1
"""The layout of the JSON report; one that reads otherwise has another number."""

GROUPS: Mapping[str, str] = {
    "clients": "Breaks what clients rely on",
    "document": "Breaks the published document",
    "note": "Worth knowing, breaks no promise",
}
"""The groups of findings, worst first, and their headings."""


class ContentError(Exception):
    """Data that is no report of this layout; the message says what is odd."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """What could not be tried, and why."""

    what: str
    reason: str


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the run; `cut_short` says why it ended early, or nothing."""

    name: str
    tried: int
    requests: int
    seconds: float
    skipped: tuple[Skipped, ...]
    cut_short: str


@dataclass(frozen=True, slots=True)
class Body:
    """A body: its text, or base64 where it is none; ``size`` bytes in all, of which a cut one shows the first."""

    text: str
    base64: bool
    size: int
    cut: bool


@dataclass(frozen=True, slots=True)
class Broken:
    """One broken promise of one message, as `Violation` has it."""

    where: str
    code: str
    side: str
    operation_id: str
    schema: str
    message: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request and its answer; without an answer, the status is null and the note says why."""

    origin: str
    operation_id: str
    started: float
    seconds: float
    note: str
    method: str
    url: str
    request_headers: tuple[tuple[str, str], ...]
    request_body: Body | None
    status: int | None
    response_headers: tuple[tuple[str, str], ...]
    response_body: Body | None
    violations: tuple[Broken, ...]


@dataclass(frozen=True, slots=True)
class Promise:
    """What the broken promise says, and where it is written; a line of 0 is not known."""

    profile: str
    text: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Accepted:
    """What the baseline says of a finding: why it is accepted, and until which day."""

    finding: str
    reason: str
    until: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: a broken promise, how often and where it was met, and how to meet it again.

    ``calls`` are indices into the report's exchanges; ``failing`` says whether it makes the run fail; ``place`` is
    where it was met, whatever the index in a list.
    """

    fingerprint: str
    breaks: str
    standing: str
    failing: bool
    profiles: tuple[str, ...]
    title: str
    broken: Broken
    place: str
    count: int
    origins: tuple[str, ...]
    calls: tuple[int, ...]
    excerpt: Excerpt
    promise: Promise
    curl: str
    accepted: Accepted | None


@dataclass(frozen=True, slots=True)
class Exercised:
    """One promise of the document: how many messages kept and broke it, and why none did where none did."""

    side: str
    status: str | None
    media_type: str | None
    schema: str
    keyword: str
    kind: str
    kept: int
    broken: int
    reason: str


@dataclass(frozen=True, slots=True)
class Operation:
    """What was exercised of one operation: its messages, the answers of each documented status, every promise."""

    operation_id: str
    messages: int
    exercised: int
    total: int
    statuses: Mapping[str, int]
    promises: tuple[Exercised, ...]

    @property
    def is_event(self) -> bool:
        """Whether it is an event, which has no statuses."""
        return all(promise.side == "event" for promise in self.promises)

    @property
    def missing(self) -> list[Exercised]:
        """The promises that nothing exercised."""
        return [promise for promise in self.promises if not promise.kept + promise.broken]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Contract coverage: promises exercised operation by operation, and with every place of the document once."""

    exercised: int
    total: int
    places_exercised: int
    places_total: int
    outside: int
    operations: tuple[Operation, ...]

    @property
    def percent(self) -> float:
        """The number."""
        return 100 * self.exercised / self.total if self.total else 100.0


@dataclass(frozen=True, slots=True)
class Report:
    """All that a report says; the schema says what each key means."""

    layout: int
    understudy: str
    target: str
    title: str
    document: str
    profiles: tuple[str, ...]
    fails_on: tuple[str, ...]
    seed: int
    started: float
    seconds: float
    exit_code: int
    verdict: str
    unfinished: str
    parts: tuple[Part, ...]
    statuses: Mapping[str, Mapping[str, int]]
    findings: tuple[Found, ...]
    healed: tuple[Accepted, ...]
    coverage: Coverage
    exchanges: tuple[Call, ...]

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return sum(part.requests for part in self.parts)

    def group(self, breaks: str) -> list[Found]:
        """The findings of one group, in order."""
        return [finding for finding in self.findings if finding.breaks == breaks]

    def as_json(self) -> dict[str, Any]:
        """The report as JSON data."""
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, data: Any) -> Report:
        """The report that `as_json` wrote. Errors: `ContentError`."""
        if not isinstance(data, Mapping) or data.get("layout") != LAYOUT:
            raise ContentError(
                "this is no JSON report of this version of Understudy; write it again with --report json="
            )
        made: Report = _read(cls, data, "")
        return made


def _read(kind: Any, data: Any, at: str) -> Any:
    """Data as a value of a type: a dataclass, a tuple, a mapping, something or None, or a plain value."""
    origin, inner = get_origin(kind), get_args(kind)
    if dataclasses.is_dataclass(kind) and isinstance(data, Mapping):
        hints = get_type_hints(kind)
        odd = hints.keys() ^ data.keys()
        if odd:
            raise ContentError(f"{at or '/'}: the key {min(odd)!r} is missing or unknown")
        assert isinstance(kind, type)  # noqa: S101 - an instance is never asked for
        return kind(**{name: _read(hint, data[name], f"{at}/{name}") for name, hint in hints.items()})
    if origin is tuple and isinstance(data, list | tuple):
        kinds = [inner[0]] * len(data) if inner[-1] is Ellipsis else inner
        return tuple(_read(one, item, f"{at}/{i}") for i, (one, item) in enumerate(zip(kinds, data, strict=True)))
    if origin is UnionType:
        chosen = next(one for one in inner if one is not NoneType)
        return None if data is None else _read(chosen, data, at)
    if isinstance(origin, type) and issubclass(origin, Mapping) and isinstance(data, Mapping):
        return {str(key): _read(inner[1], item, f"{at}/{key}") for key, item in data.items()}
    plain = {int: (int,), float: (int, float), str: (str,), bool: (bool,)}.get(kind)
    if plain and isinstance(data, plain):
        return data
    raise ContentError(f"{at}: this is not what a report has here")
