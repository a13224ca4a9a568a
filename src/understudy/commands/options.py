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
RELIED = ("relied", "any")

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


_DEPLOYMENT = (
    click.option("--param", "params", type=Pair(), multiple=True,
                 help="What only the deployment's owner knows. Repeatable; secrets by UNDERSTUDY_PARAM_NAME."),
    click.option("--header", "headers", type=Pair(), multiple=True,
                 help="Send this header with every request; its value is in no report. Repeatable."),
    click.option("--header-from", "headers_from", type=Pair(), multiple=True, metavar="NAME=VARIABLE",
                 help="The same, its value from an environment variable. Repeatable."),
    click.option("--header-command", "headers_by", type=Pair(), multiple=True, metavar="NAME=COMMAND",
                 help="The same, its value printed by a command, which is asked again at a 401. Repeatable."),
    click.option("--safe/--unsafe", "safe", default=None,
                 help="Send only what is harmless; the default for all but this machine."),
    click.option("--rate", type=click.FloatRange(0, min_open=True), help="At most so many requests a second."),
    click.option("--timeout", type=click.FloatRange(0, min_open=True), default=10.0, show_default=True,
                 help="Seconds to wait for an answer."),
    click.option("--time", "seconds", type=click.FloatRange(0, min_open=True),
                 help="Seconds for everything together."),
    click.option("--baseline", type=click.Path(path_type=Path), help="Accept the findings that this file lists."),
    click.option("--write-baseline", type=click.Path(path_type=Path), help="Write what was found as a baseline."),
    click.option("--insecure", is_flag=True, help="Take any certificate."),
    click.option("--fail-on", type=click.Choice(RELIED), default="relied", show_default=True,
                 help="Fail for what clients rely on, or also for what only breaks the published document."),
    click.option("--report", "reports", type=Reports(), multiple=True, help="Write these reports. Repeatable."),
    click.option("--json", "as_json", is_flag=True, help="Print the JSON report instead of what people read."),
)  # fmt: skip
_SEARCH = (
    click.option("--max-examples", type=click.IntRange(1), default=50, show_default=True,
                 help="So many cases of each operation by chance."),
    click.option("--database", metavar="URL", help="Keep what the search found in a folder, or redis://HOST."),
)  # fmt: skip


def with_deployment(command: Any) -> Any:
    """Let a command take what says how a deployment is treated and reported."""
    for option in reversed(_DEPLOYMENT):
        command = option(command)
    return command


def with_search(command: Any) -> Any:
    """Let a command take what says how Schemathesis searches."""
    for option in reversed(_SEARCH):
        command = option(command)
    return command


def with_direction(command: Any) -> Any:
    """Let a command take what says how targets are to be played."""
    for option in reversed(_DIRECTION):
        command = option(command)
    return command
