"""No report shows a secret, whatever it stands in and however it is written there."""

from __future__ import annotations

import base64
import html
import io
import json
import re
import tempfile
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus, unquote, unquote_plus

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from hostile_shop import JSON, Answer, verify
from understudy.probe import report
from understudy.probe.report.masking import SHORTEST, STARS, Mask, secrets_of
from understudy.probe.report.terminal import Screen
from understudy.probe.results import Results
from understudy.probe.target import Manners

NASTY = "aZ09 /+&=%?\"'\\<>$`#;:~é€𝄞\n\t\u202e\x00"
SECRETS = (
    st.text(st.sampled_from(NASTY), min_size=8, max_size=24).map(str.strip).filter(lambda text: len(text) >= SHORTEST)
)


def ways(secret: str) -> Iterator[str]:
    """The ways in which a secret may stand in a text."""
    yield secret
    yield quote(secret, safe="")
    yield re.sub("%..", lambda found: found[0].lower(), quote(secret))
    yield quote_plus(secret)
    yield quote(quote(secret, safe=""), safe="")
    yield json.dumps(secret)[1:-1]
    yield json.dumps(secret, ensure_ascii=False)[1:-1]
    yield json.dumps(json.dumps(secret)[1:-1])[1:-1]
    yield html.escape(secret)
    yield secret.replace("/", "\\/")
    yield "".join(f"&#x{ord(character):X};" for character in secret)
    yield "".join(f"&#{ord(character)};" for character in secret)


def plain(text: str) -> Iterator[str]:
    """What a reader of a report can make of it, without guessing: the text itself and what it decodes to."""
    yield text
    yield unquote(text)
    yield unquote_plus(text)
    yield html.unescape(text)
    if text.startswith("{"):
        yield from strings(json.loads(text))


def strings(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
        try:
            yield base64.b64decode(data, validate=True).decode("utf-8", "replace")
        except ValueError:
            return
    elif isinstance(data, Mapping):
        yield from (text for item in (*data.keys(), *data.values()) for text in strings(item))
    elif isinstance(data, list):
        yield from (text for item in data for text in strings(item))


def echoes(secret: str) -> Results:
    """The results of a deployment that says a secret in every place and in every way."""

    def say(_verb: str, path: str, _headers: Mapping[str, str], _body: bytes) -> Answer:
        each = list(ways(secret))
        headers = {"X-Echo": quote(secret), "Set-Cookie": f"session={quote(secret)}", **JSON}
        if "page" in path:
            return 200, {"Content-Type": "text/plain"}, " ".join(each).encode()
        if "latin" in path:
            return 200, JSON, b'["\xe9' + " ".join(each).encode() + b'"]'
        return 200, headers, json.dumps([{"id": secret, secret: each, "name": each}], ensure_ascii="?" in path).encode()

    body = {"id": 1, "name": secret}
    scenario = {
        "scenario": "What echoes",
        "steps": [
            {"call": "list-pets", "expect": {"body": [{"at": "$[0].id", "equals": "?"}]}},
            {"call": "create-pet", "body": body},
            *({"call": "list-pets", "with": {"kind": kind}} for kind in (secret, "page", "latin")),
        ],
    }
    with tempfile.TemporaryDirectory() as folder:
        return verify(Path(folder), say, scenarios=(scenario,))


@cache
def without() -> str:
    """All reports of the same deployment that knows no secret."""
    results = echoes("-")
    return "".join(report.write(form, results) for form in report.FORMATS)


@given(secret=SECRETS)
@settings(max_examples=25, deadline=None)
def test_no_report_contains_a_secret(secret: str) -> None:
    """However a secret is written by a server, no report contains it, plain or encoded."""
    assume(secret not in without())
    results = echoes(secret)
    screen = io.StringIO()
    Screen(screen, secrets=[secret]).results(results)
    texts = {form: report.write(form, results, [secret]) for form in report.FORMATS} | {"terminal": screen.getvalue()}
    for form, text in texts.items():
        assert STARS in text, form
        for shown in plain(text):
            for way in ways(secret):
                assert way not in shown, (form, way)


def test_the_masked_deployment_said_it_all() -> None:
    """The deployment of the property test does say its secret: unmasked, every report contains it."""
    results = echoes("open-sesame-1234")
    assert [form for form in report.FORMATS if "open-sesame-1234" not in report.write(form, results)] == []


def test_headers_sent_with_every_request_are_masked() -> None:
    """A token that is sent as a header, and echoed without its scheme, is in no report; the curl line names a variable."""

    def say(_verb: str, _path: str, headers: Mapping[str, str], _body: bytes) -> Answer:
        token = headers["Authorization"].split()[1]
        return (
            200,
            {**JSON, "X-Token": token},
            json.dumps([{"id": token, "name": headers["Api_Access_Token"]}]).encode(),
        )

    headers = {"Authorization": "Bearer abcdefgh-1", "Api_Access_Token": "ijklmnop-2", "Accept": "application/json"}
    scenario = {"scenario": "One", "steps": [{"call": "list-pets"}]}
    with tempfile.TemporaryDirectory() as folder:
        results = verify(Path(folder), say, manners=Manners(headers=headers), scenarios=(scenario,))
    for form in report.FORMATS:
        text = report.write(form, results, secrets_of(headers))
        assert "abcdefgh-1" not in text
        assert "ijklmnop-2" not in text
        assert form != "sarif" or "${AUTHORIZATION}" in text
        assert "application/json" in text or form not in ("json", "har")


@pytest.mark.parametrize(
    ("secret", "text", "masked"),
    [
        ("Bearer abcd1234", "token abcd1234.", "token ***."),
        ("Basic " + base64.b64encode(b"me:pass-word").decode(), "is pass-word", "is ***"),
        ("hunter-2-hunter", "x" + base64.b64encode(b"ab hunter-2-hunter cd").decode(), "xYWIg***IGNk"),
        ("a/b+c d", r'{"k": "a\/b+c d"}', '{"k": "***"}'),
        ("a/b+c d", "?k=a%2Fb%2bc+d&l=1", "?k=***&l=1"),
        ("é\"q'uote", '\\"\\u00e9\\"q\'uote', '\\"***'),
        ("abc", "abc", "abc"),
        ("", "nothing", "nothing"),
    ],
)
def test_a_secret_is_found_in_its_forms(secret: str, text: str, masked: str) -> None:
    """A secret is masked inside larger texts: its token, its password, in base64, escaped; a very short one is not."""
    assert Mask([secret]).text(text) == masked


@pytest.mark.parametrize(
    "name", ["Authorization", "Cookie", "set-cookie", "X-Api-Key", "api_access_token", "X-CSRF-Token"]
)
def test_headers_with_credentials_are_masked_anyway(name: str) -> None:
    """A header that carries credentials is masked although nobody named its value as a secret."""
    assert Mask().held_header(name, "abc").count("abc") == 0


def test_a_urls_credentials_are_masked() -> None:
    """A user in a URL, and a parameter that carries a token, are masked; the rest of the URL stays."""
    held = Mask().held_url("https://me:you@host/a?page=2&access_token=t#x")
    assert (report.masking.shown(held), "page=2" in held) == ("https://***@host/a?page=2&access_token=***#x", True)


def test_cutting_never_leaves_half_a_secret() -> None:
    """A text is masked before it is cut, so that no beginning of a secret is left at its end."""
    mask = Mask(["secret-value-here"])
    for length in range(10, 60):
        text, cut = mask.cut("secret-value-here " * 40, length)
        assert cut
        assert set(text.split()) <= {"***", "**", "*"}
