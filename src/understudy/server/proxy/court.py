"""Judges what passed the proxy, writes the journal, and tells whoever follows.

Called by `relay` and `tunnel` once a message is through: judgement never holds traffic up, unless the policy is to
enforce. It must not know a socket.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from understudy.contract.contract import Contract
from understudy.contract.exchange import Event, Exchange, Response
from understudy.contract.frames import event_of
from understudy.contract.traffic import Traffic
from understudy.contract.violations import Violation
from understudy.server.gate import Policy, refusal
from understudy.server.journal import Journal
from understudy.server.problem import RESPONSE, problem
from understudy.server.proxy.passage import Passage

log = logging.getLogger("understudy.server")


def _nobody(_: object) -> None:
    """Nobody follows."""


@dataclass
class Court:
    """Who judges, and who hears of it.

    Attributes:
        name: the service's or document's name.
        traffic: judges exchanges.
        events: the contract of the events; None where none is known.
        journal: where exchanges and events are kept.
        policy: ``report`` lets everything pass; ``enforce`` refuses what breaks the contract.
        passed: told of every exchange.
        heard: told of every event.
    """

    name: str
    traffic: Traffic
    events: Contract | None
    journal: Journal
    policy: Policy = "report"
    passed: Callable[[Passage], None] = _nobody
    heard: Callable[[Event], None] = _nobody

    def refusal(self, passage: Passage) -> Response | None:
        """What is answered instead of a request that breaks the contract; None where it may pass."""
        exchange = self._exchange(passage, None)
        self.traffic.judge(exchange)
        blocking = [violation for violation in exchange.violations if violation.status]
        return refusal(self.traffic.contract, exchange.request, blocking) if blocking else None

    def objection(self, passage: Passage) -> Response | None:
        """What is answered instead of an answer that breaks the contract; None where it may pass."""
        exchange = self._exchange(passage, self._response(passage))
        self.traffic.judge(exchange)
        broken = [violation for violation in exchange.violations if violation.side == "response"]
        detail = f"The deployment's answer breaks {len(broken)} promise(s) of the document; it was not passed on."
        return problem(RESPONSE, 500, detail, broken) if broken else None

    def close(self, passage: Passage) -> None:
        """Judge an exchange that is over, and keep it."""
        exchange = passage.exchange = self._exchange(passage, self._response(passage))
        try:
            self.traffic.judge(exchange)
        except Exception:
            log.exception("a bug of ours: %s %s was passed on, and could not be judged", passage.method, passage.target)
        if passage.failure:
            missing = Violation("/", "answer-missing", "response", exchange.operation_id, "", passage.failure)
            exchange.violations.append(missing)
        self.passed(passage)  # first: what the log tells of shall be in the record
        self.journal.add(exchange)

    def event(self, text: bytes) -> None:
        """Judge a text that the deployment sent over a websocket, if it carries an event."""
        found = event_of(text, self.events.events) if self.events is not None else None
        if found is None or self.events is None:
            return
        name, data = found
        event = Event(name, data, service=self.name, started=time.time())
        event.violations += self.events.check_event(name, data)
        self.journal.add(event)
        self.heard(event)

    def note(self, text: str) -> None:
        """Keep a sentence about a websocket."""
        self.journal.add(Event("", service=self.name, started=time.time(), note=text))

    def _response(self, passage: Passage) -> Response | None:
        if passage.answered is None:
            return None
        return self.traffic.response(passage.status, passage.answered.sighting())

    def _exchange(self, passage: Passage, response: Response | None) -> Exchange:
        request = self.traffic.request(passage.method, passage.target, passage.asked.sighting())
        return Exchange(
            request,
            response,
            service=self.name,
            refused=passage.refused,
            started=passage.started,
            seconds=passage.seconds,
            note="; ".join(text for text in (passage.failure, passage.note) if text),
        )
