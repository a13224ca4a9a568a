"""Recognises resources: which paths are collections, which are their things, and what each operation does to them.

Called once for a document. The rules are tried in the order in which they stand here, and every resource says which
of them made it; `x-understudy` on a path or an operation overrules them. It keeps no state and answers nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from understudy.contract.contract import Contract
from understudy.contract.operation import Operation
from understudy.generator.compose import Composer
from understudy.generator.names import singular
from understudy.server.resources import ids, messages
from understudy.server.resources.addresses import Address, address
from understudy.server.resources.grouping import ON_ONE, Group, grouped
from understudy.server.resources.lists import listing
from understudy.server.resources.outline import Outlines
from understudy.server.resources.override import override_of
from understudy.server.resources.placing import Placing
from understudy.server.resources.resource import Inside, Recognised, Resource, Role, Schema, Verb

# What a method does to one thing, and to a collection. A POST to one thing changes it where nothing else does.
ON_THING: Mapping[str, Verb] = {"get": "read", "put": "replace", "patch": "merge", "delete": "delete", "post": "merge"}
ON_COLLECTION: Mapping[str, Verb] = {"get": "list", "post": "create"}
BY_BODY: Mapping[str, Verb] = {"put": "replace", "patch": "merge"}
ON_SINGULAR: Mapping[str, Verb] = {
    "get": "read", "put": "replace", "patch": "merge", "post": "merge", "delete": "delete",
}  # fmt: skip

# Names that people expect to stand for one thing alone.
UNIQUE = frozenset({"email", "username", "login", "slug", "sku", "handle", "isbn"})


def recognise(contract: Contract, composer: Composer) -> Recognised:
    """The resources of a contract's document, and what its operations do to them."""
    return _Recognition(contract, composer).run()


class _Recognition:
    def __init__(self, contract: Contract, composer: Composer) -> None:
        self.contract = contract
        self.outlines = Outlines(composer)
        self.placing = Placing(contract, self.outlines)
        self.overrides = {oid: override_of(contract.data, op) for oid, op in contract.by_id.items()}
        self.addresses = {oid: address(op.template) for oid, op in contract.by_id.items()}
        self.resources: dict[str, Resource] = {}
        self.roles: dict[str, Role] = {}
        self.collections: dict[str, str] = {}

    def run(self) -> Recognised:
        groups = grouped(self.contract, self.outlines, self.addresses, self.overrides)
        for group in groups:
            self._resource(group)
        self._further(groups)
        self._acts()
        parents = {oid: self.addresses[oid].above for oid in self.contract.by_id}
        return Recognised(self.resources, self.roles, self.collections, parents)

    def _resource(self, group: Group) -> None:
        """Make a resource of a group, if what it has can be remembered at all."""
        lists = self.placing.listing(group)
        read = group.things.get("get")
        readable = read is not None and self.outlines.is_object(self.placing.shown(read[0]))
        writable = bool(group.things.keys() & {"put", "patch", "delete"}) and (
            lists is not None or "post" in group.whole
        )
        made = lists is not None and "post" in group.whole
        if readable or writable or made or (group.things and group.override.resource):
            self._plural(group)
        elif lists is None and "get" in group.whole and group.whole.keys() & {"put", "patch"}:
            self._singular(group)

    def _plural(self, group: Group) -> None:
        where = group.address
        parameter = next((a.parameter for _, a in group.things.values() if a.parameter), "")
        thing = singular(group.override.resource or where.name)
        schema, inside, id_property = self.placing.thing(group, parameter, thing)
        resource = self._named(group, schema)
        resource.id_property = id_property
        for operation, _ in group.things.values():
            resource.item_path = operation.template
            break
        asked = self.placing.asked_of_ids(group, schema, id_property)
        resource.id_schema = asked
        resource.ids = ids.kind(self.outlines, asked, id_property or parameter)
        self._explain(resource, group, inside)
        for method, (operation, address_) in group.things.items():
            if method != "post" or not group.things.keys() & {"put", "patch"}:
                self._give(ON_THING.get(method), operation, address_, resource, thing)
        for method, (operation, address_) in group.whole.items():
            self._on_collection(method, operation, address_, resource, thing)
        resource.unique = group.override.unique or self._unique(group, resource)
        resource.given = self._given(group)

    def _on_collection(self, method: str, operation: Operation, where: Address, resource: Resource, thing: str) -> None:
        answer = self.placing.shown(operation)
        if method == "get":
            found = self._overridden_listing(operation, answer, resource)
            if found is not None:
                role = Role("list", resource.name, where.above, listing=found)
                self.roles[operation.operation_id] = role
        elif method in ON_COLLECTION:
            self._give(ON_COLLECTION[method], operation, where, resource, thing)
        elif method in BY_BODY and resource.id_property:
            sent = messages.sent_schema(self.contract.data, operation)
            inside = self.placing.place(sent, resource, thing)
            if resource.id_property in self.outlines.properties(self.outlines.inside(sent, inside)):
                self._give(BY_BODY[method], operation, where, resource, thing)

    def _overridden_listing(self, operation: Operation, answer: Schema, resource: Resource) -> Any:
        override = self.overrides[operation.operation_id]
        return listing(self.outlines, self.contract.data, operation, answer, override.list or resource.name)

    def _singular(self, group: Group) -> None:
        operation, _ = group.whole["get"]
        answer = self.placing.shown(operation)
        if not self.outlines.is_object(answer):
            return
        resource = self._named(group, answer)
        resource.singular, resource.ids, resource.item_path = True, "none", operation.template
        resource.why.append(f"{operation.template} is read and written and has no id of its own: there is one of it")
        for method, (other, where) in group.whole.items():
            if method != "post" or not group.whole.keys() & {"put", "patch"}:
                self._give(ON_SINGULAR.get(method), other, where, resource, singular(group.address.name))
        resource.given = self._given(group)

    def _give(self, verb: Verb | None, operation: Operation, where: Address, resource: Resource, thing: str) -> None:
        """Say what an operation does."""
        verb = self.overrides[operation.operation_id].role or verb
        if verb is None:
            return
        answer = self.placing.shown(operation)
        shown: Inside | None = None
        if self.outlines.is_object(answer):
            shown = self.placing.place(answer, resource, thing)
        sent = self.placing.place(messages.sent_schema(self.contract.data, operation), resource, thing)
        above, parameter = where.above, where.parameter
        if verb in ON_ONE and not parameter and above and not resource.singular:
            above, parameter = above[:-1], above[-1].parameter  # /things/{id}/show, by x-understudy
        self.roles[operation.operation_id] = Role(verb, resource.name, above, parameter, sent, shown)

    def _named(self, group: Group, schema: Schema) -> Resource:
        where = group.address
        name = group.override.resource or where.name
        if name in self.resources:
            name = ".".join(part for part in where.collection.split("/") if part and part != "{}")
        while name in self.resources:
            name += "'"
        made = self.resources[name] = Resource(name, where.collection, schema, why=list(group.why))
        self.collections |= dict.fromkeys(group.paths, name)
        return made

    def _given(self, group: Group) -> frozenset[str]:
        """What clients may send of a thing."""
        found: set[str] = set()
        for operation in group.operations:
            schema = messages.sent_schema(self.contract.data, operation)
            role = self.roles.get(operation.operation_id)
            part = self.outlines.inside(schema, role.sent if role else ())
            found |= {
                key for key, below in self.outlines.properties(part).items()
                if not self.outlines.marked(below, "readOnly")
            }  # fmt: skip
        return frozenset(found)

    def _unique(self, group: Group, resource: Resource) -> tuple[str, ...]:
        """What no two things share: names of that kind, where the document speaks of conflicts."""
        made = group.whole.get("post")
        if made is None or "409" not in made[0].node.get("responses", {}):
            return ()
        found = tuple(key for key in self.outlines.properties(resource.schema) if key.lower() in UNIQUE)
        if found:
            resource.why.append(f"creating has a 409, so no two have the same {' or '.join(found)}")
        return found

    def _further(self, groups: list[Group]) -> None:
        """Further paths to resources that are known: lists below a collection, and those joined on the way."""
        for group in groups:
            resource = self.resources.get(self.collections.get(group.address.collection, ""))
            if resource is None:
                continue
            for method, operation, where in group.others:
                self._other(method, operation, where, resource, singular(group.address.name))
        for oid, operation in self.contract.by_id.items():
            where = self.addresses[oid]
            resource = self.resources.get(self.collections.get(where.parent, ""))
            if oid in self.roles or operation.method != "get" or where.parameter or resource is None:
                continue
            found = listing(self.outlines, self.contract.data, operation, self.placing.shown(operation), resource.name)
            if found is not None and self.outlines.same(found.items, resource.schema) and not self.overrides[oid].off:
                self.roles[oid] = Role("list", resource.name, where.above, listing=found)
                resource.why.append(f"{operation.template} lists the same things")

    def _other(self, method: str, operation: Operation, where: Address, resource: Resource, thing: str) -> None:
        if where.parameter or self.overrides[operation.operation_id].role in ON_ONE:
            self._give(ON_THING.get(method), operation, where, resource, thing)
        else:
            self._on_collection(method, operation, where, resource, thing)

    def _acts(self) -> None:
        """What happens below a thing and changes nothing that can be known: it needs the thing, and may show it."""
        for oid, operation in self.contract.by_id.items():
            above = self.addresses[oid].above
            if oid in self.roles or not above or self.overrides[oid].off:
                continue
            resource = self.resources.get(self.collections.get(above[-1].collection, ""))
            if resource is None or self.addresses[oid].parameter:
                continue
            shown = self._shown_in(self.placing.shown(operation), resource)
            self.roles[oid] = Role("act", resource.name, above[:-1], above[-1].parameter, shown=shown)

    def _shown_in(self, answer: Schema, resource: Resource) -> Inside | None:
        ways = self.placing.ways(answer, singular(resource.name))
        return next((w for w in ways if self.outlines.same(self.outlines.inside(answer, w), resource.schema)), None)

    def _explain(self, resource: Resource, group: Group, inside: Inside) -> None:
        for table in (group.whole, group.things):
            paths = dict.fromkeys(operation.template for operation, _ in table.values())
            if paths:
                methods = ", ".join(method.upper() for method in table)
                resource.why.append(f"{' and '.join(paths)} {'have' if len(paths) > 1 else 'has'} {methods}")
        if resource.id_property:
            stands = f" in `{'.'.join(inside)}`" if inside else ""
            resource.why.append(f"things have the id `{resource.id_property}`{stands} ({resource.ids})")
        else:
            resource.why.append(f"no property of a thing is its id, the path alone has it ({resource.ids})")
