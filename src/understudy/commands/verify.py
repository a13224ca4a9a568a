"""`understudy verify`: what a user may say of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from understudy.commands.options import fail, with_deployment, with_search

PARTS = ("scenarios", "examples", "properties")


@click.command()
@click.argument("url")
@click.option("--service", help="The service whose contract the deployment is to keep; chatwoot if nothing is said.")
@click.option("--document", type=click.Path(path_type=Path), help="The document it is to keep, instead of a service's.")
@click.option("--overlay", "overlays", type=click.Path(path_type=Path), multiple=True,
              help="Apply this OpenAPI Overlay last. Repeatable.")  # fmt: skip
@click.option("--scenarios", type=click.Path(path_type=Path), help="Play the scenarios of this folder.")
@click.option("--part", "parts", type=click.Choice(PARTS), multiple=True, help="Run only this part. Repeatable.")
@click.option("--max-cases", type=click.IntRange(1), default=1_000, show_default=True,
              help="At most so many documented examples and boundaries.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), help="Seeds what is chosen by chance; printed if not given.")
@click.option("--dry-run", is_flag=True, help="Say what would be sent, and send nothing.")
@with_search
@with_deployment
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
