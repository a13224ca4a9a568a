"""What a playable product is: the document it claims, the handlers that play it, the seed it starts from.

The server discovers services through the entry point group ``understudy.services`` and never
names one. A handler is a plain function: first the sandbox, then the merged parameters; it
returns data, or a `Reply` where more than data must be said, or raises a `Refusal`, which is the
played product itself saying no. A service must not know the contract that judges it, nor any
web framework.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from understudy.sandbox.sandboxes import Play, Sandbox
from understudy.sandbox.store import UndoLog

GROUP = "understudy.services"


class Refusal(Exception):  # noqa: N818 - a refusal is the product's answer, not an error of ours
    """The played product says no, in its own words.

    Args:
        status: HTTP status the product answers with.
        body: the product's own body; data for JSON, text for any other media type.
        media_type: media type of the body.
    """

    def __init__(self, status: int, body: Any, media_type: str = "application/json") -> None:
        super().__init__(f"refused with {status}")
        self.status = status
        self.body = body
        self.media_type = media_type


@dataclass(frozen=True, slots=True)
class Upload:
    """One file part of a multipart body."""

    filename: str
    content_type: str
    data: bytes


class Empty(enum.Enum):
    """The one value that means: answer with no body at all."""

    BODY = enum.auto()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that is more than JSON data with the usual status.

    Attributes:
        body: data for JSON, ``bytes`` to be sent as they are, or `Empty.BODY`.
        status: HTTP status code.
        media_type: ``None`` means the service's usual JSON type.
        headers: further headers, as the product spells them.
    """

    body: Any = Empty.BODY
    status: int = 200
    media_type: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Params(dict[str, Any]):
    """The parameters of one call, merged: body, overridden by query, overridden by path.

    Path and query values are the strings that were sent; a JSON body keeps its types; forms give
    strings and `Upload` values, with ``a[b]`` and ``a[]`` nested as Rack nests them. A body that is
    not an object adds nothing here and stands in `body` alone.

    Attributes:
        body: the decoded body, or None.
        headers: request headers, names in lower case.
        base_url: where the product's paths begin, as the client sees it, e.g. ``http://127.0.0.1:8080``.
        accept: the request's ``Accept`` header, or an empty string.
    """

    __slots__ = ("base_url", "body", "headers")

    def __init__(
        self,
        merged: Mapping[str, Any] | None = None,
        *,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        base_url: str = "http://127.0.0.1",
    ) -> None:
        super().__init__(merged or {})
        self.body = body
        self.headers = headers or {}
        self.base_url = base_url

    @property
    def accept(self) -> str:
        """The request's ``Accept`` header, or an empty string."""
        return self.headers.get("accept", "")


Handler = Callable[[Sandbox, Params], Any]


@dataclass(frozen=True, slots=True)
class Setting:
    """One knob of a service, set by ``--set NAME=VALUE``.

    Attributes:
        default: the value where nobody says otherwise.
        attended: the value in the nameless sandbox of `understudy serve`, where people are at work and not tests;
            None means the default.
        choices: the values allowed; empty means any text.
        help: one line for people.
        overlays: overlay files (below ``spec/``) that a value adds to the observed profile.
    """

    default: str
    help: str
    choices: tuple[str, ...] = ()
    overlays: Mapping[str, str] = field(default_factory=dict)
    attended: str | None = None


@dataclass(frozen=True, slots=True)
class Cors:
    """How a product answers cross-origin requests below a path prefix (rack-cors' habits)."""

    prefix: str
    methods: tuple[str, ...]
    max_age: int


@dataclass(frozen=True, slots=True)
class Transport:
    """What a product's web stack adds to each answer, whatever the operation.

    Attributes:
        json_type: the ``Content-Type`` of JSON answers.
        headers: headers on every answer.
        cache_control: ``Cache-Control`` of answers that carry an entity tag.
        etag: whether successful answers get a weak entity tag, and 304 is spoken.
        request_id: header that carries a fresh id per answer, or None.
        runtime: header that carries the seconds spent, or None.
        cors: cross-origin rules, or None.
    """

    json_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    cache_control: str | None = None
    etag: bool = False
    request_id: str | None = None
    runtime: str | None = None
    cors: Cors | None = None


@dataclass(frozen=True, slots=True)
class Cable:
    """How a product tells clients of events, over ActionCable.

    Attributes:
        path: where the websocket is, below the product's base path.
        subscribe: who a subscription is for: gets the sandbox and what the subscription's identifier says, and
            returns the stream to listen to; None means that the product keeps silent.
        joined: called once a subscription is confirmed, with the sandbox and the stream; it may publish.
        perform: plays what a client does on its subscription: the sandbox, the stream, and the data it sent.
    """

    path: str
    subscribe: Callable[[Sandbox, Mapping[str, Any]], str | None]
    joined: Callable[[Sandbox, str], None]
    perform: Callable[[Sandbox, str, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True)
class Control:
    """What a service offers on the control plane: the other side of the API, which production hides.

    A handler here may raise a `Refusal` with a sentence as its body; it is told as a problem.

    Attributes:
        document: the document of these operations, a path below ``spec/``.
        handlers: operationId to handler.
    """

    document: str
    handlers: Mapping[str, Handler]


@dataclass(frozen=True, slots=True)
class Service:
    """A product Understudy can play.

    Attributes:
        name: what `understudy serve` calls it.
        title: what people call it.
        document: the published document, a path below ``spec/``, or an absolute one, as all paths here may be.
        overlays: what turns the published document into the observed one, paths below ``spec/``.
        branding: overlays that say whose the document is and promise nothing else; they hold in either profile.
        seed: the first state, a path below ``fixtures/``.
        handlers: operationId to handler.
        tables: makes the empty tables of a new sandbox.
        plant: fills a new sandbox from the seed's data.
        introduce: example facts of a planted sandbox for the start-up message, label to value;
            the key ``try`` holds a path that answers 200 to a plain GET, or a path and what curl must be told besides.
        unrouted: what the product says to a path or method it does not know.
        malformed: what the product says to a body it cannot parse.
        settings: the service's knobs by name.
        transport: what its web stack adds to each answer.
        events: the document of the events it sends, a path below ``spec/``: each one a webhook.
        cable: how clients listen to them, or None.
        control: what it offers on the control plane, or None.
        timers: what each kind of timer does when it rings.
        scenarios: the folder of its scenarios below ``fixtures/``, or None.
        failure: what the product says when it fails with this status, whatever was asked; None means that nobody knows.
        files: its files besides these, to be watched, the one with the handlers first; empty for what never changes.
    """

    name: str
    title: str
    document: str
    overlays: tuple[str, ...]
    seed: str
    handlers: Mapping[str, Handler]
    tables: Callable[[UndoLog], Any]
    plant: Callable[[Sandbox, Mapping[str, Any]], None]
    introduce: Callable[[Sandbox], Mapping[str, str]]
    unrouted: Callable[[Params], Reply]
    malformed: Callable[[Params], Reply]
    settings: Mapping[str, Setting] = field(default_factory=dict)
    transport: Transport = field(default_factory=Transport)
    branding: tuple[str, ...] = ()
    events: str | None = None
    cable: Cable | None = None
    control: Control | None = None
    timers: Mapping[str, Play] = field(default_factory=dict)
    failure: Callable[[int], Reply] | None = None
    scenarios: str | None = None
    files: tuple[Path, ...] = ()


@cache
def discover() -> Mapping[str, Service]:
    """Every installed service by name, from the entry point group ``understudy.services``."""
    return {point.name: point.load() for point in sorted(entry_points(group=GROUP), key=lambda p: p.name)}


def service_names() -> Sequence[str]:
    """The names of the installed services, without importing them."""
    return sorted(point.name for point in entry_points(group=GROUP))
