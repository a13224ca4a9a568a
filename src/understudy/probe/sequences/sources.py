"""Which answer fills which path parameter: by the document's links, else by name and resource.

A resource is the path up to and including its parameter, as ``/users/{id}``; whoever answers with that value is its
source. Called by `derive`, and by `replay` to find what a deployment holds. It must not send anything.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from understudy.contract import pointer
from understudy.contract.contract import Contract
from understudy.contract.operation import Operation
from understudy.contract.templates import PARAMETER
from understudy.generator.shape import SCALARS, Schema, Shape, UnsatisfiableError
from understudy.generator.values import Generator

BODY = "$response.body#"
IDENTIFIERS = ("id", "uuid", "identifier", "key", "slug", "name")
"""What an object's own name is called, likeliest first."""
# Asking costs something: what makes a thing is a better source than what lists those that are there.
_METHODS = ("post", "put", "get")
DEEPEST = 2
"""How deep in an answer a value is looked for: in what is wrapped, and in the first of a list."""
_OPERATION = 3
"""The parts of a reference to an operation: ``paths``, the template, the method."""
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[_-]")


@dataclass(frozen=True, slots=True)
class Source:
    """Who answers with the value that names a thing.

    Attributes:
        resource: the thing, as ``/users/{id}``.
        name: what its value is called in a sequence.
        operation_id: the operation whose answer has it.
        at: JSONPath of the value in the answer.
        origin: ``links`` where the document says so, ``names`` where the names do.
    """

    resource: str
    name: str
    operation_id: str
    at: str
    origin: str


def resources(template: str) -> dict[str, str]:
    """The resources of a path template, outermost first, each with the parameter that names it."""
    found: dict[str, str] = {}
    for match in PARAMETER.finditer(template):
        end = template.find("/", match.end())
        found[template[: len(template) if end < 0 else end]] = match.group(1)
    return found


class Sources:
    """The sources of a contract's resources.

    Args:
        contract: the contract.

    Attributes:
        by_resource: the best source of each resource that has one.
    """

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._composer = Generator(contract.data, contract.document.version).composer
        self._names = _names(contract)
        self.by_resource: dict[str, Source] = {}
        for found in (*self._linked(), *self._named()):
            self.by_resource.setdefault(found.resource, found)

    def name(self, resource: str) -> str:
        """What the value of a resource is called in a sequence."""
        return self._names[resource]

    def _linked(self) -> Iterator[Source]:
        """What the links of answers say."""
        for operation in self.contract.by_id.values():
            for place, answer in self._successes(operation):
                for name in answer.get("links", {}):
                    _, link = pointer.follow(self.contract.data, (*place, "links", name))
                    yield from self._of_link(operation, link)

    def _of_link(self, operation: Operation, link: Mapping[str, Any]) -> Iterator[Source]:
        target = self._target(link)
        asked = resources(operation.template)
        for spelled, expression in link.get("parameters", {}).items() if target else ():
            if not isinstance(expression, str) or not expression.startswith(BODY):
                continue
            for resource, parameter in resources(target.template).items() if target else ():
                if parameter == spelled.removeprefix("path.") and resource not in asked:
                    at = "$" + "".join(map(_member, pointer.split(expression.removeprefix(BODY))))
                    yield Source(resource, self._names[resource], operation.operation_id, at, "links")

    def _target(self, link: Mapping[str, Any]) -> Operation | None:
        if "operationId" in link:
            return self.contract.by_id.get(link["operationId"])
        place = pointer.split(link.get("operationRef", ""))
        return self.contract.operations.get((place[2], place[1])) if len(place) == _OPERATION else None

    def _named(self) -> Iterator[Source]:
        """What the operations of a collection answer, by names."""
        for resource in self._names:
            collection, parameter = resource.rpartition("/")[0], PARAMETER.findall(resource)[-1]
            for method in _METHODS:
                for path in (collection, f"{collection}/"):
                    operation = self.contract.operations.get((method, path))
                    for at in self._values(operation, parameter) if operation else ():
                        yield Source(
                            resource, self._names[resource], operation.operation_id if operation else "", at, "names"
                        )

    def _values(self, operation: Operation, parameter: str) -> Iterator[str]:
        for place, answer in self._successes(operation):
            for media_type in answer.get("content", {}):
                _, medium = pointer.follow(self.contract.data, (*place, "content", media_type))
                yield from self._inside(medium.get("schema", True), parameter, "$", 0)

    def _inside(self, schema: Schema, parameter: str, at: str, depth: int) -> Iterator[str]:
        """Where a value has such a name: in itself, in its first item, in what it wraps."""
        shape = self._shape(schema)
        for name in _candidates(parameter):
            if name in shape.properties and _may_be(self._shape(shape.properties[name]), SCALARS - {"null"}):
                yield at + _member(name)
        if depth == DEEPEST:
            return
        if shape.types is not None and "array" in shape.types:
            yield from self._inside(shape.items, parameter, f"{at}[0]", depth + 1)
        for name, inner in shape.properties.items():
            if (types := self._shape(inner).types) is not None and types & {"array", "object"}:
                yield from self._inside(inner, parameter, at + _member(name), depth + 1)

    def _shape(self, schema: Schema) -> Shape:
        try:
            return self._composer.settle(schema, list)
        except (UnsatisfiableError, RecursionError):
            return Shape()

    def _successes(self, operation: Operation) -> Iterator[tuple[pointer.Parts, Any]]:
        for status in operation.node.get("responses", {}):
            if str(status).startswith("2"):
                yield pointer.follow(self.contract.data, (*operation.place, "responses", status))


def _names(contract: Contract) -> dict[str, str]:
    """What the value of each resource is called: as its parameter; where that names several, with its collection."""
    every = {
        resource: name
        for operation in contract.by_id.values()
        for resource, name in resources(operation.template).items()
    }
    shared = Counter(every.values())
    found: dict[str, str] = {}
    for resource, name in every.items():
        collection = resource.rpartition("/")[0].rpartition("/")[2]
        wanted = re.sub(r"\W", "_", name if shared[name] == 1 else f"{collection}_{name}", flags=re.ASCII)
        wanted = wanted if wanted[:1].isalpha() else f"v_{wanted}"
        while wanted in found.values():
            wanted += "_"
        found[resource] = wanted
    return found


def _may_be(shape: Shape, types: frozenset[str]) -> bool:
    return shape.types is None or bool(shape.types & types)


def _candidates(parameter: str) -> Iterator[str]:
    """What a property may be called that holds the value of a parameter, likeliest first."""
    yield parameter
    last = _HUMP.split(parameter)[-1].lower()
    if last in IDENTIFIERS:
        yield last
    yield from IDENTIFIERS[:2]


def _member(name: str) -> str:
    """One step of a JSONPath."""
    if name.isdecimal():
        return f"[{name}]"
    return f".{name}" if _PLAIN.fullmatch(name) else f"[{json.dumps(name)}]"
