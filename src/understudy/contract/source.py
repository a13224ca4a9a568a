"""Reads one file of a document into plain data: YAML 1.2 or JSON, with limits, and knows where things stand.

YAML is read by the 1.2 core schema, as OpenAPI asks: ``on`` and ``off`` are strings, a date is a
string, keys are strings. Duplicate keys and alias bombs are errors. Called by `document` and by whoever
reads fixtures; it must not know what the data means.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar

import orjson
import yaml

from understudy.contract import pointer

MAX_NODES = 2_000_000
MAX_DEPTH = 200


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a file, lines and columns from 1."""

    file: Path
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class SourceError(Exception):
    """A file that cannot be read into data.

    Attributes:
        message: what broke and what to do.
        place: where, if known.
    """

    def __init__(self, message: str, place: Place | Path) -> None:
        super().__init__(f"{place}: {message}")
        self.message = message
        self.place = place


class _Loader(yaml.CSafeLoader):
    """YAML 1.2's core schema over libyaml; keys are strings."""

    # Emptied, so that YAML 1.1 resolvers of the base class do not apply.
    yaml_implicit_resolvers: ClassVar[dict[str, Any]] = {}  # type: ignore[misc] # the stub has an instance variable

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:  # noqa: FBT001, FBT002 - PyYAML's signature
        mapping: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise yaml.constructor.ConstructorError(
                    None, None, "a key must be a plain text, not a list or an object", key_node.start_mark
                )
            key = key_node.value
            if key in mapping:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands here twice; remove one", key_node.start_mark
                )
            mapping[key] = self.construct_object(value_node, deep=deep)
        return mapping


for _tag, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    ("int", r"^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$", list("-+0123456789")),
    (
        "float",
        r"^(?:[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$",
        list("-+.0123456789"),
    ),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(_pattern), _first)


def _integer(_loader: yaml.SafeLoader, node: yaml.ScalarNode) -> int:
    return int(node.value, 0) if node.value[:2] in ("0o", "0x") else int(node.value)


_Loader.add_constructor("tag:yaml.org,2002:int", _integer)


@dataclass
class Source:
    """One file, read.

    Attributes:
        path: the file.
        data: what it says.
    """

    path: Path
    data: Any
    _text: str = field(repr=False)

    def place(self, at: str) -> Place | None:
        """Where the value a pointer names (or its nearest parent that exists) begins in the file."""
        node = self._nodes
        if node is None:
            return None
        for part in pointer.split(at):
            below = _below(node, part)
            if below is None:
                break
            node = below
        return Place(self.path, node.start_mark.line + 1, node.start_mark.column + 1)

    @cached_property
    def _nodes(self) -> yaml.Node | None:
        try:
            return yaml.compose(self._text, _Loader)
        except yaml.YAMLError:  # JSON that YAML does not read: no lines then
            return None


def _below(node: yaml.Node, part: str) -> yaml.Node | None:
    if isinstance(node, yaml.MappingNode):
        return next((value for key, value in node.value if key.value == part), None)
    if isinstance(node, yaml.SequenceNode) and part.isdigit() and int(part) < len(node.value):
        below: yaml.Node = node.value[int(part)]
        return below
    return None


def read(path: Path) -> Source:
    """Read a YAML or JSON file.

    Errors: `SourceError` on a file that is missing, unreadable, not UTF-8, not well formed, nested too
    deeply, or that expands its aliases beyond measure.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError:
        raise SourceError("there is no such file; check the path", path) from None
    except IsADirectoryError:
        raise SourceError("this is a folder; name a file", path) from None
    except OSError as error:
        raise SourceError(f"the file cannot be read ({error.strerror}); check its permissions", path) from None
    except UnicodeDecodeError as error:
        raise SourceError(f"byte {error.start} is not UTF-8; save the file as UTF-8", path) from None
    return Source(path, _parse(path, text), text)


def _parse(path: Path, text: str) -> Any:
    if path.suffix == ".json":
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise SourceError(f"this is not JSON: {error.msg}", Place(path, error.lineno, error.colno)) from None
    loader = _Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise SourceError("the file is empty", path)
        _measure(path, node)
        return loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(path, mark.line + 1, mark.column + 1) if mark else path
        if "nesting depth" in str(error.problem):  # the reader's own limit, or ours, whichever comes first
            raise SourceError("the file is nested too many levels deep; flatten it", place) from None
        raise SourceError(f"this is not YAML: {error.problem or error.context}", place) from None
    except yaml.YAMLError as error:
        raise SourceError(f"this is not YAML: {error}", path) from None
    except RecursionError:
        raise SourceError(f"the file is nested more than {MAX_DEPTH} levels deep; flatten it", path) from None
    finally:
        loader.dispose()


def _measure(path: Path, root: yaml.Node) -> None:
    """Refuse a file whose aliases would expand beyond `MAX_NODES`, or that contains itself."""
    sizes: dict[int, int] = {}
    open_nodes: set[int] = set()

    def size(node: yaml.Node, depth: int) -> int:
        key = id(node)
        if key in sizes:
            return sizes[key]
        if key in open_nodes:
            raise SourceError("an alias leads back to itself; write the value out", _mark(path, node))
        if depth > MAX_DEPTH:
            raise SourceError(f"more than {MAX_DEPTH} levels deep; flatten it", _mark(path, node))
        open_nodes.add(key)
        total = 1
        if isinstance(node, yaml.MappingNode):
            total += sum(1 + size(value, depth + 1) for _, value in node.value)
        elif isinstance(node, yaml.SequenceNode):
            total += sum(size(item, depth + 1) for item in node.value)
        open_nodes.discard(key)
        if total > MAX_NODES:
            raise SourceError(
                f"its aliases expand to more than {MAX_NODES:,} values; write them out or remove them",
                _mark(path, node),
            )
        sizes[key] = total
        return total

    size(root, 0)


def _mark(path: Path, node: yaml.Node) -> Place:
    return Place(path, node.start_mark.line + 1, node.start_mark.column + 1)
