"""`understudy serve`: what a user may say of it."""

from __future__ import annotations

import gc
from typing import Any

import click

from understudy.commands.options import ENGINES, LOGS, POLICIES, STATES, Moment, Pair, fail, with_direction


@click.command()
@click.argument("targets", nargs=-1, metavar="[TARGET]...")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free port.")
@click.option("--policy", type=click.Choice(POLICIES), default="enforce", show_default=True,
              help="Refuse what breaks the contract, or let it pass and report it.")  # fmt: skip
@with_direction
@click.option("--base-path", "base_paths", type=Pair(), multiple=True, metavar="NAME=/PATH",
              help="Serve a target below this path instead of where its document says. Repeatable.")  # fmt: skip
@click.option("--seed", type=click.IntRange(0), help="Seeds all randomness; printed if not given.")
@click.option("--clock", type=Moment(), help="Freeze the clock at this moment.")
@click.option("--watch", is_flag=True, help="Reload when a document, an overlay or the fixtures change.")
@click.option(
    "--engine",
    type=click.Choice(ENGINES),
    default="plan",
    show_default=True,
    help="Let compiled plans accept good traffic first, or ask openapi-core always; same verdicts.",
)
@click.option("--log", "form", type=click.Choice(LOGS), default="text", show_default=True, help="Form of the log.")
@click.option(
    "--no-autoreply", "autoreply", flag_value=False, default=True, help="Let nobody answer by the seed's script."
)
@click.option("--state", type=click.Choice(STATES), default="infer", show_default=True,
              help="A document's memory: what it implies, the same with nothing invented, or none.")  # fmt: skip
@click.option("--accept-token", "accepted", multiple=True, metavar="TOKEN",
              help="Accept only these credentials for documents. Repeatable.")  # fmt: skip
@click.option("--control-token", envvar="UNDERSTUDY_CONTROL_TOKEN", metavar="TOKEN",
              help="Ask for this token on the control plane; needed where other machines can reach it. "
                   "Also read from UNDERSTUDY_CONTROL_TOKEN.")  # fmt: skip
@click.option("--callbacks-to", multiple=True, metavar="HOST",
              help="Let webhook requests go to this host, besides this machine. Repeatable.")  # fmt: skip
@click.option("--workers", type=int, default=1, hidden=True)
def serve(targets: tuple[str, ...], workers: int, **options: Any) -> None:
    """Play services or documents on a local server.

    A TARGET is a service's name or a document's path; without one, chatwoot is played.
    """
    gc.disable()  # until the server runs, everything that is made is kept: there is nothing to collect
    from understudy.effective import TargetError  # noqa: PLC0415
    from understudy.server.command import serve as start  # noqa: PLC0415 - heavy
    from understudy.server.run import BindError  # noqa: PLC0415

    if workers != 1:
        fail(f"--workers {workers}: the state lives in one process and cannot be shared yet; leave --workers out")
    try:
        start(targets or ("chatwoot",), **options)
    except (TargetError, BindError) as error:
        fail(str(error))
