"""Compares the parameters of an operation: which there are, which are needed, how they are written, what they hold.

A path parameter is known by its place in the path, not by its name. Called by `operations`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from understudy.contract.diff.canonical import show
from understudy.contract.diff.changes import Difference, Findings, Use
from understudy.contract.diff.prose import remarks
from understudy.contract.diff.schemas import Schemas
from understudy.contract.diff.spot import Spot
from understudy.contract.styles import USUAL
from understudy.contract.templates import PARAMETER

Key = tuple[str, str]

_COMPARED = frozenset({
    "name", "in", "required", "schema", "content", "style", "explode", "allowReserved", "allowEmptyValue",
})  # fmt: skip
# Header parameters that OpenAPI has described elsewhere.
_IGNORED = frozenset({"accept", "content-type", "authorization"})


@dataclass(frozen=True, slots=True)
class Parameters:
    """Compares parameters.

    Attributes:
        findings: where differences go.
        schemas: compares what they hold.
    """

    findings: Findings
    schemas: Schemas

    def compare(self, a: tuple[Spot, Spot, str], b: tuple[Spot, Spot, str], use: Use) -> None:
        """Compare the parameters of two operations, each given with its path item and path template."""
        old, new = _parameters(*a), _parameters(*b)
        gone = {key: spot for key, spot in old.items() if key not in new}
        more = {key: spot for key, spot in new.items() if key not in old}
        for key in list(gone):
            moved = next((other for other in more if other[1] == key[1]), None)
            if moved is not None:
                name, one, other = key[1], gone.pop(key), more.pop(moved)
                message = f"`{name}` went from {key[0]} to {moved[0]}"
                self._add("parameter-moved", one, other, message, use)
        for (where, name), spot in gone.items():
            prefix = "required-" if spot.get("required") is True else ""
            message = f"the {where} parameter `{name}` is gone"
            self.findings.add(Difference(f"{prefix}parameter-removed", spot.at, b[0].at, message), use)
        for (where, name), spot in more.items():
            needed = spot.get("required") is True
            message = f"the {where} parameter `{name}` is new{' and required' if needed else ''}"
            prefix = "required-" if needed else ""
            self.findings.add(Difference(f"{prefix}parameter-added", a[0].at, spot.at, message), use)
        for key, spot in old.items():
            if key in new:
                self._one(spot, new[key], use)

    def _one(self, a: Spot, b: Spot, use: Use) -> None:
        name = a.get("name")
        if a.get("in") == "path" and name != b.get("name"):
            message = (
                f"`{name}` is called `{b.get('name')}` now; the same on the wire, another name in generated clients"
            )
            self._add("path-parameter-renamed", a, b, message, use)
        needed = a.get("required") is True, b.get("required") is True
        if needed[0] != needed[1]:
            verb, text = ("added", "is required now") if needed[1] else ("removed", "is not required any more")
            self._add(f"parameter-required-{verb}", a, b, f"`{name}` {text}", use, "required")
        empty = a.get("allowEmptyValue") is True, b.get("allowEmptyValue") is True
        if empty[0] != empty[1]:
            verb, text = ("added", "may be empty now") if empty[1] else ("removed", "may not be empty any more")
            self._add(f"empty-value-{verb}", a, b, f"`{name}` {text}", use, "allowEmptyValue")
        written = [serialisation(spot, USUAL.get(spot.get("in", ""), "simple")) for spot in (a, b)]
        apart = [key for key in written[0] if written[0][key] != written[1][key]]
        if apart:
            told = ", ".join(f"{key} was {show(written[0][key])} and is {show(written[1][key])}" for key in apart)
            self._add(
                "parameter-serialisation-changed", a, b, f"`{name}` is written in another way: {told}", use, apart[0]
            )
        compare_content(self.schemas, a, b, use)
        for difference in remarks(a, b, _COMPARED):
            self.findings.add(difference, use)

    def _add(self, name: str, a: Spot, b: Spot, message: str, use: Use, key: str = "name") -> None:  # noqa: PLR0913, PLR0917 - both sides of what, for whom
        self.findings.add(Difference(name, a.where(key), b.where(key), message), use)


def serialisation(spot: Spot, style: str) -> Mapping[str, Any]:
    """How a parameter or header is written, what is left unsaid filled in; by the key that says it."""
    media = next(iter(spot.get("content") or ()), None)
    if media is not None:
        return {"style": None, "explode": None, "allowReserved": None, "content": media.lower()}
    style = spot.get("style", style)
    explode = spot.get("explode", style in {"form", "cookie"})
    return {"style": style, "explode": explode, "allowReserved": spot.get("allowReserved", False), "content": None}


def compare_content(schemas: Schemas, a: Spot, b: Spot, use: Use) -> None:
    """Compare the schemas of two parameters or headers, wherever they stand."""
    one, other = (next(iter(spot.children("content").values()), spot) for spot in (a, b))
    schemas.compare(one, other, use)


def _parameters(operation: Spot, item: Spot, template: str) -> dict[Key, Spot]:
    """An operation's parameters and its path's, by location and name, in a path by position."""
    positions = {name: f"#{index}" for index, name in enumerate(PARAMETER.findall(template))}
    found: dict[Key, Spot] = {}
    for holder in (item, operation):
        for spot in holder.listed("parameters"):
            where, name = str(spot.get("in")), str(spot.get("name"))
            if where == "header":
                name = name.lower()
                if name in _IGNORED:
                    continue
            found[where, positions.get(name, name) if where == "path" else name] = spot
    return found
