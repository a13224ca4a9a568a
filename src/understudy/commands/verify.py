"""`understudy verify`: what a user may say of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from understudy.commands.options import Pair, Reports, fail

PARTS = ("scenarios", "examples", "properties")
FAILS = ("relied", "any")


@click.command()
@click.argument("url")
@click.option("--service", help="The service whose contract the deployment is to keep; chatwoot if nothing is said.")
@click.option("--document", type=click.Path(path_type=Path), help="The document it is to keep, instead of a service's.")
@click.option("--overlay", "overlays", type=click.Path(path_type=Path), multiple=True,
              help="Apply this OpenAPI Overlay last. Repeatable.")  # fmt: skip
@click.option("--scenarios", type=click.Path(path_type=Path), help="Play the scenarios of this folder.")
@click.option("--part", "parts", type=click.Choice(PARTS), multiple=True, help="Run only this part. Repeatable.")
@click.option("--param", "params", type=Pair(), multiple=True,
              help="What only the deployment's owner knows. Repeatable; secrets by UNDERSTUDY_PARAM_NAME.")  # fmt: skip
@click.option("--header", "headers", type=Pair(), multiple=True,
              help="Send this header with every request; its value is in no report. Repeatable.")  # fmt: skip
@click.option("--header-from", "headers_from", type=Pair(), multiple=True, metavar="NAME=VARIABLE",
              help="The same, its value from an environment variable. Repeatable.")  # fmt: skip
@click.option("--safe/--unsafe", "safe", default=None,
              help="Send only what is declared harmless; the default for all but this machine.")  # fmt: skip
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="At most so many requests a second.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=10.0, show_default=True,
              help="Seconds to wait for an answer.")  # fmt: skip
@click.option("--time", "seconds", type=click.FloatRange(0, min_open=True), help="Seconds for everything together.")
@click.option("--max-cases", type=click.IntRange(1), default=1_000, show_default=True,
              help="At most so many documented examples and boundaries.")  # fmt: skip
@click.option("--max-examples", type=click.IntRange(1), default=50, show_default=True,
              help="So many cases of each operation by chance.")  # fmt: skip
@click.option("--database", metavar="URL", help="Keep what the search found in a folder, or redis://HOST.")
@click.option("--seed", type=click.IntRange(0), help="Seeds what is chosen by chance; printed if not given.")
@click.option("--baseline", type=click.Path(path_type=Path), help="Accept the findings that this file lists.")
@click.option("--write-baseline", type=click.Path(path_type=Path), help="Write what was found as a baseline.")
@click.option("--insecure", is_flag=True, help="Take any certificate.")
@click.option("--fail-on", type=click.Choice(FAILS), default="relied", show_default=True,
              help="Fail for what clients rely on, or also for what only breaks the published document.")  # fmt: skip
@click.option("--report", "reports", type=Reports(), multiple=True, help="Write these reports. Repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print the JSON report instead of what people read.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
def verify(url: str, *, dry_run: bool, **options: Any) -> None:
    """Ask a deployment whether it keeps its contract.

    URL is its base URL, such as https://chat.example.com.
    """
    from understudy.effective import TargetError  # noqa: PLC0415
    from understudy.probe import command  # noqa: PLC0415 - heavy
    from understudy.probe.report import ReportError  # noqa: PLC0415
    from understudy.probe.target import UnreachableError  # noqa: PLC0415

    options["reports"] = {form: path for given in options["reports"] for form, path in given.items()}
    try:
        code = command.verify(command.Wish(url=url, **options), dry_run=dry_run)
    except (TargetError, UnreachableError, ReportError) as error:
        fail(str(error))
    sys.exit(code)
