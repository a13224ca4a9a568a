"""`understudy compare`: what a user may say of it."""

from __future__ import annotations

import secrets
import sys
from pathlib import Path
from typing import Any

import click

from understudy.commands.options import Pair, Reports, fail

PARTS = ("scenarios", "cases", "sequences")
COMPARED = ("json", "markdown")


@click.command()
@click.argument("url_a", metavar="URL_A")
@click.argument("url_b", metavar="URL_B")
@click.option("--service", help="The service that both are said to be; chatwoot if nothing is said.")
@click.option("--document", type=click.Path(path_type=Path), help="The document of both, instead of a service's.")
@click.option("--overlay", "overlays", type=click.Path(path_type=Path), multiple=True,
              help="Apply this OpenAPI Overlay last. Repeatable.")  # fmt: skip
@click.option("--scenarios", type=click.Path(path_type=Path), help="Play the scenarios of this folder.")
@click.option("--param", "params", type=Pair(), multiple=True, help="What only the owner of both knows. Repeatable.")
@click.option("--param-a", "params_a", type=Pair(), multiple=True, help="The same, of A alone. Repeatable.")
@click.option("--param-b", "params_b", type=Pair(), multiple=True, help="The same, of B alone. Repeatable.")
@click.option("--header", "headers", type=Pair(), multiple=True,
              help="Send this header to both; its value is in no report. Repeatable.")  # fmt: skip
@click.option("--header-a", "headers_a", type=Pair(), multiple=True, help="The same, to A alone. Repeatable.")
@click.option("--header-b", "headers_b", type=Pair(), multiple=True, help="The same, to B alone. Repeatable.")
@click.option("--header-from", "headers_from", type=Pair(), multiple=True, metavar="NAME=VARIABLE",
              help="The same, to both, its value from an environment variable. Repeatable.")  # fmt: skip
@click.option("--part", "parts", type=click.Choice(PARTS), multiple=True, help="Run only this part. Repeatable.")
@click.option("--corpus", type=click.Path(path_type=Path),
              help="Send the cases and sequences of this corpus instead of generated ones.")  # fmt: skip
@click.option("--max-cases", type=click.IntRange(1), default=1_000, show_default=True,
              help="At most so many cases, and a fifth as many sequences.")  # fmt: skip
@click.option("--safe/--unsafe", "safe", default=None,
              help="Send only what is harmless or reads; the default where either is not this machine.")  # fmt: skip
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="At most so many requests a second, to each.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=10.0, show_default=True,
              help="Seconds to wait for an answer.")  # fmt: skip
@click.option("--time", "seconds", type=click.FloatRange(0, min_open=True), help="Seconds for everything together.")
@click.option("--seed", type=click.IntRange(0), help="Seeds what is chosen by chance; printed if not given.")
@click.option("--insecure", is_flag=True, help="Take any certificate.")
@click.option("--report", "reports", type=Reports(COMPARED), multiple=True, help="Write these reports. Repeatable.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def compare(  # noqa: PLR0913 - the command's options
    url_a: str,
    url_b: str,
    *,
    params: tuple[tuple[str, str], ...],
    params_a: tuple[tuple[str, str], ...],
    params_b: tuple[tuple[str, str], ...],
    headers: tuple[tuple[str, str], ...],
    headers_a: tuple[tuple[str, str], ...],
    headers_b: tuple[tuple[str, str], ...],
    parts: tuple[str, ...],
    corpus: Path | None,
    reports: tuple[dict[str, Path], ...],
    as_json: bool,
    seed: int | None,
    **options: Any,
) -> None:
    """Send the same to two deployments, and tell in what their answers differ.

    URL_A may be a fake and URL_B the real one, or the last release and this one.
    """
    from understudy.effective import TargetError  # noqa: PLC0415 - heavy, as what follows
    from understudy.probe import comparison_report as telling  # noqa: PLC0415
    from understudy.probe.command import Wish  # noqa: PLC0415
    from understudy.probe.compared import Asked, ready, run  # noqa: PLC0415
    from understudy.probe.report import ReportError, check, write_texts  # noqa: PLC0415
    from understudy.probe.report.terminal import Screen  # noqa: PLC0415
    from understudy.probe.target import UnreachableError  # noqa: PLC0415

    files = {form: path for given in reports for form, path in given.items()}
    options["seed"] = secrets.randbelow(2**32) if seed is None else seed
    try:
        check(files)
        told = ready(
            (
                Wish(url=url_a, params=[*params, *params_a], headers=[*headers, *headers_a], **options),
                Wish(url=url_b, params=[*params, *params_b], headers=[*headers, *headers_b], **options),
            ),
            Asked(parts, corpus),
        )
        for line in told.missing:
            click.echo(f"not known: {line}", err=True)
        screen = Screen(sys.stderr)
        found = run(told, screen.progress)
        screen.clear()
        text = telling.written(found) if as_json else "\n".join(telling.told(found, colour=sys.stdout.isatty()))
        click.echo(telling.masked(text, told.secrets).rstrip("\n"))
        write_texts({form: telling.masked(telling.FORMATS[form](found), told.secrets) for form in files}, files)
    except (TargetError, UnreachableError, ReportError) as error:
        fail(str(error))
    sys.exit(found.exit_code)
