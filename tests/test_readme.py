"""What the README shows is what happens."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

from played import Serve
from processes import COMMAND, serving

README = (Path(__file__).resolve().parents[1] / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.DOTALL | re.MULTILINE)


def test_the_curl_lines_answer_what_the_readme_says() -> None:
    """The first curl line answers as Chatwoot does, the second with the refusal that is shown."""
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.startswith("curl")]
    with serving() as server:
        answers = []
        for line in lines:
            pasted = line.replace("http://127.0.0.1:8080", server.url)
            done = subprocess.run(["bash", "-c", pasted], capture_output=True, text=True, check=True)
            answers.append(json.loads(done.stdout))
    assert answers[0]["source_id"] == "demo-contact"
    assert answers[1] == json.loads(blocks("json")[0])


def test_the_overlay_of_a_label_of_ones_own_is_one_file(serve: Serve, tmp_path: Path) -> None:
    """The README's overlay gives Chatwoot another title and place, with its handlers and contract as they are."""
    (overlay,) = [block for block in blocks("yaml") if "overlay: 1" in block]
    path = tmp_path / "acme.overlay.yaml"
    path.write_text(overlay)
    client = serve("chatwoot", overlays=[path])
    told = client.get("/openapi.json").json()
    assert (told["info"]["title"], told["servers"]) == ("Acme Chat", [{"url": "/api"}])
    contacts = "/api/public/api/v1/inboxes/demo-inbox/contacts"
    assert client.get(f"{contacts}/demo-contact").json()["name"] == "Dana Demo"
    assert client.post(contacts, json={"name": 7}).json()["violations"][0]["code"] == "schema-type"


def test_the_two_commands_are_what_ci_and_newcomers_run() -> None:
    """The README's first command installs and serves, and its test command is the one that CI takes from it."""
    shell = blocks("sh")
    assert shell[0].strip() == "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/understudy serve"
    assert [block for block in shell if block.rstrip().endswith("pytest")]


def pipelines() -> dict[str, dict[str, Any]]:
    """The pipelines of the README: each one's job, by what it is for."""
    found = [yaml.safe_load(block) for block in blocks("yaml")]
    (github,) = [pipeline["jobs"]["contract"] for pipeline in found if "jobs" in pipeline]
    (gitlab,) = [pipeline["contract"] for pipeline in found if "contract" in pipeline]
    return {"GitHub": github, "GitLab": gitlab}


def verifying(job: dict[str, Any]) -> str:
    """The line of a job that verifies."""
    lines = [step.get("run", "") for step in job["steps"]] if "steps" in job else job["script"]
    (line,) = [line for line in lines if line.startswith("understudy verify")]
    return str(line)


def test_a_pipeline_works_when_it_is_pasted(tmp_path: Path) -> None:
    """Each one's verify step runs against a deployment, keeps its exit code, and leaves the files later steps take up.

    The search by chance, which takes most of a minute, is left out; `test_verify_command` has it.
    """
    jobs = pipelines()
    for job in jobs.values():
        assert "UNDERSTUDY_PARAM_INBOX_IDENTIFIER" in {*job.get("env", {}), *job.get("variables", {})}
    for number, line in enumerate({verifying(job) for job in jobs.values()}):
        folder = tmp_path / str(number)
        folder.mkdir()
        with serving("--seed", "1") as server:
            given = {"DEPLOYMENT": server.url, "UNDERSTUDY_PARAM_INBOX_IDENTIFIER": "demo-inbox"}
            path = f"{Path(COMMAND).parent}{os.pathsep}{os.environ['PATH']}"
            done = subprocess.run(
                ["bash", "-euc", f"{line} --part scenarios --part examples"], cwd=folder, env={**os.environ, **given, "PATH": path}, capture_output=True,
                text=True, check=False, timeout=200,
            )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        assert sorted(file.name for file in folder.iterdir()) == ["contract.html", "contract.md", "contract.xml"]
        assert "demo-inbox" not in (folder / "contract.md").read_text()
