"""The played Chatwoot under Schemathesis: every phase, every check, both profiles, no failure.

A longer run on demand: ``UNDERSTUDY_FUZZ_EXAMPLES=2000 UNDERSTUDY_FUZZ_SEED=7 pytest tests/test_self_fuzz.py``.
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
EXAMPLES = os.environ.get("UNDERSTUDY_FUZZ_EXAMPLES", "100")
SEED = os.environ.get("UNDERSTUDY_FUZZ_SEED", "1")
LEAST = {"observed": 3_000, "published": 2_000}


@pytest.mark.parametrize("profile", ["observed", "published"])
def test_schemathesis_finds_nothing(profile: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All phases and all checks, stateful links included, find nothing against the running server."""
    config = HERE / ("schemathesis.toml" if profile == "observed" else "schemathesis.published.toml")
    with serving("chatwoot", "--profile", profile, "--seed", SEED, "--log", "json") as server:
        done = subprocess.run(
            [
                *(SCHEMATHESIS, "--config-file", str(config), "run", f"{server.url}/openapi.json", "--checks", "all"),
                *("--phases", "examples,coverage,fuzzing,stateful", "--seed", SEED, "--generation-database", "none"),
                *("--workers", "1", "--max-examples", EXAMPLES, "--continue-on-failure", "--no-color"),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        exchanges = httpx.get(f"{server.url}/_understudy/health").json()["exchanges"]
    found = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    with capsys.disabled():
        cases = found.group(1) if found else "?"
        print(f"\nself-fuzz {profile}: {cases} cases, {exchanges} requests, seed {SEED}, exit {done.returncode}")
    assert done.returncode == 0, done.stdout[-8_000:]
    assert found
    assert found.group(1) == found.group(2)
    assert int(found.group(1)) >= LEAST[profile]
