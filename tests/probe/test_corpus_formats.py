"""A corpus in the formats of other tools: each tool reads its file, and sends what the cases ask, byte by byte."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

import haralyzer
import pytest

from corpora import Asked, asked, cases_of, contract_of, shelves_corpus
from shelves import Shelves, running
from understudy.contract.contract import Contract
from understudy.probe.cases.case import Case
from understudy.probe.cases.corpus import generate
from understudy.probe.corpus import Item, read
from understudy.probe.formats import FORMATS, write_all
from understudy.probe.formats.script import Script, script

TOOLS = Path(__file__).resolve().parents[1] / "clients" / "corpus"
BINARIES = TOOLS / "node_modules" / ".bin"
needs_node = pytest.mark.skipif(shutil.which("node") is None, reason="needs Node")
needs_npm = pytest.mark.skipif(
    shutil.which("node") is None or not BINARIES.is_dir(),
    reason="needs Node and npm's packages: run `npm ci --prefix tests/clients/corpus`",
)
needs_jq = pytest.mark.skipif(shutil.which("curl") is None or shutil.which("jq") is None, reason="needs curl and jq")
RUNS: dict[str, Callable[[Path], Sequence[str]]] = {
    "curl": lambda file: ["sh", str(file)],
    "pytest": lambda file: [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(file)],
    "http": lambda file: [str(BINARIES / "httpyac"), "send", str(file), "--all", "-o", "none"],
    "postman": lambda file: [str(BINARIES / "newman"), "run", str(file), "--reporters", "cli"],
    "k6": lambda file: ["node", str(TOOLS / "k6.mjs"), str(file)],
}
MARKS = {"http": [needs_npm], "postman": [needs_npm], "k6": [needs_node], "curl": [needs_jq]}
EVERY = [pytest.param(name, marks=MARKS.get(name, [])) for name in RUNS]


def ran(name: str, made: Script, folder: Path, url: str) -> subprocess.CompletedProcess[str]:
    """A format's file, run by its own tool; values come from the environment where the tool reads it."""
    (file,) = write_all(folder, [name], made)
    return subprocess.run(
        RUNS[name](file), capture_output=True, text=True, check=False, timeout=120, cwd=folder,
        env={**os.environ, "BASE": url, "UNDERSTUDY_PARAM_BEARER": "5ecr3t", "PYTEST_ADDOPTS": "", "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
    )  # fmt: skip


def expected(contract: Contract, items: Sequence[Item], made: Script) -> Counter[Asked]:
    known = {name: made.made[called] for name, called in made.names.items() if called in made.made}
    return Counter(asked(contract, item, known) for item in items if isinstance(item, Case))


def left_out(name: str, text: str) -> int:
    """How many plays a file says it leaves out."""
    return text.lower().count("left out: ") if name in ("http", "postman") else 0


@pytest.mark.parametrize("name", EVERY)
def test_a_tool_sends_the_cases_and_plays_the_sequences(name: str, tmp_path: Path) -> None:
    """Every case arrives as it was made, sequences use what was answered, and a deployment that keeps its word passes."""
    corpus = read(shelves_corpus(tmp_path))
    contract = contract_of(str(tmp_path / "shelves.yaml"))
    app = Shelves()
    with running(app) as url:
        made = script(contract, corpus.items, url, {"bearer": "5ecr3t"})
        done = ran(name, made, tmp_path, url)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    heard, wanted = Counter(app.heard), expected(contract, corpus.items, made)
    missing = left_out(name, (tmp_path / FORMATS[name].file).read_text())
    assert sum((wanted - heard).values()) == missing <= len(corpus.items) // 10
    extra = [(method, target) for method, target, _ in (heard - wanted).elements()]
    assert any(method == "DELETE" for method, _ in extra)
    assert sum(target != "/shelves" for _, target in extra) >= 3


@pytest.mark.parametrize("name", EVERY)
def test_a_tool_writes_odd_bodies_as_they_are(name: str, tmp_path: Path) -> None:
    """Forms, files, control characters, broken encodings and long texts arrive byte by byte, or are said to be left out."""
    contract = contract_of("chatwoot")
    every = generate(contract, 1)
    cases = [case for case in every if case.operation_id == "create-a-message"][::4][:80]
    assert {case.ask.media_type for case in cases} >= {"application/json", "multipart/form-data"}
    app = Shelves()
    with running(app) as url:
        made = script(contract, cases, url, {"inbox_identifier": "a/b ü?", "conversation_id": 7})
        ran(name, made, tmp_path, url)
    missing = expected(contract, cases, made) - Counter(app.heard)
    assert sum(missing.values()) == left_out(name, (tmp_path / FORMATS[name].file).read_text()) < len(cases) * 2 // 3
    assert sum("/a%2Fb%20%C3%BC%3F/" in target for _, target, _ in app.heard) > 20


@pytest.mark.parametrize("name", [param for param in EVERY if param.values[0] != "http"])
def test_a_tool_fails_where_an_answer_is_not_documented(name: str, tmp_path: Path) -> None:
    """A good request that is answered by a status nobody documented makes the tool's own run fail."""
    corpus = shelves_corpus(tmp_path)
    contract = contract_of(str(tmp_path / "shelves.yaml"))
    reads = [case for case in cases_of(corpus) if case.operation_id == "show-shelf" and case.kind == "valid"][:1]
    with running(Shelves(hidden_failure=True)) as url:
        done = ran(name, script(contract, reads, url, {"bearer": "5ecr3t"}), tmp_path, url)
    if name == "k6":
        assert len(json.loads(done.stdout)["failed"]) == 1
    else:
        assert done.returncode == 1, done.stdout + done.stderr


def test_a_har_holds_the_requests(tmp_path: Path) -> None:
    """A HAR reader finds every case with its method, URL, headers and body; sequences are said to be left out."""
    corpus = read(shelves_corpus(tmp_path))
    contract = contract_of(str(tmp_path / "shelves.yaml"))
    made = script(contract, corpus.items, "http://127.0.0.1:1", {"bearer": "5ecr3t"})
    (file,) = write_all(tmp_path, ["har"], made)
    data = json.loads(file.read_text())
    entries = haralyzer.HarParser(data).har_data["entries"]
    found = Counter(
        (e["request"]["method"], e["request"]["url"].removeprefix("http://127.0.0.1:1"), e["request"].get("postData", {}).get("text", "").encode())
        for e in entries
    )  # fmt: skip
    missing = expected(contract, corpus.items, made) - found
    assert not found - expected(contract, corpus.items, made)
    assert data["log"]["comment"].count("left out") == sum(missing.values()) + sum(
        play.is_sequence for play in made.plays
    )
    assert {
        header["value"] for e in entries for header in e["request"]["headers"] if header["name"] == "Authorization"
    } == {"Bearer 5ecr3t"}


def test_the_command_writes_what_is_asked_for(tmp_path: Path) -> None:
    """`--format` takes several names, and each becomes its file beside the cases."""
    from processes import run

    done = run("fuzz", "pingback", "--out", str(tmp_path / "out"), "--format", "ndjson,curl,pytest,har,http,postman,k6")
    assert done.returncode == 0, done.stderr
    files = {path.name for path in (tmp_path / "out").iterdir()}
    assert files == {"cases.ndjson", "corpus.json", *(form.file for form in FORMATS.values())}
