"""The observed document at work on requests: what it lets pass, what it refuses, what it leaves to the product."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from chatwoot_exchanges import FORM, JSON, LATER, MULTIPART, WITH_A_BODY, ask, codes


def part(name: str, value: str, filename: str | None = None) -> str:
    """One part of a multipart body."""
    file = f'; filename="{filename}"\r\nContent-Type: image/png' if filename else ""
    return f'--cut\r\nContent-Disposition: form-data; name="{name}"{file}\r\n\r\n{value}\r\n'


TAKEN: list[tuple[str, Any, str]] = [
    ("create-a-contact", {"source_id": "a", "avatar_url": "https://x.example/a.png"}, JSON),
    ("create-a-contact", dict.fromkeys(["identifier", "email", "name", "phone_number", "custom_attributes"]), JSON),
    ("create-a-contact", {"email": "", "phone_number": ""}, JSON),
    ("create-a-contact", {"email": "Al@Acme", "phone_number": "call +4930123456"}, JSON),
    ("create-a-contact", urlencode({"name": "Al", "custom_attributes[plan]": "pro"}), FORM),
    ("replace-a-contact", part("name", "Al") + part("avatar", "PNG", "a.png") + "--cut--\r\n", MULTIPART),
    ("create-a-conversation", {"custom_attributes": {"order": 9999999999, "note": "x" * 1500}}, JSON),
    ("create-a-conversation", urlencode({"custom_attributes[note]": "x" * 1500}), FORM),
    ("resolve-conversation", "anything", "text/plain"),
    ("update-last-seen", [], JSON),
    ("toggle-typing-status", {"typing_status": "perhaps"}, JSON),
    ("toggle-typing-status", b"null", JSON),
    ("toggle-typing-status", "typing_status=on", FORM),
    ("toggle-typing-status", "on", "text/plain"),
    ("create-a-message", {"content": None, "echo_id": None, "attachments": []}, JSON),
    ("create-a-message", {"content": "x" * 150000}, JSON),
    ("create-a-message", "content=Hi&echo_id=1", FORM),
    ("create-a-message", part("attachments[]", "PNG", "a.png") * 2 + "--cut--\r\n", MULTIPART),
    ("update-a-message", {"submitted_values": [{"title": "Blue", "value": "blue"}, {"name": "n", "value": 1}]}, JSON),
    ("update-a-message", {"submitted_values": {"csat_survey_response": {"rating": 5}}}, JSON),
    ("replace-a-message", {"submitted_values": None}, JSON),
    ("update-a-message", urlencode({"submitted_values[csat_survey_response][rating]": "5"}), FORM),
    ("update-csat-survey", {"message": {"submitted_values": {"csat_survey_response": {"rating": 5}}}}, JSON),
    ("replace-csat-survey", urlencode({"message[submitted_values][csat_survey_response][rating]": "5"}), FORM),
]


@pytest.mark.parametrize(("name", "body", "media_type"), TAKEN)
def test_what_real_servers_take_is_taken(name: str, body: Any, media_type: str) -> None:
    """D4, D7, D9, D10, D11, D14, W6: every way in which clients put it keeps the contract."""
    assert LATER.check_request(ask(name, body, media_type)) == ()


@pytest.mark.parametrize("name", [name for name in WITH_A_BODY if not name.endswith("csat-survey")])
def test_no_body_is_needed(name: str) -> None:
    """D4: clients send none, with or without saying of which type it is not."""
    assert LATER.check_request(ask(name)) == ()


REFUSED: list[tuple[str, Any, str, str]] = [
    ("create-a-contact", {"source_id": ""}, JSON, "/body/source_id"),
    ("create-a-contact", {"email": 123}, JSON, "/body/email"),
    ("update-a-contact", {"name": "Al\0"}, JSON, "/body/name"),
    ("create-a-message", {"attachments": ["c2lnbmVk"]}, JSON, "/body/attachments"),
    ("create-a-message", "attachments[]=x", FORM, "/body/attachments[]"),
    ("update-a-message", {"submitted_values": "blue"}, JSON, "/body/submitted_values"),
    ("update-csat-survey", {}, JSON, "/body/message"),
    ("update-csat-survey", None, JSON, "/body"),
]


@pytest.mark.parametrize(("name", "body", "media_type", "where"), REFUSED)
def test_what_breaks_real_servers_is_refused(name: str, body: Any, media_type: str, where: str) -> None:
    """D11, W4, W6: what a real server answers with 500 or drops without a word breaks the contract."""
    found = LATER.check_request(ask(name, body, media_type))
    assert {violation.where for violation in found} == {where}
    assert not any(LATER.refused_by.product(violation) for violation in found)


LEFT: list[tuple[str, Any, str, str]] = [
    ("create-a-contact", {"email": "nobody"}, JSON, "/body/email"),
    ("create-a-contact", "email=nobody", FORM, "/body/email"),
    ("update-a-contact", {"phone_number": "030 123"}, JSON, "/body/phone_number"),
    ("update-a-contact", "phone_number=0301234", FORM, "/body/phone_number"),
    ("create-a-conversation", {"custom_attributes": {"note": "x" * 1501}}, JSON, "/body/custom_attributes/note"),
    ("create-a-conversation", {"custom_attributes": {"order": 10**10}}, JSON, "/body/custom_attributes/order"),
    ("create-a-conversation", {"custom_attributes[n]": "x" * 1501}, FORM, "/body/custom_attributes[n]"),
    ("create-a-message", {"content": "x" * 150001}, JSON, "/body/content"),
    ("create-a-message", {"content": "x" * 150001}, FORM, "/body/content"),
]


@pytest.mark.parametrize(("name", "body", "media_type", "where"), LEFT)
def test_what_the_product_refuses_is_left_to_it(name: str, body: Any, media_type: str, where: str) -> None:
    """W3: the contract sees the broken limit, and that the product has its own words for it."""
    sent = urlencode(body) if media_type == FORM and isinstance(body, dict) else body
    found = LATER.check_request(ask(name, sent, media_type))
    assert [violation.where for violation in found] == [where]
    assert all(LATER.refused_by.product(violation) for violation in found)


@pytest.mark.parametrize("query", [b"", b"typing_status=on", b"typing_status=perhaps"])
def test_typing_may_be_said_in_the_query(query: bytes) -> None:
    """D9: the query parameter is optional and free."""
    assert LATER.check_request(ask("toggle-typing-status", query=query)) == ()


@pytest.mark.parametrize(("query", "kept"), [(b"before=8", True), (b"before=eight", False)])
def test_messages_are_paged_by_number(query: bytes, kept: bool) -> None:  # noqa: FBT001 - a parameter of the table
    """D12: `before` is a number."""
    assert (LATER.check_request(ask("list-all-conversation-messages", query=query)) == ()) is kept


def test_a_nul_byte_leads_nowhere() -> None:
    """W4: no inbox can have it in its identifier."""
    found = LATER.check_request(ask("get-details-of-a-inbox", inbox_identifier="a\0"))
    assert codes(found) == {("/path/inbox_identifier", "path-malformed")}
