"""`understudy fuzz`: what a user may say of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from understudy.commands.options import FORMATS, PROFILES, USAGE, Pair, fail


@click.command()
@click.argument("target", default="chatwoot")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="The folder of the corpus.")
@click.option("--profile", type=click.Choice(PROFILES), default="observed", show_default=True,
              help="Which promises label the cases: what real servers do, or the bare published document.")  # fmt: skip
@click.option("--overlay", "overlays", type=click.Path(path_type=Path), multiple=True,
              help="Apply this OpenAPI Overlay last. Repeatable.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), help="Seeds everything; the same seed gives the same bytes.")
@click.option("--max-cases", "most", type=click.IntRange(1),
              help="So many cases: the first of the contract's own, or more, drawn by chance.")  # fmt: skip
@click.option("--format", "formats", default="ndjson", show_default=True, metavar="NAMES",
              help=f"Also write it in these formats, with commas between: {', '.join(FORMATS)}.")  # fmt: skip
@click.option("--shard", default="1/1", metavar="K/N", help="Write only this part of the whole.")
@click.option("--scenarios", type=click.Path(path_type=Path), help="Make sequences of the scenarios in this folder.")
@click.option("--url", default="http://127.0.0.1:8080", show_default=True, help="The base URL that formats ask first.")
@click.option("--param", "params", type=Pair(), multiple=True, help="What formats fill in for a name. Repeatable.")
@click.option("--resume", is_flag=True, help="Go on with the corpus in the folder, and fail where there is none.")
@click.option("--explain", is_flag=True, help="Print which case covers which promise, and what none can.")
def fuzz(target: str, *, formats: str, **options: Any) -> None:
    """Write a corpus of cases, without a server.

    A TARGET is a service's name or a document's path; without one, cases are made for chatwoot.
    """
    from understudy.effective import TargetError  # noqa: PLC0415
    from understudy.probe import fuzz_command  # noqa: PLC0415 - heavy
    from understudy.probe.corpus import CorpusError  # noqa: PLC0415

    wanted = [name.strip() for name in formats.split(",") if name.strip()]
    odd = [name for name in wanted if name not in FORMATS]
    if odd:
        fail(f"--format {odd[0]}: there is no such format; choose from: {', '.join(FORMATS)}")
    try:
        fuzz_command.run(fuzz_command.Wish(target=target, formats=wanted, **options))
    except (TargetError, CorpusError) as error:
        fail(str(error))
    except KeyboardInterrupt:
        click.echo(f"\ninterrupted; what is in {options['out']} is valid. The same command goes on.", err=True)
        raise SystemExit(USAGE) from None
