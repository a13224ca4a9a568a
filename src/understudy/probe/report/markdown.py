"""The Markdown report, for a CI job's summary: short, findings folded, and never longer than such a page may be.

Called through the table of formats. Whatever a server said is shown as code, so that none of it becomes markup.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from understudy.probe.report import wording
from understudy.probe.report.characters import one_line, visible
from understudy.probe.report.content import GROUPS, Found, Report

LONGEST = 60_000
"""The longest report, in bytes of UTF-8."""
_NOTE_ROOM = 300
_BADGES = {"kept": "✅", "broken": "❌", "unfinished": "⚠️"}


def write(report: Report) -> str:
    """The report as Markdown."""
    blocks = list(_blocks(report))
    kept, size = [], 0
    for index, block in enumerate(blocks):
        size += len(block.encode()) + 1
        if size > LONGEST - _NOTE_ROOM:
            left = wording.counted(len(blocks) - index, "section")
            kept.append(f"> **Cut here**: {left} more would not fit; the HTML and JSON reports have all of it.\n")
            break
        kept.append(block)
    return "\n".join(kept)


def _blocks(report: Report) -> Iterator[str]:
    yield f"## {_BADGES.get(report.verdict, '')} {_html(report.title)}: {_html(wording.verdict(report))}\n"
    yield "| target | profiles | contract coverage | seed | took |\n|---|---|---|---|---|"
    yield (
        f"| {_code(report.target)} | {', '.join(report.profiles)} | {wording.coverage(report)} "
        f"| {report.seed} | {report.seconds:.1f} s |\n"
    )
    for breaks, heading in GROUPS.items():
        findings = report.group(breaks)
        if findings:
            yield f"### {heading}: {wording.counted(len(findings), 'finding')}\n"
            yield from map(_finding, findings)
    yield from _baseline(report)
    yield from _skipped(report)
    rows = (f"| {' | '.join(map(_code, row))} |\n" for row in wording.rows(report))
    heading = "| operation | statuses seen | violations | promised, never seen |\n|---|---|---|---|\n"
    yield f"<details><summary>By operation</summary>\n\n{heading}{''.join(rows)}\n</details>\n"


def _finding(finding: Found) -> str:
    broken = finding.broken
    note = f"<br>{_html(wording.standing(finding))}" if finding.accepted else ""
    summary = (
        f"<details><summary>{'❌' if finding.failing else '▫️'} <code>{_html(wording.operation_of(finding))}</code> "
        f"{_html(one_line(broken.message, 200))} ({wording.TIMES}{finding.count}){note}</summary>\n"
    )
    rows = [
        f"- code {_code(broken.code)}, finding {_code(finding.fingerprint)}, profiles: {', '.join(finding.profiles)}",
        f"- where: {broken.side} {_code(broken.where)}",
        f"- promise {_code(wording.promise_place(finding))}",
        f"- remedy: {_html(broken.remedy)}",
        f"- met in: {', '.join(_code(one_line(origin, 100)) for origin in finding.origins[:5])}",
    ]
    shown = [_fenced(finding.excerpt.text, "text"), _fenced(finding.promise.text, "yaml"), _fenced(finding.curl, "sh")]
    return "\n".join([summary, *rows, "", *(block for block in shown if block), "</details>\n"])


def _baseline(report: Report) -> Iterator[str]:
    if report.healed:
        yield f"### Healed: {wording.counted(len(report.healed), 'finding')}\n"
        yield "These are in the baseline and were not met; take them out.\n"
        yield "\n".join(f"- {_code(entry.finding)} {_html(entry.reason)}" for entry in report.healed) + "\n"


def _skipped(report: Report) -> Iterator[str]:
    lines = [f"- {_html(one.what)}: {_html(one.reason)}" for part in report.parts for one in part.skipped]
    if lines:
        yield f"<details><summary>Skipped: {len(lines)}</summary>\n\n" + "\n".join(lines) + "\n\n</details>\n"


def _html(text: str) -> str:
    """Text within a line of HTML, without what Markdown would still read there."""
    return re.sub(r"[\\`*_{}\[\]()#+!|~:@$]", lambda found: f"&#{ord(found[0])};", html.escape(one_line(text)))


def _code(text: str) -> str:
    """Text as code; HTML, because a bar in a table's cell would end it even between backticks."""
    return f"<code>{_html(text)}</code>" if text else ""


def _fenced(text: str, language: str) -> str:
    """Lines of code, behind a fence longer than any in them."""
    if not text:
        return ""
    shown = visible(text)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", shown)), default=0))
    return f"{fence}{language}\n{shown[:2_000]}\n{fence}\n"
