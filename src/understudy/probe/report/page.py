"""The HTML report: one file that needs nothing else, for people who mend what was found.

The page itself is `page.html.jinja`; every text is escaped there, whoever said it. Without JavaScript only the filter
is missing. Called through the table of formats.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import Any

import jinja2

from understudy.probe.report import wording
from understudy.probe.report.characters import visible
from understudy.probe.report.content import GROUPS, Operation, Report


def write(report: Report) -> str:
    """The report as HTML."""
    return _template().render(
        report=report,
        groups=[(heading, report.group(breaks)) for breaks, heading in GROUPS.items()],
        opened=next((finding.fingerprint for finding in report.findings if finding.failing), ""),
        started=datetime.fromtimestamp(report.started, UTC).strftime("%Y-%m-%d %H:%M:%S UTC"),
        rows=[_row(report, *row) for row in wording.rows(report)],
        skipped=[(part.name, one) for part in report.parts for one in part.skipped],
    )


def _row(report: Report, name: str, seen: str, broken: str, unseen: str) -> dict[str, Any]:
    """One operation of the table, with the bar of its coverage and what was never exercised."""
    known: dict[str, Operation] = {one.operation_id: one for one in report.coverage.operations}
    operation = known.get(name)
    return {
        "name": name,
        "seen": seen,
        "broken": broken,
        "unseen": unseen,
        "operation": operation,
        "percent": 100 * operation.exercised / operation.total if operation and operation.total else 100.0,
        "missing": wording.missing_by_reason(operation.missing) if operation else {},
    }


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(__package__, ""),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value) if type(value) is str else value,
    )
    environment.globals["words"] = wording
    return environment.get_template("page.html.jinja")
