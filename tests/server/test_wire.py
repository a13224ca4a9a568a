"""What a raw socket can send: the answer is always one, and the next request works."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator

import httpx
import pytest

from processes import Server, serving

CONTACT = "/public/api/v1/inboxes/demo-inbox/contacts/demo-contact"
CONTACTS = "/public/api/v1/inboxes/demo-inbox/contacts"


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving("chatwoot", "--seed", "1") as running:
        yield running


def send(server: Server, raw: bytes) -> bytes:
    """Everything the server answers to some bytes, until it closes."""
    host, port = server.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        connection.sendall(raw)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
    return answer


def request(head: bytes, *headers: bytes, body: bytes = b"") -> bytes:
    lines = [head + b" HTTP/1.1", b"Host: x", b"Connection: close", *headers]
    if body:
        lines.append(b"Content-Length: " + str(len(body)).encode())
    return b"\r\n".join([*lines, b"", body])


JSON = b"Content-Type: application/json"


@pytest.mark.parametrize(
    ("raw", "statuses"),
    [
        (request(b"GET " + CONTACT.encode() + b"%00"), {404}),
        (request(b"GET " + CONTACT.encode() + b"%ff%fe"), {404}),
        (request(b"GET " + CONTACT.encode() + b"%2f..%2f.."), {404}),
        (request(b"GET /public/../../etc/passwd"), {404}),
        (request(b"GET " + CONTACT.encode() + b"/%2e%2e/%2e%2e"), {404}),
        (request(b"GET //" + CONTACT.encode()), {404}),
        (request(b"GET " + CONTACT.encode() + b"?%00=%ff&=&&a[=1&a[]=2&a[b]=3"), {200}),
        (request(b"GET " + CONTACT.encode() + b"?" + b"a" * 40_000), {200, 400, 414}),
        (request(b"BREW " + CONTACT.encode()), {400, 405}),
        (request(b"get " + CONTACT.encode()), {400, 405}),
        (request(b"OPTIONS *"), {400, 404, 405}),
        (request(b"GET " + CONTACT.encode(), b"X-Odd: \xff\xfe"), {200}),
        (request(b"GET " + CONTACT.encode(), b"Cookie: ;;;=\x01=;a"), {200, 400}),
        (request(b"GET " + CONTACT.encode(), b"Accept: ,;q=x", b"Accept: */*"), {200}),
        (request(b"GET " + CONTACT.encode(), b'If-None-Match: "' ), {200}),
        (request(b"GET " + CONTACT.encode(), b"no colon at all"), {400}),
        (request(b"POST " + CONTACTS.encode(), JSON, b"Content-Type: text/plain", body=b"{}"), {400, 415}),
        (request(b"POST " + CONTACTS.encode(), b"Content-Type: \xff/\xff", body=b"{}"), {400}),
        (request(b"POST " + CONTACTS.encode(), b"Content-Type: multipart/form-data", body=b"--x--"), {400}),
        (request(b"POST " + CONTACTS.encode(), JSON, body=b'{"name": "\\u0000"}'), {422}),
        (request(b"POST " + CONTACTS.encode(), JSON, body=b'{"name": "\\ud800"}'), {400, 422}),
        (request(b"POST " + CONTACTS.encode(), JSON, body=b"[" * 100_000), {400}),
        (request(b"POST " + CONTACTS.encode(), JSON, b"Content-Length: -1"), {400}),
        (request(b"POST " + CONTACTS.encode(), JSON, b"Content-Length: 5", b"Transfer-Encoding: chunked"), {400}),
        (request(b"POST " + CONTACTS.encode(), JSON, b"Transfer-Encoding: chunked") + b"zz\r\n", {400}),
        (b"\x16\x03\x01\x02\x00\x01\x00", {400}),
    ],
)  # fmt: skip
def test_any_bytes_get_an_answer_that_is_not_a_bug_of_ours(server: Server, raw: bytes, statuses: set[int]) -> None:
    """Odd paths, queries, headers, methods and bodies are answered, never with a 500, and the next request works."""
    answer = send(server, raw)
    status = re.match(rb"HTTP/1\.1 (\d{3})", answer)
    assert status, answer
    assert int(status.group(1)) in statuses, answer
    assert httpx.get(f"{server.url}{CONTACT}").status_code == 200


@pytest.mark.parametrize(
    "raw",
    [
        b"POST "
        + CONTACTS.encode()
        + b" HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{",
        b"GET " + CONTACT.encode(),
        b"",
    ],
)
def test_a_client_that_hangs_up_half_way_harms_nobody(server: Server, raw: bytes) -> None:
    """A request that breaks off leaves no trace but the next answer."""
    send(server, raw)
    assert httpx.get(f"{server.url}{CONTACT}").status_code == 200


def test_a_large_body_is_refused_while_it_is_still_being_sent(server: Server) -> None:
    """Over ten megabytes is 413, readable by a client that sends everything first."""
    answer = httpx.post(
        f"{server.url}{CONTACTS}",
        content=b" " * 12_000_000,
        headers={"Content-Type": "application/json", "Origin": "http://x"},
    )
    assert answer.status_code == 413
    assert answer.headers["access-control-allow-origin"] == "*"
    assert httpx.get(f"{server.url}{CONTACT}").status_code == 200
