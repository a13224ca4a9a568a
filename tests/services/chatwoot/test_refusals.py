"""What holds for all operations: methods, paths, media types, and the product's own words."""

from __future__ import annotations

from typing import Any

import pytest

from shop import NOT_FOUND, ROOT, Shop, contact, conversation, inbox, ok, refused, said

JSON = {"accept": "application/json"}


@pytest.fixture
def talk(open_shop: Any) -> Shop:
    """A shop in which Ann has a conversation with a message."""
    opened: Shop = open_shop(conversations=[conversation(said("contact", "hi"))])
    return opened


def test_nobody_is_asked_who_they_are(talk: Shop) -> None:
    """No credentials are needed, and whatever is sent is ignored."""
    headers = {"authorization": "Bearer wrong", "api_access_token": "wrong"}
    assert ok(talk.get(headers=headers)) == ok(talk.get())


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", ""),
        ("POST", ""),
        ("DELETE", "/conversations"),
        ("PATCH", "/conversations/1"),
        ("GET", "/conversations/1/toggle_status"),
        ("PATCH", "/conversations/1/toggle_status"),
        ("GET", "/conversations/1/messages/1"),
        ("DELETE", "/conversations/1/messages/1"),
        ("GET", "/nothing"),
    ],
)
def test_a_wrong_method_is_a_wrong_address(talk: Shop, method: str, path: str) -> None:
    """A method that a path does not have is a 404, never a 405."""
    assert refused(talk.send(method, path, headers=JSON)) == (404, NOT_FOUND)


@pytest.mark.parametrize("accept", ["*/*", "text/html", "application/json, text/plain, */*", ""])
def test_a_wrong_address_is_a_page_for_browsers(talk: Shop, accept: str) -> None:
    """Unless JSON and nothing else is accepted, an unknown address gets a page."""
    answer = talk.get(f"{ROOT}/nothing", headers={"accept": accept})
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.text.startswith("<!DOCTYPE html>")


def test_a_missing_record_is_json_for_everybody(talk: Shop) -> None:
    """A record that is not there is told in JSON, whatever is accepted."""
    answer = talk.get(talk.path(source_id="nobody"), headers={"accept": "text/html"})
    assert refused(answer) == (404, NOT_FOUND)
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


@pytest.mark.parametrize("body", [b"{", b'{"name": }', b"{'name': 1}", b"\xff"])
def test_a_body_that_cannot_be_parsed_is_told_so(talk: Shop, body: bytes) -> None:
    """Malformed JSON is a 400 in the product's words, and nothing is changed."""
    answer = talk.post("/conversations/1/messages", content=body, headers={"content-type": "application/json"})
    assert refused(answer) == (400, {"status": 400, "error": "Bad Request"})
    assert len(talk.read()) == 1


def test_a_dot_ends_what_a_path_can_name(open_shop: Any) -> None:
    """A source id with a dot can be made but not addressed; only .json at the end is understood."""
    shop = open_shop(contacts=[contact("jo")])
    assert ok(shop.enter(source_id="jo@x.com"))["source_id"] == "jo@x.com"
    for source_id in ("jo@x.com", "jo.com", "jo.json.json"):
        assert refused(shop.get(shop.path(source_id=source_id))) == (404, NOT_FOUND)
    assert refused(shop.get(shop.path("/conversations", source_id="jo.json"))) == (404, NOT_FOUND)
    assert ok(shop.get(shop.path(source_id="jo.json")))["source_id"] == "jo"


def test_answers_are_json_with_the_headers_of_rails(talk: Shop) -> None:
    """Every answer has the security headers of Rails; a successful one is JSON, tagged and not to be kept."""
    answer = talk.get(headers={"accept": "text/html"})
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.headers["cache-control"] == "max-age=0, private, must-revalidate"
    assert answer.headers["etag"].startswith('W/"')
    for answered in (answer, talk.get(talk.path(source_id="nobody"))):
        assert answered.headers["x-frame-options"] == "SAMEORIGIN"
        assert answered.headers["x-content-type-options"] == "nosniff"
        assert answered.headers["referrer-policy"] == "strict-origin-when-cross-origin"
        assert answered.headers["x-request-id"]
        assert answered.headers["x-runtime"]


def test_what_a_client_has_is_not_sent_again(talk: Shop) -> None:
    """An unchanged answer is a 304 to who has it, a changed one is sent."""
    tag = {"if-none-match": talk.get("/conversations/1").headers["etag"]}
    assert talk.get("/conversations/1", headers=tag).status_code == 304
    talk.say("more")
    assert talk.get("/conversations/1", headers=tag).status_code == 200


def test_pages_of_any_origin_may_ask(talk: Shop) -> None:
    """A preflight is answered for any origin, header and method; answers say the same where an origin asks."""
    asks = {
        "origin": "https://page.example",
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "x-a",
    }
    preflight = talk.send("OPTIONS", "", headers=asks)
    assert (preflight.status_code, preflight.content) == (200, b"")
    assert preflight.headers["access-control-allow-headers"] == "x-a"
    for answer in (preflight, talk.get(headers={"origin": "https://page.example"})):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert answer.headers["access-control-allow-methods"] == "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
        assert answer.headers["access-control-max-age"] == "7200"
        assert answer.headers["vary"] == "Origin"
        assert "access-control-allow-credentials" not in answer.headers
    assert "access-control-allow-origin" not in talk.get().headers


def test_the_same_requests_get_the_same_answers(open_shop: Any) -> None:
    """With one seed and a frozen clock, the same requests get byte-identical answers, headers included."""

    def play() -> list[tuple[int, bytes, list[tuple[str, str]]]]:
        shop = open_shop(
            inboxes=[inbox(csat_survey_enabled=True, greeting_enabled=True, greeting_message="Hi!")],
            conversations=[conversation()],
        )
        answers = [
            shop.enter(name=None),
            shop.post("/conversations/1/messages", files=[("attachments[]", ("a.png", b"x", "image/png"))]),
            shop.post("/conversations/1/toggle_status"),
            shop.get("/conversations"),
            shop.get(shop.path(source_id="nobody")),
        ]
        return [(answer.status_code, answer.content, answer.headers.multi_items()) for answer in answers]

    assert play() == play()
