"""Reads parameters and headers in every style that OpenAPI has, and says which query keys belong to one.

Stands where openapi-core has readers of its own, which take `deepObject` for exploded only if it says so, miss objects
that are spread over the query, and split at a `%20` that is decoded by then. Called by `readers` and `checks`. What a
text means is the caster's question, whether it will do the schema's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import Headers, ImmutableMultiDict

from understudy.contract import forms, pointer

# How many references and compositions inside one another are followed to learn what kind a value is of.
DEPTH = 8
# The style of a parameter that names none.
USUAL = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_REPEATED = frozenset({"form", "spaceDelimited", "pipeDelimited"})
_COMPOUND = frozenset({"array", "object"})


class Query(ImmutableMultiDict[str, str]):
    """The query, or the cookies, of a request; `declared` are the names of all parameters that are there."""

    declared: frozenset[str] = frozenset()

    @classmethod
    def of(cls, pairs: list[tuple[str, str]], declared: frozenset[str]) -> Query:
        """The query, or the cookies, of these pairs."""
        self = cls(pairs)
        self.declared = declared
        return self


@dataclass(frozen=True, slots=True)
class Style:
    """How a parameter is written.

    Attributes:
        document: the effective document.
        schema: its schema.
        name: its name.
        style: one of OpenAPI's.
        explode: whether lists and objects are spread.
        kinds: the types that its value may have; empty for any.
    """

    document: Mapping[str, Any]
    schema: Any
    name: str
    style: str
    explode: bool
    kinds: frozenset[str]

    @classmethod
    def of(cls, document: Mapping[str, Any], schema: Any, name: str, style: str, *, explode: bool) -> Style:
        """How a parameter of this schema is written; `deepObject` is always exploded."""
        kinds = kinds_of(document, schema)
        return cls(document, schema, name, style, explode or style == "deepObject", kinds)

    @classmethod
    def of_parameter(cls, document: Mapping[str, Any], node: Mapping[str, Any], schema: Any) -> Style:
        """How a parameter of this node and schema is written."""
        style, explode = manner(node)
        return cls.of(document, schema, node["name"], style, explode=explode)

    @property
    def is_plain(self) -> bool:
        """Whether its value stands there as it is, being neither a list nor an object."""
        return self.style in ("form", "simple") and not _COMPOUND & self.kinds

    @property
    def is_spread(self) -> bool:
        """Whether it is an object whose properties are parameters themselves, so that its own name never shows."""
        return self.style == "form" and self.explode and "object" in self.kinds

    def owns(self, key: str) -> bool:
        """Whether a key of the query belongs to it."""
        if self.style == "deepObject":
            return key == self.name or key.startswith(f"{self.name}[")
        if self.is_spread:
            return self._is_free() or key in forms.properties(self.document, self.schema)
        return key == self.name

    def read(self, location: Mapping[str, Any]) -> Any:
        """The value: a text, a list of texts, or an object of those.

        Args:
            location: what stands in the place of the parameter, by name: `Query`, `Headers`, or plain texts of a path.

        Errors: `KeyError` where it is not there; `ValueError` where it is written in another style.
        """
        if self.style == "deepObject":
            return self._deep(location)
        if self.is_spread and isinstance(location, Query):
            return self._spread(location)
        texts = _texts(location, self.name)
        if not texts:
            raise KeyError(self.name)
        if self.explode and self.style in _REPEATED and "array" in self.kinds:
            return texts if len(texts) > 1 or self.kinds <= {"array", "null"} else texts[0]
        # A header that stands several times is one list, as HTTP has it; of anything else the first counts.
        return self._of_text(",".join(texts) if self.style == "simple" and _COMPOUND & self.kinds else texts[0])

    def _of_text(self, text: str) -> Any:
        text, separator = self._bare(text)
        if not _COMPOUND & self.kinds:
            return text
        if not self.kinds <= {*_COMPOUND, "null"} and separator not in text:
            return text  # it may be a single value as well
        parts = [part.strip() if self.style == "simple" else part for part in text.split(separator)]
        if "array" in self.kinds:
            named = f"{self.name}="
            if self.style != "matrix" or not self.explode:
                return parts
            if not all(part.startswith(named) for part in parts):
                raise ValueError(f"each item is written ;{named}")
            return [part.removeprefix(named) for part in parts]
        return _object(parts, exploded=self.explode)

    def _bare(self, text: str) -> tuple[str, str]:
        """A text without what its style puts in front of it, and what separates its parts."""
        if self.style == "label":
            if not text.startswith("."):
                raise ValueError("it begins with a dot")
            return text[1:], "." if self.explode else ","
        if self.style == "matrix":
            if self.explode and _COMPOUND & self.kinds:
                if not text.startswith(";"):
                    raise ValueError("it begins with a semicolon")
                return text[1:], ";"
            if not text.startswith(f";{self.name}="):
                raise ValueError(f"it begins with ;{self.name}=")
            return text.removeprefix(f";{self.name}="), ","
        return text, forms.SEPARATORS.get(self.style, ",")

    def _deep(self, location: Mapping[str, Any]) -> dict[str, Any]:
        """``filter[a]=1&filter[b][c]=2``, and lists by repetition, with brackets behind them or not."""
        if self.name in location:
            raise ValueError(f"it is written {self.name}[property]=value")
        tree: dict[str, Any] = {}
        for key in location:
            if not key.startswith(f"{self.name}["):
                continue
            if not key.endswith("]"):
                raise ValueError(f"{key} has no closing bracket")
            *above, last = key[len(self.name) + 1 : -1].split("][")
            holder = tree
            for step in above:
                holder = holder.setdefault(step, {})
                if not isinstance(holder, dict):
                    break
            if not isinstance(holder, dict) or last in holder:
                raise ValueError(f"{key} stands for a value and has parts")
            holder[last] = _texts(location, key)
        if not tree:
            raise KeyError(self.name)
        found: dict[str, Any] = _grown(self.document, self.schema, tree)
        return found

    def _spread(self, location: Query) -> dict[str, Any]:
        properties = forms.properties(self.document, self.schema)
        free = self._is_free()
        found = {
            key: _item(self.document, properties.get(key, True), _texts(location, key))
            for key in location
            if key in properties or (free and key not in location.declared)
        }
        if not found:
            raise KeyError(self.name)
        return found

    def _is_free(self) -> bool:
        """Whether it may have properties that are not listed."""
        schema = forms.resolve(self.document, self.schema)
        more = schema.get("additionalProperties") if isinstance(schema, Mapping) else None
        return more is not False and (more is not None or not forms.properties(self.document, schema))


def manner(node: Mapping[str, Any]) -> tuple[str, bool]:
    """The style of a parameter and whether it is exploded, what is left unsaid filled in."""
    style = node.get("style", USUAL[node["in"]])
    return style, bool(node.get("explode", style in ("form", "deepObject")))


def kinds_of(document: Mapping[str, Any], schema: Any, depth: int = DEPTH) -> frozenset[str]:
    """The types that a schema names, itself or by what it is composed of; none where it names none."""
    schema = forms.resolve(document, schema)
    if not isinstance(schema, Mapping) or not depth:
        return frozenset()
    if "type" in schema:
        return forms.kinds_of(schema)
    parts = [part for keyword in ("allOf", "oneOf", "anyOf") for part in schema.get(keyword, ())]
    found = frozenset(kind for part in parts for kind in kinds_of(document, part, depth - 1))
    return found or frozenset({"object"} if "properties" in schema else {"array"} if "items" in schema else ())


def query_styles(
    document: Mapping[str, Any], parameters: Mapping[tuple[str, str], pointer.Parts]
) -> Iterator[tuple[str, Style | None]]:
    """The query parameters of an operation by name; how each is written, None for one with a media type of its own."""
    for (location, name), place in parameters.items():
        if location == "query":
            node = pointer.walk(document, place)
            yield name, None if "content" in node else Style.of_parameter(document, node, node.get("schema", True))


def _texts(location: Any, name: str) -> Sequence[str]:
    if isinstance(location, Query | Headers):
        return location.getlist(name)
    return [location[name]] if name in location else []


def _object(parts: Sequence[str], *, exploded: bool) -> dict[str, str]:
    if exploded:
        if not all("=" in part for part in parts):
            raise ValueError("each property is written name=value")
        return {name: value for name, _, value in (part.partition("=") for part in parts)}
    if len(parts) % 2:
        raise ValueError("a property has no value")
    return dict(zip(parts[::2], parts[1::2], strict=True))


def _item(document: Mapping[str, Any], schema: Any, texts: Sequence[str]) -> Any:
    """What stands once is a value, unless it must be a list."""
    return list(texts) if "array" in kinds_of(document, schema) or len(texts) > 1 else texts[0]


def _grown(document: Mapping[str, Any], schema: Any, tree: Any) -> Any:
    if not isinstance(tree, dict):
        return _item(document, schema, tree)
    if tree.keys() == {""}:
        return list(tree[""]) if not isinstance(tree[""], dict) else _grown(document, schema, tree[""])
    properties = forms.properties(document, schema)
    return {key: _grown(document, properties.get(key, True), below) for key, below in tree.items()}
