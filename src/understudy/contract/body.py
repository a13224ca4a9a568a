"""Decodes a body by its media type, once, strictly, and says everything that is wrong with it.

JSON is read as RFC 8259 has it and no laxer: UTF-8, no NaN, no key twice, no depth beyond reason. Forms and
multipart become pairs. Called by `exchange`, so that judge and handler see the same value; it must not
know any schema.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NoReturn
from urllib.parse import parse_qsl

import orjson

from understudy.contract import markup
from understudy.contract.markup import Element
from understudy.contract.multipart import File, Problem, WrongError, multipart

logging.getLogger("python_multipart").addHandler(logging.NullHandler())  # a problem says what its log would
MAX_DEPTH = 64

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - RFC 9110's word for a name
_PARAMETER = re.compile(rf"\s*;\s*({_TOKEN})=({_TOKEN}|\"(?:[^\"\\]|\\.)*\")\s*")
_MEDIA_TYPE = re.compile(rf"\s*({_TOKEN}/{_TOKEN})")
_KEY = re.compile(rb'"\s*:')
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"')
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_UTF8 = frozenset({"utf-8", "utf8", "us-ascii", "ascii"})


@dataclass(frozen=True, slots=True)
class MediaType:
    """A parsed ``Content-Type``: ``essence`` is ``type/subtype`` in lower case."""

    essence: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Body:
    """A decoded body.

    Attributes:
        media_type: the parsed ``Content-Type``, or None where there is none or it cannot be read.
        value: data for JSON, text for text, bytes for anything else, None for no body or a broken one.
        pairs: name and value (text or `File`) of a form or multipart body, in order; else None.
        tree: the root element of XML; else None. Its text or bytes stand in `value` all the same.
        problems: everything wrong with it.
    """

    media_type: MediaType | None = None
    value: Any = None
    pairs: list[tuple[str, str | File]] | None = None
    problems: tuple[Problem, ...] = ()
    tree: Element | None = None

    @property
    def is_blank(self) -> bool:
        """Whether a body without a byte is a value all the same: a blank text, a form without fields, an empty file."""
        return self.pairs == [] or (isinstance(self.value, str | bytes) and not self.value)


@lru_cache(maxsize=256)
def parse_media_type(header: str) -> MediaType | None:
    """Parse a ``Content-Type``; None if it is not one."""
    match = _MEDIA_TYPE.match(header)
    if match is None:
        return None
    parameters = {}
    at = match.end()
    while at < len(header) and header[at:].strip():
        parameter = _PARAMETER.match(header, at)
        if parameter is None:
            return None
        name, value = parameter.groups()
        parameters[name.lower()] = re.sub(r"\\(.)", r"\1", value[1:-1]) if value.startswith('"') else value
        at = parameter.end()
    return MediaType(match.group(1).lower(), parameters)


def is_json(essence: str) -> bool:
    """Whether a media type carries JSON: ``application/json``, any ``+json``, and what some frameworks call it."""
    return essence in ("application/json", "text/json") or essence.endswith("+json")


def decode(content_type: str | None, raw: bytes) -> Body:
    """Decode a body. Never raises: what is wrong stands in `Body.problems`."""
    media_type = parse_media_type(content_type) if content_type else None
    if content_type and media_type is None:
        return Body(
            problems=(Problem("media-type-malformed", "/header/content-type", f"`{content_type}` is not a media type"),)
        )
    if not raw:
        return _blank(media_type)
    if media_type is None:
        return Body(value=raw)
    charset = media_type.parameters.get("charset", "utf-8").lower()
    textual = is_json(media_type.essence) or media_type.essence in (
        "application/x-www-form-urlencoded",
        "text/plain",
    )
    if textual and charset not in _UTF8:
        message = f"the charset is `{charset}`, only UTF-8 is read"
        return Body(media_type, problems=(Problem("charset-unknown", "/header/content-type", message),))
    try:
        return _decode(media_type, raw)
    except WrongError as wrong:
        return Body(media_type, problems=(wrong.problem,))


def _blank(media_type: MediaType | None) -> Body:
    """What no byte is, of a media type in which that is something; XML and JSON always have some."""
    essence = media_type.essence if media_type else ""
    if essence == "application/x-www-form-urlencoded":
        return Body(media_type, pairs=[])
    if essence.startswith("text/") and not is_json(essence) and "xml" not in essence:
        return Body(media_type, "")
    is_file = essence == "application/octet-stream" or essence.startswith(("image/", "audio/", "video/"))
    return Body(media_type, b"") if is_file and "xml" not in essence else Body(media_type)


def _decode(media_type: MediaType, raw: bytes) -> Body:
    essence = media_type.essence
    if is_json(essence):
        value, problems = load_json(raw)
        return Body(media_type, value, problems=problems)
    if essence == "application/x-www-form-urlencoded":
        try:
            text = raw.decode()
            pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=10_000)
        except UnicodeDecodeError as error:
            raise WrongError("body-encoding", f"the form is not valid UTF-8: {error.reason}") from None
        except ValueError as error:
            raise WrongError("body-malformed", f"this is not a form: {error}") from None
        return Body(media_type, pairs=list(pairs))
    if essence == "multipart/form-data":
        return Body(media_type, pairs=multipart(media_type.parameters.get("boundary"), raw))
    tree = markup.parse(raw, media_type.parameters.get("charset"), MAX_DEPTH) if markup.is_xml(essence) else None
    return Body(media_type, raw.decode("utf-8", "replace") if essence.startswith("text/") else raw, tree=tree)


def load_json(raw: bytes) -> tuple[Any, tuple[Problem, ...]]:
    """Parse JSON strictly: the value, and what is wrong with a text that can be read all the same.

    Errors: `WrongError`, carrying a `Problem`, for what cannot be read.
    """
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _depth(raw) > MAX_DEPTH:
        raise WrongError("body-too-deep", f"the JSON is nested more than {MAX_DEPTH} levels deep")
    try:
        value = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise WrongError(*_explain(raw, error)) from None
    # Every key leaves a `":` in the text; only if there are more of those than keys may one stand twice.
    if len(_KEY.findall(raw)) != _keys(value):
        try:
            json.loads(raw, object_pairs_hook=_unique)
        except WrongError as wrong:
            return value, (wrong.problem,)
    return value, ()


def _explain(raw: bytes, error: orjson.JSONDecodeError) -> tuple[str, str]:
    try:
        text = raw.decode()
    except UnicodeDecodeError as wrong:
        return "body-encoding", f"byte {wrong.start} is not valid UTF-8"
    try:
        json.loads(text, parse_constant=_no_constant)
    except WrongError as wrong:
        return wrong.problem.code, wrong.problem.message
    except (ValueError, RecursionError):
        pass
    return "body-malformed", f"this is not JSON: {error.msg} at line {error.lineno}, column {error.colno}"


def _no_constant(name: str) -> NoReturn:
    raise WrongError("body-number", f"{name} is not JSON")


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen = set()
    for key, _ in pairs:
        if key in seen:
            raise WrongError("body-duplicate-key", f"the key `{key}` stands twice in one object")
        seen.add(key)
    return dict(pairs)


def _keys(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_keys, value.values()))
    if isinstance(value, list):
        return sum(map(_keys, value))
    return 0


def _depth(raw: bytes) -> int:
    """How deep the JSON nests, strings left out."""
    depth = deepest = 0
    for bracket in _STRING.sub(b"", raw).translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest
