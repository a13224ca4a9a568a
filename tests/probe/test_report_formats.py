"""Each format is well formed by its own standard, says all there is to say, and survives whatever a server says."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import junitparser
import pytest
import xmlschema
from haralyzer import HarParser
from jsonschema import Draft202012Validator
from markdown_it import MarkdownIt

from hostile_shop import HOSTILE, found
from sarif_shape import SARIF
from understudy import bundled
from understudy.contract.violations import CODES
from understudy.probe import report
from understudy.probe.report import markdown
from understudy.probe.report.content import ContentError, Report
from understudy.probe.report.telling import tell
from understudy.probe.results import Part

HERE = Path(__file__).parent
MARKUP = ("<script>alert", "<img", "<b>known", "</details> |")


@cache
def written(form: str) -> str:
    """One report of the broken shop."""
    return report.write(form, found())


@cache
def told() -> Report:
    return tell(found(), ())


def test_the_shop_breaks_promises_of_every_standing() -> None:
    """The results that these tests look at hold new, accepted, expired and healed findings of both groups."""
    assert Counter(finding.standing for finding in told().findings) == {"new": 7, "accepted": 1, "expired": 1}
    assert {finding.breaks for finding in told().findings} == {"clients", "document"}
    assert [entry.finding for entry in told().healed] == ["0123456789ab"]
    assert told().exit_code == 1


@pytest.mark.parametrize("form", report.FORMATS)
def test_the_same_results_give_the_same_report(form: str) -> None:
    """A report depends on nothing but the results."""
    assert report.write(form, found()) == written(form)


@pytest.mark.parametrize("form", report.FORMATS)
def test_every_finding_is_in_every_report(form: str) -> None:
    """Each report names every finding's operation, and its code or its fingerprint; a HAR holds those of its entries."""
    for finding in told().findings:
        assert finding.broken.operation_id in written(form)
        assert finding.broken.code in written(form)
        assert finding.fingerprint in written(form) or form == "har"


@pytest.mark.parametrize("form", report.FORMATS)
def test_no_report_carries_raw_control_characters(form: str) -> None:
    """Whatever a server said, a report holds no control character but line feeds, nor any that turns a line round."""
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", written(form))


@pytest.mark.parametrize("form", report.FORMATS)
def test_a_report_stays_small_however_long_the_bodies(form: str) -> None:
    """Bodies of a megabyte leave a report below 200 kB."""
    assert any(body and body.size > 1_000_000 for body in (call.response_body for call in told().exchanges))
    assert len(written(form).encode()) < 200_000


def test_an_unfinished_run_is_no_success_anywhere() -> None:
    """Where a part was cut short and nothing is broken, every report says that it is no verdict, and why."""
    cut = Part("scenarios", cut_short="scenarios: the deployment no longer answers")
    texts = {form: report.write(form, replace(found(), parts=[cut], findings=[])) for form in report.FORMATS}
    (error,) = [c.result[0] for s in junitparser.JUnitXml.fromstring(texts["junit"].encode()) for c in s if c.is_error]
    assert error.message == cut.cut_short
    (invocation,) = json.loads(texts["sarif"])["runs"][0]["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    assert json.loads(texts["json"])["verdict"] == "unfinished"
    for form in ("html", "markdown"):
        assert "the deployment no longer answers" in texts[form]


class TestJson:
    """The JSON report."""

    def test_it_keeps_its_schema(self) -> None:
        """The JSON report is valid by the schema that documents it."""
        schema = json.loads((bundled.SPEC / "understudy/report.schema.json").read_text())
        Draft202012Validator.check_schema(schema)
        assert [error.message for error in Draft202012Validator(schema).iter_errors(json.loads(written("json")))] == []

    def test_it_reads_back_as_what_was_written(self) -> None:
        """Read back, the JSON report is the same content, and every other format says the same of it."""
        again = Report.from_json(json.loads(written("json")))
        assert again == told()
        assert {form: write(again) for form, write in report.FORMATS.items()} == {f: written(f) for f in report.FORMATS}

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"layout": 99}, "no JSON report of this version"),
            ({"seed": "seven"}, "/seed"),
            ({"more": 1}, "'more'"),
            ({"parts": [{"name": "scenarios"}]}, "/parts/0"),
        ],
    )
    def test_another_files_data_is_refused(self, change: dict[str, Any], said: str) -> None:
        """What is no report of this layout is refused, and the message names the place."""
        with pytest.raises(ContentError, match=said):
            Report.from_json(json.loads(written("json")) | change)

    def test_a_cut_body_says_so(self) -> None:
        """A body is cut, marked, and says how long it was; one that is no text is base64."""
        bodies = [call.response_body for call in told().exchanges if call.response_body]
        assert [(body.cut, body.size > len(body.text)) for body in bodies if body.size > 100_000] == [(True, True)]
        assert [body.text for body in bodies if body.base64] == ["W3siaWQiOiAxLCAibmFtZSI6ICJjYWbpIn1d"]


class TestJunit:
    """The JUnit report."""

    def test_it_keeps_its_schema(self) -> None:
        """The JUnit report is valid by the schema of Jenkins' xUnit plugin."""
        schema = xmlschema.XMLSchema(HERE / "junit-10.xsd")
        assert [error.reason for error in schema.iter_errors(written("junit"))] == []

    def test_ci_sees_failures_and_skips(self) -> None:
        """A CI system counts a failure for each finding that fails, and sees what was skipped and never exercised."""
        suites = junitparser.JUnitXml.fromstring(written("junit").encode())
        cases = [case for suite in suites for case in suite]
        assert suites.failures == sum(case.is_failure for case in cases) == len(found().failing) == 6
        skipped = {case.name: case.result[0].message for case in cases if case.is_skipped}
        assert skipped["Needs what nobody gave"] == "needs colour (the owner's own <i>)"
        assert any("accepted until 2027-01-01: known <b>" in message for message in skipped.values())
        assert any("this does not make the run fail" in message for message in skipped.values())
        assert ("delete-pet", "requests") in {
            (suite.name, case.name) for suite in suites for case in suite if case.is_skipped
        }
        assert ("get-pet", "requests") in {
            (suite.name, case.name) for suite in suites for case in suite if case.is_passed
        }

    def test_a_failure_says_all_that_is_needed(self) -> None:
        """A failure tells message, place, promise, remedy, and the line to repeat it."""
        suites = junitparser.JUnitXml.fromstring(written("junit").encode())
        (failure,) = [c.result[0] for s in suites for c in s if c.name.startswith("schema-type /body/*/id")]
        assert failure.message == 'is "7", and must be integer'
        for part in (
            "/body/1/id",
            "#/paths/~1pets/get",
            "observed.json:",
            CODES["schema-type"].remedy,
            "curl -sS -i http",
        ):
            assert part in failure.text

    def test_case_names_are_unique(self) -> None:
        """No two cases of a suite share a name, so that a CI system can follow each."""
        suites = junitparser.JUnitXml.fromstring(written("junit").encode())
        names = Counter((suite.name, case.name) for suite in suites for case in suite)
        assert max(names.values()) == 1


class TestHar:
    """The HAR report."""

    def test_others_can_read_it(self) -> None:
        """A HAR reader finds each exchange with its status, and every entry has what HAR 1.2 demands."""
        har = json.loads(written("har"))
        entries = HarParser(har).har_data["entries"]
        assert [entry["response"]["status"] for entry in entries] == [call.status or 0 for call in told().exchanges]
        for entry in har["log"]["entries"]:
            assert entry.keys() >= {"startedDateTime", "time", "request", "response", "cache", "timings"}
            timings = entry["timings"]
            assert timings["send"] + timings["wait"] + timings["receive"] == entry["time"]
            assert entry["response"]["content"].keys() >= {"size", "mimeType"}

    def test_each_entry_has_its_violations(self) -> None:
        """An entry lists what was broken in it, in a field of our own; also what only another profile says."""
        entries = json.loads(written("har"))["log"]["entries"]
        codes = [{violation["code"] for violation in entry["_violations"]} for entry in entries]
        assert codes[0] == {"law-broken", "schema-type", "schema-required", "schema-maxLength"}
        assert "status-unknown" in codes[5]

    def test_no_answer_is_status_zero(self) -> None:
        """A request that got no answer has the status 0, and the comment says why."""
        entry = json.loads(written("har"))["log"]["entries"][-1]
        assert (entry["response"]["status"], entry["comment"]) == (0, "it closed the connection without a whole answer")


class TestSarif:
    """The SARIF report."""

    def test_it_has_the_shape_of_sarif(self) -> None:
        """The SARIF report has only SARIF's properties, each of its type, and all that are required."""
        assert [error.message for error in Draft202012Validator(SARIF).iter_errors(json.loads(written("sarif")))] == []

    def test_results_point_to_rules_and_lines(self) -> None:
        """Each result names its rule, and the line of the document whose promise is broken."""
        (run,) = json.loads(written("sarif"))["runs"]
        rules = run["tool"]["driver"]["rules"]
        assert all(rules[result["ruleIndex"]]["id"] == result["ruleId"] for result in run["results"])
        lines = {
            result["ruleId"]: result["locations"][0]["physicalLocation"]["region"]["startLine"]
            for result in run["results"]
            if result["ruleId"] in ("schema-type", "law-broken")
        }
        assert lines["schema-type"] > 20
        assert lines["law-broken"] > 1

    def test_fingerprints_and_standings_are_told(self) -> None:
        """A result keeps its fingerprint; an accepted one is suppressed with its reason."""
        results = json.loads(written("sarif"))["runs"][0]["results"]
        assert [r["partialFingerprints"]["understudy/v1"] for r in results] == [f.fingerprint for f in told().findings]
        assert [r["suppressions"] for r in results if "suppressions" in r] == [
            [{"kind": "external", "justification": "known <b>"}]
        ]
        assert Counter(result["level"] for result in results) == {"error": 6, "warning": 3}


class TestMarkdown:
    """The Markdown report."""

    def test_hostile_text_stays_text(self) -> None:
        """Rendered, nothing that a server said is markup, and every fold is closed."""
        rendered = MarkdownIt("commonmark", {"html": True}).enable("table").render(written("markdown"))
        assert not [markup for markup in MARKUP if markup in rendered]
        assert "&lt;script&gt;" in rendered
        assert rendered.count("<details>") == rendered.count("</details>")
        assert rendered.count("<table>") == 2

    def test_it_is_cut_to_fit(self) -> None:
        """A summary never outgrows its page: it is cut between findings, and says so."""
        many = Report.from_json(told().as_json() | {"findings": told().as_json()["findings"] * 60})
        text = markdown.write(many)
        assert 40_000 < len(text.encode()) <= markdown.LONGEST
        assert "**Cut here**" in text
        rendered = MarkdownIt("commonmark", {"html": True}).render(text)
        assert rendered.count("<details>") == rendered.count("</details>") > 50


class Page(HTMLParser):
    """What a browser makes of the HTML report."""

    VOID = frozenset({"meta", "input", "br", "link", "img"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: Counter[str] = Counter()
        self.loads: list[str] = []
        self.text = ""
        self.marked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.loads += [f"{tag} {name}" for name, _ in attrs if name in ("src", "href", "srcset", "action", "data")]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        if "mark" in self.open:
            self.marked.append(data)


@cache
def page() -> Page:
    made = Page()
    made.feed(written("html"))
    made.close()
    return made


class TestHtml:
    """The HTML report."""

    def test_it_is_well_formed_and_alone(self) -> None:
        """The page closes what it opens, holds one script of ours, and loads nothing."""
        assert page().open == []
        assert page().tags["script"] == 1
        assert page().tags["img"] == 0
        assert page().loads == []
        assert not re.search(r"@import|url\(", written("html"))

    def test_hostile_text_is_shown_as_text(self) -> None:
        """What a server said stands on the page as it was said, odd characters written out, and is no markup."""
        assert "<script>alert(1)</script> ]]> \\u001b[31m\\u0000 </details>" in page().text
        assert f"What is made is there {HOSTILE[:29]}" in page().text

    def test_the_offending_place_is_marked(self) -> None:
        """In each message the place that breaks the promise is marked."""
        assert '"7"' in page().marked
        assert '{"id": 3}' in page().marked
        assert "Content-Type: text/html" in page().marked
        assert "HTTP 418" in page().marked

    def test_it_shows_what_was_never_exercised(self) -> None:
        """Each operation tells what was promised and never seen."""
        assert "never asked · promised, never seen: 204" in page().text
        assert "6 never exercised" in page().text
