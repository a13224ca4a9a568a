"""The third check: what a service tells those who listen is judged before anybody hears it.

Stands on the bus of every sandbox. An event that breaks its contract is kept in the journal and not sent, or sent all
the same where the policy is to report. It must not know how an event reaches a client.
"""

from __future__ import annotations

from functools import partial

from understudy.contract.exchange import Event
from understudy.sandbox.bus import Broadcast
from understudy.sandbox.sandboxes import Sandbox
from understudy.server.call import Part
from understudy.server.gate import Policy
from understudy.server.journal import Journal


class EventGate:
    """Judges and journals every event that somebody listens to.

    Args:
        journal: where events are kept.
        policy: ``enforce`` keeps back an event that breaks the contract; ``report`` lets it pass, noted.
    """

    def __init__(self, journal: Journal, policy: Policy) -> None:
        self.journal = journal
        self.policy = policy

    def attend(self, part: Part, name: str, sandbox: Sandbox) -> None:
        """Judge what is published in a sandbox from now on."""
        sandbox.bus.admit = partial(self.admit, part, name, sandbox)

    def admit(self, part: Part, name: str, sandbox: Sandbox, broadcast: Broadcast) -> bool:
        """Whether an event may be heard; it is in the journal from now on."""
        broken = part.events.check_event(broadcast.event, broadcast.data) if part.events else ()
        sent = not broken or self.policy == "report"
        self.journal.add(
            Event(
                broadcast.event,
                broadcast.data,
                service=part.name,
                sandbox=name,
                violations=list(broken),
                sent=sent,
                started=sandbox.clock.time(),
            )
        )
        return sent
