"""Campaigns: one search on several machines, with a real Redis for what they find, and one report of all."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from corpora import CREDENTIALS, shelves_document
from processes import COMMAND, PATIENCE, run
from shelves import Shelves, running

SHARDS = 4
"""As many as the shelves have operations, and one for all sequences."""
LONG = 4 * PATIENCE


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[str]:
    """The URL of a redis-server of our own, on a port that was free."""
    command = shutil.which("redis-server")
    if command is None:
        pytest.skip("redis-server is missing; install it: apt-get install redis-server")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [command, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(tmp_path)],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout
        assert any("Ready to accept connections" in line for line in process.stdout)
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.terminate()
        process.wait(PATIENCE)
        if process.stdout:
            process.stdout.close()


def order(folder: Path, url: str, name: str, *arguments: str) -> list[str]:
    """A search of the shelves, with a corpus and a report of its own."""
    out = ("--out", str(folder / name), "--report", f"json={folder / name}.json")
    return [COMMAND, "fuzz", str(folder / "shelves.yaml"), "--against", url, *CREDENTIALS, *out, *arguments]


def told(folder: Path, name: str) -> Any:
    """A search's report."""
    return json.loads((folder / f"{name}.json").read_text())


def findings(*reports: Any) -> set[str]:
    return {one["fingerprint"] for report in reports for one in report["findings"] if one["failing"]}


def searched(report: Any) -> set[str]:
    """The operations that a search asked, or that it played sequences."""
    if any(part["name"] == "stateful" for part in report["parts"]):
        return {"sequences"}
    return {one["operation_id"] for one in report["exchanges"] if one["origin"] == "properties"} - {""}


def test_four_shards_are_one_campaign(tmp_path: Path, redis: str) -> None:
    """Each searches a part of its own, together they search all, what one found another begins with, reports merge."""
    shelves_document(tmp_path)
    rare = ("--max-examples", "40", "--database", redis, "--seed", "1")
    with running(Shelves(odd_rarely=True, keeps_what_is_removed=True)) as url:
        shards = [
            subprocess.Popen(
                order(tmp_path, url, str(number), *rare, "--shard", f"{number}/{SHARDS}"), stdout=subprocess.DEVNULL
            )
            for number in range(1, SHARDS + 1)
        ]
        try:
            codes = [shard.wait(LONG) for shard in shards]
        finally:
            for shard in shards:
                shard.kill()
                shard.wait(PATIENCE)
    reports = [told(tmp_path, str(number)) for number in range(1, SHARDS + 1)]
    parts = [searched(report) for report in reports]
    assert sorted(name for part in parts for name in part) == ["add-shelf", "remove-shelf", "sequences", "show-shelf"]
    assert all(len(part) == 1 for part in parts)
    assert [bool(findings(report)) for report in reports] == [code == 1 for code in codes]

    adding = next(number for number, part in enumerate(parts, 1) if part == {"add-shelf"})
    assert findings(reports[adding - 1])
    with running(Shelves(odd_rarely=True)) as url:
        # The next seed gives each operation to the next machine.
        little = ("--max-examples", "1", "--seed", "2", "--shard", f"{adding % SHARDS + 1}/{SHARDS}")
        subprocess.run(order(tmp_path, url, "alone", *little), stdout=subprocess.DEVNULL, check=True, timeout=LONG)
        done = subprocess.run(
            order(tmp_path, url, "told", *little, "--database", redis),
            stdout=subprocess.DEVNULL,
            check=False,
            timeout=LONG,
        )
    assert done.returncode == 1
    assert searched(told(tmp_path, "told")) == {"add-shelf"}
    assert findings(told(tmp_path, "told")) <= findings(reports[adding - 1])

    files = [str(tmp_path / f"{number}.json") for number in range(1, SHARDS + 1)]
    assert run("report", "merge", *files, "--report", f"json={tmp_path / 'all.json'}").returncode == 1
    merged = told(tmp_path, "all")
    assert findings(merged) == findings(*reports)
    assert {one["code"] for one in (f["broken"] for f in merged["findings"])} >= {"schema-type", "law-broken"}
    assert sum(part["requests"] for part in merged["parts"]) == sum(
        part["requests"] for report in reports for part in report["parts"]
    )
