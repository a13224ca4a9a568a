"""Reports: what was found, in the formats that people, CI systems and other tools read. One format is one file.

`FORMATS` is the table of them. Called by the command line: `check` before a run, `write_all` after it. A format gets
the report's content, masked and complete, and gives text; it must not know where the text goes.
"""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from understudy.probe.report import data, har, junit, markdown, page, sarif
from understudy.probe.report.content import Report
from understudy.probe.report.telling import tell
from understudy.probe.results import Results

FORMATS: Mapping[str, Callable[[Report], str]] = {
    "junit": junit.write,
    "json": data.write,
    "html": page.write,
    "har": har.write,
    "sarif": sarif.write,
    "markdown": markdown.write,
}
"""Each format by name, with what writes it."""


class ReportError(Exception):
    """A report that cannot be written; the message says which, where, and what to do."""


def write(form: str, results: Results, secrets: Collection[str] = ()) -> str:
    """The text of one report. `secrets` stand nowhere in it."""
    return FORMATS[form](tell(results, secrets))


def check(wanted: Mapping[str, Path]) -> None:
    """Make sure, before a run, that its reports can be written; a folder that is missing is made.

    Args:
        wanted: the file of each format.

    Errors: `ReportError`.
    """
    files: dict[Path, str] = {}
    for form, path in wanted.items():
        if form not in FORMATS:
            raise ReportError(f"there is no report format {form!r}; choose one of: {', '.join(FORMATS)}")
        other = files.setdefault(path.absolute(), form)
        if other != form:
            raise ReportError(f"{path}: both the {other} and the {form} report go there; name two files")
        if path.is_dir():
            raise ReportError(f"{path}: this is a folder; name a file for the {form} report")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            if _replaceable(path):
                with tempfile.NamedTemporaryFile(dir=path.parent):
                    pass
        except OSError as error:
            raise ReportError(_unwritable(form, path, error)) from None


def write_all(results: Results, wanted: Mapping[str, Path], secrets: Collection[str] = ()) -> None:
    """Write each report whole or not at all.

    Args:
        results: what was found.
        wanted: the file of each format.
        secrets: what no report may show.

    Errors: `ReportError`, after the others were written.
    """
    if wanted:
        write_told(tell(results, secrets), wanted)


def write_told(report: Report, wanted: Mapping[str, Path]) -> None:
    """Write each report of what is told already, as after a merge. Errors: `ReportError`, after the others."""
    write_texts({form: FORMATS[form](report) for form in wanted}, wanted)


def write_texts(texts: Mapping[str, str], wanted: Mapping[str, Path]) -> None:
    """Write each text to the file of its format. Errors: `ReportError`, after the others."""
    failed = []
    for form, path in wanted.items():
        try:
            _write(path, texts[form].encode())
        except OSError as error:
            failed.append(_unwritable(form, path, error))
    if failed:
        raise ReportError("\n".join(failed))


def _unwritable(form: str, path: Path, error: OSError) -> str:
    return f"{path}: the {form} report cannot be written ({error.strerror}); choose another place for it"


def _replaceable(path: Path) -> bool:
    """Whether a file may take this place; a terminal or a pipe is written into instead."""
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except FileNotFoundError:
        return True


def _write(path: Path, content: bytes) -> None:
    path = path.resolve()
    if not _replaceable(path):
        path.write_bytes(content)
        return
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", delete=False) as file:
        new = Path(file.name)
        try:
            file.write(content)
            file.flush()
            new.chmod(_mode())
            new.replace(path)
        except BaseException:
            new.unlink(missing_ok=True)
            raise


def _mode() -> int:
    """What a new file's permissions are here; those of temporary files are stricter."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
