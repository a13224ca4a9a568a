"""Bugs in how an answer goes over the wire: statuses, headers, media types, encodings, connections."""

from __future__ import annotations

from collections.abc import Callable

from broken.bug import Answer, Around, Asked, Bug, HangError, Real, after

MESSAGES = "list-all-conversation-messages"
CONVERSATION = "get-single-conversation"
CONTACT = "get-details-of-a-contact"
HTML = b"<!DOCTYPE html><html><body><h1>Something went wrong</h1></body></html>"


def status(to: int, at: int = 200) -> Around:
    """Another status."""
    return after(lambda _, answer: setattr(answer, "status", to), at)


def header(name: str, value: str | None, at: int | None = 200) -> Around:
    """Another header, or none."""
    return after(lambda _, answer: answer.header(name, value), at)


def body(change: Callable[[bytes], bytes]) -> Around:
    """Another body, whatever the headers say."""
    return after(lambda _, answer: setattr(answer, "body", change(answer.body)))


def page(code: int, at: int | None = 200) -> Around:
    """A page for people."""

    def change(_: Asked, answer: Answer) -> None:
        answer.status, answer.body = code, HTML
        answer.header("content-type", "text/html; charset=utf-8")

    return after(change, at)


def _redirected(asked: Asked, answer: Answer) -> None:
    answer.status, answer.body = 301, b""
    answer.header("location", f"https://chat.example{asked.path}")


def _too_long(_: Asked, answer: Answer) -> None:
    answer.length = len(answer.body) + 7


def _not_packed(_: Asked, answer: Answer) -> None:
    answer.header("content-encoding", "gzip")


def _latin(_: Asked, answer: Answer) -> None:
    answer.body = answer.body.decode().encode("latin-1", "replace")
    answer.header("content-type", "application/json; charset=iso-8859-1")


def _half_a_character(_: Asked, answer: Answer) -> None:
    answer.body = answer.body.replace(b'"name":"', b'"name":"\xe9')


async def _hang(asked: Asked, _: Real) -> Answer:
    raise HangError(asked.path)


async def _limited(asked: Asked, real: Real) -> Answer:
    asked.memory["messages"] = asked.memory.get("messages", 0) + 1
    if asked.memory["messages"] % 20:
        return await real(asked)
    return Answer(429, [("content-type", "application/json")], b'{"error":"Retry later"}')


WIRE: tuple[Bug, ...] = (
    Bug("created-201", "a new contact is answered with 201", "document", "create-a-contact", "status-unknown",
        "/status", around=status(201)),
    Bug("seen-204", "having seen is answered with 204", "document", "update-last-seen", "status-unknown", "/status",
        around=status(204)),
    Bug("unknown-401", "an unknown contact is answered with 401", "document", CONTACT, "status-unknown", "/status",
        around=status(401, 404)),
    Bug("unknown-403", "a stranger's conversation is answered with 403", "document", CONVERSATION, "status-unknown",
        "/status", around=status(403, 404)),
    Bug("refused-400", "an e-mail that is none is answered with 400", "document", "create-a-contact", "schema-required",
        "/body", around=status(400, 422)),
    Bug("redirect", "messages are answered with a redirect to another host", "document", MESSAGES, "status-unknown",
        "/status", around=after(_redirected)),
    Bug("page-502", "a proxy answers instead, in HTML", "document", "create-a-message", "status-unknown", "/status",
        around=page(502)),
    Bug("page-404", "what is unknown is answered with a page", "document", CONTACT, "media-type-unknown",
        "/header/content-type", around=page(404, 404)),
    Bug("page-200", "a page for people comes with 200", "document", "get-details-of-a-inbox", "media-type-unknown",
        "/header/content-type", around=page(200)),
    Bug("json-as-text", "JSON is announced as plain text", "document", "create-a-conversation", "media-type-unknown",
        "/header/content-type", around=header("content-type", "text/plain; charset=utf-8")),
    Bug("json-unannounced", "JSON comes without a media type", "document", MESSAGES, "media-type-unknown",
        "/header/content-type", around=header("content-type", None)),
    Bug("wrong-charset", "JSON is encoded and announced in Latin-1", "document", CONTACT, "charset-unknown",
        "/header/content-type",
        around=after(_latin)),
    Bug("broken-utf-8", "a name has a byte that is not UTF-8", "document", CONTACT, "body-encoding", "/body",
        around=after(_half_a_character)),
    Bug("byte-order-mark", "JSON begins with a byte order mark", "document", "create-a-contact", "body-malformed",
        "/body", around=body(lambda raw: b"\xef\xbb\xbf" + raw)),
    Bug("trailing-garbage", "JSON is followed by a rest of something", "document", "create-a-message",
        "body-malformed", "/body", around=body(lambda raw: raw + b"\n<!-- 12 ms -->")),
    Bug("cut-off", "JSON is cut off after a thousand bytes", "document", CONVERSATION, "body-malformed", "/body",
        around=body(lambda raw: raw[:1000])),
    Bug("not-a-number", "a contact's id is NaN", "document", CONTACT, "body-number", "/body",
        around=body(lambda raw: raw.replace(b'"phone_number":null', b'"phone_number":null,"score":NaN'))),
    Bug("duplicated-key", "a contact's id stands there twice", "document", "create-a-contact", "body-duplicate-key",
        "/body", around=body(lambda raw: raw.replace(b'"id":', b'"id":1,"id":'))),
    Bug("empty-body", "a resolved conversation is answered with nothing", "document", "resolve-conversation",
        "body-missing", "/body", around=body(lambda _: b"")),
    Bug("unasked-body", "having seen is answered with a body", "document", "update-last-seen", "body-undocumented",
        "/body", around=body(lambda _: b'{"success":true}')),
    Bug("location-missing", "a redirect to a file says not where to", "document", "redirect-to-attachment",
        "header-missing", "/header/location", around=header("location", None, 302)),
    Bug("tag-unquoted", "an entity tag has no quotes", "document", CONTACT, "header-malformed", "/header/etag",
        around=header("etag", "d41d8cd98f00b204")),
    Bug("request-id-endless", "a request id has a thousand letters", "document", "create-a-message",
        "header-malformed", "/header/x-request-id", around=header("x-request-id", "x" * 1000)),
    Bug("length-wrong", "Content-Length announces more than comes", "document", MESSAGES, "answer-missing", "/",
        around=after(_too_long)),
    Bug("packed-wrongly", "an answer is announced as gzip and is not packed", "document", CONVERSATION,
        "body-malformed", "/body", around=after(_not_packed)),
    Bug("hangs", "having seen is never answered", "document", "update-last-seen", "answer-missing", "/",
        around=_hang),
    Bug("limit-in-json", "who asks too often is told in JSON", "document", "create-a-message", "media-type-unknown",
        "/header/content-type", around=_limited),
)  # fmt: skip
