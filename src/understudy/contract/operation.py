"""One operation of a document, and where its parts stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from understudy.contract import pointer


@dataclass(frozen=True)
class Operation:
    """One operation of a document.

    Attributes:
        operation_id: unique in the document.
        method: lower case.
        template: the path template.
        node: the operation object.
        parameters: place in the document of each parameter, by (in, name).
        root: ``paths``; ``webhooks`` or ``callbacks`` for what the server sends, whose template is its name.
        at: its place in the document, where root and template do not say it.
    """

    operation_id: str
    method: str
    template: str
    node: Mapping[str, Any]
    parameters: Mapping[tuple[str, str], pointer.Parts]
    root: str = "paths"
    at: pointer.Parts = ()

    @cached_property
    def place(self) -> pointer.Parts:
        """The operation's place in the document."""
        return self.at or (self.root, self.template, self.method)

    @cached_property
    def security_place(self) -> pointer.Parts:
        """The place of what is asked for credentials: the operation's own, or the whole document's."""
        return (*self.place, "security") if "security" in self.node else ("security",)

    def response_key(self, status: int) -> str | None:
        """The key of ``responses`` for a status: exact, a range such as ``4XX``, or ``default``."""
        responses = self.node.get("responses", {})
        for key in (str(status), f"{status // 100}XX", f"{status // 100}xx", "default"):
            if key in responses:
                return key
        return None


def parameters_at(data: Mapping[str, Any], operation: pointer.Parts) -> dict[tuple[str, str], pointer.Parts]:
    """Where each parameter of the operation at a place stands; the operation's own hide those of its path."""
    places: dict[tuple[str, str], pointer.Parts] = {}
    for parts in (operation[:-1], operation):
        _, holder = pointer.follow(data, parts)
        for index in range(len(holder.get("parameters", ()))):
            place, parameter = pointer.follow(data, (*parts, "parameters", index))
            places[parameter["in"], parameter["name"]] = place
    return places


def schema_place(place: pointer.Parts, parameter: Mapping[str, Any]) -> pointer.Parts:
    """The place of a parameter's schema; one that has a media type of its own keeps it there."""
    for media_type in parameter.get("content", ()):
        return (*place, "content", media_type, "schema")
    return (*place, "schema")
