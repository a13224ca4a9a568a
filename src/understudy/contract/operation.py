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
        root: ``paths``, or ``webhooks`` for an event; its template is the event's name then.
    """

    operation_id: str
    method: str
    template: str
    node: Mapping[str, Any]
    parameters: Mapping[tuple[str, str], pointer.Parts]
    root: str = "paths"

    @cached_property
    def place(self) -> pointer.Parts:
        """The operation's place in the document."""
        return (self.root, self.template, self.method)

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


def parameter_places(
    data: Mapping[str, Any], root: str, template: str, method: str
) -> dict[tuple[str, str], pointer.Parts]:
    """Where each parameter of an operation stands; the operation's own hide those of its path."""
    places: dict[tuple[str, str], pointer.Parts] = {}
    for parts in ((root, template), (root, template, method)):
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
