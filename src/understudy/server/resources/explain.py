"""Tells what was recognised in a document, for people and for machines: `understudy check --explain`.

Called by `command`. It only reads what `recognition` made.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from understudy.contract.contract import Contract
from understudy.server.resources.resource import VERBS, Recognised, Resource, Role


def explained(contract: Contract, recognised: Recognised) -> dict[str, Any]:
    """What was recognised, as JSON data: ``resources``, and the ``synthesised`` operations that have none."""
    return {
        "resources": [_resource(recognised, contract, resource) for resource in recognised.resources.values()],
        "synthesised": [oid for oid in contract.by_id if oid not in recognised.roles],
    }


def lines(told: dict[str, Any]) -> Iterator[str]:
    """The same for people, line by line."""
    for resource in told["resources"]:
        head = f"{resource['name']}: {resource['item'] or resource['collection']}"
        yield head + (f", id `{resource['id']}` ({resource['ids']})" if resource["id"] else f" ({resource['ids']} ids)")
        for operation in resource["operations"]:
            yield "  " + f"{operation['does']:8} {operation['operation']}  {operation['details']}".rstrip()
        yield from (f"  because {why}" for why in resource["why"])
    if not told["resources"] and not told["synthesised"]:
        yield "no state is inferred: a service plays this, or there are no operations"
    if told["synthesised"]:
        yield f"without state, synthesised: {', '.join(told['synthesised'])}"


def _resource(recognised: Recognised, contract: Contract, resource: Resource) -> dict[str, Any]:
    roles = [(oid, role) for oid, role in recognised.roles.items() if role.resource == resource.name]
    roles.sort(key=lambda pair: VERBS.index(pair[1].verb))
    return {
        "name": resource.name,
        "collection": resource.collection,
        "item": resource.item_path,
        "id": resource.id_property,
        "ids": resource.ids,
        "singular": resource.singular,
        "unique": list(resource.unique),
        "operations": [
            {
                "does": role.verb,
                "operation": f"{contract.by_id[oid].method.upper()} {contract.by_id[oid].template}",
                "operation_id": oid,
                "details": "; ".join(_details(role)),
            }
            for oid, role in roles
        ],
        "why": resource.why,
    }


def _details(role: Role) -> Iterator[str]:
    if role.verb == "act":
        yield "changes nothing that can be known"
    if role.sent:
        yield f"sent in `{'.'.join(role.sent)}`"
    if role.shown:
        yield f"shown in `{'.'.join(role.shown)}`"
    if role.listing is None:
        return
    yield f"things in `{'.'.join(role.listing.inside)}`" if role.listing.inside else "a bare array"
    paging = role.listing.paging
    named = [name for name in (paging.limit, paging.offset, paging.page, paging.cursor) if name]
    if named:
        yield f"paged by {', '.join(named)}, {paging.size} at a time"
    if role.listing.filters:
        yield f"filtered by {', '.join(role.listing.filters)}"
