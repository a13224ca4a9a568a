"""Compiles schemas for jsonschema-rs, which may only ever say yes.

Rust is some fifty times faster than openapi-core's validator and differs from it in corners: numeric formats,
float `multipleOf`, `discriminator`, character classes in patterns. So a schema is compiled only if all it
uses stands in the whitelist below, and whatever the compiled form does not accept goes to openapi-core. Where a no
below makes a yes above (`not`, `if`, `oneOf`, a limited `contains`), only what both judge alike may stand. Called by
`plan`; a differential test holds the whitelist against openapi-core.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import jsonschema_rs
from openapi_core.validation.schemas import oas31_schema_validators_factory

from understudy.contract import pointer, subschemas
from understudy.contract.formats import FORMATS
from understudy.contract.patterns import for_rust, read_alike, safe_pattern
from understudy.contract.subschemas import ALL, IN_PLACE, SUBSCHEMAS, rebuilt, turns_back

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
    "required", "type",
})  # fmt: skip
# What Rust judges more strictly: openapi-core's validator takes some lists for unique that are not, and some items and
# properties for evaluated.
STRICTER = frozenset({"uniqueItems", "unevaluatedItems", "unevaluatedProperties"})
# Keywords under which a no of Rust would become a yes.
TURNING = frozenset({"if", "not", "oneOf"})

# jsonschema-rs asks formats of texts only.
NUMERIC_FORMATS = frozenset({"int32", "int64", "float", "double"})

# Keywords that some values make unfit for Rust, and why.
_WHY_NOT: Mapping[str, Callable[[Any], str]] = {
    "format": lambda name: f"the format {name}" if name in NUMERIC_FORMATS else "",
    "pattern": lambda pattern: "" if safe_pattern(pattern) else f"the pattern {pattern}",
    "patternProperties": lambda named: "" if all(map(read_alike, named)) else "a pattern in patternProperties",
    **dict.fromkeys(
        ("const", "enum", "exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum"),
        lambda value: "a number that floats blur" if _is_blurred(value) else "",
    ),
}

# From here on not every integer has a float of its own.
EXACT = 2**53

# How deep a value may be that is left to Rust by a schema that refers to itself: Python's stack ends before a body's
# greatest depth does.
SHALLOW = 12


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
        # The same times and ids come again and again.
        self.formats: dict[str, Accept] = {
            name: lru_cache(maxsize=4_096)(_says_yes(check)) for name, check in (stock | FORMATS).items()
        }
        self._names: dict[str, str] = {}
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
            seen: dict[tuple[int, bool], Any] = {}
            reason = self._unsafe(schema, seen, forbidden)
            if not reason and turns_back(self.document, seen.values(), IN_PLACE):
                reason = "a schema that asks itself of the same value"
            self._made[place, forbidden] = reason or self._compile(schema)
        return self._made[place, forbidden]

    def _compile(self, schema: Any) -> Accept | str:
        definitions: dict[str, Any] = {}
        named: dict[str, str] = {}
        translated = self._translate(schema, named)
        while len(definitions) < len(named):
            for name, reference in [item for item in named.items() if item[0] not in definitions]:
                definitions[name] = self._translate(pointer.find(self.document, reference), named)
        if isinstance(translated, dict):
            translated["$defs"] = definitions
        try:
            validator = jsonschema_rs.Draft202012Validator(translated, formats=self.formats, validate_formats=True)
        except (jsonschema_rs.ValidationError, ValueError) as error:
            return f"a schema that Rust does not compile: {str(error).splitlines()[0]}"
        accept = _says_yes(validator.is_valid)
        if turns_back(self.document, [schema], ALL):
            return lambda value: _is_shallow(value, SHALLOW) and accept(value)
        return accept

    def _translate(self, schema: Any, named: dict[str, str]) -> Any:
        """A schema that means to Rust what the original means to Python; what it refers to is added to `named`."""
        if not isinstance(schema, Mapping):
            return schema
        made: dict[str, Any] = {}
        for keyword, value in schema.items():
            if keyword == "$ref":
                made[keyword] = f"#/$defs/{self._define(value, named)}"
            elif keyword == "pattern":
                made[keyword] = for_rust(value)
            elif keyword not in ANNOTATIONS:
                made[keyword] = rebuilt(keyword, value, lambda below: self._translate(below, named))
        if "patternProperties" in made:
            made["patternProperties"] = {for_rust(key): below for key, below in made["patternProperties"].items()}
        return made

    def _define(self, reference: str, named: dict[str, str]) -> str:
        name = self._names.setdefault(reference, str(len(self._names)))
        named[name] = reference
        return name

    def _unsafe(self, schema: Any, seen: dict[tuple[int, bool], Any], forbidden: str) -> str:
        """Why a schema cannot be left to Rust; an empty string if it can.

        A list of what is still to be looked at, since schemas may lead on further than Python's stack does.

        Args:
            schema: the schema.
            seen: gets the schemas found, by identity and by whether a no there may become a yes further up.
            forbidden: a keyword under which a value may not be there at all.
        """
        waiting: list[tuple[Any, bool]] = [(schema, False)]
        while waiting:
            found, turned = waiting.pop()
            if not isinstance(found, bool | Mapping):
                return "a schema that is neither an object nor a boolean"
            if isinstance(found, bool) or (id(found), turned) in seen:
                continue
            seen[id(found), turned] = found
            for keyword, value in found.items():
                reason = self._unsafe_keyword(keyword, value, forbidden)
                reason = reason or (_too_strict(keyword, value) if turned else "")
                if reason:
                    return reason
                turns = turned or keyword in TURNING or (keyword == "contains" and "maxContains" in found)
                waiting += [(below, turns) for below in subschemas.below(self.document, keyword, value)]
        return ""

    def _unsafe_keyword(self, keyword: str, value: Any, forbidden: str) -> str:
        if keyword == forbidden:
            return f"the keyword {keyword}"
        if keyword == "format" and isinstance(value, str):
            self.formats.setdefault(value, _anything)  # Rust knows formats that openapi-core takes for remarks
        if keyword in _WHY_NOT:
            return _WHY_NOT[keyword](value)
        if keyword == "$ref":
            return "" if self._resolves(value) else f"the reference {value}"
        known = keyword in ANNOTATIONS | PLAIN | STRICTER or keyword in SUBSCHEMAS or keyword.startswith("x-")
        return "" if known else f"the keyword {keyword}"

    def _resolves(self, reference: Any) -> bool:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return False
        try:
            pointer.find(self.document, reference)
        except KeyError:
            return False
        return True


def _too_strict(keyword: str, value: Any) -> str:
    """Why a keyword may not stand where a no becomes a yes; an empty string if it may."""
    if keyword in STRICTER:
        return f"the keyword {keyword} where it is turned round"
    if keyword == "pattern" and not read_alike(value):
        return f"the pattern {value} where it is turned round"
    return ""


def _is_blurred(value: Any) -> bool:
    """Whether there is a number that Rust, comparing floats with integers, may take for another."""
    if isinstance(value, Mapping):
        return any(map(_is_blurred, value.values()))
    if isinstance(value, list):
        return any(map(_is_blurred, value))
    return isinstance(value, int | float) and abs(value) >= EXACT


def _is_shallow(value: Any, depth: int) -> bool:
    """Whether a value nests no deeper than this."""
    if isinstance(value, dict):
        return depth > 0 and all(_is_shallow(item, depth - 1) for item in value.values())
    if isinstance(value, list):
        return depth > 0 and all(_is_shallow(item, depth - 1) for item in value)
    return True


def _anything(_: Any) -> bool:
    return True


def _says_yes(check: Callable[[Any], Any]) -> Accept:
    """A check that says no where the original raises; openapi-core will say what is wrong."""

    def accept(value: Any) -> bool:
        try:
            return bool(check(value))
        except Exception:  # noqa: BLE001 - checkers raise whatever their libraries raise
            return False

    return accept
