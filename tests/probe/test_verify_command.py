"""`understudy verify`: what a pipeline gets to see of a deployment, kept, broken, hostile or away."""

from __future__ import annotations

import json
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
import yaml

from processes import run, serving
from understudy import bundled

PARAM = ("--param", "inbox_identifier=demo-inbox")
SCENARIOS = ("--part", "scenarios")

Answer = Callable[[BaseHTTPRequestHandler], None]


@contextmanager
def deployed(answer: Answer) -> Iterator[str]:
    """A deployment that answers everything by a function; its base URL."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def any(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer(self)

        def log_message(self, *_: object) -> None:
            """Nothing."""

    for method in ("GET", "POST", "PATCH", "PUT", "HEAD", "OPTIONS", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.any)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def says(status: int, body: bytes, **headers: str) -> Answer:
    """Answers everything alike."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def test_a_deployment_that_keeps_its_contract_passes_in_every_part() -> None:
    """Our own server: exit code 0, the published document's faults told apart, coverage told."""
    with serving("--seed", "1") as server:
        done = run(
            "verify", server.url, *PARAM, "--seed", "1", "--max-cases", "60", "--max-examples", "1", patience=240
        )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr
    assert "kept: no promise that counts was broken" in done.stdout
    assert "contract coverage:" in done.stdout
    assert "seed: 1" in done.stdout


def test_a_broken_promise_is_told_with_operation_pointer_and_a_line_to_repeat_it() -> None:
    """Exit code 1."""
    body = json.dumps({"source_id": 7, "pubsub_token": "t", "id": "1", "name": "x", "email": None}).encode()
    with deployed(says(200, body, Content_Type="application/json; charset=utf-8")) as url:
        done = run("verify", url, *PARAM, *SCENARIOS, "--json", "--unsafe", "--time", "10", patience=120)
    assert done.returncode == 1
    told = json.loads(done.stdout)
    found = {(v["operation_id"], v["code"], v["where"]) for v in (f["broken"] for f in told["findings"])}
    assert ("create-a-contact", "schema-type", "/body/id") in found
    assert ("create-a-contact", "schema-type", "/body/source_id") in found
    assert any("curl" in json.dumps(finding) for finding in told["findings"])


def test_secrets_stand_in_no_report(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the value of a header nor what came by the environment, even where the deployment echoes them."""
    secret = "tok-3f9a1c77b2"  # noqa: S105 - a test's
    monkeypatch.setenv("UNDERSTUDY_PARAM_INBOX_IDENTIFIER", secret)
    monkeypatch.setenv("THE_TOKEN", f"Bearer {secret}")
    files = {form: tmp_path / f"report.{form}" for form in ("junit", "json", "html", "har", "sarif", "markdown")}
    wanted = ",".join(f"{form}={path}" for form, path in files.items())
    with deployed(says(418, f'{{"you": "{secret}"}}'.encode(), Content_Type="application/json")) as url:
        done = run(
            "verify", url, *SCENARIOS, "--header-from", "Authorization=THE_TOKEN", "--report", wanted, "--unsafe"
        )
    assert done.returncode == 1
    for path in files.values():
        assert path.stat().st_size > 0
        assert secret not in path.read_text()
    assert secret not in done.stdout + done.stderr


def test_what_is_missing_is_asked_for_by_name_and_nothing_tried_is_no_success() -> None:
    """Exit code 2, with the option that gives it."""
    with serving("--seed", "1") as server:
        done = run("verify", server.url, *SCENARIOS)
    assert done.returncode == 2
    assert "--param inbox_identifier=" in done.stderr
    assert "nothing could be tried" in done.stdout


def test_the_environment_gives_names_whatever_their_letters(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable has capitals and underscores alone; it gives every name that is written like it."""
    (tmp_path / "mine.yaml").write_text(
        "scenario: Mine\nneeds: {inboxId: where, inbox-name: what}\nsteps: [{call: create-a-contact, with: {inbox_identifier: '${inboxId}'}, body: {name: '${inbox-name}'}}]\n"
    )
    rehearsal = ("verify", "http://127.0.0.1:9", "--scenarios", str(tmp_path), "--dry-run")
    assert run(*rehearsal).stderr.count("not known: --param") == 2
    monkeypatch.setenv("UNDERSTUDY_PARAM_INBOXID", "demo-inbox")
    monkeypatch.setenv("UNDERSTUDY_PARAM_INBOX_NAME", "Ada")
    assert "not known" not in run(*rehearsal).stderr


def test_a_rehearsal_sends_nothing() -> None:
    """It lists methods and paths."""
    asked: list[str] = []
    with deployed(lambda handler: asked.append(handler.path)) as url:
        done = run("verify", url, *PARAM, "--dry-run")
    assert done.returncode == 0
    assert "POST" in done.stdout
    assert "/public/api/v1/inboxes/{inbox_identifier}/contacts" in done.stdout
    assert asked == []


def test_a_baseline_accepts_what_is_known_and_tells_what_has_healed(tmp_path: Path) -> None:
    """Written once, it lets the same findings pass; on a mended deployment they are told as healed."""
    baseline = tmp_path / "baseline.yaml"
    (tmp_path / "few").mkdir()
    shutil.copy(bundled.FIXTURES / "chatwoot" / "scenarios" / "reopen.yaml", tmp_path / "few")
    options = (*PARAM, "--scenarios", str(tmp_path / "few"), *SCENARIOS, "--unsafe", "--timeout", "2")
    with deployed(says(418, b"{}", Content_Type="application/json")) as url:
        assert run("verify", url, *options, "--write-baseline", str(baseline)).returncode == 1
        entries = yaml.safe_load(baseline.read_text())
        assert entries["accepted"]
        assert run("verify", url, *options, "--baseline", str(baseline)).returncode == 0
        entries["accepted"][0]["until"] = "2020-01-01"
        baseline.write_text(yaml.safe_dump(entries))
        expired = run("verify", url, *options, "--baseline", str(baseline))
        assert expired.returncode == 1
        assert "expired" in expired.stdout
    with serving("--seed", "1") as server:
        healed = run("verify", server.url, *options, "--baseline", str(baseline))
        assert healed.returncode == 0
        assert "healed" in healed.stdout
    baseline.write_text("accepted: [{finding: 1}]")
    faulty = run("verify", "http://127.0.0.1:9", *options, "--baseline", str(baseline))
    assert faulty.returncode == 2
    assert "baseline.yaml:1" in faulty.stderr


def _hang(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", "10")
    handler.end_headers()
    handler.connection.settimeout(30)
    handler.connection.recv(1)


def _redirect(handler: BaseHTTPRequestHandler) -> None:
    says(302, b"", Location="http://elsewhere.example/")(handler)


def _endless(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.send_header("Content-Length", str(10 * 2**30))
    handler.end_headers()
    try:
        while True:
            handler.wfile.write(b"x" * 2**20)
    except OSError:
        return


@pytest.mark.parametrize(
    ("answer", "code", "words"),
    [
        (_hang, 2, "cannot be reached"),
        (says(200, b"<html>Hello</html>", Content_Type="text/html"), 1, "text/html"),
        (_redirect, 1, "302"),
        (_endless, 1, "more than 20,000,000 bytes"),
        (says(200, b"\xff\xfe", Content_Type="application/json"), 1, "UTF-8"),
    ],
    ids=["hangs", "html", "redirects", "endless", "garbage"],
)
def test_a_deployment_that_misbehaves_gets_a_clear_verdict_in_time(answer: Answer, code: int, words: str) -> None:
    """It hangs, answers HTML, redirects elsewhere, never ends, or sends garbage."""
    with deployed(answer) as url:
        done = run("verify", url, *PARAM, *SCENARIOS, "--unsafe", "--timeout", "1", "--time", "20", patience=120)
    assert done.returncode == code, done.stdout + done.stderr
    assert words in done.stdout + done.stderr


def test_a_deployment_that_is_away_or_unknown_is_told_with_what_to_check() -> None:
    """Exit code 2, and the reason."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        away = run("verify", f"http://127.0.0.1:{port}", *PARAM)
    assert (away.returncode, "nobody listens there" in away.stderr) == (2, True)
    nowhere = run("verify", "ftp://example", *PARAM)
    assert (nowhere.returncode, "is no base URL" in nowhere.stderr) == (2, True)
    with serving("--seed", "1") as server:
        tls = run("verify", server.url.replace("http://", "https://"), *PARAM)
    assert tls.returncode == 2


def test_a_scenario_with_a_fault_is_told_at_its_line(tmp_path: Path) -> None:
    """Every fault at once, each with its fix; nothing is sent."""
    (tmp_path / "odd.yaml").write_text(
        "scenario: Odd\nstep: []\nsteps:\n  - call: create-a-contakt\n    expect:\n      body:\n        - {at: $.id, equal: 1}\n        - {at: $.id, matches: '('}\n"
    )
    done = run("verify", "http://127.0.0.1:9", *PARAM, "--scenarios", str(tmp_path))
    assert done.returncode == 2
    assert "did you mean 'steps'" in done.stderr
    assert "did you mean 'create-a-contact'" in done.stderr
    assert "odd.yaml:4" in done.stderr
    assert "'equal' is no operator" in done.stderr
    assert "'(' is no regular expression" in done.stderr
