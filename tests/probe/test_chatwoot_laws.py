"""Chatwoot's scenarios hold on whatever keeps Chatwoot's promises, and leave behind what they say they leave behind."""

from __future__ import annotations

import asyncio

import pytest

from broken.bug import Correct
from broken.correct import CORRECT
from broken.deployment import KNOWN, contract, deployed
from broken.verifying import LONG, scenarios, verify
from understudy.probe.judge import Judge
from understudy.probe.play import play
from understudy.probe.target import Target

MARK = "understudy-check-laws"
TALKERS = frozenset("later 4.13 greeting out-of-office bot single slow".split())
"""Correct servers of which each tells other things, or at another time."""


@pytest.mark.parametrize("server", CORRECT, ids=str)
def test_a_correct_server_is_not_blamed(server: Correct) -> None:
    """No scenario finds anything on a correct server, and none is skipped that is meant for it."""
    release = server.settings.get("release", "later")
    verdict = asyncio.run(verify(server, [each for each in scenarios(release) if each.path.stem != LONG]))
    assert not verdict.others
    assert not verdict.laws
    assert tuple(skipped.partition(":")[0] for skipped in verdict.skipped) == server.skips


def test_a_thousand_readings_are_fine() -> None:
    """The longest scenario finds nothing on our own server."""
    verdict = asyncio.run(verify(CORRECT[0], [each for each in scenarios() if each.path.stem == LONG]))
    assert verdict.requests > 1000
    assert not verdict.others
    assert not verdict.laws


@pytest.mark.parametrize("scenario", [each for each in scenarios() if each.harmless], ids=lambda each: each.path.stem)
def test_a_harmless_scenario_leaves_nothing_but_what_is_marked_and_resolved(scenario: object) -> None:
    """After a harmless scenario every new contact bears the mark, and every new conversation is resolved."""

    async def left() -> tuple[list[str], list[str]]:
        async with deployed(CORRECT[0]) as (url, app), Target(url) as target:
            assert app.part.sandboxes is not None
            tables = app.part.sandboxes.shared.tables
            people, talks = ({row.id for row in table} for table in (tables.contacts, tables.conversations))
            judge = Judge({"observed": contract("later", ours=False)})
            outcome = await play(scenario, target, judge, {"mark": MARK, **KNOWN})  # type: ignore[arg-type]
            assert not outcome.skipped
            new = [row.name for row in tables.contacts if row.id not in people]
            return new, [row.status for row in tables.conversations if row.id not in talks]

    names, statuses = asyncio.run(left())
    assert all(MARK in name for name in names)
    assert set(statuses) <= {"resolved"}


def test_every_need_is_explained() -> None:
    """Each scenario says why it needs what only the owner knows, and is given nothing else."""
    for scenario in scenarios():
        assert all(len(reason) > 20 for reason in scenario.needs.values()), scenario.path.name
        assert set(scenario.needs) <= set(KNOWN), scenario.path.name


def test_every_operation_is_asked() -> None:
    """The scenarios together call every operation of the document."""
    called = {step.name for scenario in scenarios() for step in (*scenario.steps, *scenario.cleanup)}
    assert called == set(contract("later", ours=False).by_id)


@pytest.mark.parametrize("server", [each for each in CORRECT if each.name in TALKERS], ids=str)
def test_the_socket_keeps_its_laws(server: Correct) -> None:
    """No scenario that listens finds anything on a correct server."""
    verdict = asyncio.run(verify(server, scenarios(server.settings.get("release", "later"), sockets=True)))
    assert not verdict.others
    assert not verdict.laws
    assert not verdict.skipped
