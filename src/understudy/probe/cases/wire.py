"""Bodies that are wrong before any schema is asked: broken JSON, a wrong charset, a media type that nobody documented.

Each is a change of an ask that was good. Called by `assemble`. It proposes; the contract says what is broken.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

from understudy.contract.body import MAX_DEPTH, is_json
from understudy.contract.markup import is_xml
from understudy.contract.operation import Operation
from understudy.probe.building import FORM, JSON, MULTIPART, NO_BODY
from understudy.probe.cases.ask import Ask

UNKNOWN = "application/x-understudy"
ENTITY = b'<!DOCTYPE a [<!ENTITY b "understudy">]><a>&b;</a>'
# Methods by how likely a server is to know them; the first that the document does not list is sent.
METHODS = ("DELETE", "PATCH", "PUT", "POST", "GET", "OPTIONS")

Change = tuple[str, str, Ask]
"""A keyword, what of it, and the ask."""


def broken_bodies(ask: Ask, raw: bytes) -> Iterator[Change]:
    """An ask with its body broken in every way that its media type can be.

    Args:
        ask: a good ask with a body.
        raw: its body as it goes over the wire.
    """
    media_type = ask.media_type or JSON
    essence = media_type.partition(";")[0].strip().lower()
    if is_json(essence):
        yield from _json(ask, raw, media_type)
    elif is_xml(essence):
        yield "body", "broken off", ask.with_body(raw[:-1], media_type)
        yield "body", "a second root", ask.with_body(raw + b"<understudy/>", media_type)
        yield "body", "an entity of its own", ask.with_body(ENTITY, media_type)
    elif essence == FORM:
        yield "encoding", "bytes that are not UTF-8", ask.with_body(b"a=%FF", media_type)
    elif essence == MULTIPART:
        yield "body", "cut off", ask.with_body(raw[: len(raw) // 2], f"{MULTIPART}; boundary={_boundary(raw)}")
        yield "body", "no boundary in the header", ask.with_body(raw, MULTIPART)
    if is_json(essence) or essence.startswith("text/") or essence == FORM:
        text = raw.decode("utf-8", "replace")
        yield "charset", "UTF-16", ask.with_body(text.encode("utf-16"), f"{essence}; charset=utf-16")
        yield "charset", "Latin-1", ask.with_body(text.encode("latin-1", "replace"), f"{essence}; charset=iso-8859-1")
        yield "charset", "UTF-8, said so", ask.with_body(raw, f"{essence}; charset=UTF-8")
    if essence != MULTIPART:
        yield "media-type", "in capitals", ask.with_body(raw, essence.upper())
        yield "media-type", "a header that breaks off", ask.with_body(raw, f"{essence}; charset=")
    yield "media-type", "one that is not documented", ask.with_body(raw or b"understudy", UNKNOWN)
    yield "media-type", "JSON where it may not be documented", ask.with_body(b"{}", JSON)


def _json(ask: Ask, raw: bytes, media_type: str) -> Iterator[Change]:
    text = raw.decode("utf-8", "replace")
    ascii_only = json.dumps(json.loads(text), ensure_ascii=True, indent=2) if text else ""
    for keyword, what, body in (
        ("body", "broken off", raw[:-1]),
        ("body", "something after its end", raw + b"}"),
        ("body", "a comma too many", raw[:-1] + b",}"),
        ("body", "single quotes", b"{'a': 1}"),
        ("body", "no text at all", b" "),
        ("body", "a byte order mark", b"\xef\xbb\xbf" + raw),
        ("number", "NaN", b'{"understudy": NaN}'),
        ("number", "Infinity", b'{"understudy": -Infinity}'),
        ("encoding", "bytes that are not UTF-8", b'{"understudy": "\xff"}'),
        ("encoding", "half a surrogate pair, escaped", b'{"understudy": "\\ud800"}'),
        ("encoding", "every character escaped that can be", ascii_only.encode()),
        ("nesting", "deeper than anybody reads", b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1)),
        ("keys", "one key twice", b'{"understudy": 1, "understudy": 2}'),
    ):
        yield keyword, what, ask.with_body(body, media_type)


def _boundary(raw: bytes) -> str:
    return raw.partition(b"\r\n")[0].removeprefix(b"--").decode("latin-1")


def missing_body(ask: Ask) -> Change:
    """An ask without its body."""
    return "body", "none", ask.with_body(NO_BODY, None)


def unwanted_body(ask: Ask) -> Change:
    """An ask with a body that nobody asked for."""
    return "body", "one that is not documented", ask.with_body({"understudy": 1}, JSON)


def other_method(ask: Ask, operation: Operation, documented: tuple[str, ...]) -> Iterator[Change]:
    """An ask by a method that the path does not have; only for the first operation of a path."""
    methods = [method for method in documented if method != "HEAD"]
    if operation.method.upper() == methods[0]:
        for method in METHODS:
            if method not in documented:
                yield "method", method, replace(ask.with_body(NO_BODY, None), method=method)
                return
