"""Compares what messages carry: request bodies, responses by status, media types, headers.

Called by `operations`. A webhook is the same turned round: its body is received, its answer sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from understudy.contract.diff.canonical import same
from understudy.contract.diff.changes import Difference, Findings, Use
from understudy.contract.diff.parameters import compare_content, serialisation
from understudy.contract.diff.prose import remarks
from understudy.contract.diff.schemas import Schemas
from understudy.contract.diff.spot import Spot

_BODY = frozenset({"required", "content"})
_RESPONSE = frozenset({"headers", "content"})
_MEDIA = frozenset({"schema", "encoding"})
_HEADER = frozenset({"required", "schema", "content", "style", "explode", "allowReserved", "allowEmptyValue"})


@dataclass(frozen=True, slots=True)
class Messages:
    """Compares what is sent and what is answered.

    Attributes:
        findings: where differences go.
        schemas: compares what they hold.
    """

    findings: Findings
    schemas: Schemas

    def body(self, a: Spot, b: Spot, use: Use) -> None:
        """Compare the request bodies of two operations."""
        old, new = a.child("requestBody"), b.child("requestBody")
        if old is None or new is None:
            spot = new or old
            if spot is not None:
                needed = spot.get("required") is True
                verb, text = ("added", "new") if old is None else ("removed", "gone")
                message = f"the body is {text}{' and required' if needed and old is None else ''}"
                name = f"{'required-' if needed else ''}body-{verb}"
                self.findings.add(Difference(name, a.where("requestBody"), b.where("requestBody"), message), use)
            return
        needed_a, needed_b = old.get("required") is True, new.get("required") is True
        if needed_a != needed_b:
            verb, text = ("added", "is required now") if needed_b else ("removed", "is not required any more")
            where = old.where("required"), new.where("required")
            self.findings.add(Difference(f"body-required-{verb}", *where, f"the body {text}"), use)
        self._content(old, new, use)
        self._remarks(remarks(old, new, _BODY), use)

    def responses(self, a: Spot, b: Spot, use: Use) -> None:
        """Compare the answers of two operations, a status at a time."""
        old, new = _by_status(a), _by_status(b)
        for status in dict.fromkeys((*old, *new)):
            one, other = _covering(old, status), _covering(new, status)
            if one is not None and other is not None:
                self._response(one, other, use)
            else:
                verb, text = ("added", "new") if one is None else ("removed", "gone")
                prefix = "error-" if status[0] in "45d" else ""
                where = (one or a).at, (other or b).at
                self.findings.add(Difference(f"{prefix}status-{verb}", *where, f"the status {status} is {text}"), use)
        holders = a.child("responses"), b.child("responses")
        if holders[0] and holders[1]:
            keys = {str(key) for holder in holders if holder for key in holder.node if not str(key).startswith("x-")}
            self._remarks(remarks(holders[0], holders[1], keys), use)

    def _response(self, a: Spot, b: Spot, use: Use) -> None:
        self._content(a, b, use)
        self._headers(a, b, use)
        self._remarks(remarks(a, b, _RESPONSE), use)

    def _content(self, a: Spot, b: Spot, use: Use) -> None:
        old, new = ({_essence(name): spot for name, spot in side.children("content").items()} for side in (a, b))
        for name in dict.fromkeys((*old, *new)):
            if name not in new:
                difference = Difference("media-type-removed", old[name].at, b.where("content"), f"{name} is gone")
                self.findings.add(difference, use)
            elif name not in old:
                difference = Difference("media-type-added", a.where("content"), new[name].at, f"{name} is new")
                self.findings.add(difference, use)
            else:
                one, other = old[name], new[name]
                self.schemas.compare(one, other, use)
                if not same(one.get("encoding") or {}, other.get("encoding") or {}):
                    where = one.where("encoding"), other.where("encoding")
                    self.findings.add(Difference("encoding-changed", *where, "parts are encoded in another way"), use)
                self._remarks(remarks(one, other, _MEDIA), use)

    def _headers(self, a: Spot, b: Spot, use: Use) -> None:
        old, new = (
            {name.lower(): spot for name, spot in side.children("headers").items() if name.lower() != "content-type"}
            for side in (a, b)
        )
        for name in dict.fromkeys((*old, *new)):
            if name not in new:
                difference = Difference(
                    "header-removed", old[name].at, b.where("headers"), f"the header {name} is gone"
                )
                self.findings.add(difference, use)
            elif name not in old:
                difference = Difference("header-added", a.where("headers"), new[name].at, f"the header {name} is new")
                self.findings.add(difference, use)
            else:
                self._header(name, old[name], new[name], use)

    def _header(self, name: str, a: Spot, b: Spot, use: Use) -> None:
        needed = a.get("required") is True, b.get("required") is True
        if needed[0] != needed[1]:
            verb, text = ("added", "is always sent now") if needed[1] else ("removed", "may be left out now")
            where = a.where("required"), b.where("required")
            self.findings.add(Difference(f"header-required-{verb}", *where, f"the header {name} {text}"), use)
        if serialisation(a, "simple") != serialisation(b, "simple"):
            message = f"the header {name} is written in another way"
            self.findings.add(Difference("header-serialisation-changed", a.at, b.at, message), use)
        compare_content(self.schemas, a, b, use)
        self._remarks(remarks(a, b, _HEADER), use)

    def _remarks(self, found: Iterator[Difference], use: Use) -> None:
        for difference in found:
            self.findings.add(difference, use)


def _essence(name: str) -> str:
    """A media type as it is compared: without case and blanks."""
    return "".join(name.lower().split())


def _by_status(operation: Spot) -> dict[str, Spot]:
    return {
        status if status == "default" else status.upper(): spot
        for status, spot in operation.children("responses").items()
        if not status.startswith("x-")
    }


def _covering(statuses: dict[str, Spot], status: str) -> Spot | None:
    """The answer documented for a status: its own, that of its range, or the one for all others."""
    for key in (status, f"{status[0]}XX", "default"):
        if key in statuses:
            return statuses[key]
    return None
