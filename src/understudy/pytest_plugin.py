"""The pytest plugin: the fixture `understudy` is a sandbox of a fake, and a broken promise fails the test.

One fake serves a whole test session, each test has a sandbox of its own. What a test's client or the fake itself broke
fails the test in which it happened, unless the test is marked. Loaded by pytest through its entry point, so it must
load nothing before a test asks for it.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from understudy import Fake, Sandbox

MARK = "understudy"
ANY = "any"


def pytest_addoption(parser: pytest.Parser) -> None:
    """What pytest's configuration may say."""
    parser.addini("understudy_targets", "What the fixture `understudy` serves, one target a line.", "linelist", [])
    parser.addini("understudy_seed", "Seeds the fake's randomness.", default="0")


def pytest_configure(config: pytest.Config) -> None:
    """Tell pytest of the mark."""
    config.addinivalue_line(
        "markers", 'understudy(allow="any"): let the broken promises with these codes pass, or any of them.'
    )


@pytest.fixture(scope="session")
def understudy_options() -> dict[str, Any]:
    """What `understudy.serve` is told besides; override it in a conftest."""
    return {}


@pytest.fixture(scope="session")
def understudy_server(pytestconfig: pytest.Config, understudy_options: dict[str, Any]) -> Iterator[Fake]:
    """The fake of this session."""
    from understudy import serve  # noqa: PLC0415 - heavy, and not every session asks

    options = {"seed": int(pytestconfig.getini("understudy_seed")), **understudy_options}
    with serve(*pytestconfig.getini("understudy_targets"), **options) as fake:
        yield fake


@pytest.fixture
def understudy(understudy_server: Fake) -> Iterator[Sandbox]:
    """A sandbox of this test's own, in its first state; give clients its ``url``."""
    sandbox = understudy_server.sandbox()
    yield sandbox
    sandbox.delete()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, Any, Any]:
    """Fail a test whose sandbox saw a broken promise."""
    result = yield
    sandbox = getattr(item, "funcargs", {}).get("understudy")
    if sandbox is not None:
        allowed = _allowed(item)
        broken = [] if ANY in allowed else [v for v in sandbox.journal.violations() if v["code"] not in allowed]
        if broken:
            pytest.fail(_told(broken), pytrace=False)
    return result


def _allowed(item: pytest.Item) -> frozenset[str]:
    """The codes that a test's marks let pass."""
    found: set[str] = set()
    for mark in item.iter_markers(MARK):
        codes = mark.kwargs.get("allow", ())
        found |= {codes} if isinstance(codes, str) else set(codes)
    return frozenset(found)


def _told(broken: list[dict[str, Any]]) -> str:
    lines = [f"{len(broken)} promise(s) of the contract were broken:"]
    for violation in broken:
        operation = violation["operation_id"] or "no operation"
        lines += [
            f"  {violation['side']} of {operation}, at {violation['where'] or '/'}: {violation['message']}",
            f"    {violation['code']} [{violation['schema']}] {violation['remedy']}",
        ]
    lines.append('  If the test means it, mark it: @pytest.mark.understudy(allow=["CODE"]) or allow="any".')
    return "\n".join(lines)
