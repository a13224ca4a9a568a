"""`understudy check`: what a user may say of it."""

from __future__ import annotations

import sys
from typing import Any

import click

from understudy.commands.options import fail, with_direction


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@with_direction
@click.option("--engine", "gaps", is_flag=True, help="Also say which messages the accept plan leaves to openapi-core.")
@click.option("--explain", is_flag=True, help="Say which resources are recognised in a document, and why.")
@click.option("--json", "as_json", is_flag=True, help="Print the findings as JSON.")
def check(targets: tuple[str, ...], *, as_json: bool, gaps: bool, explain: bool, **options: Any) -> None:
    """Check what would be served: documents, overlays, handlers, examples, fixtures.

    A TARGET is a service's name or a document's path; without one, chatwoot is checked.
    """
    from understudy.effective import TargetError  # noqa: PLC0415
    from understudy.server.command import check as start  # noqa: PLC0415 - heavy

    try:
        broken = start(targets or ("chatwoot",), as_json=as_json, gaps=gaps, explain=explain, **options)
    except TargetError as error:
        fail(str(error))
    else:
        sys.exit(1 if broken else 0)
