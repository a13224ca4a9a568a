"""`understudy diff`: what it prints for people and machines, what it exits with, what it says of bad input."""

from __future__ import annotations

import copy
import json
import os
import pty
import subprocess
from pathlib import Path
from typing import Any

import pytest

from processes import COMMAND, PATIENCE, run
from understudy.commands import options
from understudy.probe import diff

PETS: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Pets", "version": "1"},
    "paths": {
        "/pets": {
            "get": {
                "operationId": "list-pets",
                "parameters": [{"name": "limit", "in": "query", "schema": {"type": "integer"}}],
                "responses": {
                    "200": {
                        "description": "Fine",
                        "content": {
                            "application/json": {
                                "schema": {"type": "object", "properties": {"name": {"type": "string"}}}
                            }
                        },
                    }
                },
            }
        }
    },
}


def save(tmp_path: Path, name: str, data: Any) -> str:
    path = tmp_path / name
    path.write_text(json.dumps(data, indent=1))
    return str(path)


def pair(tmp_path: Path, *kinds: str) -> tuple[str, str]:
    """Two documents with changes of these kinds."""
    new = copy.deepcopy(PETS)
    operation = new["paths"]["/pets"]["get"]
    if "breaking" in kinds:
        operation["parameters"][0]["schema"]["maximum"] = 9
    if "compatible" in kinds:
        properties = operation["responses"]["200"]["content"]["application/json"]["schema"]["properties"]
        properties["age"] = {"type": "integer"}
    if "prose" in kinds:
        operation["summary"] = "All pets"
    return save(tmp_path, "old.json", PETS), save(tmp_path, "new.json", new)


@pytest.mark.parametrize(
    ("kinds", "fail_on", "code"),
    [
        ((), "any", 0),
        (("prose",), "any", 1),
        (("prose",), "compatible", 0),
        (("compatible",), "compatible", 1),
        (("compatible", "prose"), "breaking", 0),
        (("breaking",), "breaking", 1),
        (("breaking",), "compatible", 1),
        (("breaking",), "any", 1),
        (("breaking", "compatible", "prose"), "none", 0),
    ],
)
def test_the_exit_code_follows_what_to_fail_on(tmp_path: Path, kinds: tuple[str, ...], fail_on: str, code: int) -> None:
    """The command fails on changes of the kind asked for, or worse."""
    done = run("diff", *pair(tmp_path, *kinds), "--fail-on", fail_on)
    assert done.returncode == code, done.stdout + done.stderr
    for kind in ("breaking", "compatible", "prose"):
        assert f"{int(kind in kinds)} {kind}" in done.stdout.splitlines()[-1]


def test_changes_are_told_by_operation_with_their_places(tmp_path: Path) -> None:
    """People get the operation, the rule, what changed, file and line on both sides, what to do, and the counts."""
    old, new = pair(tmp_path, "breaking", "compatible")
    done = run("diff", old, new)
    assert done.returncode == 1  # breaking changes are what fails by default
    lines = done.stdout.splitlines()
    assert lines[0] == "GET /pets"
    assert lines[1].split() == "breaking request-maximum-narrowed: the maximum was none and is 9".split()
    schema = "/paths/~1pets/get/parameters/0/schema"
    at_old, at_new = (
        next(
            n
            for n, line in enumerate(Path(p).read_text().splitlines(), 1)
            if '"integer"' in line or '"maximum"' in line
        )
        for p in (old, new)
    )
    assert lines[2].split()[0] == "A"
    assert f"{old}:{at_old - 1}:" in lines[2]
    assert lines[2].endswith(f"[{schema}]")
    assert f"{new}:{at_new + 1}:" in lines[3]
    assert lines[3].endswith(f"[{schema}/maximum]")
    assert "response-property-added: the property `age` is new" in lines[4]
    assert "What clients send today may be refused" in done.stdout
    assert lines[-1] == f"{old} → {new}: 1 breaking, 1 compatible, 0 prose"
    assert "\x1b" not in done.stdout


def test_a_terminal_is_given_colours(tmp_path: Path) -> None:
    """On a terminal the kinds of change are coloured."""
    primary, secondary = pty.openpty()
    try:
        subprocess.run([COMMAND, "diff", *pair(tmp_path, "breaking")], stdout=secondary, timeout=PATIENCE, check=False)
        assert b"\x1b[31mbreaking" in os.read(primary, 65536)
    finally:
        os.close(primary)
        os.close(secondary)


def test_machines_get_json(tmp_path: Path) -> None:
    """As JSON, every change carries its kind, rule, sides, operations, pointers, places, message and remedy."""
    old, new = pair(tmp_path, "breaking", "prose")
    done = run("diff", old, new, "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert (told["a"], told["b"]) == (old, new)
    assert told["counts"] == {"breaking": 1, "compatible": 0, "prose": 1}
    first = told["changes"][0]
    assert (first["kind"], first["rule"], first["sides"]) == ("breaking", "request-maximum-narrowed", ["request"])
    assert first["operations"] == ["GET /pets"]
    assert first["b"] == "/paths/~1pets/get/parameters/0/schema/maximum"
    assert first["place_b"].startswith(f"{new}:")
    assert first["remedy"]
    assert told["changes"][1]["remedy"] == ""


def test_a_service_is_compared_in_either_profile_and_with_overlays(tmp_path: Path) -> None:
    """A service stands for its published document unless asked otherwise; an overlay changes its own side alone."""
    same = run("diff", "chatwoot", "chatwoot", "--fail-on", "any")
    assert same.returncode == 0
    assert same.stdout == "chatwoot (published) → chatwoot (published): 0 breaking, 0 compatible, 0 prose\n"
    other = run("diff", "chatwoot", "chatwoot", "--profile-b", "observed")
    assert other.returncode == 1
    assert "operation-added" in other.stdout
    assert other.stdout.splitlines()[-1].startswith("chatwoot (published) → chatwoot (observed): ")
    observed = ("--profile-a", "observed", "--profile-b", "observed")
    assert run("diff", "chatwoot", "chatwoot", *observed, "--fail-on", "any").returncode == 0
    overlay = tmp_path / "mine.yaml"
    action = "  - {target: \"$.paths['/pets'].get\", update: {operationId: all-pets}}\n"
    overlay.write_text("overlay: 1.0.0\ninfo: {title: t, version: '1'}\nactions:\n" + action)
    old = save(tmp_path, "old.json", PETS)
    for option in ("--overlay-a", "--overlay-b"):
        done = run("diff", old, old, option, str(overlay))
        assert done.returncode == 1
        assert "operation-id-changed" in done.stdout
        assert "all-pets" in done.stdout
    assert run("diff", old, old, "--overlay-a", str(overlay), "--overlay-b", str(overlay)).returncode == 0


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "there is no such file"),
        ("a: [1, 2\nb: 3", "new.yaml:2:"),
        ("just text", "not an OpenAPI document"),
        ("openapi: 3.2.0\ninfo: {title: x, version: '1'}\npaths: {}", "OpenAPI 3.2.0 is not served"),
        (
            "openapi: 3.1.0\ninfo: {title: x, version: '1'}\npaths: {a: {get: {responses: {'200': {}}}}}",
            "begin with `/`",
        ),
    ],
)
def test_a_document_that_cannot_be_read_is_exit_code_2(tmp_path: Path, content: str | None, message: str) -> None:
    """Whichever side it is, the fault is told with its place, and nothing is compared."""
    old, new = save(tmp_path, "old.json", PETS), tmp_path / "new.yaml"
    if content is not None:
        new.write_text(content)
    for sides in ((old, str(new)), (str(new), old)):
        done = run("diff", *sides, "--fail-on", "none")
        assert done.returncode == 2
        assert message in done.stderr
        assert done.stdout == ""
        assert "Traceback" not in done.stderr


def test_an_unknown_service_is_exit_code_2() -> None:
    """A name that is neither a service nor a file is told with what there is."""
    done = run("diff", "chatwoot", "nobody")
    assert done.returncode == 2
    assert "there is no service 'nobody'" in done.stderr


def test_the_kinds_to_fail_on_are_those_of_the_code() -> None:
    """The command line offers exactly what the command knows."""
    assert tuple(diff.FAILS) == options.FAILS
