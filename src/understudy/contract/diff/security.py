"""Compares who is let in, and where the servers are.

Security is a choice between sets of credentials: asking for less lets everybody in who was in before. Schemes are
known by their name, or by what they are where the name is new. Called by `operations`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from understudy.contract.diff.canonical import canonical
from understudy.contract.diff.changes import Difference, Findings, Use
from understudy.contract.diff.prose import remarks
from understudy.contract.diff.spot import Parts, Spot

# What is asked for: schemes with their scopes.
Demand = frozenset[tuple[str, frozenset[str]]]

_SCHEME = frozenset({"type", "name", "in", "scheme", "flows", "openIdConnectUrl"})
_LOCAL = {"url": "/"}


@dataclass(frozen=True, slots=True)
class Security:
    """Compares security requirements and servers.

    Attributes:
        findings: where differences go.
        a: the first document.
        b: the second.
    """

    findings: Findings
    a: Spot
    b: Spot
    _names: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        old, new = _schemes(self.a), _schemes(self.b)
        for name, spot in new.items():
            if name not in old:
                meant = canonical(_definition(spot))
                self._names[name] = next(
                    (
                        known
                        for known, other in old.items()
                        if known not in new and canonical(_definition(other)) == meant
                    ),
                    name,
                )

    def compare(self, a: Spot, b: Spot, use: Use) -> None:
        """Compare what two operations ask for."""
        at, old = _demands(self.a, a)
        bt, new = _demands(self.b, b)
        renamed = [frozenset((self._names.get(name, name), scopes) for name, scopes in demand) for demand in new]
        narrower = not all(_satisfied(demand, renamed) for demand in old)
        wider = not all(_satisfied(demand, old) for demand in renamed)
        if narrower or wider:
            verb = "changed" if narrower and wider else "narrowed" if narrower else "widened"
            message = f"asked for {_told(old)}, and asks for {_told(new)}"
            self.findings.add(Difference(f"security-{verb}", at, bt, message), use)
        for name in sorted({name for demand in old for name, _ in demand}):
            self._scheme(name, use)

    def _scheme(self, name: str, use: Use) -> None:
        old, new = _schemes(self.a).get(name), _schemes(self.b).get(name)
        if old is None or new is None:
            return
        if canonical(_definition(old)) != canonical(_definition(new)):
            message = f"the credentials of `{name}` are not what they were"
            self.findings.add(Difference("security-scheme-changed", old.at, new.at, message), use)
        for difference in remarks(old, new, _SCHEME):
            self.findings.add(difference, use)

    def servers(self, a: tuple[Spot, ...], b: tuple[Spot, ...], use: Use) -> None:
        """Compare the servers of two operations; given are the levels that may name them, innermost first."""
        at, old = _servers(a)
        bt, new = _servers(b)
        for key, url in old.items():
            if key not in new:
                self.findings.add(Difference("server-removed", at, bt, f"the server {url} is gone"), use)
        for key, url in new.items():
            if key not in old:
                self.findings.add(Difference("server-added", at, bt, f"the server {url} is new"), use)


def _schemes(root: Spot) -> dict[str, Spot]:
    components = root.child("components")
    return components.children("securitySchemes") if components else {}


def _definition(scheme: Spot) -> Any:
    """A scheme without what is only told of it."""
    kept = {key: value for key, value in scheme.node.items() if key in _SCHEME}
    if isinstance(kept.get("flows"), dict):
        kept["flows"] = {
            name: {**flow, "scopes": sorted(flow.get("scopes") or ())} for name, flow in kept["flows"].items()
        }
    return kept


def _demands(root: Spot, operation: Spot) -> tuple[Parts, list[Demand]]:
    holder = operation if operation.has("security") else root
    found = [
        frozenset((str(name), frozenset(map(str, scopes or ()))) for name, scopes in demand.items())
        for demand in holder.get("security") or [{}]
    ]
    return holder.where("security"), found


def _satisfied(offered: Demand, demands: list[Demand]) -> bool:
    """Whether credentials that were enough for one demand are enough for one of several others."""
    held = dict(offered)
    return any(all(name in held and scopes <= held[name] for name, scopes in demand) for demand in demands)


def _told(demands: list[Demand]) -> str:
    return " or ".join(" with ".join(_named(demand)) or "nothing" for demand in demands)


def _named(demand: Demand) -> Iterator[str]:
    for name, scopes in sorted(demand, key=lambda item: item[0]):
        yield f"{name} ({', '.join(sorted(scopes))})" if scopes else name


def _servers(levels: tuple[Spot, ...]) -> tuple[Parts, dict[str, str]]:
    """Where the servers are named, and their addresses by all that counts of them."""
    holder = next((level for level in levels if level.get("servers")), levels[-1])
    found = {}
    for server in holder.get("servers") or [_LOCAL]:
        variables = {
            name: {key: value for key, value in variable.items() if key in {"enum", "default"}}
            for name, variable in (server.get("variables") or {}).items()
        }
        found[canonical([server["url"], variables])] = str(server["url"])
    return holder.where("servers"), found
