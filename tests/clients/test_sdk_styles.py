"""Requests exactly as real clients of Chatwoot's client API put them on the wire, byte for byte where it matters.

Each test is one client's habit. The played server must take it without a workaround, and the contract without a
complaint: a style that real servers take is no breach. Knows requests and answers only; what the answers mean is
tested beside the handlers.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

import httpx

from played import Client

INBOX = "/public/api/v1/inboxes/demo-inbox"
CONTACT = f"{INBOX}/contacts/demo-contact"
CONVERSATION = f"{CONTACT}/conversations/1"
PNG = b"\x89PNG\r\n\x1a\n"
JSON = {"Content-Type": "application/json"}


def taken(response: httpx.Response) -> Any:
    """The answer to a request that was neither refused nor found to break the contract."""
    assert response.status_code == 200, response.text
    assert not {"understudy-refused", "understudy-violations"} & set(response.headers), response.headers
    return response.json() if response.content else None


def multipart(boundary: str, *parts: tuple[str, bytes]) -> tuple[bytes, str]:
    """A multipart body from the header lines and the content of each part, and its Content-Type."""
    body = b"".join(f"--{boundary}\r\n{headers}\r\n\r\n".encode() + content + b"\r\n" for headers, content in parts)
    return body + f"--{boundary}--\r\n".encode(), f"multipart/form-data; boundary={boundary}"


def sent(client: Client, body: bytes, content_type: str, **headers: str) -> Any:
    """A message sent with the given body, as the server answers it."""
    headers["Content-Type"] = content_type
    return taken(client.post(f"{CONVERSATION}/messages", content=body, headers=headers))


# ── Contacts ─────────────────────────────────────────────────────────────────────────────────────────────


def test_explicit_nulls(chatwoot: Client) -> None:
    """Every unknown field as an explicit null, as the Flutter SDK sends its user, makes a contact with a made-up name."""
    fields = "identifier identifier_hash name email avatar_url phone_number custom_attributes".split()
    contact = taken(chatwoot.post(f"{INBOX}/contacts", json=dict.fromkeys(fields)))
    assert contact["name"]
    assert (contact["email"], contact["phone_number"]) == (None, None)


def test_every_field_an_empty_string(chatwoot: Client) -> None:
    """Every unknown field as an empty string, as the n8n node sends its form, makes a contact and then changes nothing."""
    fields = dict.fromkeys("identifier identifier_hash email name phone_number avatar_url avatar".split(), "")
    body = {**fields, "custom_attributes": {}}
    assert taken(chatwoot.post(f"{INBOX}/contacts", json=body, headers={"Api-Access-Token": "t"}))["name"] == ""
    before = taken(chatwoot.get(CONTACT))
    assert taken(chatwoot.patch(CONTACT, json=body)) == before


def test_no_body_and_no_media_type(chatwoot: Client) -> None:
    """An XMLHttpRequest sent without a body, as Chatwoot's own client-api-demo does, makes contact and conversation."""
    contact = taken(chatwoot.post(f"{INBOX}/contacts"))
    made = taken(chatwoot.post(f"{INBOX}/contacts/{contact['source_id']}/conversations"))
    assert made["contact"]["id"] == contact["id"]


def test_no_body_with_a_json_media_type(chatwoot: Client) -> None:
    """No body under a JSON media type, as Dio, fetch and Go clients send it, is no body wherever none is needed."""
    made = taken(chatwoot.post(f"{CONTACT}/conversations", headers=JSON))
    assert made["messages"] == []
    assert taken(chatwoot.post(f"{CONVERSATION}/update_last_seen", headers=JSON)) is None
    assert taken(chatwoot.post(f"{CONVERSATION}/toggle_status", headers=JSON))["status"] == "resolved"
    assert taken(chatwoot.post(f"{INBOX}/contacts", headers=JSON))["name"]


def test_null_as_the_whole_json_body(chatwoot: Client) -> None:
    """`axios.post(url, null)` with a JSON media type sends the four letters null: that is no body either."""
    for path in (f"{INBOX}/contacts", f"{CONTACT}/conversations", f"{CONVERSATION}/messages"):
        assert taken(chatwoot.post(path, content=b"null", headers=JSON))["id"], path
    for path in ("toggle_typing", "update_last_seen"):
        assert taken(chatwoot.post(f"{CONVERSATION}/{path}", content=b"null", headers=JSON)) is None
    assert taken(chatwoot.patch(CONTACT, content=b"null", headers=JSON))["name"] == "Dana Demo"
    assert taken(chatwoot.patch(f"{CONVERSATION}/messages/1", content=b"null", headers=JSON))["id"] == 1


def test_an_empty_form(chatwoot: Client) -> None:
    """A form of length 0, as `curl -d ''` and jQuery send it, is no body either."""
    form = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "0"}
    for path in (f"{INBOX}/contacts", f"{CONTACT}/conversations", f"{CONVERSATION}/messages"):
        assert taken(chatwoot.post(path, headers=form))["id"], path
    assert taken(chatwoot.post(f"{CONVERSATION}/toggle_typing", headers=form)) is None


def test_a_nested_form(chatwoot: Client) -> None:
    """Nested attributes in brackets, as axios writes an object into a form, arrive with their structure."""
    form = {"name": "Fay", "custom_attributes[plan]": "x", "custom_attributes[tags][]": ["a", "b"]}
    contact = taken(chatwoot.post(f"{INBOX}/contacts", data=form))
    made = taken(chatwoot.post(f"{INBOX}/contacts/{contact['source_id']}/conversations", json={}))
    assert made["contact"]["custom_attributes"] == {"plan": "x", "tags": ["a", "b"]}


def test_tokens_that_nobody_asked_for(chatwoot: Client) -> None:
    """Access tokens, as @figuro/chatwoot-sdk adds them to every call, change nothing."""
    tokens = {"Authorization": "Bearer t", "api_access_token": "t", "Accept": "application/json"}
    assert taken(chatwoot.get(CONTACT, headers=tokens)) == taken(chatwoot.get(CONTACT))


def test_a_name_of_ones_own_for_the_contact(chatwoot: Client) -> None:
    """Creating the contact again with its own `source_id` at each start, as bridges do, always gives the same contact."""
    body = {"source_id": "visitor-9", "identifier": "visitor-9", "name": "Vi", "phone_number": "+15550109"}
    first = taken(chatwoot.post(f"{INBOX}/contacts", json=body))
    assert taken(chatwoot.post(f"{INBOX}/contacts", json={**body, "name": "Other"})) == first


def test_a_proof_of_identity(chatwoot: Client) -> None:
    """`identifier` with its HMAC in the body, as SDKs with identity validation send them, opens a closed inbox."""
    proof = hmac.new(b"secureinboxhmactoken2468", b"user-8", hashlib.sha256).hexdigest()
    known = {"identifier": "user-8", "identifier_hash": proof}
    contacts = "/public/api/v1/inboxes/secure-inbox/contacts"
    contact = taken(chatwoot.post(contacts, json={**known, "name": "Ida", "email": None}))
    here = f"{contacts}/{contact['source_id']}"
    assert taken(chatwoot.patch(here, json={**known, "name": "Ida B"}))["name"] == "Ida B"
    assert taken(chatwoot.get(here, params=known))["id"] == contact["id"]


# ── Conversations ────────────────────────────────────────────────────────────────────────────────────────


def test_keys_of_the_other_api(chatwoot: Client) -> None:
    """Keys that belong to the application API, as many integrations send them, are overlooked."""
    body = {"source_id": "demo-contact", "inbox_id": 1, "status": "pending", "additional_attributes": {"a": 1}}
    assert taken(chatwoot.post(f"{CONTACT}/conversations", json=body))["status"] == "open"
    message = {"content": "x", "message_type": "outgoing", "private": True, "content_attributes": {"a": 1}}
    answer = taken(chatwoot.post(f"{CONVERSATION}/messages", json=message))
    assert (answer["message_type"], answer["content_attributes"]) == (0, {})


def test_typing_in_every_place(chatwoot: Client) -> None:
    """`typing_status` in the body (Go), the query (axios), a form (requests) or, as documented, twice: all are taken."""
    path, on = f"{CONVERSATION}/toggle_typing", {"typing_status": "on"}
    assert taken(chatwoot.post(path, json=on)) is None
    assert taken(chatwoot.post(path, params=on)) is None
    assert taken(chatwoot.post(path, data=on)) is None
    assert taken(chatwoot.post(path, params=on, json={**on, "is_private": False})) is None


def test_empty_objects(chatwoot: Client) -> None:
    """An empty object in every POST, as fetch wrappers with a default body send it, does what no body does."""
    contact = taken(chatwoot.post(f"{INBOX}/contacts", json={}))
    here = f"{INBOX}/contacts/{contact['source_id']}/conversations"
    made = taken(chatwoot.post(here, json={}))
    assert taken(chatwoot.post(f"{here}/{made['id']}/update_last_seen", json={})) is None
    assert taken(chatwoot.post(f"{here}/{made['id']}/toggle_status", json={}))["status"] == "resolved"


# ── Messages and files ───────────────────────────────────────────────────────────────────────────────────


def test_a_charset_beside_json(chatwoot: Client) -> None:
    """`application/json;charset=UTF-8`, as the client-api-demo writes it, is JSON."""
    content = "Grüße 👋"
    body = json.dumps({"content": content}, ensure_ascii=False).encode()
    assert sent(chatwoot, body, "application/json;charset=UTF-8")["content"] == content


def test_text_alone_in_a_multipart_body(chatwoot: Client) -> None:
    """A message without files, in the multipart body that the Flutter SDK uses for every message, is a plain message."""
    described = "content-type: text/plain; charset=utf-8\r\ncontent-transfer-encoding: binary"
    body, media_type = multipart(
        "--dio-boundary-0123456789",
        ('content-disposition: form-data; name="echo_id"', b"8a7f"),
        (f'content-disposition: form-data; name="content"\r\n{described}', "Zażółć".encode()),
    )
    answer = sent(chatwoot, body, media_type)
    assert answer["content"] == "Zażółć"
    assert "attachments" not in answer


def test_files_from_dio(chatwoot: Client) -> None:
    """Files beside empty text, header names in lower case, as the Flutter SDK sends them, arrive in order."""
    file = 'content-disposition: form-data; name="attachments[]"; filename'
    body, media_type = multipart(
        "--dio-boundary-0123456789",
        ('content-disposition: form-data; name="content"', b""),
        (f'{file}="a.png"\r\ncontent-type: image/png', PNG),
        (f'{file}="b.pdf"\r\ncontent-type: application/pdf', b"%PDF"),
    )
    files = sent(chatwoot, body, media_type)["attachments"]
    assert [(file["file_type"], file["extension"]) for file in files] == [("image", "png"), ("file", "pdf")]


def test_a_file_from_a_browser(chatwoot: Client) -> None:
    """A file alone from `FormData`, as chat widgets upload it, can be fetched from its `data_url` by another origin."""
    body, media_type = multipart(
        "----WebKitFormBoundaryAbCdEfGh",
        ('Content-Disposition: form-data; name="attachments[]"; filename="żółw 1.png"\r\nContent-Type: image/png', PNG),
    )
    answer = sent(chatwoot, body, media_type, Accept="*/*", Origin="http://localhost:5173")
    assert answer["content"] is None
    file = chatwoot.get(answer["attachments"][0]["data_url"], follow_redirects=True)
    assert (file.status_code, file.headers["content-type"], file.content) == (200, "image/png", PNG)


def test_a_file_from_form_data(chatwoot: Client) -> None:
    """A boundary of dashes and a file before the text, as axios with form-data writes them, are read."""
    file = 'Content-Disposition: form-data; name="attachments[]"; filename="note.txt"'
    body, media_type = multipart(
        "-" * 26 + "123456789012345678901234",
        (f"{file}\r\nContent-Type: text/plain", b"abc"),
        ('Content-Disposition: form-data; name="content"', b"see"),
    )
    answer = sent(chatwoot, body, media_type)
    assert (answer["content"], answer["attachments"][0]["file_size"]) == ("see", 3)


def test_a_file_from_aiohttp(chatwoot: Client) -> None:
    """Parts with a length of their own and a name in percent signs, as aiohttp writes them, are read."""
    file = 'Content-Disposition: form-data; name="attachments[]"; filename="voice%20note.ogg"'
    body, media_type = multipart(
        "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
        (f"Content-Type: audio/ogg\r\n{file}\r\nContent-Length: 4", b"OggS"),
        ('Content-Type: text/plain; charset=utf-8\r\nContent-Disposition: form-data; name="content"', b"listen"),
    )
    answer = sent(chatwoot, body, media_type)
    assert (answer["content"], answer["attachments"][0]["file_type"]) == ("listen", "audio")


def test_files_from_requests(chatwoot: Client) -> None:
    """Several files in one call, one of them without a media type and one empty, as requests sends them, all arrive."""
    parts: list[Any] = [("a.png", PNG, "image/png"), ("log", b"x"), ("e", b"")]
    files = [("attachments[]", part) for part in parts]
    answer = taken(chatwoot.post(f"{CONVERSATION}/messages", data={"content": "three"}, files=files))
    assert [item["file_size"] for item in answer["attachments"]] == [8, 1, 0]


def test_answers_as_list_and_as_object(chatwoot: Client) -> None:
    """Answers as a list (widgets) and as an object (@figuro/chatwoot-sdk, after the document) are kept as they came."""
    for values in (
        [{"name": "email", "title": "Email", "value": "a@b.example"}],
        {"name": "a", "title": "t", "value": "v", "csat_survey_response": {"feedback_message": "good", "rating": 5}},
    ):
        answer = taken(chatwoot.patch(f"{CONVERSATION}/messages/1", json={"submitted_values": values}))
        assert answer["content_attributes"]["submitted_values"] == values


def test_a_survey_by_put(chatwoot: Client) -> None:
    """The survey's answer, nested and by PUT as the Flutter SDK sends it, is filed."""
    uuid = taken(chatwoot.post(f"{CONVERSATION}/toggle_status"))["uuid"]
    survey = {"rating": 5, "feedback_message": "Quick."}
    path = f"/public/api/v1/csat_survey/{uuid}"
    taken(chatwoot.put(path, json={"message": {"submitted_values": {"csat_survey_response": survey}}}))
    filed = taken(chatwoot.get(path))["csat_survey_response"]
    assert {key: filed[key] for key in survey} == survey


# ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────


def test_a_query_that_defeats_caches(chatwoot: Client) -> None:
    """A parameter that only defeats caches, as jQuery adds it, may be remarked upon, but changes no answer."""
    path = f"{CONVERSATION}/messages"
    answer = chatwoot.get(path, params={"_": "1700000000000"})
    assert (answer.status_code, answer.json()) == (200, taken(chatwoot.get(path)))


def test_polling_with_validators(chatwoot: Client) -> None:
    """A browser that polls with the last entity tag is told so while nothing changed, and gets the list once it has."""
    path = f"{CONVERSATION}/messages"
    tag = {"If-None-Match": chatwoot.get(path).headers["etag"]}
    assert chatwoot.get(path, headers=tag).status_code == 304
    taken(chatwoot.post(path, json={"content": "new"}))
    assert taken(chatwoot.get(path, headers=tag))[-1]["content"] == "new"


def test_a_page_from_elsewhere(chatwoot: Client) -> None:
    """A page of another origin may send JSON and headers of its own: the browser asks first, and is allowed."""
    origin = {"Origin": "http://localhost:5173"}
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "api_access_token,content-type"}
    allowed = chatwoot.options(f"{CONVERSATION}/messages", headers={**origin, **asked})
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, "*")
    assert allowed.headers["access-control-allow-headers"] == "api_access_token,content-type"
    answer = chatwoot.post(f"{CONVERSATION}/messages", json={"content": "x"}, headers=origin)
    assert taken(answer)["content"] == "x"
    assert answer.headers["access-control-allow-origin"] == "*"
