"""`understudy fuzz --against`: a deployment is searched, and what fails there is replayed for ever."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema_rs
from click.testing import CliRunner, Result

from corpora import CREDENTIALS, shelves_corpus, shelves_document
from processes import interrupted
from shelves import Shelves, running
from test_corpus import SCHEMA
from understudy.cli import main
from understudy.probe.corpus import ABOUT, CASES, FOUND, found


def asked(*arguments: str) -> Result:
    """Run our command to its end in this process: another one would take longer to begin than most searches take."""
    return CliRunner().invoke(main, arguments)


def fuzzed(folder: Path, url: str, *arguments: str) -> Result:
    """A search of the shelves; the corpus is in ``corpus`` below the folder."""
    document = folder / "shelves.yaml"
    order = ("--out", str(folder / "corpus"), "--against", url, *CREDENTIALS, "--seed", "1", *arguments)
    return asked("fuzz", str(document if document.exists() else shelves_document(folder)), *order)


def replayed(folder: Path, url: str, *arguments: str) -> Result:
    return asked("replay", str(folder / "corpus"), url, *CREDENTIALS, "--no-minimise", *arguments)


def findings(report: Path) -> set[str]:
    """The fingerprints of what fails in a JSON report."""
    return {one["fingerprint"] for one in json.loads(report.read_text())["findings"] if one["failing"]}


def kept(folder: Path) -> set[str]:
    """The fingerprints that a corpus keeps."""
    return {one.finding for item in found(folder / "corpus") for one in item.found}


def test_what_is_found_is_replayed_for_ever(tmp_path: Path) -> None:
    """Broken promises and laws are kept as small cases and sequences that fail alike, there, and nowhere else."""
    faults = {"odd_from": 1_000, "fails_beyond_ascii": True, "keeps_what_is_removed": True, "takes_anybody": True}
    searched, again = tmp_path / "searched.json", tmp_path / "again.json"
    with running(Shelves(**faults)) as url:
        done = fuzzed(tmp_path, url, "--max-examples", "8", "--report", f"json={searched}")
        assert done.exit_code == 1, done.stdout + done.stderr
        assert replayed(tmp_path, url, "--report", f"json={again}").exit_code == 1
    assert findings(searched) == findings(again) == kept(tmp_path)
    shown = {
        f"{one.schema.rpartition('#')[2]} {one.operation_id}"
        for item in found(tmp_path / "corpus")
        for one in item.found
    }
    assert shown >= {
        "/components/schemas/Shelf/properties/size/type add-shelf",
        "not_a_server_error add-shelf",
        "use_after_free show-shelf",
        "ignored_auth add-shelf",
    }
    validator = jsonschema_rs.validator_for(SCHEMA)
    for line in (tmp_path / "corpus" / FOUND).read_bytes().splitlines():
        validator.validate(json.loads(line))
        assert b"5ecr3t" not in line
    with running(Shelves()) as url:
        done = replayed(tmp_path, url)
    assert done.exit_code == 0, done.stdout


def test_a_finding_is_kept_once_and_beside_what_was_made(tmp_path: Path) -> None:
    """Another search adds only what is new, and neither it nor making the corpus anew takes anything away."""
    folder = shelves_corpus(tmp_path)
    made = (folder / CASES).read_bytes()
    with running(Shelves(odd_from=1_000)) as url:
        assert fuzzed(tmp_path, url, "--max-examples", "1").exit_code == 1
    first = kept(tmp_path)
    assert len(first) == 1
    with running(Shelves(odd_from=1_000, hidden_failure=True)) as url:
        done = fuzzed(tmp_path, url, "--max-examples", "1", "--explain", "--format", "curl")
    assert "2 new findings kept" in done.stdout
    assert "promises about requests are covered" in done.stdout
    assert len(kept(tmp_path)) == 3
    assert kept(tmp_path) > first
    assert (folder / CASES).read_bytes() == made
    found_then = (folder / FOUND).read_bytes()
    (folder / ABOUT).unlink()
    assert asked("fuzz", str(tmp_path / "shelves.yaml"), "--out", str(folder), "--seed", "3").exit_code == 0
    assert (folder / FOUND).read_bytes() == found_then
    assert str(found(folder)[0].id) in (folder / "cases.sh").read_text()


def test_a_correct_deployment_is_kept_in_peace(tmp_path: Path) -> None:
    """Where nothing fails the exit code is 0, and what is there is a corpus to which a later `fuzz` adds its cases."""
    with running(Shelves()) as url:
        done = fuzzed(tmp_path, url, "--max-examples", "1")
        assert done.exit_code == 0, done.stdout + done.stderr
        assert "0 new findings kept" in done.stdout
        assert "has no case" in replayed(tmp_path, url).stderr
    document = str(tmp_path / "shelves.yaml")
    assert asked("fuzz", document, "--out", str(tmp_path / "corpus"), "--seed", "4").exit_code == 0
    assert (tmp_path / "corpus" / CASES).stat().st_size


def test_a_deployment_that_is_gone_ends_the_search(tmp_path: Path) -> None:
    """What was found until then is written, and the report says that it is only a part."""
    with running(Shelves(odd_from=1, dies_after=150)) as url:
        done = fuzzed(tmp_path, url, "--timeout", "0.3", "--max-examples", "200")
    assert done.exit_code == 1, done.stdout + done.stderr
    assert "no longer answers" in done.stdout
    assert {one.code for item in found(tmp_path / "corpus") for one in item.found} == {"schema-type", "answer-missing"}


def test_an_interrupted_search_keeps_what_it_has(tmp_path: Path) -> None:
    """Ctrl-C ends it with a report, and with a corpus that a replay takes."""
    document = shelves_document(tmp_path)
    with running(Shelves(odd_from=1_000)) as url:
        order = ["--out", str(tmp_path / "corpus"), "--against", url, *CREDENTIALS, "--max-examples", "10000"]
        code, said, errors = interrupted(["fuzz", str(document), *order], "fuzzing ", "stdout")
        assert code == 1, said + errors
        assert "interrupted" in said
        assert "Traceback" not in errors
        assert kept(tmp_path)
        assert replayed(tmp_path, url).exit_code == 1


def test_what_makes_no_sense_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    """Options of the other mode, another document's corpus, a file in a folder's place and a lone shard are named."""
    folder, app = shelves_corpus(tmp_path), Shelves()
    with running(app) as url:
        order = (str(tmp_path / "shelves.yaml"), "--out", str(folder), "--against", url)
        assert "--max-cases is not for --against" in fuzzed(tmp_path, url, "--max-cases", "3").stderr
        assert "--shard needs --seed" in asked("fuzz", *order, "--shard", "1/2").stderr
        other = asked("fuzz", "pingback", "--out", str(folder), "--against", url)
        assert "has another corpus" in other.stderr
        assert (
            "no corpus to go on with"
            in asked("fuzz", "--out", str(tmp_path / "no"), "--against", url, "--resume").stderr
        )
        file = tmp_path / "shelves.yaml"
        assert "is a file" in asked("fuzz", str(file), "--out", str(file), "--against", url).stderr
    assert not app.heard
    assert "--rate is for --against alone" in asked("fuzz", "--out", str(tmp_path / "no"), "--rate", "3").stderr
    assert "cannot be reached" in fuzzed(tmp_path, "http://127.0.0.1:9").stderr
