"""Reads XML into a tree, safely: no entities of the message's own, nothing fetched, no depth beyond reason.

Called by `body`, for every body whose media type is XML. Prefixes are resolved to namespaces here; what elements and
attributes mean is told by a schema's hints, see `xml_mapping`. It must not know any schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from understudy.contract.multipart import WrongError

XML_NAMESPACE = "http://www.w3.org/XML/1998/namespace"
INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"

Name = tuple[str, str]
"""A namespace, empty where there is none, and a local name."""


@dataclass(slots=True)
class Element:
    """One element.

    Attributes:
        name: its name.
        attributes: by name; declarations of namespaces are left out.
        children: the elements in it, in order.
        text: all text that stands directly in it.
    """

    name: Name
    attributes: dict[Name, str] = field(default_factory=dict)
    children: list[Element] = field(default_factory=list)
    text: str = ""

    @property
    def is_nil(self) -> bool:
        """Whether it says of itself that it is null."""
        return self.attributes.get((INSTANCE, "nil"), "").strip() in ("true", "1")


def is_xml(essence: str) -> bool:
    """Whether a media type carries XML: ``application/xml``, ``text/xml`` or any ``+xml``."""
    return essence in ("application/xml", "text/xml") or essence.endswith("+xml")


def parse(raw: bytes, charset: str | None, depth: int) -> Element:
    """The root of a document.

    Args:
        raw: the body.
        charset: what its ``Content-Type`` says, which goes before what it says itself.
        depth: how many elements may stand inside one another.

    Errors: `WrongError` for what is not well-formed, declares entities, or is nested too deeply.
    """
    builder = _Builder(depth)
    parser = expat.ParserCreate(charset)
    parser.buffer_text = True
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.data
    parser.EntityDeclHandler = _refuse
    try:
        parser.Parse(raw, True)  # noqa: FBT003 - expat's own
    except expat.ExpatError as error:
        where = f" at line {error.lineno}, column {error.offset + 1}"
        raise WrongError("body-malformed", f"this is not XML: {expat.ErrorString(error.code)}{where}") from None
    except (ValueError, LookupError) as error:
        raise WrongError("body-malformed", f"this is not XML: {error}") from None
    return builder.root


def _refuse(name: str, *_: object) -> None:
    raise WrongError("body-malformed", f"the XML declares the entity `{name}`; write its text out")


class _Builder:
    """Grows the tree out of what the parser calls."""

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.root = Element(("", ""))
        self._open: list[tuple[Element, Mapping[str, str]]] = []

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if len(self._open) >= self.depth:
            raise WrongError("body-too-deep", f"the XML is nested more than {self.depth} levels deep")
        known: dict[str, str] = {**self._open[-1][1]} if self._open else {"xml": XML_NAMESPACE}
        for key, value in attributes.items():
            prefix, _, local = key.partition(":")
            if prefix == "xmlns":
                known[local] = value
        element = Element(_resolved(name, known, known.get("", "")))
        for key, value in attributes.items():
            if key.partition(":")[0] != "xmlns":
                element.attributes[_resolved(key, known, "")] = value
        if self._open:
            self._open[-1][0].children.append(element)
        else:
            self.root = element
        self._open.append((element, known))

    def end(self, _: str) -> None:
        self._open.pop()

    def data(self, text: str) -> None:
        self._open[-1][0].text += text


def _resolved(name: str, known: Mapping[str, str], otherwise: str) -> Name:
    """A name with its prefix resolved; one that nobody declared is left out, as sloppy documents have it."""
    prefix, colon, local = name.partition(":")
    return (known.get(prefix, ""), local) if colon else (otherwise, name)
