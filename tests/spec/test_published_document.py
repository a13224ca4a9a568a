"""The published document: the vendor's facts, exactly, in our own words.

The digest was taken from the vendor's own file, stripped the same way: of prose and of what no operation
reaches. A test that needs no copy of that file, and that no change of a fact can pass.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from chatwoot_documents import OVERLAYS, PUBLISHED, reachable
from understudy.contract.document import load, operations

DIGEST = "860eea8bd4cba196b696afd26b334779fcc5bc7156687d038914ef8d78ae6ed6"
PROSE = frozenset({"description", "summary"})

CONTACTS = "/public/api/v1/inboxes/{inbox_identifier}/contacts"
CONTACT = CONTACTS + "/{contact_identifier}"
CONVERSATION = CONTACT + "/conversations/{conversation_id}"
OPERATIONS = [
    ("post", CONTACTS, "create-a-contact", "public_contact"),
    ("get", CONTACT, "get-details-of-a-contact", "public_contact"),
    ("patch", CONTACT, "update-a-contact", "public_contact_record"),
    ("post", CONTACT + "/conversations", "create-a-conversation", "public_conversation"),
    ("get", CONTACT + "/conversations", "list-all-contact-conversations", "[public_conversation]"),
    ("get", CONVERSATION, "get-single-conversation", "public_conversation"),
    ("post", CONVERSATION + "/toggle_status", "resolve-conversation", "public_conversation"),
    ("post", CONVERSATION + "/toggle_typing", "toggle-typing-status", ""),
    ("post", CONVERSATION + "/update_last_seen", "update-last-seen", ""),
    ("post", CONVERSATION + "/messages", "create-a-message", "public_message"),
    ("get", CONVERSATION + "/messages", "list-all-conversation-messages", "[public_message]"),
    ("patch", CONVERSATION + "/messages/{message_id}", "update-a-message", "public_message"),
]
WITH_A_404 = {
    "get-details-of-a-contact",
    "get-single-conversation",
    "resolve-conversation",
    "toggle-typing-status",
    "update-last-seen",
}
WITH_A_BODY = {
    "create-a-contact",
    "update-a-contact",
    "create-a-conversation",
    "toggle-typing-status",
    "create-a-message",
    "update-a-message",
}

Published = dict[str, Any]


@pytest.fixture(scope="module")
def published() -> Published:
    """The published document, loaded."""
    return load(PUBLISHED).data


def by_id(published: Published) -> dict[str, Any]:
    """The operations by operationId."""
    return {node["operationId"]: node for _, _, node, _ in operations(published)}


def stripped(node: Any) -> Any:
    """The node without prose; a property that is called `description` is no prose."""
    if isinstance(node, dict):
        return {k: stripped(v) for k, v in node.items() if not (k in PROSE and isinstance(v, str))}
    if isinstance(node, list):
        return [stripped(item) for item in node]
    return node


def prose(node: Any) -> Iterator[str]:
    """Every text that is written for people."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in PROSE and isinstance(value, str):
                yield value
            else:
                yield from prose(value)
    elif isinstance(node, list):
        for item in node:
            yield from prose(item)


def test_the_facts_are_the_vendors(published: Published) -> None:
    """Stripped of prose, the document equals the vendor's, stripped of prose and of the unreachable."""
    text = json.dumps(stripped(published), sort_keys=True, separators=(",", ":"))
    assert hashlib.sha256(text.encode()).hexdigest() == DIGEST


def test_nothing_is_in_it_that_no_operation_reaches(published: Published) -> None:
    """Every component is referred to; the security schemes are not, since every operation goes without."""
    components = published["components"]
    assert {(kind, name) for kind, named in components.items() for name in named} == reachable(published)
    assert set(components) == {"schemas", "parameters"}


def test_its_tags_are_those_of_its_operations(published: Published) -> None:
    """Of the vendor's tag groups the one is left whose tags the operations carry."""
    carried = {tag for node in by_id(published).values() for tag in node["tags"]}
    assert [tag["name"] for tag in published["tags"]] == ["Contacts API", "Conversations API", "Messages API"]
    assert published["x-tagGroups"] == [{"name": "Client", "tags": sorted(carried)}]


def test_it_has_nine_paths_and_twelve_operations(published: Published) -> None:
    """Each operation stands where the vendor put it and answers with the vendor's schema."""
    found = []
    for template, method, node, _ in operations(published):
        schema = node["responses"]["200"].get("content", {}).get("application/json", {}).get("schema", {})
        name = schema.get("$ref", "").rpartition("/")[2]
        if schema.get("type") == "array":
            name = f"[{schema['items']['$ref'].rpartition('/')[2]}]"
        found.append((method, template, node["operationId"], name))
    assert sorted(found) == sorted(OPERATIONS)
    assert len(published["paths"]) == 9


def test_it_announces_what_never_comes(published: Published) -> None:
    """401 on every operation, 404 on five, no other failure, and one error body for all of them."""
    for name, node in by_id(published).items():
        assert set(node["responses"]) == {"200", "401"} | ({"404"} if name in WITH_A_404 else set())
        for status in set(node["responses"]) - {"200"}:
            content = node["responses"][status]["content"]
            assert content == {"application/json": {"schema": {"$ref": "#/components/schemas/bad_request_error"}}}


def test_it_demands_bodies_and_no_credentials(published: Published) -> None:
    """Where there is a body it is required and JSON; security is empty everywhere."""
    found = by_id(published)
    assert {name for name, node in found.items() if "requestBody" in node} == WITH_A_BODY
    for name in WITH_A_BODY:
        assert found[name]["requestBody"]["required"] is True
        assert list(found[name]["requestBody"]["content"]) == ["application/json"]
    assert all(node["security"] == [] for node in found.values())


def test_its_schemas_promise_next_to_nothing(published: Published) -> None:
    """No schema requires a property and none forbids one: the reason why there is an overlay."""
    for schema in published["components"]["schemas"].values():
        assert "required" not in schema
        assert schema.get("additionalProperties", True) is True


def test_the_typing_status_is_a_word(published: Published) -> None:
    """`on` and `off` stay text, which an older YAML would read as true and false."""
    typing = by_id(published)["toggle-typing-status"]["requestBody"]["content"]["application/json"]["schema"]
    assert typing["properties"]["typing_status"]["enum"] == ["on", "off"]


def test_every_operation_and_property_is_explained(published: Published) -> None:
    """The prose is ours and it is there: on operations, answers, parameters and described properties."""
    for node in by_id(published).values():
        assert node["summary"]
        assert node["description"]
    texts = list(prose(published))
    assert len(texts) > 120
    assert all(text.strip() == text and text for text in texts)


@pytest.mark.parametrize("path", [PUBLISHED, *OVERLAYS], ids=lambda path: path.name)
def test_the_files_are_plain_to_read(path: Any) -> None:
    """No anchors and no aliases, two spaces a level, no tab."""
    text = path.read_text()
    events = list(yaml.parse(text, Loader=yaml.CSafeLoader))
    assert not any(isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) for event in events)
    indents = [len(line) - len(line.lstrip(" ")) for line in text.splitlines() if line.strip()]
    assert all(indent % 2 == 0 for indent in indents)
    assert "\t" not in text
