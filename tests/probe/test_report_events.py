"""A broken event is reported as a broken answer is, but nobody can repeat it with curl."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from documents import contract
from hostile_shop import contracts
from understudy.contract.exchange import Event
from understudy.contract.violations import Violation
from understudy.probe import report
from understudy.probe.baseline import Baseline
from understudy.probe.judge import Judge
from understudy.probe.report.telling import tell
from understudy.probe.results import Part, Results, gather

SCHEMA = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
CREATED = {"requestBody": {"required": True, "content": {"application/json": {"schema": SCHEMA}}}, "responses": {"200": {"description": "Fine"}}}  # fmt: skip


@pytest.fixture
def heard(tmp_path: Path) -> Results:
    """The results of a socket on which broken events were heard."""
    events = contract(tmp_path, {}, webhooks={"pet.created": {"post": {"operationId": "pet.created", **CREATED}}})
    judge = Judge(contracts(tmp_path), events)
    judge.judge_event(Event("pet.created", {"id": "<b>hush-hush-1", "name": "Ada"}), "Events <i>")
    judge.judge_event(Event("pet.gone", {"id": 1}), "Events <i>")
    silent = Event("pet.created")
    judge.law(
        Violation("/", "law-broken", "event", "pet.created", "x.yaml#/steps/0", "was not heard"), silent, "Events <i>"
    )
    return gather(
        judge, target="http://host", seed=1, started=0, seconds=1, parts=[Part("scenarios")], baseline=Baseline()
    )


def test_an_events_place_is_marked(heard: Results) -> None:
    """The excerpt of a broken event marks the place; the promise is that of the events' document."""
    told = {finding.broken.code: finding for finding in tell(heard, ["hush-hush-1"]).findings}
    assert told["schema-type"].excerpt.marked == '"<b>***"'
    assert told["schema-type"].promise.text == "{type: integer}"
    assert told["schema-type"].promise.file.endswith("document.json")
    assert told["law-broken"].promise.file == "x.yaml"
    assert {finding.curl for finding in told.values()} == {""}
    assert "event-unknown" in told


def test_every_format_takes_events(heard: Results) -> None:
    """Each report is written where there is no exchange at all; but for the HAR it shows the events."""
    for form in report.FORMATS:
        text = report.write(form, heard)
        assert ("pet.created" in text) is (form != "har")
    assert json.loads(report.write("har", heard))["log"]["entries"] == []
