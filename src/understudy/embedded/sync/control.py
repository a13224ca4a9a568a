"""A sandbox of a running fake, seen from outside: its clock, journal, faults and state, and who sits on the other side.

What `understudy.serve` hands out, and what connects to a fake that runs elsewhere. Everything goes over the control
plane. It must not know how the fake is run.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Self

import httpx

from understudy.embedded.answers import PATIENCE, moment, text
from understudy.embedded.sync.agent import Agent
from understudy.embedded.sync.asking import Asker

Entry = dict[str, Any]
"""An entry of the journal, an exchange or an event, as `spec/understudy/control.yaml` describes it."""


class Clock:
    """The clock of a sandbox; its timers follow it.

    Args:
        asker: asks the control plane.
    """

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def now(self) -> datetime:
        """What time it is there."""
        return moment(self._asker.ask("GET", "/clock"))

    def freeze(self, at: datetime | None = None) -> datetime:
        """Let it stand still, now or at a moment; returns the moment."""
        return moment(self._asker.ask("POST", "/clock/freeze", body={"time": text(at)}))

    def set(self, to: datetime) -> datetime:
        """Set it; forward, the timers on the way ring."""
        return moment(self._asker.ask("PUT", "/clock", body={"time": text(to)}))

    def advance(self, by: float | timedelta) -> datetime:
        """Move it forward, by seconds or a span; the timers on the way ring."""
        seconds = by.total_seconds() if isinstance(by, timedelta) else by
        return moment(self._asker.ask("POST", "/clock/advance", body={"seconds": seconds}))

    def resume(self) -> datetime:
        """Let it run on from the moment it shows."""
        return moment(self._asker.ask("POST", "/clock/resume"))


class Journal:
    """What went on in a sandbox.

    Args:
        asker: asks the control plane.
    """

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def entries(
        self,
        *,
        operation: str | None = None,
        violation: str | None = None,
        fault: str | None = None,
        since: int | None = None,
        limit: int = 1_000,
    ) -> list[Entry]:
        """The last exchanges and events, newest last.

        Args:
            operation: only those of this operationId, or of this event.
            violation: only those with a violation of this code; ``any`` for every code.
            fault: only those with this fault; ``any`` for every fault.
            since: only those after this number.
            limit: how many at most.
        """
        query = self._query(operation=operation, violation=violation, fault=fault, since=since)
        found: list[Entry] = self._asker.ask("GET", "/journal", query=query | {"limit": limit})
        return found

    def violations(self, *, since: int | None = None) -> list[dict[str, Any]]:
        """Every broken promise in the sandbox's journal, but for those that a fault brought about."""
        entries = self.entries(violation="any", since=since)
        return [violation for entry in entries if not entry["fault"] for violation in entry["violations"]]

    def wait(self, operation: str, *, since: int = 0, seconds: float = PATIENCE) -> Entry:
        """The first entry of an operation, or of an event, after a number; waits until it is there.

        Errors: `TimeoutError`.
        """
        query = self._query(operation=operation, since=since)
        for entry in self._asker.follow("/journal/stream", query=query, seconds=seconds):
            return dict(entry)
        raise TimeoutError(f"{operation} did not come to pass within {seconds:g} s")

    def clear(self) -> int:
        """Forget the sandbox's entries; returns how many."""
        told: dict[str, int] = self._asker.ask("DELETE", "/journal", query=self._query())
        return told["forgotten"]

    def _query(self, **wanted: Any) -> dict[str, Any]:
        return {"sandbox": self._asker.sandbox, **wanted}


class Faults:
    """The faults asked for in a sandbox.

    Args:
        asker: asks the control plane.
    """

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def add(
        self,
        fault: str,
        *,
        operation: str | None = None,
        event: str | None = None,
        probability: float | None = None,
        count: int | None = None,
        **parameters: Any,
    ) -> dict[str, Any]:
        """Ask for a fault; returns its rule, with the id that takes it away.

        Args:
            fault: its name, e.g. ``latency``.
            operation: the operationId it hits; None for every one.
            event: of a fault of the socket, the event it hits; None for every one.
            probability: how likely it is each time, 0 to 1.
            count: how often it comes to pass at most.
            parameters: its own parameters.
        """
        rule = {"operation": operation, "event": event, "probability": probability, "count": count}
        made: dict[str, Any] = self._asker.ask("POST", "/faults", body={"fault": fault, **rule, **parameters})
        return made

    def list(self) -> list[dict[str, Any]]:
        """The rules in force, with how often each came to pass."""
        found: list[dict[str, Any]] = self._asker.ask("GET", "/faults")
        return found

    def remove(self, rule_id: int | str) -> None:
        """Take one rule away."""
        self._asker.ask("DELETE", f"/faults/{rule_id}")

    def clear(self) -> None:
        """Take all rules away."""
        self._asker.ask("DELETE", "/faults")


class State:
    """The state of a sandbox, whole.

    Args:
        asker: asks the control plane.
    """

    def __init__(self, asker: Asker) -> None:
        self._asker = asker

    def export(self) -> dict[str, Any]:
        """All it remembers, as JSON data."""
        told: dict[str, Any] = self._asker.ask("GET", "/state")
        return told

    def restore(self, state: Mapping[str, Any]) -> None:
        """Put a state back that `export` told."""
        self._asker.ask("PUT", "/state", body=dict(state))


class Sandbox:
    """One sandbox of a running fake.

    Args:
        http: the HTTP client, with the fake's base URL.
        name: its name; empty for everybody's.
        service: the played service whose other side `agent` is.

    Attributes:
        name: its name.
        url: the base URL under which a client is in this sandbox.
        headers: the headers with which a client is in it under the fake's own base URL.
        agent: who sits on the other side.
        clock: its clock.
        journal: what went on in it.
        faults: the faults asked for in it.
        state: all it remembers.
    """

    def __init__(self, http: httpx.Client, name: str, service: str) -> None:
        self._asker = Asker(http, name)
        self._service = service
        self.name = name
        base = str(http.base_url).rstrip("/")
        self.url = f"{base}/~{name}" if name else base
        self.headers: Mapping[str, str] = self._asker.headers
        self.agent = Agent(self._asker, service)
        self.clock = Clock(self._asker)
        self.journal = Journal(self._asker)
        self.faults = Faults(self._asker)
        self.state = State(self._asker)

    def reset(self) -> None:
        """Begin it anew, from the seed."""
        self._asker.ask("POST", "/reset")

    def delete(self) -> None:
        """End it; everybody's begins anew instead."""
        if self.name:
            self._asker.ask("DELETE", f"/sandboxes/{self.name}")
        else:
            self.reset()


class Control(Sandbox):
    """A running fake: everybody's sandbox, and the way to all others.

    Args:
        url: its base URL.
        token: its control token, if it was started with one.
        service: the played service whose other side `agent` is.
    """

    def __init__(self, url: str, token: str | None = None, *, service: str = "chatwoot") -> None:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=PATIENCE, trust_env=False)
        super().__init__(self._http, "", service)

    def sandbox(self, name: str | None = None) -> Sandbox:
        """A sandbox by name; without one a new one."""
        if name is None:
            made: dict[str, Any] = self._asker.ask("POST", "/sandboxes", body={})
            name = str(made["name"])
        return Sandbox(self._http, name, self._service)

    def sandboxes(self) -> list[dict[str, Any]]:
        """Every sandbox there is, everybody's first."""
        found: list[dict[str, Any]] = self._asker.ask("GET", "/sandboxes")
        return found

    def services(self) -> list[dict[str, Any]]:
        """What is played."""
        found: list[dict[str, Any]] = self._asker.ask("GET", "/services")
        return found

    def close(self) -> None:
        """Close the connections to it."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
