"""The JSON report: everything that is known of a run, by `spec/understudy/report.schema.json`; `merge` reads it back.

Called through the table of formats. Numbers are plain, times are seconds since the Unix epoch, no text holds a secret.
"""

from __future__ import annotations

import json
from pathlib import Path

from understudy.probe.report.content import ContentError, Report


def write(report: Report) -> str:
    """The report as JSON."""
    return json.dumps(report.as_json(), indent=1, allow_nan=False) + "\n"


def read(path: Path) -> Report:
    """A report that `write` wrote.

    Errors: `ContentError` for a file that cannot be read or is no such report.
    """
    try:
        return Report.from_json(json.loads(path.read_bytes()))
    except OSError as error:
        raise ContentError(f"{path}: the file cannot be read ({error.strerror}); check the path") from None
    except (ValueError, RecursionError) as error:
        raise ContentError(f"{path}: this is not JSON: {error}") from None
    except ContentError as error:
        raise ContentError(f"{path}: {error}") from None
