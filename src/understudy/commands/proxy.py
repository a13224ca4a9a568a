"""`understudy proxy`: what a user may say of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from understudy.commands.options import ENGINES, LOGS, POLICIES, Reports, fail


@click.command()
@click.argument("url")
@click.option("--service", help="The service whose contract is to be kept; chatwoot if nothing is said.")
@click.option("--document", type=click.Path(path_type=Path), help="The document to be kept, instead of a service's.")
@click.option("--overlay", "overlays", type=click.Path(path_type=Path), multiple=True,
              help="Apply this OpenAPI Overlay last. Repeatable.")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(0, 65535), default=8080, show_default=True, help="0 takes a free port.")
@click.option("--policy", type=click.Choice(POLICIES), default="report", show_default=True,
              help="Pass everything on unchanged, or refuse what breaks the contract.")  # fmt: skip
@click.option("--keep-host", is_flag=True, help="Leave the Host header as the client sent it.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), default=60.0, show_default=True,
              help="Seconds to wait for the beginning of an answer.")  # fmt: skip
@click.option("--insecure", is_flag=True, help="Take any certificate.")
@click.option("--record", type=click.Path(path_type=Path), help="Record the traffic as HAR, credentials masked.")
@click.option("--secret", "secret_names", multiple=True, metavar="NAME",
              help="Mask this header or query parameter too. Repeatable.")  # fmt: skip
@click.option("--baseline", type=click.Path(path_type=Path), help="Accept the findings that this file lists.")
@click.option("--report", "reports", type=Reports(), multiple=True, help="Write these reports. Repeatable.")
@click.option("--engine", type=click.Choice(ENGINES), default="plan", show_default=True,
              help="Let compiled plans accept good traffic first, or ask openapi-core always.")  # fmt: skip
@click.option("--log", "form", type=click.Choice(LOGS), default="text", show_default=True, help="Form of the log.")
def proxy(**options: Any) -> None:
    """Stand between clients and a deployment, and judge what passes.

    URL is the deployment's base URL, such as https://chat.example.com. Ends with a report, on SIGINT or SIGTERM.
    """
    from understudy.commands.watching import Wish, watch  # noqa: PLC0415 - heavy
    from understudy.effective import TargetError  # noqa: PLC0415
    from understudy.probe.recording import RecordError  # noqa: PLC0415
    from understudy.probe.report import ReportError  # noqa: PLC0415
    from understudy.server.proxy.upstream import UrlError  # noqa: PLC0415
    from understudy.server.run import BindError  # noqa: PLC0415

    options["reports"] = {form: path for given in options["reports"] for form, path in given.items()}
    try:
        results = watch(Wish(**options))
    except (TargetError, UrlError, BindError, RecordError, ReportError) as error:
        fail(str(error))
    sys.exit(results.exit_code)
