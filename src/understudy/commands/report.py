"""`understudy report`: what a user may do with reports that are there already."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

import click

from understudy.commands.options import Reports, fail


@click.group()
def report() -> None:
    """Work on reports that were written before."""


@report.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--report", "reports", type=Reports(), multiple=True, help="Write the whole as these reports.")
def merge(files: tuple[Path, ...], reports: tuple[Mapping[str, Path], ...]) -> None:
    """Make one report of several, such as the shards of one run; each FILE is a JSON report."""
    from understudy.probe import report as formats  # noqa: PLC0415 - heavy
    from understudy.probe.report import data, terminal  # noqa: PLC0415
    from understudy.probe.report.content import ContentError  # noqa: PLC0415
    from understudy.probe.report.merge import merge as merged  # noqa: PLC0415

    wanted = {form: path for given in reports for form, path in given.items()}
    try:
        formats.check(wanted)
        whole = merged([data.read(path) for path in files])
        formats.write_told(whole, wanted)
    except (formats.ReportError, ContentError) as error:
        fail(str(error))
    terminal.Screen(sys.stdout).report(whole)
    sys.exit(whole.exit_code)
