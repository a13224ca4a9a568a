"""A client that knows nothing but a document creates, reads, lists, changes and deletes whatever the document has.

It takes from `check --explain` what there is to be done, invents bodies from the schemas, and finds the things above a
nested one by the paths alone. Not a line is written for any of the documents.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import httpx
import pytest
from click.testing import CliRunner

from played import Client, Serve
from understudy.cli import main
from understudy.contract import pointer
from understudy.generator.drawing import Detail
from understudy.generator.values import Generator
from understudy.probe.building import NO_BODY, Values, build, media_types

DOCUMENTS = Path(__file__).parents[1] / "made_documents"
NAMES = sorted(path.stem for path in DOCUMENTS.glob("*.yaml"))
WRITTEN = (
    "application/json",
    "application/merge-patch+json",
    "application/x-www-form-urlencoded",
    "multipart/form-data",
)
LEAST = {
    "shop": {"customers", "orders"},
    "tree": {"folders", "comments"},
    "oddities": {"pages", "animals", "nodes", "gadgets"},
}
"""Resources that must be among those that the client could create and read or list."""


class GenericClient:
    """Does with resources what can be done, by their document.

    Args:
        api: a client on the server.
        resources: what `check --explain --json` says of the document.
    """

    def __init__(self, api: Client, resources: list[dict[str, Any]]) -> None:
        self.api = api
        self.resources = resources
        self.contract = api.part.contract
        self.generator = Generator(self.contract.data, self.contract.document.version, "readOnly")
        self.random = Random(1)  # noqa: S311 - made-up bodies
        self.made: dict[str, Any] = {}

    def does(self, resource: dict[str, Any], role: str) -> str | None:
        """The operationId of what a resource offers for a role."""
        return next((o["operation_id"] for o in resource["operations"] if o["does"] == role), None)

    def creatable(self) -> Iterator[dict[str, Any]]:
        """The resources whose things can be made, and seen again."""
        for resource in self.resources:
            maker = self.does(resource, "create")
            if maker and resource["id"] and (resource["item"] or self.does(resource, "list")) and self._writes(maker):
                yield resource

    def _writes(self, operation_id: str) -> bool:
        """Whether a body of this operation can be written: JSON or a form."""
        listed = media_types(self.contract, self.contract.by_id[operation_id])
        return not listed or listed[0] in WRITTEN

    def thing(self, resource: dict[str, Any], message: Any) -> Any:
        """The thing in a message, which may stand in an envelope."""
        wanted = self.made[resource["name"]]
        return next(n for n in _all(message) if isinstance(n, dict) and n.get(resource["id"]) == wanted)

    def listed(self, resource: dict[str, Any], like: dict[str, Any]) -> Any:
        """A list in which a thing must stand: where a filter is asked for, the one that the thing passes."""
        operation_id = str(self.does(resource, "list"))
        needed = {
            name
            for (place, name), parts in self.contract.by_id[operation_id].parameters.items()
            if place == "query" and pointer.find(self.contract.data, pointer.join(parts)).get("required")
        }
        given = self.above(operation_id) | {name: like[name] for name in needed}
        return self.call(operation_id, given).json()

    def call(self, operation_id: str, parameters: dict[str, Any], body: Any = NO_BODY) -> httpx.Response:
        """Call an operation."""
        operation = self.contract.by_id[operation_id]
        request = build(self.contract, operation, Values(parameters, body))
        headers = [(name.decode(), value.decode()) for name, value in request.raw_headers]
        url = f"{self.api.part.base_path}{request.target}"
        sent = {"headers": [*headers, ("api_key", "k")], "content": request.body}
        return self.api.request(operation.method.upper(), url, **sent)  # type: ignore[arg-type]

    def body(self, operation_id: str) -> Any:
        """A body that the document takes; nothing where it takes none."""
        operation = self.contract.by_id[operation_id]
        listed = media_types(self.contract, operation)
        if not listed:
            return NO_BODY
        place = (*operation.place, "requestBody", "content", listed[0], "schema")
        _, schema = pointer.follow(self.contract.data, place)
        return self.generator.draw(schema, self.random, detail=Detail(examples=False))

    def above(self, operation_id: str, own: dict[str, Any] | None = None) -> dict[str, Any]:
        """The ids of the things that an operation's path goes through, each made if there is none yet.

        Args:
            operation_id: the operation.
            own: the resource that it belongs to, whose id any other parameter of the path is.
        """
        template = self.contract.by_id[operation_id].template
        found = {}
        for match in re.finditer(r"\{([^}]+)\}", template):
            item = template[: match.end()]
            owner = next((r for r in self.creatable() if _shape(r["item"] or "") == _shape(item)), None)
            if owner is not None:
                if owner["name"] not in self.made:
                    self.create(owner)
                found[match[1]] = self.made[owner["name"]]
            elif own is not None:
                found[match[1]] = self.made[own["name"]]
        return found

    def create(self, resource: dict[str, Any]) -> httpx.Response:
        """Make a thing, and remember its id."""
        operation_id = str(self.does(resource, "create"))
        answer = self.call(operation_id, self.above(operation_id), self.body(operation_id))
        assert answer.status_code in (200, 201), answer.text
        (self.made[resource["name"]],) = set(_values(answer.json(), resource["id"], 2)) or {None}
        return answer


def _shape(template: str) -> str:
    return re.sub(r"\{[^}]+\}", "{}", template)


def _values(node: Any, key: str, depth: int) -> Iterator[Any]:
    """The value of a key at the top of a message, or else one level below."""
    if isinstance(node, dict) and depth:
        if key in node:
            yield node[key]
        else:
            for below in node.values():
                yield from _values(below, key, depth - 1)


def _all(node: Any) -> Iterator[Any]:
    yield node
    for below in node.values() if isinstance(node, dict) else node if isinstance(node, list) else ():
        yield from _all(below)


@pytest.mark.parametrize("name", NAMES)
def test_every_resource_is_created_read_changed_and_deleted(name: str, serve: Serve) -> None:
    """What was made is read and listed, changed and replaced, and once deleted it is gone; nested things as well."""
    path = str(DOCUMENTS / f"{name}.yaml")
    explained = json.loads(CliRunner().invoke(main, ["check", path, "--explain", "--json"]).output)
    client = GenericClient(serve(path, state="strict"), explained["recognised"][path]["resources"])
    done = set()
    for resource in client.creatable():
        made = client.create(resource)
        done.add(resource["name"])
        one = str(client.does(resource, "read"))
        here = client.above(one, resource) if client.does(resource, "read") else {}
        if here:
            assert client.thing(resource, client.call(one, here).json()) == client.thing(resource, made.json())
        if client.does(resource, "list"):
            thing = client.thing(resource, made.json())
            assert client.thing(resource, client.listed(resource, thing)) == thing
        for role in ("merge", "replace"):
            if (change := client.does(resource, role)) and here:
                body, place = client.body(change), client.above(change, resource)
                body = body if place else body | {resource["id"]: client.made[resource["name"]]}
                changed = client.call(change, place, body)
                assert changed.status_code in (200, 204), changed.text
                told = client.thing(resource, client.call(one, here).json())
                assert changed.status_code == 204 or told == client.thing(resource, changed.json())
        if (end := client.does(resource, "delete")) and here:
            assert client.call(end, client.above(end, resource)).status_code in (200, 204)
            assert client.call(one, here).status_code == 404
            client.create(resource)
    assert LEAST.get(name, set()) <= done
    broken = [v for exchange in client.api.journal for v in exchange.violations if v.side == "response"]
    assert not broken
