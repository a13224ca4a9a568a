"""The control plane under Schemathesis: every phase, every check, no failure, and the fake still plays afterwards.

A longer run on demand: ``UNDERSTUDY_FUZZ_EXAMPLES=500 UNDERSTUDY_FUZZ_SEED=7 pytest tests/test_control_fuzz.py``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from processes import serving

HERE = Path(__file__).resolve().parent
SCHEMATHESIS = str(Path(sys.executable).parent / "st")
EXAMPLES = os.environ.get("UNDERSTUDY_FUZZ_EXAMPLES", "15")
SEED = os.environ.get("UNDERSTUDY_FUZZ_SEED", "1")
LEAST = 1_000


def test_schemathesis_finds_nothing_in_the_control_plane(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All phases and all checks find nothing, whatever the order in which sandboxes come, go, and have their state set."""
    with serving("chatwoot", "--seed", SEED, "--log", "json") as server:
        document = f"{server.url}/_understudy/openapi.json"
        done = subprocess.run(
            [
                *(SCHEMATHESIS, "--config-file", str(HERE / "schemathesis.control.toml"), "run", document),
                *("--checks", "all", "--phases", "examples,coverage,fuzzing,stateful", "--seed", SEED),
                *("--generation-database", "none", "--workers", "1", "--max-examples", EXAMPLES),
                *("--continue-on-failure", "--no-color"),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        after = httpx.get(f"{server.url}/~new/public/api/v1/inboxes/demo-inbox/contacts/demo-contact")
    found = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    with capsys.disabled():
        print(f"\nself-fuzz control: {found.group(1) if found else '?'} cases, seed {SEED}, exit {done.returncode}")
    assert done.returncode == 0, done.stdout[-8_000:]
    assert found
    assert found.group(1) == found.group(2)
    assert int(found.group(1)) >= LEAST
    assert after.status_code == 200
