"""A deployment behind TLS, with certificates made for the test: what each command says of good and bad ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from click.testing import CliRunner, Result

from corpora import CREDENTIALS, shelves_corpus, shelves_document
from deployments import contract, get, proxy
from shelves import TOKEN, Shelves, running
from understudy.cli import main

BEFORE = datetime.now(UTC) - timedelta(days=2)
AUTHORITY = trustme.CA()
GOOD = AUTHORITY.issue_cert("127.0.0.1")
BAD = {
    "untrusted": (trustme.CA().issue_cert("127.0.0.1"), "its certificate is not trusted ("),
    "expired": (AUTHORITY.issue_cert("127.0.0.1", not_before=BEFORE, not_after=BEFORE + timedelta(days=1)), "its certificate has expired"),
    "not yet valid": (AUTHORITY.issue_cert("127.0.0.1", not_before=BEFORE + timedelta(days=9), not_after=BEFORE + timedelta(days=10)), "its certificate is not valid yet"),
    "of another host": (AUTHORITY.issue_cert("elsewhere.example"), "its certificate is for another host ("),
}  # fmt: skip


@contextmanager
def behind(certificate: trustme.LeafCert, folder: Path) -> Iterator[tuple[str, Shelves]]:
    """The shelves behind TLS: their URL, and they."""
    file, app = folder / "server.pem", Shelves()
    certificate.private_key_and_cert_chain_pem.write_to_path(str(file))
    with running(app, file) as url:
        yield url, app


@pytest.fixture(autouse=True)
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the authority be trusted, as its owner would."""
    AUTHORITY.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


def understudy(*arguments: str) -> Result:
    """What a command does, in this process."""
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def verified(url: str, folder: Path, *more: str) -> Result:
    options = ("--document", str(shelves_document(folder)), "--part", "examples", "--max-cases", "3")
    return understudy("verify", url, *options, "--header", f"Authorization={TOKEN}", *more)


@pytest.mark.parametrize("name", BAD)
def test_a_bad_certificate_is_named_with_what_to_do(name: str, tmp_path: Path) -> None:
    """Verify and replay send nothing and end with 2, the reports written; with `--insecure` they go on."""
    certificate, words = BAD[name]
    corpus, report = shelves_corpus(tmp_path, 3), tmp_path / "report.json"
    to = ("--report", f"json={report}")
    with behind(certificate, tmp_path) as (url, app):
        for ask in (
            lambda: verified(url, tmp_path, *to),
            lambda: understudy("replay", str(corpus), url, *CREDENTIALS, *to),
        ):
            done = ask()
            assert (done.exit_code, app.heard) == (2, []), done.output
            assert words in done.stderr
            assert "--insecure" in done.stderr
            told = json.loads(report.read_text())
            assert words in told["unfinished"]
            report.unlink()
        assert verified(url, tmp_path, "--insecure").exit_code == 0
        assert understudy("replay", str(corpus), url, *CREDENTIALS, "--insecure").exit_code == 0


def test_an_authority_of_ones_own_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SSL_CERT_FILE names it; without that it is not, and the message says so."""
    corpus = shelves_corpus(tmp_path, 3)
    with behind(GOOD, tmp_path) as (url, app):
        assert verified(url, tmp_path).exit_code == 0
        assert understudy("replay", str(corpus), url, *CREDENTIALS).exit_code == 0
        assert app.heard
        monkeypatch.delenv("SSL_CERT_FILE")
        done = verified(url, tmp_path)
    assert done.exit_code == 2
    assert "name its certificate in SSL_CERT_FILE" in done.stderr


@pytest.mark.parametrize("name", [*BAD, "good", "insecure"])
def test_the_proxy_says_what_is_wrong_with_a_certificate(name: str, tmp_path: Path) -> None:
    """A client hears 502 and the reason, as a problem of ours; with a good certificate, or any if so asked, the answer."""
    certificate, words = BAD.get(name, (BAD["expired"][0] if name == "insecure" else GOOD, ""))

    async def asked(url: str) -> bytes:
        async with proxy(url, contract(tmp_path), verify=name != "insecure") as door:
            return await door.ask(get("/shelves/1", f"Authorization: {TOKEN}", "Connection: close"))

    with behind(certificate, tmp_path) as (url, app):
        head, _, body = asyncio.run(asked(url)).partition(b"\r\n\r\n")
    if not words:
        assert (app.heard, head.split()[1]) == ([("GET", "/shelves/1", b"")], b"200")
        return
    assert (app.heard, head.split()[1]) == ([], b"502")
    said = json.loads(body)
    assert said["type"] == "urn:understudy:deployment-failed"
    assert words in said["detail"]
