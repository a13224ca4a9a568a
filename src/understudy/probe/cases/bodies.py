"""Bodies by media type: the values that the contract takes for one, and what becomes of a value on its way into it.

JSON stays data, a binary property of a form becomes a file, what is neither becomes text or bytes. Called by
`assemble`. It must not label any case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from understudy.contract import pointer
from understudy.contract.body import is_json
from understudy.contract.markup import is_xml
from understudy.contract.multipart import File
from understudy.contract.operation import Operation
from understudy.contract.xml_mapping import Writer
from understudy.generator.shape import Schema
from understudy.probe.building import FORM, JSON, MULTIPART
from understudy.probe.cases.making import DETAILS, Maker

# What to send where a range of media types is documented.
_CONCRETE = {"*/*": JSON, "application/*": JSON, "text/*": "text/plain", "image/*": "image/png", "audio/*": "audio/wav"}
_TEXT = "An understudy knows the script."
PER_DETAIL = 2


class Medium:
    """One documented media type of an operation's body.

    Args:
        maker: makes values.
        place: the place of the media type in the document.
        name: the media type, or range, as documented.
        node: what the document says of it.
    """

    def __init__(self, maker: Maker, place: pointer.Parts, name: str, node: Mapping[str, Any]) -> None:
        self.maker = maker
        self.place = place
        self.name = name
        self.node = node
        self.schema_place = (*place, "schema") if "schema" in node else None
        self.schema: Schema = node.get("schema", True)
        self.media_type = _CONCRETE.get(name, name.replace("*", "x-understudy"))
        self.essence = self.media_type.partition(";")[0].strip().lower()

    @property
    def is_form(self) -> bool:
        """Whether the body is made of fields."""
        return self.essence in (FORM, MULTIPART)

    def values(self) -> Iterator[tuple[Any, bool]]:
        """Values to build upon, the fullest first, each with whether it is meant to be the least."""
        if self.schema_place is None:
            yield ({"text": _TEXT} if self.is_form or is_json(self.essence) else _TEXT), False
            return
        for number, detail in enumerate(DETAILS):
            for _ in range(PER_DETAIL):
                for value in self.maker.tries(self.schema, "", detail):
                    yield value, number >= len(DETAILS) // 2

    def examples(self) -> Iterator[tuple[Any, pointer.Parts]]:
        """The documented examples, as they are, and where each stands."""
        if "example" in self.node:
            yield self.node["example"], (*self.place, "example")
        for name in self.node.get("examples", {}):
            place, example = pointer.follow(self.maker.data, (*self.place, "examples", name))
            if "value" in example:
                yield example["value"], place
        target = self.schema
        if isinstance(target, Mapping) and "$ref" in target:
            target = self.maker.fits.target(target["$ref"])
        if isinstance(target, Mapping) and self.schema_place is not None:
            if "example" in target:
                yield target["example"], (*self.schema_place, "example")
            for example in target.get("examples", ()) if isinstance(target.get("examples"), list) else ():
                yield example, (*self.schema_place, "examples")

    def written(self, value: Any) -> Any:
        """A value as an ask has it for this media type."""
        if self.essence == MULTIPART and isinstance(value, Mapping):
            return {name: self._field(name, item) for name, item in value.items()}
        if self.is_form or is_json(self.essence) or not isinstance(value, str):
            return value
        if is_xml(self.essence) and not value.lstrip().startswith("<"):
            return Writer(self.maker.data).write(value, self.schema)
        try:
            return value.encode() if self.essence.startswith("text/") else value.encode("latin-1")
        except UnicodeEncodeError:
            return value.encode("utf-8", "replace")

    def _field(self, name: str, value: Any) -> Any:
        schema = self.maker.of_property(self.schema, name)
        if isinstance(value, list):
            items = self.maker.shape(schema).items
            return [_file(item) if self._is_binary(items) else item for item in value]
        return _file(value) if self._is_binary(schema) else value

    def _is_binary(self, schema: Schema) -> bool:
        shape = self.maker.shape(schema)
        said = schema if isinstance(schema, Mapping) else {}
        while "$ref" in said:
            said = self.maker.fits.target(said["$ref"])
            if not isinstance(said, Mapping):
                return False
        return shape.format == "binary" or ("contentMediaType" in said and "contentEncoding" not in said)


def _file(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return File("understudy.bin", "application/octet-stream", value.encode("utf-8", "replace"))


def media(maker: Maker, operation: Operation) -> list[Medium]:
    """The media types that the document takes for an operation's body, in its order."""
    if "requestBody" not in operation.node:
        return []
    place, node = pointer.follow(maker.data, (*operation.place, "requestBody"))
    content = node.get("content", {})
    found = []
    for name in content:
        at, medium = pointer.follow(maker.data, (*place, "content", name))
        found.append(Medium(maker, at, name, medium))
    return found
