"""What scenarios say of bodies and headers, kept in the sequences of a corpus: judged by a replay as `verify` judges it."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpora import shelves_document
from processes import run
from shelves import TOKEN, Shelves, judge_of, running
from understudy.contract.contract import Contract
from understudy.contract.coverage import Coverage
from understudy.contract.document import load as load_document
from understudy.probe import corpus
from understudy.probe.cases.ask import Ask
from understudy.probe.corpus import CASES, About, read
from understudy.probe.judge import Judge
from understudy.probe.replay import Order, Replay
from understudy.probe.scenario import load, load_all
from understudy.probe.sequences.from_scenarios import sequences
from understudy.probe.sequences.sequence import CallSequence, Step, sequence_of
from understudy.probe.swift import SwiftTarget
from understudy.probe.target import Manners

SHOWN = """
scenario: A shelf is shown as it was added
let: {name: "${mark} two"}
steps:
  - call: add-shelf
    body: {name: "${mark} one", size: 3}
    capture: {other: $.id}
  - call: show-shelf
    with: {shelf_id: "${other}"}
    capture: {size: $.size}
  - call: add-shelf
    body: {name: "${name}", size: 7}
    expect:
      status: 201
      body:
        - {at: $.id, greater_than: "${other}"}
        - {at: $.size, not_equals: "${size}"}
    capture: {shelf: $.id}
  - call: show-shelf
    with: {shelf_id: "${shelf}"}
    expect:
      header:
        - {at: "$['content-type']", equals: application/json}
      body:
        - {at: $.id, greater_than: "${other}"}
        - {at: $.name, equals: "${name}"}
cleanup:
  - call: remove-shelf
    with: {shelf_id: "${shelf}"}
"""
AGAIN = """
scenario: A shelf is read alike twice
steps:
  - call: add-shelf
    body: {name: "${mark}", size: 70}
    capture: {shelf: $.id, size: $.id}
  - call: show-shelf
    with: &it {shelf_id: "${shelf}"}
    capture: {size: $.size}
  - call: show-shelf
    with: *it
    expect:
      body:
        - {at: $.size, equals: "${size}"}
  - call: show-shelf
    with: *it
"""
LAW = "shown.yaml#/steps/3/expect/body/1"


class Shouting(Shelves):
    """Shows names in capitals, which no document forbids."""

    def _answer(self, method: str, path: str, headers: Mapping[bytes, bytes], body: bytes) -> tuple[int, Any]:
        status, said = super()._answer(method, path, headers, body)
        return status, {**said, "name": said["name"].upper()} if method == "GET" and said else said


class Unique(Shelves):
    """Takes no name twice."""

    def _add(self, headers: Mapping[bytes, bytes], body: bytes) -> tuple[int, Any]:
        if any(shelf["name"] == json.loads(body)["name"] for shelf in self.shelves.values()):
            return 422, None
        return super()._add(headers, body)


class Growing(Shelves):
    """Shows a shelf larger each time."""

    def _answer(self, method: str, path: str, headers: Mapping[bytes, bytes], body: bytes) -> tuple[int, Any]:
        status, said = super()._answer(method, path, headers, body)
        if method == "GET" and said:
            said["size"] += 1
        return status, said


def scenarios(folder: Path, text: str = SHOWN) -> Path:
    """A folder with the one scenario."""
    (folder / "scenarios").mkdir()
    (folder / "scenarios" / "shown.yaml").write_text(text)
    return folder / "scenarios"


def told(folder: Path, text: str = SHOWN) -> Path:
    """A corpus of the one scenario's sequence; its folder."""
    document = shelves_document(folder)
    contract = Contract(load_document(document))
    made, _ = sequences(contract, load_all(scenarios(folder, text), contract.by_id), {})
    about = About(str(document), "Shelves", Coverage(contract).digest, "observed", (), 1)
    corpus.write(folder / "corpus", made, about)
    return folder / "corpus"


def replayed(folder: Path, url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return run("replay", str(folder), url, "--header", f"Authorization={TOKEN}", *arguments)


def broken(report: Path) -> dict[str, str]:
    """The fingerprints of a report's broken laws, by promise."""
    found = json.loads(report.read_text())["findings"]
    return {one["broken"]["schema"]: one["fingerprint"] for one in found if one["broken"]["code"] == "law-broken"}


def test_a_replay_finds_what_only_a_law_tells(tmp_path: Path) -> None:
    """It names the law as `verify` does; what is left of the sequence breaks it by itself, and on no good server."""
    folder, report = tmp_path / "corpus", tmp_path / "reports" / "replay.json"
    document, laws = str(shelves_document(tmp_path)), str(scenarios(tmp_path))
    made = run("fuzz", document, "--out", str(folder), "--seed", "1", "--scenarios", laws)
    assert made.returncode == 0, made.stderr
    with running(Shouting()) as url:
        done = replayed(folder, url, "--report", f"json={report}", "--shrink-to", str(tmp_path / "few"))
        assert done.returncode == 1, done.stdout + done.stderr
        found = broken(report)
        assert found.keys() == {LAW}
        assert "A shelf is shown as it was added: $.name is" in done.stdout
        small = tmp_path / "reports" / "failures" / found[LAW]
        again = replayed(small, url, "--no-minimise")
        verified = run(
            "verify", url, "--document", document, "--scenarios", laws,
            "--header", f"Authorization={TOKEN}", "--part", "scenarios", "--report", f"json={tmp_path / 'verify.json'}",
        )  # fmt: skip
    assert again.returncode == 1, again.stdout + again.stderr
    assert verified.returncode == 1, verified.stdout + verified.stderr
    assert broken(tmp_path / "verify.json") == found
    (item,) = read(small).items
    assert isinstance(item, CallSequence)
    assert [one.title for one in read(tmp_path / "few").items if isinstance(one, CallSequence)] == [item.title]
    assert [step.operation_id for step in item.steps] == ["add-shelf", "add-shelf", "show-shelf"]
    assert [one["at"] if one else None for one in item.steps[-1].expect_values["body"]] == [None, "$.name"]
    with running(Shelves()) as url:
        for kept in (small, folder):
            assert replayed(kept, url).returncode == 0


def test_what_a_law_rests_on_stays(tmp_path: Path) -> None:
    """No reading is left out that gives a name, were there another value by that name; so a good server passes."""
    folder = told(tmp_path, AGAIN)
    with running(Growing()) as url:
        done = replayed(folder, url, "--failures", str(tmp_path / "failures"))
    assert done.returncode == 1, done.stdout + done.stderr
    (small,) = (tmp_path / "failures").iterdir()
    (item,) = read(small).items
    assert isinstance(item, CallSequence)
    assert [step.operation_id for step in item.steps] == ["add-shelf", "show-shelf", "show-shelf"]
    with running(Shelves()) as url:
        assert replayed(small, url).returncode == 0


def test_what_is_made_is_new_each_time(tmp_path: Path) -> None:
    """A deployment that takes no name twice keeps its word in the second replay, too; recorded answers stay comparable."""
    folder = told(tmp_path)
    with running(Unique()) as url:
        for time in ("the first", "the second"):
            done = replayed(folder, url)
            assert done.returncode == 0, time + done.stdout
    for way in ("--record", "--expect"):
        with running(Unique()) as url:
            done = replayed(folder, url, way)
        assert done.returncode == 0, way + done.stdout


def test_a_corpus_without_laws_is_read_as_before(tmp_path: Path) -> None:
    """Lines that say nothing of values are judged by statuses alone."""
    folder = told(tmp_path)
    (line,) = map(json.loads, (folder / CASES).read_text().splitlines())
    for step in line["steps"]:
        step.pop("expect_values", None)
        del step["place"]
    (folder / CASES).write_text(json.dumps(line) + "\n")
    with running(Shouting()) as url:
        done = replayed(folder, url)
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_cannot_be_judged_is_told_before_anything_is_sent(tmp_path: Path) -> None:
    """An odd expectation in a line of a corpus is a fault of the file: an operator, a JSONPath, or a part of an answer."""
    folder = told(tmp_path)
    text = (folder / CASES).read_text()
    for written, instead, said in (
        ('"equals"', '"equal"', "is no operator"),
        ("$.name", "$.[", "is no JSONPath"),
        ('"body":[', '"text":[', "'text'"),
    ):
        assert written in text
        (folder / CASES).write_text(text.replace(written, instead))
        done = replayed(folder, "http://127.0.0.1:9")
        assert done.returncode == 2
        assert "cases.ndjson:1" in done.stderr
        assert said in done.stderr


def test_what_may_rest_on_a_socket_is_not_asked_of_a_replay(tmp_path: Path) -> None:
    """What needs a name that no call gives, and all that follows listening, is left out; the rest keeps its place."""
    path = tmp_path / "heard.yaml"
    path.write_text("""
scenario: A shelf is told of
steps:
  - call: add-shelf
    body: {name: one, size: 3}
    expect:
      body:
        - {at: $.size, equals: "${told}"}
        - {at: $.name, equals: one}
    capture: {shelf: $.id}
  - listen: cable
    identifier: shelves
  - call: show-shelf
    with: {shelf_id: "${shelf}"}
    expect:
      body:
        - {at: $.name, equals: one}
""")
    contract = judge_of(tmp_path).main
    (found,), _ = sequences(contract, [load(path, contract.by_id)], {})
    add, show = found.steps
    assert add.expect_values == {"body": [None, {"at": "$.name", "equals": "one"}]}
    assert (show.expect, show.expect_values, show.place) == (("2XX",), {}, "/steps/2")


def test_lanes_know_what_they_captured(tmp_path: Path) -> None:
    """What must follow in one lane is judged by what that lane and the steps before it captured."""

    def lane(number: int, operation: str, name: str, at: str = "") -> Step:
        expected = {"body": [{"at": "$.id", "equals": f"${{{at}}}"}, {"at": "$.id", "greater_than": "${first}"}]}
        ask = Ask(
            {"path": {"shelf_id": f"${{{at}}}"}} if at else {},
            **({} if at else {"body": {"name": name, "size": 1}, "media_type": "application/json"}),
        )
        capture = {} if at else {name: "$.id"}
        return Step(operation, ask, capture, lane=number, expect_values=expected if at else {})

    steps = [
        lane(0, "add-shelf", "first"),
        *(step for n in (1, 2) for step in (lane(n, "add-shelf", f"v{n}"), lane(n, "show-shelf", "", f"v{n}"))),
        Step("show-shelf", Ask({"path": {"shelf_id": "${v1}"}}), expect_values={
            "body": [{"at": "$.id", "not_equals": "${v2}"}, {"at": "$.id", "equals": "${first}"}],
        }),
    ]  # fmt: skip
    judge = judge_of(tmp_path)

    async def play(url: str) -> Replay:
        async with SwiftTarget(url, Manners(headers={"Authorization": TOKEN}, patience=10)) as target:
            order = Order([sequence_of("two at once", "found", steps)])
            replay = Replay(target, Judge({"document": judge.main}), order, lambda *_: None)
            await replay.run()
            return replay

    with running(Shelves()) as url:
        replay = asyncio.run(play(url))
    assert not replay.parts[-1].skipped
    (law,) = replay.judge.findings.values()
    assert (law.violation.where, law.violation.schema, law.count) == ("/body/id", "sequences#show-shelf", 1)
