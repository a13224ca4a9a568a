"""Generated cases: each label is what independent judges say, no case comes twice, the same seed gives the same bytes."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from case_documents import OLD, REF, SCHEMAS, WIDE, body, parameter, written
from documents import document, operation
from understudy.contract.contract import Contract
from understudy.effective import bundled_contract, document_of
from understudy.probe.cases.ask import Ask
from understudy.probe.cases.case import Case
from understudy.probe.cases.corpus import generate

PLAYED = ("chatwoot", "pingback")
NAMES = ("wide", "old", *PLAYED, "published", "control")


@pytest.fixture(scope="module")
def corpora(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Contract, list[Case]]]:
    """The contracts and their cases, by name."""
    folder = tmp_path_factory.mktemp("cases")
    contracts = {
        "wide": written(folder / "wide.json", WIDE),
        "old": written(folder / "old.json", OLD),
        **{name: Contract(document_of(name)[0]) for name in PLAYED},
        "published": Contract(document_of("chatwoot", "published")[0]),
        "control": bundled_contract("understudy/control.yaml"),
    }
    return {name: (contract, generate(contract, 1)) for name, contract in contracts.items()}


@pytest.mark.parametrize("name", NAMES)
def test_every_label_is_what_stock_openapi_core_says(corpora: Any, name: str) -> None:
    """A valid case breaks nothing that is refused, an invalid one just the promise it names, judged without plans."""
    contract, cases = corpora[name]
    stock = Contract(contract.document, "stock")
    assert cases
    for case in cases:
        found = {(one.code, one.schema) for one in stock.check_request(case.request(stock)) if one.status}
        wanted = {(case.broken.code, case.broken.schema)} if case.broken else set()
        assert found == wanted, case
        assert (case.kind == "invalid") == bool(found)


def test_json_bodies_are_labelled_as_jsonschema_judges_them(corpora: Any) -> None:
    """What JSON Schema's own library says of a JSON body is what the label says, where the body is what it is about."""
    contract, cases = corpora["wide"]
    judged = {"valid": 0, "invalid": 0}
    for case in cases:
        if case.operation_id not in ("plant", "order") or not isinstance(case.ask.body, dict):
            continue
        if case.broken and not (case.broken.where.startswith("/body") and case.broken.code != "schema-readOnly"):
            continue
        (name,) = {"plant": ["Node"], "order": ["Order"]}[case.operation_id]
        data = json.loads(case.request(contract).body)
        schema = {"$ref": f"{REF}{name}", "components": {"schemas": without_ids(SCHEMAS)}}
        errors = list(Draft202012Validator(schema, format_checker=FormatChecker(["email"])).iter_errors(data))
        if case.broken and case.broken.code == "schema-format":
            continue
        assert bool(errors) == (case.kind == "invalid"), case
        judged[case.kind] += 1
    assert min(judged.values()) > 20


def without_ids(schemas: dict[str, Any]) -> dict[str, Any]:
    """The schemas, an order's id no longer required: it is the server's, and nobody owes it in a request."""
    return {**schemas, "Order": {**schemas["Order"], "required": ["total", "pay"]}}


@pytest.mark.parametrize("name", NAMES)
def test_no_case_comes_twice(corpora: Any, name: str) -> None:
    """No two cases are the same on the wire, nor have the same id."""
    contract, cases = corpora[name]
    wires = set()
    for case in cases:
        request = case.request(contract)
        wires.add((case.operation_id, request.verb, request.target, request.raw_headers, request.body))
    assert len(wires) == len(cases) == len({case.id for case in cases})


@pytest.mark.parametrize("name", ["wide", "chatwoot"])
def test_a_seed_gives_the_same_bytes(corpora: Any, name: str) -> None:
    """The same seed gives the same corpus byte for byte, and another seed another one."""
    contract, cases = corpora[name]
    again = generate(Contract(contract.document), 1)
    assert dumped(again) == dumped(cases)
    assert dumped(generate(contract, 2)) != dumped(cases)


def dumped(cases: list[Case]) -> bytes:
    """A corpus as a file has it."""
    return b"\n".join(orjson.dumps(case.as_json()) for case in cases)


@pytest.mark.parametrize("name", NAMES)
def test_a_case_survives_a_file(corpora: Any, name: str) -> None:
    """What is written as JSON and read back is the same case, and the same bytes on the wire."""
    contract, cases = corpora[name]
    for case in cases:
        read = Case.from_json(json.loads(orjson.dumps(case.as_json())))
        assert read.as_json() == case.as_json()
        one, other = case.request(contract), read.request(contract)
        assert (one.target, one.raw_headers, one.body) == (other.target, other.raw_headers, other.body)


def test_cases_are_made_fast(corpora: Any) -> None:
    """The cases of the played document come at 300 a second at least."""
    contract = Contract(corpora["chatwoot"][0].document)
    started = time.process_time()
    cases = generate(contract, 3)
    assert len(cases) / (time.process_time() - started) > 300


def test_identifiers_stay_open_until_the_case_is_sent(corpora: Any) -> None:
    """A path parameter that a case does not aim at is filled in when it is sent, the one it aims at is not."""
    contract, cases = corpora["chatwoot"]
    mine = [case for case in cases if case.operation_id == "get-details-of-a-contact"]
    aimed = [case for case in mine if "inbox_identifier" not in case.ask.open]
    assert aimed
    for case in mine:
        target = case.request(contract, {"inbox_identifier": "my-inbox", "contact_identifier": "me"}).target
        assert ("/inboxes/my-inbox/" in target) == (case not in aimed)
        assert "${" not in case.request(contract).path


def test_credentials_are_names_to_be_filled_in(corpora: Any) -> None:
    """What a document asks for to let somebody in is filled in by the security scheme's name."""
    contract, cases = corpora["wide"]
    case = next(case for case in cases if case.operation_id == "see" and case.kind == "valid")
    request = case.request(contract, {"bearer": "abc"})
    assert request.fields["authorization"] == "Bearer abc"
    codes = {case.broken.code for case in cases if case.operation_id == "see" and case.broken}
    assert "security-missing" in codes


def test_only_the_wanted_operations_and_so_many(corpora: Any) -> None:
    """Cases can be had for some operations only, the same as with all others, and no more than so many."""
    contract, cases = corpora["wide"]
    some = generate(contract, 1, only=["plant"])
    assert {case.id for case in some} == {case.id for case in cases if case.operation_id == "plant"}
    assert [case.id for case in generate(contract, 1, most=7)] == [case.id for case in cases[:7]]


WIRE = {
    "body-malformed", "body-encoding", "body-number", "body-duplicate-key", "body-too-deep", "body-missing",
    "charset-unknown", "media-type-unknown", "media-type-malformed", "method-unknown",
}  # fmt: skip


def test_bodies_are_broken_on_the_wire_as_well(corpora: Any) -> None:
    """Broken JSON, a wrong charset, an unknown media type, a missing body and an unknown method each have a case."""
    for name, operation_id in (("wide", "plant"), ("old", "change")):
        codes = {case.broken.code for case in corpora[name][1] if case.broken and case.operation_id == operation_id}
        assert codes >= WIRE


def codes_of(cases: list[Case]) -> set[str]:
    """The codes that a corpus breaks."""
    return {case.broken.code for case in cases if case.broken}


def test_every_media_type_has_a_valid_case(corpora: Any) -> None:
    """Each documented media type is sent, a range as one of its members."""
    sent = {
        case.ask.media_type for case in corpora["wide"][1] if case.operation_id == "upload" and case.kind == "valid"
    }
    assert sent >= {
        "multipart/form-data", "application/x-www-form-urlencoded", "text/plain", "application/xml",
        "application/octet-stream", "image/png",
    }  # fmt: skip


def test_a_path_never_leads_to_another_operation(tmp_path: Path) -> None:
    """A value that would make the path another operation's is not sent."""
    named = operation("named", parameters=[parameter("id", "path", {"type": "string", "enum": ["mine", "yours"]})])
    made = written(
        tmp_path / "d.json", document({"/pets/{id}": {"get": named}, "/pets/mine": {"get": operation("mine")}})
    )
    targets = {case.request(made).target for case in generate(made) if case.operation_id == "named"}
    assert "/pets/yours" in targets
    assert "/pets/mine" not in targets


def test_a_document_that_contradicts_itself_gives_what_can_be_had(tmp_path: Path) -> None:
    """Where no body can be good there is no valid case, and no crash."""
    impossible = {"type": "object", "required": ["a"], "properties": {"a": False}}
    made = written(tmp_path / "d.json", document({"/a": {"post": operation("a", requestBody=body(impossible))}}))
    cases = generate(made)
    assert {case.kind for case in cases} == {"invalid"}


def test_examples_are_sent_as_they_are(tmp_path: Path) -> None:
    """Documented examples of parameters and bodies each make a case, good or not."""
    acting = operation(
        "act",
        parameters=[parameter("q", "query", {"type": "string"}, example="from the document")],
        requestBody={
            "content": {
                "application/json": {
                    "schema": {"type": "object", "properties": {"a": {"type": "integer"}}},
                    "examples": {"one": {"value": {"a": 4711}}},
                }
            }
        },
    )
    made = written(tmp_path / "d.json", document({"/a": {"post": acting}}))
    asks = [case.ask for case in generate(made) if case.aim.keyword == "example"]
    assert any(parameters(ask).get("q") == "from the document" for ask in asks)
    assert any(ask.body == {"a": 4711} for ask in asks)


def parameters(ask: Ask) -> dict[str, Any]:
    """The query parameters of an ask."""
    return dict(ask.parameters.get("query", {}))


def pairs(cases: list[Case], names: tuple[str, ...]) -> Iterator[tuple[str, bool, str, bool]]:
    """Which two properties are there or not in the body of some case."""
    for case in cases:
        if case.kind == "valid" and isinstance(case.ask.body, dict):
            for one in names:
                for other in names:
                    if one < other:
                        yield one, one in case.ask.body, other, other in case.ask.body


def test_optional_properties_come_in_all_pairs(tmp_path: Path) -> None:
    """Of any two optional properties there is a case with both, with either and with neither."""
    names = tuple("abcdefghijkl")
    schema = {"type": "object", "properties": {name: {"type": "integer"} for name in names}}
    made = written(tmp_path / "d.json", document({"/a": {"post": operation("a", requestBody=body(schema))}}))
    found = set(pairs(generate(made), names))
    assert len(found) == 4 * len(names) * (len(names) - 1) // 2
