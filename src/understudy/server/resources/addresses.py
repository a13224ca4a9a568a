"""Reads a path template as an address: which collection, which of its things, and whose collection it is.

``/shops/{shop}/orders/{id}.json`` is one thing, named by ``id``, of the collection ``/shops/{}/orders``, which a
thing of ``/shops`` has. Called by `recognition`; it looks at nothing but the template.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from understudy.contract.templates import PARAMETER
from understudy.generator.names import singular, words
from understudy.server.resources.resource import Above

_SUFFIX = re.compile(r"\.(json|xml|format|\{format\})$")
_CALLED = re.compile(r"^([^{}()]+)\(['\"]?\{([^{}]+)\}['\"]?\)$")  # Things('{id}'), as OData writes it


@dataclass(frozen=True, slots=True)
class Address:
    """Where a path leads.

    Attributes:
        collection: the path of the collection, without the names of parameters and without a suffix.
        above: the things passed on the way to it.
        parameter: the parameter that names one of its things, or an empty string.
    """

    collection: str
    above: tuple[Above, ...]
    parameter: str = ""

    @property
    def name(self) -> str:
        """The last word of the collection's path."""
        return next((part for part in reversed(self.collection.split("/")) if part and part != "{}"), "things")

    @property
    def parent(self) -> str:
        """The path before the last word."""
        return self.collection.rpartition("/")[0]

    @property
    def likeness(self) -> tuple[str, tuple[str, ...]]:
        """What ``/pets`` and ``/pet`` have in common: the way to it and the words of one of its things."""
        return self.parent, words(singular(self.name))


def address(template: str) -> Address:
    """The address of a path template."""
    segments = _segments(template)
    parameter = ""
    last = PARAMETER.fullmatch(segments[-1]) if segments else None
    if last and len(segments) > 1:
        parameter = last.group(1)
        segments.pop()
    above: list[Above] = []
    path = ""
    for segment in segments:
        found = PARAMETER.fullmatch(segment)
        if found:
            above.append(Above(path or "/", found.group(1)))
        path += "/" + PARAMETER.sub("{}", segment)
    return Address(path or "/", tuple(above), parameter)


def _segments(template: str) -> list[str]:
    """The segments of a template, those that mix a name with an id taken apart."""
    segments = [segment for segment in _SUFFIX.sub("", template).split("/") if segment]
    found: list[str] = []
    for segment in segments:
        called = _CALLED.match(segment)
        found += [called.group(1), f"{{{called.group(2)}}}"] if called else [segment]
    return found
