"""What a run shows on a terminal and in a pipe."""

from __future__ import annotations

import io
import re
import tempfile
from pathlib import Path

import pytest

from hostile_shop import found, verify
from understudy.probe.report.terminal import Screen


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        return True


def shown(stream: io.StringIO, **options: bool) -> str:
    """The results of the broken shop, as a stream gets them."""
    Screen(stream, **options).results(found())
    return stream.getvalue()


def test_a_pipe_gets_plain_lines() -> None:
    """In a pipe there is no colour and no control character, whatever a server said."""
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", shown(io.StringIO()))


def test_a_terminal_gets_colour_and_nothing_of_the_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a terminal the only escape sequences are ours; with colour off there is none."""
    monkeypatch.setenv("COLUMNS", "100")
    text = shown(Terminal())
    assert "\x1b[" in text
    assert not re.search(r"\x1b(?!\[\d+m)", text)
    assert re.sub(r"\x1b\[\d+m", "", text) == shown(io.StringIO())
    assert "\x1b" not in shown(Terminal(), colour=False)


def test_it_shows_everything_a_reader_needs() -> None:
    """The table by operation, both groups, the baseline, what was skipped, the coverage and the verdict are there, in order."""
    text = shown(io.StringIO())
    parts = (
        "operation", "delete-pet", "Breaks what clients rely on: 7 findings", "curl -sS -i http", "Breaks the published document: 2",
        "Baseline: 1 accepted, 1 expired, 1 healed", "healed 0123456789ab: long gone", "Skipped: 2", "needs colour",
        "contract coverage: 67.8 % (40 of 59 promises)", "broken: 6 findings, met 9 times in 8 requests",
    )  # fmt: skip
    places = [text.index(part) for part in parts]
    assert places == sorted(places)
    assert re.search(r"^list-pets +200 .5 +law-broken", text, re.MULTILINE)
    assert re.search(r"^delete-pet +204$", text, re.MULTILINE)


def test_a_run_that_tried_nothing_is_no_verdict() -> None:
    """There are no findings to read, and why nothing was tried is told instead of a success."""
    with tempfile.TemporaryDirectory() as folder:
        results = verify(
            Path(folder), scenarios=({"scenario": "Nothing", "needs": {"x": "y"}, "steps": [{"call": "list-pets"}]},)
        )
    stream = io.StringIO()
    Screen(stream).results(results)
    assert "unfinished: nothing could be tried: needs x (y)" in stream.getvalue()
    assert "Breaks" not in stream.getvalue()


def test_progress_on_a_terminal_is_one_line() -> None:
    """On a terminal progress rewrites one line, which the results then replace."""
    stream = Terminal()
    screen = Screen(stream, colour=False, secrets=["hush-hush"])
    screen.progress("scenarios", 0, 2, "one\n\x1b[2J")
    screen.progress("scenarios", 1, 2, "two hush-hush")
    assert stream.getvalue() == "\r\x1b[2Kscenarios 0/2 one \\x1b[2J\r\x1b[2Kscenarios 1/2 two ***"
    screen.results(found())
    assert "two ***\r\x1b[2Koperation" in stream.getvalue()


def test_progress_in_a_pipe_is_a_few_lines() -> None:
    """In a pipe a long part shows a tenth at a time, its beginning and its end."""
    stream = io.StringIO()
    screen = Screen(stream)
    for done in range(1001):
        screen.progress("examples", done, 1000, f"case {done}")
    lines = stream.getvalue().splitlines()
    assert (lines[0], lines[-1], len(lines)) == ("examples 0/1000 case 0", "examples 1000/1000 case 1000", 11)
