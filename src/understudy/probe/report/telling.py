"""Tells results: makes of what was found what a report says, every secret masked, every body and message excerpted.

Called by whoever writes a report. It must not know any format.
"""

from __future__ import annotations

import base64
from collections.abc import Collection, Sequence

from understudy import __version__
from understudy.contract import pointer
from understudy.contract.exchange import Event, Exchange, Message
from understudy.contract.promises import Promise
from understudy.contract.summary import OperationSummary
from understudy.contract.violations import CODES, Violation
from understudy.probe import baseline
from understudy.probe.judge import LAW, NOTE, Finding
from understudy.probe.report import content, curl
from understudy.probe.report.excerpt import PLACE, Excerpt, of_data, of_text
from understudy.probe.report.masking import Mask, secrets_in, shown
from understudy.probe.results import BROKEN, KEPT, UNREACHABLE, Results

KEPT_OF_A_BODY = 32_000
"""How much of a body a report keeps, in characters."""
VERDICTS = {KEPT: "kept", BROKEN: "broken", UNREACHABLE: "unfinished"}
_KEPT_OF_A_HEADER = 2_000


def tell(results: Results, secrets: Collection[str]) -> content.Report:
    """What a report of these results says.

    Args:
        results: what was found.
        secrets: what no report may show; see `masking.secrets_of` for those among headers.
    """
    return _Telling(results, secrets).report()


class _Telling:
    """One telling."""

    def __init__(self, results: Results, secrets: Collection[str]) -> None:
        self.results = results
        exchanges = [exchange for _, exchange in results.exchanges]
        self.mask = Mask({*secrets, *secrets_in(exchanges)})
        self.numbers = {id(exchange): number for number, exchange in enumerate(exchanges)}
        self.promises: dict[str, list[Promise]] = {}
        for promise in results.counts:
            self.promises.setdefault(promise.operation_id, []).append(promise)
        self.failing = {finding.fingerprint for finding in results.failing}
        # An exchange carries what its first profile says; what the others say is known of a finding's examples.
        self.more: dict[int, list[Violation]] = {}
        for finding in results.findings:
            for example in finding.exchanges[:1]:
                if finding.violation not in example.violations:
                    self.more.setdefault(id(example), []).append(finding.violation)

    def text(self, text: str) -> str:
        return _encodable(self.mask.text(text))

    def report(self) -> content.Report:
        results = self.results
        return content.Report(
            layout=content.LAYOUT,
            understudy=__version__,
            target=shown(self.mask.held_url(results.target)),
            title=self.text(results.title),
            document=results.document,
            profiles=tuple(results.profiles),
            fails_on=tuple(sorted(results.fails_on)),
            seed=results.seed,
            started=results.started,
            seconds=results.seconds,
            exit_code=results.exit_code,
            verdict=VERDICTS[results.exit_code],
            unfinished=self.text(results.unfinished),
            parts=self.parts(),
            statuses={
                name: {str(status): seen[status] for status in sorted(seen)}
                for name, seen in sorted(results.statuses.items())
            },
            findings=tuple(self.found(finding) for finding in results.findings),
            healed=tuple(self.accepted(entry) for entry in results.healed),
            coverage=self.coverage(),
            exchanges=tuple(self.call(origin, exchange) for origin, exchange in results.exchanges),
        )

    def parts(self) -> tuple[content.Part, ...]:
        return tuple(
            content.Part(
                part.name,
                part.tried,
                part.requests,
                part.seconds,
                tuple(content.Skipped(self.text(one.what), self.text(one.reason)) for one in part.skipped),
                self.text(part.cut_short),
            )
            for part in self.results.parts
        )

    def found(self, finding: Finding) -> content.Found:
        first = finding.exchanges[0] if finding.exchanges else None
        promise = self.results.promises[finding.fingerprint]
        entry = self.results.accepted.get(finding.fingerprint)
        order = (LAW, *self.results.profiles, NOTE)
        return content.Found(
            fingerprint=finding.fingerprint,
            breaks=self.group(finding),
            standing=self.results.standings[finding.fingerprint],
            failing=finding.fingerprint in self.failing,
            profiles=tuple(sorted(finding.profiles, key=order.index)),
            title=CODES[finding.violation.code].title,
            broken=self.broken(finding.violation),
            place=self.text(finding.where),
            count=finding.count,
            origins=tuple(map(self.text, finding.origins)),
            calls=tuple(self.numbers[id(one)] for one in finding.exchanges if id(one) in self.numbers),
            excerpt=self.excerpt(finding.violation, first),
            promise=content.Promise(promise.profile, self.text(promise.text), promise.file, promise.line),
            curl=_encodable(curl.line(self.results.target, first.request, self.mask))
            if isinstance(first, Exchange)
            else "",
            accepted=self.accepted(entry) if entry else None,
        )

    def group(self, finding: Finding) -> str:
        if finding.profiles == {NOTE}:
            return "note"
        return "clients" if finding.profiles & {LAW, self.results.profiles[0]} else "document"

    def accepted(self, entry: baseline.Accepted) -> content.Accepted:
        until = entry.until.isoformat() if entry.until else None
        return content.Accepted(entry.fingerprint, self.text(entry.reason), until)

    def broken(self, violation: Violation) -> content.Broken:
        return content.Broken(
            self.text(violation.where),
            violation.code,
            violation.side,
            violation.operation_id,
            violation.schema,
            self.text(violation.message),
            violation.remedy,
        )

    def call(self, origin: str, exchange: Exchange) -> content.Call:
        request, response = exchange.request, exchange.response
        return content.Call(
            origin=self.text(origin),
            operation_id=exchange.operation_id,
            started=exchange.started,
            seconds=exchange.seconds,
            note=self.text(exchange.note),
            method=self.text(request.verb),
            url=_encodable(shown(self.mask.held_url(self.results.target + request.target))),
            request_headers=self.headers(request),
            request_body=self.body(request.body),
            status=response.status_code if response else None,
            response_headers=self.headers(response) if response else (),
            response_body=self.body(response.body) if response else None,
            violations=tuple(map(self.broken, (*exchange.violations, *self.more.get(id(exchange), ())))),
        )

    def headers(self, message: Message) -> tuple[tuple[str, str], ...]:
        found = []
        for raw_name, raw_value in message.raw_headers:
            name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
            masked = shown(self.mask.held_header(name, value))
            found.append((self.text(name), masked[:_KEPT_OF_A_HEADER]))
        return tuple(found)

    def body(self, raw: bytes) -> content.Body | None:
        if not raw:
            return None
        text, cut = self.mask.cut(raw.decode("utf-8", "surrogateescape"), KEPT_OF_A_BODY)
        try:
            text.encode()
        except UnicodeEncodeError:
            octets = text.encode("utf-8", "surrogateescape")
            return content.Body(base64.b64encode(octets).decode(), base64=True, size=len(raw), cut=cut)
        return content.Body(text, base64=False, size=len(raw), cut=cut)

    def excerpt(self, violation: Violation, said: Exchange | Event | None) -> Excerpt:
        """The part of the message that a violation speaks of."""
        place, *parts = pointer.split(violation.where) or ("",)
        if isinstance(said, Event):
            return of_data(said.data, parts if place == "body" else (), self.mask.data)
        if said is None or (violation.side == "response" and said.response is None):
            return of_text(self.text(said.note if said else ""))
        message: Message = said.request
        if violation.side == "response" and said.response is not None:
            message = said.response
        if place == "body" and not message.content.problems and message.content.value is not None:
            value = message.content.value
            if isinstance(value, str):
                return of_text(self.text(value[: PLACE + self.mask.margin]))
            return of_data(value, parts, self.mask.data)
        if place == "body":
            return of_text(self.mask.cut(message.body.decode("utf-8", "backslashreplace"), PLACE)[0])
        return self.head(said, message, place, parts)

    def head(self, said: Exchange, message: Message, place: str, parts: Sequence[str]) -> Excerpt:
        """The start line of a message with the header that is meant, or with all of them."""
        if message is said.request:
            line = f"{self.text(said.request.verb)} {shown(self.mask.held_url(said.request.target))}"
        else:
            line = f"HTTP {said.response.status_code}" if said.response else self.text(said.note)
        headers = [(name, f"{name}: {value}") for name, value in self.headers(message)]
        if place != "header":
            tail = "".join(f"\n{shown_line}" for _, shown_line in headers)
            return Excerpt("", _encodable(line), _encodable(tail))
        meant = [header for name, header in headers if parts and name.lower() == parts[0].lower()]
        others = [header for name, header in headers if header not in meant]
        return Excerpt("\n".join([line, *others, ""]), "\n".join(meant), "")

    def coverage(self) -> content.Coverage:
        told = self.results.coverage
        return content.Coverage(
            told.figure.exercised,
            told.figure.total,
            told.places.exercised,
            told.places.total,
            told.outside,
            tuple(map(self.operation, told.operations)),
        )

    def operation(self, told: OperationSummary) -> content.Operation:
        reasons = {missing.promise: missing.reason for missing in told.missing}
        counts, promises = self.results.counts, self.promises[told.operation_id]
        named = self.results.events if promises[0].side == "event" else {}  # as violations name it
        return content.Operation(
            named.get(told.operation_id, told.operation_id),
            told.messages,
            told.figure.exercised,
            told.figure.total,
            dict(told.statuses),
            tuple(
                content.Exercised(
                    p.side, p.status, p.media_type, p.schema, p.keyword, p.kind,
                    counts[p].kept, counts[p].broken, reasons.get(p, ""),
                )
                for p in promises
            ),
        )  # fmt: skip


def _encodable(text: str) -> str:
    """A text without half characters, which no file can hold."""
    return text.encode("utf-8", "backslashreplace").decode()
