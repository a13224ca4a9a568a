"""Gives each of several targets the overlays, the first state and the settings that are meant for it.

What is said for one target stands behind its name, ``shop=FILE``, as with ``--base-path``; what is said plainly is for
every target for which it makes sense. Called by `command`. It must not play anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from understudy.effective import TargetError, document_of, service_of, target_names
from understudy.server.stage import Direction
from understudy.services.service import Service

_NAME = re.compile(r"[\w.-]+")


@dataclass(frozen=True)
class Wishes:
    """What a user said, as it was said.

    Attributes:
        overlays: ``FILE`` or ``NAME=FILE``, in order.
        fixtures: likewise.
        settings: a setting and its value, or a target's name and ``SETTING=VALUE``.
    """

    overlays: Sequence[str] = ()
    fixtures: Sequence[str] = ()
    settings: Sequence[tuple[str, str]] = ()


def aim(targets: Sequence[str], direction: Direction, wishes: Wishes) -> Direction:
    """The direction with what each target has of its own.

    Errors: `TargetError` for a name that is not served, and for what could be meant for several or for none.
    """
    aiming = _Aiming(tuple(dict.fromkeys(targets)), direction)
    aiming.settings(wishes.settings)
    aiming.fixtures(wishes.fixtures)
    aiming.overlays(wishes.overlays)
    return replace(direction, own=aiming.own)


class _Aiming:
    def __init__(self, targets: Sequence[str], direction: Direction) -> None:
        self.targets = targets
        self.services: Mapping[str, Service | None] = {target: service_of(target) for target in targets}
        self.names = target_names(targets)
        self.own = dict.fromkeys(targets, direction)

    def settings(self, said: Sequence[tuple[str, str]]) -> None:
        """Settings go to every service that has them."""
        for name, value in said:
            own = self._named("--set", f"{name}={value}")
            if own is not None:
                target, rest = own
                setting, separator, chosen = rest.partition("=")
                if not separator:
                    raise TargetError(f"--set {name}={rest} sets nothing; write it like --set {name}=release=4.13")
                self._set(target, setting, chosen)
                continue
            having = [target for target, service in self.services.items() if service and name in service.settings]
            if not having:
                raise TargetError(
                    f"--set {name}={value}: nothing that is served has a setting {name!r}; {self._known()}"
                )
            for target in having:
                self._set(target, name, value)

    def _set(self, target: str, setting: str, value: str) -> None:
        own = self.own[target]
        self.own[target] = replace(own, settings={**own.settings, setting: value})

    def _known(self) -> str:
        known = [
            f"{self.names[target]} has {', '.join(service.settings) if service and service.settings else 'none'}"
            for target, service in self.services.items()
        ]
        return "; ".join(known)

    def fixtures(self, said: Sequence[str]) -> None:
        """A first state belongs to one service."""
        for wish in said:
            own = self._named("--fixtures", wish)
            playing = [target for target, service in self.services.items() if service is not None]
            if own is None and len(playing) != 1:
                fix = " or ".join(f"--fixtures {self.names[target]}={wish}" for target in playing)
                raise TargetError(
                    f"--fixtures {wish} could be the first state of several; say {fix}"
                    if playing
                    else f"--fixtures {wish} is for services; a document that nobody plays begins with no state"
                )
            target, path = own or (playing[0], wish)
            if self.services[target] is None:
                raise TargetError(f"--fixtures {wish}: {self.names[target]} is a document, which begins with no state")
            self.own[target] = replace(self.own[target], fixtures=Path(path))

    def overlays(self, said: Sequence[str]) -> None:
        """An overlay goes to every document that it can be applied to."""
        for wish in said:
            own = self._named("--overlay", wish)
            if own is not None:
                self._overlay(own[0], own[1])
            elif len(self.targets) == 1:
                self._overlay(self.targets[0], wish)
            else:
                fitting, why = [], ""
                for target in self.targets:
                    reason = self._refused(target, wish)
                    fitting += [] if reason else [target]
                    why = why or reason
                if not fitting:
                    raise TargetError(f"--overlay {wish} can be applied to nothing that is served: {why}")
                for target in fitting:
                    self._overlay(target, wish)

    def _overlay(self, target: str, path: str) -> None:
        own = self.own[target]
        self.own[target] = replace(own, overlays=(*own.overlays, Path(path)))

    def _refused(self, target: str, path: str) -> str:
        """Why an overlay cannot be applied to a target's document; empty where it can."""
        own = self.own[target]
        try:
            document_of(target, own.profile, (*own.overlays, Path(path)), own.settings)
        except TargetError as error:
            return str(error)
        return ""

    def _named(self, option: str, wish: str) -> tuple[str, str] | None:
        """The target that stands before a wish, and the wish; None for a plain one.

        Errors: `TargetError`.
        """
        name, separator, rest = wish.partition("=")
        found = next((target for target in self.targets if self.names[target] == name), None)
        if separator and found is not None:
            return found, rest
        is_file = option != "--set"
        if separator and is_file and not Path(wish).exists() and _NAME.fullmatch(name):
            served = ", ".join(self.names.values())
            raise TargetError(f"{option} {wish} names nothing that is served; served are: {served}")
        return None
