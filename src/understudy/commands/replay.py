"""`understudy replay`: what a user may say of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from understudy.commands.options import fail, with_deployment


@click.command()
@click.argument("corpus", type=click.Path(path_type=Path))
@click.argument("url")
@click.option("--service", help="The service whose contract judges, instead of the corpus' own.")
@click.option(
    "--document", type=click.Path(path_type=Path), help="The document that judges, instead of the corpus' own."
)
@click.option("--overlay", "overlays", type=click.Path(path_type=Path), multiple=True,
              help="Apply this OpenAPI Overlay last. Repeatable.")  # fmt: skip
@click.option("--concurrency", type=click.IntRange(1), help="So many requests at once; 16, with recorded answers 1.")
@click.option("--shard", default="1/1", metavar="K/N", help="Send only this part of the whole.")
@click.option("--record", is_flag=True, help="Write the answers beside the cases.")
@click.option("--expect", is_flag=True, help="Compare with the recorded answers: status, shape, values.")
@click.option(
    "--minimise/--no-minimise", "minimise", default=True, help="Make failing cases smaller (default), or not."
)
@click.option("--failures", type=click.Path(path_type=Path),
              help="Where failing cases are written; a folder beside the first report, or in the corpus.")  # fmt: skip
@click.option("--shrink-to", type=click.Path(path_type=Path),
              help="Write the fewest cases that show every finding as a corpus.")  # fmt: skip
@with_deployment
def replay(corpus: Path, url: str, **options: Any) -> None:
    """Send a corpus to a deployment and judge every answer.

    CORPUS is a folder that `understudy fuzz` wrote, or a file of cases; URL is the deployment's base URL.
    """
    from understudy.effective import TargetError  # noqa: PLC0415
    from understudy.probe import command, replay_command  # noqa: PLC0415 - heavy
    from understudy.probe.corpus import CorpusError  # noqa: PLC0415
    from understudy.probe.report import ReportError  # noqa: PLC0415
    from understudy.probe.target import UnreachableError  # noqa: PLC0415

    own = ("concurrency", "shard", "record", "expect", "minimise", "failures", "shrink_to", "as_json")
    chosen = {name: options.pop(name) for name in own}
    reports = {form: path for given in options.pop("reports") for form, path in given.items()}
    try:
        wish = replay_command.Wish(corpus, command.Wish(url=url, **options), reports=reports, **chosen)
        code = replay_command.replay(wish)
    except (TargetError, CorpusError, UnreachableError, ReportError) as error:
        fail(str(error))
    sys.exit(code)
