"""What reads for openapi-core: a parameter or header by its style, then the value that its text means; and a body.

They stand at seams that openapi-core has for them. Called by `engine`; they must not judge: what cannot be read is an
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
from openapi_core.exceptions import OpenAPIError

from understudy.contract import forms
from understudy.contract.styles import Style
from understudy.contract.values import value_of
from understudy.contract.views import Decoded
from understudy.contract.xml_mapping import RootError


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


class DecodedBodies:
    """Stands where openapi-core makes a deserialiser per body: ours are decoded already."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        self.document = document

    def create(
        self,
        _spec: SchemaPath,
        _mimetype: str,
        schema: SchemaPath | None = None,
        encoding: SchemaPath | None = None,
        **_: Any,
    ) -> _Deserializer:
        """A deserialiser for a body of this schema, its fields written as `encoding` says."""
        return _Deserializer(self.document, schema, encoding)


class UnreadError(OpenAPIError):
    """A body that its media type cannot be read by; the message says why."""


class _Deserializer:
    def __init__(
        self, document: Mapping[str, Any], schema: SchemaPath | None, encoding: SchemaPath | None = None
    ) -> None:
        self.document = document
        self.schema = schema
        self.encoding = encoding

    def deserialize(self, raw: Any) -> Any:
        if not isinstance(raw, Decoded):  # the content of a parameter
            return forms.parameter_content(raw)
        schema, encoding = (path.read_value() if path is not None else None for path in (self.schema, self.encoding))
        try:
            return value_of(self.document, schema, raw.body, encoding)
        except RootError as error:
            raise UnreadError(str(error)) from None
