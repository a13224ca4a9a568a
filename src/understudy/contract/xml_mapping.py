"""Maps XML to data and data to XML by the `xml` hints of schemas: name, attribute, wrapped, prefix, namespace.

One reading of the hints for both directions, so that what is written reads back as what it was. Called by `values` to
judge a body, and by whoever writes one. What does not read as its type stays text, for the schema to reject. It must
not judge.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.etree import ElementTree as ET

import orjson

from understudy.contract import forms
from understudy.contract.markup import INSTANCE, Element
from understudy.contract.styles import kinds_of

DEPTH = 16
_CONTROLS = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")
_UNNAMEABLE = re.compile(r"[^\w.-]")
_INTEGER = re.compile(r"[+-]?\d{1,4000}", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
TEXT = "#text"
"""The key of text that stands where only elements are expected."""


class RootError(Exception):
    """The root is not the element that the schema's hints name; the message says which it must be."""


class Hints:
    """Reads the schemas of one document.

    Args:
        document: the effective document.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    def hints(self, schema: Any, depth: int = DEPTH) -> Mapping[str, Any]:
        """The `xml` object of a schema, or of the one it refers to or is composed of."""
        if not isinstance(schema, Mapping) or not depth:
            return {}
        if isinstance(schema.get("xml"), Mapping):
            found: Mapping[str, Any] = schema["xml"]
            return found
        if "$ref" in schema:
            return self.hints(forms.resolve(self.document, {"$ref": schema["$ref"]}), depth - 1)
        return next((found for part in schema.get("allOf", ()) if (found := self.hints(part, depth - 1))), {})

    def name(self, schema: Any, otherwise: str) -> str:
        """What an element or attribute is called."""
        return tag(str(self.hints(schema).get("name") or otherwise))

    def root(self, schema: Any) -> str:
        """What the root is called: by its hint, else by the schema's own name."""
        reference = schema.get("$ref", "") if isinstance(schema, Mapping) else ""
        return self.name(schema, str(reference).rpartition("/")[2] or "root")

    def items(self, schema: Any, depth: int = DEPTH) -> Any:
        """The schema of an array's items."""
        schema = forms.resolve(self.document, schema)
        if not isinstance(schema, Mapping) or not depth:
            return True
        if "items" in schema:
            return schema["items"]
        parts = [part for keyword in ("allOf", "anyOf", "oneOf") for part in schema.get(keyword, ())]
        return next((found for part in parts if (found := self.items(part, depth - 1)) is not True), True)

    def item_name(self, array: Any, prop: str) -> str:
        """What the items of an array are called: by their own hint, else as what wraps them, else as the property."""
        wrapped = self.hints(array).get("wrapped") is True
        return self.name(self.items(array), self.name(array, prop) if wrapped else prop)

    def is_array(self, schema: Any) -> bool:
        """Whether a schema asks for an array."""
        return "array" in kinds_of(self.document, schema)


class Reader:
    """Reads data out of XML.

    Args:
        document: the effective document.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.hints = Hints(document)

    def read(self, root: Element, schema: Any) -> Any:
        """What a whole document says. Errors: `RootError`."""
        hints = self.hints.hints(schema)
        if hints.get("name") and root.name[1] != tag(str(hints["name"])):
            raise RootError(f"the root element is <{root.name[1]}>, and must be <{hints['name']}>")
        if not _is_in(root, hints):
            raise RootError(f"the root element is not in the namespace {hints['namespace']}")
        if self.hints.is_array(schema):
            items = self.hints.items(schema)
            return [self._value(child, items) for child in root.children]
        return self._value(root, schema)

    def _value(self, element: Element, schema: Any) -> Any:
        kinds = kinds_of(self.document, schema)
        if element.is_nil:
            return None
        if "array" in kinds:
            return [self._value(child, self.hints.items(schema)) for child in element.children]
        if "object" in kinds and (element.children or element.attributes or not element.text.strip()):
            return self._object(element, schema)
        if element.children or (element.attributes and not kinds):
            return self._object(element, {})
        return _scalar(element.text, kinds)

    def _object(self, element: Element, schema: Any) -> dict[str, Any]:
        found: dict[str, Any] = {}
        properties = forms.listed(self.document, schema)
        required = _required(self.document, schema)
        left, attributes = list(element.children), dict(element.attributes)
        for name, below in properties.items():
            hints = self.hints.hints(below)
            if hints.get("attribute") is True:
                wanted = self.hints.name(below, name)
                key = next((key for key in attributes if key[1] == wanted), None)
                if key is not None:
                    found[name] = _scalar(attributes.pop(key), kinds_of(self.document, below))
                continue
            is_list = self.hints.is_array(below) and hints.get("wrapped") is not True
            wanted = self.hints.item_name(below, name) if is_list else self.hints.name(below, name)
            hints = self.hints.hints(self.hints.items(below)) if is_list else hints
            mine = [child for child in left if child.name[1] == wanted and _is_in(child, hints)]
            left = [child for child in left if child not in mine] if mine else left
            if is_list and (mine or name in required):
                found[name] = [self._value(child, self.hints.items(below)) for child in mine]
            elif mine:
                values = [self._value(child, below) for child in mine]
                found[name] = values[0] if len(values) == 1 else values
        found |= self._others(left, schema)
        found |= {key[1]: text for key, text in attributes.items() if key[0] != INSTANCE}
        return found | ({TEXT: element.text.strip()} if element.text.strip() else {})

    def _others(self, children: list[Element], schema: Any) -> dict[str, Any]:
        """What no property is called; read by what the schema says of further properties."""
        schema = forms.resolve(self.document, schema)
        more = schema.get("additionalProperties", True) if isinstance(schema, Mapping) else True
        found: dict[str, list[Any]] = {}
        for child in children:
            found.setdefault(child.name[1], []).append(self._value(child, more))
        return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


class Writer:
    """Writes data as XML.

    Args:
        document: the effective document.
    """

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document
        self.hints = Hints(document)

    def write(self, value: Any, schema: Any) -> bytes:
        """A whole document; an array at the top is always wrapped, since a document has one root."""
        name = self.hints.root(schema)
        root = self._element(name, schema)
        if isinstance(value, list):
            items = self.hints.items(schema)
            below = self.hints.root(items) if isinstance(items, Mapping) and "$ref" in items else ""
            for item in value:
                self._add(root, below or self.hints.name(items, "item"), item, items)
        else:
            self._fill(root, value, schema)
        written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
        return written

    def _add(self, parent: ET.Element, name: str, value: Any, schema: Any) -> None:
        element = self._element(name, schema)
        parent.append(element)
        self._fill(element, value, schema)

    def _fill(self, element: ET.Element, value: Any, schema: Any) -> None:
        if value is None:
            element.set("xmlns:xsi", INSTANCE)
            element.set("xsi:nil", "true")
        elif isinstance(value, dict):
            properties = forms.listed(self.document, schema)
            whole = forms.resolve(self.document, schema)
            more = whole.get("additionalProperties", True) if isinstance(whole, Mapping) else True
            for name, item in value.items():
                self._property(element, name, item, properties.get(name, more))
        elif isinstance(value, list):
            items = self.hints.items(schema)
            for item in value:
                self._add(element, self.hints.name(items, "item"), item, items)
        else:
            element.text = _text(value)

    def _property(self, element: ET.Element, name: str, value: Any, schema: Any) -> None:
        hints = self.hints.hints(schema)
        if hints.get("attribute") is True and not isinstance(value, dict | list):
            if value is not None:
                element.set(self.hints.name(schema, name), _text(value))
        elif isinstance(value, list):
            parent = element
            if hints.get("wrapped") is True:
                parent = self._element(self.hints.name(schema, name), schema)
                element.append(parent)
            items = self.hints.items(schema)
            for item in value:
                self._add(parent, self.hints.item_name(schema, tag(name)), item, items)
        else:
            self._add(element, self.hints.name(schema, name), value, schema)

    def _element(self, name: str, schema: Any) -> ET.Element:
        hints = self.hints.hints(schema)
        prefix = f"{tag(str(hints['prefix']))}:" if hints.get("prefix") else ""
        element = ET.Element(prefix + name)
        if hints.get("namespace"):
            element.set(f"xmlns:{prefix[:-1]}" if prefix else "xmlns", str(hints["namespace"]))
        return element


def tag(name: str) -> str:
    """A name that XML allows."""
    plain = _UNNAMEABLE.sub("_", name) or "_"
    return plain if plain[0].isalpha() or plain[0] == "_" else f"_{plain}"


def _is_in(element: Element, hints: Mapping[str, Any]) -> bool:
    return not hints.get("namespace") or element.name[0] == hints["namespace"]


def _required(document: Mapping[str, Any], schema: Any, depth: int = DEPTH) -> frozenset[str]:
    return frozenset(_names(document, schema, depth))


def _names(document: Mapping[str, Any], schema: Any, depth: int) -> Iterator[str]:
    schema = forms.resolve(document, schema)
    if isinstance(schema, Mapping) and depth:
        yield from schema.get("required", ())
        for part in schema.get("allOf", ()):
            yield from _names(document, part, depth - 1)


def _scalar(text: str, kinds: frozenset[str]) -> Any:
    """A text as one of the types it may be; text where it reads as none."""
    if "string" in kinds or not kinds:
        return text
    plain = text.strip()
    if "boolean" in kinds and plain in _BOOLEANS and not (plain.isdigit() and kinds & {"integer", "number"}):
        return _BOOLEANS[plain]
    if kinds & {"integer", "number"} and _INTEGER.fullmatch(plain):
        return int(plain)
    if "number" in kinds and _NUMBER.fullmatch(plain):
        return float(plain)
    if "null" in kinds and not plain:
        return None
    return text


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return _CONTROLS.sub("", value)
    return str(value) if isinstance(value, int | float) else orjson.dumps(value).decode()
