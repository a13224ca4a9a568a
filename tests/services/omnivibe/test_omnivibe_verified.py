"""`understudy verify --service omnivibe`: the same judge as Chatwoot's, by OmniVibe's own document and name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

import understudy
from processes import run
from understudy import bundled

READ = "get-details-of-a-contact"


@pytest.fixture(scope="module")
def scenarios(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scenarios but for those that take long: a thousand messages, and what waits for silence on a socket."""
    folder = tmp_path_factory.mktemp("scenarios")
    every = bundled.FIXTURES / "chatwoot" / "scenarios"
    return shutil.copytree(
        every, folder, ignore=shutil.ignore_patterns("thousand.yaml", "socket_*"), dirs_exist_ok=True
    )


@pytest.fixture
def few(tmp_path: Path) -> Path:
    """Scenarios enough to meet what is wrong with a contact."""
    for name in ("kept.yaml", "listed.yaml", "strangers.yaml"):
        shutil.copy(bundled.FIXTURES / "chatwoot" / "scenarios" / name, tmp_path)
    return tmp_path


def verified(url: str, scenarios: Path, *options: str) -> tuple[int, dict[str, Any], set[tuple[str, str, str]]]:
    """What a verification by scenarios says: exit code, report, and operation, code and pointer of what fails it."""
    asked = ("--service", "omnivibe", "--param", "inbox_identifier=demo-inbox", "--seed", "1", "--json")
    done = run("verify", url, *asked, "--part", "scenarios", "--scenarios", str(scenarios), *options, patience=120)
    assert done.returncode in (0, 1), done.stderr
    told = json.loads(done.stdout)
    failing = [finding["broken"] for finding in told["findings"] if finding["failing"]]
    return done.returncode, told, {(one["operation_id"], one["code"], one["where"]) for one in failing}


def test_a_served_omnivibe_keeps_its_contract(scenarios: Path) -> None:
    """Exit code 0 by the scenarios that Chatwoot has, and the report is OmniVibe's."""
    with understudy.serve("omnivibe", seed=1) as fake:
        code, told, failing = verified(fake.url, scenarios)
    assert (code, told["verdict"], failing) == (0, "kept", set())
    assert told["title"] == "OmniVibe"
    assert told["parts"][0]["tried"] > 20


def test_an_omnivibe_that_differs_from_its_document_in_one_place_is_told(few: Path) -> None:
    """Exit code 1: one answer that drifts, at its operation and pointer."""
    with understudy.serve("omnivibe", seed=1) as fake:
        fake.faults.add("drift", operation=READ, pointer="/body/id", change="type")
        code, _, failing = verified(fake.url, few)
    assert code == 1
    assert (READ, "schema-type", "/body/id") in failing
    assert {operation for operation, what, _ in failing if what != "law-broken"} == {READ}


def test_a_brand_that_promises_more_than_omnivibe_keeps_is_told(
    few: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Exit code 1, where the brand's own overlay promises what nobody answers, at the operation that it is promised of."""
    overlay = tmp_path_factory.mktemp("brand") / "brand.overlay.yaml"
    overlay.write_text("""
overlay: 1.0.0
info: {title: The brand of each contact, version: "1"}
actions:
  - target: $.components.schemas.public_contact
    update: {required: [brand]}
""")
    with understudy.serve("omnivibe", seed=1) as fake:
        code, _, failing = verified(fake.url, few, "--overlay", str(overlay))
    assert code == 1
    assert (READ, "schema-required", "/body/brand") in failing
    assert {(what, where) for _, what, where in failing} == {("schema-required", "/body/brand")}
