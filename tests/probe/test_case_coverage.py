"""What a corpus covers: every promise that a request can exercise, the first cases most of them, and the rest explained."""

from __future__ import annotations

from typing import Any

import pytest

from case_documents import OLD, WIDE, body, written
from documents import document, operation
from understudy.contract.contract import Contract
from understudy.contract.coverage import Coverage
from understudy.contract.exchange import Exchange
from understudy.contract.promises import promises
from understudy.effective import bundled_contract, document_of
from understudy.probe.cases.case import Case
from understudy.probe.cases.corpus import generate
from understudy.probe.cases.covering import rows
from understudy.probe.cases.explain import explain

# A number in a form is text where the schema wants text; so its greatest value has no say there, in two media types.
NEVER_IN_A_FORM = ("#/components/schemas/custom_attribute_rule/maximum", "maximum")


def covered_after(contract: Contract, cases: list[Case]) -> list[int]:
    """How many promises are exercised after each case."""
    coverage = Coverage(contract)
    seen: set[Any] = set()
    counts = []
    for case in cases:
        request = case.request(contract)
        seen.update(coverage.exercised_by(Exchange(request, violations=list(contract.check_request(request)))))
        counts.append(len(seen))
    return counts


def asked(contract: Contract) -> int:
    """How many promises requests can exercise."""
    return sum(promise.side == "request" for promise in promises(contract))


def test_the_played_document_is_covered_in_few_cases() -> None:
    """Every promise of the observed Chatwoot document that a request can exercise is, by the first hundred cases."""
    contract = Contract(document_of("chatwoot")[0])
    cases = generate(contract, 1)
    missing = [one for one in explain(contract, cases) if one.promise.side == "request" and not one.case]
    assert {(one.promise.schema, one.promise.keyword) for one in missing} == {NEVER_IN_A_FORM}
    assert all("form" in str(one.promise.media_type) for one in missing)
    assert all(one.never and "which a form gives as text" in one.why for one in missing)
    counts = covered_after(contract, cases[:100])
    assert counts[99] == asked(contract) - len(missing) >= 699
    assert counts[39] >= 0.75 * counts[99]


@pytest.mark.parametrize("name", ["published", "pingback", "control", "wide", "old"])
def test_other_documents_are_covered_whole(tmp_path: Any, name: str) -> None:
    """Every promise that requests of these documents can exercise is exercised by some case.

    Coverage does not read parameters in styles such as `deepObject`: of their schemas it sees what breaks alone.
    """
    contract = {
        "published": lambda: Contract(document_of("chatwoot", "published")[0]),
        "pingback": lambda: Contract(document_of("pingback")[0]),
        "control": lambda: bundled_contract("understudy/control.yaml"),
        "wide": lambda: written(tmp_path / "d.json", WIDE),
        "old": lambda: written(tmp_path / "d.json", OLD),
    }[name]()
    missing = [
        one
        for one in explain(contract, generate(contract, 1))
        if one.promise.side == "request" and not one.case and not one.why.endswith("could never be read")
    ]
    assert not [(one.promise.schema, one.promise.keyword, one.why) for one in missing]


def test_the_order_is_greedy() -> None:
    """The plainest request of each operation leads; behind them each case adds no more than the one before it."""
    contract = Contract(document_of("chatwoot")[0])
    cases = generate(contract, 1)
    counts = covered_after(contract, cases[:60])
    gains = [after - before for before, after in zip([0, *counts], counts, strict=False)]
    leading = len(contract.by_id)
    assert {(case.kind, case.operation_id) for case in cases[:leading]} == {("valid", name) for name in contract.by_id}
    assert gains[leading:] == sorted(gains[leading:], reverse=True)


def test_broken_promises_follow_exercised_ones() -> None:
    """The cases after those that exercise something new each break a promise that none did before."""
    contract = Contract(document_of("chatwoot")[0])
    cases = generate(contract, 1)
    first = covered_after(contract, cases[:200]).index(max(covered_after(contract, cases[:200]))) + 1
    following = cases[first : first + 50]
    assert {case.kind for case in following} == {"invalid"}
    named = [(case.operation_id, case.aim.promise) for case in following]
    assert len(set(named)) > 40


def test_what_cannot_be_covered_is_told(tmp_path: Any) -> None:
    """An answer's promise waits for an answer, and a property whose schema contradicts itself is named with the reason."""
    schema = {
        "type": "object",
        "properties": {
            "never": {
                "type": "object",
                "required": ["deep"],
                "properties": {"deep": {"allOf": [{"type": "string"}, {"type": "integer"}]}},
            },
            "fine": {"type": "integer"},
        },
    }
    contract = written(tmp_path / "d.json", document({"/a": {"post": operation("a", requestBody=body(schema))}}))
    found = {(one.promise.schema.rpartition("/schema/")[2], one.promise.side): one for one in explain(contract, [])}
    answer = next(one for (_, side), one in found.items() if side == "response")
    assert answer.why == "only an answer can keep or break it"
    assert "contradicts itself" in found["properties/never/properties/deep/allOf/0/type", "request"].why
    assert "contradicts itself" not in found["properties/fine/type", "request"].why
    covered = {one.promise.schema.rpartition("/schema/")[2]: one for one in explain(contract, generate(contract))}
    fine = covered["properties/fine/type"]
    assert fine.case
    assert fine.broken
    assert not fine.why
    assert set(fine.as_json()) == {"promise", "case", "broken", "why", "never"}


@pytest.mark.parametrize(
    ("media_type", "rule", "never"),
    [
        ("application/x-www-form-urlencoded", {"type": "string"}, True),
        ("multipart/form-data", {"type": "string"}, True),
        ("application/json", {"type": "string"}, False),
        ("multipart/form-data", {"type": "integer"}, False),
        ("multipart/form-data", {"type": "object", "properties": {"deep": {"type": "string"}}}, False),
    ],
)
def test_only_a_proof_says_never(tmp_path: Any, media_type: str, rule: dict[str, Any], *, never: bool) -> None:
    """A number's limit on a form's text can never be exercised; on what may be a number, or in JSON, it can."""
    limit = {"allOf": [{"maximum": 5}]}
    deep = rule.get("properties")
    field = {**rule, "properties": {"deep": {**deep["deep"], **limit}}} if deep else {**rule, **limit}
    schema = {"type": "object", "properties": {"field": field}}
    paths = {"/a": {"post": operation("a", requestBody=body(schema, media_type))}}
    found = explain(written(tmp_path / "d.json", document(paths)), [])
    assert [one.never for one in found if one.promise.keyword == "maximum"] == [never]


@pytest.mark.parametrize("count", [1, 2, 3, 5, 11, 40])
def test_rows_show_every_pair_in_all_four_ways(count: int) -> None:
    """Of any two things there is a row with both, with either and with neither, in no more rows than it takes."""
    things = [str(number) for number in range(count)]
    found = list(rows(things))
    for one in things:
        assert {one in row for row in found} == {True, False}
        for other in things:
            if one != other:
                assert len({(one in row, other in row) for row in found}) == 4
    assert len(found) <= 9
    assert not list(rows([]))
