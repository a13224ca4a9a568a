"""Documents with inferred state under Schemathesis: every phase and check, use after free included, no failure.

A longer run on demand: ``UNDERSTUDY_FUZZ_EXAMPLES=500 UNDERSTUDY_FUZZ_SEED=7 pytest tests/test_resources_fuzz.py``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from processes import serving

HERE = Path(__file__).resolve().parent
DOCUMENTS = HERE / "server" / "resources_documents"
SCHEMATHESIS = str(Path(sys.executable).parent / "st")
CONFIG = str(HERE / "schemathesis.resources.toml")
EXAMPLES = os.environ.get("UNDERSTUDY_FUZZ_EXAMPLES", "15")
SEED = os.environ.get("UNDERSTUDY_FUZZ_SEED", "1")


@pytest.mark.parametrize("state", ["infer", "strict"])
@pytest.mark.parametrize("name", ["shop", "petstore", "oddities"])
def test_schemathesis_finds_nothing_in_inferred_state(
    name: str, state: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """All phases and all checks, stateful links included, find nothing, whatever a collection knows at first."""
    document = str(DOCUMENTS / f"{name}.yaml")
    with serving(document, "--state", state, "--accept-token", "k", "--seed", SEED, "--log", "quiet") as server:
        done = subprocess.run(
            [
                *(SCHEMATHESIS, "--config-file", CONFIG, "run", f"{server.url}/openapi.json", "--checks", "all"),
                *("--phases", "examples,coverage,fuzzing,stateful", "--seed", SEED, "--generation-database", "none"),
                *("--workers", "1", "--max-examples", EXAMPLES, "--continue-on-failure", "--no-color"),
                *("--header", "api_key: k"),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
    found = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    with capsys.disabled():
        print(f"\nself-fuzz {name}, {state}: {found.group(1) if found else '?'} cases, exit {done.returncode}")
    assert done.returncode == 0, done.stdout[-8_000:]
    assert found
    assert int(found.group(1)) >= 300
