"""`understudy compare`: what a user may say of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from understudy.commands.options import Pair, fail


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
@click.option("--safe/--unsafe", "safe", default=None,
              help="Send only what is declared harmless; the default where either is not this machine.")  # fmt: skip
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="At most so many requests a second, to each.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=10.0, show_default=True,
              help="Seconds to wait for an answer.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), help="Seeds what is chosen by chance.")
@click.option("--insecure", is_flag=True, help="Take any certificate.")
@click.option("--json", "as_json", is_flag=True, help="Print the comparison as JSON.")
def compare(  # noqa: PLR0913 - the command's options
    url_a: str,
    url_b: str,
    *,
    params: tuple[tuple[str, str], ...],
    params_a: tuple[tuple[str, str], ...],
    params_b: tuple[tuple[str, str], ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Send the same to two deployments, and tell in what their answers differ.

    URL_A may be a fake and URL_B the real one, or the last release and this one.
    """
    import orjson  # noqa: PLC0415 - heavy, as what follows

    from understudy.effective import TargetError  # noqa: PLC0415
    from understudy.probe import compared  # noqa: PLC0415
    from understudy.probe.command import Wish  # noqa: PLC0415
    from understudy.probe.report.terminal import Screen  # noqa: PLC0415
    from understudy.probe.target import UnreachableError  # noqa: PLC0415

    wishes = (
        Wish(url=url_a, params=[*params, *params_a], **options),
        Wish(url=url_b, params=[*params, *params_b], **options),
    )
    try:
        found = compared.run(wishes, Screen(sys.stderr).progress)
    except (TargetError, UnreachableError) as error:
        fail(str(error))
    if as_json:
        click.echo(orjson.dumps(compared.as_json(found), option=orjson.OPT_INDENT_2).decode())
    else:
        click.echo("\n".join(compared.told(found, colour=sys.stdout.isatty())))
    sys.exit(2 if found.fidelity is None else int(found.differs))
