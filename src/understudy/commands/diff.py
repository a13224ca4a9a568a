"""`understudy diff`: what a user may say of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from understudy.commands.options import FAILS, PROFILES, fail


@click.command()
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
        fail(str(error))
    else:
        sys.exit(1 if failed else 0)
