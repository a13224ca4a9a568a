"""Every planted bug that a document or a law can say is found, named by operation and pointer; nothing else is."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from broken.bug import Bug
from broken.deployment import SERVICE
from broken.replaying import items, replay
from broken.sockets import SOCKETS
from broken.verifying import LONG, scenarios, verify
from broken_deployments import BUGS, CORRECT
from understudy.probe.corpus import Item
from understudy.services.service import discover

VISIBLE = [bug for bug in BUGS if bug.seen != "nobody"]
UNSEEN = [bug for bug in BUGS if bug.seen == "nobody"]
ALL_SCENARIOS = 1237
"""How many requests all scenarios send."""


def sequences() -> list[Item]:
    """The corpus' sequences."""
    return [item for item in items() if item.kind == "sequence"]


def test_there_are_enough_of_them() -> None:
    """At least sixty servers are broken, each under a name of its own, by the document and by laws."""
    assert len(VISIBLE) >= 140
    assert len({bug.name for bug in BUGS}) == len(BUGS)
    assert {bug.seen for bug in BUGS} == {"document", "law", "nobody"}


@pytest.mark.parametrize("bug", VISIBLE, ids=str)
def test_a_planted_bug_is_found(bug: Bug) -> None:
    """The scenarios find the bug, where it was planted, and the document blames nothing else."""
    verdict = asyncio.run(verify(bug))
    assert verdict.found, [(f.violation.operation_id, f.where, f.violation.code) for f in verdict.others + verdict.laws]
    assert verdict.requests <= ALL_SCENARIOS
    strays = [
        f for f in verdict.others if f.violation.operation_id not in bug.tells or not f.where.startswith(bug.where)
    ]
    assert not strays, [(f.violation.operation_id, f.where, f.violation.message) for f in strays]


@pytest.mark.parametrize("bug", UNSEEN, ids=str)
def test_what_nobody_can_see_is_not_claimed(bug: Bug) -> None:
    """A bug that shows only to agents, or after weeks, is not found, and nothing else is either."""
    verdict = asyncio.run(verify(bug, [scenario for scenario in scenarios() if scenario.path.stem != LONG]))
    assert not verdict.found
    assert not verdict.others
    assert not verdict.laws


@pytest.mark.parametrize(
    "name", ["id-as-text", "status-drift", "missing-key-deep", "iso-time", "packed-wrongly", "broken-utf-8"]
)
def test_a_planted_bug_is_found_by_the_first_cases(name: str) -> None:
    """The first forty cases of a corpus find what a document can tell of the commonest answers, and nothing else."""
    bug = next(bug for bug in BUGS if bug.name == name)
    verdict = asyncio.run(replay(bug, items()[:40]))
    assert verdict.found, [(f.violation.operation_id, f.where, f.violation.code) for f in verdict.others + verdict.laws]
    assert verdict.requests <= 40
    assert not verdict.laws


def test_what_only_a_sequence_leads_to_is_found_by_one() -> None:
    """A survey's rating is told by no request but after a resolution and a rating."""
    bug = next(bug for bug in BUGS if bug.name == "rating-as-text")
    assert asyncio.run(replay(bug, sequences())).found


@pytest.mark.parametrize("name", ["html-escaped", "newest-on-top"])
def test_what_a_law_tells_is_found_by_a_sequence(name: str) -> None:
    """A scenario's sequence tells that a text, or an order, is not what was written."""
    bug = next(bug for bug in BUGS if bug.name == name)
    assert asyncio.run(replay(bug, sequences())).found


@pytest.mark.parametrize("name", ["no-survey", "packed", "single"])
def test_sequences_blame_no_correct_server(name: str) -> None:
    """What one server has and another does not, as a survey, is expected of none."""
    verdict = asyncio.run(replay(next(one for one in CORRECT if one.name == name), sequences()))
    assert verdict.requests > 200
    assert not [(f.violation.operation_id, f.violation.message) for f in verdict.others + verdict.laws]


def test_a_bug_is_found_nowhere_but_where_it_is() -> None:
    """A finding counts as the planted bug only if operation, pointer and code are the planted ones."""
    bug = next(bug for bug in BUGS if bug.name == "id-as-text")
    short = [scenario for scenario in scenarios() if scenario.path.stem == "alike"]
    for other in (
        replace(bug, code="schema-enum"),
        replace(bug, where="/body/name"),
        replace(bug, at=("create-a-conversation",)),
    ):
        assert not asyncio.run(verify(other, short)).found
    assert asyncio.run(verify(bug, short)).found


@pytest.mark.skipif(discover()[SERVICE].cable is None, reason="the played Chatwoot tells nobody of events yet")
@pytest.mark.parametrize("bug", SOCKETS, ids=str)
def test_a_bug_of_the_socket_is_found(bug: Bug) -> None:
    """The scenarios on the websocket find the bug where it was planted."""
    assert asyncio.run(verify(bug, scenarios(sockets=True))).found
