"""The agents' side of the played Chatwoot under Schemathesis: every phase, every check, no failure.

A longer run on demand, as for the client's side: ``UNDERSTUDY_FUZZ_EXAMPLES=2000 pytest tests/test_self_fuzz_agent.py``.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from processes import serving
from understudy import bundled
from understudy.contract.document import load
from understudy.effective import REFUSALS

HERE = Path(__file__).resolve().parent
SCHEMATHESIS = str(Path(sys.executable).parent / "st")
EXAMPLES = os.environ.get("UNDERSTUDY_FUZZ_EXAMPLES", "15")
SEED = os.environ.get("UNDERSTUDY_FUZZ_SEED", "1")
LEAST = 1_500


def test_schemathesis_finds_nothing_on_the_agents_side(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All phases and all checks find nothing, and the contacts' side answers as ever afterwards."""
    document = tmp_path / "agent.json"
    document.write_text(json.dumps(load(bundled.SPEC / "chatwoot/agent.yaml", voice=bundled.SPEC / REFUSALS).data))
    with serving("chatwoot", "--seed", SEED, "--log", "json") as server:
        done = subprocess.run(
            [
                *(SCHEMATHESIS, "--config-file", str(HERE / "schemathesis.agent.toml"), "run", str(document)),
                *("--url", f"{server.url}/_understudy/chatwoot", "--checks", "all", "--seed", SEED),
                *("--phases", "examples,coverage,fuzzing", "--generation-database", "none", "--workers", "1"),
                *("--max-examples", EXAMPLES, "--continue-on-failure", "--no-color"),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
        )
        shown = httpx.get(f"{server.url}/public/api/v1/inboxes/demo-inbox/contacts/demo-contact/conversations")
    found = re.search(r"(\d+) generated, (\d+) passed", done.stdout)
    with capsys.disabled():
        cases = found.group(1) if found else "?"
        print(f"\nself-fuzz of the agents' side: {cases} cases, seed {SEED}, exit {done.returncode}")
    assert done.returncode == 0, done.stdout[-8_000:]
    assert found
    assert found.group(1) == found.group(2)
    assert int(found.group(1)) >= LEAST
    assert shown.status_code == 200
