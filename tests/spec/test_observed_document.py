"""The observed document: the published one with both overlays on top, for either release."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from openapi_spec_validator import OpenAPIV31SpecValidator

from chatwoot_documents import EFFECTIVE, OBSERVED, PUBLISHED, RELEASE_4_13, reachable
from understudy.contract.document import load, operations

DIFFERENCES = {f"D{number}" for number in range(1, 23)}
MEDIA_TYPES = ["application/json", "application/x-www-form-urlencoded", "multipart/form-data"]
ADDED = {
    "replace-a-contact",
    "replace-a-message",
    "get-details-of-a-inbox",
    "get-csat-survey",
    "update-csat-survey",
    "replace-csat-survey",
    "redirect-to-attachment",
    "download-attachment",
}
FAILING = {
    "create-a-contact",
    "get-details-of-a-contact",
    "update-a-contact",
    "replace-a-contact",
    "create-a-conversation",
    "create-a-message",
    "update-a-message",
    "replace-a-message",
    "update-csat-survey",
    "replace-csat-survey",
}
REFUSALS = ("400", "404", "413", "415", "422")


@pytest.fixture(scope="module", params=sorted(EFFECTIVE))
def effective(request: pytest.FixtureRequest) -> dict[str, Any]:
    """The effective document of a release."""
    return load(PUBLISHED, EFFECTIVE[request.param]).data


def by_id(document: dict[str, Any]) -> dict[str, Any]:
    """The operations by operationId."""
    return {node["operationId"]: node for _, _, node, _ in operations(document)}


def schemas(node: Any) -> Iterator[dict[str, Any]]:
    """Every object below a node that may be a schema."""
    if isinstance(node, dict):
        yield node
        for value in node.values():
            yield from schemas(value)
    elif isinstance(node, list):
        for item in node:
            yield from schemas(item)


def test_the_effective_document_is_valid(effective: dict[str, Any]) -> None:
    """OpenAPI 3.1, by a validator that is not ours."""
    assert list(OpenAPIV31SpecValidator(effective).iter_errors()) == []


def test_nothing_is_left_that_no_operation_reaches(effective: dict[str, Any]) -> None:
    """What the overlays replace is gone: the error body that never comes, the answers of the other release."""
    defined = {(kind, name) for kind, named in effective["components"].items() for name in named}
    assert defined == reachable(effective)


def test_it_adds_eight_operations(effective: dict[str, Any]) -> None:
    """PUT twice, the inbox, the survey's three, and two steps to a file; none of the twelve is lost."""
    published = set(by_id(load(PUBLISHED).data))
    assert set(by_id(effective)) == published | ADDED
    assert len(effective["paths"]) == 13


def test_no_operation_answers_401(effective: dict[str, Any]) -> None:
    """D1: nobody is ever asked for credentials."""
    assert not [name for name, node in by_id(effective).items() if "401" in node["responses"]]
    assert all(node["security"] == [] for node in by_id(effective).values())


def test_every_operation_documents_how_it_refuses(effective: dict[str, Any]) -> None:
    """D3: everywhere 404 in the product's words, 429 in plain text, and our gate's own refusals beside them."""
    for node in by_id(effective).values():
        content = node["responses"]["404"]["content"]
        assert content["application/json"]["schema"] == {"$ref": "#/components/schemas/not_found_error"}
        assert list(node["responses"]["429"]["content"]) == ["text/plain"]
        for status in REFUSALS:
            problem = node["responses"][status]["content"]["application/problem+json"]
            assert problem["schema"] == {"$ref": "#/components/schemas/understudy_problem"}


def test_a_500_is_documented_where_real_servers_fail(effective: dict[str, Any]) -> None:
    """D18, W4: on contacts, on what stores text, on surveys, and nowhere else."""
    assert {name for name, node in by_id(effective).items() if "500" in node["responses"]} == FAILING


def test_every_body_is_optional_and_may_be_a_form(effective: dict[str, Any]) -> None:
    """D4: only the answer to a survey cannot be left out; a body that nobody reads may be anything."""
    for name, node in by_id(effective).items():
        if "requestBody" not in node:
            assert name.startswith(("get-", "list-", "redirect-", "download-"))
            continue
        body = node["requestBody"]
        assert body["required"] is name.endswith("csat-survey")
        unread = name in {"resolve-conversation", "update-last-seen", "toggle-typing-status"}
        assert list(body["content"]) == [*MEDIA_TYPES, *(["text/plain"] if unread else [])]
        assert "400" in node["responses"]


@pytest.mark.parametrize(("patch", "put"), [("contact", "contact"), ("message", "message"), ("csat", "csat")])
def test_put_is_patch(effective: dict[str, Any], patch: str, put: str) -> None:
    """D5: the two differ in name and summary alone."""
    found = by_id(effective)
    (one,) = [node for name, node in found.items() if name.startswith("update-") and patch in name]
    (other,) = [node for name, node in found.items() if name.startswith("replace-") and put in name]
    named = {"operationId", "summary", "description"}
    assert {k: v for k, v in one.items() if k not in named} == {k: v for k, v in other.items() if k not in named}


def test_a_get_may_be_answered_with_304(effective: dict[str, Any]) -> None:
    """W1: whatever answers 200 to a GET has an entity tag to come back with; a redirect has none."""
    found = {node["operationId"] for _, method, node, _ in operations(effective) if "304" in node["responses"]}
    gets = {node["operationId"] for _, method, node, _ in operations(effective) if method == "get"}
    assert found == gets - {"redirect-to-attachment"}


def test_success_shapes_stay_open(effective: dict[str, Any]) -> None:
    """A new key is no broken promise; only errors are closed."""
    for name, schema in effective["components"]["schemas"].items():
        closed = any(node.get("additionalProperties") is False for node in schemas(schema))
        assert closed == name.endswith("_error")


def test_links_lead_to_whatever_takes_an_id(effective: dict[str, Any]) -> None:
    """W8: a link fills in all that the operation's path asks for; what no answer leads to takes none."""
    paths = {node["operationId"]: template for template, _, node, _ in operations(effective)}
    links = [
        link
        for node in by_id(effective).values()
        for answer in node["responses"].values()
        for link in answer.get("links", {}).values()
    ]
    unlinked = {"get-details-of-a-inbox", "redirect-to-attachment", "download-attachment"}
    assert {link["operationId"] for link in links} == set(paths) - unlinked
    for link in links:
        wanted = set(re.findall(r"{(\w+)}", paths[link["operationId"]]))
        assert wanted <= set(link["parameters"])


def test_what_the_product_refuses_is_marked(effective: dict[str, Any]) -> None:
    """W3: a mark stands on exactly the rules that the product answers with 422 itself."""
    marked = {
        name
        for name, schema in effective["components"]["schemas"].items()
        if any(node.get("x-refused-by") == "product" for node in schemas(schema))
    }
    assert marked == {"email_rule", "phone_number_rule", "content_rule", "custom_attribute_rule"}


def test_examples_name_what_the_seed_holds(effective: dict[str, Any]) -> None:
    """The first request that somebody tries out of the document finds something."""
    examples = {p["name"]: p["example"] for p in effective["components"]["parameters"].values() if "example" in p}
    assert examples == {"inbox_identifier": "demo-inbox", "contact_identifier": "demo-contact", "conversation_id": 1}


@pytest.mark.parametrize("path", [OBSERVED, RELEASE_4_13], ids=lambda path: path.name)
def test_every_action_names_the_difference_it_answers(path: Any) -> None:
    """Each description begins with codes that the head of the observed overlay explains."""
    explained = set(re.findall(r"^#   ([DW]\d+) ", OBSERVED.read_text(), re.MULTILINE))
    for action in yaml.safe_load(path.read_text())["actions"]:
        codes, colon, text = action["description"].partition(": ")
        assert colon, action
        assert text, action
        assert set(codes.split(", ")) <= explained, action


def test_every_difference_is_answered() -> None:
    """D1 to D22 are all explained, and all answered by an action."""
    text = OBSERVED.read_text()
    explained = set(re.findall(r"^#   ([DW]\d+) ", text, re.MULTILINE))
    answered = {
        code
        for action in yaml.safe_load(text)["actions"]
        for code in action["description"].partition(": ")[0].split(", ")
    }
    assert explained >= DIFFERENCES
    assert answered == explained
