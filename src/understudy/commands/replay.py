"""`understudy replay`: what a user may say of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from understudy.commands.options import Pair, Reports, fail
from understudy.commands.verify import FAILS


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
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="At most so many requests a second.")
@click.option("--param", "params", type=Pair(), multiple=True,
              help="What stands for an open name. Repeatable; secrets by UNDERSTUDY_PARAM_NAME.")  # fmt: skip
@click.option("--header", "headers", type=Pair(), multiple=True,
              help="Send this header with every request; its value is in no report. Repeatable.")  # fmt: skip
@click.option("--header-from", "headers_from", type=Pair(), multiple=True, metavar="NAME=VARIABLE",
              help="The same, its value from an environment variable. Repeatable.")  # fmt: skip
@click.option("--safe/--unsafe", "safe", default=None,
              help="Send only what reads; the default for all but this machine.")  # fmt: skip
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=10.0, show_default=True,
              help="Seconds to wait for an answer.")  # fmt: skip
@click.option("--time", "seconds", type=click.FloatRange(0, min_open=True), help="Seconds for everything together.")
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
@click.option("--baseline", type=click.Path(path_type=Path), help="Accept the findings that this file lists.")
@click.option("--write-baseline", type=click.Path(path_type=Path), help="Write what was found as a baseline.")
@click.option("--insecure", is_flag=True, help="Take any certificate.")
@click.option("--fail-on", type=click.Choice(FAILS), default="relied", show_default=True,
              help="Fail for what clients rely on, or also for what only breaks the published document.")  # fmt: skip
@click.option("--report", "reports", type=Reports(), multiple=True, help="Write these reports. Repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print the JSON report instead of what people read.")
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
