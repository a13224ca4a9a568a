"""Sends the callbacks of an operation once it has answered, whoever answered.

Follows the journal, so that a callback follows an answer that really went out. Where it goes the exchange says, by the
document's runtime expressions; what it carries is made from the document. `deliveries` judges and sends it.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urljoin

from understudy.contract.exchange import Entry, Event, Exchange
from understudy.contract.outbound import Callback
from understudy.sandbox.bus import Delivery
from understudy.server.call import Part
from understudy.server.deliveries import Deliveries
from understudy.server.expressions import ExpressionError, resolve
from understudy.server.journal import Journal
from understudy.server.payloads import Payloads

FAILED = 400


class Callbacks:
    """The callbacks of every part that has some.

    Args:
        parts: what is served.
        journal: what was answered, and where it is told if a callback cannot go.
        deliveries: sends them.
    """

    def __init__(self, parts: Sequence[Part], journal: Journal, deliveries: Deliveries) -> None:
        self.journal = journal
        self.deliveries = deliveries
        self._parts = {part.name: part for part in parts if part.contract.callbacks}
        self._payloads: dict[str, Payloads] = {}
        self.end = journal.follow(self.told) if self._parts else _nothing

    def told(self, entry: Entry) -> None:
        """Send what an exchange asks for."""
        if not isinstance(entry, Exchange) or entry.attempt or entry.refused or entry.response is None:
            return
        part = self._parts.get(entry.service)
        if part is None or entry.response.status_code >= FAILED:
            return
        for callback in part.contract.callbacks:
            if callback.operation_id == entry.operation_id:
                self._send(part, callback, entry)

    def _send(self, part: Part, callback: Callback, exchange: Exchange) -> None:
        request = exchange.request
        asked = f"http://{request.fields.get('host', '127.0.0.1')}{part.base_path}{request.path}"
        name = callback.sent.template
        try:
            # A relative address begins where the operation stands.
            url = urljoin(asked, resolve(callback.expression, exchange, asked))
        except ExpressionError as error:
            note = f"callback not sent: {error}; the request or the answer must carry it"
            self._note(part, name, exchange, note)
            return
        about = f"{name} {request.path} {request.query!r} {request.body!r}"
        media_type, body = self._payloads_of(part).make(callback.sent, about)
        headers = (("Content-Type", media_type),) if media_type else ()
        sandbox = part.sandboxes.get(exchange.sandbox) if part.sandboxes else None
        delivery = Delivery(name, url, headers, body, method=callback.sent.method.upper())
        self.deliveries.post(part, exchange.sandbox, sandbox, delivery)

    def _note(self, part: Part, name: str, exchange: Exchange, note: str) -> None:
        event = Event(name, None, service=part.name, sandbox=exchange.sandbox, sent=False, note=note)
        event.started = exchange.started
        self.journal.add(event)

    def _payloads_of(self, part: Part) -> Payloads:
        if part.name not in self._payloads:
            self._payloads[part.name] = Payloads(part.contract, getattr(part.answerer, "seed", 0))
        return self._payloads[part.name]


def _nothing() -> None:
    return
