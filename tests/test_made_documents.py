"""Documents of every kind, made for the tests: each is served, says what was inferred, and stands up to Schemathesis.

They lie in ``made_documents``, each with what `check --explain` says of it. A longer run on demand, 50 examples at least:
``UNDERSTUDY_FUZZ_EXAMPLES=500 UNDERSTUDY_FUZZ_SEED=7 pytest tests/test_made_documents.py``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks.documents import operations
from processes import Server, serving
from understudy.cli import main

DOCUMENTS = Path(__file__).resolve().parent / "made_documents"
NAMES = sorted(path.stem for path in DOCUMENTS.glob("*.yaml"))
MANY = "many"
"""A document of 500 operations, which nobody would want to read."""
FEW = ("--include-path-regex", r"^/things7\b")
"""The operations of it that are fuzzed in a short run: one collection's."""
SCHEMATHESIS = str(Path(sys.executable).parent / "st")
EXAMPLES = os.environ.get("UNDERSTUDY_FUZZ_EXAMPLES", "2")
LONG = int(EXAMPLES) >= 50
STRICT = ("oddities", "petstore", "shop") if LONG else ("petstore",)
SEED = os.environ.get("UNDERSTUDY_FUZZ_SEED", "1")
LEAST = 50
"""How many cases make a run of so few examples a serious one."""


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("documents") / f"{MANY}.json"
    path.write_text(json.dumps(operations(500)))
    return path


@pytest.fixture(scope="module")
def inferring(many: Path) -> Iterator[Server]:
    with _all((*NAMES, MANY), many, "infer") as server:
        yield server


@pytest.fixture(scope="module")
def strict(many: Path) -> Iterator[Server]:
    with _all(STRICT, many, "strict") as server:
        yield server


def _all(names: tuple[str, ...], many: Path, state: str) -> AbstractContextManager[Server]:
    """One server of these documents, each below a path of its own."""
    targets = [str(many if name == MANY else DOCUMENTS / f"{name}.yaml") for name in names]
    places = [word for name in names for word in ("--base-path", f"{name}=/at/{name}")]
    return serving(*targets, *places, "--state", state, "--accept-token", "k", "--seed", SEED, "--log", "quiet")


@pytest.mark.parametrize("name", [*NAMES, MANY])
def test_schemathesis_finds_nothing(
    name: str, inferring: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All phases and all checks, stateful links and use after free included, find nothing."""
    _fuzz(name, inferring, tmp_path, capsys)


@pytest.mark.parametrize("name", STRICT)
def test_schemathesis_finds_nothing_where_state_is_strict(
    name: str, strict: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nor does it where nothing is there at first."""
    _fuzz(name, strict, tmp_path, capsys)


@pytest.mark.parametrize("name", NAMES)
def test_it_says_what_was_inferred(name: str) -> None:
    """`check --explain` finds no error, and tells resources, ids, lists and pages as they were meant."""
    told = _explained(DOCUMENTS / f"{name}.yaml")
    lines = [line for line in told.splitlines() if "  because " not in line and "made_documents" not in line]
    assert lines == (DOCUMENTS / f"{name}.explained").read_text().splitlines()


def test_each_of_many_collections_is_recognised(many: Path) -> None:
    """All hundred collections of a document with 500 operations are resources of their own."""
    found = re.findall(r"^things\d+: /things\d+/\{id\}, id `id` \(integer\)$", _explained(many), re.MULTILINE)
    assert len(set(found)) == 100


def _explained(document: Path) -> str:
    done = CliRunner().invoke(main, ["check", str(document), "--explain"])
    assert done.exit_code == 0, done.output
    return done.output


def _fuzz(name: str, server: Server, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    own = DOCUMENTS / f"{name}.toml"
    few = FEW if name == MANY and not LONG else ()
    done = subprocess.run(
        [
            *(SCHEMATHESIS, "--config-file", str(own if own.is_file() else DOCUMENTS / "default.toml"), "run"),
            *(f"{server.url}/_understudy/services/{name}/openapi.json", "--url", f"{server.url}/at/{name}"),
            *("--phases", "examples,coverage,fuzzing,stateful", "--seed", SEED),
            *("--generation-database", "none", "--workers", "1", "--max-examples", EXAMPLES, "--continue-on-failure"),
            *("--no-color", "--header", "api_key: k", "--header", "X-Key: k", *few),
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
    )
    found = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    with capsys.disabled():
        print(f"\nself-fuzz {name}: {found.group(1) if found else '?'} cases, exit {done.returncode}")
    assert done.returncode == 0, done.stdout[-8_000:]
    assert found
    assert int(found.group(1)) >= LEAST
