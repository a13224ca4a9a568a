"""Groups the operations of a document by collection, and joins what several paths say of the same things.

Called by `recognition`, which makes resources of the groups. It looks at paths first, at schemas only to see whether
two collections hold the same things.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy.contract.contract import Contract
from understudy.contract.operation import Operation
from understudy.server.resources import messages
from understudy.server.resources.addresses import Address
from understudy.server.resources.lists import listing
from understudy.server.resources.outline import Outlines
from understudy.server.resources.override import Override

ON_ONE = frozenset({"read", "replace", "merge", "delete"})


@dataclass
class Group:
    """The operations of one collection, as far as paths tell.

    Attributes:
        address: of the path that was met first.
        things: the operations on one thing, by method.
        whole: the operations on the collection, by method.
        others: further operations that lead to the same, with their method.
        paths: every path of the collection.
        why: what it was put together by.
        override: what `x-understudy` says of it.
    """

    address: Address
    things: dict[str, tuple[Operation, Address]] = field(default_factory=dict)
    whole: dict[str, tuple[Operation, Address]] = field(default_factory=dict)
    others: list[tuple[str, Operation, Address]] = field(default_factory=list)
    paths: dict[str, None] = field(default_factory=dict)
    why: list[str] = field(default_factory=list)
    override: Override = field(default_factory=Override)

    @property
    def operations(self) -> list[Operation]:
        """Every operation on its things and on the whole of it."""
        return [operation for operation, _ in (*self.things.values(), *self.whole.values())]


def grouped(
    contract: Contract, outlines: Outlines, addresses: Mapping[str, Address], overrides: Mapping[str, Override]
) -> list[Group]:
    """The groups of a document.

    Args:
        contract: the document's.
        outlines: reads schemas.
        addresses: of each operation, by its id.
        overrides: what is said of each operation, by its id.
    """
    groups: dict[str, Group] = {}
    for oid, operation in contract.by_id.items():
        override, where = overrides[oid], addresses[oid]
        if not override.off:
            key = f"x:{override.resource}" if override.resource else where.collection
            _put(groups.setdefault(key, Group(where)), operation, where, override)
    _join(contract, outlines, groups)
    return list(groups.values())


def _put(group: Group, operation: Operation, where: Address, override: Override) -> None:
    group.override = group.override.joined(override)
    group.paths[where.collection] = None
    if override.resource and not group.why:
        group.why.append("x-understudy names it")
    table = group.things if where.parameter or override.role in ON_ONE else group.whole
    if operation.method in table:
        group.others.append((operation.method, operation, where))
    else:
        table[operation.method] = (operation, where)


def _join(contract: Contract, outlines: Outlines, groups: dict[str, Group]) -> None:
    """Join what two paths say of one: ``/pets`` and ``/pet/{}``, ``/shops/{}/orders`` and ``/orders/{}``."""
    alike: defaultdict[Any, list[str]] = defaultdict(list)
    named: defaultdict[str, list[str]] = defaultdict(list)
    for key, group in groups.items():
        alike[group.address.likeness].append(key)
        named[group.address.name].append(key)
    for key, group in list(groups.items()):
        if group.things or key.startswith("x:"):
            continue
        found = [other for other in alike[group.address.likeness] if other in groups and groups[other].things]
        if not found and group.address.above:
            flat = [other for other in named[group.address.name] if other in groups and groups[other].things]
            found = [other for other in flat if _akin(contract, outlines, group, groups[other])]
        if found:
            _absorb(groups[found[0]], group)
            del groups[key]


def _absorb(target: Group, group: Group) -> None:
    target.why.append(f"{group.address.collection} is a collection of the same things")
    target.paths |= group.paths
    for method, (operation, where) in group.whole.items():
        if method in target.whole:
            target.others.append((method, operation, where))
        else:
            target.whole[method] = (operation, where)


def _akin(contract: Contract, outlines: Outlines, nested: Group, flat: Group) -> bool:
    """Whether what a nested collection lists or makes looks like the things of another one."""
    theirs = [messages.shown_schema(contract.data, operation) for operation, _ in flat.things.values()]
    for method, (operation, _) in nested.whole.items():
        answer = messages.shown_schema(contract.data, operation)
        found = listing(outlines, contract.data, operation, answer, flat.address.name)
        mine = found.items if found and method == "get" else answer
        if any(outlines.same(mine, their) for their in theirs):
            return True
    return False
