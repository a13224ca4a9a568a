"""`understudy verify` and what a deployment tells by itself: heard on its socket, judged, and counted."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import yaml
from click.testing import CliRunner, Result

import understudy
from hostile_shop import JSON, Answer, answers
from hostile_shop import verify as verify_shop
from understudy import bundled
from understudy.cli import main

PARAM = ("--param", "inbox_identifier=demo-inbox")
TOLD = bundled.FIXTURES / "chatwoot/scenarios/socket_told.yaml"


def verified(folder: Path, **changes: str) -> tuple[int, dict[str, Any], str]:
    """What the scenario that hears finds on our own server: exit code, report, what people read.

    Args:
        folder: where its copy goes.
        changes: what is another in its step that listens.
    """
    scenario = yaml.safe_load(TOLD.read_text())
    next(step for step in scenario["steps"] if "listen" in step).update(changes)
    (folder / "told.yaml").write_text(yaml.safe_dump(scenario))
    report = folder / "report.json"
    with understudy.serve("chatwoot", seed=1) as fake:
        done = invoked(
            *("verify", fake.url, *PARAM, "--part", "scenarios", "--scenarios", str(folder), "--timeout", "1"),
            *("--report", f"json={report}"),
        )
    return done.exit_code, json.loads(report.read_text()), done.stdout


def invoked(*arguments: str) -> Result:
    """What a command does, in this process."""
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def test_verify_plays_what_listens_and_counts_what_it_heard(tmp_path: Path) -> None:
    """The events' promises are in the number and in its list, operation by operation; the table says what was heard."""
    code, report, shown = verified(tmp_path)
    assert code == 0, shown
    told = {operation["operation_id"]: operation for operation in report["coverage"]["operations"]}
    assert told["message-created"]["messages"] >= 1
    assert told["message-created"]["exercised"] > 20
    assert told["cable-welcome"]["messages"] == 1  # nobody waited for it, and it was judged
    assert told["message-updated"]["messages"] == 0
    assert {promise["side"] for promise in told["message-created"]["promises"]} == {"event"}
    assert not any(name.startswith("webhook-") for name in told)  # those reach nobody who listens
    coverage = report["coverage"]
    assert coverage["exercised"] == sum(operation["exercised"] for operation in told.values())
    assert coverage["total"] == sum(operation["total"] for operation in told.values())
    assert f"{coverage['exercised']:,} of {coverage['total']:,} promises" in shown
    line = next(line for line in shown.splitlines() if "message-created" in line)
    assert "heard" in line


def test_every_scenario_that_listens_is_among_those_that_verify_plays() -> None:
    """The rehearsal of a run that asks for nothing special lists them."""
    done = invoked("verify", "http://127.0.0.1:9", *PARAM, "--dry-run")
    assert done.exit_code == 0
    listening = [path for path in TOLD.parent.glob("*.yaml") if "- listen:" in path.read_text()]
    assert len(listening) >= 4
    for path in listening:
        assert yaml.safe_load(path.read_text())["scenario"] in done.stdout


def test_a_socket_that_cannot_be_opened_is_skipped_with_the_reason(tmp_path: Path) -> None:
    """A deployment that has no such socket has neither kept nor broken what is to be told there."""
    code, report, shown = verified(tmp_path, path="/no-cable")
    assert code == 0, shown
    assert report["findings"] == []
    (skipped,) = report["parts"][0]["skipped"]
    assert "/no-cable cannot be opened" in skipped["reason"]
    assert "HTTP 40" in skipped["reason"]


def test_a_socket_that_is_there_and_keeps_silent_breaks_the_law(tmp_path: Path) -> None:
    """Whoever subscribes with a token that was just given must be told so."""
    identifier = '{"channel":"RoomChannel","pubsub_token":"nobody has this one"}'
    code, report, shown = verified(tmp_path, identifier=identifier)
    assert code == 1, shown
    (finding,) = (one for one in report["findings"] if one["failing"])
    assert finding["broken"]["code"] == "law-broken"
    assert "did not confirm the subscription within 1 s" in finding["broken"]["message"]


def test_a_scenario_never_puts_away_what_another_one_made(tmp_path: Path) -> None:
    """Its cleanup is left out where it has made nothing, though an earlier scenario captured the same name."""
    asked: list[str] = []

    def say(verb: str, path: str, headers: Any, body: bytes) -> Answer | None:
        asked.append(f"{verb} {path}")
        if verb == "POST":
            made = asked.count("POST /pets") == 1
            return (201, JSON, b'{"id": 4, "name": "Ada"}') if made else (503, JSON, b"{}")
        return (204, {}, b"") if verb == "DELETE" else answers(verb, path, headers, body)

    create = {"call": "create-pet", "body": {"id": 4, "name": "Ada"}, "capture": {"pet": "$.id"}}
    keeps = {"scenario": "A pet is kept", "steps": [create]}
    put_away = [{"call": "delete-pet", "with": {"id": "${pet}"}}]
    cleans = {"scenario": "A pet is put away", "steps": [create], "cleanup": put_away}
    results = verify_shop(tmp_path, say, scenarios=(keeps, cleans))
    assert asked == ["POST /pets", "POST /pets"]
    assert ["gave no pet" in skipped.reason for skipped in results.parts[0].skipped] == [True]
