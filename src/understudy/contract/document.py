"""Loads a document: the file, the files it refers to, the overlays applied, the whole checked.

The result is plain data with internal references only, so that no tool behind it ever opens a file or a
connection, and it still knows where in which file each thing was written. Called by `cli` and `server`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from understudy.contract import overlay, pointer, voices
from understudy.contract.bundling import FILES, Bundler
from understudy.contract.lint import objections
from understudy.contract.lint.mending import Fault, Note, mend
from understudy.contract.lint.normal import normalise
from understudy.contract.lint.objection import Objection
from understudy.contract.source import Place, Source, SourceError, read
from understudy.contract.swagger.conversion import Conversion, convert

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")
VERSIONS = ("3.0", "3.1")
ROUNDS = 4
"""How often a document is asked for what is wrong: what is set right may bring to light what it hid."""


# What a document of ours says that refers to what the voice brings; it is spoken before the document is checked.
VOICE = b"#/components/schemas/understudy_"


class DocumentError(Exception):
    """A document that cannot be served.

    Attributes:
        problems: what is wrong, one line each: place, pointer, rule and what to do.
    """

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = tuple(problems)


Saying = tuple[tuple[str, ...], Source, int]


@dataclass
class Document:
    """A document ready to become a contract.

    Attributes:
        data: the effective document; references are internal.
        source: the main file.
        files: every file read, to be watched.
        overlays: the overlays applied, in order.
        notes: what is against the rules of OpenAPI in it and does not hinder.
        moved: where things stood in a document of another version, by where they stand now.
        sayings: each place that an overlay's action met, the overlay and the how manieth action, in order.
    """

    data: dict[str, Any]
    source: Source
    overlays: tuple[Source, ...] = ()
    referred: Mapping[str, Source] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    moved: Mapping[pointer.Parts, pointer.Parts] = field(default_factory=dict)
    sayings: Sequence[Saying] = ()

    @property
    def files(self) -> tuple[Path, ...]:
        """Every file this document was made of."""
        return (self.source.path, *(s.path for s in self.referred.values()), *(s.path for s in self.overlays))

    @property
    def version(self) -> str:
        """``3.0`` or ``3.1``."""
        return ".".join(str(self.data["openapi"]).split(".")[:2])

    @property
    def title(self) -> str:
        """The document's title."""
        return str(self.data["info"]["title"])

    def place(self, at: str) -> Place | None:
        """Where the value a pointer names was written: in the file itself, or in the overlay that says it."""
        now = pointer.split(at)
        parts = self._before(now)
        at = pointer.join(parts)
        if len(parts) > 1 and parts[0] == FILES:
            return self.referred[parts[1]].place(pointer.join(parts[2:]))
        try:
            written = pointer.find(self.source.data, at)
        except KeyError:
            return self._overlay_place(parts) or self.source.place(at)
        return self._replaced(now, written) or self.source.place(at)

    def _replaced(self, parts: tuple[str, ...], written: Any) -> Place | None:
        """Where the last overlay says a value in place of the file's own; objects and lists only grow by overlays."""
        for met, source, index in reversed(self.sayings):
            tail = parts[len(met) :]
            if parts[: len(met)] != met:
                continue
            try:
                said = pointer.walk(source.data["actions"][index]["update"], tail)
            except KeyError:
                continue
            grows = isinstance(written, list) or (isinstance(written, dict) and isinstance(said, dict))
            if not grows:
                return source.place(pointer.join(("actions", str(index), "update", *tail)))
        return None

    def _before(self, parts: tuple[str, ...]) -> tuple[str, ...]:
        """Where a place stood in the file."""
        for length in range(len(parts), 0, -1) if self.moved else ():
            if parts[:length] in self.moved:
                return (*map(str, self.moved[parts[:length]]), *parts[length:])
        return parts

    def _overlay_place(self, parts: tuple[str, ...]) -> Place | None:
        """The first overlay update that carries a tail of these parts."""
        for source in self.overlays:
            for index, action in enumerate(source.data["actions"]):
                for start in range(len(parts)):
                    tail = parts[start:]
                    try:
                        pointer.walk(action.get("update"), tail)
                    except KeyError:
                        continue
                    return source.place(pointer.join(("actions", str(index), "update", *tail)))
        return None


def load(path: Path, overlays: Sequence[Path] = (), *, voice: Path | None = None) -> Document:
    """Read a document, bundle the files it refers to, apply the overlays in order, and check the result.

    Args:
        path: the document.
        overlays: overlay files; a target that matches nothing is an error.
        voice: an overlay with what the server itself answers; applied last, and left out where there is no operation.

    Errors: `SourceError` for a file that cannot be read or an overlay that cannot be applied;
    `DocumentError` for a document that is not valid OpenAPI.
    """
    source = read(path)
    if not isinstance(source.data, dict) or not ({"openapi", "swagger"} & source.data.keys()):
        raise SourceError("this is not an OpenAPI document: it has no `openapi` key", path)
    said = tuple(_check_version(source))
    referred: dict[str, Source] = {}
    data = Bundler(path.resolve().parent, source, referred).bundle()
    conversion = convert(data, FILES) if "openapi" not in data else Conversion(data)
    data = conversion.data
    sources: list[Source] = []
    sayings: list[Saying] = []
    for overlay_path in overlays:
        data = _overlaid(data, overlay_path, sources, sayings)
    early = voice is not None and VOICE in orjson.dumps(data) and _has_operations(data)
    if voice is not None and early:
        data = _voiced(data, voice, sources, sayings)
    document = Document(data, source, tuple(sources), referred, moved=conversion.moved, sayings=sayings)
    lost = [Note(place, message) for place, message in conversion.notes]
    document.notes = tuple(dict.fromkeys((*said, *lost, *_mended(document))))
    normalise(data, FILES)
    if voice is not None and not early and _has_operations(data):
        document.data = _voiced(data, voice, sources, sayings)
        document.overlays = tuple(sources)
    _name_operations(document.data)
    return document


def _voiced(data: dict[str, Any], voice: Path, sources: list[Source], sayings: list[Saying]) -> dict[str, Any]:
    """The document with what the server itself answers."""
    _write_out_responses(data)
    voiced = _overlaid(data, voice, sources, sayings)
    voices.share(data, voiced)
    return voiced


def _overlaid(data: dict[str, Any], path: Path, sources: list[Source], sayings: list[Saying]) -> dict[str, Any]:
    """The document with an overlay applied, which joins the others and what they say."""
    source = read(path)
    sources.append(source)

    def met(location: overlay.Location, index: int) -> None:
        sayings.append((tuple(map(str, location)), source, index))

    overlaid: dict[str, Any] = overlay.apply(data, source, met)
    return overlaid


def operations(
    data: Mapping[str, Any], root: str = "paths"
) -> Iterator[tuple[str, str, Mapping[str, Any], Mapping[str, Any]]]:
    """Every operation: path template, method, operation object, path item object (references followed).

    Args:
        data: the document.
        root: ``webhooks`` for the events instead of the operations; the template is the event's name then.
    """
    for template in data.get(root) or {}:
        if template.startswith("x-"):
            continue
        _, item = pointer.follow(data, (root, template))
        for method in METHODS:
            if method in item:
                yield template, method, item[method], item


def _has_operations(data: Mapping[str, Any]) -> bool:
    try:
        return any(True for _ in operations(data))
    except (KeyError, TypeError):  # a path item that leads nowhere or is none, which is told when it is looked at
        return False


def _check_version(source: Source) -> Iterator[Note]:
    """See to it that the version is one of ours; YAML reads 3.1 as a number, which is told."""
    key = "openapi" if "openapi" in source.data else "swagger"
    said = source.data[key]
    if said is None:
        raise SourceError(
            f"`{key}` says nothing; write the version, e.g. 3.1.0", source.place(f"/{key}") or source.path
        )
    version = str(said)
    if (key == "openapi" and version in VERSIONS) or (key == "swagger" and not isinstance(said, str)):
        source.data[key] = version = f"{version}.0" if key == "openapi" else version
        yield Note(f"/{key}", f"{said} is no version as it is written; it is read as {version}")
    if version.startswith(tuple(f"{known}." for known in VERSIONS)) or (key == "swagger" and version == "2.0"):
        return
    remedy = f"convert it to one of 2.0, {' and '.join(VERSIONS)}"
    if version.startswith("3.2"):
        remedy = (
            "write `openapi: 3.1.1` if it uses nothing that only 3.2 has (`query`, `itemSchema`, `$self`), else "
            + remedy
        )
    raise SourceError(f"OpenAPI {version} is not served; {remedy}", source.place("/openapi") or source.path)


def _mended(document: Document) -> Iterator[Note]:
    """What is against the rules and does not hinder, set right in the document.

    Errors: `DocumentError` for what hinders.
    """
    data, version = document.data, document.version
    asked: tuple[Callable[[], Iterator[Objection]], ...] = (
        lambda: objections.of_structure(data, version),
        lambda: objections.of_content(data, version, FILES),
    )
    for ask in asked:
        for _ in range(ROUNDS):
            notes, faults = mend(data, list(ask()), document.source.path.stem)
            if faults:
                raise DocumentError([_told(document, fault) for fault in dict.fromkeys(faults)])
            yield from notes
            if not notes:
                break


def _told(document: Document, fault: Fault) -> str:
    place = document.place(fault.place) or document.source.path
    return f"{place}: {fault.place or '/'}: {fault.message} ({fault.rule}); {fault.remedy}"


def _write_out_responses(data: dict[str, Any]) -> None:
    """Replace each response that is a reference by what it refers to, so that an overlay can add to it."""
    for template, method, operation, _ in operations(data):
        responses = operation.get("responses", {})
        for status in responses:
            _, responses[status] = pointer.follow(data, ("paths", template, method, "responses", status))


def _name_operations(data: dict[str, Any]) -> None:
    """Give every operation without an operationId one made of its method and path."""
    for template, method, operation, _ in operations(data):
        if "operationId" not in operation:
            assert isinstance(operation, dict)  # noqa: S101 - loaded data
            operation["operationId"] = f"{method} {template}"
