"""Where a thing stands in the messages of its operations, what it looks like, and what its id must be.

Called by `recognition`, for one group of operations after the other.
"""

from __future__ import annotations

from understudy.contract import pointer
from understudy.contract.contract import Contract
from understudy.contract.operation import Operation
from understudy.generator.names import words
from understudy.server.resources import ids, messages
from understudy.server.resources.grouping import Group
from understudy.server.resources.lists import listing
from understudy.server.resources.outline import Outlines
from understudy.server.resources.resource import Inside, Listing, Resource, Schema

ENVELOPES = ("data", "result", "item", "response", "payload", "attributes")


class Placing:
    """Finds things in the messages of one document.

    Args:
        contract: the document's.
        outlines: reads schemas.
    """

    def __init__(self, contract: Contract, outlines: Outlines) -> None:
        self.contract = contract
        self.outlines = outlines
        self._shown: dict[str, Schema] = {}

    def shown(self, operation: Operation) -> Schema:
        """The schema of what an operation answers."""
        known = self._shown.get(operation.operation_id)
        if known is None:
            known = self._shown[operation.operation_id] = messages.shown_schema(self.contract.data, operation)
        return known

    def listing(self, group: Group) -> Listing | None:
        """How a group's collection is listed, if it is."""
        found = group.whole.get("get")
        if found is None:
            return None
        shown = self.shown(found[0])
        listed = listing(self.outlines, self.contract.data, found[0], shown, group.address.name)
        # What holds more of its own kind is a thing with parts, not a list of them.
        return None if listed is not None and self.outlines.same(listed.items, shown) else listed

    def thing(self, group: Group, parameter: str, thing: str) -> tuple[Schema, Inside, str]:
        """The schema of one thing, where it stood, and its id property: from the answer that says most."""
        answers = []
        for table, methods in ((group.things, ("get", "put", "patch", "post")), (group.whole, ("post", "put"))):
            answers += [self.shown(table[method][0]) for method in methods if method in table]
        lists = self.listing(group)
        candidates: list[Schema] = [a for a in answers if self.outlines.is_object(a)]
        if lists is not None:
            candidates.append(lists.items)
        sent = [messages.sent_schema(self.contract.data, operation) for operation in group.operations]
        candidates += [schema for schema in sent if self.outlines.is_object(schema)]
        for likely in (False, True):
            for schema in candidates:
                for way in self.ways(schema, thing):
                    part = self.outlines.inside(schema, way)
                    wanted = group.override.id
                    found = wanted if wanted in self.outlines.properties(part) else ""
                    found = found or ids.find(self.outlines, part, parameter, thing, likely=likely)
                    if found and not (likely and self._clashes(group, self.outlines.properties(part)[found])):
                        return part, way, found
        return (candidates[0] if candidates else True), (), ""

    def ways(self, schema: Schema, thing: str) -> list[Inside]:
        """Where one thing may stand in a message: as the whole of it, or in an envelope."""
        properties = self.outlines.properties(schema)
        own = {words(thing), words(thing)[-1:]}
        named = [key for key in properties if words(key) in own]
        usual = [key for key in ENVELOPES if key in properties]
        return [(), *((key,) for key in (*named, *usual) if self.outlines.is_object(properties[key]))]

    def place(self, schema: Schema, resource: Resource, thing: str) -> Inside:
        """Where a thing of a resource stands in a message of this schema."""
        ways = self.ways(schema, thing)
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

    def asked_of_ids(self, group: Group, schema: Schema, id_property: str) -> Schema:
        """What the property and the path parameter ask of an id."""
        asked: list[Schema] = [self.outlines.properties(schema)[id_property]] if id_property else []
        below = self._of_path(group)
        if below not in (True, {}) and not (asked and self._clashes(group, asked[0])):
            asked.append(below)
        return {"allOf": asked} if len(asked) > 1 else (asked[0] if asked else {"type": "string"})

    def _of_path(self, group: Group) -> Schema:
        """What the path parameter that names a thing asks for; nothing where there is none."""
        for operation, where in group.things.values():
            place = operation.parameters.get(("path", where.parameter))
            if place is not None:
                found: Schema = pointer.walk(self.contract.data, place).get("schema", True)
                return found
        return True

    def _clashes(self, group: Group, schema: Schema) -> bool:
        """Whether no value of a property can stand in the path, by their types."""
        types, below = self.outlines.types(schema), self.outlines.types(self._of_path(group))
        return bool(types) and bool(below) and not types & below
