"""What a run shows on the terminal: how far it is while it runs, and at its end what was found.

On a terminal one line is rewritten; in a pipe there are plain lines and no colour. Whatever a server said is made
harmless before it is shown. Called by the command line. It must not judge.
"""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Collection, Iterator, Sequence
from typing import TextIO

import click

from understudy.probe.report import wording
from understudy.probe.report.characters import one_line, visible
from understudy.probe.report.content import GROUPS, Found, Report
from understudy.probe.report.masking import Mask
from understudy.probe.report.telling import tell
from understudy.probe.results import Results

WIDEST = 100
STEPS = 10
"""In a pipe, how many lines of progress a part shows at most, besides its first and last."""
_COLOURS = {"kept": "green", "broken": "red", "unfinished": "yellow"}
_HEADINGS = ("operation", "seen", "violations", "promised, never seen")
_GAP = "  "


class Screen:
    """Where a run is shown.

    Args:
        stream: where to; a terminal gets one line of progress that is rewritten.
        colour: whether to colour; None for on a terminal only.
        secrets: what must not be shown.
    """

    def __init__(self, stream: TextIO, colour: bool | None = None, secrets: Collection[str] = ()) -> None:  # noqa: FBT001 - a switch with a name at its only call
        self.stream = stream
        self.live = stream.isatty()
        self.colour = self.live if colour is None else colour
        self.secrets = secrets
        self._mask = Mask(secrets)
        self._shown = False
        self._told: dict[str, int] = {}

    def progress(self, part: str, done: int, total: int, text: str) -> None:
        """Show how far a part is, of how many, and what comes next."""
        line = one_line(f"{part} {done}/{total} {self._mask.text(text)}", self._width() - 1)
        if self.live:
            self.stream.write(f"\r\x1b[2K{line}")
            self._shown = True
        elif self._is_news(part, done, total):
            self.stream.write(f"{line}\n")
        self.stream.flush()

    def results(self, results: Results) -> None:
        """Show what was found."""
        self.report(tell(results, self.secrets))

    def report(self, report: Report) -> None:
        """Show a report's content."""
        if self._shown:
            self.stream.write("\r\x1b[2K")
            self._shown = False
        for block in (self._table, self._findings, self._baseline, self._skipped, self._verdict):
            lines = list(block(report))
            if lines:
                self.stream.write("\n".join([*lines, "", ""]))
        self.stream.flush()

    def _is_news(self, part: str, done: int, total: int) -> bool:
        step = done * STEPS // total if total else 0
        if self._told.get(part) == step and done < total:
            return False
        self._told[part] = step
        return True

    def _width(self) -> int:
        return min(WIDEST, shutil.get_terminal_size((WIDEST, 24)).columns) if self.live else WIDEST

    def _paint(self, text: str, colour: str = "", *, bold: bool = False) -> str:
        return click.style(text, fg=colour or None, bold=bold or None) if self.colour else text

    def _table(self, report: Report) -> Iterator[str]:
        rows = list(wording.rows(report))
        if not rows:
            return
        widest = [max(map(len, column)) for column in zip(_HEADINGS, *rows, strict=True)]
        widths = _fitting(widest, max(60, self._width()) - len(_GAP) * (len(widest) - 1))
        yield self._paint(_line([[cell] for cell in _HEADINGS], widths)[0], bold=True)
        for name, seen, broken, unseen in rows:
            cells = [
                textwrap.wrap(visible(cell), size) or [""]
                for cell, size in zip((name, seen, broken, unseen), widths, strict=True)
            ]
            for line in _line(cells, widths):
                yield self._paint(line, "red") if broken and not self._harmless(report, name) else line

    @staticmethod
    def _harmless(report: Report, name: str) -> bool:
        return not any(finding.failing for finding in report.findings if wording.operation_of(finding) == name)

    def _findings(self, report: Report) -> Iterator[str]:
        for breaks, heading in GROUPS.items():
            findings = report.group(breaks)
            if findings:
                yield self._paint(f"{heading}: {wording.counted(len(findings), 'finding')}", bold=True)
                for finding in findings:
                    yield from self._finding(finding)

    def _finding(self, finding: Found) -> Iterator[str]:
        broken = finding.broken
        colour = "red" if finding.failing else "yellow"
        yield f"  {self._paint(broken.code, colour)} {wording.headline(finding)} ({wording.TIMES}{finding.count})"
        yield f"      promise  {one_line(wording.promise_place(finding))}"
        yield f"      remedy   {broken.remedy}"
        met = one_line(", ".join(finding.origins), 80)
        yield f"      finding  {finding.fingerprint}, {', '.join(finding.profiles)}; in {met}"
        if finding.accepted:
            yield f"      baseline {one_line(wording.standing(finding))}"
        if finding.curl:
            yield f"      repeat   {visible(finding.curl).replace(chr(10), ' ')}"

    def _baseline(self, report: Report) -> Iterator[str]:
        standings = [finding.standing for finding in report.findings]
        accepted, expired = standings.count("accepted"), standings.count("expired")
        if accepted or expired or report.healed:
            yield self._paint(
                f"Baseline: {accepted} accepted, {expired} expired, {len(report.healed)} healed", bold=True
            )
            yield from (f"  healed {entry.finding}: {one_line(entry.reason)}" for entry in report.healed)

    def _skipped(self, report: Report) -> Iterator[str]:
        skipped = [(part.name, one) for part in report.parts for one in part.skipped]
        if skipped:
            yield self._paint(f"Skipped: {len(skipped)}", bold=True)
            yield from (f"  {part}: {one_line(one.what)}: {one_line(one.reason)}" for part, one in skipped)

    def _verdict(self, report: Report) -> Iterator[str]:
        yield f"contract coverage: {wording.coverage(report)}"
        yield self._paint(one_line(wording.verdict(report)), _COLOURS.get(report.verdict, ""), bold=True)


def _fitting(widest: Sequence[int], room: int) -> list[int]:
    """The widths of columns in the room there is: the narrow keep theirs, the wide share what is left."""
    widths: dict[int, int] = {}
    for taken, index in enumerate(sorted(range(len(widest)), key=widest.__getitem__)):
        widths[index] = min(widest[index], (room - sum(widths.values())) // (len(widest) - taken))
    return [max(1, widths[index]) for index in range(len(widest))]


def _line(cells: Sequence[Sequence[str]], widths: Sequence[int]) -> list[str]:
    """One row of a table as lines: each cell's lines beside one another."""
    height = max(map(len, cells))
    padded = [[*cell, *[""] * (height - len(cell))] for cell in cells]
    return [
        _GAP.join(cell[at].ljust(size) for cell, size in zip(padded, widths, strict=True)).rstrip()
        for at in range(height)
    ]
