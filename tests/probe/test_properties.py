"""The properties part: what Schemathesis finds with our contract as the judge, and what it leaves alone."""

from __future__ import annotations

import asyncio
import copy
import json
from pathlib import Path

import pytest

from processes import serving
from shelves import DOCUMENT, TOKEN, Shelves, judge_of, running, searched
from understudy import bundled
from understudy.contract.contract import Contract
from understudy.effective import bundled_contract, document_of
from understudy.probe.judge import LAW, NOTE, Finding, Judge
from understudy.probe.report import FORMATS, write
from understudy.probe.results import Results
from understudy.probe.scenario import load_all
from understudy.probe.searching.laws import CHECKS, LEFT_TO_CONTRACT
from understudy.probe.searching.wish import Wish
from understudy.probe.target import Manners, Target
from understudy.probe.verify import Order, Verification


def told(judge: Judge, *profiles: str) -> list[Finding]:
    return [finding for finding in judge.findings.values() if finding.profiles & set(profiles)]


@pytest.fixture(scope="module")
def chatwoot() -> Results:
    """The properties of the played Chatwoot, after its scenarios have shown where things are."""
    judge = Judge({name: Contract(document_of("chatwoot", name, ours=False)[0]) for name in ("observed", "published")})
    events = bundled_contract("chatwoot/realtime.yaml").events
    scenario, *_ = load_all(bundled.FIXTURES / "chatwoot/scenarios", judge.main.by_id, events)
    order = Order(
        known={"inbox_identifier": "demo-inbox"},
        scenarios=[scenario],
        seed=1,
        parts=("scenarios", "properties"),
        max_examples=5,
    )

    async def run(url: str) -> Results:
        async with Target(url) as target:
            return await Verification(target, judge, order, lambda *_: None).run()

    with serving("chatwoot", "--seed", "1", "--policy", "report") as server:
        return asyncio.run(run(server.url))


def test_the_played_chatwoot_keeps_what_clients_rely_on(chatwoot: Results) -> None:
    """On our own server nothing fails: no law, and no promise of the observed document, is broken."""
    assert chatwoot.failing == []
    assert chatwoot.unfinished == ""
    assert chatwoot.exit_code == 0
    assert chatwoot.parts[1].requests > 400


def test_both_profiles_are_judged(chatwoot: Results) -> None:
    """What only the published document forbids is told of that profile alone."""
    published = {f.violation.code for f in chatwoot.findings if f.profiles == {"published"}}
    assert published == {"status-unknown"}


def test_every_operation_is_asked(chatwoot: Results) -> None:
    """No operation of the document is left out, and each exchange knows its operation."""
    asked = {exchange.operation_id for origin, exchange in chatwoot.exchanges if origin == "properties"}
    assert asked - {""} == {o.operation_id for o in Contract(document_of("chatwoot")[0]).operations.values()}


def test_known_identifiers_lead_deeper(chatwoot: Results) -> None:
    """Paths with three identifiers are asked with those that scenarios found, but for cases that are wrong on purpose."""
    seen = chatwoot.statuses["get-single-conversation"]
    assert seen[200] / sum(seen.values()) > 0.4


def test_what_was_only_asked_with_invented_identifiers_is_told(chatwoot: Results) -> None:
    """An operation whose identifiers nobody knew is told as not reached, by the parameter that is missing."""
    skipped = {item.what: item.reason for item in chatwoot.parts[1].skipped}
    assert "--param signed_id=" in skipped["redirect-to-attachment"]


def test_a_correct_server_is_left_in_peace(tmp_path: Path) -> None:
    """A server that keeps its document and its laws gets no finding, not even a remark."""
    judge, app = judge_of(tmp_path), Shelves()
    outcome, _ = searched(app, judge, Wish(seed=3, max_examples=30))
    assert judge.findings == {}
    assert outcome.errors == []
    assert outcome.sent == len(judge.exchanges) == len(app.heard)
    assert {200, 404} <= judge.statuses["show-shelf"].keys()
    assert {201, 401, 422} <= judge.statuses["add-shelf"].keys()


def test_a_limit_that_nothing_generated_reaches_costs_no_operation(tmp_path: Path) -> None:
    """A text with a pattern that may be longer than Hypothesis makes any is searched like every other one."""
    document = copy.deepcopy(DOCUMENT)
    document["components"]["schemas"]["Rule"] = {"maxLength": 150_000, "maximum": 9_999_999_999}
    name = {"type": "string", "pattern": r"^[^\x00]*$", "allOf": [{"$ref": "#/components/schemas/Rule"}]}
    document["components"]["schemas"]["New"]["properties"]["name"] = name
    judge = judge_of(tmp_path, document)
    outcome, _ = searched(Shelves(), judge, Wish(seed=0, max_examples=100, phases=("fuzzing",)))
    assert outcome.errors == []
    assert sum(judge.statuses["add-shelf"].values()) > 30


@pytest.mark.parametrize(
    ("fault", "operation", "code", "promise"),
    [
        ({"odd_from": 100}, "add-shelf", "schema-type", "#/components/schemas/Shelf/properties/size/type"),
        ({"fails_beyond_ascii": True}, "add-shelf", "law-broken", "properties#not_a_server_error"),
        ({"keeps_what_is_removed": True}, "show-shelf", "law-broken", "properties#use_after_free"),
        ({"takes_anybody": True}, "add-shelf", "law-broken", "properties#ignored_auth"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)  # fmt: skip
def test_planted_faults_are_found(
    fault: dict[str, object], operation: str, code: str, promise: str, tmp_path: Path
) -> None:
    """Each planted fault is found, by its operation and by the promise that it breaks."""
    judge = judge_of(tmp_path)
    searched(Shelves(**fault), judge, Wish(seed=3, max_examples=30))
    found = {(f.violation.operation_id, f.violation.code, f.violation.schema) for f in told(judge, LAW, "document")}
    assert (operation, code, promise) in found


def test_a_server_that_takes_too_much_is_remarked_on(tmp_path: Path) -> None:
    """To take what the document forbids breaks no promise: it is a note, by the place that forbids it."""
    judge = judge_of(tmp_path)
    searched(Shelves(takes_anything=True), judge, Wish(seed=3, max_examples=10))
    assert told(judge, LAW, "document") == []
    notes = {(f.violation.code, f.violation.schema) for f in told(judge, NOTE)}
    assert ("forbidden-accepted", "#/components/schemas/New/properties/size/maximum") in notes
    assert ("forbidden-accepted", "#/components/schemas/New/required") in notes


def test_every_report_tells_a_note_as_a_note(tmp_path: Path) -> None:
    """A run with nothing but notes passes, and every format has them, apart from broken promises."""
    judge = judge_of(tmp_path)
    order = Order(seed=3, parts=("properties",), max_examples=2)

    async def run(url: str) -> Results:
        async with Target(url, Manners(headers={"Authorization": TOKEN})) as target:
            return await Verification(target, judge, order, lambda *_: None).run()

    with running(Shelves(takes_anything=True)) as url:
        results = asyncio.run(run(url))
    assert results.exit_code == 0
    report = json.loads(write("json", results))
    assert {finding["breaks"] for finding in report["findings"]} == {"note"}
    for form in FORMATS.keys() - {"har"}:
        assert "forbidden-accepted" in write(form, results)


def test_the_same_seed_sends_the_same_requests(tmp_path: Path) -> None:
    """Two runs with one seed against fresh servers send the same bytes in the same order; another seed does not."""
    heard = []
    for seed in (5, 5, 6):
        app = Shelves()
        searched(app, judge_of(tmp_path), Wish(seed=seed, max_examples=8))
        heard.append(app.heard)
    assert len(heard[0]) > 60
    assert heard[0] == heard[1] != heard[2]


def test_secrets_are_sent_and_never_kept(tmp_path: Path) -> None:
    """The owner's header goes with requests, is left out where a check asks for it, and stands in no exchange."""
    judge = judge_of(tmp_path)
    searched(Shelves(), judge, Wish(seed=3, max_examples=5))
    sent = [exchange.request.fields.get("authorization") for _, exchange in judge.exchanges]
    assert {"***", None} <= set(sent)
    assert TOKEN not in sent
    assert not any(TOKEN in str(exchange.request.raw_headers) for _, exchange in judge.exchanges)


def test_known_values_are_used_from_the_start(tmp_path: Path) -> None:
    """A value that is known stands in most requests to its operation."""
    judge = judge_of(tmp_path)
    searched(Shelves(), judge, Wish(seed=3, max_examples=20, known={"shelf_id": "1"}))
    targets = [exchange.request.target for _, exchange in judge.exchanges if exchange.operation_id == "show-shelf"]
    assert targets.count("/shelves/1") >= 5
    assert judge.statuses["show-shelf"][200] >= 5


def test_every_check_is_either_kept_or_left_to_the_contract() -> None:
    """No check of Schemathesis' is forgotten: each has a meaning here, or the contract judges it."""
    from schemathesis import checks

    checks.load_all_checks()
    names = set(checks.CHECKS.get_all_names()) - {"understudy_contract"}
    assert len(names) > 10
    assert names <= CHECKS.keys() | set(LEFT_TO_CONTRACT)


def test_safe_asks_only_what_is_safe_by_method(tmp_path: Path) -> None:
    """In safe mode nothing but GET, HEAD and OPTIONS reaches the deployment, and the rest is told as skipped."""
    judge, app = judge_of(tmp_path), Shelves()
    outcome, _ = searched(app, judge, Wish(seed=3, max_examples=10, known={"shelf_id": 1}, safe=True))
    assert {method for method, _, _ in app.heard} <= {"GET", "HEAD", "OPTIONS"}
    assert judge.statuses["show-shelf"][200]
    assert {item.what for item in outcome.skipped} == {"add-shelf", "remove-shelf"}
