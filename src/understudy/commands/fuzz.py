"""`understudy fuzz`: what a user may say of it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from understudy.commands.options import FORMATS, PROFILES, USAGE, fail, with_deployment, with_search

MAKING = ("profile", "overlays", "seed", "most", "shard", "scenarios", "url", "params", "resume", "explain", "out")
"""What says how a corpus is made."""
ALONE = ("most", "scenarios")
"""What only makes sense without a deployment."""
BOTH = ("overlays", "seed", "params")
"""What says how a deployment is searched, too."""


@click.command()
@click.argument("target", default="chatwoot")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder of the corpus.")
@click.option("--against", metavar="URL", help="Search this deployment, and add to the corpus what fails there.")
@click.option("--profile", type=click.Choice(PROFILES), default="observed", show_default=True,
              help="Which promises label the cases: what real servers do, or the bare published document.")  # fmt: skip
@click.option("--overlay", "overlays", type=click.Path(path_type=Path), multiple=True,
              help="Apply this OpenAPI Overlay last. Repeatable.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), help="Seeds everything; the same seed gives the same bytes.")
@click.option("--max-cases", "most", type=click.IntRange(1),
              help="So many cases: the first of the contract's own, or more, drawn by chance.")  # fmt: skip
@click.option("--format", "formats", default="ndjson", show_default=True, metavar="NAMES",
              help=f"Also write it in these formats, with commas between: {', '.join(FORMATS)}; or all.")  # fmt: skip
@click.option("--shard", default="1/1", metavar="K/N",
              help="Write only this part of the whole; with --against, search only these operations.")  # fmt: skip
@click.option("--scenarios", type=click.Path(path_type=Path), help="Make sequences of the scenarios in this folder.")
@click.option("--url", help="The base URL that formats ask first.  [default: --against, or http://127.0.0.1:8080]")
@click.option("--resume", is_flag=True, help="Go on with the corpus in the folder, and fail where there is none.")
@click.option("--explain", is_flag=True, help="Print which case covers which promise, and what none can.")
@with_search
@with_deployment
@click.pass_context
def fuzz(context: click.Context, /, target: str, *, formats: str, against: str | None, **options: Any) -> None:
    """Write a corpus of cases, without a server; or search a deployment, and add what fails there.

    A TARGET is a service's name or a document's path; without one, cases are made for chatwoot.
    """
    from understudy.effective import TargetError  # noqa: PLC0415
    from understudy.probe import fuzz_command  # noqa: PLC0415 - heavy
    from understudy.probe.corpus import CorpusError  # noqa: PLC0415
    from understudy.probe.report import ReportError  # noqa: PLC0415
    from understudy.probe.target import UnreachableError  # noqa: PLC0415

    wanted = _formats(formats)
    _refuse(context, ALONE if against else set(options) - set(MAKING), "is not for --against" if against else
            "is for --against alone")  # fmt: skip
    options["url"] = options["url"] or against or "http://127.0.0.1:8080"
    making = fuzz_command.Wish(target=target, formats=wanted, **{name: options[name] for name in MAKING})
    try:
        if against is None:
            fuzz_command.run(making)
            return
        code = _live(against, making, options)
    except (TargetError, CorpusError, ReportError, UnreachableError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        click.echo(f"\ninterrupted; what is in {options['out']} is valid. The same command goes on.", err=True)
        raise SystemExit(USAGE) from None
    sys.exit(code)


def _live(against: str, making: Any, options: Mapping[str, Any]) -> int:
    from understudy.probe import command, live_command  # noqa: PLC0415 - heavy

    treated = {name: value for name, value in options.items() if name not in MAKING or name in BOTH}
    treated["reports"] = {form: path for given in options["reports"] for form, path in given.items()}
    return live_command.run(live_command.Wish(making, command.Wish(url=against, **treated)))


def _formats(formats: str) -> list[str]:
    wanted = [name.strip() for name in formats.split(",") if name.strip()]
    if wanted == ["all"]:
        return list(FORMATS)
    odd = [name for name in wanted if name not in FORMATS]
    if odd:
        fail(f"--format {odd[0]}: there is no such format; choose from: {', '.join(FORMATS)}, all")
    return wanted


def _refuse(context: click.Context, names: Sequence[str] | set[str], why: str) -> None:
    """Refuse options that were given and would do nothing."""
    for parameter in context.command.params:
        if parameter.name in names and context.get_parameter_source(parameter.name) is ParameterSource.COMMANDLINE:
            fail(f"{parameter.opts[0]} {why}; leave it out")
