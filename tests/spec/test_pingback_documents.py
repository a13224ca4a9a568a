"""Pingback's documents: the published one has the page's contradictions, the observed one settles each."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from chatwoot_documents import reachable
from understudy.bundled import SPEC
from understudy.contract.contract import Contract
from understudy.contract.document import load
from understudy.contract.exchange import Request, Response

PUBLISHED = SPEC / "pingback/conversations.yaml"
OBSERVED = SPEC / "pingback/observed.overlay.yaml"
REFUSALS = SPEC / "understudy/refusals.overlay.yaml"
OMNIVIBE = SPEC / "omnivibe/omnivibe.overlay.yaml"
PATH = "/api/v1/conversations/"
CONTRACTS = {"published": Contract(load(PUBLISHED)), "observed": Contract(load(PUBLISHED, [OBSERVED]))}
REQUEST = {"business_id": "b0000000-0000-4000-8000-000000000001"}


def operation(profile: str) -> Any:
    """The one operation."""
    return CONTRACTS[profile].by_id["create-conversation"].node


def example(profile: str) -> Any:
    """A copy of the example of the answer."""
    content = CONTRACTS[profile].data["components"]["responses"]["conversation_created"]["content"]
    return orjson.loads(orjson.dumps(content["application/json"]["example"]))


def asked(body: Any = None, token: str | None = "x") -> Request:
    """A request of a client with a token."""
    headers = [(b"content-type", b"application/json")]
    headers += [(b"authorization", f"Bearer {token}".encode())] if token else []
    raw = orjson.dumps(REQUEST if body is None else body)
    return Request("POST", PATH, headers=headers, body=raw, template=PATH)


def broken(profile: str, body: Any, status: int = 201) -> set[tuple[str, str]]:
    """Where and how an answer breaks a profile's contract."""
    response = Response(status, [(b"content-type", b"application/json")], orjson.dumps(body))
    return {(v.where, v.code) for v in CONTRACTS[profile].check_response(asked(), response)}


@pytest.mark.parametrize("profile", sorted(CONTRACTS))
def test_the_documents_are_valid_and_whole(profile: str) -> None:
    """OpenAPI 3.1, by a validator that is not ours; no component is left over, and the slash ends the one path."""
    data: Any = CONTRACTS[profile].data
    assert list(OpenAPIV31SpecValidator(data).iter_errors()) == []
    defined = {(kind, name) for kind, named in data["components"].items() for name in named}
    assert defined - {("securitySchemes", "token")} == reachable(data)
    assert list(data["paths"]) == [PATH]
    assert data["servers"] == [{"url": "https://api.pingback.live"}]


def test_the_page_contradicts_itself_and_so_does_the_published_document() -> None:
    """Its example has a message without a first response, and numbers for the customer's ids."""
    page = example("published")
    assert page["messages"]
    assert page["first_response_at"] is None
    assert (page["customer"]["id"], page["customer"]["business_id"]) == (42, 7)
    assert broken("published", page, 201) == set()


def test_the_observed_document_breaks_the_pages_example_exactly_where_it_errs() -> None:
    """P1, P2: the page's own example is no valid answer, for these three reasons and no other; put right, it is."""
    assert broken("observed", example("published")) == {
        ("/body/first_response_at", "schema-type"),
        ("/body/customer/id", "schema-type"),
        ("/body/customer/business_id", "schema-type"),
    }
    assert broken("observed", example("observed")) == set()


def test_a_first_response_without_a_message_is_no_answer_either() -> None:
    """P1: the first response is there exactly where a message is."""
    silent = example("observed") | {"messages": []}
    assert broken("observed", silent) == {("/body/first_response_at", "schema-type")}
    assert broken("observed", silent | {"first_response_at": None}) == set()


@pytest.mark.parametrize("status", [200, 201])
def test_either_success_status_keeps_the_contract(status: int) -> None:
    """P4: 200 and 201 will do in either profile; what else means success does so as published alone."""
    for profile in CONTRACTS:
        assert broken(profile, example(profile), status) == set()
    assert broken("published", example("published"), 202) == set()
    assert broken("observed", example("observed"), 202) == {("/status", "status-unknown")}


@pytest.mark.parametrize("profile", sorted(CONTRACTS))
@pytest.mark.parametrize("status", [400, 401, 422])
def test_any_error_body_keeps_the_contract(profile: str, status: int) -> None:
    """P7: nothing is promised of the body of an error; other statuses are none that the page names."""
    for body in ({"detail": "no"}, ["no"], "no"):
        assert broken(profile, body, status) == set()
    assert broken(profile, {}, 403) == {("/status", "status-unknown")}


@pytest.mark.parametrize("profile", sorted(CONTRACTS))
def test_a_request_needs_a_business_and_a_token(profile: str) -> None:
    """Both promises stand in both profiles; in the observed one they are the product's to refuse."""
    contract = CONTRACTS[profile]
    assert contract.check_request(asked()) == ()
    wrong: list[tuple[Any, str | None]] = [
        ({}, "x"),
        ({"business_id": "x"}, "x"),
        (REQUEST | {"customer_id": 42}, "x"),
        (REQUEST | {"initial_message": None}, "x"),
        ([], "x"),
        (REQUEST, None),
    ]
    for body, token in wrong:
        (violation,) = contract.check_request(asked(body, token))
        assert contract.refused_by.product(violation) is (profile == "observed"), violation
    codes = {v.code for v in contract.check_request(asked({}, None))}
    assert codes == {"security-missing", "schema-required"}


def test_the_observed_document_says_which_keys_are_always_there() -> None:
    """P8: as published an empty object is a conversation; observed, each missing key is told."""
    assert broken("published", {}) == set()
    whole = example("observed")
    assert broken("observed", {}) >= {(f"/body/{key}", "schema-required") for key in whole}
    for place in (whole["customer"], whole["messages"][0]):
        key, _ = place.popitem()
        assert [where.rpartition("/")[2] for where, _ in broken("observed", whole)] == [key]
        place[key] = "2026-03-04T12:00:00Z"


def test_the_gates_refusals_fit_beside_the_products() -> None:
    """With the gate's own voice on top, its problems and any other body are both documented."""
    responses: Any = load(PUBLISHED, [OBSERVED], voice=REFUSALS).data["paths"][PATH]["post"]["responses"]
    for status in ("400", "422"):
        assert set(responses[status]["content"]) == {"*/*", "application/problem+json"}


def test_every_doubt_is_explained_and_settled() -> None:
    """Each action begins with the doubts that it settles; P1 to P8 are all explained and all settled."""
    text = OBSERVED.read_text()
    explained = set(re.findall(r"^#   (P\d+) ", text, re.MULTILINE))
    settled = set()
    for action in yaml.safe_load(text)["actions"]:
        codes, colon, rest = action["description"].partition(": ")
        assert colon
        assert rest, action
        settled |= set(codes.split(", "))
    assert settled == explained == {f"P{number}" for number in range(1, 9)}


@pytest.mark.parametrize("path", [PUBLISHED, OBSERVED, OMNIVIBE], ids=lambda path: path.name)
def test_the_other_products_files_are_plain_to_read(path: Any) -> None:
    """No anchors and no aliases, two spaces a level, no tab."""
    text = path.read_text()
    events = list(yaml.parse(text, Loader=yaml.CSafeLoader))
    assert not any(isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) for event in events)
    assert all((len(line) - len(line.lstrip(" "))) % 2 == 0 for line in text.splitlines() if line.strip())
    assert "\t" not in text
