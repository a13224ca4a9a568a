"""The curl line of a finding repeats its request, byte for byte, and leaves secrets to variables."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hostile_shop import Answer, deployed
from understudy.contract.exchange import Request
from understudy.probe.report import curl
from understudy.probe.report.masking import Mask

pytestmark = pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed here")

JSON = (b"Content-Type", b"application/json")


def sent(request: Request, mask: Mask | None = None, **environment: str) -> tuple[str, str, dict[str, str], bytes]:
    """What arrives when a shell runs the curl line of a request."""
    arrived: list[tuple[str, str, dict[str, str], bytes]] = []

    def say(verb: str, path: str, headers: Mapping[str, str], body: bytes) -> Answer:
        arrived.append((verb, path, {name.lower(): value for name, value in headers.items()}, body))
        return 200, {}, b""

    with deployed(say) as url:
        line = curl.line(url, request, mask or Mask())
        subprocess.run(
            ["sh", "-c", line], check=True, capture_output=True, env={**os.environ, **environment}, timeout=30
        )
    return arrived[0]


@pytest.mark.parametrize(
    "request_made",
    [
        Request("GET", "/pets"),
        Request("HEAD", "/pets"),
        Request("DELETE", "/pets/1"),
        Request("GET", "/a/../b", raw_path="/a/../b"),
        Request("GET", "/pets", query=b"ids[]={1,2}&x=[1-3]&q='$HOME'`id`"),
        Request("POST", "/pets", headers=[JSON], body=b'{"name": "It\'s $HOME `id` \\\\ !"}'),
        Request("PUT", "/pets", headers=[JSON, (b"X-Odd", b"'\"$(id) ;"), (b"X-Empty", b"")], body=b"@file\nline\n"),
        Request("POST", "/pets", headers=[(b"Content-Type", b"image/png")], body=bytes(range(256))),
        Request("PATCH", "/pets", body="no media type, é".encode()),
    ],
    ids=lambda request: f"{request.verb} {request.target}",
)
def test_the_line_repeats_the_request(request_made: Request) -> None:
    """Method, path, query, headers and body arrive as they were sent, whatever characters they hold."""
    verb, path, headers, body = sent(request_made)
    assert (verb, path, body) == (request_made.verb, request_made.target, request_made.body)
    for name, value in request_made.fields.items():
        assert headers[name] == value
    assert ("content-type" in headers) == ("content-type" in request_made.fields)


@given(body=st.binary(min_size=1, max_size=200))
@settings(max_examples=15, deadline=None)
def test_any_body_survives_the_shell(body: bytes) -> None:
    """Whatever bytes a body has, the shell hands them on."""
    assert sent(Request("POST", "/", headers=[JSON], body=body))[3] == body


def test_secrets_come_from_the_environment() -> None:
    """A secret in a header, the query or the body is a variable, and with the variables set the request is the same."""
    request = Request(
        "POST",
        "/",
        query=b"q=hush-hush-1",
        headers=[JSON, (b"Authorization", b"Bearer tok")],
        body=b'{"a": "hush-hush-1"}',
    )
    mask = Mask(["hush-hush-1"])
    line = curl.line("http://host", request, mask)
    assert "hush" not in line
    assert "tok" not in line
    _, path, headers, body = sent(request, mask, SECRET="hush-hush-1", AUTHORIZATION="Bearer tok")
    assert (path, headers["authorization"], body) == (request.target, "Bearer tok", request.body)


def test_a_long_body_is_a_file() -> None:
    """A body too long for a line is left to a file, and the line says so."""
    line = curl.line("http://host", Request("POST", "/", headers=[JSON], body=b"x" * 10_000), Mask())
    assert line.endswith("--data-binary @body  # body: a file with the 10,000 bytes sent")
