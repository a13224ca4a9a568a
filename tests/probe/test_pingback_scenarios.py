"""Pingback's scenarios: each planted bug is found, correct servers are left in peace, and each scenario is needed."""

from __future__ import annotations

import asyncio

import pytest

from broken.bug import Bug, Correct
from broken.pingback import PINGBACK, PINGBACK_CORRECT, PINGBACK_KNOWN, SERVICE
from broken.verifying import scenarios, verify
from processes import run, serving

ONLY = {
    "opened": "assigned",
    "first_word": "stray-message",
    "customer": "customer-numbers",
    "ids": "same-id",
    "unauthorized": "any-token",
    "another_scheme": "any-scheme",
    "missing": "no-business",
    "others": "others-customer",
    "channel_missing": "channel-made-up",
    "channel_borrowed": "channel-shared",
}
"""A planted bug that this scenario finds and no other."""


@pytest.mark.parametrize("bug", PINGBACK, ids=str)
def test_a_planted_bug_is_found(bug: Bug) -> None:
    """The scenarios find the bug where it was planted; what else they find is the same bug seen elsewhere."""
    verdict = asyncio.run(verify(bug))
    assert verdict.found, [(f.where, f.violation.code) for f in verdict.others + verdict.laws]
    strays = [f for f in verdict.others if not f.where.startswith(bug.where or "/status")]
    assert not strays, [(f.where, f.violation.code) for f in strays]


@pytest.mark.parametrize("server", PINGBACK_CORRECT, ids=str)
def test_a_correct_server_is_left_in_peace(server: Correct) -> None:
    """No promise and no law is found broken where none is, and every scenario is played to its end."""
    verdict = asyncio.run(verify(server))
    assert not verdict.others + verdict.laws
    assert verdict.skipped == []


@pytest.mark.parametrize("name", [scenario.path.stem for scenario in scenarios(service=SERVICE)])
def test_each_scenario_finds_what_no_other_does(name: str) -> None:
    """Without this one scenario a planted bug would stay."""
    bug = next(bug for bug in PINGBACK if bug.name == ONLY[name])
    alone = [scenario for scenario in scenarios(service=SERVICE) if scenario.path.stem == name]
    others = [scenario for scenario in scenarios(service=SERVICE) if scenario.path.stem != name]
    assert asyncio.run(verify(bug, alone)).found
    assert not asyncio.run(verify(bug, others)).found


def test_our_own_pingback_is_verified_in_all_three_parts() -> None:
    """`understudy verify` plays every scenario, sends examples and searches, and finds nothing on our own server."""
    known = [word for name, value in PINGBACK_KNOWN.items() for word in ("--param", f"{name}={value}")]
    with serving(SERVICE, "--seed", "1", "--log", "quiet") as server:
        told = run("verify", server.url, "--service", SERVICE, "--header", "Authorization=Bearer demo-token", *known, "--seed", "1")  # fmt: skip
        assert told.returncode == 0, told.stdout + told.stderr
        assert "Skipped" not in told.stdout
        less = run("verify", server.url, "--service", SERVICE, "--part", "scenarios", "--param", "token=demo-token")
    assert "--param no_channel_token=…  the bearer token of the account of that business" in less.stderr
    assert "Without its default channel a business opens no conversation: needs no_channel_business_id" in less.stdout
