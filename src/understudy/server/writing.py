"""Writes a value as the bytes of a body or a header, by media type and by what the schema hints at.

Called by `synthesis`. It writes what it is given: whether the result keeps the contract is the judge's
question.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import orjson

from understudy.contract.body import is_json
from understudy.generator.compose import Composer
from understudy.generator.shape import Schema

_CONTROLS = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
_UNNAMEABLE = re.compile(r"[^\w.-]")


class UnwritableError(Exception):
    """A value that cannot be written in the place where it should go."""


def body(value: Any, essence: str, schema: Schema, composer: Composer, *, written: bool) -> bytes:
    """A value as a body.

    Args:
        value: the value.
        essence: ``type/subtype``, lower case.
        schema: its schema, where the XML hints are.
        composer: reads schemas.
        written: whether a string is the body itself already, as an example of a text or of XML is.
    """
    if isinstance(value, bytes):
        return value
    if is_json(essence):
        return as_json(value)
    if written and isinstance(value, str):
        return value.encode("utf-8")
    if is_xml(essence):
        return Xml(composer).document(value, schema)
    for kind, write in _WRITERS:
        if re.fullmatch(kind, essence):
            return write(value)
    return value.encode("utf-8") if isinstance(value, str) else as_json(value)


def as_json(value: Any) -> bytes:
    """A value as JSON; integers of any size are written out."""
    try:
        return orjson.dumps(value)
    except TypeError:
        try:
            return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
        except (TypeError, ValueError) as error:
            raise UnwritableError(f"the value is not JSON: {error}") from None


def is_xml(essence: str) -> bool:
    """Whether a media type carries XML."""
    return essence in ("application/xml", "text/xml") or essence.endswith("+xml")


def header(value: Any) -> str:
    """A value as a header field writes it: style `simple`, no explosion.

    Errors: `UnwritableError` for what no header can carry.
    """
    if isinstance(value, dict):
        text = ",".join(f"{name},{_word(item)}" for name, item in value.items())
    elif isinstance(value, list):
        text = ",".join(map(_word, value))
    else:
        text = _word(value)
    if not text.isprintable() or not text.isascii():
        raise UnwritableError(f"{text!r} cannot stand in a header")
    return text


def _word(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return as_json(value).decode()
    return {True: "true", False: "false", None: ""}[value] if value is None or isinstance(value, bool) else str(value)


def _form(value: Any) -> bytes:
    if not isinstance(value, dict):
        raise UnwritableError("a form is made of an object's properties")
    pairs = [
        (name, _word(item)) for name, items in value.items() for item in (items if isinstance(items, list) else [items])
    ]
    return urlencode(pairs).encode()


def _lines(value: Any) -> bytes:
    items = value if isinstance(value, list) else [value]
    return b"".join(as_json(item) + b"\n" for item in items)


def _events(value: Any) -> bytes:
    items = value if isinstance(value, list) else [value]
    texts = [item if isinstance(item, str) else as_json(item).decode() for item in items]
    return "".join("".join(f"data: {line}\n" for line in text.splitlines() or [""]) + "\n" for text in texts).encode()


_WRITERS: tuple[tuple[str, Callable[[Any], bytes]], ...] = (
    (r"application/x-www-form-urlencoded", _form),
    (r"application/(x-ndjson|ndjson|jsonl|x-jsonlines|jsonlines)", _lines),
    (r"text/event-stream", _events),
    (r"text/.*", lambda value: _word(value).encode()),
)


class Xml:
    """Writes values as XML after the `xml` hints of their schemas: name, attribute, wrapped, namespace, prefix.

    Args:
        composer: reads schemas.
    """

    def __init__(self, composer: Composer) -> None:
        self.composer = composer

    def document(self, value: Any, schema: Schema) -> bytes:
        """A whole document; its root is named by the schema's hint, else by the schema."""
        name = self._name(schema, self._reference_name(schema) or "root")
        if isinstance(value, list):
            # A document has one root, so an array at the top is always wrapped.
            root = self._element(name, schema)
            items = self.composer.settle(schema, lambda branches: branches).items
            for item in value:
                self._add(root, self._name(items, self._reference_name(items) or "item"), item, items)
        else:
            holder = ET.Element("holder")
            self._add(holder, name, value, schema)
            root = holder[0]
        written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
        return written

    def _add(self, parent: ET.Element, name: str, value: Any, schema: Schema) -> None:
        """Put a value under a parent, under a name that the caller has read from the hints."""
        if isinstance(value, list):
            self._add_items(parent, name, value, schema)
            return
        hints = self._hints(schema)
        if hints.get("attribute") is True and not isinstance(value, dict):
            parent.set(_tag(name), _clean(value))
            return
        element = self._element(name, schema)
        parent.append(element)
        if isinstance(value, dict):
            properties = self.composer.settle(schema, lambda branches: branches).properties
            for key, item in value.items():
                below = properties.get(key, True)
                self._add(element, self._name(below, key), item, below)
        elif value is not None:
            element.text = _clean(value)

    def _add_items(self, parent: ET.Element, name: str, items: list[Any], schema: Schema) -> None:
        """Items stand side by side; in an element of their own where the array is wrapped."""
        item_schema = self.composer.settle(schema, lambda branches: branches).items
        wrapped = self._hints(schema).get("wrapped") is True
        if wrapped:
            wrapper = self._element(name, schema)
            parent.append(wrapper)
            parent = wrapper
        item_name = self._name(item_schema, name)
        for item in items:
            self._add(parent, item_name, item, item_schema)

    def _element(self, name: str, schema: Schema) -> ET.Element:
        hints = self._hints(schema)
        prefix = f"{_tag(hints['prefix'])}:" if hints.get("prefix") else ""
        element = ET.Element(prefix + _tag(name))
        if hints.get("namespace"):
            element.set(f"xmlns:{prefix[:-1]}" if prefix else "xmlns", str(hints["namespace"]))
        return element

    def _hints(self, schema: Schema) -> Mapping[str, Any]:
        for _ in range(16):
            if not isinstance(schema, Mapping):
                return {}
            if "xml" in schema:
                hints: Mapping[str, Any] = schema["xml"]
                return hints
            parts = schema.get("allOf", ())
            if "$ref" not in schema:
                return next((found for part in parts if (found := self._hints(part))), {})
            schema = self.composer.fits.target(schema["$ref"])
        return {}

    def _name(self, schema: Schema, otherwise: str) -> str:
        return str(self._hints(schema).get("name") or otherwise)

    def _reference_name(self, schema: Schema) -> str:
        reference = schema.get("$ref", "") if isinstance(schema, Mapping) else ""
        return str(reference).rpartition("/")[2]


def _tag(name: str) -> str:
    """A name that XML allows."""
    plain = _UNNAMEABLE.sub("_", name) or "_"
    return plain if plain[0].isalpha() or plain[0] == "_" else f"_{plain}"


def _clean(value: Any) -> str:
    return _CONTROLS.sub("", _word(value))
