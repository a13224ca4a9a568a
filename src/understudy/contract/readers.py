"""What reads a parameter or header for openapi-core: its text by its style, then the value that the text means.

Both stand at seams that openapi-core has for them. Called by `engine`; they must not judge: what cannot be read is an
error of openapi-core's own, and whether a value will do is the schema's question.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jsonschema_path import SchemaPath
from openapi_core.casting.schemas.casters import SchemaCaster
from openapi_core.casting.schemas.factories import SchemaCastersFactory
from openapi_core.deserializing.styles.deserializers import StyleDeserializer
from openapi_core.deserializing.styles.factories import StyleDeserializersFactory

from understudy.contract.styles import Style


class Casters(SchemaCastersFactory):
    """openapi-core's own factory, of casters that know what to do where a schema lists several types."""

    def create(self, spec: SchemaPath, schema: SchemaPath, *_: Any, **__: Any) -> SchemaCaster:
        """The caster of a schema."""
        stock = super().create(spec, schema)
        return _Caster(stock.schema, stock.schema_validator, stock.types_caster)


class _Caster(SchemaCaster):
    def cast(self, value: Any) -> Any:
        """The value that a text means: of several types the first that it can be read as, text the last."""
        node = self.schema.read_value()
        said = node.get("type") if isinstance(node, Mapping) else None
        if not isinstance(said, list):
            return self._whole(node, super().cast(value))
        if isinstance(value, str) and "string" in said:
            return value
        if value == "" and "null" in said:
            return None
        for kind in said:
            if kind not in ("string", "null"):
                try:
                    return self.get_type_caster(kind)(value)
                except (ValueError, TypeError, AttributeError):
                    continue
        return value

    def _whole(self, node: Any, value: Any) -> Any:
        """An object with its unlisted properties read as well, which the original leaves out."""
        if isinstance(value, dict) and isinstance(node, Mapping) and isinstance(node.get("additionalProperties"), dict):
            caster = self.evolve(self.schema / "additionalProperties")
            for name in value.keys() - node.get("properties", {}).keys():
                value[name] = caster.cast(value[name])
        return value


class Styles(StyleDeserializersFactory):
    """Stands where openapi-core makes a reader per parameter: ours know every style, see `styles`."""

    def __init__(self, casters: SchemaCastersFactory, document: Mapping[str, Any]) -> None:
        super().__init__(casters)
        self.document = document
        self.made: dict[tuple[Any, ...], StyleDeserializer] = {}

    def create(self, spec: SchemaPath, schema: SchemaPath, style: str, explode: bool, name: str) -> StyleDeserializer:  # noqa: FBT001 - openapi-core's
        """The reader of a parameter or header."""
        key = (schema.parts, style, explode, name)
        if key not in self.made:
            read = Style.of(self.document, schema.read_value(), name, style, explode=explode).read
            caster = self.schema_casters_factory.create(spec, schema)
            self.made[key] = StyleDeserializer(style, explode, name, "", caster, lambda *asked: read(asked[-1]))
        return self.made[key]
