"""The pytest plugin: a sandbox for every test, and a broken promise fails the test in which it happened."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest_plugins = ["pytester"]

README = (Path(__file__).parents[2] / "README.md").read_text()
HEAD = """
import httpx
import pytest

INBOX = "/public/api/v1/inboxes/demo-inbox"
CONTACT = f"{INBOX}/contacts/demo-contact"
"""


def examples() -> list[str]:
    """The README's examples of tests, in order."""
    return [block for block in re.findall(r"```python\n(.*?)```", README, re.DOTALL) if "def test_" in block]


@pytest.fixture
def run(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> object:
    """Runs a module of tests as a user would, in a session of its own."""
    for name in ("PYTEST_ADDOPTS", "COV_CORE_SOURCE", "COVERAGE_PROCESS_START"):
        monkeypatch.delenv(name, raising=False)

    def play(text: str, ini: str = "") -> pytest.RunResult:
        pytester.makeini(f"[pytest]\nfilterwarnings = error\nunderstudy_seed = 1\n{ini}")
        pytester.makepyfile(HEAD + text)
        return pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:hypothesispytest")

    return play


def test_the_examples_of_the_readme_run(run: object) -> None:
    """What is shown works when it is pasted."""
    assert len(examples()) >= 1
    result: pytest.RunResult = run("\n".join(examples()))  # type: ignore[operator] # a function
    result.assert_outcomes(passed=README.count("\ndef test_"))


def test_each_test_has_a_sandbox_of_its_own(run: object) -> None:
    """What one test does the next one does not see; one fake serves them all."""
    result: pytest.RunResult = run(  # type: ignore[operator]
        """
        seen = set()

        @pytest.mark.parametrize("number", range(3))
        def test_alone(understudy, understudy_server, number):
            before = httpx.get(f"{understudy.url}{CONTACT}/conversations").json()
            httpx.post(f"{understudy.url}{CONTACT}/conversations").raise_for_status()
            assert len(before) == 3
            seen.add(understudy_server.url)
            assert len(seen) == 1
        """.replace("\n        ", "\n")
    )
    result.assert_outcomes(passed=3)


def test_a_broken_promise_fails_the_test_and_tells_the_promise(run: object) -> None:
    """The test fails, not its teardown; code, place, promise and remedy are told, and how to allow it."""
    result: pytest.RunResult = run(  # type: ignore[operator]
        """
        def test_breaks(understudy):
            httpx.post(f"{understudy.url}{INBOX}/contacts", json={"name": 7})

        def test_keeps(understudy):
            assert httpx.get(understudy.url + CONTACT).status_code == 200
        """.replace("\n        ", "\n")
    )
    result.assert_outcomes(passed=1, failed=1)
    result.stdout.fnmatch_lines(
        [
            "*1 promise(s) of the contract were broken:*",
            "*request of create-a-contact, at /body/name: is 7*",
            "*schema-type*",
        ]
    )
    result.stdout.fnmatch_lines(["*@pytest.mark.understudy(allow=*"])


def test_a_mark_lets_it_pass(run: object) -> None:
    """By code, or any; another code still fails."""
    result: pytest.RunResult = run(  # type: ignore[operator]
        """
        def odd(understudy):
            httpx.post(f"{understudy.url}{INBOX}/contacts", json={"name": 7})

        @pytest.mark.understudy(allow="any")
        def test_any(understudy):
            odd(understudy)

        @pytest.mark.understudy(allow=["schema-type"])
        def test_this(understudy):
            odd(understudy)

        @pytest.mark.understudy(allow=["schema-enum"])
        def test_other(understudy):
            odd(understudy)
        """.replace("\n        ", "\n")
    )
    result.assert_outcomes(passed=2, failed=1)


def test_a_fault_that_was_asked_for_fails_nothing(run: object) -> None:
    """An answer broken on purpose is nobody's bug."""
    result: pytest.RunResult = run(  # type: ignore[operator]
        """
        def test_drift(understudy):
            understudy.faults.add("drift")
            httpx.get(understudy.url + CONTACT)
            assert understudy.journal.entries(fault="any")
        """.replace("\n        ", "\n")
    )
    result.assert_outcomes(passed=1)


def test_what_is_served_is_configured(run: object, tmp_path: Path) -> None:
    """Targets stand in pytest's configuration; an error in them is told once, with its fix."""
    document = tmp_path / "pets.yaml"
    document.write_text(
        "openapi: 3.1.0\ninfo: {title: Pets, version: '1'}\npaths:\n  /pets:\n    get:\n      responses:\n"
        "        '200': {description: All, content: {application/json: {schema: {type: array, items: {type: string}}}}}\n"
    )
    text = "def test_pets(understudy):\n    assert isinstance(httpx.get(f'{understudy.url}/pets').json(), list)\n"
    result: pytest.RunResult = run(text, ini=f"understudy_targets = {document}\n")  # type: ignore[operator]
    result.assert_outcomes(passed=1)
    result = run(text, ini="understudy_targets = chatwood\n")  # type: ignore[operator]
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*there is no service 'chatwood'*"])


def test_a_session_that_does_not_ask_loads_nothing(run: object) -> None:
    """The plugin costs nothing where no test uses it."""
    result: pytest.RunResult = run(  # type: ignore[operator]
        """
        def test_light():
            import sys
            assert "connexion" not in sys.modules and "understudy.embedded" not in sys.modules
        """.replace("\n        ", "\n")
    )
    result.assert_outcomes(passed=1)
