"""Parameters of an operation: the values that the contract takes for each, and the documented examples.

Called by `assemble`, which puts the values into its asks. It must not label any case.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from understudy.contract import pointer
from understudy.contract.operation import Operation, schema_place
from understudy.generator.shape import Schema
from understudy.probe.cases.ask import Ask
from understudy.probe.cases.label import Labeller
from understudy.probe.cases.making import DETAILS, Maker

DRAWS = 3
BITS = 63
# OpenAPI leaves these header parameters to media types and security.
_NOT_HEADERS = frozenset({"accept", "content-type", "authorization"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter.

    Attributes:
        place: ``path``, ``query``, ``header`` or ``cookie``.
        name: its name.
        at: its place in the document.
        required: whether it must be sent.
        schema_at: the place of its schema.
        schema: its schema.
        examples: the documented examples, and where each stands.
        value: a value that the contract takes; None where none was found.
    """

    place: str
    name: str
    at: pointer.Parts
    required: bool
    schema_at: pointer.Parts
    schema: Schema
    examples: tuple[tuple[Any, pointer.Parts], ...]
    value: Any = None

    @property
    def where(self) -> str:
        """Where violations of it are: a pointer into the message."""
        return pointer.join((self.place, self.name))

    @property
    def identifies(self) -> bool:
        """Whether it names something that only exists where the case is sent."""
        return self.place == "path" and not (
            isinstance(self.schema, Mapping) and self.schema.keys() & {"enum", "const"}
        )


def parameters(maker: Maker, labeller: Labeller, operation: Operation, bare: Ask) -> list[Parameter]:
    """The parameters of an operation, each with a value where the contract takes one.

    Args:
        maker: makes values.
        labeller: asks the contract.
        operation: the operation.
        bare: an ask without parameters.
    """
    found: list[Parameter] = []
    # The path cannot be written before each of its parameters has a value of some kind.
    ask = bare
    for place, name in operation.parameters:
        if place == "path":
            ask = ask.parameter(place, name, "1")
    for (place, name), at in operation.parameters.items():
        node = pointer.walk(maker.data, at)
        if place == "header" and name.lower() in _NOT_HEADERS:
            continue
        schema_at = schema_place(at, node)
        schema = _at(maker.data, schema_at)
        examples = tuple(_examples(maker.data, node, at))
        bare_parameter = Parameter(place, name, at, bool(node.get("required")), schema_at, schema, examples)
        value = _value(maker, labeller, operation, ask, bare_parameter)
        found.append(Parameter(place, name, at, bool(node.get("required")), schema_at, schema, examples, value))
        if value is not None:
            ask = ask.parameter(place, name, value)
    return found


def _value(maker: Maker, labeller: Labeller, operation: Operation, ask: Ask, parameter: Parameter) -> Any:
    """A value that the contract takes, the fullest first; None where none was found."""
    for value in _values(maker, parameter):
        found = labeller.violations(operation, ask.parameter(parameter.place, parameter.name, value))
        if found is not None and not any(_about(violation.where, parameter.where) for violation in found):
            return value
    return None


def _about(where: str, parameter: str) -> bool:
    return where == parameter or where.startswith(f"{parameter}/")


def _values(maker: Maker, parameter: Parameter) -> Iterator[Any]:
    for detail in DETAILS:
        for _ in range(DRAWS):
            for value in maker.tries(parameter.schema, parameter.name, detail):
                yield writable(value)
    yield from (writable(example) for example, _ in parameter.examples)
    yield from ("1", "a", "true")


def writable(value: Any) -> Any:
    """A value that can stand in a URL: a whole number beyond what our JSON writer knows is written out."""
    return str(value) if type(value) is int and value.bit_length() > BITS else value


def _at(data: Mapping[str, Any], place: pointer.Parts) -> Schema:
    try:
        return pointer.walk(data, place)
    except KeyError:
        return True


def _examples(
    data: Mapping[str, Any], node: Mapping[str, Any], at: pointer.Parts
) -> Iterator[tuple[Any, pointer.Parts]]:
    if "example" in node:
        yield node["example"], (*at, "example")
    for name in node.get("examples", {}):
        place, example = pointer.follow(data, (*at, "examples", name))
        if "value" in example:
            yield example["value"], place
