"""Compiles schemas for jsonschema-rs, which may only ever say yes.

Rust is some fifty times faster than openapi-core's validator and differs from it in corners: numeric formats,
float `multipleOf`, `discriminator`, character classes in patterns. So a schema is compiled only if all it
uses stands in the whitelist below, and whatever the compiled form does not accept goes to openapi-core. Called by
`plan`; a differential test holds the whitelist against openapi-core.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

import jsonschema_rs
from openapi_core.validation.schemas import oas31_schema_validators_factory

from understudy.contract import pointer
from understudy.contract.formats import FORMATS

Accept = Callable[[Any], bool]

# What says nothing about a value.
ANNOTATIONS = frozenset({
    "$comment", "$defs", "contentEncoding", "contentMediaType", "default", "deprecated", "description", "example",
    "examples", "externalDocs", "readOnly", "title", "writeOnly", "xml",
})  # fmt: skip
# What both judge alike.
PLAIN = frozenset({
    "const", "dependentRequired", "enum", "exclusiveMaximum", "exclusiveMinimum", "maxContains", "maxItems",
    "maxLength", "maxProperties", "maximum", "minContains", "minItems", "minLength", "minProperties", "minimum",
    "required", "type", "uniqueItems",
})  # fmt: skip
# Where schemas stand below a keyword.
_SUBSCHEMAS: Mapping[str, Callable[[Any], list[Any]]] = {
    **dict.fromkeys(
        ("additionalProperties", "contains", "else", "if", "items", "not", "propertyNames", "then", "unevaluatedItems",
         "unevaluatedProperties"),
        lambda value: [value],
    ),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), list),
    **dict.fromkeys(("dependentSchemas", "patternProperties", "properties"), lambda value: list(value.values())),
}  # fmt: skip

# jsonschema-rs asks formats of texts only.
NUMERIC_FORMATS = frozenset({"int32", "int64", "float", "double"})

# Literal characters, escaped punctuation and control characters, explicit classes, anchors, groups, quantifiers:
# the part of the language of patterns that Python and Rust read alike. No dot, no \d \w \s \b, no look-around.
_SAFE_PATTERN = re.compile(
    r"(?:[^\\.\[\](){}*+?^$|]|\\[/.\-+*?^$|(){}\[\]\\tnrfv]|\\x[0-9a-fA-F]{2}|\[\^?(?:[^\\\[\]&~^]|\\[/.\-+*?^$|(){}\[\]\\tnrfv]"
    r"|\\x[0-9a-fA-F]{2})+\]|\((?:\?:)?|\)|[*+?^$|]|\{[0-9]+(?:,[0-9]*)?\})*"
)

# Keywords that some values make unfit for Rust, and why.
_WHY_NOT: Mapping[str, Callable[[Any], str]] = {
    "format": lambda name: f"the format {name}" if name in NUMERIC_FORMATS else "",
    "pattern": lambda pattern: "" if safe_pattern(pattern) else f"the pattern {pattern}",
    "patternProperties": lambda named: "" if all(map(safe_pattern, named)) else "a pattern in patternProperties",
}


class Compiler:
    """Compiles the schemas of one document.

    Args:
        document: the effective document, 3.1; of 3.0 nothing is compiled, since its schemas are another language.
        version: ``3.0`` or ``3.1``.
    """

    def __init__(self, document: Mapping[str, Any], version: str) -> None:
        self.document = document
        self.version = version
        stock = {name: check for name, (check, _) in oas31_schema_validators_factory.format_checker.checkers.items()}
        self.formats = {name: _says_yes(check) for name, check in (stock | FORMATS).items()}
        self._registry: Any = None
        self._made: dict[tuple[pointer.Parts, str], Accept | str] = {}

    def compile(self, place: pointer.Parts, forbidden: str = "") -> Accept | str:
        """A function that says yes to what the schema at this place allows, or the reason why there is none.

        Args:
            place: the schema's place in the document.
            forbidden: ``readOnly`` or ``writeOnly``: a keyword under which a value may not be there at all.
        """
        if self.version != "3.1":
            return f"its schema is OpenAPI {self.version}"
        if "jsonSchemaDialect" in self.document:
            return "the document chooses its own JSON Schema dialect"
        place, schema = pointer.follow(self.document, place)
        if (place, forbidden) not in self._made:
            reason = self._unsafe(schema, set(), forbidden)
            self._made[place, forbidden] = reason if reason else self._compile(place)
        return self._made[place, forbidden]

    def _compile(self, place: pointer.Parts) -> Accept:
        if self._registry is None:
            dialect = {"$schema": "https://json-schema.org/draft/2020-12/schema", **self.document}
            self._registry = jsonschema_rs.Registry([("urn:document", dialect)])
        fragment = quote(pointer.join(place), safe="~!$&'()*+,;=:@/")
        validator = jsonschema_rs.Draft202012Validator(
            {"$ref": f"urn:document#{fragment}"},
            registry=self._registry,
            formats=self.formats,
            validate_formats=True,
        )
        accept: Accept = validator.is_valid
        return accept

    def _unsafe(self, schema: Any, seen: set[int], forbidden: str) -> str:
        """Why a schema cannot be left to Rust; an empty string if it can."""
        if not isinstance(schema, Mapping) or id(schema) in seen:
            return "" if isinstance(schema, bool | Mapping) else "a schema that is neither an object nor a boolean"
        seen.add(id(schema))
        for keyword, value in schema.items():
            reason = self._unsafe_keyword(keyword, value, forbidden)
            if reason:
                return reason
            for below in self._below(keyword, value):
                reason = self._unsafe(below, seen, forbidden)
                if reason:
                    return reason
        return ""

    def _unsafe_keyword(self, keyword: str, value: Any, forbidden: str) -> str:
        if keyword == forbidden:
            return f"the keyword {keyword}"
        if keyword in _WHY_NOT:
            return _WHY_NOT[keyword](value)
        if keyword == "$ref":
            return "" if self._resolves(value) else f"the reference {value}"
        known = keyword in ANNOTATIONS or keyword in PLAIN or keyword in _SUBSCHEMAS or keyword.startswith("x-")
        return "" if known else f"the keyword {keyword}"

    def _below(self, keyword: str, value: Any) -> list[Any]:
        """The schemas below a keyword."""
        if keyword == "$ref":
            return [pointer.find(self.document, value)]
        return _SUBSCHEMAS[keyword](value) if keyword in _SUBSCHEMAS else []

    def _resolves(self, reference: Any) -> bool:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return False
        try:
            pointer.find(self.document, reference)
        except KeyError:
            return False
        return True


def safe_pattern(pattern: Any) -> bool:
    """Whether Python and Rust read a pattern alike, so far as saying yes goes."""
    return isinstance(pattern, str) and _SAFE_PATTERN.fullmatch(pattern) is not None


def _says_yes(check: Callable[[Any], Any]) -> Accept:
    @lru_cache(maxsize=4_096)  # the same times and ids come again and again
    def accept(value: Any) -> bool:
        try:
            return bool(check(value))
        except Exception:  # noqa: BLE001 - checkers raise whatever their libraries raise; openapi-core will say it
            return False

    return accept
