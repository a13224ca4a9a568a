"""Reports of shards, merged, say what one report of the whole would have said."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from hostile_shop import SCENARIOS, found, verify
from understudy.probe import report
from understudy.probe.baseline import Accepted
from understudy.probe.report import data
from understudy.probe.report.content import ContentError, Report
from understudy.probe.report.merge import merge
from understudy.probe.report.telling import tell


def known() -> tuple[Accepted, ...]:
    return Accepted(found().findings[0].fingerprint, "known"), Accepted("0" * 12, "healed")


@cache
def shards() -> tuple[Report, ...]:
    """A report for each scenario, the same baseline for all."""
    made = []
    for scenario in SCENARIOS:
        with tempfile.TemporaryDirectory() as folder:
            made.append(tell(verify(Path(folder), scenarios=(scenario,), accepted=known()), ()))
    return tuple(made)


@cache
def whole() -> Report:
    """The report of all scenarios at once."""
    with tempfile.TemporaryDirectory() as folder:
        return tell(verify(Path(folder), accepted=known()), ())


def told(one: Report) -> list[tuple[object, ...]]:
    """What a report says of each law-free finding; a law names its scenario's file, which a shard numbers anew."""
    listed = [f for f in one.findings if f.broken.code != "law-broken"]
    return [(f.fingerprint, f.count, f.profiles, f.standing, f.failing, f.breaks, len(f.calls)) for f in listed]


def test_shards_say_what_the_whole_says() -> None:
    """Findings, counts, statuses, what was skipped, healed and covered are those of one run of everything."""
    merged = merge(shards())
    assert told(merged) == told(whole())
    assert merged.statuses == whole().statuses
    assert [(p.name, p.tried, p.requests, p.skipped) for p in merged.parts] == [
        (p.name, p.tried, p.requests, p.skipped) for p in whole().parts
    ]
    assert merged.healed == whole().healed
    assert merged.coverage == whole().coverage
    assert (merged.exit_code, merged.verdict) == (whole().exit_code, "broken")
    assert len(merged.exchanges) == len(whole().exchanges)


def test_a_merged_finding_finds_its_exchanges() -> None:
    """A finding's first example is found among the exchanges of all shards."""
    merged = merge([shards()[2], shards()[1], shards()[0]])
    for finding in merged.findings:
        for call in finding.calls[:1]:
            assert finding.broken.code in {broken.code for broken in merged.exchanges[call].violations}


def test_the_same_report_twice_counts_twice() -> None:
    """Identical findings become one, their counts added; coverage does not grow."""
    merged = merge([whole(), whole()])
    assert [f.count for f in merged.findings] == [2 * f.count for f in whole().findings]
    assert merged.coverage.exercised == whole().coverage.exercised
    assert merged.parts[0].requests == 2 * whole().parts[0].requests


def test_a_merged_report_can_be_written_and_merged_again(tmp_path: Path) -> None:
    """A merged report is a report: every format writes it, and it reads back from its file."""
    merged = merge(shards())
    wanted = {form: tmp_path / form for form in report.FORMATS}
    report.write_told(merged, wanted)
    assert data.read(wanted["json"]) == merged
    assert merge([merged]) == merged


def test_other_documents_do_not_mix() -> None:
    """Reports that judge by different documents are refused, as is no report at all."""
    other = replace(whole(), document="another")
    with pytest.raises(ContentError, match="different documents"):
        merge([whole(), other])
    with pytest.raises(ContentError, match="no report"):
        merge([])


def test_an_unfinished_shard_leaves_the_whole_unfinished() -> None:
    """Where one shard was cut short and nothing is broken, the whole is unfinished and says why."""
    kept = replace(whole(), findings=(), exit_code=0, verdict="kept")
    merged = merge([kept, replace(kept, unfinished="the time was over", exit_code=2)])
    assert (merged.exit_code, merged.verdict, merged.unfinished) == (2, "unfinished", "the time was over")


def test_a_file_that_is_no_report_is_named(tmp_path: Path) -> None:
    """What is no JSON report is refused with the file's name."""
    for name, text in (("odd.json", "{"), ("other.json", "{}"), ("list.json", "[]")):
        (tmp_path / name).write_text(text)
        with pytest.raises(ContentError, match=name):
            data.read(tmp_path / name)
    with pytest.raises(ContentError, match="check the path"):
        data.read(tmp_path / "missing.json")
