"""The played products under Schemathesis: every phase, every check, both profiles, no failure.

A longer run on demand: ``UNDERSTUDY_FUZZ_EXAMPLES=2000 UNDERSTUDY_FUZZ_SEED=7 pytest tests/test_self_fuzz.py``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from processes import serving

HERE = Path(__file__).resolve().parent
SCHEMATHESIS = str(Path(sys.executable).parent / "st")
EXAMPLES = os.environ.get("UNDERSTUDY_FUZZ_EXAMPLES", "100")
SEED = os.environ.get("UNDERSTUDY_FUZZ_SEED", "1")


@dataclass(frozen=True)
class Run:
    """One run: what is served, and what makes it a serious one.

    Attributes:
        service: the service.
        profile: the profile.
        config: Schemathesis' configuration.
        least: how many cases there must be.
        reached: statuses that must be among the answers.
        overlay: what narrows the document to what the seed holds.
        times: how many times as many examples an operation gets, where there are few operations.
    """

    service: str
    profile: str
    config: str
    least: int
    reached: AbstractSet[int]
    overlay: str | None = None
    times: int = 1

    def __str__(self) -> str:
        return f"{self.service}-{self.profile}"


PINGBACK_SEED = "pingback_seed.overlay.yaml"
RUNS = (
    Run("chatwoot", "observed", "schemathesis.toml", 3_000, {200, 404, 422}),
    Run("chatwoot", "published", "schemathesis.published.toml", 2_000, {200, 404, 422}),
    Run("pingback", "observed", "schemathesis.pingback.toml", 500, {201, 401, 422}, PINGBACK_SEED, times=5),
    Run("pingback", "published", "schemathesis.pingback.toml", 500, {201, 401, 422}, PINGBACK_SEED, times=5),
)


@pytest.mark.parametrize("run", RUNS, ids=str)
def test_schemathesis_finds_nothing(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All phases and all checks, stateful links included, find nothing against the running server."""
    config, examples = HERE / run.config, str(int(EXAMPLES) * run.times)
    overlay = ("--overlay", str(HERE / run.overlay)) if run.overlay else ()
    with serving(run.service, "--profile", run.profile, "--seed", SEED, "--log", "json", *overlay) as server:
        done = subprocess.run(
            [
                *(SCHEMATHESIS, "--config-file", str(config), "run", f"{server.url}/openapi.json", "--checks", "all"),
                *("--phases", "examples,coverage,fuzzing,stateful", "--seed", SEED, "--generation-database", "none"),
                *("--workers", "1", "--max-examples", examples, "--continue-on-failure", "--no-color"),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        exchanges = httpx.get(f"{server.url}/_understudy/health").json()["exchanges"]
        httpx.get(f"{server.url}/the-end")
        log = server.logged('"/the-end"')
    found = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    with capsys.disabled():
        cases = found.group(1) if found else "?"
        print(f"\nself-fuzz {run}: {cases} cases, {exchanges} requests, seed {SEED}, exit {done.returncode}")
    assert done.returncode == 0, done.stdout[-8_000:]
    assert found
    assert found.group(1) == found.group(2)
    assert int(found.group(1)) >= run.least
    assert run.reached <= {int(status) for status in re.findall(r'"status":(\d+),', log)}
