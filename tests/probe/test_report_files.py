"""Where reports go: checked before a run, whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hostile_shop import found
from understudy.probe import report


def test_each_wanted_report_is_written(tmp_path: Path) -> None:
    """Every format lands in its file, in a folder that is made, with nothing left beside it."""
    wanted = {form: tmp_path / "out" / f"report.{form}" for form in report.FORMATS}
    report.check(wanted)
    report.write_all(found(), wanted)
    assert {path.name for path in (tmp_path / "out").iterdir()} == {path.name for path in wanted.values()}
    assert all(path.read_text() == report.write(form, found()) for form, path in wanted.items())


def test_a_report_takes_an_older_ones_place(tmp_path: Path) -> None:
    """A file that is there is replaced; others may read the new one."""
    path = tmp_path / "report.json"
    path.write_text("old")
    path.chmod(0o600)
    report.write_all(found(), {"json": path})
    assert path.read_text().startswith("{")
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"pdf": "a.pdf"}, "no report format 'pdf'; choose one of: junit, json, html, har, sarif, markdown"),
        ({"json": "folder"}, "this is a folder"),
        ({"json": "one", "html": "./one"}, "both the json and the html report go there"),
        ({"json": "file/below.json"}, "cannot be written"),
    ],
)
def test_what_cannot_be_written_is_said_before_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wanted: dict[str, str], said: str
) -> None:
    """A report that could not be written is an error before anything is sent, and the message names the fix."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_text("")
    with pytest.raises(report.ReportError, match=said):
        report.check({form: Path(path) for form, path in wanted.items()})


def test_a_failure_does_not_take_the_other_reports_along(tmp_path: Path) -> None:
    """Where one report cannot be written at the end, the others are, and the error names the one."""
    (tmp_path / "file").write_text("")
    wanted = {"json": tmp_path / "file" / "a.json", "html": tmp_path / "b.html"}
    with pytest.raises(report.ReportError, match=r"a\.json: the json report"):
        report.write_all(found(), wanted)
    assert (tmp_path / "b.html").read_text().startswith("<!doctype html>")


def test_a_pipe_is_written_into(tmp_path: Path) -> None:
    """A report may go into what is no file, such as a pipe; it is not replaced."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    report.check({"markdown": pipe})
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        report.write_all(found(), {"markdown": pipe})
        assert os.read(reader, 100).startswith(b"## ")
    finally:
        os.close(reader)
    assert pipe.is_fifo()
