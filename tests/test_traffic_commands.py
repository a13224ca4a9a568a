"""`understudy proxy` and `understudy judge`, as a user runs them."""

from __future__ import annotations

import json
import re
import signal
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner, Result
from websockets.sync.client import connect
from websockets.typing import Subprotocol

import understudy
from hostile_shop import deployed
from processes import proxying, run, serving
from understudy.cli import main

CONTACTS = "/public/api/v1/inboxes/demo-inbox/contacts"
ACTION_CABLE = Subprotocol("actioncable-v1-json")
DEMO = json.dumps({"channel": "RoomChannel", "pubsub_token": "DemoContactPubsubTokenXY"})


def judged(traffic: str, *options: str) -> Result:
    """What `understudy judge` says, in this process."""
    return CliRunner().invoke(main, ["judge", traffic, *options], catch_exceptions=False)


def test_a_clean_session_is_kept_live_and_read_back(tmp_path: Path) -> None:
    """A client that keeps the contract sees the fake as it is, the proxy ends with 0, and so does judging its record."""
    path = tmp_path / "traffic.har"
    with (
        serving("--seed", "1", "--clock", "2026-11-20T12:00:00Z") as fake,
        proxying(fake.url, "--record", str(path)) as proxy,
    ):
        for url in (fake.url, proxy.url):
            assert httpx.get(f"{url}{CONTACTS}/demo-contact").json()["name"] == "Dana Demo"
        assert httpx.get(f"{proxy.url}/packs/app.js").status_code == 404
        assert httpx.post(f"{proxy.url}{CONTACTS}", json={"name": "Ann"}).status_code == 200
        assert proxy.stop(signal.SIGINT) == 0
        told = proxy.rest()
    assert "traffic: GET /packs/app.js: not in the document" in told
    assert "kept: no promise that counts was broken in 3 requests" in told
    done = run("judge", str(path))
    assert (done.returncode, done.stderr) == (0, "")
    assert "kept: no promise that counts was broken in 3 requests" in done.stdout


def test_a_served_session_is_judged_as_its_record_is(tmp_path: Path) -> None:
    """What a fake remembers gives the report of a HAR file: findings, events, every promise with its counts."""
    record, reports = tmp_path / "traffic.har", [tmp_path / "journal.json", tmp_path / "har.json"]
    with serving("--seed", "1", "--policy", "report", "--no-autoreply", "--control-token", "open-sesame") as fake:
        with (
            proxying(fake.url, "--record", str(record)) as proxy,
            httpx.Client(base_url=proxy.url + CONTACTS) as client,
            connect(f"ws{proxy.url.removeprefix('http')}/cable", subprotocols=[ACTION_CABLE]) as cable,
        ):
            client.post(proxy.url + CONTACTS, json={"name": 7}, headers={"Authorization": "Bearer whatever"})
            client.get("/demo-contact", params={"a": "b c"})
            client.get("/no body%2Fhere")
            cable.send(json.dumps({"command": "subscribe", "identifier": DEMO}))
            assert any('"confirm_subscription"' in text for text in cable)
            written = client.post("/demo-contact/conversations/1/messages", json={"content": "ä" * 20_000})
            assert written.json()["content"] == "ä" * 20_000
            assert any('"message.created"' in text for text in cable)
            picture = {"attachments[]": ("a.png", b"\x89PNG\x00\xff", "image/png")}
            assert client.post("/demo-contact/conversations/1/messages", files=picture).status_code == 200
            cable.close()
            proxy.stop(signal.SIGINT)
        refused = judged(fake.url)
        assert (refused.exit_code, "--control-token" in refused.stderr) == (2, True)
        options = ("--control-token", "open-sesame", "--report", f"json={reports[0]}")
        done = judged(fake.url, *options)
    assert (done.exit_code, judged(str(record), "--report", f"json={reports[1]}").exit_code) == (1, 1)
    journal, har = (json.loads(report.read_text()) for report in reports)
    assert [found["fingerprint"] for found in journal["findings"]] == [
        found["fingerprint"] for found in har["findings"]
    ]
    assert journal["statuses"] == har["statuses"]
    answers = [one for one in journal["coverage"]["operations"] if one["promises"][0]["side"] != "event"]
    assert answers == [one for one in har["coverage"]["operations"] if one["promises"][0]["side"] != "event"]
    assert sum(one["messages"] for one in answers) == 4
    for report in (journal, har):
        told = {one["operation_id"]: one["messages"] for one in report["coverage"]["operations"]}
        assert told["message-created"] >= 1


def test_only_the_sandbox_that_is_named_is_judged(tmp_path: Path) -> None:
    """What was said in one sandbox is neither a finding nor a request of another's session; all are judged without a name."""
    report = tmp_path / "report.json"
    with understudy.serve("chatwoot", seed=1, policy="report") as fake:
        for _ in range(2):
            assert httpx.get(f"{fake.url}/~clean{CONTACTS}/demo-contact").status_code == 200
        for sandbox in ("broken", "other"):
            httpx.post(f"{fake.url}/~{sandbox}{CONTACTS}", json={"name": 7})
        httpx.get(f"{fake.url}{CONTACTS}/demo-contact")
        outcomes = {}
        for options in (("--sandbox", "clean"), ("--sandbox", "broken"), ("--sandbox", "nobody"), ()):
            done = judged(fake.url, *options, "--report", f"json={report}")
            told = json.loads(report.read_text())
            requests = sum(part["requests"] for part in told["parts"])
            found = {(one["broken"]["operation_id"], one["broken"]["code"]) for one in told["findings"]}
            outcomes[options] = (done.exit_code, requests, found)
            report.unlink()
    broken = {("create-a-contact", "schema-type")}
    assert outcomes["--sandbox", "clean"] == (0, 2, set())
    assert outcomes["--sandbox", "broken"] == (1, 1, broken)
    assert outcomes["--sandbox", "nobody"][1:] == (0, set())
    assert outcomes[()] == (1, 5, broken)


def test_a_session_says_how_much_of_it_is_forgotten_and_what_a_fault_did(tmp_path: Path) -> None:
    """The journal keeps no more than there is room for; what was asked to fail is told and not judged."""
    report = tmp_path / "report.json"
    with understudy.serve("chatwoot", seed=1) as fake, httpx.Client(base_url=fake.url + CONTACTS) as client:
        for _ in range(33):
            client.post("/demo-contact/conversations/1/messages", json={"content": "\N{SNOWMAN}" * 100_000})
        fake.faults.add("malformed-json", count=1)
        client.get("/demo-contact")
        done = judged(fake.url, "--report", f"json={report}")
    assert done.exit_code == 0, done.output
    (part,) = json.loads(report.read_text())["parts"]
    skipped = {one["what"]: one["reason"] for one in part["skipped"]}
    gone = next(what for what in skipped if what.endswith(" earlier entries"))
    assert 0 < int(gone.split()[0]) == 33 - part["requests"]
    assert skipped["get-details-of-a-contact"].startswith("a failure was asked for: malformed-json")


@pytest.mark.parametrize("answer", [(200, b"[]"), (200, b"<html>"), (404, b""), (500, b"{}")])
def test_what_is_no_fake_has_no_journal(answer: tuple[int, bytes]) -> None:
    """Whatever else answers there is told with its status, and nothing is judged."""
    status, body = answer
    with deployed(lambda *_: (status, {"Content-Type": "application/json"}, body)) as url:
        done = judged(url)
    assert done.exit_code == 2
    assert f"was answered with {status}, which is no journal" in done.stderr


def test_broken_promises_end_with_1_live_and_read_back(tmp_path: Path) -> None:
    """What a client breaks is named with its pointer in both reports, and secrets are nowhere."""
    path = tmp_path / "traffic.har"
    report = ("--report", f"json={tmp_path / 'report.json'}")
    with (
        serving("--policy", "report") as fake,
        proxying(fake.url, "--record", str(path), "--secret", "X-Own", *report) as proxy,
    ):
        headers = {"X-Own": "my-own-secret", "Authorization": "Bearer my-own-token"}
        httpx.post(f"{proxy.url}{CONTACTS}", json={"name": 7}, headers=headers)
        log = proxy.logged("schema-type")
        assert proxy.stop(signal.SIGTERM) == 1
        told = proxy.rest()
    done = run("judge", str(path))
    assert done.returncode == 1
    for text in (told, done.stdout):
        assert re.search(r"schema-type create-a-contact.* /body/name", text)
    reports = path.read_text() + (tmp_path / "report.json").read_text() + told + log
    assert [secret for secret in ("my-own-secret", "my-own-token") if secret in reports] == []


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["proxy", "chat.example.com"], "'chat.example.com' is no base URL; write one such as"),
        (["proxy", "http://x", "--service", "nobody"], "there is no service 'nobody'"),
        (["proxy", "http://x", "--record", "/nowhere/a.har"], "/nowhere/a.har cannot be written"),
        (["proxy", "http://x", "--baseline", "/nowhere/b.yaml"], "/nowhere/b.yaml"),
        (["judge", "/nowhere/a.har"], "/nowhere/a.har cannot be read"),
    ],
)
def test_what_cannot_be_used_ends_with_2(arguments: list[str], message: str) -> None:
    """What a user hands in and cannot be used ends with 2 and one line that says why."""
    done = run(*arguments, *(["--port", "0"] if arguments[0] == "proxy" else []))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("error: ")
    assert message in done.stderr


def test_a_deployment_that_is_gone_is_a_finding() -> None:
    """A client whose deployment does not answer gets a 502 of ours, and the report fails with the reason."""
    with serving() as fake, proxying(fake.url) as proxy:
        fake.stop()
        answer = httpx.get(f"{proxy.url}{CONTACTS}/demo-contact")
        assert (answer.status_code, answer.json()["type"]) == (502, "urn:understudy:deployment-failed")
        assert proxy.stop(signal.SIGINT) == 1
        told = proxy.rest()
    assert re.search("answer-missing get-details-of-a-contact", told)
    assert "not judged" not in told


def test_a_record_ends_whole_when_the_proxy_is_killed(tmp_path: Path) -> None:
    """A proxy that is killed leaves a record that can be read, with all that had passed."""
    path = tmp_path / "traffic.har"
    with serving() as fake, proxying(fake.url, "--record", str(path)) as proxy:
        httpx.get(f"{proxy.url}{CONTACTS}/demo-contact")
        proxy.logged("get-details-of-a-contact")
        proxy.stop(signal.SIGKILL)
    entries = json.loads(path.read_bytes())["log"]["entries"]
    assert [entry["response"]["status"] for entry in entries] == [200]
