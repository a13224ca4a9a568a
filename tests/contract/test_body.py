"""Decoding bodies: strictly, once, and with everything that is wrong said."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from understudy.contract.body import decode, parse_media_type
from understudy.contract.multipart import File

JSON = "application/json"
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(values)
def test_any_json_value_is_read_as_it_was_written(value: object) -> None:
    """Whatever json writes, decode reads, and finds nothing wrong with it."""
    body = decode(JSON, json.dumps(value).encode())
    assert body.problems == ()
    assert body.value == value


@given(st.dictionaries(st.text(), values, min_size=1), st.data())
def test_a_key_that_stands_twice_is_always_found(value: dict[str, object], data: st.DataObject) -> None:
    """Wherever a key is repeated, whatever strings surround it, the repetition is found."""
    key = data.draw(st.sampled_from(sorted(value)))
    text = json.dumps(value)[:-1] + f", {json.dumps(key)}: 1}}"
    assert [problem.code for problem in decode(JSON, text.encode()).problems] == ["body-duplicate-key"]


@pytest.mark.parametrize(
    ("content_type", "raw", "code"),
    [
        (JSON, b"{", "body-malformed"),
        (JSON, b'{"a": NaN}', "body-number"),
        (JSON, b"[-Infinity]", "body-number"),
        (JSON, b'"\xff"', "body-encoding"),
        (JSON, b"[" * 65 + b"]" * 65, "body-too-deep"),
        (JSON, b"[" * 100_000, "body-too-deep"),
        (JSON, b'{"a": 1} x', "body-malformed"),
        ("application/vnd.x+json", b"{", "body-malformed"),
        ("application/json;", b"{}", "media-type-malformed"),
        ("application/json; charset", b"{}", "media-type-malformed"),
        ("json", b"{}", "media-type-malformed"),
        ("application/json; charset=latin-1", b"{}", "charset-unknown"),
        ("multipart/form-data", b"--x\r\n\r\n--x--", "body-malformed"),
        ("multipart/form-data; boundary=x", b"nonsense", "body-malformed"),
        (
            "multipart/form-data; boundary=x",
            b"--x\r\nContent-Disposition: form-data\r\n\r\n1\r\n--x--\r\n",
            "body-malformed",
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1',
            "body-malformed",
        ),
        ("application/x-www-form-urlencoded", b"a=%ff", "body-encoding"),
    ],
)
def test_a_broken_body_is_told_by_code(content_type: str, raw: bytes, code: str) -> None:
    """Every way to break a body has its code, and none raises."""
    assert [problem.code for problem in decode(content_type, raw).problems] == [code]


def test_sixty_four_levels_and_brackets_in_strings_are_fine() -> None:
    """Depth is counted in the structure, not in the text."""
    deep = b"[" * 64 + b"]" * 64
    assert decode(JSON, deep).problems == ()
    assert decode(JSON, json.dumps("[" * 500 + '\\"').encode()).problems == ()


def test_multipart_parts_are_texts_and_files() -> None:
    """A part with a file name is a file with its type and bytes, one without is a text; names may repeat."""
    raw = (
        b'--x\r\nContent-Disposition: form-data; name="content"\r\n\r\nh\xc3\xa9\r\n'
        b'--x\r\nContent-Disposition: form-data; name="a[]"; filename="p.png"\r\nContent-Type: image/png\r\n\r\n\x00\xff\r\n'
        b'--x\r\nContent-Disposition: form-data; name="a[]"; filename="q"\r\n\r\n\r\n--x--\r\n'
    )
    body = decode("multipart/form-data; boundary=x", raw)
    assert body.problems == ()
    assert body.pairs == [
        ("content", "hé"),
        ("a[]", File("p.png", "image/png", b"\x00\xff")),
        ("a[]", File("q", "application/octet-stream", b"")),
    ]


@given(st.binary(), st.text())
def test_nothing_makes_decode_raise(raw: bytes, content_type: str) -> None:
    """Whatever bytes and header a client sends, there is an answer."""
    for kind in (content_type, JSON, "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", None):
        decode(kind, raw)


def test_media_types_are_parsed_as_rfc_9110_has_them() -> None:
    """Case folds, quotes and escapes are undone, and what is no media type is None."""
    parsed = parse_media_type('Text/HTML ; charset="utf-8"; q="a\\"b;c"')
    assert parsed is not None
    assert parsed.essence == "text/html"
    assert parsed.parameters == {"charset": "utf-8", "q": 'a"b;c'}
    assert parse_media_type("text/html; =x") is None
