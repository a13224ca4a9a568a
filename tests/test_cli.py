"""The command line: what is announced, what bad input is told, how a server ends."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from processes import run, serving
from understudy import effective
from understudy.commands import options, verify
from understudy.contract.contract import ENGINES
from understudy.probe.verify import PARTS
from understudy.server import gate, logs

PETS = {
    "openapi": "3.1.0",
    "info": {"title": "Pets", "version": "1"},
    "paths": {
        "/pets": {
            "get": {
                "operationId": "list-pets",
                "responses": {"200": {"description": "Fine", "content": {"application/json": {"example": ["Rex"]}}}},
            }
        }
    },
}


def document(tmp_path: Path, data: Any = None, name: str = "pets.json") -> Path:
    path = tmp_path / name
    path.write_text(data if isinstance(data, str) else json.dumps(data or PETS))
    return path


def test_help_is_instant() -> None:
    """`--help` imports neither Connexion nor openapi-core."""
    script = (
        "import sys, understudy.cli; print([m for m in sys.modules if m in ('connexion', 'openapi_core', 'starlette')])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    assert "serve" in run("--help").stdout


def test_the_choices_of_the_command_line_are_those_of_the_code() -> None:
    """The command line offers exactly the profiles, policies and log formats that exist."""
    assert (options.PROFILES, options.POLICIES, options.LOGS) == (effective.PROFILES, gate.POLICIES, logs.FORMATS)
    assert options.ENGINES == ENGINES
    assert tuple(PARTS) == verify.PARTS


def test_the_announcement_is_true_when_it_is_made() -> None:
    """The printed URL answers at once, the curl line works when pasted, the seed is printed."""
    with serving() as server:
        assert httpx.get(f"{server.url}/_understudy/health").json()["status"] == "ok"
        line = next(line for line in server.announced.splitlines() if "try: " in line)
        pasted = subprocess.run(line.split("try: ")[1].split(), capture_output=True, text=True, check=True)
        assert json.loads(pasted.stdout)["source_id"] == "demo-contact"
        assert "demo-inbox" in server.announced
        assert "seed: " in server.announced


def test_every_part_is_announced_with_a_line_that_works() -> None:
    """Several products on one server are each introduced, and each printed curl line works as pasted."""
    with serving("chatwoot", "pingback", "omnivibe", "--base-path", "omnivibe=/vibe") as server:
        lines = [line.split("try: ")[1] for line in server.announced.splitlines() if "try: " in line]
        answers = [
            json.loads(subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True).stdout)
            for line in lines
        ]
    assert [answer.get("source_id", answer.get("status")) for answer in answers] == [
        "demo-contact",
        "open",
        "demo-contact",
    ]
    assert f"{server.url}/vibe/public/" in lines[2]


def test_a_changed_document_that_clashes_is_told_and_ignored(tmp_path: Path) -> None:
    """Watching, a document that comes to have another one's path is refused, and the old one stays."""
    one, other = (
        document(tmp_path, name="one.json"),
        document(tmp_path, json.dumps(PETS).replace("pets", "cats"), "b.json"),
    )
    with serving(str(one), str(other), "--watch") as server:
        other.write_text(json.dumps(PETS))
        assert "both have the path /pets" in server.logged("cannot be served")
        assert httpx.get(f"{server.url}/cats").json() == ["Rex"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_it_within_a_second(number: int) -> None:
    """SIGINT and SIGTERM end the server in time and without a traceback, idle connections notwithstanding."""
    with serving() as server, httpx.Client() as client:
        client.get(f"{server.url}/_understudy/health")
        started = time.monotonic()
        assert server.stop(number) == 0
        assert time.monotonic() - started < 1.5  # one second, and what a busy machine needs to notice
        assert server.process.stderr is not None


def test_an_open_request_is_answered_before_the_end() -> None:
    """A request that is under way when the signal comes gets its answer."""
    with serving() as server:
        host, port = server.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as connection:
            body = b'{"name": "Ann"}'
            path = "/public/api/v1/inboxes/demo-inbox/contacts"
            head = f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
            connection.sendall(head.encode() + body[:5])
            httpx.get(f"{server.url}/_understudy/health")  # by now the server has read the first half
            ended = threading.Thread(target=server.stop)
            ended.start()
            connection.sendall(body[5:])
            assert connection.recv(65536).startswith(b"HTTP/1.1 200")
            ended.join()


def test_a_taken_port_is_told_with_the_fix() -> None:
    """A port in use is one message and exit code 2."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port))
    assert done.returncode == 2
    assert done.stderr.strip() == f"error: port {port} is taken; stop what runs there, or use --port 0 for a free one"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a: [1, 2\nb: 3", "pets.yaml:2:"),
        ("a: 1\na: 2", "stands here twice"),
        ("openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths: {a: {get: {responses: {'200': {}}}}}", "begin with `/`"),
        ("openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths: {/a: {$ref: 'https://example.com/a'}}", "goes to the network"),
        ("openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths: {/a: {$ref: '../a.yaml'}}", "leaves the document's folder"),
        ("openapi: 3.2.0\ninfo: {title: x, version: '1'}\npaths: {}", "write `openapi: 3.1.1`"),
        ("just text", "not an OpenAPI document"),
        (
            "\n".join(["a0: &a0 [x,x,x,x,x,x,x,x,x]"] + [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 10)]),
            "aliases expand",
        ),
    ],
)  # fmt: skip
def test_a_bad_document_is_told_where_and_why(tmp_path: Path, content: str, message: str) -> None:
    """Every fault of a document is one clear message, exit code 2, no traceback."""
    path = document(tmp_path, content, "pets.yaml")
    for command in (("serve", "--port", "0"), ("check",)):
        done = run(*command, str(path))
        assert done.returncode == 2, done.stderr
        assert message in done.stderr
        assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("nobody",), "there is no service 'nobody'; installed are: chatwoot, omnivibe, pingback"),
        (("chatwoot", "omnivibe"), "serve one of them elsewhere, e.g. with --base-path omnivibe=/omnivibe"),
        (("chatwoot", "--base-path", "shop=/shop"), "names nothing that is served; served are: chatwoot"),
        (("./missing.yaml",), "no such file"),
        (
            ("https://shop.example/openapi.yaml",),
            "curl -o openapi.yaml https://shop.example/openapi.yaml, and name the file",
        ),
        (("chatwoot", "--overlay", "missing.yaml"), "no such file"),
        (("chatwoot", "--fixtures", "missing.yaml"), "no such file"),
        (("chatwoot", "--set", "release=1"), "choose one of: 4.13, later"),
        (("chatwoot", "--set", "nothing=1"), "has a setting 'nothing'"),
        (("chatwoot", "--set", "nonsense"), "is not NAME=VALUE"),
        (("chatwoot", "--clock", "yesterday"), "write it like"),
        (("chatwoot", "--base-path", "nonsense"), "is not NAME=VALUE"),
        (("chatwoot", "--workers", "2"), "the state lives in one process"),
        (("chatwoot", "--host", "no.such.host.invalid"), "is no address of this machine"),
        (("chatwoot", "--profile", "wrong"), "observed"),
    ],
)
def test_bad_usage_is_told_with_the_fix(tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    """Every misuse is a message on standard error and exit code 2."""
    done = run("serve", "--port", "0", *arguments, cwd=tmp_path)
    assert done.returncode == 2
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_an_unreadable_file_is_told(tmp_path: Path) -> None:
    """A folder in the place of a file is one message."""
    (tmp_path / "d.yaml").mkdir()
    done = run("serve", str(tmp_path / "d.yaml"))
    assert done.returncode == 2
    assert "this is a folder" in done.stderr


def test_a_document_of_ones_own_is_served(tmp_path: Path) -> None:
    """A document without handlers answers from itself, and is judged like any other."""
    with serving(str(document(tmp_path))) as server:
        assert f"try: curl {server.url}/pets" in server.announced
        assert httpx.get(f"{server.url}/pets").json() == ["Rex"]
        assert httpx.get(f"{server.url}/cats").status_code == 404


def test_a_changed_document_comes_into_force_and_the_state_stays(tmp_path: Path) -> None:
    """Watching, a changed overlay is enforced at once, a broken one is told and ignored, state survives."""
    overlay = tmp_path / "mine.yaml"
    head = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n"
    overlay.write_text(head + "  - {target: $.info, update: {x-mine: 1}}\n")
    contacts = "/public/api/v1/inboxes/demo-inbox/contacts"
    with serving("chatwoot", "--watch", "--overlay", str(overlay)) as server:
        made = httpx.post(f"{server.url}{contacts}", json={"name": "Ann"}).json()["source_id"]
        overlay.write_text(head + "  - {target: $.info, update: {x-mine: 2}}\n")
        server.logged("reloaded: mine.yaml")
        assert httpx.get(f"{server.url}/openapi.json").json()["info"]["x-mine"] == 2
        assert httpx.get(f"{server.url}{contacts}/{made}").json()["name"] == "Ann"
        overlay.write_text(head + "  - {target: $.nowhere, update: {}}\n")
        assert "matches nothing" in server.logged("cannot be served")
        assert httpx.get(f"{server.url}/openapi.json").json()["info"]["x-mine"] == 2


def test_changed_files_are_taken_in_when_the_control_plane_is_told(tmp_path: Path) -> None:
    """Without watching: what changed is named and in force, state survives, a broken file is told and changes nothing."""
    overlay = tmp_path / "mine.yaml"
    head = "overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n"
    overlay.write_text(head + "  - {target: $.info, update: {x-mine: 1}}\n")
    contacts = "/public/api/v1/inboxes/demo-inbox/contacts"
    with serving("chatwoot", "--overlay", str(overlay)) as server:
        reload = f"{server.url}/_understudy/reload"
        made = httpx.post(f"{server.url}{contacts}", json={"name": "Ann"}).json()["source_id"]
        assert httpx.post(reload).json() == {"reloaded": []}
        overlay.write_text(head + "  - {target: $.info, update: {x-mine: 2}}\n")
        assert httpx.get(f"{server.url}/openapi.json").json()["info"]["x-mine"] == 1
        assert httpx.post(reload).json() == {"reloaded": ["mine.yaml"]}
        assert httpx.get(f"{server.url}/openapi.json").json()["info"]["x-mine"] == 2
        assert httpx.get(f"{server.url}{contacts}/{made}").json()["name"] == "Ann"
        overlay.write_text(head + "  - {target: $.nowhere, update: {}}\n")
        refused = [httpx.post(reload), httpx.post(reload)]
        assert [answer.status_code for answer in refused] == [409, 409]
        assert "matches nothing" in refused[0].json()["detail"]
        assert httpx.get(f"{server.url}/openapi.json").json()["info"]["x-mine"] == 2


def test_changed_fixtures_start_the_state_anew(tmp_path: Path) -> None:
    """Watching, changed fixtures are planted afresh."""
    from understudy import bundled

    seed = tmp_path / "seed.yaml"
    text = (bundled.FIXTURES / "chatwoot/seed.yaml").read_text()
    seed.write_text(text)
    contacts = "/public/api/v1/inboxes/demo-inbox/contacts"
    with serving("chatwoot", "--watch", "--fixtures", str(seed)) as server:
        made = httpx.post(f"{server.url}{contacts}", json={"name": "Ann"}).json()["source_id"]
        seed.write_text(text + "\n# changed\n")
        server.logged("reloaded: seed.yaml")
        assert httpx.get(f"{server.url}{contacts}/{made}").status_code == 404
        assert httpx.get(f"{server.url}{contacts}/demo-contact").status_code == 200


def test_the_log_is_lines_for_people_or_json_for_machines() -> None:
    """Each exchange is one line; as JSON it carries the violations."""
    contacts = "/public/api/v1/inboxes/demo-inbox/contacts"
    with serving("chatwoot", "--log", "json") as server:
        httpx.post(f"{server.url}{contacts}", json={"name": 1})
        told = json.loads(server.logged("create-a-contact").splitlines()[-1])
        assert (told["method"], told["status"], told["refused"]) == ("POST", 422, True)
        assert told["violations"][0]["where"] == "/body/name"
    with serving("chatwoot") as server:
        httpx.post(f"{server.url}{contacts}", json={"name": 1})
        log = server.logged("schema-type")
        assert "refused by the contract" in log
        assert "\x1b" not in log


def test_the_same_seed_and_clock_give_the_same_bytes() -> None:
    """Two servers with one seed and one frozen clock answer the same requests with identical bytes."""
    contacts = "/public/api/v1/inboxes/demo-inbox/contacts"

    def session() -> list[tuple[int, bytes, list[tuple[str, str]]]]:
        with serving("--seed", "7", "--clock", "2026-11-20T12:00:00Z") as server, httpx.Client() as client:
            answers = [client.post(f"{server.url}{contacts}", json={"email": "ann@example.com"})]
            made = answers[0].json()["source_id"]
            answers.append(client.post(f"{server.url}{contacts}/{made}/conversations"))
            number = answers[1].json()["id"]
            messages = f"{server.url}{contacts}/{made}/conversations/{number}/messages"
            answers.append(client.post(messages, json={"content": "Hello"}))
            answers.append(client.get(messages))
            kept = [[(k, v) for k, v in a.headers.items() if k != "date"] for a in answers]
            return [(a.status_code, a.content, h) for a, h in zip(answers, kept, strict=True)]

    assert session() == session()


def test_check_finds_nothing_in_what_we_ship_and_something_in_what_is_wrong(tmp_path: Path) -> None:
    """`check` is clean for the played service; a bad example is found with file, line and pointer."""
    others = ("omnivibe", "pingback")
    for arguments in (
        (),
        ("--profile", "published"),
        ("--set", "release=4.13"),
        others,
        (*others, "--profile", "published"),
    ):
        done = run("check", *arguments)
        assert done.returncode == 0, done.stdout
        assert "0 error(s)" in done.stdout
    broken = json.loads(json.dumps(PETS))
    content = broken["paths"]["/pets"]["get"]["responses"]["200"]["content"]["application/json"]
    content |= {"schema": {"type": "array", "items": {"type": "integer"}}}
    path = document(tmp_path, json.dumps(broken, indent=1))
    done = run("check", str(path), "--json")
    assert done.returncode == 1
    found = [finding for finding in json.loads(done.stdout) if finding["level"] == "error"]
    assert [f["pointer"] for f in found] == ["/paths/~1pets/get/responses/200/content/application~1json/example"]
    assert found[0]["place"].startswith(f"{path}:")
    assert 'is "Rex", and must be integer' in found[0]["message"]
    notes = run("check", str(document(tmp_path)))
    assert notes.returncode == 0
    assert "its answers are synthesised" in notes.stdout
