"""The promises of one kind of message, and which of them a message reaches.

A kind of message is an operation's request, its answers of one documented status, or an event. Made by `surfaces`; it
must not count.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from understudy.contract import pointer
from understudy.contract.body import Body
from understudy.contract.contract import Contract
from understudy.contract.exchange import Request, Response
from understudy.contract.matching import Matcher
from understudy.contract.media import CONTENT_FREE, find_media_type
from understudy.contract.operation import Operation, schema_place
from understudy.contract.promises import UNSEEN, Register
from understudy.contract.reach import Builder, Walk
from understudy.contract.texts import Reader, reader
from understudy.contract.values import value_of
from understudy.contract.violations import Violation
from understudy.contract.xml_mapping import RootError

# The names of header parameters and response headers that OpenAPI leaves to the media types and to security.
_NOT_A_HEADER = "content-type"


class Surface:
    """The promises of one kind of message.

    Args:
        contract: the contract.
        register: where they have their bits.
        matcher: says which alternative of a schema a value fits.
    """

    def __init__(self, contract: Contract, register: Register, matcher: Matcher) -> None:
        self.contract = contract
        self.register = register
        self.builder = Builder(contract.data, contract.document.version, matcher, register)
        self.always = 0
        self.content: Mapping[str, Any] = {}
        self._bodies: dict[str, tuple[int, Walk, Any, Any]] = {}
        self._body = self._no_body = self._readable = 0
        self._others: dict[str | None, int] = {None: 0}

    def broken(self, violations: Iterable[Violation], body: Body | None) -> int:
        """The bits that violations of one message name; of a promise made for several media types, the body's own."""
        mask = 0
        others = self._others.get(find_media_type(self.content, body.media_type), 0) if body and self.content else 0
        for violation in violations:
            found = self.register.masks.get(violation.schema, 0)
            mask |= found & ~others or found
        return mask

    def promise_content(self, place: pointer.Parts, needs: int, *, required: bool) -> None:
        """List what a request body, an answer or an event promises: that it is there, its media types, its schemas."""
        register = self.register
        led = self._follow(place)
        if led is None or not led[1]:
            return
        place, self.content = led
        present = register.add(place, "required" if required else "present", "body", needs, "no body came")
        self._body = 1 << present
        if required:
            self.always |= self._body
        else:
            self._no_body = 1 << register.add(place, "absent", "body", needs, "the body was never left out")
        firsts = {}
        for name, media in self.content.items():
            register.media_type = name
            firsts[name] = len(register.promises)
            bit = register.add((*place, name), "", "media-type", present, f"no body of the media type {name} came")
            walk: Walk = _nothing
            schema = None
            if "schema" in media:
                at = (*place, name, "schema")
                readable = register.add(at, "schema", "schema", bit, "no body of this media type could be read")
                walk = self.builder.root(at, readable, "no body of this media type could be read")
                schema = (self._follow(at) or ((), {}))[1]
                bits = 1 << bit | 1 << readable
            else:
                bits = 1 << bit
            self._bodies[name] = (bits, walk, schema, media.get("encoding"))
        register.media_type = None
        ends = [*list(firsts.values())[1:], len(register.promises)]
        spans = {name: (1 << end) - (1 << start) for (name, start), end in zip(firsts.items(), ends, strict=True)}
        self._others = {None: 0} | {name: sum(spans.values()) - span for name, span in spans.items()}

    def reach_body(self, body: Body, *, sent: bool) -> int:
        """The bits that a body reaches."""
        if not sent:
            return self._no_body
        key = find_media_type(self.content, body.media_type) if self.content else None
        if key is None or body.problems:
            return self._body
        bits, walk, schema, encoding = self._bodies[key]
        try:
            return self._body | bits | walk(_value(self.contract, body, schema, encoding))
        except (KeyError, RecursionError):  # openapi-core finds no end here either, and says so
            return self._body | bits

    def _follow(self, place: pointer.Parts) -> tuple[pointer.Parts, Any] | None:
        try:
            return pointer.follow(self.contract.data, place)
        except KeyError:
            return None


class RequestSurface(Surface):
    """What an operation's requests promise."""

    def __init__(self, contract: Contract, operation: Operation, matcher: Matcher) -> None:
        super().__init__(contract, Register("request", operation.operation_id), matcher)
        register = self.register
        self.root = register.add(operation.place, "", "operation", -1, UNSEEN)
        self.always |= 1 << self.root
        needed = operation.node.get("security", contract.data.get("security"))
        if needed and {} not in needed:
            self.always |= 1 << register.add(operation.security_place, "security", "security", self.root, UNSEEN)
        self._parameters = [self._parameter(*item, operation) for item in operation.parameters.items()]
        if "requestBody" in operation.node:
            _, node = self._follow((*operation.place, "requestBody")) or ((), {})
            place = (*operation.place, "requestBody", "content")
            self.promise_content(place, self.root, required=bool(node.get("required")))

    def _parameter(
        self, key: tuple[str, str], place: pointer.Parts, operation: Operation
    ) -> tuple[int, int, int, int, Reader, Walk]:
        """A parameter: the bits for sent, for left out and for read, and how to read and walk its value."""
        location, name = key
        register, root = self.register, self.root
        _, node = pointer.follow(self.contract.data, place)
        what = f"the {location} parameter `{name}`"
        sent, absent = 0, 0
        if node.get("required"):
            gate = root
            self.always |= 1 << register.add(place, "required", "parameter", root, UNSEEN)
        else:
            gate = register.add(place, "present", "parameter", root, f"{what} was never sent")
            sent = 1 << gate
            absent = 1 << register.add(place, "absent", "parameter", root, f"{what} was never left out")
        at = schema_place(place, node)
        why = f"{what} was never sent" if location != "path" else UNSEEN
        read = register.add(at, "schema", "schema", gate, why)
        walk = self.builder.root(at, read, f"{what} could never be read")
        schema = (self._follow(at) or ((), {}))[1]
        take = reader(self.contract.data, node, schema, operation.parameters)
        return sent, absent, 1 << read, read, take, walk

    def reached(self, request: Request, broken: int) -> int:
        """The bits that a request reaches; a parameter that cannot be read reaches nothing of its schema."""
        mask = self.always
        for sent, absent, read, number, take, walk in self._parameters:
            came, known, value = take(request)
            if not came:
                mask |= absent
                continue
            mask |= sent | read
            if known and not broken >> number & 1:
                try:
                    mask |= walk(value)
                except RecursionError:
                    continue
        judged = self.content and not request.unseen
        return mask | (self.reach_body(request.content, sent=bool(request.body)) if judged else 0)


class ResponseSurface(Surface):
    """What an operation's answers of one documented status promise."""

    def __init__(self, contract: Contract, operation: Operation, key: str, matcher: Matcher) -> None:
        super().__init__(contract, Register("response", operation.operation_id, key), matcher)
        place, node = self._follow((*operation.place, "responses", key)) or ((*operation.place, "responses", key), {})
        self.root = self.register.add(place, "", "status", -1, f"the status {key} was never answered")
        self.always |= 1 << self.root
        self._headers: list[tuple[str, int]] = []
        for name in node.get("headers", {}):
            self._header(name, (*place, "headers", name))
        self.promise_content((*place, "content"), self.root, required=True)

    def _header(self, name: str, place: pointer.Parts) -> None:
        _, node = self._follow(place) or ((), {})
        if name.lower() == _NOT_A_HEADER:
            return
        if node.get("required"):
            self.always |= 1 << self.register.add(place, "required", "header", self.root, UNSEEN)
        else:
            why = f"the header `{name}` never came"
            self._headers.append((name.lower(), 1 << self.register.add(place, "present", "header", self.root, why)))

    def reached(self, response: Response, *, head: bool) -> int:
        """The bits that an answer reaches; one to HEAD (`head`) owes no body."""
        mask = self.always & ~self._body
        fields = response.fields
        for name, bit in self._headers:
            if name in fields:
                mask |= bit
        if not self.content or head or (response.status_code in CONTENT_FREE and not response.data):
            return mask
        return mask | self._body | self.reach_body(response.content, sent=bool(response.data))


class EventSurface(Surface):
    """What an event promises."""

    def __init__(self, contract: Contract, name: str, place: pointer.Parts, matcher: Matcher) -> None:
        super().__init__(contract, Register("event", name), matcher)
        self.root = self.register.add(place, "", "event", -1, "this event was never sent")
        self.always |= 1 << self.root
        self.promise_content((*place, "requestBody", "content"), self.root, required=True)

    def reached(self, data: Any) -> int:
        """The bits that an event's data reaches; its media type is the first documented."""
        mask = self.always
        if self._bodies:
            bits, walk, *_ = next(iter(self._bodies.values()))
            try:
                mask |= bits | walk(data)
            except RecursionError:
                mask |= bits
        return mask


def _nothing(_value: Any) -> int:
    return 0


def _value(contract: Contract, body: Body, schema: Any, encoding: Any) -> Any:
    """The value that the schema is asked of, as the judge makes it."""
    try:
        return value_of(contract.data, schema, body, encoding)
    except RootError:
        return None
