"""Turns targets into parts: which document, which overlays, who plays it, from which first state.

A target is a service's name or a document's path. Called by whoever starts a server or checks what would be
served. Every fault in what the user handed in is a `TargetError` that names the fix.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import combinations
from pathlib import Path
from typing import Any, Literal

from understudy import bundled
from understudy.contract.contract import Contract, EngineName
from understudy.contract.source import SourceError, read
from understudy.effective import Profile, TargetError, bundled_contract, document_of, settings_of, target_names
from understudy.sandbox.registry import SHARED, Sandboxes
from understudy.sandbox.sandboxes import Sandbox
from understudy.server.call import Part
from understudy.server.deliveries import REDELIVER, redeliver
from understudy.server.door import Door
from understudy.server.handlers import ControlHandlerAnswerer, HandlerAnswerer
from understudy.server.resources.answerer import ResourceAnswerer
from understudy.server.resources.override import OverrideError
from understudy.server.resources.things import Things
from understudy.server.routing import base_path
from understudy.server.synthesis import SynthesisAnswerer
from understudy.services.service import Control, Service

State = Literal["infer", "strict", "none"]
STATES: tuple[State, ...] = ("infer", "strict", "none")

CONTROL_PATH = "/_understudy"
_BASE_PATH = re.compile(r"/|(/[A-Za-z0-9._-]+)+")


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
        base_paths: where parts are served instead of where their documents say, by the part's name.
        state: what a document without a service remembers: what it implies, with invented things while a collection is
            untouched (``infer``) or without (``strict``), or nothing (``none``).
        accepted: the only credentials that documents without a service accept; empty for any.
        own: the direction of a target where it is not this one, by target.
        attended: whether people are at work in the nameless sandbox: settings have their attended values there.
    """

    profile: Profile = "observed"
    overlays: Sequence[Path] = ()
    fixtures: Path | None = None
    seed: int = 0
    frozen_at: datetime | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    engine: EngineName = "plan"
    base_paths: Mapping[str, str] = field(default_factory=dict)
    attended: bool = False
    state: State = "infer"
    accepted: tuple[str, ...] = ()
    own: Mapping[str, Direction] = field(default_factory=dict)

    def of(self, target: str) -> Direction:
        """How one target is played."""
        return self.own.get(target, self)


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

    Errors: `TargetError`.
    """
    named = target_names(list(dict.fromkeys(targets)))
    staged = [_stage(target, name, direction.of(target)) for target, name in named.items()]
    names = [item.part.name for item in staged]
    for name, path in direction.base_paths.items():
        if name not in names:
            raise TargetError(f"--base-path {name}={path} names nothing that is served; served are: {', '.join(names)}")
        if not _BASE_PATH.fullmatch(path):
            raise TargetError(f"--base-path {name}={path} is no path; write it like --base-path {name}=/{name}")
    keep_apart(staged)
    return staged


def keep_apart(staged: Sequence[Staged]) -> None:
    """See to it that no path is two parts': they may share a base path, as products on hosts of their own do.

    Errors: `TargetError` that names both parts and the path.
    """
    for one, other in combinations([item.part for item in staged], 2):
        shared = _shared(one.contract, other.contract) if one.base_path == other.base_path else None
        if shared is not None:
            raise TargetError(
                f"{one.name} and {other.name} both have the path {one.base_path}{shared}; serve one of them elsewhere, "
                f"e.g. with --base-path {other.name}=/{other.name}"
            )


def restage(staged: Staged, target: str, direction: Direction, *, anew: bool = False) -> Staged:
    """The part from its files once more; its state is kept, unless it is to begin ``anew``.

    Errors: `TargetError`; the old part is untouched then.
    """
    fresh = _stage(target, staged.part.name, direction.of(target))
    old = staged.part.answerer
    if not anew and isinstance(fresh.part.answerer, HandlerAnswerer) and isinstance(old, HandlerAnswerer):
        old.service = fresh.part.answerer.service  # its handlers may have changed, the state has not
        fresh.part.answerer, fresh.part.sandboxes, fresh.part.control = old, staged.part.sandboxes, staged.part.control
    elif isinstance(fresh.part.answerer, ResourceAnswerer) and isinstance(old, ResourceAnswerer):
        fresh.part.answerer.sandboxes = fresh.part.sandboxes = old.sandboxes
    return fresh


def plant(service: Service, direction: Direction) -> tuple[Sandboxes, Path]:
    """The sandboxes of a service, each born in its first state, and the file that state comes from.

    Errors: `TargetError`.
    """
    path = direction.fixtures or bundled.FIXTURES / service.seed
    if path.is_dir():
        path = path / "seed.yaml"
    settings = settings_of(service, direction.settings)
    try:
        data = read(path).data
        if not isinstance(data, dict):
            raise TargetError(f"{path}: a seed is an object of keys and values; this is a {type(data).__name__}")

        def make(seed: int, name: str) -> Sandbox:
            here = settings | _attended(service, direction) if name == SHARED and direction.attended else settings
            return _planted(service, seed, here, direction, data)

        return Sandboxes(make, direction.seed), path
    except SourceError as error:
        raise TargetError(str(error)) from None
    except ValueError as error:
        raise TargetError(f"{path}: {error}") from None


def _attended(service: Service, direction: Direction) -> dict[str, str]:
    """What settings are where people are at work, unless the user said otherwise."""
    return {
        name: setting.attended
        for name, setting in service.settings.items()
        if setting.attended is not None and name not in direction.settings
    }


def _planted(
    service: Service, seed: int, settings: Mapping[str, str], direction: Direction, data: Mapping[str, Any]
) -> Sandbox:
    sandbox = Sandbox(seed, service.tables, settings, direction.frozen_at, {**service.timers, REDELIVER: redeliver})
    with sandbox.transaction():
        service.plant(sandbox, data)
    return sandbox


def _shared(one: Contract, other: Contract) -> str | None:
    """A path template of the first that may stand for the same path as one of the second; None if there is none."""
    theirs = [template.split("/") for template in other.templates()]
    for template in one.templates():
        ours = template.split("/")
        for segments in theirs:
            pairs = zip(ours, segments, strict=False)
            if len(ours) == len(segments) and all(a == b or "{" in a or "{" in b for a, b in pairs):
                return template
    return None


def _stage(target: str, name: str, direction: Direction) -> Staged:
    document, service = document_of(target, direction.profile, direction.overlays, direction.settings)
    contract = Contract(document, direction.engine)
    base = direction.base_paths.get(name, base_path(document.data)).rstrip("/")
    if service is None:
        return Staged(_from_document(name, contract, base, direction), document.files)
    missing = [oid for oid in contract.by_id if oid not in service.handlers]
    if missing:
        fix = "an overlay may only add operations that the service plays"
        if service.files:
            fix = f"write a function for each in {service.files[0]} and list it in HANDLERS"
        raise TargetError(f"{service.name} has no handler for {', '.join(missing)}; {fix}")
    sandboxes, fixtures = plant(service, direction)
    part = Part(
        name,
        contract,
        HandlerAnswerer(service, sandboxes),
        base,
        service,
        transport=service.transport,
        sandboxes=sandboxes,
        events=bundled_contract(service.events) if service.events else None,
        control=_control(service, service.control, sandboxes) if service.control else None,
        is_open=True,
    )
    return Staged(part, (*document.files, *service.files), fixtures)


def _from_document(name: str, contract: Contract, base: str, direction: Direction) -> Part:
    """The part of a document that nobody plays: with the state that it implies, or without any."""
    door = Door(contract, direction.seed, direction.accepted)
    if direction.state == "none":
        return Part(name, contract, SynthesisAnswerer(contract, direction.seed), base, door=door, is_open=True)

    def make(seed: int, _: str) -> Sandbox:
        return Sandbox(seed, Things, {}, direction.frozen_at, {REDELIVER: redeliver})

    sandboxes = Sandboxes(make, direction.seed)
    try:
        answerer = ResourceAnswerer(contract, direction.seed, sandboxes, strict=direction.state == "strict")
    except OverrideError as error:
        raise TargetError(f"{contract.document.source.path}: {error}") from None
    return Part(name, contract, answerer, base, sandboxes=sandboxes, door=door, is_open=True)


def _control(service: Service, control: Control, sandboxes: Sandboxes) -> Part:
    """The part that offers a service's other side, below the control plane."""
    base = f"{CONTROL_PATH}/{service.name}"
    answerer = ControlHandlerAnswerer(control, sandboxes)
    return Part(f"{service.name} control", bundled_contract(control.document), answerer, base)
