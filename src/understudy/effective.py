"""Which document is in force for a target: the file, its overlays, the profile, the settings.

A target is a service's name or a document's path. Called by whoever serves a target and by whoever asks a deployment
of it, so that both speak of the same promises. It must not know what is done with the document.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from understudy import bundled
from understudy.contract.contract import Contract
from understudy.contract.document import Document, DocumentError, load
from understudy.contract.source import SourceError
from understudy.folder import FolderError, is_folder, service_in
from understudy.services.service import Service, discover, service_names

Profile = Literal["observed", "published"]
PROFILES: tuple[Profile, ...] = ("observed", "published")
REFUSALS = Path("understudy/refusals.overlay.yaml")
_ADDRESS = re.compile(r"https?:/")
_ODD = re.compile(r"[^\w.-]+")


class TargetError(Exception):
    """Something the user handed in cannot be used; the message says what, where, and what to do."""


def service_of(target: str) -> Service | None:
    """The service a target names, or has in its folder; None for a document.

    Errors: `TargetError` for what is neither.
    """
    if target in service_names():
        return discover()[target]
    if is_folder(target):
        try:
            return service_in(target)
        except FolderError as error:
            raise TargetError(str(error)) from None
    if _ADDRESS.match(target):
        raise TargetError(
            f"{target} is an address, and nothing is fetched from the network; download the document, e.g. with "
            f"curl -o openapi.yaml {target}, and name the file"
        )
    if Path(target).is_file() or Path(target).suffix or "/" in target:
        return None
    raise TargetError(
        f"there is no service {target!r}; installed are: {', '.join(service_names())}. "
        "To use a document, name its file, e.g. ./petstore.yaml; to play a service of your own, its folder"
    )


def target_names(targets: Sequence[str]) -> dict[str, str]:
    """What each target is called: a service by its name, a document by its file's.

    Documents of one name have their folders' before it, as many as tell them apart: ``orders-openapi``.

    Errors: `TargetError`, also for what cannot be told apart.
    """
    services = {target: service_of(target) for target in targets}
    names = {target: service.name if service else Path(target).stem for target, service in services.items()}
    paths = {target: Path(target).resolve() for target, service in services.items() if service is None}
    for depth in range(1, max((len(path.parts) for path in paths.values()), default=1)):
        for target in _alike(names) & paths.keys():
            folders = paths[target].parts[1:-1][-depth:]
            names[target] = _ODD.sub("-", "-".join((*folders, paths[target].stem)))
    for target in _alike(names) & paths.keys():
        names[target] = paths[target].name  # shop.json beside shop.yaml
    if alike := sorted(_alike(names)):
        raise TargetError(f"{' and '.join(alike)} are both called {names[alike[0]]}; name each once, or rename one")
    return names


def _alike(names: Mapping[str, str]) -> set[str]:
    """The targets whose name another one has, too."""
    times = Counter(names.values())
    return {target for target, name in names.items() if times[name] > 1}


def document_of(
    target: str,
    profile: Profile = "observed",
    overlays: Sequence[Path] = (),
    settings: Mapping[str, str] | None = None,
    *,
    ours: bool = True,
) -> tuple[Document, Service | None]:
    """The effective document of a target, and the service that plays it.

    Args:
        target: a service's name or a document's path.
        profile: which promises are meant.
        overlays: the user's overlays, applied last, in order.
        settings: the service's settings, by name.
        ours: whether the document is to speak of our own refusals too, which only a server of ours sends.

    Errors: `TargetError`.
    """
    service = service_of(target)
    path = bundled.SPEC / service.document if service else Path(target)
    applied: list[Path] = [bundled.SPEC / overlay for overlay in service.branding] if service else []
    if service and profile == "observed":
        applied += [bundled.SPEC / overlay for overlay in service.overlays]
        chosen = settings_of(service, settings or {})
        for name, setting in service.settings.items():
            if chosen[name] in setting.overlays:
                applied.append(bundled.SPEC / setting.overlays[chosen[name]])
    try:
        voice = bundled.SPEC / REFUSALS if ours else None
        return load(path, (*applied, *overlays), voice=voice), service
    except (SourceError, DocumentError) as error:
        raise TargetError(str(error)) from None


def settings_of(service: Service, given: Mapping[str, str]) -> dict[str, str]:
    """A service's settings: its defaults, and what was given for them.

    Errors: `TargetError` for a name or value that does not exist.
    """
    settings = {name: setting.default for name, setting in service.settings.items()}
    for name, value in given.items():
        setting = service.settings.get(name)
        if setting is None:
            known = ", ".join(service.settings) or "none"
            raise TargetError(f"{service.name} has no setting {name!r}; it has: {known}")
        if setting.choices and value not in setting.choices:
            raise TargetError(f"{name}={value} is not possible; choose one of: {', '.join(setting.choices)}")
        settings[name] = value
    return settings


def bundled_contract(document: str) -> Contract:
    """The contract of a document that comes with us, by its path below ``spec/``."""
    return Contract(load(bundled.SPEC / document, voice=bundled.SPEC / REFUSALS))
