"""`understudy judge`: what a user may say of it."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

import click

from understudy.commands.options import ENGINES, Reports, fail


@click.command()
@click.argument("traffic", metavar="FILE|URL")
@click.option("--service", help="The service whose contract is to be kept; chatwoot if nothing is said.")
@click.option("--document", type=click.Path(path_type=Path), help="The document to be kept, instead of a service's.")
@click.option("--overlay", "overlays", type=click.Path(path_type=Path), multiple=True,
              help="Apply this OpenAPI Overlay last. Repeatable.")  # fmt: skip
@click.option("--base-url", "base_urls", multiple=True, metavar="URL",
              help="Where the deployment's paths begin; found in the file if not given. Repeatable.")  # fmt: skip
@click.option("--sandbox", metavar="NAME", help="Of a running fake, only this sandbox.")
@click.option("--control-token", envvar="UNDERSTUDY_CONTROL_TOKEN", metavar="TOKEN",
              help="The token that its control plane asks for.")  # fmt: skip
@click.option("--baseline", type=click.Path(path_type=Path), help="Accept the findings that this file lists.")
@click.option("--report", "reports", type=Reports(), multiple=True, help="Write these reports. Repeatable.")
@click.option("--engine", type=click.Choice(ENGINES), default="plan", show_default=True,
              help="Let compiled plans accept good traffic first, or ask openapi-core always.")  # fmt: skip
def judge(  # noqa: PLR0913 - the command's options
    traffic: str,
    *,
    service: str | None,
    document: Path | None,
    overlays: Sequence[Path],
    base_urls: Sequence[str],
    sandbox: str | None,
    control_token: str | None,
    baseline: Path | None,
    reports: Sequence[Mapping[str, Path]],
    engine: Literal["plan", "stock"],
) -> None:
    """Judge what has been said.

    FILE is a HAR file, from a browser's developer tools, Playwright, or `understudy proxy --record`. URL is the base
    URL of a running `understudy serve`: what its journal remembers is judged.
    """
    from understudy.effective import TargetError  # noqa: PLC0415 - heavy
    from understudy.probe import report, session  # noqa: PLC0415
    from understudy.probe.command import baseline_of, judge_for  # noqa: PLC0415
    from understudy.probe.har import HarError  # noqa: PLC0415
    from understudy.probe.judging import judge_har, judge_session  # noqa: PLC0415
    from understudy.probe.report import terminal  # noqa: PLC0415

    wanted = {form: path for given in reports for form, path in given.items()}
    try:
        report.check(wanted)
        accepted = baseline_of(baseline)
        remembered = None
        if traffic.startswith(("http://", "https://")):
            remembered = session.ask(traffic, sandbox=sandbox, token=control_token)
        judging, _ = judge_for(service, document, overlays, engine)
        if remembered is not None:
            results = judge_session(remembered, judging, accepted)
        else:
            results = judge_har(Path(traffic), judging, base_urls, accepted)
        terminal.Screen(sys.stdout).results(results)
        report.write_all(results, wanted)
    except (TargetError, HarError, session.SessionError, report.ReportError) as error:
        fail(str(error))
    sys.exit(results.exit_code)
