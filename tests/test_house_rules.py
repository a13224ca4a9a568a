"""Documents, handlers, tests and README stay in step."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

from understudy.cli import main
from understudy.contract.violations import CODES
from understudy.effective import document_of
from understudy.server import problem
from understudy.services.service import discover

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text()
SOURCES = sorted((ROOT / "src").rglob("*.py"))
TESTS = sorted((ROOT / "tests").rglob("test_*.py"))


def codes_table() -> str:
    """The table of violation codes as the README has it."""
    rows = [f"| `{code}` | {entry.status} | {entry.title} | {entry.remedy} |" for code, entry in CODES.items()]
    return "\n".join(["| code | status | meaning | remedy |", "|---|---|---|---|", *rows])


def test_the_readme_lists_every_violation_code() -> None:
    """The README's table of codes is the code's own table."""
    found = re.search(r"<!-- codes -->\n(.*)\n<!-- /codes -->", README, re.DOTALL)
    assert found
    assert found.group(1) == codes_table(), f"put this between the markers:\n{codes_table()}"


def test_the_readme_lists_every_command_and_option() -> None:
    """Every command and option that exists is in the README, and no other is."""
    options = {"--help", "--version"}
    for name, command in main.commands.items():
        assert f"understudy {name}" in README
        for parameter in command.params:
            if isinstance(parameter, click.Option) and not parameter.hidden:
                assert parameter.opts[0] in README, f"{name} {parameter.opts[0]}"
                options.update((*parameter.opts, *parameter.secondary_opts))
    assert set(re.findall(r"`(--[a-z-]+)", README)) <= options
    assert set(re.findall(r"`understudy ([a-z]+)", README)) <= set(main.commands)


def test_the_readme_lists_every_problem_type() -> None:
    """Every type of our own voice is in the README."""
    kinds = [value.type for value in vars(problem).values() if isinstance(value, problem.Kind)]
    assert kinds
    assert set(re.findall(r"`(urn:understudy:[a-z-]+)`", README)) == set(kinds)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_every_module_says_what_it_is_for(path: Path) -> None:
    """A module opens with a docstring of at most eight lines, and stays near 250 lines."""
    text = path.read_text()
    docstring = ast.get_docstring(ast.parse(text))
    assert docstring, f"{path} has no docstring"
    assert len(docstring.splitlines()) <= 9
    assert len(text.splitlines()) <= 300, f"{path} has outgrown its room"


@pytest.mark.parametrize("path", TESTS, ids=lambda path: path.name)
def test_every_test_states_its_behaviour(path: Path) -> None:
    """Every test has a docstring that is a sentence, and none sleeps."""
    text = path.read_text()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            docstring = ast.get_docstring(node) or ""
            assert docstring.rstrip().endswith("."), f"{path.name}: {node.name}"
    assert not re.search(r"\bsleep\(", text)


def test_every_benchmark_begins() -> None:
    """No test runs a benchmark, yet whatever each is made of is there."""
    begun = "import documents, folder, proxy, replay, run, sockets"
    subprocess.run([sys.executable, "-c", begun], cwd=ROOT / "tests" / "benchmarks", check=True)


@pytest.mark.parametrize("name", sorted(discover()))
def test_every_operation_is_played_and_every_handler_is_an_operation(name: str) -> None:
    """The observed document of a service and its handlers name the same operations."""
    document, service = document_of(name)
    assert service
    documented = {
        operation["operationId"]
        for item in document.data["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "operationId" in operation
    }
    assert documented == set(service.handlers)
