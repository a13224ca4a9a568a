"""Recognises resources: which paths are collections, which are their things, and what each operation does to them.

Called once for a document. The rules are tried in the order in which they stand here, and every resource says which
of them made it; `x-understudy` on a path or an operation overrules them. It keeps no state and answers nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from understudy.contract import pointer
from understudy.contract.contract import Contract
from understudy.contract.operation import Operation
from understudy.generator.compose import Composer
from understudy.generator.names import singular, words
from understudy.server.resources import ids, messages
from understudy.server.resources.addresses import Address, address
from understudy.server.resources.lists import listing
from understudy.server.resources.outline import Outlines
from understudy.server.resources.override import Override, override_of
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
ENVELOPES = ("data", "result", "item", "response", "payload", "attributes")


@dataclass
class _Group:
    """The operations of one collection, as far as paths tell."""

    address: Address
    things: dict[str, tuple[Operation, Address]] = field(default_factory=dict)
    whole: dict[str, tuple[Operation, Address]] = field(default_factory=dict)
    others: list[tuple[str, Operation, Address]] = field(default_factory=list)  # further paths that lead to the same
    why: list[str] = field(default_factory=list)
    override: Override = field(default_factory=Override)


def recognise(contract: Contract, composer: Composer) -> Recognised:
    """The resources of a contract's document, and what its operations do to them."""
    return _Recognition(contract, composer).run()


class _Recognition:
    def __init__(self, contract: Contract, composer: Composer) -> None:
        self.contract = contract
        self.outlines = Outlines(composer)
        self.overrides = {oid: override_of(contract.data, op) for oid, op in contract.by_id.items()}
        self.addresses = {oid: address(op.template) for oid, op in contract.by_id.items()}
        self.resources: dict[str, Resource] = {}
        self.roles: dict[str, Role] = {}
        self.collections: dict[str, str] = {}

    def run(self) -> Recognised:
        groups = self._groups()
        self._join(groups)
        for group in groups.values():
            self._resource(group)
        self._further(groups)
        self._acts()
        parents = {oid: self.addresses[oid].above for oid in self.contract.by_id}
        return Recognised(self.resources, self.roles, self.collections, parents)

    def _groups(self) -> dict[str, _Group]:
        groups: dict[str, _Group] = {}
        for oid, operation in self.contract.by_id.items():
            override, where = self.overrides[oid], self.addresses[oid]
            if override.off:
                continue
            key = f"x:{override.resource}" if override.resource else where.collection
            group = groups.setdefault(key, _Group(where))
            group.override = group.override.joined(override)
            if override.resource and "named by x-understudy" not in group.why:
                group.why.append("named by x-understudy")
            table = group.things if where.parameter else group.whole
            if operation.method in table:
                group.others.append((operation.method, operation, where))
            else:
                table[operation.method] = (operation, where)
        return groups

    def _join(self, groups: dict[str, _Group]) -> None:
        """Join what two paths say of one: ``/pets`` and ``/pet/{}``, ``/shops/{}/orders`` and ``/orders/{}``."""
        alike: defaultdict[Any, list[str]] = defaultdict(list)
        named: defaultdict[str, list[str]] = defaultdict(list)
        for key, group in groups.items():
            alike[group.address.likeness].append(key)
            named[group.address.name].append(key)
        for key, group in list(groups.items()):
            if group.things or key not in groups or key.startswith("x:"):
                continue
            others = [other for other in alike[group.address.likeness] if other != key and other in groups]
            found = next((other for other in others if groups[other].things), None)
            if found is None and group.address.above:
                flat = [other for other in named[group.address.name] if other != key and other in groups]
                found = next((o for o in flat if groups[o].things and self._akin(group, groups[o])), None)
            if found is not None:
                target = groups[found]
                target.why.append(f"{group.address.collection} is a collection of the same things")
                for method, (operation, where) in group.whole.items():
                    if method in target.whole:
                        target.others.append((method, operation, where))
                    else:
                        target.whole[method] = (operation, where)
                self.collections[key] = found
                del groups[key]

    def _akin(self, nested: _Group, flat: _Group) -> bool:
        """Whether what a nested collection lists or makes looks like the things of another one."""
        theirs = [self._answer(operation) for operation, _ in flat.things.values()]
        for method, (operation, _) in nested.whole.items():
            answer = self._answer(operation)
            found = listing(self.outlines, self.contract.data, operation, answer, flat.address.name)
            mine = found.items if found and method == "get" else answer
            if any(self.outlines.same(mine, their) for their in theirs):
                return True
        return False

    def _resource(self, group: _Group) -> None:
        """Make a resource of a group, if what it has can be remembered at all."""
        lists = self._listing(group)
        read = group.things.get("get")
        readable = read is not None and self.outlines.is_object(self._answer(read[0]))
        writable = bool(group.things.keys() & {"put", "patch", "delete"}) and (
            lists is not None or "post" in group.whole
        )
        made = lists is not None and "post" in group.whole
        if readable or writable or made or (group.things and group.override.resource):
            self._plural(group)
        elif lists is None and "get" in group.whole and group.whole.keys() & {"put", "patch"}:
            self._singular(group)

    def _listing(self, group: _Group) -> Any:
        found = group.whole.get("get")
        if found is None:
            return None
        return listing(self.outlines, self.contract.data, found[0], self._answer(found[0]), group.address.name)

    def _plural(self, group: _Group) -> None:
        where = group.address
        parameter = next((a.parameter for _, a in group.things.values() if a.parameter), "")
        thing = singular(group.override.resource or where.name)
        schema, inside, id_property = self._thing(group, parameter, thing)
        resource = self._named(group, schema)
        resource.id_property = id_property
        for operation, _ in group.things.values():
            resource.item_path = operation.template
            break
        asked = self._asked_of_ids(group, schema, id_property)
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
        answer = self._answer(operation)
        if method == "get":
            found = self._overridden_listing(operation, answer, resource)
            if found is not None:
                role = Role("list", resource.name, where.above, listing=found)
                self.roles[operation.operation_id] = role
        elif method in ON_COLLECTION:
            self._give(ON_COLLECTION[method], operation, where, resource, thing)
        elif method in BY_BODY and resource.id_property:
            sent = messages.sent_schema(self.contract.data, operation)
            inside = self._place(sent, resource, thing)
            if resource.id_property in self.outlines.properties(self.outlines.inside(sent, inside)):
                self._give(BY_BODY[method], operation, where, resource, thing)

    def _overridden_listing(self, operation: Operation, answer: Schema, resource: Resource) -> Any:
        override = self.overrides[operation.operation_id]
        return listing(self.outlines, self.contract.data, operation, answer, override.list or resource.name)

    def _singular(self, group: _Group) -> None:
        operation, _ = group.whole["get"]
        answer = self._answer(operation)
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
        answer = self._answer(operation)
        shown: Inside | None = None
        if self.outlines.is_object(answer):
            shown = self._place(answer, resource, thing)
        sent = self._place(messages.sent_schema(self.contract.data, operation), resource, thing)
        self.roles[operation.operation_id] = Role(verb, resource.name, where.above, where.parameter, sent, shown)

    def _named(self, group: _Group, schema: Schema) -> Resource:
        where = group.address
        name = group.override.resource or where.name
        if name in self.resources:
            name = ".".join(part for part in where.collection.split("/") if part and part != "{}")
        while name in self.resources:
            name += "'"
        made = self.resources[name] = Resource(name, where.collection, schema, why=list(group.why))
        for path in [k for k, target in self.collections.items() if target == where.collection]:
            self.collections[path] = name
        self.collections[where.collection] = name
        return made

    def _thing(self, group: _Group, parameter: str, thing: str) -> tuple[Schema, Inside, str]:
        """The schema of one thing, where it stood, and its id property: from the answer that says most."""
        answers = []
        for table, methods in ((group.things, ("get", "put", "patch", "post")), (group.whole, ("post", "put"))):
            answers += [self._answer(table[method][0]) for method in methods if method in table]
        lists = self._listing(group)
        candidates: list[Schema] = [a for a in answers if self.outlines.is_object(a)]
        if lists is not None:
            candidates.append(lists.items)
        sent = [
            messages.sent_schema(self.contract.data, op) for op, _ in (*group.things.values(), *group.whole.values())
        ]
        candidates += [schema for schema in sent if self.outlines.is_object(schema)]
        for likely in (False, True):
            for schema in candidates:
                for way in self._ways(schema, thing):
                    part = self.outlines.inside(schema, way)
                    wanted = group.override.id
                    found = wanted if wanted in self.outlines.properties(part) else ""
                    found = found or ids.find(self.outlines, part, parameter, thing, likely=likely)
                    if found:
                        return part, way, found
        return (candidates[0] if candidates else True), (), ""

    def _ways(self, schema: Schema, thing: str) -> list[Inside]:
        """Where one thing may stand in a message: as the whole of it, or in an envelope."""
        properties = self.outlines.properties(schema)
        own = {words(thing), words(thing)[-1:]}
        named = [key for key in properties if words(key) in own]
        usual = [key for key in ENVELOPES if key in properties]
        return [(), *((key,) for key in (*named, *usual) if self.outlines.is_object(properties[key]))]

    def _place(self, schema: Schema, resource: Resource, thing: str) -> Inside:
        """Where a thing of a resource stands in a message of this schema."""
        ways = self._ways(schema, thing)
        for way in ways:
            part = self.outlines.inside(schema, way)
            if self.outlines.same(part, resource.schema):
                return way
        for way in ways:
            if resource.id_property and resource.id_property in self.outlines.properties(
                self.outlines.inside(schema, way)
            ):
                return way
        if len(ways) > 1 and len(self.outlines.properties(schema)) == 1:
            return ways[1]
        return ()

    def _asked_of_ids(self, group: _Group, schema: Schema, id_property: str) -> Schema:
        """What the property and the path parameter ask of an id."""
        asked: list[Schema] = [self.outlines.properties(schema)[id_property]] if id_property else []
        for operation, where in group.things.values():
            place = operation.parameters.get(("path", where.parameter))
            if place is not None:
                parameter = pointer.find(self.contract.data, pointer.join(place))
                below = parameter.get("schema", True)
                clash = asked and not self.outlines.types(asked[0]) & self.outlines.types(below)
                if not clash or not self.outlines.types(asked[0]):
                    asked.append(below)
                break
        return {"allOf": asked} if len(asked) > 1 else (asked[0] if asked else {"type": "string"})

    def _given(self, group: _Group) -> frozenset[str]:
        """What clients may send of a thing."""
        found: set[str] = set()
        for operation, _ in (*group.things.values(), *group.whole.values()):
            schema = messages.sent_schema(self.contract.data, operation)
            role = self.roles.get(operation.operation_id)
            part = self.outlines.inside(schema, role.sent if role else ())
            found |= {
                key for key, below in self.outlines.properties(part).items()
                if not self.outlines.marked(below, "readOnly")
            }  # fmt: skip
        return frozenset(found)

    def _unique(self, group: _Group, resource: Resource) -> tuple[str, ...]:
        """What no two things share: names of that kind, where the document speaks of conflicts."""
        made = group.whole.get("post")
        if made is None or "409" not in made[0].node.get("responses", {}):
            return ()
        found = tuple(key for key in self.outlines.properties(resource.schema) if key.lower() in UNIQUE)
        if found:
            resource.why.append(f"creating has a 409, so no two have the same {' or '.join(found)}")
        return found

    def _further(self, groups: Mapping[str, _Group]) -> None:
        """Further paths to resources that are known: lists below a collection, and those joined on the way."""
        by_name = {self.collections.get(key, ""): group for key, group in groups.items()}
        for name, group in by_name.items():
            for method, operation, where in group.others:
                if name in self.resources:
                    table = ON_THING if where.parameter else None
                    thing = singular(group.address.name)
                    if table is None:
                        self._on_collection(method, operation, where, self.resources[name], thing)
                    else:
                        self._give(table.get(method), operation, where, self.resources[name], thing)
        for oid, operation in self.contract.by_id.items():
            where = self.addresses[oid]
            resource = self.resources.get(self.collections.get(where.parent, ""))
            if oid in self.roles or operation.method != "get" or where.parameter or resource is None:
                continue
            found = listing(self.outlines, self.contract.data, operation, self._answer(operation), resource.name)
            if found is not None and self.outlines.same(found.items, resource.schema) and not self.overrides[oid].off:
                self.roles[oid] = Role("list", resource.name, where.above, listing=found)
                resource.why.append(f"{operation.template} lists the same things")

    def _acts(self) -> None:
        """What happens below a thing and changes nothing that can be known: it needs the thing, and may show it."""
        for oid, operation in self.contract.by_id.items():
            above = self.addresses[oid].above
            if oid in self.roles or not above or self.overrides[oid].off:
                continue
            resource = self.resources.get(self.collections.get(above[-1].collection, ""))
            if resource is None or self.addresses[oid].parameter:
                continue
            shown = self._shown_in(self._answer(operation), resource)
            self.roles[oid] = Role("act", resource.name, above[:-1], above[-1].parameter, shown=shown)

    def _shown_in(self, answer: Schema, resource: Resource) -> Inside | None:
        ways = self._ways(answer, singular(resource.name))
        return next((w for w in ways if self.outlines.same(self.outlines.inside(answer, w), resource.schema)), None)

    def _answer(self, operation: Operation) -> Schema:
        return messages.shown_schema(self.contract.data, operation)

    def _explain(self, resource: Resource, group: _Group, inside: Inside) -> None:
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
