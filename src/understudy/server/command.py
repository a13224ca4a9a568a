"""What `understudy serve` and `understudy check` do, between the command line and the server.

Called by `cli` with parsed options; prints what a person or a script needs to go on.
"""

from __future__ import annotations

import secrets
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import orjson

from understudy.contract import pointer
from understudy.contract.contract import EngineName
from understudy.contract.examples import broken_examples
from understudy.effective import Profile, TargetError
from understudy.server import logs
from understudy.server.aiming import Wishes, aim
from understudy.server.app import App, create_app
from understudy.server.check import explanation, findings
from understudy.server.control.documents import address
from understudy.server.faults.registry import Faults
from understudy.server.gate import Policy
from understudy.server.guard import Admission, AdmissionError, admission
from understudy.server.handlers import HandlerAnswerer
from understudy.server.journal import Journal
from understudy.server.resources.explain import lines
from understudy.server.run import Exchangeable, bind, log, run, url_of
from understudy.server.stage import Direction, Staged, State, keep_apart, restage, stage


def serve(  # noqa: PLR0913 - the command's options
    targets: Sequence[str],
    *,
    host: str,
    port: int,
    policy: Policy,
    profile: Profile,
    overlays: Sequence[str],
    fixtures: Sequence[str],
    settings: Sequence[tuple[str, str]],
    seed: int | None,
    clock: datetime | None,
    watch: bool,
    form: str,
    engine: EngineName,
    base_paths: Sequence[tuple[str, str]],
    autoreply: bool,
    state: State,
    accepted: Sequence[str],
    callbacks_to: Sequence[str],
    control_token: str | None,
) -> None:
    """Serve the targets until a signal ends it.

    Errors: `TargetError`, `BindError`.
    """
    logs.configure(form)
    direction = Direction(
        profile=profile,
        seed=secrets.randbelow(2**32) if seed is None else seed,
        frozen_at=clock,
        engine=engine,
        base_paths=dict(base_paths),
        attended=autoreply,
        state=state,
        accepted=tuple(accepted),
    )
    direction = aim(targets, direction, Wishes(overlays, fixtures, settings))
    listener = bind(host, port)
    try:
        admitted = admission(host, listener.getsockname()[0], control_token)
    except AdmissionError as error:
        listener.close()
        raise TargetError(str(error)) from None
    running = Running(targets, direction, policy, callbacks_to, admitted)
    run(
        running.app,
        listener,
        announce=lambda: _announce(url_of(listener), running, direction, policy),
        watched=running.files,
        changed=running.reload if watch else None,
    )


class Running:
    """A server's parts and application, which follow their files.

    Args:
        targets: what is served.
        direction: how.
        policy: what a broken promise costs.
        callbacks_to: the hosts besides this machine that webhook requests may go to.
        admitted: who may drive the control plane.
    """

    def __init__(
        self,
        targets: Sequence[str],
        direction: Direction,
        policy: Policy,
        callbacks_to: Sequence[str] = (),
        admitted: Admission = Admission(),  # noqa: B008 - a constant
    ) -> None:
        self.targets = list(dict.fromkeys(targets))
        self.direction = direction
        self.policy = policy
        self.callbacks_to = callbacks_to
        self.admitted = admitted
        self.journal = Journal()
        self.faults = Faults(direction.seed)
        self.staged = stage(self.targets, direction)
        self._read = self._moments()
        self.app = Exchangeable(self._create())

    def _create(self) -> App:
        parts = [item.part for item in self.staged]
        return create_app(
            parts,
            policy=self.policy,
            journal=self.journal,
            faults=self.faults,
            callbacks_to=self.callbacks_to,
            admission=self.admitted,
            reload=self.refresh,
        )

    def files(self) -> list[Path]:
        """Every file the server was made of."""
        return [path.resolve() for item in self.staged for path in (*item.files, item.fixtures) if path is not None]

    def reload(self, changed: set[Path]) -> None:
        """Take changed files in: state is kept unless the fixtures changed; a faulty file changes nothing."""
        names = ", ".join(sorted(path.name for path in changed))
        try:
            self._take(changed)
        except TargetError as error:
            log.error("%s changed and cannot be served, so the old one stays: %s", names, error)
        else:
            log.info("reloaded: %s", names)

    def refresh(self) -> list[str]:
        """Take in what changed since it was read; returns the files' names. Errors: `TargetError`, as for `reload`."""
        changed = {path for path, moment in self._moments().items() if self._read.get(path) != moment}
        if changed:
            self._take(changed)
        return sorted(path.name for path in changed)

    def _take(self, changed: set[Path]) -> None:
        moments = self._moments()
        fresh = [self._restaged(item, target, changed) for item, target in zip(self.staged, self.targets, strict=True)]
        keep_apart(fresh)
        self.staged = fresh
        self._read = {**self._moments(), **moments}  # what is new, and what was read as it was before
        self.app.exchange(self._create())

    def _moments(self) -> dict[Path, int]:
        """When each file was last changed, in nanoseconds; 0 for one that is gone."""
        return {path: path.stat().st_mtime_ns if path.exists() else 0 for path in self.files()}

    def _restaged(self, item: Staged, target: str, changed: set[Path]) -> Staged:
        anew = item.fixtures is not None and item.fixtures.resolve() in changed
        return restage(item, target, self.direction, anew=anew)


def check(  # noqa: PLR0913 - the command's options
    targets: Sequence[str],
    *,
    profile: Profile,
    overlays: Sequence[str],
    fixtures: Sequence[str],
    settings: Sequence[tuple[str, str]],
    as_json: bool,
    gaps: bool,
    explain: bool,
) -> bool:
    """Check the targets and print what was found; returns whether anything is wrong.

    Errors: `TargetError` for a target that cannot be served at all.
    """
    direction = aim(targets, Direction(profile=profile), Wishes(overlays, fixtures, settings))
    colour = sys.stdout.isatty()
    found = [(target, finding) for target in targets for finding in findings(target, direction.of(target), gaps=gaps)]
    told = {target: explanation(target, direction.of(target)) for target in targets} if explain else {}
    if as_json:
        data: Any = [{"target": t, **f.as_json()} for t, f in found]
        if explain:
            data = {"findings": data, "recognised": told}
        click.echo(orjson.dumps(data, option=orjson.OPT_INDENT_2).decode())
    else:
        for recognised in told.values():
            click.echo("\n".join(lines(recognised)))
        for _, finding in found:
            label = (
                click.style(finding.level, fg="red" if finding.level == "error" else "cyan")
                if colour
                else finding.level
            )
            click.echo(
                f"{finding.place}: {label}: {finding.message}" + (f" [{finding.pointer}]" if finding.pointer else "")
            )
        errors = sum(finding.level == "error" for _, finding in found)
        click.echo(f"{', '.join(targets)}: {errors} error(s), {len(found) - errors} note(s)")
    return any(finding.level == "error" for _, finding in found)


def _announce(url: str, running: Running, direction: Direction, policy: Policy) -> None:
    """Say where we are and what to try, once it is true."""
    paint = click.style if sys.stdout.isatty() else (lambda text, **_: text)
    lines = [paint(f"Understudy plays {', '.join(running.targets)} at {url}", bold=True)]
    for item in running.staged:
        facts: Mapping[str, str] = {}
        if item.part.service and isinstance(item.part.answerer, HandlerAnswerer):
            facts = item.part.service.introduce(item.part.answerer.sandboxes.shared)
        lines += [f"  {label}: {value}" for label, value in facts.items() if label != "try"]
        lines += [f"  {line}" for line in _remarks(item)]
        tried = facts.get("try") or _plainest(item)
        if tried:
            lines.append(f"  try: curl {url}{item.part.base_path}{tried}")
    parts = [item.part for item in running.staged]
    documents = ", ".join(url + address(parts, part) for part in parts)
    lines.append(f"  document: {documents}   profile: {direction.profile}   policy: {policy}")
    frozen = f"   clock: {direction.frozen_at.isoformat()}" if direction.frozen_at else ""
    lines.append(f"  seed: {direction.seed}{frozen}")
    click.echo("\n".join(lines))
    sys.stdout.flush()


def _plainest(item: Staged) -> str:
    """The first path that a GET without parameters reads; empty if there is none."""
    for operation in item.part.contract.operations.values():
        data = item.part.contract.data
        asked = any(pointer.walk(data, place).get("required") for place in operation.parameters.values())
        if operation.method == "get" and "{" not in operation.template and not asked:
            return operation.template
    return ""


def _remarks(item: Staged) -> Iterator[str]:
    """What a person should know of a document before they ask it anything."""
    contract = item.part.contract
    if contract.document.notes:
        found = len(contract.document.notes)
        yield f"{item.part.name} breaks OpenAPI's rules in {found} place(s) that do not hinder; see `understudy check`"
    if item.part.service is None and (wrong := {place for place, _ in broken_examples(contract.document)}):
        yield f"{item.part.name} has {len(wrong)} example(s) that break their schemas; see `understudy check`"
    if not contract.operations:
        sent = ", ".join(sorted(contract.events)[:3]) or "none either"
        yield (
            f"{item.part.name} has no operations, so every request is refused; it has webhooks ({sent}), which "
            "POST /_understudy/webhooks/NAME sends"
        )
