"""`understudy compare`: the same to two deployments, and in what they differ."""

from __future__ import annotations

import json
import signal
import socket
import subprocess

from processes import COMMAND, PATIENCE, hear_interrupts, run, serving

PARAM = ("--param", "inbox_identifier=demo-inbox", "--part", "scenarios")


def test_two_fakes_with_other_ids_and_times_are_alike() -> None:
    """Seeds and clocks may differ: the figure is 100 %, and the exit code 0."""
    with serving("--seed", "1") as one, serving("--seed", "2", "--clock", "2026-01-02T03:04:05Z") as other:
        done = run("compare", one.url, other.url, *PARAM)
        assert done.returncode == 0, done.stdout + done.stderr
        assert "fidelity: 100.0%" in done.stdout


def test_another_release_is_told_operation_by_operation() -> None:
    """What an update of a contact answers differs in shape, the place is named, and the exit code is 1."""
    with serving("--seed", "1") as one, serving("--seed", "1", "--set", "release=4.13") as other:
        done = run("compare", one.url, other.url, *PARAM, "--json")
        told = json.loads(done.stdout)
        operations = {operation["operation_id"]: operation for operation in told["operations"]}
        assert operations["create-a-contact"]["fidelity"] == 1.0
        if "update-a-contact" in operations:
            kinds = {(d["kind"], d["where"]) for d in operations["update-a-contact"]["differences"]}
            assert ("shape", "/body/source_id") in kinds
            assert done.returncode == 1


def test_what_is_missing_or_away_is_said() -> None:
    """Without what its owner knows nothing is compared, which is no success; nor is a deployment that is not there."""
    with serving("--seed", "1") as one:
        done = run("compare", one.url, one.url, "--part", "scenarios")
        assert done.returncode == 2
        assert "inbox_identifier" in done.stdout
        away = run("compare", one.url, "http://127.0.0.1:9", *PARAM)
        assert away.returncode == 2
        assert "cannot be reached" in away.stderr


def test_an_interrupt_before_the_first_answer_breaks_no_promise() -> None:
    """Ctrl-C while a deployment is still waited for ends it with exit code 2 and a sentence, as what was not told."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(PATIENCE)
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        words = [COMMAND, "compare", url, url, *PARAM]
        with subprocess.Popen(
            words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=hear_interrupts
        ) as process:
            connection, _ = silent.accept()
            process.send_signal(signal.SIGINT)
            _, errors = process.communicate(timeout=PATIENCE)
            connection.close()
    assert process.returncode == 2
    assert errors.endswith("interrupted before there was anything to report\n")
