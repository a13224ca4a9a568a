"""What several commands let a user say, and how every one of them says an error.

Called by the command modules. The choices stand here too, so that ``--help`` needs no import; a test keeps them in step
with what they choose.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NoReturn

import click

PROFILES = ("observed", "published")
POLICIES = ("enforce", "report")
LOGS = ("text", "json", "quiet")
STATES = ("infer", "strict", "none")
ENGINES = ("plan", "stock")
FORMATS = ("ndjson", "curl", "pytest", "har", "http", "postman", "k6")
FAILS = ("breaking", "compatible", "any", "none")

REPORTS = ("junit", "json", "html", "har", "sarif", "markdown")

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


class Reports(click.ParamType[dict[str, Path]]):
    """FORMAT=FILE, several by commas."""

    name = "FORMAT=FILE[,…]"

    def __init__(self, forms: Sequence[str] = REPORTS) -> None:
        self.forms = forms

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> dict[str, Path]:
        """Split it."""
        found: dict[str, Path] = {}
        for part in value.split(","):
            form, separator, path = part.partition("=")
            if not separator or not path:
                self.fail(f"{part!r} is not FORMAT=FILE, such as junit=report.xml", param, ctx)
            if form not in self.forms:
                self.fail(f"there is no report format {form!r}; choose one of: {', '.join(self.forms)}", param, ctx)
            found[form] = Path(path)
        return found


def fail(message: str) -> NoReturn:
    """Say what is wrong and end with exit code 2."""
    label = click.style("error:", fg="red") if sys.stderr.isatty() else "error:"
    click.echo(f"{label} {message}", err=True)
    sys.exit(USAGE)


_DIRECTION = (
    click.option("--profile", type=click.Choice(PROFILES), default="observed", show_default=True,
                 help="Which promises are enforced: what real servers do, or the bare published document."),
    click.option("--overlay", "overlays", multiple=True, metavar="[NAME=]FILE",
                 help="Apply this OpenAPI Overlay last: to one target, or to all that it fits. Repeatable."),
    click.option("--fixtures", multiple=True, metavar="[NAME=]FILE",
                 help="Seed file, or a folder with a seed.yaml; one for each service."),
    click.option("--set", "settings", type=Pair(), multiple=True, metavar="[NAME=]SETTING=VALUE",
                 help="A setting of one service, or of all that have it, e.g. release=4.13."),
)  # fmt: skip


def with_direction(command: Any) -> Any:
    """Let a command take what says how targets are to be played."""
    for option in reversed(_DIRECTION):
        command = option(command)
    return command
