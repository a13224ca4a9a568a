"""`understudy replay`: a corpus sent to a deployment, what it finds, and what it makes of that."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest

from corpora import CREDENTIALS, cases_of, shelves_corpus
from processes import interrupted, run, serving
from shelves import TOKEN, Shelves, running
from understudy.probe.corpus import CASES, read
from understudy.probe.sequences.sequence import CallSequence


def replayed(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("replay", str(folder), url, *CREDENTIALS, *arguments)


def findings(report: Path) -> dict[str, dict[str, object]]:
    """The findings of a JSON report, by code and operation."""
    return {
        f"{one['broken']['code']} {one['broken']['operation_id']}": one
        for one in json.loads(report.read_text())["findings"]
    }


def test_a_deployment_that_keeps_its_word_passes(tmp_path: Path) -> None:
    """Every case and sequence is sent, nothing is found, and the exit code is 0."""
    folder, app = shelves_corpus(tmp_path), Shelves()
    with running(app) as url:
        done = replayed(folder, url)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "kept" in done.stdout
    assert len(app.heard) > len(read(folder).items)
    assert ("GET", "/shelves/2", b"") in app.heard


def test_a_failing_case_is_made_small_and_kept(tmp_path: Path) -> None:
    """What is left of the body is what the failure needs; it fails again by itself, as a corpus and as a curl line."""
    folder = shelves_corpus(tmp_path)
    report = tmp_path / "reports" / "report.json"
    with running(Shelves(odd_from=1000)) as url:
        done = replayed(folder, url, "--report", f"json={report}")
        assert done.returncode == 1, done.stdout + done.stderr
        fingerprint = str(findings(report)["schema-type add-shelf"]["fingerprint"])
        kept = tmp_path / "reports" / "failures" / fingerprint
        (case,) = cases_of(kept)
        assert case.kind == "valid"
        assert len(case.ask.body["name"]) == 1
        assert case.ask.body["size"] >= 1000
        assert replayed(kept, url, "--no-minimise").returncode == 1
        line = (kept / "curl.sh").read_text()
        assert "5ecr3t" not in line
        environment = {**os.environ, "AUTHORIZATION": TOKEN}
        said = subprocess.run(["sh", "-c", line], capture_output=True, text=True, check=True, env=environment).stdout
        assert said.startswith("HTTP/1.1 201")
        assert json.loads(said.splitlines()[-1])["size"] == str(case.ask.body["size"])
    with running(Shelves()) as url:
        assert replayed(kept, url).returncode == 0


def test_an_invalid_request_may_not_make_it_fail(tmp_path: Path) -> None:
    """A failure is no refusal, even where the document allows any status; and a good request must not fail either."""
    folder, report = shelves_corpus(tmp_path), tmp_path / "report.json"
    with running(Shelves(fails_beyond_ascii=True)) as url:
        done = replayed(folder, url, "--report", f"json={report}", "--no-minimise")
    assert done.returncode == 1
    assert "500 is the answer to a good request" in done.stdout
    assert not (tmp_path / "failures").exists()


def test_what_is_accepted_though_forbidden_is_a_remark(tmp_path: Path) -> None:
    """A deployment that takes more than the document allows breaks no promise: it is told, and the exit code is 0."""
    folder, report = shelves_corpus(tmp_path), tmp_path / "report.json"
    with running(Shelves(takes_anything=True)) as url:
        done = replayed(folder, url, "--report", f"json={report}")
    assert done.returncode == 0, done.stdout
    assert "forbidden-accepted add-shelf" in findings(report)


def test_the_fewest_cases_show_every_finding(tmp_path: Path) -> None:
    """A corpus that was shrunk finds what the whole one found, with a few cases."""
    folder, whole, small = shelves_corpus(tmp_path), tmp_path / "whole.json", tmp_path / "small.json"
    faults = {"odd_from": 1000, "fails_beyond_ascii": True, "takes_anything": True}
    with running(Shelves(**faults)) as url:
        replayed(folder, url, "--no-minimise", "--report", f"json={whole}", "--shrink-to", str(tmp_path / "few"))
        replayed(tmp_path / "few", url, "--no-minimise", "--report", f"json={small}")
    items = read(tmp_path / "few").items
    fingerprints = [{f["fingerprint"] for f in json.loads(path.read_text())["findings"]} for path in (whole, small)]
    assert fingerprints[0] == fingerprints[1]
    assert 0 < len(items) <= len(fingerprints[0]) < len(read(folder).items) / 2


def test_recorded_answers_are_what_is_expected(tmp_path: Path) -> None:
    """The same deployment gives the same answers but ids; one that answers otherwise is told, place by place."""
    folder = shelves_corpus(tmp_path)
    with running(Shelves()) as url:
        assert replayed(folder, url, "--record").returncode == 0
    with running(Shelves()) as url:
        done = replayed(folder, url, "--expect")
        assert done.returncode == 0, done.stdout
    report = tmp_path / "report.json"
    with running(Shelves(takes_anything=True)) as url:
        done = replayed(folder, url, "--expect", "--report", f"json={report}")
    assert done.returncode == 1
    assert "status: recorded was 422, now it is 201" in done.stdout
    (folder / "answers.ndjson").unlink()
    assert "--record" in replayed(folder, "http://127.0.0.1:9", "--expect").stderr


def test_a_deployment_that_dies_is_no_verdict(tmp_path: Path) -> None:
    """Where it stops answering the replay ends and says so, with exit code 2; so it does where nobody answers at all."""
    folder = shelves_corpus(tmp_path)
    with running(Shelves(dies_after=20)) as url:
        done = replayed(folder, url, "--no-minimise", "--rate", "200")
    assert "no longer answers" in done.stdout
    assert done.returncode == 1, "a request without an answer breaks a promise"
    done = replayed(folder, "http://127.0.0.1:9")
    assert done.returncode == 2
    assert "cannot be reached" in done.stderr


def test_the_time_for_everything_is_kept(tmp_path: Path) -> None:
    """A deployment that hangs ends the replay when the time is over, and what was not tried is said."""
    with running(Shelves(hangs_after=30)) as url:
        done = replayed(shelves_corpus(tmp_path), url, "--time", "1", "--no-minimise")
    assert done.returncode == 2
    assert "the time was over" in done.stdout


def test_only_what_reads_is_sent_where_harm_could_be_done(tmp_path: Path) -> None:
    """With `--safe`, no case or sequence that may change something is sent, and each is told as skipped."""
    app = Shelves()
    with running(app) as url:
        done = replayed(shelves_corpus(tmp_path), url, "--safe")
    assert {method for method, _, _ in app.heard} == {"GET"}
    assert "--unsafe" in done.stdout


def test_shards_send_every_case_once(tmp_path: Path) -> None:
    """Two parts together send just what the whole sends."""
    folder, sent = shelves_corpus(tmp_path), []
    (folder / CASES).write_bytes(
        b"".join(line + b"\n" for line in (folder / CASES).read_bytes().splitlines() if b'"sequence"' not in line)
    )
    for shard in ("1/2", "2/2", "1/1"):
        app = Shelves()
        with running(app) as url:
            replayed(folder, url, "--shard", shard, "--param", "shelf_id=1")
        sent.append(sorted(app.heard[1:]))
    assert sorted([*sent[0], *sent[1]]) == sent[2]
    assert sent[0]
    assert sent[1]


def test_a_document_that_changed_is_said(tmp_path: Path) -> None:
    """Labels hold for the document they were given by; another one is told, and judges all the same."""
    folder = shelves_corpus(tmp_path)
    document = tmp_path / "shelves.yaml"
    document.write_text(document.read_text().replace("maxLength: 60", "maxLength: 61"))
    with running(Shelves()) as url:
        assert "another one" in replayed(folder, url).stderr


def test_a_finding_that_is_accepted_does_not_fail(tmp_path: Path) -> None:
    """A baseline is written and taken as verify does."""
    folder, baseline = shelves_corpus(tmp_path), tmp_path / "baseline.yaml"
    with running(Shelves(odd_from=1000)) as url:
        assert replayed(folder, url, "--no-minimise", "--write-baseline", str(baseline)).returncode == 1
        assert replayed(folder, url, "--no-minimise", "--baseline", str(baseline)).returncode == 0


@pytest.mark.parametrize("service", ["chatwoot", "pingback"])
def test_our_own_server_keeps_its_word(service: str, tmp_path: Path) -> None:
    """The whole corpus of a service is answered by its played product as the contract has it, sequences to their end."""
    given = {"chatwoot": "inbox_identifier=demo-inbox", "pingback": "token=demo-token"}[service]
    assert run("fuzz", service, "--out", str(tmp_path / "corpus"), "--seed", "1").returncode == 0
    report = tmp_path / "report.json"
    with serving(service, "--seed", "1", "--log", "quiet") as server:
        for time in ("the first", "the second"):
            done = run("replay", str(tmp_path / "corpus"), server.url, "--param", given, "--report", f"json={report}")
            assert done.returncode == 0, time + done.stdout[-3000:] + done.stderr
    items = read(tmp_path / "corpus").items
    parts = {part["name"]: part for part in json.loads(report.read_text())["parts"]}
    sequences = sum(isinstance(item, CallSequence) for item in items)
    skipped = parts["sequences"]["skipped"]
    assert parts["cases"]["tried"] == len(items) - sequences
    assert parts["sequences"]["tried"] == sequences - len(skipped)
    assert all("needs --param" in one["reason"] for one in skipped)
    assert not parts["identifiers"]["skipped"]


def test_an_interrupted_replay_tells_what_it_has(tmp_path: Path) -> None:
    """Ctrl-C ends it with a report on what was sent, and with exit code 2: it is no verdict."""
    folder = shelves_corpus(tmp_path)
    with running(Shelves()) as url:
        code, said, _ = interrupted(["replay", str(folder), url, *CREDENTIALS, "--rate", "20"], "cases ", "stdout")
    assert code == 2
    assert "interrupted after" in said
