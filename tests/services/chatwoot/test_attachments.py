"""Files: what is taken for one, what a message says of it, and how it comes back."""

from __future__ import annotations

from typing import Any

import pytest

from shop import CRASH, NOT_FOUND, Shop, conversation, ok, refused

KEYS = [
    "id", "message_id", "file_type", "account_id", "extension", "content_type", "data_url", "thumb_url",
    "file_size", "width", "height",
]  # fmt: skip
MESSAGES = "/conversations/1/messages"


@pytest.fixture
def talk(open_shop: Any) -> Shop:
    """A shop in which Ann has a conversation."""
    opened: Shop = open_shop(conversations=[conversation()])
    return opened


def upload(shop: Shop, *files: tuple[str, bytes, str], **fields: str) -> Any:
    """Send a message with files."""
    return ok(shop.post(MESSAGES, data=fields, files=[("attachments[]", file) for file in files]))


def test_a_message_carries_files(open_shop: Any) -> None:
    """Files come as attachments[], each with its size and type, in the order they were sent."""
    shop = open_shop(policy="enforce", conversations=[conversation()])
    message = upload(shop, ("a.png", b"12345", "image/png"), ("b.txt", b"", "text/plain"), content="look")
    first, second = message["attachments"]
    assert list(first) == KEYS
    assert message["content"] == "look"
    assert (first["id"], first["message_id"], first["account_id"]) == (1, message["id"], 1)
    assert (first["extension"], first["content_type"], first["file_size"]) == ("png", "image/png", 5)
    assert (first["width"], first["height"]) == (None, None)
    assert (second["id"], second["extension"], second["file_size"]) == (2, "txt", 0)
    assert shop.read() == [message]


@pytest.mark.parametrize(
    ("media_type", "file_type"),
    [
        ("image/jpeg", "image"),
        ("image/png", "image"),
        ("image/gif", "image"),
        ("image/bmp", "image"),
        ("image/webp", "image"),
        ("image/svg+xml", "file"),
        ("video/ogg", "video"),
        ("video/mp4", "video"),
        ("video/webm", "video"),
        ("video/quicktime", "video"),
        ("video/x-msvideo", "file"),
        ("audio/mpeg", "audio"),
        ("audio/ogg", "audio"),
        ("application/pdf", "file"),
    ],
)
def test_the_kind_of_file_follows_its_media_type(talk: Shop, media_type: str, file_type: str) -> None:
    """Images, videos and sounds are known by their media type; only images have a thumbnail, only sounds a text."""
    (file,) = upload(talk, ("f.bin", b"x", media_type))["attachments"]
    assert file["file_type"] == file_type
    assert file["thumb_url"] == (file["data_url"] if file_type == "image" else "")
    assert file.get("transcribed_text") == ("" if file_type == "audio" else None)


def test_a_file_comes_back_from_its_address(talk: Shop) -> None:
    """The data URL redirects to the file, which comes with its type, name and bytes; the thumbnail too."""
    (file,) = upload(talk, ("mässan 1.png", b"\x89PNG\0\xff", "image/png"))["attachments"]
    for url in (file["data_url"], file["thumb_url"]):
        found = talk.client.get(url)
        assert found.status_code == 302
        answer = talk.client.get(found.headers["location"])
        assert (answer.status_code, answer.content) == (200, b"\x89PNG\0\xff")
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-disposition"] == (
            "inline; filename=\"m%3Fssan 1.png\"; filename*=UTF-8''m%C3%A4ssan%201.png"
        )


@pytest.mark.parametrize("media_type", ["text/html", "image/svg+xml", "application/xhtml+xml"])
def test_what_a_browser_would_run_is_only_saved(talk: Shop, media_type: str) -> None:
    """Markup is served as bytes to be saved, whatever it was sent as."""
    (file,) = upload(talk, ("x.html", b"<script>", media_type))["attachments"]
    answer = talk.client.get(file["data_url"], follow_redirects=True)
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    ("filename", "kept"),
    [
        ("../../etc/passwd", "..-..-etc-passwd"),
        ("a:b?c*.png", "a-b-c-.png"),
        ("..", "unnamed"),
        ("100%.png", "100-.png"),
    ],
)
def test_a_name_that_no_path_can_hold_is_mended(talk: Shop, filename: str, kept: str) -> None:
    """Characters that mean something in paths are replaced, and the address works."""
    (file,) = upload(talk, (filename, b"x", "text/plain"))["attachments"]
    assert file["data_url"].rpartition("/")[2] == kept
    assert talk.client.get(file["data_url"], follow_redirects=True).content == b"x"


def test_a_file_alone_is_an_error(talk: Shop) -> None:
    """A bare attachments field, not an array, breaks the product."""
    answer = talk.post(MESSAGES, files={"attachments": ("a.png", b"1", "image/png")})
    assert refused(answer) == (500, CRASH)
    assert talk.read() == []


@pytest.mark.parametrize("given", ["abc", ["abc"], [{"a": 1}], {"a": 1}, True, 7])
def test_attachments_that_are_no_files_are_an_error(talk: Shop, given: Any) -> None:
    """Texts, objects and numbers for attachments break the product, and nothing is written."""
    assert refused(talk.post(MESSAGES, json={"content": "x", "attachments": given})) == (500, CRASH)
    assert talk.read() == []


@pytest.mark.parametrize("given", [None, "", [], {}, False, [None]])
def test_blank_attachments_are_none(talk: Shop, given: Any) -> None:
    """What is blank attaches nothing."""
    assert "attachments" not in ok(talk.post(MESSAGES, json={"attachments": given}))


def test_there_is_no_limit_to_files(talk: Shop) -> None:
    """More than fifteen files are taken, though Chatwoot meant to count them."""
    message = upload(talk, *((f"{n}.txt", b"x", "text/plain") for n in range(16)))
    assert len(message["attachments"]) == 16


def test_an_unknown_file_is_missing(talk: Shop) -> None:
    """An address that nobody was given is a 404."""
    for path in ("/rails/active_storage/blobs/redirect/nothing/a.png", "/rails/active_storage/disk/nothing/a.png"):
        assert refused(talk.get(path)) == (404, NOT_FOUND)
