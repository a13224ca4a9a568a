"""`understudy fuzz`: a corpus that can be kept: the same bytes from the same seed, whole at every moment."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from pathlib import Path

import jsonschema_rs
import pytest

from corpora import cases_of, contract_of, shelves_corpus, shelves_document
from processes import COMMAND, PATIENCE, hear_interrupts, interrupted, run
from understudy.probe.corpus import CASES, read
from understudy.probe.expectations import OPERATORS
from understudy.probe.sequences.sequence import CallSequence

SCHEMA = json.loads((Path(__file__).resolve().parents[2] / "spec/understudy/case.schema.json").read_text())


def fuzzed(document: Path, out: Path, *arguments: str, hash_seed: str = "1") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, "fuzz", str(document), "--out", str(out), *arguments],
        capture_output=True, text=True, check=False, timeout=PATIENCE, env={**os.environ, "PYTHONHASHSEED": hash_seed},
    )  # fmt: skip


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    """Cases, sequences and what is drawn by chance are the same in another process; another seed gives others."""
    document = shelves_document(tmp_path)
    for name, seed in (("one", "7"), ("two", "7"), ("other", "8")):
        done = fuzzed(document, tmp_path / name, "--seed", seed, "--max-cases", "160", hash_seed=str(len(name)))
        assert done.returncode == 0, done.stderr
        assert f"seed: {seed}" in done.stdout
    one, two, other = ((tmp_path / name / CASES).read_bytes() for name in ("one", "two", "other"))
    assert one == two != other
    assert one.count(b"\n") == 160
    assert b'"keyword":"drawn"' in one


def cut_off(arguments: list[str], number: int, after: int) -> int:
    """Start our command, and end it by a signal once it has drawn more cases; returns how many it had."""
    process = subprocess.Popen(
        [COMMAND, *arguments],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, preexec_fn=hear_interrupts,
    )  # fmt: skip
    try:
        assert process.stderr
        drawn = (int(found[1]) for line in process.stderr if (found := re.match(r"depth (\d+)/", line)))
        had = next(count for count in drawn if count > after)
        process.send_signal(number)
    finally:
        process.wait(PATIENCE)
        if process.stderr:
            process.stderr.close()
    return had


def test_a_run_that_is_cut_off_again_and_again_goes_on_to_the_same_corpus(tmp_path: Path) -> None:
    """Killed or interrupted, what it leaves can be read, and the last run ends with the bytes of an unbroken one."""
    document, order = shelves_document(tmp_path), ("--seed", "7", "--max-cases", "300")
    assert fuzzed(document, tmp_path / "whole", *order).returncode == 0
    arguments, had = ["fuzz", str(document), "--out", str(tmp_path / "cut"), *order], 0
    for number in (signal.SIGKILL, signal.SIGINT, signal.SIGKILL):
        had = cut_off(arguments, number, had)
        left = read(tmp_path / "cut")
        assert left.about
        assert not left.about.complete
        assert 0 < len(left.items) < 300
    done = fuzzed(document, tmp_path / "cut", "--max-cases", "300", "--resume")
    assert done.returncode == 0, done.stderr
    assert "seed: 7" in done.stdout
    for file in (CASES, "corpus.json"):
        assert (tmp_path / "cut" / file).read_bytes() == (tmp_path / "whole" / file).read_bytes()


def test_ctrl_c_leaves_a_corpus_that_says_how_to_go_on(tmp_path: Path) -> None:
    """An interrupted run ends with exit code 2 and no traceback, and what it wrote can be read."""
    document = shelves_document(tmp_path)
    order = ["--out", str(tmp_path / "out"), "--max-cases", "100000"]
    code, _, said = interrupted(["fuzz", str(document), *order], "depth ", "stderr")
    assert code == 2
    assert "interrupted" in said
    assert "Traceback" not in said
    assert read(tmp_path / "out").items


def test_a_line_that_was_cut_off_is_no_case(tmp_path: Path) -> None:
    """A last line without its end is left out; one within that is no case is named with its number."""
    folder = shelves_corpus(tmp_path)
    whole = read(folder).items
    file = folder / CASES
    file.write_bytes(file.read_bytes()[:-10])
    assert read(folder).items == whole[:-1]
    file.write_bytes(b'{"kind": "valid"}\n')
    done = run("replay", str(folder), "http://127.0.0.1:9")
    assert done.returncode == 2
    assert "cases.ndjson:1" in done.stderr


@pytest.mark.parametrize("target", ["chatwoot", "pingback"])
def test_every_line_keeps_the_documented_schema(target: str, tmp_path: Path) -> None:
    """Each line of a corpus is what `spec/understudy/case.schema.json` says, and says all of itself."""
    done = run("fuzz", target, "--out", str(tmp_path / "out"), "--seed", "1")
    assert done.returncode == 0, done.stderr
    validator = jsonschema_rs.validator_for(SCHEMA)
    for line in (tmp_path / "out" / CASES).read_bytes().splitlines():
        validator.validate(json.loads(line))
    for item in read(tmp_path / "out").items:
        assert type(item).from_json(item.as_json()) == item


def test_the_schema_refuses_what_is_no_case() -> None:
    """An invalid case must say what it breaks, a valid one must not, and nobody may add keys or make up operators."""
    aim = {"promise": "#/paths", "keyword": "type", "what": "x"}
    good = {"id": "0123456789ab", "kind": "valid", "operation_id": "x", "aim": aim, "ask": {}}
    validator = jsonschema_rs.validator_for(SCHEMA)
    assert validator.is_valid(good)
    assert set(SCHEMA["$defs"]["expectations"]["items"]["oneOf"][1]["propertyNames"]["enum"]) == {"at", *OPERATORS}
    for odd in (
        {"kind": "invalid"},
        {"broken": {"code": "x", "where": "/", "schema": "#/"}},
        {"ask": {"odd": 1}},
        {"id": "7"},
    ):
        assert not validator.is_valid({**good, **odd})


def test_labels_of_drawn_cases_are_the_contracts(tmp_path: Path) -> None:
    """A valid case breaks nothing and an invalid one just the promise that it names, whatever drew it; none is twice."""
    folder = shelves_corpus(tmp_path, 300)
    cases = cases_of(folder)
    contract = contract_of(str(tmp_path / "shelves.yaml"))
    assert sum(case.aim.keyword == "drawn" for case in cases) > 100
    for case in cases:
        broken = {(v.code, v.schema) for v in contract.check_request(case.request(contract)) if v.status}
        assert broken == (set() if case.broken is None else {(case.broken.code, case.broken.schema)})
    requests = [case.request(contract) for case in cases]
    assert len({(r.verb, r.target, r.raw_headers, r.body) for r in requests}) == len(requests)


def test_shards_share_out_the_whole(tmp_path: Path) -> None:
    """Every case of the whole is in just one of its parts, what was drawn by chance included."""
    document, order = shelves_document(tmp_path), ("--seed", "7", "--max-cases", "130")
    assert fuzzed(document, tmp_path / "whole", *order).returncode == 0
    parts = []
    for number in (1, 2, 3):
        assert fuzzed(document, tmp_path / str(number), *order, "--shard", f"{number}/3").returncode == 0
        parts.append((tmp_path / str(number) / CASES).read_bytes().splitlines())
    assert all(parts)
    assert sorted(line for part in parts for line in part) == sorted(
        (tmp_path / "whole" / CASES).read_bytes().splitlines()
    )


def test_one_folder_holds_one_corpus(tmp_path: Path) -> None:
    """A folder with another corpus is left alone, and where there is none nothing can be gone on with."""
    document = shelves_document(tmp_path)
    assert fuzzed(document, tmp_path / "out", "--seed", "1").returncode == 0
    before = (tmp_path / "out" / CASES).read_bytes()
    done = fuzzed(document, tmp_path / "out", "--seed", "2")
    assert done.returncode == 2
    assert "has another corpus" in done.stderr
    assert (tmp_path / "out" / CASES).read_bytes() == before
    assert "no corpus to go on with" in fuzzed(document, tmp_path / "none", "--resume").stderr
    assert "K/N" in fuzzed(document, tmp_path / "none", "--shard", "5/4").stderr
    assert "no such format" in fuzzed(document, tmp_path / "none", "--format", "odd").stderr


def test_a_small_corpus_shows_the_most_first(tmp_path: Path) -> None:
    """With few cases asked for, those that exercise the most stay, and a sequence is among them."""
    document = shelves_document(tmp_path)
    done = fuzzed(document, tmp_path / "few", "--seed", "1", "--max-cases", "10", "--explain")
    assert done.returncode == 0, done.stderr
    items = read(tmp_path / "few").items
    assert len(items) == 10
    assert any(isinstance(item, CallSequence) for item in items)
    assert "promises about requests are covered, " in done.stdout
    assert "#/components/schemas/New/properties/name/maxLength" in done.stdout
