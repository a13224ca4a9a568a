"""Turns targets into parts: which document, which overlays, who plays it, from which first state.

A target is a service's name or a document's path. Called by whoever starts a server or checks what would be
served. Every fault in what the user handed in is a `StageError` that names the fix.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from understudy import bundled
from understudy.contract.contract import Contract, EngineName
from understudy.contract.document import Document, DocumentError, load
from understudy.contract.source import SourceError, read
from understudy.sandbox.registry import Sandboxes
from understudy.sandbox.sandboxes import Sandbox
from understudy.server.call import Part
from understudy.server.handlers import HandlerAnswerer
from understudy.server.routing import base_path
from understudy.server.synthesis import SynthesisAnswerer
from understudy.services.service import Service, discover, service_names

Profile = Literal["observed", "published"]
PROFILES: tuple[Profile, ...] = ("observed", "published")
REFUSALS = Path("understudy/refusals.overlay.yaml")


class StageError(Exception):
    """Something the user handed in cannot be served; the message says what, where, and what to do."""


@dataclass(frozen=True)
class Direction:
    """How targets are to be played.

    Attributes:
        profile: which promises are enforced.
        overlays: the user's overlays, applied last, in order.
        fixtures: the seed to plant instead of the service's own.
        seed: seeds all randomness.
        frozen_at: the moment at which the clock stands still, or None.
        settings: the services' settings, by name.
        engine: which engine judges, see `Contract`.
    """

    profile: Profile = "observed"
    overlays: Sequence[Path] = ()
    fixtures: Path | None = None
    seed: int = 0
    frozen_at: datetime | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    engine: EngineName = "plan"


@dataclass
class Staged:
    """A part ready to be served, and what it was made of.

    Attributes:
        part: the part.
        files: every document and overlay file, to be watched.
        fixtures: the seed's file, or None where no service plays.
    """

    part: Part
    files: tuple[Path, ...]
    fixtures: Path | None = None


def stage(targets: Sequence[str], direction: Direction) -> list[Staged]:
    """Every target as a part.

    Errors: `StageError`.
    """
    staged = [_stage(target, direction) for target in dict.fromkeys(targets)]
    taken: dict[str, str] = {}
    for item in staged:
        other = taken.setdefault(item.part.base_path, item.part.name)
        if other != item.part.name:
            raise StageError(
                f"{other} and {item.part.name} are both served at {item.part.base_path or '/'}; "
                "give one of them another path in its document's `servers`, or serve them apart"
            )
    return staged


def restage(staged: Staged, target: str, direction: Direction) -> Staged:
    """The part anew from its files, its state kept.

    Errors: `StageError`; the old part is untouched then.
    """
    fresh = _stage(target, direction)
    if isinstance(fresh.part.answerer, HandlerAnswerer) and isinstance(staged.part.answerer, HandlerAnswerer):
        fresh.part.answerer = staged.part.answerer
    return fresh


def document_of(target: str, direction: Direction, *, voiced: bool = True) -> tuple[Document, Service | None]:
    """The effective document of a target, and the service that plays it; `voiced` adds what our server itself answers.

    Errors: `StageError`.
    """
    service = _service(target)
    path = bundled.SPEC / service.document if service else Path(target)
    overlays: list[Path] = []
    if service and direction.profile == "observed":
        overlays += [bundled.SPEC / overlay for overlay in service.overlays]
        settings = settings_of(service, direction.settings)
        for name, setting in service.settings.items():
            if settings[name] in setting.overlays:
                overlays.append(bundled.SPEC / setting.overlays[settings[name]])
    try:
        voice = bundled.SPEC / REFUSALS if voiced else None
        return load(path, (*overlays, *direction.overlays), voice=voice), service
    except (SourceError, DocumentError) as error:
        raise StageError(str(error)) from None


def settings_of(service: Service, given: Mapping[str, str]) -> dict[str, str]:
    """A service's settings: its defaults, and what was given for them.

    Errors: `StageError` for a name or value that does not exist.
    """
    settings = {name: setting.default for name, setting in service.settings.items()}
    for name, value in given.items():
        setting = service.settings.get(name)
        if setting is None:
            known = ", ".join(service.settings) or "none"
            raise StageError(f"{service.name} has no setting {name!r}; it has: {known}")
        if setting.choices and value not in setting.choices:
            raise StageError(f"{name}={value} is not possible; choose one of: {', '.join(setting.choices)}")
        settings[name] = value
    return settings


def plant(service: Service, direction: Direction) -> tuple[Sandboxes, Path]:
    """The sandboxes of a service, each born in its first state, and the file that state comes from.

    Errors: `StageError`.
    """
    path = direction.fixtures or bundled.FIXTURES / service.seed
    if path.is_dir():
        path = path / "seed.yaml"
    settings = settings_of(service, direction.settings)
    try:
        data = read(path).data
        if not isinstance(data, dict):
            raise StageError(f"{path}: a seed is an object of keys and values; this is a {type(data).__name__}")
        return Sandboxes(lambda seed: _planted(service, seed, settings, direction, data), direction.seed), path
    except SourceError as error:
        raise StageError(str(error)) from None
    except ValueError as error:
        raise StageError(f"{path}: {error}") from None


def _planted(
    service: Service, seed: int, settings: Mapping[str, str], direction: Direction, data: Mapping[str, Any]
) -> Sandbox:
    sandbox = Sandbox(seed, service.tables, settings, direction.frozen_at)
    with sandbox.transaction():
        service.plant(sandbox, data)
    return sandbox


def _service(target: str) -> Service | None:
    if target in service_names():
        return discover()[target]
    if Path(target).is_file() or Path(target).suffix or "/" in target:
        return None
    raise StageError(
        f"there is no service {target!r}; installed are: {', '.join(service_names())}. "
        "To serve a document, name its file, e.g. ./petstore.yaml"
    )


def _stage(target: str, direction: Direction) -> Staged:
    document, service = document_of(target, direction)
    contract = Contract(document, direction.engine)
    base = base_path(document.data)
    if service is None:
        answerer: Any = SynthesisAnswerer(contract, direction.seed)
        return Staged(Part(Path(target).stem, contract, answerer, base), document.files)
    missing = [oid for oid in contract.by_id if oid not in service.handlers]
    if missing:
        raise StageError(
            f"{service.name} has no handler for {', '.join(missing)}; "
            "an overlay may only add operations that the service plays"
        )
    sandboxes, fixtures = plant(service, direction)
    part = Part(service.name, contract, HandlerAnswerer(service, sandboxes), base, service, transport=service.transport)
    return Staged(part, document.files, fixtures)
