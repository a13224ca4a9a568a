"""Finds what of a document is plain: a path that lists and creates things, and one below it for each of them.

Stricter than it need be: whatever is not certain is answered by the document's example instead, and a person goes on
from there. Called by `answering` and `code`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy.contract import pointer
from understudy.contract.body import is_json
from understudy.contract.contract import Contract
from understudy.contract.operation import Operation

DEPTH = 12
_ITEM = re.compile(r"(.*/([^/{}]+))/\{([^{}]+)\}")

# What the operations of a resource are called here, by method, on the path of the things and on that of one.
OF_ALL: Mapping[str, str] = {"get": "list", "post": "create"}
OF_ONE: Mapping[str, str] = {"get": "get", "put": "replace", "patch": "change", "delete": "delete"}


@dataclass(frozen=True)
class Resource:
    """Things of one kind.

    Attributes:
        name: the last segment of their path.
        template: the path of one.
        parameter: the path parameter that names one.
        key: the property that identifies one.
        number: whether ids are numbers.
        hidden: properties that clients send and never see.
        actions: what each operation does with them, by operationId.
        wrapper: of a list that stands inside an object, the property that it is; by operationId.
    """

    name: str
    template: str
    parameter: str
    key: str
    number: bool
    hidden: tuple[str, ...]
    actions: dict[str, str] = field(default_factory=dict)
    wrapper: dict[str, str] = field(default_factory=dict)


def resources(contract: Contract) -> list[Resource]:
    """The plain resources of a contract; one below another's is not plain."""
    found: list[Resource] = []
    names: set[str] = set()
    for template in contract.templates():
        match = _ITEM.fullmatch(template)
        if match is None or "{" in match.group(1):
            continue
        resource = _resource(contract, template, *match.groups())
        if resource is not None and resource.name not in names:
            names.add(resource.name)
            found.append(resource)
    return found


def _resource(contract: Contract, template: str, above: str, name: str, parameter: str) -> Resource | None:
    reading = contract.operations.get(("get", template))
    shape = properties(contract, response_schema(contract, reading)) if reading else {}
    key = next((key for key in (parameter, "id") if key in shape), None)
    if reading is None or key is None:
        return None
    kind = _resolved(contract, shape[key]).get("type")
    if kind not in ("string", "integer") or ("get", above) not in contract.operations:
        return None
    hidden = tuple(sorted(name for name, schema in shape.items() if _resolved(contract, schema).get("writeOnly")))
    made = Resource(name, template, parameter, key, kind == "integer", hidden)
    for method, action in OF_ONE.items():
        operation = contract.operations.get((method, template))
        if operation and (action == "delete" or _answers_one(contract, operation, made)):
            made.actions[operation.operation_id] = action
    for method, action in OF_ALL.items():
        operation = contract.operations.get((method, above))
        if operation and action == "create" and _answers_one(contract, operation, made):
            made.actions[operation.operation_id] = action
        if operation and action == "list":
            _list(contract, operation, made)
    return made if {"get", "list"} <= set(made.actions.values()) else None


def _answers_one(contract: Contract, operation: Operation, resource: Resource) -> bool:
    """Whether an operation answers with one of the things, or with no body at all."""
    schema = response_schema(contract, operation)
    if schema is None:
        return operation.method in ("put", "patch") and not _content(contract, operation)
    return resource.key in properties(contract, schema)


def _list(contract: Contract, operation: Operation, made: Resource) -> None:
    schema = _resolved(contract, response_schema(contract, operation))
    if _is_list(contract, schema, made):
        made.actions[operation.operation_id] = "list"
        return
    inside = [name for name, below in properties(contract, schema).items() if _is_list(contract, below, made)]
    if len(inside) == 1:
        made.actions[operation.operation_id] = "list"
        made.wrapper[operation.operation_id] = inside[0]


def _is_list(contract: Contract, schema: Any, made: Resource) -> bool:
    schema = _resolved(contract, schema)
    return schema.get("type") == "array" and made.key in properties(contract, schema.get("items"))


def response_schema(contract: Contract, operation: Operation) -> Any:
    """The schema of an operation's lowest success, if that is JSON; else None."""
    for name, media in _content(contract, operation).items():
        if is_json(name.partition(";")[0].strip().lower()):
            return media.get("schema")
    return None


def _content(contract: Contract, operation: Operation) -> Mapping[str, Any]:
    statuses = sorted(key for key in operation.node.get("responses", {}) if re.fullmatch(r"2(\d\d|XX)", key))
    if not statuses:
        return {}
    _, response = pointer.follow(contract.data, (*operation.place, "responses", statuses[0]))
    content: Mapping[str, Any] = response.get("content") or {}
    return content


def properties(contract: Contract, schema: Any, depth: int = DEPTH) -> dict[str, Any]:
    """The properties of a schema and of what it is made of altogether; nothing of what it may be besides."""
    if not isinstance(schema, Mapping) or not depth:
        return {}
    found: dict[str, Any] = {}
    if isinstance(schema.get("$ref"), str):
        found |= properties(contract, pointer.find(contract.data, schema["$ref"]), depth - 1)
    for part in schema.get("allOf", ()):
        found |= properties(contract, part, depth - 1)
    return found | dict(schema.get("properties", {}))


def _resolved(contract: Contract, schema: Any) -> Mapping[str, Any]:
    for _ in range(DEPTH):
        if not isinstance(schema, Mapping):
            break
        if not isinstance(schema.get("$ref"), str):
            return schema
        schema = pointer.find(contract.data, schema["$ref"])
    return {}
