"""The command line: picks what to do and with what, and says errors so that they can be acted on.

Exit codes: 0 kept, 1 broken promises, 2 usage or unreachable. Heavy imports wait until a command needs
them, so that ``--help`` is instant.
"""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from understudy import __version__

# The choices stand here too, so that --help needs no import; a test keeps them in step.
PROFILES = ("observed", "published")
POLICIES = ("enforce", "report")
LOGS = ("text", "json", "quiet")
ENGINES = ("plan", "stock")
FAILS = ("breaking", "compatible", "any", "none")

USAGE = 2


class Moment(click.ParamType[datetime]):
    """A moment in ISO 8601; without an offset, UTC."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        """Parse it."""
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            self.fail(f"{value!r} is not a moment; write it like 2026-11-20T12:00:00Z", param, ctx)
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


class Pair(click.ParamType[tuple[str, str]]):
    """NAME=VALUE."""

    name = "NAME=VALUE"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, str]:
        """Split it."""
        match = re.fullmatch(r"([^=]+)=(.*)", value)
        if match is None:
            self.fail(f"{value!r} is not NAME=VALUE", param, ctx)
        return match.group(1), match.group(2)


def _fail(message: str) -> None:
    """Say what is wrong and end with exit code 2."""
    label = click.style("error:", fg="red") if sys.stderr.isatty() else "error:"
    click.echo(f"{label} {message}", err=True)
    sys.exit(USAGE)


_DIRECTION = (
    click.option("--profile", type=click.Choice(PROFILES), default="observed", show_default=True,
                 help="Which promises are enforced: what real servers do, or the bare published document."),
    click.option("--overlay", "overlays", type=click.Path(path_type=Path), multiple=True,
                 help="Apply this OpenAPI Overlay last. Repeatable."),
    click.option("--fixtures", type=click.Path(path_type=Path), help="Seed file, or a folder with a seed.yaml."),
    click.option("--set", "settings", type=Pair(), multiple=True, help="A setting of the service, e.g. release=4.13."),
)  # fmt: skip


def _with_direction(command: Any) -> Any:
    for option in reversed(_DIRECTION):
        command = option(command)
    return command


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="understudy")
def main() -> None:
    """Play an API from its OpenAPI document, and judge every message by it."""


@main.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free port.")
@click.option("--policy", type=click.Choice(POLICIES), default="enforce", show_default=True,
              help="Refuse what breaks the contract, or let it pass and report it.")  # fmt: skip
@_with_direction
@click.option("--base-path", "base_paths", type=Pair(), multiple=True, metavar="NAME=/PATH",
              help="Serve a target below this path instead of where its document says. Repeatable.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), help="Seeds all randomness; printed if not given.")
@click.option("--clock", type=Moment(), help="Freeze the clock at this moment.")
@click.option("--watch", is_flag=True, help="Reload when a document, an overlay or the fixtures change.")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="plan",
    show_default=True,
    help="Let compiled plans accept good traffic first, or ask openapi-core always; same verdicts.",
)
@click.option("--log", "form", type=click.Choice(LOGS), default="text", show_default=True, help="Form of the log.")
@click.option(
    "--no-autoreply", "autoreply", flag_value=False, default=True, help="Let nobody answer by the seed's script."
)
@click.option("--callbacks-to", multiple=True, metavar="HOST",
              help="Let webhook requests go to this host, besides this machine. Repeatable.")  # fmt: skip
@click.option("--workers", type=int, default=1, hidden=True)
def serve(targets: tuple[str, ...], workers: int, **options: Any) -> None:
    """Play services or documents on a local server.

    A TARGET is a service's name or a document's path; without one, chatwoot is played.
    """
    from understudy.effective import TargetError  # noqa: PLC0415
    from understudy.server.command import serve as start  # noqa: PLC0415 - heavy
    from understudy.server.run import BindError  # noqa: PLC0415

    if workers != 1:
        _fail(f"--workers {workers}: the state lives in one process and cannot be shared yet; leave --workers out")
    try:
        start(targets or ("chatwoot",), **options)
    except (TargetError, BindError) as error:
        _fail(str(error))


@main.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@_with_direction
@click.option("--engine", "gaps", is_flag=True, help="Also say which messages the accept plan leaves to openapi-core.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(targets: tuple[str, ...], *, as_json: bool, gaps: bool, **options: Any) -> None:
    """Check what would be served: documents, overlays, handlers, examples, fixtures.

    A TARGET is a service's name or a document's path; without one, chatwoot is checked.
    """
    from understudy.effective import TargetError  # noqa: PLC0415
    from understudy.server.command import check as start  # noqa: PLC0415 - heavy

    try:
        broken = start(targets or ("chatwoot",), as_json=as_json, gaps=gaps, **options)
    except TargetError as error:
        _fail(str(error))
    else:
        sys.exit(1 if broken else 0)


@main.command()
@click.argument("target_a", metavar="A")
@click.argument("target_b", metavar="B")
@click.option(
    "--profile-a",
    type=click.Choice(PROFILES),
    default="published",
    show_default=True,
    help="Which profile of A, where A is a service.",
)
@click.option(
    "--profile-b",
    type=click.Choice(PROFILES),
    default="published",
    show_default=True,
    help="Which profile of B, where B is a service.",
)
@click.option(
    "--overlay-a",
    "overlays_a",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Apply this OpenAPI Overlay to A before comparing. Repeatable.",
)
@click.option(
    "--overlay-b",
    "overlays_b",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Apply this OpenAPI Overlay to B before comparing. Repeatable.",
)
@click.option(
    "--fail-on",
    type=click.Choice(FAILS),
    default="breaking",
    show_default=True,
    help="Exit with 1 for changes of this kind or worse.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the changes as JSON.")  # fmt: skip
def diff(target_a: str, target_b: str, *, fail_on: str, as_json: bool, **sides: Any) -> None:
    """Compare two documents: what breaks clients, what does not, what is only prose.

    A is the document that clients know, B the one to take its place; each is a service's name or a document's path.
    """
    from understudy.effective import TargetError  # noqa: PLC0415
    from understudy.probe.diff import diff as start  # noqa: PLC0415 - heavy

    profiles = sides["profile_a"], sides["profile_b"]
    overlays = sides["overlays_a"], sides["overlays_b"]
    try:
        failed = start((target_a, target_b), profiles=profiles, overlays=overlays, fail_on=fail_on, as_json=as_json)
    except TargetError as error:
        _fail(str(error))
    else:
        sys.exit(1 if failed else 0)
