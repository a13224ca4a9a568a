"""`understudy new`: what a user may say of it."""

from __future__ import annotations

import click

from understudy.commands.options import fail


@click.command()
@click.argument("name")
@click.option("--document", metavar="FILE", required=True, help="The document to start from.")
def new(name: str, document: str) -> None:
    """Write a service of your own, to be served and changed.

    NAME is the folder to write; its last part is the service's name.
    """
    from understudy.effective import TargetError  # noqa: PLC0415
    from understudy.server.scaffold.folder import create  # noqa: PLC0415 - heavy

    try:
        folder = create(name, document)
    except TargetError as error:
        fail(str(error))
    # A bare name could be an installed service's as well.
    target = folder if len(folder.parts) > 1 else f"./{folder}"
    click.echo(f"{folder} is written; try: understudy serve {target} --watch")
